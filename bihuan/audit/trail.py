"""The rows on which one hole rests, and what else the ledgers that its loop reads say of the same people and things, in
time order: the trail that `why` shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bihuan.kernel.ledger import Column, Ledger, subjects

if TYPE_CHECKING:
    import duckdb

MOST = 15
"""Rows of one ledger that a trail shows: those nearest to what is asked about."""

ROLLS = ("areas", "units", "officers", "people")
"""Ledgers whose rows are no events: they stand where they were recorded, not at a birthday."""


@dataclass(frozen=True)
class Step:
    """One row of a ledger on a trail. ``rests``: the hole's own evidence. ``held``: known and in effect at the as-of
    time; otherwise it was replaced, withdrawn, or is not yet known."""

    at: dt.datetime | None
    ledger: Ledger
    source: int
    row: int
    cells: tuple[tuple[Column, str], ...]
    rests: bool
    held: bool


@dataclass(frozen=True)
class About:
    """Whom and what a hole is about: ledger → keys; and the rows it rests on."""

    keys: dict[str, set[str]]
    evidence: dict[str, set[str]]


@dataclass(frozen=True)
class Mark:
    """What stands on the line and is no row: the missing answer at its due time, the closing, the as-of time."""

    at: dt.datetime
    kind: str  # due, closed, missing, since, now
    text: tuple[str, str]


def marks(
    state: str,
    opens: dt.datetime | None,
    due: dt.datetime | None,
    since: dt.datetime | None,
    closed: dt.datetime | None,
    now: dt.datetime,
) -> list[Mark]:
    """The marks of one obligation in its state (open, pending, late), in time order."""
    made: list[tuple[dt.datetime | None, str, tuple[str, str]]] = []
    if state == "late":
        made.append((due, "due", ("到期，仍未办", "due, and not yet done")))
        made.append((closed, "closed", ("闭合（迟）", "closed, late")))
    elif state == "pending":
        made.append((due, "due", ("到期：在此之前办完", "due: to be done by then")))
    elif due is not None and due == since and opens is not None and opens < due:
        missing = ("缺：到期仍没有应有的一行", "missing: due, and the row that should be here is not")
        made.append((due, "missing", missing))
    else:
        made.append((since, "since", ("从此刻起是漏洞", "a hole from here on")))
        if due is not None and since is not None and due > since:  # of what is foreseen
            made.append((due, "due", ("到此为止", "it ends here")))
    made.append((now, "now", ("审计的截至时间", "as of")))
    return sorted((Mark(at, kind, text) for at, kind, text in made if at is not None), key=lambda m: m.at)


def about(ledgers: Iterable[Ledger], kind: str, subject: str, item: str, item_kind: str, evidence: str) -> About:
    """The keys by which rows belong to a hole: its subject, its item where that is a key, and its evidence."""
    ledgers = tuple(ledgers)
    keyed = {kind: ledger.name for kind, ledger in subjects(ledgers).items()}
    keys: dict[str, set[str]] = {}
    for name, value in ((kind, subject), (item_kind, item)):
        if name in keyed and value:
            keys.setdefault(keyed[name], set()).add(value)
    cited: dict[str, set[str]] = {}
    names = {g.name for g in ledgers}
    # A key may hold a comma: what does not begin with a ledger's name belongs to the one before.
    parts: list[str] = []
    for part in evidence.split(",") if evidence else ():
        if part.split(":")[0] in names:
            parts.append(part)
        elif parts:
            parts[-1] += "," + part
    for part in parts:
        ledger, _, key = part.partition(":")
        cited.setdefault(ledger, set()).add(key)
    return About(keys, cited)


def trail(
    con: duckdb.DuckDBPyConnection,
    ledgers: Iterable[Ledger],
    read: Iterable[str],
    about: About,
    near: dt.datetime,
) -> tuple[list[Step], dict[str, int]]:
    """The steps in time order, and ledger → rows left out where one has more than MOST.

    ``read``: the ledgers that the loop reads. A row belongs where its key is cited, where it has the subject's key, or
    where one of its columns names the subject or a cited row.
    """
    known = {g.name: g for g in ledgers}
    steps: list[Step] = []
    left: dict[str, int] = {}
    # The orders that govern it are told by the hole itself; others of its area are no part of it.
    own = {*read} - {"orders"}
    for name in sorted({*own, *about.evidence, *about.keys}, key=list(known).index):
        found = _rows(con, known[name], about)
        found.sort(key=lambda s: (not s.rests, abs((s.at or near) - near)))
        if len(found) > MOST:
            left[name] = len(found) - MOST
        steps += found[:MOST]
    steps.sort(key=lambda s: (s.at is not None, s.at or dt.datetime.min))
    return steps, left


def _rows(con: duckdb.DuckDBPyConnection, ledger: Ledger, about: About) -> list[Step]:
    key = _key(ledger)
    cited = about.evidence.get(ledger.name, set())
    conditions = [_is(key, cited), _is(key, about.keys.get(ledger.name, set()))]
    for column in ledger.columns:
        target = "areas" if column.type == "area" else column.refers
        if target and not (ledger.name == "areas" and target == "areas"):
            own = about.keys.get(target, set()) | (about.evidence.get(target, set()) if target != "areas" else set())
            conditions.append(_is(f'"{column.name}"', own))
    wanted = " OR ".join(c for c in conditions if c)
    if not wanted:
        return []
    columns = ledger.all_columns
    listed = ", ".join(f'"{c.name}"' for c in columns)
    held = "false"
    if (
        con.execute(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{ledger.name}'").fetchone()
        or con.execute(f"SELECT 1 FROM duckdb_views() WHERE view_name = '{ledger.name}'").fetchone()
    ):
        held = f'EXISTS (SELECT 1 FROM "{ledger.name}" k WHERE {_same(ledger, "k", "l")})'
    evident = _is(key, cited) or "false"
    found = con.execute(
        f"SELECT _source, _row, {evident}, {held}, {listed} FROM ledger_{ledger.name} l WHERE {wanted}"
    ).fetchall()
    steps = []
    for source, row, rests, there, *cells in found:
        shown = tuple((c, _text(v)) for c, v in zip(columns, cells, strict=True) if v is not None)
        steps.append(Step(_moment(ledger, columns, cells), ledger, source, row, shown, rests, there))
    return steps


def _moment(ledger: Ledger, columns: tuple[Column, ...], cells: list[object]) -> dt.datetime | None:
    """The moment at which a row stands on the line: its own event or beginning, else when it was recorded."""
    values = {c.name: v for c, v in zip(columns, cells, strict=True)}
    moments = () if ledger.name in ROLLS else tuple(c for c in ledger.columns if c.is_moment)
    began = tuple(c for c in moments if c.name == "since")
    first = [c.name for c in (*ledger.event_columns, *began, *moments) if values[c.name]]
    value = values[first[0]] if first else values["recorded_at"]
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    return None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _key(ledger: Ledger) -> str:
    """A row's key as evidence cites it."""
    return " || '|' || ".join(f'CAST("{k}" AS VARCHAR)' for k in ledger.key)


def _same(ledger: Ledger, one: str, other: str) -> str:
    """SQL: two rows of a ledger read alike in every column, so the second is the one in effect."""
    return " AND ".join(
        f'{one}."{c.name}" IS NOT DISTINCT FROM {other}."{c.name}"' for c in ledger.columns if _plain(c)
    )


def _plain(column: Column) -> bool:
    """A moment of something done that lies ahead is empty in effect: it cannot be compared."""
    return not (column.is_moment and not column.planned and not column.required)


def _is(value: str, keys: set[str]) -> str:
    if not keys:
        return ""
    listed = ", ".join("'" + k.replace("'", "''") + "'" for k in sorted(keys))
    return f"{value} IN ({listed})"
