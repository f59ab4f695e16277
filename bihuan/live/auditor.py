"""The auditor: brings the stored holes to what the ledgers say, whatever moved, a row or the clock. One at a time.

A row that moved is audited for the subjects that it touches, on the rows that these need. What can't be said of a few
rows is noted as due and audited over everything right after, loop by loop; what moved in bulk, by a full audit. What
time alone will move is known ahead (bihuan.live.ahead) and audited at its moment.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bihuan.audit import texts
from bihuan.engines import duckdb as engine
from bihuan.engines.statements import Statements
from bihuan.live import ahead, found, store, tables
from bihuan.live.beside import Beside
from bihuan.live.clock import moment
from bihuan.live.fetching import Fetcher
from bihuan.live.mirror import Change, Mirror, changes
from bihuan.live.moved import Moved
from bihuan.live.neighbourhood import Neighbourhood
from bihuan.live.relations import Wide
from bihuan.live.rounds import Rounds
from bihuan.live.undisturbed import undisturbed

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]
Connection = psycopg.Connection[Any]

BULK = 300
MORE_A_S = 10
"""Rows that moved at once, or subjects of a loop, from which an audit over everything costs less than theirs: so many,
or so many for each second that it takes."""

SAMPLE = 50
"""Differences of a full audit that are recorded in words."""

SETTINGS = ("SET plan_cache_mode = force_generic_plan", "SET jit = off")
"""Few rows by an index, again and again: to plan that anew costs more than to do it."""

EVERYTHING = "*"
"""Noted as due in place of a loop: all of them."""


class Auditor:
    """Holds the mirror and the workbench between audits. ``con`` is its own connection, in autocommit; ``clock`` tells
    the time (by default the system's); ``place``: how far behind audits over everything stand (mirror.behind)."""

    def __init__(
        self,
        con: Connection,
        folder: Path | None = None,
        clock: Callable[[], dt.datetime] | None = None,
        place: int = 0,
    ) -> None:
        self.con, self.folder, self.place = con, folder, place
        self.statements = Statements(con)
        for setting in SETTINGS:
            con.execute(setting)
        self.now = clock or (lambda: moment(con))
        self.program = tables.program()
        self.rounds = Rounds(con, self.program)
        self.interval = ahead.EVERY_S  # seconds from one full audit to the next
        self.took = 0.0  # seconds of the last one
        self.rest = 0.0  # until when (time.monotonic) what is due over everything waits for saved rows
        self.at: dt.datetime | None = None  # as of when the stored holes are
        self.until: dt.datetime | None = None  # up to when it is known what time will move
        self._mirror: Mirror | None = None
        self._behind: list[Change] = []  # audited, and not in the mirror yet
        self._moved: dict[tuple[str, str], set[str]] = {}  # audited since, and not ahead yet
        self._beside: Beside | None = None  # a full audit
        self._due: Beside | None = None  # what was due over everything
        self._asked: set[str] = set()  # as it was noted
        self._noted: set[str] = set()  # due again since that began

    def close(self) -> None:
        self._leave_beside()
        self.rounds.close()
        if self._mirror is not None:
            self._mirror.close()

    def mirror(self, progress: Progress | None = None) -> Mirror:
        """The ledgers as they stand now; built when first asked for."""
        if self._mirror is None:
            self._mirror = Mirror(self.folder, self.place)
            self._mirror.build(self.con, progress)
        else:
            waiting = changes(self.con)
            self._mirror.follow(self.con, [*self._behind, *waiting])
            self._mirror.seen.intersection_update(change.id for change in waiting)
        self._behind = []
        return self._mirror

    @property
    def bulk(self) -> int:
        return max(BULK, round(MORE_A_S * self.took))

    # ── what moved ──────────────────────────────────────────────────────────────────────────────

    def catch_up(self, *, gently: bool = False) -> bool:
        """Audit what moved, rows or time, then what is due over everything; at last look ahead for what was audited.
        Whether anything moved. ``gently``: what is due over everything goes on beside, half of the time at the most,
        and is taken in by a later call."""
        any_ = False
        while True:
            now = self.now()
            if self.at is None or self.until is None or not self.at <= now <= self.until:
                self.full()  # nobody looked so far ahead
            elif not (self.local(changes(self.con), now) or self._end_due(wait=not gently) or self.due(gently)):
                self._end_proof()
                self.look_ahead()
                return any_
            any_ = True

    @undisturbed
    def local(self, changes: Sequence[Change], now: dt.datetime) -> bool:
        """Audit the subjects that these changes touch, and those whose moment has come; note what is due over
        everything. Whether there was any."""
        passed = self.con.execute(
            "SELECT hole, by, array_agg(DISTINCT value) FROM live_moment WHERE at <= %s GROUP BY 1, 2", [now]
        ).fetchall()
        wanted = {(hole, f"ob_{by}"): set(values) for hole, by, values in passed if hole and len(values) <= self.bulk}
        due = {hole or EVERYTHING for hole, _, values in passed if len(values) > self.bulk}
        fetcher, moved = Fetcher(self.statements), Moved()
        coming: list[ahead.Due] = []
        try:
            for hole, ledger, ids in passed:
                for id_ in ids if not hole and EVERYTHING not in due else ():
                    rows = fetcher.versions(ledger, int(id_), int(id_))
                    moved.add(ledger, rows, (row[-1] for row in rows))
            for change in changes:
                rows = fetcher.versions(change.ledger, change.first, change.last)
                fresh = [row for row in rows if change.first <= row[-1] <= change.last]
                moved.add(change.ledger, rows, (row[-1] for row in fresh))
                ledger_ = tables.ledgers()[change.ledger]
                coming += [due_ for row in fresh for due_ in ahead.of_row(ledger_, row, now, self.until or now)]
            if moved.number > self.bulk:
                raise Wide("in bulk")
        except Wide:
            moved = Moved()
            due.add(EVERYTHING)

        def done(con: Connection, wide: Collection[str], again: Sequence[ahead.Due]) -> None:
            if wide or due:
                noted = sorted({*wide, *due})
                self._noted.update(noted)
                con.execute("INSERT INTO live_due SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [noted])
            if changes:
                con.execute("DELETE FROM live_change WHERE id = ANY(%s)", [[change.id for change in changes]])
            if passed:
                con.execute("DELETE FROM live_moment WHERE at <= %s", [now])
            if coming or again:
                ahead.note(con, [*coming, *again])
            self._is_at(con, now)

        if moved.number or wanted:
            scopes, owned = self.rounds.run(now, fetcher, moved, wanted, done)
            self._look_ahead_at(scopes)
            self._spare(*scopes, *owned)
        elif changes or passed or now != self.at:
            with self.con.transaction():
                done(self.con, (), ())
        self._behind += changes
        if self._beside is not None:
            self._beside.changes += changes
        self.at = now
        return bool(changes or passed)

    def _look_ahead_at(self, scopes: Iterable[store.Scope]) -> None:
        for scope in scopes:
            self._moved.setdefault((scope.hole, f"ob_{scope.column}"), set()).update(scope.values)

    def _spare(self, *scopes: store.Scope) -> None:
        """What runs beside knows less about these."""
        for beside in (self._beside, self._due):
            if beside is not None:
                beside.spare(scopes)

    def _is_at(self, con: Connection, now: dt.datetime) -> None:
        con.execute(
            "INSERT INTO live_clock (id, ahead, audited) VALUES (1, 0, %s) "
            "ON CONFLICT (id) DO UPDATE SET audited = excluded.audited",
            [now],
        )

    def look_ahead(self) -> None:
        """Know what time will move of those that were audited since the last full audit; of many, some at a time."""
        if not self._moved or self.until is None or self.at is None:
            return
        some = dict[tuple[str, str], set[str]]()
        while self._moved and sum(map(len, some.values())) < BULK:
            of, values = self._moved.popitem()
            some[of] = set(sorted(values)[:BULK])
            if len(values) > BULK:
                self._moved[of] = values - some[of]
        fetcher, wide = Fetcher(self.statements), set[str]()
        near = Neighbourhood(self.rounds.bench().lineage, fetcher, self.until, Moved())
        rows, scopes = self.rounds.found(self.until, near, fetcher, self.rounds.needed(near, some, wide), wide)
        ahead.learn(self.con, rows, near.lineage.scope, self.at, self.until, scopes)
        self.rounds.bench().session.tidy()

    # ── over everything ─────────────────────────────────────────────────────────────────────────

    def due(self, gently: bool = False) -> bool:
        """Begin to audit over everything what is noted as due; it runs beside. Whether anything began."""
        if self._due is not None or (gently and time.monotonic() < self.rest):
            return False
        noted = {row[0] for row in self.con.execute("SELECT hole FROM live_due").fetchall()}
        if not noted:
            return False
        known = {loop.hole for loop in self.program.loops}
        if EVERYTHING in noted or len(noted) > len(known) // 2:
            self.full()
            return True
        now, mirror = self.at or self.now(), self.mirror()
        until = self.until or now
        self._asked, self._noted = noted, set()
        look = partial(self._look, only=noted & known)
        self._due = Beside(self.con, mirror, now, look, self._scopes(), lambda *_: until, noted & known)
        return True

    def _end_due(self, wait: bool) -> bool:
        """Where what was due over everything has been audited: bring the stored holes to it; then it looks ahead, and
        ends. What was looked at since it began is newer, and stays. Whether anything was done."""
        if self._due is None:
            return False
        if not self._due.brought and (self._due.ready or wait):

            def done(con: Connection) -> None:
                con.execute("DELETE FROM live_due WHERE hole = ANY(%s)", [sorted(self._asked - self._noted)])

            self._due.bring(self.con, done)
            if self._beside is not None:
                self._beside.spare(store.Scope(hole) for hole in self._asked)
            return True
        if self._due.running and not wait:
            return False
        self._due.wait()
        due, self._due = self._due, None
        due.errors()
        self._look_ahead_at(due.spared())
        self.rest = time.monotonic() + due.seconds
        return True

    def _scopes(self) -> dict[str, str]:
        """Loop → column by which its holes are told apart: what lineage keeps is of one thread."""
        scope = self.rounds.bench().lineage.scope
        return {loop.hole: scope(loop.hole) for loop in self.program.loops}

    def full(self, progress: Progress | None = None) -> store.Moves:
        """Audit everything, and look ahead. Where nothing had moved, what differed from the live state was its error:
        recorded."""
        self._leave_beside()
        began = time.perf_counter()
        noted = [row[0] for row in self.con.execute("SELECT hole FROM live_due").fetchall()]
        mirror = self.mirror(progress)
        moved = sorted(mirror.seen)
        now = self.now()
        with found.file() as path:
            rows, holes = self._over(mirror, now, path, progress)

            def done(con: Connection) -> None:
                con.execute("DELETE FROM live_change WHERE id = ANY(%s)", [moved])
                con.execute("DELETE FROM live_due WHERE hole = ANY(%s)", [noted])
                con.execute("DELETE FROM live_moment")
                self._is_at(con, now)

            expected = moved or noted or self.at != now
            number, first = (0, []) if expected else store.differences(self.con, path, now)
            moves = store.bring(self.con, path, None, now, done)
            mirror.seen.difference_update(moved)
            self.took = time.perf_counter() - began
            self.interval = ahead.every(self.took)
            self.until = ahead.horizon(now, self.took)
            self._over(mirror, self.until, path, progress)
            ahead.learn(self.con, path, self.rounds.bench().lineage.scope, now, self.until)
            with mirror.reading() as con:
                ahead.note(self.con, ahead.of_rows(con, self.program.ledgers, now, self.until))
        self._moved, self.at = {}, now
        self._record(now, time.perf_counter() - began, rows, holes, number, first)
        return moves

    def _record(
        self, now: dt.datetime, seconds: float, rows: int, holes: int, number: int, first: Sequence[store.Difference]
    ) -> None:
        self.con.execute(
            "INSERT INTO live_audit (as_of, began, seconds, rows, holes, differences, sample) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [now, now, seconds, rows, holes, number, json.dumps([store.said(d) for d in first])],
        )

    # ── the proof on schedule ───────────────────────────────────────────────────────────────────

    def prove(self) -> None:
        """The full audit on schedule: with everything that moved audited as of this very moment, it finds what is
        stored already, or there is an error to record and mend. It runs beside; :meth:`catch_up` takes in its end."""
        if self.at is None:
            self.full()
        elif self._beside is None:
            now, clock = self.now(), self.now
            self.now = lambda: now
            try:
                self.catch_up()
            finally:
                self.now = clock
            self._beside = Beside(self.con, self.mirror(), now, self._look, self._scopes(), ahead.horizon)

    @property
    def proving(self) -> bool:
        return self._beside is not None

    def _end_proof(self) -> None:
        """Where the audit beside has ended: record what it proved, and look ahead as far as it did."""
        if self._beside is None or self._beside.running:
            return
        beside, self._beside = self._beside, None
        waiting = self.con.execute("SELECT hole FROM live_due").fetchall()
        beside.spare(store.Scope(hole) for (hole,) in waiting)
        errors = beside.errors()
        if errors:
            beside.mend(self.con, errors)
        self.took, self.interval, self.until = beside.took, ahead.every(beside.took), beside.until
        self._look_ahead_at(beside.spared())
        fetcher = Fetcher(self.statements)
        for change in beside.changes:
            about = tables.ledgers()[change.ledger]
            rows = fetcher.versions(change.ledger, change.first, change.last)
            coming = [due for row in rows for due in ahead.of_row(about, row, beside.now, beside.until)]
            ahead.note(self.con, coming)
        self._record(beside.now, beside.seconds, beside.rows, beside.holes, len(errors), errors[:SAMPLE])

    def _leave_beside(self) -> None:
        """What runs beside is no longer asked for."""
        for beside in (self._beside, self._due):
            if beside is not None:
                beside.wait()
        self._beside = self._due = None

    def _look(
        self,
        con: duckdb.DuckDBPyConnection,
        now: dt.datetime,
        path: Path,
        progress: Progress | None = None,
        only: set[str] | None = None,
    ) -> tuple[int, int]:
        """An audit over everything, on a connection of the mirror, into a file of found.COLUMNS; rows of the ledgers,
        and open holes."""
        also = [ledger.name for ledger in texts.named_ledgers(self.program)]
        engine.run(self.program, con, now, only=only, states=found.STATES, also=also, progress=progress)
        found.gather(con, self.program)
        found.to_csv(con, path)
        sizes = " UNION ALL ".join(f"SELECT count(*) AS n FROM {tables.table(g)}" for g in self.program.ledgers)
        (rows,) = con.execute(f"SELECT sum(n) FROM ({sizes})").fetchone() or (0,)
        (holes,) = con.execute("SELECT count(*) FROM found WHERE state = 'open'").fetchone() or (0,)
        return int(rows), int(holes)

    def _over(
        self, mirror: Mirror, now: dt.datetime, path: Path, progress: Progress | None, only: set[str] | None = None
    ) -> tuple[int, int]:
        """The same of the mirror as it stands."""
        with mirror.reading() as con:
            return self._look(con, now, path, progress, only)

    def verify(self, progress: Progress | None = None) -> tuple[int, list[store.Difference]]:
        """Hold a full audit against the stored holes; nothing is mended."""
        mirror = self.mirror(progress)
        with found.file() as path:
            now = self.now()
            self._over(mirror, now, path, progress)
            return store.differences(self.con, path, now)

    def verify_standing(self, progress: Progress | None = None) -> tuple[int, list[store.Difference]] | None:
        """The same of one moment of the database, whoever audits it meanwhile, as of when it was audited last; None
        where something waits to be audited."""
        with self.con.transaction():
            self.con.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            waits = " UNION ALL ".join(f"SELECT 1 FROM {table}" for table in ("live_change", "live_due"))
            standing = self.con.execute(f"SELECT audited FROM live_clock WHERE NOT EXISTS ({waits})").fetchone()
            if standing is None or standing[0] is None:
                return None
            mirror = Mirror(self.folder)
            try:
                mirror.build(self.con, progress)
                with found.file() as path:
                    self._over(mirror, standing[0], path, progress)
                    return store.differences(self.con, path, standing[0])
            finally:
                mirror.close()
