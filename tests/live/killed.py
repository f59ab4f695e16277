"""Kills at random moments, recorded in tests/fuzz.csv: ``python -m tests.live.killed ROUNDS [SEED]``.

Each round saves rows or imports a folder and kills -9 the worker, the database, the server or the import at a random
moment. After all runs again: every row acknowledged is there once, an import is there as a whole or not at all, and the
live holes are those of a full audit.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import tests.conftest  # noqa: F401  Django is set up
from tests.fuzz import record
from tests.live.desk import Desk, until
from tests.live.test_processes import ledgers
from tests.own_postgres import connect_to


class Rounds:
    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.rng = desk, random.Random(seed)
        self.acknowledged: list[str] = []
        self.number = 0

    def round(self) -> str:
        self.number += 1
        act = self.rng.choice((self.saves, self.imports))
        return act()

    def saves(self) -> str:
        """Rows are saved while something is killed."""
        from bihuan.live import actions

        what = self.rng.choice(("worker", "database", "server"))
        killer = threading.Timer(self.rng.uniform(0, 1.5), self.desk.kill, [what])
        connect_to(self.desk.url)
        killer.start()
        kept = 0
        for n in range(40):
            ticket = f"R{self.number}-{n}"
            row = {
                "ticket": ticket,
                "kind": "求助",
                "person": "张三",
                "area": "610723001001",
                "received_at": dt.datetime(2022, 1, 1),
                "text": "缺药",
            }
            try:
                actions.save_rows(actions.SYSTEM, "tickets", [row], token=ticket)
            except Exception:  # the database went: not acknowledged
                if what != "database" and what != "server":
                    raise
                break
            self.acknowledged.append(ticket)
            kept += 1
            time.sleep(self.rng.uniform(0, 0.08))
        killer.join()
        self.settle(what)
        return f"{kept} rows saved, {what} killed"

    def imports(self) -> str:
        """A folder is imported while something is killed."""
        what = self.rng.choice(("worker", "database", "server", "import"))
        rows = 3000
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            text = [f"I{self.number}-{n},610723001001,求助,2022-01-01" for n in range(rows)]
            (folder / "tickets.csv").write_text("ticket,area,kind,received_at\n" + "\n".join(text), encoding="utf-8")
            process = self.desk.begin("import", str(folder))
            time.sleep(self.rng.uniform(0.5, 6))
            if what == "import":
                process.kill()
            else:
                self.desk.kill(what)
            code = process.wait(120)
            self.settle(what)
            there = self.desk.ask(f"SELECT count(*) FROM ledger_tickets WHERE ticket LIKE 'I{self.number}-%'")
            assert there in (0, rows), f"{there} of {rows} rows"
            if code == 0:
                assert there == rows, "acknowledged, and not there"
            assert self.desk.run("import", str(folder)).returncode == 0
            there_ = self.desk.ask(f"SELECT count(*) FROM ledger_tickets WHERE ticket LIKE 'I{self.number}-%'")
            assert there_ == rows, f"{there_} of {rows} rows after importing again"
        return f"import ({'ended' if code == 0 else 'cut off'}, {there} rows there), {what} killed"

    def settle(self, what: str) -> None:
        if what == "server":
            self.desk.start()
        until(self.desk.up, 120)
        until(self.desk.audited, 240)

    def check(self) -> None:
        """Every row acknowledged is there once; the live holes are those of a full audit."""
        until(self.desk.audited, 240)
        there = self.desk.ask("SELECT array_agg(ticket) FROM ledger_tickets WHERE ticket LIKE 'R%'") or []
        assert len(there) == len(set(there)), "a row is there twice"
        lost = set(self.acknowledged) - set(there)
        assert not lost, f"acknowledged and lost: {sorted(lost)}"
        verified = self.desk.run("audit", "--verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def main(rounds: int, seed: int = 1) -> int:
    began, failed, done = time.monotonic(), 0, 0
    desk = Desk()
    try:
        desk.start()
        ledgers(desk.folder / "county")
        assert desk.run("import", str(desk.folder / "county")).returncode == 0
        lived = Rounds(desk, seed)
        for _ in range(rounds):
            try:
                said = lived.round()
                lived.check()
                done += 1
                print(f"{done}: {said}: nothing lost, nothing half, live as a full audit", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"seed {seed}, round {lived.number}: {error}", flush=True)
    finally:
        desk.remove()
    record("kills of real processes", f"seed {seed}", 6, done, failed, time.monotonic() - began)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
