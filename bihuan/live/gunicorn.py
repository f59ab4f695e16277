"""gunicorn's settings: two processes of many threads, since every open page holds one for its stream of events."""

from __future__ import annotations

import os
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("BIHUAN_WORKERS", "2"))
threads = int(os.environ.get("BIHUAN_THREADS", "128"))
timeout = 60
graceful_timeout = 5
keepalive = 30
max_requests = 0
accesslog = None
loglevel = "warning"
proc_name = "bihuan"
control_socket_disable = True


def on_starting(server: Any) -> None:
    """The master ends with ``bihuan serve``, whatever happens to it."""
    from bihuan.live.supervisor import die_with_parent

    if os.environ.get("BIHUAN_PARENT"):
        die_with_parent(int(os.environ["BIHUAN_PARENT"]))


def post_fork(server: Any, worker: Any) -> None:
    """What a page fails with is logged without anybody's numbers."""
    from bihuan.live import logs

    logs.set_up()
