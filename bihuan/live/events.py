"""What pages and the worker are told: an outbox table, NOTIFY to wake who listens, server-sent events to browsers.

An event is written in the transaction of what it tells, so it is told if and only if that happened; a page that was cut
off asks for what came after the last event it had.
"""

from __future__ import annotations

import datetime as dt
import queue
from collections.abc import Iterator
from typing import Any

from bihuan.live import clock
from bihuan.live.hub import Hub, Wanted
from bihuan.live.models import Event

CHANNEL = "bihuan_event"
WAKE = "bihuan_change"
KEEP = dt.timedelta(days=7)
BEAT_S = 5.0
"""A silent stream says that it is alive this often: proxies cut what is silent, and whoever has gone is noticed."""


def tell(kind: str, said: dict[str, Any]) -> Event:
    """Write an event (within the transaction of what it tells); listeners wake when that is committed."""
    from django.db import connection

    event = Event.objects.create(at=clock.now(), kind=kind, said=said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return event


def wake() -> None:
    """Wake the worker: rows moved."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])


def stream(after: int | None, wanted: Wanted, whose: Any = None) -> Iterator[str]:
    """Server-sent events after the event ``after`` (None: from now on). ``wanted(event)`` gives what is told, or None;
    ``whose`` it is, and so what of them may be told (bihuan.live.sight.heard).

    Runs until the browser goes, or whoever it is may hear no more: that is asked before anything is told, and every
    hub.ASK_S seconds. Where the database is gone it says so (event ``gone``), and goes on when it is back (``back``).
    """
    ear = HUB.join(after, wanted, whose)
    try:
        yield "retry: 2000\n\n"
        while True:
            try:
                word = ear.words.get(timeout=BEAT_S)
            except queue.Empty:
                word = ": \n\n"
            if word is None:
                return
            yield word
    finally:
        HUB.leave(ear)


def url() -> str:
    """The database of this process, for a connection of our own."""
    from django.db import DEFAULT_DB_ALIAS, connections
    from psycopg.conninfo import make_conninfo

    given = connections.create_connection(DEFAULT_DB_ALIAS).get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname", "sslmode")
    return make_conninfo(**{name: str(given[name]) for name in wanted if given.get(name)})


HUB = Hub(CHANNEL, url)
