"""Processes that belong together: started in order, restarted where one dies, stopped together.

Whatever happens to us they end too: each asks the system to be told when its parent goes (``die_with_parent``).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STOP_S = 20.0
"""How long a process may take to end once asked."""

CALM_S = 10.0
"""A process that died sooner after its start waits before the next."""


def die_with_parent(parent: int) -> None:
    """Ask Linux for SIGTERM when the parent goes; called by a child as soon as it runs. ``parent``: its pid, since it
    may be gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Part:
    """One process: how it is called and started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    tries: int = 0

    def start(self) -> None:
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment, "BIHUAN_PARENT": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            pass_fds=self.pass_fds,
            start_new_session=True,  # Ctrl-C is for us; we tell them
        )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Supervisor:
    """Runs until it is told to end. ``keep``: called twice a second, for what is not a part (the database)."""

    parts: list[Part]
    keep: Callable[[], None] = lambda: None
    tell: Callable[[str], None] = lambda name: None
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for part in self.parts:
            part.start()

    def end(self, *_: object) -> None:
        self.ended.set()

    def run(self) -> None:
        """Until :meth:`end` is called (a signal); then everything is stopped, the last started first."""
        try:
            while not self.ended.wait(0.5):
                self.keep()
                for part in self.parts:
                    if not part.alive():
                        self._again(part)
        finally:
            self.stop()

    def _again(self, part: Part) -> None:
        lived = time.monotonic() - part.began
        part.tries = 0 if lived > CALM_S else part.tries + 1
        if part.tries and lived < min(CALM_S, 0.5 * 2**part.tries):
            return
        self.tell(part.name)
        part.start()

    def stop(self) -> None:
        deadline = time.monotonic() + STOP_S
        for part in reversed(self.parts):
            if part.process is not None and part.alive():
                part.process.terminate()
        for part in reversed(self.parts):
            part.stop(deadline)
