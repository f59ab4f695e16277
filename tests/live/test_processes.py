"""The desk as processes: what was acknowledged stays, what was cut off never was, and jobs come round."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.access import county
from tests.live.conftest import back_to
from tests.live.desk import Desk, until
from tests.own_postgres import connect_to


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
    batches = desk.ask("SELECT count(*) FROM live_batch")
    again = desk.run("import", str(desk.folder / "county"))
    assert again.returncode == 0 and "没有改动" in again.stdout
    assert desk.ask("SELECT count(*) FROM live_batch") == batches


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
            kind = text.partition("event: ")[2].partition("\n")[0]
            heard.append((kind, time.monotonic()))
            if kind == "holes":
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


def test_the_jobs_of_every_quarter_of_a_minute_come_round(desk: Desk) -> None:
    """Of each task the last time at which it came round is kept; what is due then is done at once."""
    last = (
        "SELECT coalesce(max(defer_timestamp), 0) FROM procrastinate_periodic_defers WHERE task_name = 'pressure.tell'"
    )
    before = desk.ask(last)
    until(lambda: desk.ask(last) >= before + 15, 45)
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'pressure.tell' AND status <> 'doing'"
    until(lambda: desk.ask(waiting) == 0, 15)


@pytest.mark.parametrize("what", ["worker", "database"])
def test_what_was_acknowledged_outlives_a_kill_and_is_audited(connected: Desk, what: str) -> None:
    until(connected.audited, 30)
    ticket = f"K-{what}"
    save(
        "tickets",
        ticket=ticket,
        kind="求助",
        person="李四",
        area="610723001002",
        received_at=dt.datetime(2022, 1, 1),
        text="缺粮",
    )
    connected.kill(what)
    until(connected.up, 60)
    until(connected.audited, 120)
    hole = f"SELECT state FROM live_hole WHERE hole = 'ticket.late' AND subject = '{ticket}'"
    assert connected.ask(hole) == "open"
    assert connected.ask(f"SELECT count(*) FROM ledger_tickets WHERE ticket = '{ticket}'") == 1
    assert connected.run("audit", "--verify").returncode == 0
