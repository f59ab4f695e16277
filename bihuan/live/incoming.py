"""What comes in of one ledger: its rows read from files, into the database, and what became of them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection

from bihuan.kernel.ledger import Ledger
from bihuan.live import actions, bulk, sight, standing, tables
from bihuan.live.models import Batch

if TYPE_CHECKING:
    import duckdb

SHOWN = 1000
"""Rejects, and changed rows, that a preview carries; a file takes all rejects."""
ORIGIN = "from_source, from_line, from_batch"
MANY = 1000
"""Rows of a ledger after which the planner is told what came."""
LONG, LOOK_S = 20_000, 0.5
"""Rows whose adding takes so long that it is told how far it is; seconds between two looks."""
SENT = 0.4
"""Which part of a ledger's work is done once its rows are sent; the rest is to compare and to add them."""


@dataclass
class Counts:
    """Rows of a ledger in the folder: new keys, new versions of known keys, withdrawals, those that stand already."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    same: int = 0
    rejected: int = 0

    @property
    def written(self) -> int:
        return self.new + self.changed + self.withdrawn

    def to_dict(self) -> dict[str, int]:
        return dict(self.__dict__)


@dataclass(frozen=True)
class Changed:
    """A row that would follow one of its key: where it stands in the files, the key, the columns in which the two
    differ (column, what stands, what comes), and whom they are about."""

    ledger: str
    file: str
    sheet: str
    line: int
    key: str
    cells: list[tuple[str, Any, Any]]
    people: list[str]


def take(
    con: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    act: Batch,
    changes: list[Changed] | None,
    told: Callable[[float], None],
) -> tuple[Counts, tuple[int, int] | None]:
    """One ledger's rows; what became of them, and the ids of those written. What it changes goes to ``changes``.
    ``told`` hears which share of the work is done: sending the rows is SENT of it."""
    table, columns = tables.table(ledger), tables.listed(ledger.all_columns)
    counts, batch = Counts(), act.id
    with connection.cursor() as cursor, tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        cursor.execute(f"SELECT row_security_active('{table}'), EXISTS (SELECT 1 FROM {table}), {_LAST.format(table)}")
        narrow, full, before = cursor.fetchone()  # narrow: whoever imports may not see, nor write, every row
        empty = not full and not narrow
        cursor.execute("DROP TABLE IF EXISTS incoming")
        typed = ", ".join(f"{tables.quoted(c.name)} {tables.sql_type(c)}" for c in ledger.all_columns)
        # Gone with the transaction: whoever has the connection next reads nothing of it.
        origin = "from_source int, from_line bigint, from_batch bigint"
        cursor.execute(f"CREATE TEMP TABLE incoming ({typed}, {origin}) ON COMMIT DROP")
        path = Path(folder) / "rows.csv"
        _to_csv(con, ledger, batch, path)
        with (
            path.open("rb") as file,
            cursor.copy(f"COPY incoming ({columns}, {ORIGIN}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy,
        ):
            size = max(1, path.stat().st_size)
            while block := file.read(1 << 20):
                copy.write(block)
                told(SENT * file.tell() / size)
        sent = cursor.rowcount
        cursor.execute("ANALYZE incoming")
        told(SENT)
        if empty:
            counts.withdrawn = _one(cursor, "SELECT count(*) FROM incoming WHERE retracted", [])
            with _added(ledger, before, sent, told):
                counts.new = _insert(cursor, ledger, None) - counts.withdrawn
        else:
            with sight.whole():
                _compare(cursor, ledger, counts)
            if counts.written:
                with _added(ledger, before, counts.written, told):
                    _insert(cursor, ledger, act if narrow else None)
        if not counts.written:
            return counts, None
        if changes is not None and counts.changed and len(changes) < SHOWN:
            changes += _changes(cursor, ledger, act, before, SHOWN - len(changes))
        if counts.written > MANY and not narrow:
            cursor.execute(f"ANALYZE {table}")  # for the ledgers that follow, and for the first pages
        with sight.whole():
            cursor.execute(f"SELECT min(id), max(id) FROM {table} WHERE from_batch = %s AND id > %s", [batch, before])
            first, last = cursor.fetchone()
        standing.lock_whole(cursor, ledger)
        if not empty or _versions(con, ledger):
            standing.settle(cursor, ledger, batch, first, last)
        return counts, (first, last)


@contextmanager
def _added(ledger: Ledger, before: int, number: int, told: Callable[[float], None]) -> Iterator[None]:
    """Tell how far the one statement is that adds ``number`` rows, behind id ``before``: another connection sees which
    ids the table has given, though not yet the rows."""
    if number < LONG:
        yield
        return
    over = threading.Event()

    def look() -> None:
        try:
            with suppress(DatabaseError), connection.cursor() as cursor:  # to say how far it is fails no import
                while not over.wait(LOOK_S):
                    last = _one(cursor, f"SELECT {_LAST.format(tables.table(ledger))}", [])
                    told(SENT + (1 - SENT) * min(1.0, (last - before) / number))
        finally:
            connection.close()

    thread = threading.Thread(target=look, name="added", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_LAST = "coalesce(pg_sequence_last_value(pg_get_serial_sequence('{0}', 'id')::regclass), 0)"
"""SQL: the last id that a table gave."""


def _compare(cursor: Any, ledger: Ledger, counts: Counts) -> None:
    """Leave in ``incoming`` what does not stand already, and count it."""
    table = tables.table(ledger)
    stands = (
        f"SELECT 1 FROM {table} o WHERE {tables.same_version(ledger, 'o', 'i')} AND o.replaced_by IS NULL "
        f"AND {tables.alike(ledger, 'o', 'i')}"
    )
    cursor.execute(f"DELETE FROM incoming i WHERE EXISTS ({stands})")
    counts.same = cursor.rowcount
    there = f"EXISTS (SELECT 1 FROM {table} o WHERE {tables.same_key(ledger, 'o', 'i')})"
    cursor.execute(
        f"SELECT count(*) FILTER (WHERE i.retracted), count(*) FILTER (WHERE i.retracted IS NOT TRUE AND {there}), "
        f"count(*) FILTER (WHERE i.retracted IS NOT TRUE AND NOT {there}) FROM incoming i"
    )
    counts.withdrawn, counts.changed, counts.new = cursor.fetchone()


def _insert(cursor: Any, ledger: Ledger, act: Batch | None) -> int:
    """Add what is ``incoming``, in the order in which it was given; how many rows. ``act``: of somebody for whom
    policies are in force. Raises Outside."""
    taker = bulk.through(ledger)
    if act is not None and taker is not None:
        try:
            return _one(cursor, f"SELECT {taker}(%s)", [act.id])
        except DatabaseError as error:
            raise _outside(error, ledger, act) or error from error
    table, columns = tables.table(ledger), tables.listed(ledger.all_columns)
    values = tables.listed(ledger.all_columns, "i.") + ", i.from_source, i.from_line, i.from_batch"
    beside = bulk.beside(ledger)
    if beside is None:
        cursor.execute(
            f"INSERT INTO {table} ({columns}, {ORIGIN}) SELECT {values} FROM incoming i ORDER BY from_source, from_line"
        )
        return int(cursor.rowcount)
    cursor.execute("SELECT set_config(%s, 'on', true)", [beside.switch])
    cursor.execute(
        f"INSERT INTO {table} ({columns}, {ORIGIN}, {beside.columns}) SELECT {values}, {beside.values} "
        f"FROM incoming i {beside.joins} ORDER BY i.from_source, i.from_line"
    )
    number = int(cursor.rowcount)
    cursor.execute("SELECT set_config(%s, '', true)", [beside.switch])
    return number


def _changes(cursor: Any, ledger: Ledger, act: Batch, before: int, most: int) -> list[Changed]:
    """What of ``incoming`` differs from the row that stands (ids up to ``before``): asked for once it is known that
    whoever imports may see both."""
    columns = ledger.all_columns
    cursor.execute(
        f"SELECT i.from_source, i.from_line, {tables.listed(columns, 'o.')}, {tables.listed(columns, 'i.')} "
        f"FROM incoming i JOIN {tables.table(ledger)} o ON {tables.same_key(ledger, 'o', 'i')} AND o.latest "
        "AND o.id <= %s WHERE i.retracted IS NOT TRUE ORDER BY i.from_source, i.from_line LIMIT %s",
        [before, most],
    )
    people = [c.name for c in columns if c.refers == "people" or (ledger.name == "people" and c.name == "person")]
    made = []
    for source, line, *values in cursor.fetchall():
        stood, comes = (dict(zip((c.name for c in columns), v, strict=True)) for v in _halves(values))
        file, sheet = act.sources[source]
        differ = [(name, stood[name], comes[name]) for name in stood if stood[name] != comes[name]]
        about = sorted({str(row[name]) for row in (stood, comes) for name in people if row[name]})
        key = "|".join(str(comes[k]) for k in ledger.key)
        made.append(Changed(ledger.name, file, sheet, line, key, differ, about))
    return made


def _halves(values: list[Any]) -> tuple[list[Any], list[Any]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


class Outside(actions.Refused):
    """Rows that are not in the area or unit of whoever imports, or would take the place of such: nothing was written.
    ``lines``: the first ones, as file, sheet and line."""

    def __init__(self, ledger: Ledger, lines: Sequence[tuple[str, str, int]], number: int) -> None:
        super().__init__("import", ledger)
        self.lines, self.number = lines, number


def _outside(error: DatabaseError, ledger: Ledger, act: Batch) -> Outside | None:
    """What the database says of rows that are not in sight; None where it says something else."""
    diag = getattr(error.__cause__, "diag", None)
    if diag is None or diag.message_primary != bulk.OUTSIDE:
        return None
    number, _, listed = str(diag.message_detail).partition("|")
    lines = []
    for one in listed.split(","):
        source, _, line = one.partition(":")
        file, sheet = act.sources[int(source)]
        lines.append((file, sheet, int(line)))
    return Outside(ledger, lines, int(number))


def _versions(con: duckdb.DuckDBPyConnection, ledger: Ledger) -> bool:
    """Whether the folder holds several versions of some key."""
    found = con.execute(f"SELECT 1 FROM ledger_{ledger.name} WHERE NOT _only LIMIT 1").fetchone()
    return found is not None


def _to_csv(con: duckdb.DuckDBPyConnection, ledger: Ledger, batch: int, path: Path) -> None:
    """The rows as PostgreSQL reads them: every text quoted, so that none is taken for a null. It holds no NUL."""
    texts = [
        f"replace({tables.quoted(c.name)}, chr(0), '')" if tables.sql_type(c) == "text" else tables.quoted(c.name)
        for c in ledger.all_columns
    ]
    target = str(path).replace("'", "''")
    con.execute(
        f"COPY (SELECT {', '.join(texts)}, _source, _row, {batch} FROM ledger_{ledger.name} ORDER BY _source, _row) "
        f"TO '{target}' (FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE *)"
    )


def _one(cursor: Any, sql: str, values: list[Any]) -> int:
    cursor.execute(sql, values)
    return int(cursor.fetchone()[0])
