"""What changed between two audits: which holes opened, which closed, which stayed, and what of those that stayed is not
as it was. A side is an audit just made, or a list that ``check --out`` once wrote; a hole is the same where hole,
subject and item are (loops.md, *Terms*).

Nothing is told of what happened in between: a hole that opened and closed again is on neither side, and one whose row
was withdrawn closes like one that was set right. Where the newer side was audited its late ones say when.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.audit.outputs import ENDINGS
from bihuan.audit.texts import COLUMNS
from bihuan.engines.duckdb import insert

if TYPE_CHECKING:
    import duckdb

WATCHED = ("owner", "severity", "since")
"""What may have changed of a hole that stayed."""
BEFORE = tuple(f"{name}_before" for name in WATCHED)
CHANGES = ("change", "changed", *COLUMNS, *BEFORE)
"""The columns of a list of changes: opened, closed or stayed; which of WATCHED differ, comma-separated; the hole as it
is (a closed one as it was); and what stood there before."""

_KEY = ("hole", "subject", "item")
_NEEDED = {*_KEY, "severity", "since", "owner"}
_MOMENTS = ("since", "closed_at")


class NoList(ValueError):
    """A file that is no list of holes, or a damaged one."""


@dataclass(frozen=True)
class Tally:
    """How many holes of one name and severity there were, opened, closed, and are now."""

    hole: str
    severity: str
    before: int
    opened: int
    closed: int
    now: int


def keep(con: duckdb.DuckDBPyConnection, side: str) -> None:
    """Make ``side_<side>`` of what an audit printed."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE side_{side} AS SELECT {_typed({*COLUMNS, 'state'})} FROM printed")


def is_list(path: Path) -> bool:
    """Whether a file is a stored list of holes; a folder and a ledger are none."""
    if not path.is_file() or path.suffix.lower() not in ENDINGS:
        return False
    try:
        return set(_head(path)) >= _NEEDED
    except (OSError, ValueError):
        return False


def stored(con: duckdb.DuckDBPyConnection, path: Path, side: str) -> dt.datetime | None:
    """Make ``side_<side>`` of a stored list; gives its as-of time where the file says it (a workbook does). Raises
    NoList."""
    import duckdb

    try:
        here, as_of = set(_head(path)), None
        if path.suffix.lower() == ".xlsx":
            as_of = _workbook(con, path)
        else:
            con.execute(f"CREATE OR REPLACE TEMP TABLE loaded AS FROM {_scan(path)}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE side_{side} AS SELECT {_typed(here)} FROM loaded")
    except (OSError, ValueError, duckdb.Error) as error:
        raise NoList(str(error)) from error
    return as_of


def narrow(con: duckdb.DuckDBPyConnection, side: str, holes: tuple[str, ...], area: str) -> None:
    """Leave of a side only these holes (all where none is named), in this area ("" everywhere)."""
    listed = ", ".join(_text(h) for h in holes)
    con.execute(
        f"DELETE FROM side_{side} WHERE {f'hole NOT IN ({listed})' if holes else 'false'} "
        f"OR NOT coalesce(starts_with(area, {_text(area)}), {'false' if area else 'true'})"
    )


