"""The worker: one process that audits what moved, tells pages, lets time pass and runs jobs. ``python -m
bihuan.live.worker``, started by ``bihuan serve``."""

from __future__ import annotations

import os
import signal
import threading

from bihuan.live.supervisor import die_with_parent


def main() -> None:
    """Until SIGTERM."""
    if os.environ.get("BIHUAN_PARENT"):
        die_with_parent(int(os.environ["BIHUAN_PARENT"]))
    ended = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    import django

    django.setup()
    ended.wait()


if __name__ == "__main__":
    main()
