"""The worker: one process that audits what moved, lets time pass, and runs jobs. ``python -m bihuan.live.worker``,
started by ``bihuan serve``.

The auditing thread listens for rows that move; the jobs run beside it, so that no job keeps a saved row waiting.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.live import logs
from bihuan.live.supervisor import die_with_parent

if TYPE_CHECKING:
    from procrastinate import App

    from bihuan.live.auditor import Auditor

WORKER_LOCK = 7105
"""Advisory lock of a session: the one that audits what moves."""

BEHIND, FAR_BEHIND = 5, 12
"""How far the worker stands behind the pages for a processor (nice), and how far its audits over everything do, which
take all of them for seconds while somebody waits for each page. A saved row is the database's work mostly, which is not
put behind."""

TICK_S = 1.0
AGAIN_S = 2.0


def auditing(ended: threading.Event) -> None:
    """Until ``ended``: audit what moved, as soon as it did. A database that goes is waited for."""
    import psycopg

    from bihuan.live import events
    from bihuan.live.auditor import Auditor

    folder = Path(os.environ["BIHUAN_DATA"]) if os.environ.get("BIHUAN_DATA") else None
    while not ended.is_set():
        try:
            with (
                psycopg.connect(events.url(), autocommit=True) as con,
                psycopg.connect(events.url(), autocommit=True) as ear,
            ):
                while not con.execute("SELECT pg_try_advisory_lock(%s)", [WORKER_LOCK]).fetchone()[0]:  # type: ignore[index]
                    if ended.wait(TICK_S):
                        return
                ear.execute(f"LISTEN {events.WAKE}")
                auditor = Auditor(con, folder, place=FAR_BEHIND)
                try:
                    _rounds(auditor, ear, ended)
                finally:
                    auditor.close()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            _say(f"数据库不通，等它回来 · the database is away, waiting for it: {' '.join(str(error).split())}")
            ended.wait(AGAIN_S)
        except Exception:
            logging.exception("auditing")
            ended.wait(AGAIN_S)


def _rounds(auditor: Auditor, ear: Any, ended: threading.Event) -> None:
    """Begun by a full audit: what happened while nobody looked. Later ones come round on schedule, and run beside."""
    import gc

    proved = -math.inf
    while not ended.is_set():
        if time.monotonic() - proved > auditor.interval:
            auditor.prove()
            if math.isinf(proved):
                auditor.rounds.warm()
                gc.collect()
                gc.freeze()  # the program is large and for good: not to be gone through each time
            proved = time.monotonic()
        auditor.catch_up(gently=True)
        for _ in ear.notifies(timeout=TICK_S, stop_after=1):
            pass


async def jobs(ended: threading.Event) -> None:
    """Until ``ended``: run jobs."""
    from procrastinate.contrib.django import app

    while not ended.is_set():
        try:
            # Of the app itself: what comes round is deferred by its own connector, and Django's would stay with a
            # connection that went with the database.
            connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
            with app.replace_connector(connector):
                async with app.open_async():
                    await _work(app, ended)
        except Exception as error:
            _say(f"后台任务停了，重新开始 · jobs ended and are started anew: {' '.join(str(error).split())}")
        if not ended.is_set():
            await asyncio.sleep(AGAIN_S)


async def _work(app: App, ended: threading.Event) -> None:
    """Until ``ended``, or until the worker gives up, which it does where the database goes."""
    work = asyncio.create_task(
        app.run_worker_async(
            concurrency=4, install_signal_handlers=False, delete_jobs="successful", shutdown_graceful_timeout=10
        )
    )
    while not ended.is_set() and not work.done():
        await asyncio.sleep(0.2)
    if not work.done():
        work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    if work.done() and not work.cancelled() and work.exception() is not None:
        _say(f"后台任务停了，重新开始 · jobs ended and are started anew: {work.exception()}")


def _say(text: str) -> None:
    print(logs.masked(text), file=sys.stderr, flush=True)


def main() -> None:
    """Until SIGTERM."""
    if os.environ.get("BIHUAN_PARENT"):
        die_with_parent(int(os.environ["BIHUAN_PARENT"]))
    ended = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    os.nice(BEHIND)
    import django

    django.setup()
    logs.set_up()
    thread = threading.Thread(target=auditing, args=(ended,), name="auditing")
    thread.start()
    asyncio.run(jobs(ended))
    thread.join(20)
    if thread.is_alive():  # in the midst of a full audit: what it has not stored is audited after the next start
        os._exit(0)


def alive(con: Any) -> bool:
    """Whether some process audits what moves (``con``: a connection of psycopg)."""
    free = con.execute("SELECT pg_try_advisory_lock(%s)", [WORKER_LOCK]).fetchone()[0]
    if free:
        con.execute("SELECT pg_advisory_unlock(%s)", [WORKER_LOCK])
    return not free


if __name__ == "__main__":
    # As the module that jobs know, not as __main__.
    from bihuan.live import worker

    worker.main()
