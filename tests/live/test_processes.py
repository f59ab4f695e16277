"""The desk as processes: what was acknowledged stays, what was cut off never was, and jobs come round."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from bihuan.live import guard, store
from bihuan.live.postgres import Server
from tests.access import county
from tests.live.conftest import back_to
from tests.live.desk import Desk, until
from tests.live.web import DONE, LOST, SEEN, Web
from tests.own_postgres import connect_to

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk that serves a small county, imported by the shell."""
    desk = Desk()
    try:
        desk.start()
        ledgers(desk.folder / "county")
        assert desk.run("import", str(desk.folder / "county")).returncode == 0
        yield desk
    finally:
        desk.remove()


@pytest.fixture
def connected(desk: Desk) -> Iterator[Desk]:
    """The same, with Django's connection turned to it."""
    before = settings.DATABASES
    connect_to(desk.url)
    try:
        yield desk
    finally:
        back_to(before)


def ledgers(folder: Path) -> None:
    """The small county as files."""
    folder.mkdir()
    for name, rows in county.LEDGERS.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")


def save(ledger: str, **row: object) -> None:
    """Save a row; once this returns it is acknowledged."""
    from bihuan.live import actions

    assert actions.save_rows(actions.SYSTEM, ledger, [row]).batch is not None


def test_importing_twice_changes_nothing(desk: Desk) -> None:
    until(desk.audited, 30)
    kept = [*(f"ledger_{name}" for name in county.LEDGERS), "live_batch", "live_change", "live_hole", "live_span"]
    every = " UNION ALL ".join(f"SELECT '{table}' || to_jsonb(x)::text AS row FROM {table} x" for table in kept)
    rows = f"SELECT string_agg(row, chr(10) ORDER BY row) FROM ({every}) y"
    told = "SELECT count(*) FROM live_event WHERE kind IN ('rows', 'holes')"
    before = desk.ask(rows), desk.ask(told)
    again = desk.run("import", str(desk.folder / "county"))
    assert again.returncode == 0 and "没有改动" in again.stdout
    assert (desk.ask(rows), desk.ask(told)) == before


def test_the_live_holes_are_those_of_a_full_audit_and_said_to_differ_where_they_do(desk: Desk) -> None:
    until(desk.audited, 30)
    equal = desk.run("audit", "--verify")
    assert equal.returncode == 0, equal.stdout + equal.stderr
    desk.ask(
        "UPDATE live_hole SET severity = '常' WHERE id = (SELECT min(id) FROM live_hole WHERE severity <> '常') RETURNING id"
    )
    differing = desk.run("audit", "--verify")
    assert differing.returncode == 1 and "1 处不同" in differing.stdout and "severity" in differing.stdout
    assert desk.run("audit").returncode == 0
    assert desk.run("audit", "--verify").returncode == 0


def test_what_is_exported_is_checked_to_the_same_holes(desk: Desk) -> None:
    until(desk.audited, 30)
    folder = desk.folder / "exported"
    exported = desk.run("export", str(folder))
    assert exported.returncode == 0, exported.stderr
    as_of = exported.stdout.split("--as-of ")[1].split()[0]
    found = desk.folder / "found.csv"
    live = desk.folder / "live.csv"
    desk.run("holes", "--as-of", as_of, "--out", str(live))
    import subprocess

    from tests.live.desk import COMMAND

    subprocess.run(
        [*COMMAND, "check", str(folder), "--as-of", as_of, "--out", str(found)], check=False, capture_output=True
    )
    assert live.read_text(encoding="utf-8-sig") == found.read_text(encoding="utf-8-sig")
    assert len(found.read_text(encoding="utf-8-sig").splitlines()) > 2


