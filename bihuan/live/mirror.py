"""The ledgers of the database, as the engine reads them: a copy in DuckDB for audits of everything.

A cache and no more: built from the database when it is first needed, kept up by the rows that move, thrown away with
the process.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bihuan.kernel.ledger import Ledger
from bihuan.live import tables

if TYPE_CHECKING:
    import duckdb
    import psycopg

Progress = Callable[[str, int, int], None]

TYPES = {"int": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "time": "TIMESTAMP"}


COPY = "FORMAT csv, NULL '\\N', FORCE_QUOTE *"
"""How PostgreSQL writes rows for the engine: no text is taken for a null."""


def copied_rows(path: Path, typed: Mapping[str, str]) -> str:
    """SQL of the engine: the rows of a file written by :data:`COPY`; ``typed``: column → type."""
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in typed.items())
    return (
        f"read_csv('{path}', header = false, auto_detect = false, columns = {{{listed}}}, delim = ',', quote = '\"', "
        "escape = '\"', nullstr = '\\N', allow_quoted_nulls = false, max_line_size = 10000000)"
    )


def columns(ledger: Ledger) -> dict[str, str]:
    """Name → type of DuckDB, of a ledger as the exchange writes it."""
    own = {c.name: TYPES.get(c.type, "VARCHAR") for c in ledger.all_columns}
    return {**own, "_source": "INTEGER", "_row": "BIGINT", "_only": "BOOLEAN"}


def create(con: duckdb.DuckDBPyConnection, ledger: Ledger, kind: str = "TABLE") -> None:
    typed = ", ".join(f"{tables.quoted(name)} {kind_}" for name, kind_ in columns(ledger).items())
    con.execute(f"CREATE OR REPLACE {kind} ledger_{ledger.name} ({typed})")


def behind(place: int) -> None:
    """From here on this thread, and those that it begins, stand so far behind for a processor (nice); 0: as before."""
    if place and sys.platform == "linux":  # elsewhere it would be all of the process
        os.setpriority(os.PRIO_PROCESS, 0, place)


class Change(NamedTuple):
    """Rows that an act wrote: a row of live_change."""

    id: int
    batch: int
    ledger: str
    first: int
    last: int


def changes(source: psycopg.Connection[Any]) -> list[Change]:
    """What was written and is not audited yet."""
    query = "SELECT id, batch, ledger, first, last FROM live_change ORDER BY id"
    return [Change(*row) for row in source.execute(query).fetchall()]


class Mirror:
    """``con`` holds ``ledger_<name>`` of every ledger: the rows that stand, ``_row`` being their id. ``place``: how far
    behind (:func:`behind`) audits over everything stand for a processor."""

    def __init__(self, folder: Path | None = None, place: int = 0) -> None:
        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="bihuan-mirror-", dir=folder)
        where = str(Path(self._folder.name) / "ledgers.duckdb")
        self.place = place
        # Whoever begins the engine's threads gives them his place.
        with ThreadPoolExecutor(1, initializer=behind, initargs=(place,)) as thread:
            self.con = thread.submit(duckdb.connect, where).result()
        self.con.execute("SET autoinstall_known_extensions = false; SET enable_progress_bar = false")
        self.seen: set[int] = set()  # ids of changes that are in it

    def close(self) -> None:
        self.con.close()
        self._folder.cleanup()

    def build(self, source: psycopg.Connection[Any], progress: Progress | None = None) -> None:
        """All of it, as of one moment of the database."""
        from psycopg.pq import TransactionStatus

        every = list(tables.ledgers().values())
        within = source.info.transaction_status == TransactionStatus.INTRANS  # then the moment is the caller's
        with source.transaction():
            if not within:
                source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self.seen = {row[0] for row in source.execute("SELECT id FROM live_change").fetchall()}
            for done, ledger in enumerate(every):
                if progress is not None:
                    progress(ledger.title, done, len(every))
                create(self.con, ledger)
                self._add(source, ledger, "replaced_by IS NULL")
                self._mark(ledger)

    def follow(self, source: psycopg.Connection[Any], changes: Iterable[Change]) -> None:
        """Bring in the rows that these changes wrote, and leave out those that they replaced; what is in already is
        passed over."""
        for change in changes:
            if change.id in self.seen:
                continue
            ledger = tables.ledgers()[change.ledger]
            first, last = change.first, change.last
            replaced = f"SELECT id FROM {tables.table(ledger)} WHERE replaced_by BETWEEN %s AND %s"
            gone = source.execute(replaced, [first, last])
            self._remove(ledger, [row[0] for row in gone.fetchall()])
            span = f"id BETWEEN {int(first)} AND {int(last)} AND from_batch = {int(change.batch)}"
            self._add(source, ledger, f"{span} AND replaced_by IS NULL")
            self._mark(ledger, f"_row BETWEEN {int(first)} AND {int(last)}")
            self.seen.add(change.id)

    def _remove(self, ledger: Ledger, ids: Iterable[int]) -> None:
        listed = ", ".join(map(str, ids))
        if listed:
            self.con.execute(f"DELETE FROM ledger_{ledger.name} WHERE _row IN ({listed})")

    def _add(self, source: psycopg.Connection[Any], ledger: Ledger, where: str) -> None:
        names = [*(c.name for c in ledger.all_columns)]
        chosen = ", ".join(map(tables.quoted, names))
        kinds = columns(ledger)
        with tempfile.NamedTemporaryFile(prefix="bihuan-", suffix=".csv", dir=self._folder.name) as file:
            copied = f"COPY (SELECT {chosen}, id FROM {tables.table(ledger)} WHERE {where}) TO STDOUT ({COPY})"
            with source.cursor() as cursor, cursor.copy(copied) as copy:
                for block in copy:
                    file.write(block)
            file.flush()
            if file.tell() == 0:
                return
            rows = copied_rows(Path(file.name), {**{n: kinds[n] for n in names}, "_row": "BIGINT"})
            self.con.execute(f"INSERT INTO ledger_{ledger.name} SELECT {chosen}, 0, _row, true FROM {rows}")

    def _mark(self, ledger: Ledger, where: str = "true") -> None:
        """Say of keys with several versions that no row is the only one."""
        keys, table = tables.keys(ledger), f"ledger_{ledger.name}"
        of = f"({keys}) IN (SELECT ({keys}) FROM {table} WHERE {where})" if where != "true" else "true"
        self.con.execute(
            f"UPDATE {table} SET _only = false WHERE ({keys}) IN "
            f"(SELECT ({keys}) FROM {table} WHERE {of} GROUP BY ALL HAVING count(*) > 1)"
        )

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own that sees the ledgers as of now, whatever moves meanwhile."""
        con = self.con.cursor()
        con.execute("BEGIN TRANSACTION")
        try:
            yield con
        finally:
            con.execute("ROLLBACK")
            con.close()
