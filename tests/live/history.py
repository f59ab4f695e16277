"""Random histories of a small city: rows saved, corrected, withdrawn, imported, the clock moving."""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

import tests.conftest  # noqa: F401  Django is set up
from bihuan.live import actions, ahead, imports, tables
from bihuan.live.auditor import Auditor
from bihuan.live.models import Hole
from tests.cities.city import build, write
from tests.fuzz import record
from tests.live.conftest import empty
from tests.own_postgres import own_database

AHEAD_S = 6 * 3600.0
"""How far these auditors look ahead: the longer, the more is moved by time alone before the next full audit."""

ACTOR = actions.System("试验")


@dataclass
class History:
    """One city in the database and what happens to it. ``now`` is its clock."""

    seed: int
    folder: Path
    people: int = 60
    now: dt.datetime = field(init=False)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.city = build(self.seed, self.people)
        self.now = self.city.now
        self.new = 0

    def begin(self) -> None:
        """Everything imported at once."""
        first = self.folder / f"city-{self.seed}"
        write(self.city, first)
        imports.import_folder(ACTOR, first)

    def step(self, name: str = "") -> str:
        """Something happens; what, in words."""
        acts = {
            "correct": self.correct,
            "add": self.add,
            "withdraw": self.withdraw,
            "load": self.load,
            "wait": self.wait,
            "expect": self.expect,
        }
        name = name or self.rng.choices(list(acts), [6, 4, 3, 1, 2, 2])[0]
        said = acts[name]()
        self.told.append(said)
        return said

    # ── what may happen ─────────────────────────────────────────────────────────────────────────

    def _row(self) -> tuple[str, dict[str, Any]]:
        ledger = self.rng.choice([name for name, rows in self.city.rows.items() if rows])
        return ledger, dict(self.rng.choice(self.city.rows[ledger]))

    def _other(self, ledger: str, column: str) -> Any:
        return self.rng.choice(self.city.rows[ledger])[column]

    def _changed(self, ledger: str, row: dict[str, Any]) -> dict[str, Any]:
        about = tables.ledgers()[ledger]
        columns = [c for c in about.columns if c.name not in about.key]
        for column in self.rng.sample(columns, min(len(columns), self.rng.choice((1, 1, 2, 3)))):
            value = row[column.name]
            if isinstance(value, dt.datetime) and self.rng.random() < 0.5:
                row[column.name] = value + dt.timedelta(hours=self.rng.choice((-100, -30, -5, -1, 1, 5, 30, 100)))
            elif not column.required and self.rng.random() < 0.3:
                row[column.name] = None
            else:
                row[column.name] = self._other(ledger, column.name)
        return row

    def _save(self, ledger: str, row: dict[str, Any]) -> str:
        said = {k: v for k, v in row.items() if k not in ("recorded_at", "recorded_by", "retracted")}
        saved = actions.save_rows(ACTOR, ledger, [said], now=self.now)
        return f"{ledger} {'saved' if saved.batch else 'rejected'} {said}"

    def correct(self) -> str:
        ledger, row = self._row()
        return self._save(ledger, self._changed(ledger, row))

    def add(self) -> str:
        ledger, row = self._row()
        about = tables.ledgers()[ledger]
        if len(about.key) == 1 and about[about.key[0]].type == "text" and ledger != "people":
            self.new += 1
            row[about.key[0]] = f"NEW{self.new}"
        return self._save(ledger, self._changed(ledger, row))

    def withdraw(self) -> str:
        ledger, row = self._row()
        about = tables.ledgers()[ledger]
        key = [row[k] for k in about.key]
        saved = actions.retract(ACTOR, ledger, [key], now=self.now)
        return f"{ledger} {'withdrawn' if saved.batch else 'not there'} {key}"

    def wait(self) -> str:
        """Time passes."""
        self.now += dt.timedelta(seconds=self.rng.choice((1, 59, 600, 3600, 7 * 3600, 86_400, 5 * 86_400)))
        return f"it is {self.now}"

    def expect(self) -> str:
        """Until what is to be done is due, to the second or just after."""
        due = Hole.objects.filter(state="pending", due__gt=self.now).values_list("due", flat=True).distinct()
        near = sorted(due)[:8]
        if near:
            self.now = self.rng.choice(near) + dt.timedelta(seconds=self.rng.choice((0, 1)))
        return f"it is {self.now}"

    def load(self) -> str:
        """A folder with some rows of some ledgers, changed here and there."""
        folder = self.folder / f"more-{self.seed}-{len(self.told)}"
        rows = {name: [] for name in self.city.rows}
        for _ in range(self.rng.choice((1, 3, 8))):
            ledger, row = self._row()
            rows[ledger].append(self._changed(ledger, row) if self.rng.random() < 0.7 else row)
        kept, self.city.rows = self.city.rows, rows
        try:
            write(self.city, folder)
        finally:
            self.city.rows = kept
        made = imports.import_folder(ACTOR, folder)
        return f"imported {made.written} of {sum(map(len, rows.values()))}"


PROOF = 3
"""Every so many acts, the full audit on schedule begins before the act and ends after it."""


def lived(
    history: History,
    con: psycopg.Connection[Any],
    steps: int,
    told: Callable[[str], None] = str,
    every: int = 1,
) -> list[str]:
    """Let a history run, the auditor catching up after each act; what differed from a full audit, after ``every`` so
    many acts, with the act after which it did."""
    history.begin()
    auditor = Auditor(con, clock=lambda: history.now)
    schedule, ahead.EVERY_S = ahead.EVERY_S, AHEAD_S / 2
    differing = []
    try:
        auditor.full()
        for act in range(1, steps + 1):
            if act % PROOF == 0:
                auditor.prove()
            said = history.step()
            auditor.catch_up()
            while auditor.proving:
                time.sleep(0.02)
                auditor.catch_up()
            if act % every and act != steps:
                continue
            number, first = auditor.verify()
            told(f"seed {history.seed} act {act}: {said}: {number} differ")
            if number:
                differing.append(f"seed {history.seed}, act {act}, {said}: {number} differ: {first[:5]}")
                auditor.full()
        proofs = con.execute("SELECT as_of, sample FROM live_audit WHERE differences > 0 ORDER BY id").fetchall()
        differing += [f"seed {history.seed}, proof as of {as_of}: {sample[:5]}" for as_of, sample in proofs]
    finally:
        ahead.EVERY_S = schedule
        auditor.close()
    return differing


def main(first: int, last: int, steps: int = 30, people: int = 60) -> int:
    """Histories of the seeds ``first`` to ``last``, each recorded in tests/fuzz.csv."""
    differ = 0
    with own_database() as url:
        for seed in range(first, last + 1):
            began = time.monotonic()
            with psycopg.connect(url, autocommit=True) as con, tempfile.TemporaryDirectory() as folder:
                empty(con)
                found = lived(History(seed, Path(folder), people), con, steps, print)
            differ += len(found)
            print(f"seed {seed}: {len(found)} of {steps} acts differ", *found, sep="\n", flush=True)
            record("live histories", f"seed {seed}", people, steps, len(found), time.monotonic() - began)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1].split("-")), *map(int, sys.argv[2:])))
