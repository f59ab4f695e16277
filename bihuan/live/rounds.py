"""A round (一轮): some subjects of some loops audited on the rows that these need, and nothing else."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg

from bihuan.engines.postgres import TooLarge, Unfit
from bihuan.kernel.program import Program
from bihuan.live import ahead, owning, store
from bihuan.live.bench import Bench
from bihuan.live.fetching import Fetcher
from bihuan.live.found import COLUMNS
from bihuan.live.moved import Moved
from bihuan.live.neighbourhood import Neighbourhood
from bihuan.live.relations import Wide

Connection = psycopg.Connection[Any]

Wanted = Mapping[tuple[str, str], set[str]]
"""(loop, ob_subject or ob_item) → which of them."""

WIDE_S = 600.0
"""How long a loop whose subjects needed too many rows is audited over everything without trying again."""


STATE, OPENS, SINCE = (list(COLUMNS).index(name) for name in ("state", "opens", "since"))


class Rounds:
    """Holds the workbench between rounds. ``con``: the auditor's connection, in autocommit."""

    def __init__(self, con: Connection, program: Program) -> None:
        self.con, self.program = con, program
        self._bench: Bench | None = None
        self._wide: dict[str, float] = {}  # loop → when its subjects last needed too many rows
        self._finals = {loop.hole for loop in program.loops if loop.final}

    def close(self) -> None:
        if self._bench is not None:
            self._bench.con.close()

    def bench(self) -> Bench:
        if self._bench is None:
            self._bench = Bench(psycopg.connect(self.con.info.dsn, password=self.con.info.password, autocommit=True))
        return self._bench

    def warm(self) -> None:
        """Get ready, so that no row that is saved waits for it."""
        self.bench().session.warm()

    def run(
        self,
        now: dt.datetime,
        fetcher: Fetcher,
        moved: Moved,
        wanted: Wanted,
        done: Callable[[Connection, set[str], list[ahead.Due]], None],
    ) -> tuple[list[store.Scope], list[store.Scope]]:
        """Bring the stored holes to what the ledgers say: of the subjects that ``moved`` touches, and of those that are
        ``wanted`` besides. ``done`` is told, in the same transaction, which loops must be audited over everything, and
        which subjects a moment later again: it can't be told yet whether a row dates them now, or none does
        (store.bring). What was looked at; and of what else the owners or names were told anew."""
        near = Neighbourhood(self.bench().lineage, fetcher, now, moved)
        asked, wide = self._touched(near, moved, fetcher)
        for of, values in wanted.items():
            asked.setdefault(of, set()).update(values)
        scopes = self.needed(near, asked, wide)
        # Beyond what is looked at: what is stored, and may have another owner or name. It is told anew as it stands.
        beyond = owning.stored(self.con, owning.touched(self.con, self.bench(), moved.rows, fetcher), scopes)
        rows, scopes = self.found(now, near, fetcher, scopes, wide, beyond)
        owned = [row for row in rows if not store.within(row, scopes)] if beyond else []
        scope = near.lineage.scope
        again = [
            (now + ahead.SECOND, row[0], by, row[store.PLACES[by]])
            for row in rows
            if moved.number
            and now == row[SINCE if row[STATE] == "open" else OPENS]
            and (by := scope(row[0]).removeprefix("ob_"))
        ]
        store.bring(self.con, rows, scopes, now, lambda con: done(con, wide, again))
        return scopes, [store.Scope(row[0], "subject", (row[store.PLACES["subject"]],)) for row in owned]

    def needed(self, near: Neighbourhood, asked: Wanted, wide: set[str]) -> list[store.Scope]:
        """Load what the loops need for these subjects; those that need too much are added to ``wide``."""
        scopes = []
        for (hole, column), some in asked.items():
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
        return scopes

    def found(
        self,
        now: dt.datetime,
        near: Neighbourhood,
        fetcher: Fetcher,
        scopes: list[store.Scope],
        wide: set[str],
        stored: Sequence[tuple[Any, ...]] = (),
    ) -> tuple[list[tuple[Any, ...]], list[store.Scope]]:
        """Run the loops on what was loaded, and tell owners and names of what they give and of what is ``stored``
        besides: rows of found.COLUMNS, and the scopes that the engine could run."""
        bench = self.bench()
        while stored or any(near.stands(scope.hole) for scope in scopes):
            try:
                with bench.round(now, fetcher.loaded, near.asked):
                    bench.gather([scope for scope in scopes if near.stands(scope.hole)])
                    if stored:
                        bench.session.put(stored)
                    if not bench.any():
                        return [], scopes
                    owning.fetch(bench, fetcher)
                    return bench.holes(), scopes
            except Unfit as unfit:
                wide.add(unfit.hole)
                scopes = [scope for scope in scopes if scope.hole != unfit.hole]
            except TooLarge:
                wide.update(scope.hole for scope in scopes)
                wide.update(hole for hole, *_ in stored)
                return [], []
        return [], scopes

    def _touched(
        self, near: Neighbourhood, moved: Moved, fetcher: Fetcher
    ) -> tuple[dict[tuple[str, str], set[str]], set[str]]:
        """Of which loops which subjects or items may change; and which loops must be audited over everything."""
        asked: dict[tuple[str, str], set[str]] = {}
        wide: set[str] = set()
        for loop in self.program.loops if moved.number else ():
            try:
                touched = near.touched(loop.hole)
            except Wide:
                wide.add(loop.hole)
                continue
            if touched is not None:
                asked.setdefault((loop.hole, touched[0]), set()).update(touched[1])
        for hole, name in self._made_good(moved, fetcher):
            asked.setdefault((hole, near.lineage.scope(hole)), set()).update(_ways(name))
        return asked, wide

    def _made_good(self, moved: Moved, fetcher: Fetcher) -> Iterator[tuple[str, str]]:
        """Holes that cannot be made good but by the findings that moved, and the rest of the name that these give."""
        place = fetcher.places["findings"]["hole"] if "findings" in fetcher.places else None
        for row in moved.rows.get("findings", ()):
            hole, _, rest = (row[place] or "" if place is not None else "").partition("/")
            if hole in self._finals and rest:
                yield hole, rest


def _ways(name: str) -> set[str]:
    """A hole's subject and item as a finding names them, parted by slashes, which a key may hold too: every way to part
    it is looked at."""
    parts = name.split("/")
    return {"/".join(parts[:n]) for n in range(1, len(parts) + 1)} | {"/".join(parts[n:]) for n in range(1, len(parts))}
