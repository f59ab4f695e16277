"""The hub (枢纽): tells all open streams of a process what moved, and asks the database once for all of them.

A headquarters has some hundred pages open. Were each to ask for itself whenever a row is saved, and again when its
holes are found, they would take every connection at once, and whoever opens a page would wait for a second. So one
thread reads, in whose sight (bihuan.live.sight.heard) it asks with one statement, and a stream itself does nothing but
wait and write.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from bihuan.live import sight
from bihuan.live.models import Event

ASK_S = 15.0
"""This often it is asked whether streams go on, though nothing is told."""

APART_S = 0.5
"""Events are read no oftener: what came within is read at once."""

AGAIN_S = 2.0
"""How long a database that is gone is waited for before it is asked again."""

FOLLOW_S = 1.0
"""How soon another database is listened to, where another is in force."""

LATE_S = 3600.0
"""So long a number that was passed over is looked for: its event may be of an act that is not committed yet."""

AT_ONCE = 500
"""A page that missed more events than this is told to load anew."""

GONE, BACK, RELOAD = (f"event: {word}\ndata: {{}}\n\n" for word in ("gone", "back", "reload"))

Wanted = Callable[[Event], Any | None]


class Ear:
    """One stream: the last event it had, what it wants to be told of one (None: nothing), whose it is. ``words``: what
    is to be written; None at its end."""

    def __init__(self, at: int, wanted: Wanted, whose: Any) -> None:
        self.at, self.wanted, self.whose = at, wanted, whose
        self.words: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.away = False  # it was told that the database is gone

    def tell(self, texts: Sequence[str]) -> None:
        if self.away:
            self.away = False
            texts = (BACK, *texts)
        if texts:
            self.words.put("".join(texts))

    def end(self) -> None:
        self.tell((RELOAD,))
        self.words.put(None)


class Hub:
    """Of one process. ``url`` gives the address of the database, for the connection that listens on ``channel``."""

    def __init__(self, channel: str, url: Callable[[], str]) -> None:
        self.channel, self.url = channel, url
        self.of = ""  # the address of the database
        self.ears: set[Ear] = set()
        self.at: int | None = None  # up to which event is read; None: nobody hears
        self.passed: dict[int, float] = {}  # numbers that were passed over, and when
        self.word = threading.Event()  # there may be something to tell
        self.lock = threading.Lock()
        self.threads: dict[str, threading.Thread] = {}

    def join(self, after: int | None, wanted: Wanted, whose: Any) -> Ear:
        """A stream after the event ``after``; None: from now on."""
        self._follow()
        now = newest() if after is None and self.at is None else None
        with self.lock:
            ear = Ear(next(at for at in (after, self.at, now, 0) if at is not None), wanted, whose)
            self.ears.add(ear)
            for name, run in (("listen", self._listen), ("tell", self._tell)):
                thread = self.threads.get(name)
                if thread is None or not thread.is_alive():
                    thread = self.threads[name] = threading.Thread(target=run, daemon=True)
                    thread.start()
        if after is not None:
            self.word.set()
        return ear

    def _follow(self) -> None:
        """Where another database is in force, whoever heard of the one before loads anew."""
        url = self.url()
        with self.lock:
            if url != self.of:
                for ear in self.ears:
                    ear.end()
                self.of, self.ears, self.at, self.passed = url, set(), None, {}

    def leave(self, ear: Ear) -> None:
        with self.lock:
            self.ears.discard(ear)
            if not self.ears:
                self.at = None

    def _listen(self) -> None:
        import psycopg

        while True:
            try:
                url = self.url()
                with psycopg.connect(url, autocommit=True) as con:
                    con.execute(f"LISTEN {self.channel}")
                    self.word.set()  # whatever came while nobody listened
                    while url == self.url():
                        for _ in con.notifies(timeout=FOLLOW_S):
                            self.word.set()
            except (psycopg.Error, NotImplementedError):  # it is gone, or none is in force
                self.word.set()
                time.sleep(1)

    def _tell(self) -> None:
        from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

        asked = time.monotonic()
        while True:
            self.word.wait(ASK_S)
            self.word.clear()
            began = time.monotonic()
            try:
                self.round(ask=began - asked > ASK_S)
                asked = began if began - asked > ASK_S else asked
                time.sleep(max(0.0, began + APART_S - time.monotonic()))
            except (OperationalError, InterfaceError):
                self.gone()
                self.word.set()
                time.sleep(AGAIN_S)
            except Exception:
                logging.exception("telling pages")
                self.word.set()
                time.sleep(AGAIN_S)
            finally:
                # Whoever waits for minutes holds no connection meanwhile, and asks the database that is in force then.
                connections[DEFAULT_DB_ALIAS].close()
                del connections[DEFAULT_DB_ALIAS]

    def gone(self) -> None:
        """The database is: every stream says so, once."""
        with self.lock:
            away = [ear for ear in self.ears if not ear.away]
        for ear in away:
            ear.words.put(GONE)
            ear.away = True

    def round(self, *, ask: bool) -> None:
        """Tell every stream what came since the last round. ``ask``: also whether those go on that are told nothing."""
        if not self.ears:
            return
        now = newest()
        with self.lock:
            ears, self.at = list(self.ears), now if self.ears else None
        self._late(ears)
        since: dict[int, list[Ear]] = defaultdict(list)
        for ear in ears:
            since[ear.at].append(ear)
        for at, some in since.items():
            self._since(at, now, some, ask)

    def _late(self, ears: list[Ear]) -> None:
        """Events that were written before others and committed after them: a long import's."""
        self.passed = {id_: at for id_, at in self.passed.items() if time.monotonic() - at < LATE_S}
        if not self.passed:
            return
        with sight.herald():
            found = list(Event.objects.filter(id__in=list(self.passed)).order_by("id"))
        for event in found:
            del self.passed[event.id]
            self._say([event], event.id - 1, event.id, [ear for ear in ears if ear.at >= event.id], False)

    def _since(self, at: int, now: int, ears: list[Ear], ask: bool) -> None:
        """Of those that had the same event last."""
        with sight.herald():
            found = list(Event.objects.filter(id__gt=at, id__lte=now).order_by("id")[: AT_ONCE + 1])
        if len(found) <= AT_ONCE:
            passed = {*range(max(at + 1, now - AT_ONCE), now)}.difference(event.id for event in found)
            self.passed = {**dict.fromkeys(passed, time.monotonic()), **self.passed}
        self._say(found, at, now, ears, ask)
        for ear in ears:
            ear.at = max(ear.at, now)

    def _say(self, found: list[Event], at: int, now: int, ears: list[Ear], ask: bool) -> None:
        much = len(found) > AT_ONCE
        texts = {wanted: _texts(found, wanted) for wanted in {ear.wanted for ear in ears}}
        asking = [ear for ear in ears if ask or much or texts[ear.wanted] or ear.away]
        heard = sight.heard([ear.whose for ear in asking], now if much else at, now) if asking else []
        for ear, ids in zip(asking, heard, strict=True):
            if ids is None:
                ear.end()
            elif much:
                ear.tell((f"id: {now}\n{RELOAD}",))
            else:
                told = texts[ear.wanted]
                ear.tell([told[id_] for id_ in ids if id_ in told])


def newest() -> int:
    """The id of the newest event."""
    with sight.herald():
        return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _texts(found: Sequence[Event], wanted: Wanted) -> dict[int, str]:
    """Id → how a stream tells it, of those that are wanted."""
    said = {event.id: (event.kind, wanted(event)) for event in found}
    return {
        id_: f"id: {id_}\nevent: {kind}\ndata: {json.dumps(what, ensure_ascii=False)}\n\n"
        for id_, (kind, what) in said.items()
        if what is not None
    }
