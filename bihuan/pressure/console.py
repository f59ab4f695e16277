"""The console (控制台): where messages go to officers who arranged no channel.

Under ``bihuan serve`` that is a file of the data directory, ``notices.log``, one line a message behind its moment: in a
county of a thousand officers the screen would show nothing else, and the first password would be gone from it. Without
a data directory the lines stand on standard error.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from bihuan.live import clock

NAME = "notices.log"
MOST_BYTES = 5_000_000
"""A fuller file is put aside as ``notices.log.1``, in place of the one before."""

_one = threading.Lock()


def say(line: str) -> str:
    """One line; what went wrong, empty where nothing did."""
    folder = os.environ.get("BIHUAN_DATA", "")
    if not folder:
        print(line, file=sys.stderr, flush=True)
        return ""
    path = Path(folder) / NAME
    try:
        with _one:
            if path.exists() and path.stat().st_size > MOST_BYTES:
                path.replace(path.with_name(NAME + ".1"))
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{clock.now():%Y-%m-%d %H:%M:%S} {line}\n")
    except OSError as error:
        return f"{NAME}: {error.strerror}"
    return ""
