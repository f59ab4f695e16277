"""What a saved row costs: the work from its commit to its holes in the database. ``python -m bench.live [PEOPLE …]``.

Single rows of the common ledgers are saved in a demo county, one at a time, in turn a new one (another's, under a new
key) and one with a value corrected (to what another row says), and audited as the worker does it.
*Work* is the time for which a processor was busy with it: that of this process and of the two sessions of PostgreSQL
that the auditor has (from /proc; elsewhere, wall clock). What can't be said of few rows is audited over everything,
loop by loop, right after; it is told apart.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, TextIO

import psycopg
from django.db import connection

from bihuan.kernel.ledger import Ledger
from tests.own_postgres import own_database

LEDGERS = (
    "arrivals",
    "sightings",
    "verifications",
    "measures",
    "samples",
    "monitoring",
    "check_ins",
    "contacts",
    "aid",
    "people",
    "units",
    "lot_moves",
    "stocks",
    "tasks",
    "tickets",
    "duties",
    "orders",
)
ROWS = 28
WARM = 4
"""Rows of each ledger that are saved first and not counted: they bring what they stand on into memory."""

NOW = dt.datetime(2022, 1, 6, 14)


class Work:
    """Milliseconds of work so far, and by step of those that are watched."""

    def __init__(self) -> None:
        self.sessions: list[TextIO] = []
        self.steps: dict[str, float] = defaultdict(float)
        self._watched: list[tuple[Any, str, Any]] = []

    def now(self) -> float:
        if not self.sessions:
            return time.perf_counter() * 1000
        return time.process_time() * 1000 + sum(map(_busy, self.sessions)) / 1e6

    def of(self, *pids: int) -> None:
        """Count the work of these sessions too. (Their files stay open: to look is to work.)"""
        if Path("/proc/self/schedstat").exists():
            self.sessions += [Path(f"/proc/{pid}/schedstat").open() for pid in pids]  # noqa: SIM115

    def watch(self, of: Any, name: str, step: str) -> None:
        """Count what a function takes as a step."""
        function = getattr(of, name)

        def watched(*args: Any, **named: Any) -> Any:
            began = self.now()
            try:
                return function(*args, **named)
            finally:
                self.steps[step] += self.now() - began

        self._watched.append((of, name, function))
        setattr(of, name, watched)

    def leave(self) -> None:
        """Watch no longer."""
        for of, name, function in reversed(self._watched):
            setattr(of, name, function)
        for session in self.sessions:
            session.close()


def _busy(session: TextIO) -> int:
    """Nanoseconds."""
    session.seek(0)
    return int(session.read().split()[0])


def county(people: int) -> None:
    """A demo county in the empty database."""
    from bihuan.demo import write
    from bihuan.live import actions, clock, imports

    clock.set_to(NOW)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), people=people, as_of=NOW)
        imports.import_folder(actions.SYSTEM, Path(folder))


def standing(ledger: str, most: int) -> list[dict[str, Any]]:
    """Rows of a ledger, drawn alike at every size."""
    from bihuan.live import tables

    columns = tables.ledgers()[ledger].columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {tables.listed(columns)} FROM ledger_{ledger} WHERE latest AND retracted IS NOT TRUE "
            "ORDER BY md5(id::text) LIMIT %s",
            [most],
        )
        return [dict(zip((c.name for c in columns), row, strict=True)) for row in cursor.fetchall()]


ACTS = ("added", "corrected")


def added(about: Ledger, row: dict[str, Any], n: int) -> dict[str, Any]:
    """The row under a key that no other has."""
    own = [key for key in about.key if about[key].type == "text" and not about[key].refers]
    moments = [key for key in about.key if isinstance(row[key], dt.datetime)]
    if own:
        return {**row, own[0]: f"N{n}"}
    return {**row, **{key: row[key] + dt.timedelta(seconds=n + 1) for key in moments[:1]}}


def corrected(about: Ledger, row: dict[str, Any], rows: list[dict[str, Any]], n: int) -> dict[str, Any]:
    """The row with one value that another has."""
    rng = random.Random(n)
    names = [c.name for c in about.columns if c.name not in about.key and row[c.name] is not None]
    for name in rng.sample(names, len(names)):
        others = [other[name] for other in rows if other[name] not in (None, row[name])]
        if others:
            return {**row, name: rng.choice(others)}
    return row


def measure(people: int, url: str) -> None:
    from bihuan.live import actions, rounds, store, tables
    from bihuan.live.auditor import Auditor
    from bihuan.live.fetching import Fetcher
    from bihuan.live.mirror import changes

    county(people)
    with psycopg.connect(url, autocommit=True) as con:
        con.execute("ANALYZE")
        auditor = Auditor(con, clock=lambda: NOW)
        began = time.perf_counter()
        auditor.full()
        took = time.perf_counter() - began
        (number,) = con.execute("SELECT rows FROM live_audit ORDER BY id DESC LIMIT 1").fetchone() or (0,)
        work = Work()
        work.of(con.info.backend_pid, auditor.rounds.bench().con.info.backend_pid)
        work.watch(Fetcher, "versions", "rows that moved")
        work.watch(rounds.Rounds, "_touched", "subjects touched")
        work.watch(rounds.Rounds, "needed", "rows needed")
        work.watch(rounds.Rounds, "found", "loops, owners, words")
        work.watch(store, "bring", "stored")
        auditor.rounds.warm()
        gc.collect()
        gc.freeze()  # as the worker does
        print(f"\n### {people:,} people, {number:,} rows; a full audit, with the look ahead: {took:.1f} s\n")
        steps = ("rows that moved", "subjects touched", "rows needed", "loops, owners, words", "stored")
        heads = [*(f"{act}, median ms" for act in ACTS), "both, 95th percentile", *steps, "loops left over"]
        print(f"| ledger | {' | '.join(heads)} |")
        print("|---|" + "---:|" * len(heads))
        every: dict[str, list[float]] = {act: [] for act in ACTS}
        for ledger in LEDGERS:
            about, rows = tables.ledgers()[ledger], standing(ledger, ROWS)
            times: dict[str, list[float]] = {act: [] for act in ACTS}
            parts, left = defaultdict(list), 0
            for n, row in enumerate(rows):
                act = ACTS[n % len(ACTS)]
                made = added(about, row, n) if act == "added" else corrected(about, row, rows, n)
                saved = actions.save_rows(actions.SYSTEM, ledger, [made], now=NOW)
                if saved.batch is None:
                    continue  # the other row's value is none for this one
                moved = changes(con)
                work.steps.clear()
                began = work.now()
                auditor.local(moved, NOW)
                if n >= WARM:
                    times[act].append(work.now() - began)
                    for step in steps:
                        parts[step].append(work.steps[step])
                (due,) = con.execute("SELECT count(*) FROM live_due").fetchone() or (0,)
                left = max(left, due)
                con.execute("DELETE FROM live_due")
                auditor._moved.clear()
            if not any(times.values()):
                continue
            cells = told(times) + [f"{statistics.median(parts[step]):.1f}" for step in steps]
            print(f"| {ledger} | {' | '.join(cells)} | {left} |", flush=True)
            for act in ACTS:
                every[act] += times[act]
        print(f"| all | {' | '.join(told(every))} |" + " |" * (len(steps) + 1), flush=True)
        work.leave()
        auditor.close()


def told(times: dict[str, list[float]]) -> list[str]:
    """The median of each act, and the 95th percentile of all."""
    medians = [f"{statistics.median(times[act]):.0f}" if times[act] else "" for act in ACTS]
    return [*medians, f"{percentile([time for act in ACTS for time in times[act]]):.0f}"]


def percentile(times: list[float]) -> float:
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]


def main(*sizes: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.desk.settings")
    import django

    django.setup()
    for people in sizes or (4_000, 50_000):
        with own_database(durable=True) as url:
            measure(people, url)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
