"""A desk of real processes on a data directory of its own: started, killed, started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bihuan.live.supervisor import die_with_parent

SERVES = "闭环指挥台："
"""What ``bihuan serve`` says once it serves, before the address."""

COMMAND = (sys.executable, "-m", "bihuan.cli")


class Desk:
    """``bihuan serve`` and what it starts."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bihuan-killed-"))
        self.folder.chmod(0o711)  # the database runs as somebody else
        self.data = self.folder / "data"
        self.log = self.folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--data", str(self.data), "--port", "0"],
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),  # a test run that is killed leaves no desk behind
            )
        began = self.log.read_text().count(SERVES)
        until(lambda: self.log.read_text().count(SERVES) > began or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(180)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the shell on the same data."""
        return subprocess.run(
            [*COMMAND, *words, "--data", str(self.data)], capture_output=True, text=True, check=False, timeout=300
        )

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """The same, not waited for."""
        return subprocess.Popen(
            [*COMMAND, *words, "--data", str(self.data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    # ── killing ─────────────────────────────────────────────────────────────────────────────────

    def kill(self, what: str) -> None:
        """-9 to the worker, the database or the server itself."""
        assert self.process is not None
        if what == "server":
            self.process.kill()
            self.process.wait()
        elif what == "database":
            os.kill(int((self.data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        else:
            for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
                if b"bihuan.live.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(int(pid), signal.SIGKILL)

    @property
    def address(self) -> str:
        """Of the pages, without the last slash."""
        return self.log.read_text().rpartition(SERVES)[2].split()[0].rstrip("/")

    def serves(self) -> bool:
        """Whether a page that asks the database answers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.address}/login", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    # ── the database ────────────────────────────────────────────────────────────────────────────

    @property
    def url(self) -> str:
        from bihuan.live.postgres import Server

        return Server(self.data).url()

    def ask(self, query: str) -> Any:
        """The first cell of the first row."""
        with psycopg.connect(self.url, connect_timeout=5) as con:
            found = con.execute(query).fetchone()
            return found[0] if found else None

    def up(self) -> bool:
        try:
            return self.ask("SELECT 1") == 1
        except psycopg.Error:
            return False

    def audited(self) -> bool:
        """Whether all that moved is audited."""
        try:
            return self.ask("SELECT (SELECT count(*) FROM live_change) + (SELECT count(*) FROM live_due)") == 0
        except psycopg.Error:
            return False


STEP_S = 15.0


def until(happens: Callable[[], bool], seconds: float) -> None:
    """Wait for something. One look counts for STEP_S seconds at most: where a machine stops all of us for minutes, what we
    wait for stood still as well."""
    left, last = seconds, time.monotonic()
    while not happens():
        assert left > 0, f"it did not happen within {seconds} s"
        time.sleep(0.05)
        now = time.monotonic()
        left -= min(now - last, STEP_S)
        last = now
