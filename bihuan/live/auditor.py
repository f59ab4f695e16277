"""The auditor: brings the stored holes to what the ledgers say, whatever moved, a row or the clock. One at a time."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bihuan.engines import duckdb as engine
from bihuan.live import found, store, tables
from bihuan.live.clock import ZONE
from bihuan.live.mirror import Mirror

Progress = Callable[[str, int, int], None]
Connection = psycopg.Connection[Any]


def moment(con: Connection) -> dt.datetime:
    """The system's time, read at once from the database (bihuan.live.clock believes what it read for a second)."""
    row = con.execute("SELECT ahead FROM live_clock WHERE id = 1").fetchone()
    now = dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    return now + dt.timedelta(seconds=row[0] if row else 0)


class Auditor:
    """Holds the mirror between audits. ``con`` is its own connection, in autocommit."""

    def __init__(self, con: Connection, folder: Path | None = None) -> None:
        self.con, self.folder = con, folder
        self.program = tables.program()
        self._mirror: Mirror | None = None

    def close(self) -> None:
        if self._mirror is not None:
            self._mirror.close()

    def mirror(self, progress: Progress | None = None) -> Mirror:
        """The ledgers as they stand now; built when first asked for."""
        if self._mirror is None:
            self._mirror = Mirror(self.folder)
            self._mirror.build(self.con, progress)
        else:
            self._mirror.sync(self.con)
        return self._mirror

    def catch_up(self) -> store.Moves | None:
        """Audit what moved; None where nothing did."""
        if self.con.execute("SELECT 1 FROM live_change LIMIT 1").fetchone() is None:
            return None
        return self.full()

    def full(self, progress: Progress | None = None) -> store.Moves:
        """Audit everything. Where nothing was due, what differed from the live state was its error: recorded."""
        began = time.perf_counter()
        mirror = self.mirror(progress)
        due = sorted(mirror.seen)
        now = moment(self.con)
        with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
            path = Path(folder) / "found.csv"
            rows, holes = self._look(mirror, now, path, progress)

            def done(con: Connection) -> None:
                con.execute("DELETE FROM live_change WHERE id = ANY(%s)", [due])

            number, first = (0, []) if due else store.differences(self.con, path)
            moves = store.bring(self.con, path, None, now, done)
        mirror.seen.difference_update(due)
        self.con.execute(
            "INSERT INTO live_audit (as_of, seconds, rows, holes, differences, sample) VALUES (%s, %s, %s, %s, %s, %s)",
            [now, time.perf_counter() - began, rows, holes, number, json.dumps(first[:50])],
        )
        return moves

    def _look(self, mirror: Mirror, now: dt.datetime, path: Path, progress: Progress | None) -> tuple[int, int]:
        """A full audit into a file of found.COLUMNS; rows of the ledgers, and open holes."""
        with mirror.reading() as con:
            also = [ledger.name for ledger in self.program.ledgers if _named(ledger)]
            engine.run(self.program, con, now, states=found.STATES, also=also, progress=progress)
            found.gather(con, self.program)
            found.to_csv(con, path)
            sizes = " UNION ALL ".join(f"SELECT count(*) AS n FROM {tables.table(g)}" for g in self.program.ledgers)
            (rows,) = con.execute(f"SELECT sum(n) FROM ({sizes})").fetchone() or (0,)
            (holes,) = con.execute("SELECT count(*) FROM found WHERE state = 'open'").fetchone() or (0,)
        return int(rows), int(holes)

    def verify(self, progress: Progress | None = None) -> tuple[int, list[dict[str, Any]]]:
        """Hold a full audit against the live state; nothing is mended."""
        mirror = self.mirror(progress)
        with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
            path = Path(folder) / "found.csv"
            self._look(mirror, moment(self.con), path, progress)
            return store.differences(self.con, path)


def _named(ledger: Any) -> bool:
    return any(c.name == "name" for c in ledger.columns) and len(ledger.key) == 1
