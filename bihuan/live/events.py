"""What pages and the worker are told: an outbox table, NOTIFY to wake who listens, server-sent events to browsers.

An event is written in the transaction of what it tells, so it is told if and only if that happened; a page that was cut
off asks for what came after the last event it had.
"""

from __future__ import annotations

import datetime as dt
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from bihuan.live import clock, sight
from bihuan.live.models import Event

CHANNEL = "bihuan_event"
WAKE = "bihuan_change"
KEEP = dt.timedelta(days=7)
BEAT_S = 5.0
"""A silent stream says that it is alive this often: proxies cut what is silent, and whoever has gone is noticed."""

ASK_S = 15.0
"""A silent stream asks this often whether it goes on. A beat alone asks the database nothing: streams are many, and
each of their questions is a connection."""

APART_S = 0.5
"""A stream reads events no oftener: what came within is read at once."""

AT_ONCE = 500
"""A page that missed more events than this is told to load anew."""

Wanted = Callable[[Event], Any | None]


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


def last() -> int:
    """The id of the newest event."""
    with sight.herald():
        return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def stream(
    after: int | None, wanted: Wanted, goes_on: Callable[[], bool] = lambda: True, within: sight.Sight | None = None
) -> Iterator[str]:
    """Server-sent events after the event ``after`` (None: from now on). ``wanted(event)`` gives what is told, or None;
    ``within``: in whose sight events are read.

    Runs until the browser goes, or until ``goes_on()`` is false, which is asked before anything is told, and every
    ASK_S seconds. Where the database is gone it says so (event ``gone``), and goes on when it is back (event ``back``).
    """
    ours = HUB.join()
    try:
        yield "retry: 2000\n\n"
        at = last() if after is None else after
        word, asked, away, wrote = True, 0.0, False, time.monotonic()
        while True:
            try:
                began = time.monotonic()
                if word or began - asked > ASK_S:
                    found = _found(at, goes_on, within or sight.herald)
                    asked = began
                    if found is None:
                        yield "event: reload\ndata: {}\n\n"
                        return
                    if away:
                        away = False
                        yield "event: back\ndata: {}\n\n"
                    for event in found:
                        at = event.id
                        said = wanted(event)
                        if said is not None:
                            told = json.dumps(said, ensure_ascii=False)
                            yield f"id: {event.id}\nevent: {event.kind}\ndata: {told}\n\n"
                            wrote = time.monotonic()
                word = _heard(ours, began + APART_S)
                if time.monotonic() - wrote >= BEAT_S:  # also where words come that are not for this one
                    yield ": \n\n"
                    wrote = time.monotonic()
            except _database_errors():
                yield "event: gone\ndata: {}\n\n"
                word = away = True
                time.sleep(2)
    finally:
        HUB.leave(ours)


def _found(at: int, goes_on: Callable[[], bool], within: sight.Sight) -> list[Event] | None:
    """The events after one; None where the stream does not go on."""
    from django.db import connection

    try:
        if not goes_on():
            return None
        with within():
            found = list(Event.objects.filter(id__gt=at).order_by("id")[: AT_ONCE + 1])
        return [Event(id=last(), kind="reload", said={})] if len(found) > AT_ONCE else found
    finally:
        connection.close()  # a stream waits for minutes: it holds no connection meanwhile


def _heard(ours: queue.SimpleQueue[None], until: float) -> bool:
    """Wait for a word, at most a beat; several words are one, and so are those that come before ``until``."""
    try:
        ours.get(timeout=BEAT_S)
    except queue.Empty:
        return False
    time.sleep(max(0.0, until - time.monotonic()))
    while not ours.empty():
        ours.get()
    return True


def _database_errors() -> tuple[type[Exception], ...]:
    from django.db import InterfaceError, OperationalError

    return (OperationalError, InterfaceError)


class Hub:
    """One connection of a process that listens, for all its streams."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.listeners: set[queue.SimpleQueue[None]] = set()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def join(self) -> queue.SimpleQueue[None]:
        ours: queue.SimpleQueue[None] = queue.SimpleQueue()
        with self.lock:
            self.listeners.add(ours)
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._listen, name=f"listen {self.channel}", daemon=True)
                self.thread.start()
        return ours

    def leave(self, ours: queue.SimpleQueue[None]) -> None:
        with self.lock:
            self.listeners.discard(ours)

    def _tell(self) -> None:
        with self.lock:
            for ours in self.listeners:
                ours.put(None)

    def _listen(self) -> None:
        import psycopg

        while True:
            try:
                with psycopg.connect(url(), autocommit=True) as con:
                    con.execute(f"LISTEN {self.channel}")
                    self._tell()  # whatever came while nobody listened
                    for _ in con.notifies():
                        self._tell()
            except psycopg.Error:
                self._tell()
                time.sleep(1)


def url() -> str:
    """The database of this process, for a connection of our own."""
    from django.db import DEFAULT_DB_ALIAS, connections
    from psycopg.conninfo import make_conninfo

    given = connections.create_connection(DEFAULT_DB_ALIAS).get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname", "sslmode")
    return make_conninfo(**{name: str(given[name]) for name in wanted if given.get(name)})


HUB = Hub(CHANNEL)
