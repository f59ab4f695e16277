"""A worker that runs: what is due goes out to its console, each message once, also where the worker is killed while it
sends and another one is started."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bihuan.live import clock
from bihuan.live.worker import WORKER_LOCK
from tests.own_postgres import own_database

OWNERS = 120
PATIENCE_S = 120.0


@contextmanager
def worker(url: str, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker whose console is a file; killed at the end at the latest."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bihuan.desk.settings"}
    with said.open("ab") as console:
        process = subprocess.Popen([sys.executable, "-m", "bihuan.live.worker"], env=environment, stderr=console)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def told(said: Path) -> list[str]:
    """Who was told, in order."""
    return re.findall(r"通知 → (\w+)：", said.read_text(encoding="utf-8"))


@pytest.fixture
def url() -> Iterator[str]:
    """A database with a hole for each of many owners, at nine in the morning."""
    with own_database() as url:
        clock.set_to(dt.datetime(2022, 1, 5, 9))
        with psycopg.connect(url, autocommit=True) as con:
            con.execute(
                "INSERT INTO live_hole (hole, subject, item, state, severity, subject_kind, owner, since, opened_at, "
                "text_zh, text_en, remedy_zh, remedy_en, reopened, moved) "
                "SELECT 'measure.gap', 'S' || n, '', 'open', '重', 'person', 'X' || n, '2022-01-05', '2022-01-05', "
                "'', '', '', '', 0, 0 FROM generate_series(1, %s) n",
                [OWNERS],
            )
            con.execute("SELECT pg_advisory_lock(%s)", [WORKER_LOCK])  # these holes rest on no ledger: nobody audits
            yield url


@pytest.mark.long
def test_a_digest_goes_out_once_though_the_worker_is_killed_while_it_sends(url: str, tmp_path: Path) -> None:
    said = tmp_path / "console"
    said.touch()
    with worker(url, said) as first:
        wait_for(lambda: len(told(said)) >= 10)
        first.send_signal(signal.SIGKILL)
        first.wait()
    before = told(said)
    assert len(before) < OWNERS, "it was not killed in the midst of sending"
    with psycopg.connect(url, autocommit=True) as con, worker(url, said):

        def states() -> dict[str, int]:
            return dict(con.execute("SELECT state, count(*) FROM pressure_message GROUP BY state").fetchall())

        wait_for(lambda: sum(states().values()) - states().get("sending", 0) == states().get("sent", 0) >= OWNERS - 1)
        # Two quarters of a minute more: another run finds nothing to tell.
        last = con.execute("SELECT max(defer_timestamp) FROM procrastinate_periodic_defers").fetchone()
        wait_for(
            lambda: (
                con.execute(
                    "SELECT max(defer_timestamp) >= %s + 30 FROM procrastinate_periodic_defers "
                    "WHERE task_name = 'pressure.tell'",
                    last,
                ).fetchone()
                == (True,)
            )
        )
        found = states()
    after = told(said)
    assert len(after) == len(set(after)), "somebody was told twice"
    assert set(after[: len(before)]) == set(before)
    # At most the one that was being sent at the kill is in doubt: it is not sent again.
    assert found["sent"] + found.get("sending", 0) == OWNERS and found.get("sending", 0) <= 1
    assert OWNERS - len(after) <= found.get("sending", 0)
