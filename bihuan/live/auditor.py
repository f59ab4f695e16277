"""The auditor: brings the stored holes to what the ledgers say, whatever moved, a row or the clock. One at a time.

A row that moved is audited for the subjects that it touches, on the rows that these need. What can't be said of a few
rows is noted as due and audited over everything right after, loop by loop; what moved in bulk, by a full audit.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from bihuan.audit import texts
from bihuan.engines import duckdb as engine
from bihuan.engines.postgres import Unfit
from bihuan.live import found, owning, store, tables
from bihuan.live.bench import Bench
from bihuan.live.clock import ZONE
from bihuan.live.fetching import Fetcher, Moved
from bihuan.live.mirror import Change, Mirror, changes
from bihuan.live.neighbourhood import Neighbourhood
from bihuan.live.relations import Wide

Progress = Callable[[str, int, int], None]
Connection = psycopg.Connection[Any]

BULK = 300
"""Rows that moved at once, from which a full audit costs less than their neighbourhood."""

SETTINGS = ("SET plan_cache_mode = force_generic_plan", "SET jit = off")
"""Few rows by an index, again and again: to plan that anew costs more than to do it."""

WIDE_S = 600.0
"""How long a loop whose subjects needed too many rows is audited over everything without trying again."""

EVERYTHING = "*"
"""Noted as due in place of a loop: all of them."""


def moment(con: Connection) -> dt.datetime:
    """The system's time, read at once from the database (bihuan.live.clock believes what it read for a second)."""
    row = con.execute("SELECT ahead FROM live_clock WHERE id = 1").fetchone()
    now = dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    return now + dt.timedelta(seconds=row[0] if row else 0)


