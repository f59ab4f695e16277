"""gunicorn's settings.

Processes: as many as the machine has processors, two at the least. A page is some 25 ms of Python, during which its
process does nothing else, and as much of the database's work: more processes than processors only wait for each other
(docs/bench.md). Threads: every open page holds one for its stream of events, and waits in it; the connections that they
share are few (bihuan.desk.settings). What a first page would wait for, each process reads before it is asked
(bihuan.desk.wsgi).
"""

from __future__ import annotations

import os
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("BIHUAN_WORKERS", "") or max(2, min(8, os.cpu_count() or 2)))
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
