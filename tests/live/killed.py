"""Kills at random moments, recorded in tests/fuzz.csv: ``python -m tests.live.killed ROUNDS [SEED [ACT]]``.

Each round does something (rows saved, by the system or on a page; a folder imported, by the shell or on a page; an audit
of everything; the jobs of telling, notices and briefings) and kills -9 the worker, the database, the server or the
import at a random moment; every pair of them comes once before any comes again (of one act alone, where it is named).
After all runs again: every row
acknowledged is there once, an import is there as a whole or not at all, sent twice it is there once, no job has had its
effect twice, and the live holes are those of a full audit.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import tests.conftest  # noqa: F401  Django is set up
from tests.fuzz import record
from tests.live.desk import Desk, until
from tests.live.test_processes import ledgers
from tests.live.web import DONE, LOST, SEEN, Web
from tests.own_postgres import connect_to

WHATS = ("worker", "database", "server")
ACTS = ("saves", "page", "imports", "upload", "audits", "jobs")
ROWS = 3000
"""Of a folder that is imported."""
WAIT_S = 600
JOBS_S = 200.0
"""A job whose worker was killed is taken up within a minute and a half; an untouched one at once."""


class Rounds:
    def __init__(self, desk: Desk, seed: int, acts: tuple[str, ...] = ACTS) -> None:
        self.desk, self.rng, self.acts = desk, random.Random(seed), acts
        self.web = Web(desk, "web")
        self.acknowledged: list[str] = []
        self.number = 0
        self.pairs = self._pairs()

    def _pairs(self) -> Iterator[tuple[str, str]]:
        while True:
            every = [(act, what) for act in self.acts for what in WHATS]
            every += [("imports", "import")] * ("imports" in self.acts)
            self.rng.shuffle(every)
            yield from every

    def round(self) -> str:
        self.number += 1
        act, what = next(self.pairs)
        said = getattr(self, act)(what)
        return f"{act}: {said}, {what} killed"

    def _killer(self, what: str, within_s: float) -> threading.Timer:
        killer = threading.Timer(self.rng.uniform(0, within_s), self.desk.kill, [what])
        killer.start()
        return killer

    def settle(self, what: str) -> None:
        if what == "server":
            self.desk.start()
        until(self.desk.up, 120)
        until(self.desk.serves, 120)
        connect_to(self.desk.url)
        until(self.desk.audited, 240)

    # ── acts ────────────────────────────────────────────────────────────────────────────────────

    def saves(self, what: str) -> str:
        """Rows are saved one after the other."""
        from bihuan.live import actions

        connect_to(self.desk.url)
        killer = self._killer(what, 1.5)
        kept = 0
        for n in range(40):
            ticket = f"R{self.number}-{n}"
            row = {**TICKET, "ticket": ticket, "received_at": dt.datetime(2022, 1, 1)}
            try:
                actions.save_rows(actions.SYSTEM, "tickets", [row], token=ticket)
            except Exception:  # the database went: not acknowledged
                if what == "worker":
                    raise
                break
            self.acknowledged.append(ticket)
            kept += 1
            time.sleep(self.rng.uniform(0, 0.08))
        killer.join()
        self.settle(what)
        return f"{kept} rows saved"

    def page(self, what: str) -> str:
        """Rows are saved on a page; the form whose answer was lost is sent again as it was."""
        killer = self._killer(what, 3)
        kept, lost = 0, ""
        for n in range(12):
            ticket = f"R{self.number}-{n}"
            try:
                self._ticket(ticket)
            except LOST:
                lost = ticket
                break
            self.acknowledged.append(ticket)
            kept += 1
        killer.join()
        self.settle(what)
        self.web.sign_in()
        if lost:
            self._ticket(lost)
            self.acknowledged.append(lost)
        return f"{kept} rows saved on a page, {'one sent again' if lost else 'none lost'}"

    def _ticket(self, ticket: str) -> None:
        form = {**TICKET, "ticket": ticket, "received_at": "2022-01-01T00:00", "token": f"web-{ticket}"}
        where, said = self.web.post("/ledgers/tickets/new", form)
        assert "/ledgers/tickets/row/" in where, (where, said[:2000])

    def imports(self, what: str) -> str:
        """A folder is imported by the shell."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "tickets.csv").write_text(self._rows(), encoding="utf-8")
            process = self.desk.begin("import", str(folder))
            time.sleep(self.rng.uniform(0.5, 6))
            if what == "import":
                process.kill()
            else:
                self.desk.kill(what)
            code = process.wait(WAIT_S)
            self.settle(what)
            there = self._there()
            assert there in (0, ROWS), f"{there} of {ROWS} rows"
            assert there == ROWS or code != 0, "acknowledged, and not there"
            self._import(folder)
            assert self._there() == ROWS, f"{self._there()} of {ROWS} rows after importing again"
        return f"import ({'ended' if code == 0 else 'cut off'}, {there} rows there)"

    def _import(self, folder: Path) -> None:
        done = self.desk.run("import", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr

    def upload(self, what: str) -> str:
        """A file is uploaded, looked at and written on the pages."""
        killer = self._killer(what, 6)
        where, done = "", False
        try:
            where, _ = self.web.post("/import/", {}, ("tickets.csv", self._rows()))
            where = where.removeprefix(self.desk.address)
            self._confirm(where)
            done = True
        except LOST:
            pass
        killer.join()
        self.settle(what)
        there = self._there()
        assert there in (0, ROWS), f"{there} of {ROWS} rows"
        assert there == ROWS or not done, "acknowledged, and not there"
        if not done:
            self.web.sign_in()
            if not where:
                sent, _ = self.web.post("/import/", {}, ("tickets.csv", self._rows()))
                where = sent.removeprefix(self.desk.address)
            self._confirm(where)  # the same upload is found again
        assert self._there() == ROWS, f"{self._there()} of {ROWS} rows after importing again"
        return f"import on a page ({'ended' if done else 'cut off'}, {there} rows there)"

    def _confirm(self, where: str) -> None:
        """The worker reads, then writes; the page says when it has done so."""
        until(lambda: self.web.shows(where, SEEN, DONE), JOBS_S)
        self.web.post(f"{where}confirm", {}, at=where)
        until(lambda: self.web.shows(where, DONE), JOBS_S)

    def _rows(self) -> str:
        rows = [f"I{self.number}-{n},610723001001,求助,2022-01-01" for n in range(ROWS)]
        return "ticket,area,kind,received_at\n" + "\n".join(rows)

    def _there(self) -> int:
        return int(self.desk.ask(f"SELECT count(*) FROM ledger_tickets WHERE ticket LIKE 'I{self.number}-%'"))

    def audits(self, what: str) -> str:
        """An audit of everything, right after many rows moved."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "tickets.csv").write_text(self._rows(), encoding="utf-8")
            self._import(Path(name))
        process = self.desk.begin("audit")
        time.sleep(self.rng.uniform(0.5, 5))
        self.desk.kill(what)
        code = process.wait(WAIT_S)
        self.settle(what)
        return f"audit {'ended' if code == 0 else 'cut off'}"

    def jobs(self, what: str) -> str:
        """What is urgent is told, a notice goes out, a briefing is drawn."""
        from bihuan.briefings import reading
        from bihuan.briefings.models import Briefing
        from bihuan.live import actions, clock
        from bihuan.notices import writing

        connect_to(self.desk.url)
        now = clock.now().replace(second=0, microsecond=0)
        day = dt.timedelta(days=1)
        saved = actions.save_rows(
            actions.SYSTEM, "tickets", [{**TICKET, "ticket": f"J{self.number}", "received_at": now - day}]
        )
        assert saved.batch is not None, saved.rejects
        asked = writing.Asked(f"第 {self.number} 号", "请核对名单", "610723", "duties", urgent=True)
        notice = writing.write(asked, "web", "web").pk
        briefing = Briefing.objects.create(
            area="610723",
            as_of=now,
            since=now - day,
            known=dict(reading.known()),
            drafted_by="web",
            drafted_name="web",
            drafted_at=now,
        ).pk
        time.sleep(self.rng.uniform(0, 18))
        self.desk.kill(what)
        self.settle(what)
        out = f"SELECT count(*) FROM notice WHERE id = {notice} AND sent_at IS NOT NULL"
        drawn = f"SELECT count(*) FROM briefing_drawn WHERE briefing_id = {briefing}"
        idle = "SELECT count(*) = 0 FROM notice_delivery WHERE state = 'written'"
        try:
            until(lambda: self._asked(out) == 1 and self._asked(drawn) == 4 and self._asked(idle), JOBS_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; left: {self._asked(LEFT)}") from error
        twice = f"SELECT count(*) - count(DISTINCT (recipient_id, round)) FROM notice_delivery d JOIN notice_recipient r ON r.id = d.recipient_id WHERE r.notice_id = {notice}"
        assert self.desk.ask(twice) == 0, "a notice went out twice"
        return "a notice, a briefing and what is urgent"

    def _asked(self, query: str) -> object:
        import psycopg

        try:
            return self.desk.ask(query)
        except psycopg.Error:
            return None

    # ── what holds after each ───────────────────────────────────────────────────────────────────

    def check(self) -> None:
        """Every row acknowledged is there once; nobody was told twice; the live holes are those of a full audit."""
        until(self.desk.audited, 240)
        there = self.desk.ask("SELECT array_agg(ticket) FROM ledger_tickets WHERE ticket LIKE 'R%'") or []
        assert len(there) == len(set(there)), "a row is there twice"
        lost = set(self.acknowledged) - set(there)
        assert not lost, f"acknowledged and lost: {sorted(lost)}"
        doubled = self.desk.ask(
            "SELECT count(*) FROM (SELECT 1 FROM pressure_telling t JOIN pressure_message m ON m.id = t.message_id "
            "WHERE m.state <> 'failed' GROUP BY t.of_id, t.opened_at, t.recipient, t.why HAVING count(*) > 1) x"
        )
        assert doubled == 0, f"{doubled} holes were told twice"
        self._said()
        spans = self.desk.ask(
            "SELECT count(*) FROM (SELECT 1 FROM live_span WHERE closed_at IS NULL GROUP BY of_id HAVING count(*) > 1) x"
        )
        assert spans == 0, f"{spans} holes stand open twice"
        verified = self.desk.run("audit", "--verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def _said(self) -> None:
        """On the console stands each message that was sent, once; of those that were cut off nobody knows."""
        log = self.desk.data / "notices.log"

        def lines() -> int:
            return log.read_text(encoding="utf-8").count("通知 → ") if log.exists() else 0

        counted = (
            "SELECT (SELECT count(*) FROM pressure_message WHERE state = ANY('{%s}')) "
            "+ (SELECT count(*) FROM notice_delivery WHERE state = ANY('{%s}'))"
        )
        sent, before = self.desk.ask(counted % ("sent", "sent")), lines()
        most = self.desk.ask(counted % ("sent,sending,unsure", "sent,sending,unsure"))
        assert sent <= lines() and before <= most, f"{sent} sent, at most {most}, {before} lines on the console"


LEFT = """
    SELECT string_agg(concat_ws(' ', j.id, task_name, status, attempts, scheduled_at, worker_id, last_heartbeat), '; ')
    FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = worker_id WHERE status <> 'succeeded'
"""
"""Jobs that are not done."""

TICKET = {"kind": "求助", "person": "张三", "area": "610723001001", "text": "缺药"}


def main(rounds: int, seed: int = 1, act: str = "") -> int:
    began, failed, done = time.monotonic(), 0, 0
    desk = Desk()
    try:
        desk.start()
        ledgers(desk.folder / "county")
        assert desk.run("import", str(desk.folder / "county")).returncode == 0
        lived = Rounds(desk, seed, (act,) if act else ACTS)
        for _ in range(rounds):
            try:
                said = lived.round()
                lived.check()
                done += 1
                print(f"{done}: {said}: nothing lost, nothing half, nothing twice, live as a full audit", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"seed {seed}, round {lived.number}: {error}", flush=True)
    finally:
        desk.remove()
    record("kills of real processes", f"seed {seed} {act}".strip(), 6, done, failed, time.monotonic() - began)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3]), *sys.argv[3:]))