def compare(con: duckdb.DuckDBPyConnection) -> list[Tally]:
    """Make ``changes`` (CHANGES) of ``side_old`` and ``side_new``, in the order opened, stayed and changed, stayed,
    closed, and within them that of print; and count them by hole and severity (as it is, of closed ones as it was)."""
    key = ", ".join(_KEY)
    for side in ("old", "new"):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE open_{side} AS SELECT DISTINCT ON ({key}) * FROM side_{side} "
            f"WHERE state = 'open' ORDER BY {key}, since"
        )
    same = " AND ".join(f"o.{k} = n.{k}" for k in _KEY)
    differs = ", ".join(f"CASE WHEN o.{w} IS DISTINCT FROM n.{w} THEN '{w}' END" for w in WATCHED)
    now = ", ".join(f'n."{c}"' for c in COLUMNS)
    was = ", ".join("l.closed_at" if c == "closed_at" else f'o."{c}"' for c in COLUMNS)
    before = ", ".join(f"o.{w} AS {w}_before" for w in WATCHED)
    differs = f"concat_ws(',', {differs})"
    none = ", ".join(f"NULL AS {b}" for b in BEFORE)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE changes AS
        SELECT * EXCLUDE (place) FROM (
            SELECT 0 AS place, 'opened' AS change, '' AS changed, {now}, {none}
            FROM open_new n ANTI JOIN open_old o ON {same}
            UNION ALL
            SELECT CASE WHEN {differs} = '' THEN 2 ELSE 1 END, 'stayed', {differs}, {now}, {before}
            FROM open_new n JOIN open_old o ON {same}
            UNION ALL
            SELECT 3, 'closed', '', {was}, {none}
            FROM (FROM open_old o ANTI JOIN open_new n ON {same}) o
            LEFT JOIN (SELECT {key}, max(closed_at) AS closed_at FROM side_new WHERE state = 'late' GROUP BY ALL) l
                ON {same.replace("n.", "l.")}
        ) ORDER BY place, CASE severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, since, hole, subject, item
        """
    )
    rows = con.execute(
        "SELECT hole, severity, count(*) FILTER (change <> 'opened'), count(*) FILTER (change = 'opened'), "
        "count(*) FILTER (change = 'closed'), count(*) FILTER (change <> 'closed') FROM changes "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Tally(*row) for row in rows]


# ── stored lists ────────────────────────────────────────────────────────────────────────────────


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _scan(path: Path) -> str:
    """SQL: the rows of a stored list that is no workbook, all text but the moments of Parquet."""
    name = _text(str(path))
    if path.suffix.lower() == ".csv":
        return f"read_csv({name}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    if path.suffix.lower() == ".parquet":
        return f"read_parquet({name})"
    columns = ", ".join(f"'{c}': 'VARCHAR'" for c in _head(path))
    return f"read_json({name}, format = 'array', columns = {{{columns}}})"


def _head(path: Path) -> list[str]:
    """The names of a file's columns. Raises OSError or ValueError."""
    ending = path.suffix.lower()
    if ending == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    if ending == ".xlsx":
        return next((head for _, head, _ in _sheets(path)), [])
    if ending == ".json":
        return [*COLUMNS, "state"]  # an empty list says nothing of its columns; each has its name in every row
    import duckdb

    try:
        return [d[0] for d in duckdb.connect().execute(f"FROM {_scan(path)} LIMIT 0").description]
    except duckdb.Error as error:
        raise ValueError(str(error)) from error


Rows = Sequence[Sequence[object]]


def _sheets(path: Path) -> list[tuple[str, list[str], Rows]]:
    """(name, header, rows) of the sheets of a workbook that hold a list of holes. Raises ValueError."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        read = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except CalamineError as error:
        raise ValueError(str(error)) from error
    sheets: list[tuple[str, list[str], Rows]] = [
        (name, [str(c) for c in rows[0]], rows[1:]) for name, rows in read if rows
    ]
    return [sheet for sheet in sheets if set(sheet[1]) >= _NEEDED]


ABOUT = ("说明", "说明 About")
"""The sheet that says of a stored list what it is; its first line has the as-of time."""


def _workbook(con: duckdb.DuckDBPyConnection, path: Path) -> dt.datetime | None:
    """Make ``loaded`` of a workbook; its as-of time."""
    from python_calamine import CalamineWorkbook

    sheets = _sheets(path)
    head = sheets[0][1]
    con.execute(f"CREATE OR REPLACE TEMP TABLE loaded ({', '.join(f'{_listed((c,))} VARCHAR' for c in head)})")
    for _, columns, rows in sheets:
        place = [columns.index(c) if c in columns else None for c in head]
        insert(con, "loaded", [tuple(_cell(row[p]) if p is not None else None for p in place) for row in rows])
    book = CalamineWorkbook.from_path(str(path))
    for name in set(ABOUT) & set(book.sheet_names):
        said = book.get_sheet_by_name(name).to_python()
        if said and len(said[0]) > 1:
            try:
                return dt.datetime.fromisoformat(str(said[0][1]))
            except ValueError:
                return None
    return None


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.date):  # a workbook gives midnight as a date
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _typed(here: set[str]) -> str:
    """SQL: the columns of a side from those that a stored list has; late and pending ones are told by their state, or
    where it has none by closed_at."""
    cells = []
    for column in COLUMNS:
        kind = "TIMESTAMP" if column in _MOMENTS else "VARCHAR"
        value = f"nullif(CAST(\"{column}\" AS VARCHAR), '')" if column in here else "NULL"
        value = f"coalesce({value}, '')" if column in _KEY else value
        cells.append(f'CAST({value} AS {kind}) AS "{column}"')
    closed = "nullif(CAST(closed_at AS VARCHAR), '') IS NOT NULL" if "closed_at" in here else "false"
    plain = f"CASE WHEN {closed} THEN 'late' ELSE 'open' END"
    return ", ".join(cells) + f", {'coalesce(state, ' + plain + ')' if 'state' in here else plain} AS state"