class Auditor:
    """Holds the mirror and the workbench between audits. ``con`` is its own connection, in autocommit; ``clock`` tells
    the time (by default the system's)."""

    def __init__(
        self, con: Connection, folder: Path | None = None, clock: Callable[[], dt.datetime] | None = None
    ) -> None:
        self.con, self.folder = con, folder
        for setting in SETTINGS:
            con.execute(setting)
        self.now = clock or (lambda: moment(con))
        self.program = tables.program()
        self._mirror: Mirror | None = None
        self._bench: Bench | None = None
        self._behind: list[Change] = []  # audited, and not in the mirror yet
        self._wide: dict[str, float] = {}  # loop → when its subjects last needed too many rows
        self._finals = {loop.hole for loop in self.program.loops if loop.final}

    def close(self) -> None:
        if self._mirror is not None:
            self._mirror.close()
        if self._bench is not None:
            self._bench.con.close()

    def mirror(self, progress: Progress | None = None) -> Mirror:
        """The ledgers as they stand now; built when first asked for."""
        if self._mirror is None:
            self._mirror = Mirror(self.folder)
            self._mirror.build(self.con, progress)
        else:
            self._mirror.follow(self.con, [*self._behind, *changes(self.con)])
        self._behind = []
        return self._mirror

    def bench(self) -> Bench:
        if self._bench is None:
            self._bench = Bench(psycopg.connect(self.con.info.dsn, password=self.con.info.password, autocommit=True))
        return self._bench

    # ── what moved ──────────────────────────────────────────────────────────────────────────────

    def catch_up(self) -> bool:
        """Audit what moved: first the subjects that it touches, then what is due over everything. Whether any was."""
        any_ = False
        while True:
            moved = changes(self.con)
            if moved:
                self.local(moved)
            elif not self.due():
                return any_
            any_ = True

    def local(self, changes: Sequence[Change]) -> store.Moves:
        """Audit the subjects that these changes touch; note what is due over everything."""
        fetcher = Fetcher(self.con)
        moved = Moved()
        now = self.now()
        try:
            for change in changes:
                rows = fetcher.versions(change.ledger, change.first, change.last)
                moved.add(change.ledger, rows, (row[-1] for row in rows if change.first <= row[-1] <= change.last))
            if moved.number > BULK:
                raise Wide("in bulk")
        except Wide:
            return self._note(changes, {EVERYTHING})
        near = Neighbourhood(self.bench().lineage, fetcher, now, moved)
        scopes, wide = self._scopes(near, moved, fetcher)
        while True:
            try:
                moves = self._bring(
                    fetcher, near.asked, scopes, moved, now, lambda con: self._noted(con, changes, wide)
                )
            except Unfit as unfit:
                wide.add(unfit.hole)
                scopes = [scope for scope in scopes if scope.hole != unfit.hole]
                continue
            self._behind += changes
            return moves

    def _note(self, changes: Sequence[Change], wide: set[str]) -> store.Moves:
        with self.con.transaction():
            self._noted(self.con, changes, wide)
        self._behind += changes
        return store.Moves()

    def _noted(self, con: Connection, changes: Sequence[Change], wide: set[str]) -> None:
        con.execute("INSERT INTO live_due SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [sorted(wide)])
        con.execute("DELETE FROM live_change WHERE id = ANY(%s)", [[change.id for change in changes]])

    def _scopes(self, near: Neighbourhood, moved: Moved, fetcher: Fetcher) -> tuple[list[store.Scope], set[str]]:
        """What must be looked at: of which loops which subjects or items; and which loops over everything."""
        wanted: dict[tuple[str, str], set[str]] = {}
        wide: set[str] = set()
        for loop in self.program.loops:
            try:
                touched = near.touched(loop.hole)
            except Wide:
                wide.add(loop.hole)
                continue
            if touched is not None:
                wanted.setdefault((loop.hole, touched[0]), set()).update(touched[1])
        for hole, values in self._made_good(moved, fetcher).items():
            wanted.setdefault((hole, near.lineage.scope(hole)), set()).update(values)
        scopes = []
        for (hole, column), some in wanted.items():
            if time.monotonic() - self._wide.get(hole, -WIDE_S) < WIDE_S:
                wide.add(hole)
            if hole in wide:
                continue
            try:
                near.needed(hole, column, frozenset(some))
            except Wide:
                wide.add(hole)
                self._wide[hole] = time.monotonic()
                continue
            scopes.append(store.Scope(hole, column.removeprefix("ob_"), tuple(sorted(some))))
        return scopes, wide

    def _made_good(self, moved: Moved, fetcher: Fetcher) -> dict[str, set[str]]:
        """Hole → subjects and items that a finding that moved names: what it set right, or no longer does. A name is
        parted by slashes, which a key may hold too: every way to part it is looked at."""
        found_: dict[str, set[str]] = {}
        place = fetcher.places["findings"]["hole"] if "findings" in fetcher.places else None
        for row in moved.rows.get("findings", ()):
            name = row[place] if place is not None else None
            hole, _, rest = (name or "").partition("/")
            if hole in self._finals and rest:
                parts = rest.split("/")
                ways = {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
                ways |= {"/".join(parts[n:]) for n in range(1, len(parts))}
                found_.setdefault(hole, set()).update(ways)
        return found_

    def _bring(
        self,
        fetcher: Fetcher,
        asked: set[str],
        scopes: Sequence[store.Scope],
        moved: Moved,
        now: dt.datetime,
        done: Callable[[Connection], None],
    ) -> store.Moves:
        """Run the loops on what was fetched, tell owners anew where they may have moved, and store what was found."""
        bench = self.bench()
        rows: list[tuple[Any, ...]] = []
        if scopes:
            with bench.round(now, fetcher.loaded, asked):
                bench.gather(scopes)
                owning.fetch(bench, fetcher, self.program)
                rows = bench.holes()
        stored = owning.touched(self.con, self.program, moved.rows, fetcher)
        if stored:
            told = {row[:3] for row in rows}
            looked = _Looked(scopes)
            with bench.round(now, {}):
                bench.session.put(owning.stored(self.con, stored))
                owning.fetch(bench, Fetcher(self.con), self.program)
                rows += [row for row in bench.holes() if row[:3] not in told and not looked.at(row)]
        return store.bring(self.con, rows, scopes, now, done)

    # ── over everything ─────────────────────────────────────────────────────────────────────────

    def due(self) -> bool:
        """Audit over everything what is noted as due; whether anything was."""
        noted = {row[0] for row in self.con.execute("SELECT hole FROM live_due").fetchall()}
        if not noted:
            return False
        known = {loop.hole for loop in self.program.loops}
        if EVERYTHING in noted or len(noted) > len(known) // 2:
            self.full()
            return True
        holes = noted & known
        mirror = self.mirror()
        now = self.now()
        with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
            path = Path(folder) / "found.csv"
            self._look(mirror, now, path, None, holes)

            def done(con: Connection) -> None:
                con.execute("DELETE FROM live_due WHERE hole = ANY(%s)", [sorted(noted)])

            store.bring(self.con, path, [store.Scope(hole) for hole in sorted(holes)], now, done)
        return True

    def full(self, progress: Progress | None = None) -> store.Moves:
        """Audit everything. Where nothing was due, what differed from the live state was its error: recorded."""
        began = time.perf_counter()
        noted = [row[0] for row in self.con.execute("SELECT hole FROM live_due").fetchall()]
        mirror = self.mirror(progress)
        due = sorted(mirror.seen)
        now = self.now()
        with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
            path = Path(folder) / "found.csv"
            rows, holes = self._look(mirror, now, path, progress)

            def done(con: Connection) -> None:
                con.execute("DELETE FROM live_change WHERE id = ANY(%s)", [due])
                con.execute("DELETE FROM live_due WHERE hole = ANY(%s)", [noted])

            number, first = (0, []) if due or noted else store.differences(self.con, path)
            moves = store.bring(self.con, path, None, now, done)
        mirror.seen.difference_update(due)
        self.con.execute(
            "INSERT INTO live_audit (as_of, began, seconds, rows, holes, differences, sample) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [now, now, time.perf_counter() - began, rows, holes, number, json.dumps(first[:50])],
        )
        return moves

    def _look(
        self, mirror: Mirror, now: dt.datetime, path: Path, progress: Progress | None, only: set[str] | None = None
    ) -> tuple[int, int]:
        """An audit over everything into a file of found.COLUMNS; rows of the ledgers, and open holes."""
        with mirror.reading() as con:
            also = [ledger.name for ledger in texts.named_ledgers(self.program)]
            engine.run(self.program, con, now, only=only, states=found.STATES, also=also, progress=progress)
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
            self._look(mirror, self.now(), path, progress)
            return store.differences(self.con, path)


class _Looked:
    """What was looked at: a hole within it that was not found is gone, whatever was stored of it."""

    def __init__(self, scopes: Sequence[store.Scope]) -> None:
        self.scopes = {scope.hole: (1 if scope.column == "subject" else 2, set(scope.values)) for scope in scopes}

    def at(self, row: tuple[Any, ...]) -> bool:
        place, values = self.scopes.get(row[0], (0, set()))
        return bool(values) and row[place] in values
