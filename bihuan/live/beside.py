"""An audit over everything beside (旁查): of all loops on schedule, of some where it can't be said whom a row touches.

It runs in a thread and on connections of its own while the auditor goes on with what moves, and stands behind it for a
processor (``mirror.behind``): somebody waits for each page, and for what his row opens.

It sees the ledgers as they were when it began. What the auditor looked at meanwhile is *spared*: it is newer than what
is found here. Of anything else, what is found otherwise than it is stored was an error.
"""

from __future__ import annotations

import csv
import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from bihuan.live import ahead, found, store, tables
from bihuan.live.events import WAKE
from bihuan.live.mirror import Change, Mirror, behind

Look = Callable[[Any, dt.datetime, Path], tuple[int, int]]
"""An audit over everything on a connection of the mirror, as of a time, into a file of found.COLUMNS; rows, and open
holes."""


class Beside:
    """Begun when it is made, as of ``now``. ``scopes``: loop → column by which its holes are told apart; ``until``
    says, from the seconds that an audit took, up to when to look ahead. ``only``: of these loops,
    whose rows moved: what is found otherwise than it is stored is no error, but what they did."""

    def __init__(
        self,
        con: psycopg.Connection[Any],
        mirror: Mirror,
        now: dt.datetime,
        look: Look,
        scopes: Mapping[str, str],
        until: Callable[[dt.datetime, float], dt.datetime],
        only: Collection[str] | None = None,
    ) -> None:
        self.now, self.changes = now, list[Change]()
        self.only = None if only is None else set(only)
        self.until = now
        self.took = self.seconds = 0.0
        self.rows = self.holes = 0
        self._spared: dict[str, dict[str, set[str]]] = {}  # loop → column → values; no column: all of it
        self._differing: list[store.Difference] = []
        self._found: list[tuple[str | None, ...]] = []  # of those that differ
        self._error: BaseException | None = None
        self._ready, self._brought = threading.Event(), threading.Event()
        self._look, self._scopes, self._until = look, scopes, until
        address = (con.info.dsn, con.info.password)
        reading = mirror.reading()
        ledgers = reading.__enter__()  # as they are now, whoever writes before the thread has begun

        def run() -> None:
            behind(mirror.place)
            try:
                with psycopg.connect(address[0], password=address[1], autocommit=True) as own:
                    self._run(own, ledgers)
            except BaseException as error:
                self._error = error
            finally:
                self._ready.set()
                reading.__exit__(None, None, None)

        self._thread = threading.Thread(target=run, name="audit beside", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def ready(self) -> bool:
        """Whether it is known what is so now; what time will move is looked for once that is :meth:`brought`."""
        return self._ready.is_set()

    @property
    def brought(self) -> bool:
        return self._brought.is_set()

    def bring(
        self, con: psycopg.Connection[Any], done: Callable[[psycopg.Connection[Any]], None] | None = None
    ) -> None:
        """Wait until it is ready, and bring the stored holes to it; then it goes on."""
        self._ready.wait()
        self.mend(con, self.errors(), done)
        self._brought.set()

    def wait(self) -> None:
        """Until it has ended."""
        self._brought.set()
        self._thread.join()

    def spare(self, scopes: Iterable[store.Scope]) -> None:
        """These were looked at by the auditor, after the ledgers that this audit sees."""
        for scope in scopes:
            self._spared.setdefault(scope.hole, {}).setdefault(scope.column, set()).update(scope.values)

    def spared(self) -> Iterator[store.Scope]:
        for hole, columns in self._spared.items():
            yield from (store.Scope(hole, column, tuple(values)) for column, values in columns.items() if column)

    def errors(self) -> list[store.Difference]:
        """What was stored otherwise than it is. Raises what ended the thread."""
        if self._error is not None:
            raise self._error
        return [one for one in self._differing if not self._is_spared(one.hole, one.subject, one.item)]

    def mend(
        self,
        con: psycopg.Connection[Any],
        errors: Iterable[store.Difference],
        done: Callable[[psycopg.Connection[Any]], None] | None = None,
    ) -> None:
        """Bring these to what they were found as. ``done``: as of store.bring."""
        wrong: dict[tuple[str, str], set[str]] = {}
        for one in errors:
            column = self._column(one.hole)
            wrong.setdefault((one.hole, column), set()).add(one.item if column == "item" else one.subject)
        scopes = [store.Scope(hole, column, tuple(values)) for (hole, column), values in wrong.items()]
        places = {hole: (store.PLACES[column], values) for (hole, column), values in wrong.items()}
        rows = [row for row in self._found if row[0] in places and row[places[row[0]][0]] in places[row[0]][1]]
        store.bring(con, rows, scopes, self.now, done)

    def _column(self, hole: str) -> str:
        return self._scopes[hole].removeprefix("ob_")

    def _is_spared(self, hole: str, subject: str, item: str) -> bool:
        by = self._spared.get(hole, {})
        return "" in by or subject in by.get("subject", ()) or item in by.get("item", ())

    # ── in the thread ───────────────────────────────────────────────────────────────────────────

    def _run(self, con: psycopg.Connection[Any], ledgers: Any) -> None:
        began = time.perf_counter()
        of = None if self.only is None else [store.Scope(hole) for hole in sorted(self.only)]
        with found.file() as path:
            self.rows, self.holes = self._look(ledgers, self.now, path)
            _, self._differing = store.differences(con, path, self.now, of, most=None, ahead=of is not None)
            self._found = list(self._told_of(path))
            self.took = time.perf_counter() - began
            if self.only is not None:
                self._ready.set()
                con.execute(f"NOTIFY {WAKE}")
                self._brought.wait()
            self.until = self._until(self.now, self.took)
            self._look(ledgers, self.until, path)
            ahead.learn(con, path, self._scopes.__getitem__, self.now, self.until, of)
            if of is None:
                ahead.note(con, ahead.of_rows(ledgers, tables.ledgers().values(), self.now, self.until))
        self.seconds = time.perf_counter() - began
        con.execute(f"NOTIFY {WAKE}")

    def _told_of(self, path: Path) -> Iterator[tuple[str | None, ...]]:
        """Of what was found, all that shares its scope with one that differs."""
        wrong = {(one.hole, one.item if self._column(one.hole) == "item" else one.subject) for one in self._differing}
        if not wrong:
            return
        places = {hole: store.PLACES[self._column(hole)] for hole, _ in wrong}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                if row[0] in places and (row[0], row[places[row[0]]]) in wrong:
                    yield tuple(None if cell == "\\N" else cell for cell in row)