def test_a_listening_page_hears_of_a_save_and_its_holes_within_two_seconds(connected: Desk) -> None:
    from bihuan.live import events

    until(connected.audited, 30)
    heard: list[tuple[str, float]] = []
    stream = events.stream(None, lambda event: event.said)
    next(stream)

    def listen() -> None:
        for text in stream:
            kinds = re.findall(r"^event: (\w+)$", text, re.MULTILINE)  # what came at once is told at once
            heard.extend((kind, time.monotonic()) for kind in kinds)
            if "holes" in kinds:
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    time.sleep(0.5)  # it listens by now
    began = time.monotonic()
    save(
        "tickets",
        ticket="T1",
        kind="求助",
        person="张三",
        area="610723001001",
        received_at=dt.datetime(2022, 1, 1),
        text="缺药",
    )
    thread.join(20)
    kinds = dict(heard)
    assert {"rows", "holes"} <= kinds.keys(), heard
    # The machine of the tests may be busy with others; at rest it is some tens of milliseconds.
    assert kinds["rows"] - began < 2
    assert kinds["holes"] - began < 5


IN_THE_MIDST = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.mark.parametrize("what", ["worker", "server", "database"])
def test_a_kill_in_the_midst_of_an_audit_an_import_and_a_save_leaves_nothing_half_lost_or_doubled(
    connected: Desk, what: str
) -> None:
    """All three wait for locks of ours when it happens, each with some of its work done."""
    desk = connected
    until(desk.audited, 60)
    folder = desk.folder / f"killed-{what}"
    folder.mkdir()
    (folder / "units.csv").write_text(f"unit,name,kind,area\nU-{what},甲,诊所,610723001001", encoding="utf-8")
    heading = "ticket,kind,area,received_at,text"
    (folder / "tickets.csv").write_text(f"{heading}\nI-{what},求助,610723001002,2022-01-01,缺粮", encoding="utf-8")
    imported = (
        f"SELECT (SELECT count(*) FROM ledger_units WHERE unit = 'U-{what}') "
        f"+ 10 * (SELECT count(*) FROM ledger_tickets WHERE ticket = 'I-{what}')"
    )
    acknowledged: list[str] = []

    def saved(ticket: str) -> None:
        try:
            ticketed(ticket)
            acknowledged.append(ticket)
        except OperationalError:
            return
        finally:
            connection.close()

    import_, saving = None, threading.Thread(target=saved, args=[f"S-{what}"])
    with suppress(psycopg.Error), psycopg.connect(desk.url, autocommit=True) as hold:
        hold.execute("SELECT pg_advisory_lock(%s)", [store.AUDIT_LOCK])
        ticketed(f"A-{what}")
        until(lambda: desk.ask(IN_THE_MIDST) == 1, 30)
        hold.execute("BEGIN")
        hold.execute("LOCK TABLE ledger_tickets IN EXCLUSIVE MODE")
        import_ = desk.begin("import", str(folder))
        saving.start()
        until(lambda: desk.ask(IN_THE_MIDST) == 3, 60)
        desk.kill(what)
    assert import_ is not None
    if what == "server":
        desk.start()
    until(desk.up, 60)
    saving.join(60)
    code = import_.wait(120)
    # The database alone takes what is in its midst along.
    assert (code, desk.ask(imported), acknowledged) == ((2, 0, []) if what == "database" else (0, 11, [f"S-{what}"]))
    connection.close()  # as every request of the desk begins with one that answers
    ticketed(f"S-{what}")
    if code:
        assert desk.run("import", str(folder)).returncode == 0
    until(desk.audited, 120)
    assert desk.ask(imported) == 11
    for ticket in (f"A-{what}", f"S-{what}"):
        assert desk.ask(f"SELECT count(*) FROM ledger_tickets WHERE ticket = '{ticket}'") == 1
        assert desk.ask(f"SELECT state FROM live_hole WHERE hole = 'ticket.late' AND subject = '{ticket}'") == "open"
        spans = "SELECT count(*) FROM live_span s JOIN live_hole h ON h.id = s.of_id WHERE h.hole = 'ticket.late'"
        assert desk.ask(f"{spans} AND h.subject = '{ticket}'") == 1
    if what == "database":  # the last of them: a full audit for all three
        verified = desk.run("audit", "--verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_worker_that_is_killed_in_the_midst_of_uploads_of_two_users_leaves_each_done_once(desk: Desk) -> None:
    """One is being written, the other read: both wait for a lock of ours when it happens. Whoever left the page finds
    his own import again, and nobody else's."""
    until(desk.audited, 60)
    users = [Web(desk, name) for name in ("first", "second")]
    head = "ticket,kind,area,received_at,text\n"
    there = "SELECT string_agg(ticket || b.by, ',' ORDER BY ticket) FROM ledger_tickets t JOIN live_batch b "
    there += "ON b.id = t.from_batch WHERE ticket LIKE 'W%'"

    def sent(who: Web, ticket: str) -> str:
        text = f"{head}{ticket},求助,610723001002,2022-01-01,缺粮\n"
        return who.post("/import/", {}, ("tickets.csv", text))[0].removeprefix(desk.address)

    first = sent(users[0], "W1")
    until(lambda: users[0].shows(first, SEEN), 60)
    with psycopg.connect(desk.url) as hold:
        hold.execute("LOCK TABLE ledger_tickets IN EXCLUSIVE MODE")
        users[0].post(f"{first}confirm", {}, at=first)
        second = sent(users[1], "W2")
        until(lambda: desk.ask(IN_THE_MIDST) == 2, 60)
        desk.kill("worker")
    assert desk.ask(there) is None
    until(lambda: users[0].shows(first, DONE), 200)
    until(lambda: users[1].shows(second, SEEN), 200)
    assert desk.ask(there) == "W1first"
    users[1].post(f"{second}confirm", {}, at=second)
    users[1].post(f"{second}confirm", {}, at=second)
    until(lambda: users[1].shows(second, DONE), 60)
    assert desk.ask(there) == "W1first,W2second"
    for who, own, others in ((users[0], first, second), (users[1], second, first)):
        listed = who.get("/import/")
        assert own in listed and others not in listed
        with pytest.raises(LOST):
            who.get(others)


def ticketed(ticket: str) -> None:
    """Save a ticket whose answer is late; a second time is the first."""
    from bihuan.live import actions

    row = {"ticket": ticket, "kind": "求助", "person": "李四", "area": "610723001002", "text": "缺粮"}
    row["received_at"] = "2022-01-01"
    assert actions.save_rows(actions.SYSTEM, "tickets", [row], token=ticket).batch is not None


def test_the_jobs_of_every_quarter_of_a_minute_come_round_after_the_database_was_killed_too(desk: Desk) -> None:
    """After the kills above. Of each task the last time at which it came round is kept; what is due then is done at once."""
    last = (
        "SELECT coalesce(max(defer_timestamp), 0) FROM procrastinate_periodic_defers WHERE task_name = 'pressure.tell'"
    )
    before = desk.ask(last)
    until(lambda: desk.ask(last) >= before + 15, 45)
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'pressure.tell' AND status <> 'doing'"
    until(lambda: desk.ask(waiting) == 0, 15)


def test_whoever_is_killed_leaves_no_server_behind_and_the_next_start_recovers() -> None:
    """Also a pid that a crash left, which is somebody else's by now."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-guarded-"))
    folder.chmod(0o711)
    try:
        script = (
            f"from pathlib import Path; from bihuan.live.postgres import Server\nwith Server(Path({str(folder)!r}))"
        )
        script += ".used():\n    print(flush=True); import time; time.sleep(600)"
        user = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert user.stdout is not None
        with user, user.stdout:
            user.stdout.readline()
            server = Server(folder)
            pid = server._postmaster()
            assert pid is not None
            user.kill()
        until(lambda: server._postmaster() is None and not guard.alive(pid), 20)
        (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres\n1\n5432\n\n\n1 1\n")
        with server.used():
            assert server.alive()
        assert not server.alive()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
