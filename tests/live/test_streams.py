"""Streams of events: what is written to a page, and when; the hub that tells them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from bihuan.live import events, hub, sight
from bihuan.live.models import Event


class Told:
    """A hub that is told what happens: events by their numbers, or a fault."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hub = hub.Hub("nowhere", lambda: "")
        self.there: list[Event] = []
        monkeypatch.setattr(self.hub, "_listen", lambda: None)
        monkeypatch.setattr(self.hub, "_tell", lambda: None)
        monkeypatch.setattr(events, "HUB", self.hub)
        monkeypatch.setattr(events, "BEAT_S", 0.05)
        monkeypatch.setattr(hub, "newest", lambda: max((e.id for e in self.there), default=0))
        monkeypatch.setattr(Event.objects, "filter", self._filter)
        monkeypatch.setattr(sight, "heard", self._heard)
        self.asked: list[list[Any]] = []

    def _filter(self, id__gt: int = 0, id__lte: int = 99, id__in: list[int] | None = None) -> Any:
        found = [e for e in self.there if id__gt < e.id <= id__lte and (id__in is None or e.id in id__in)]
        return type("Found", (), {"order_by": lambda self, _: sorted(found, key=lambda e: e.id)})()

    def _heard(self, listeners: list[Any], after: int, until: int) -> list[list[int] | None]:
        """Whoever is called gone may hear no more; others the events that are for them, or for all."""
        self.asked.append(list(listeners))
        ids = [(e.id, e.said.get("for")) for e in self.there if after < e.id <= until]
        return [None if one == "gone" else [i for i, whose in ids if whose in (None, one)] for one in listeners]

    def happens(self, number: int, kind: str = "rows", ask: bool = False, **said: Any) -> None:
        self.there.append(Event(id=number, kind=kind, said=said))
        self.hub.round(ask=ask)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(monkeypatch)


def wanted(event: Event) -> Any:
    return event.said if event.kind == "rows" else None


def begun(after: int | None, whose: str = "") -> Iterator[str]:
    stream = events.stream(after, wanted, whose)
    assert next(stream) == "retry: 2000\n\n"
    return stream


def test_a_stream_beats_though_words_come_that_are_not_for_its_page(told: Told) -> None:
    """Whoever has gone is noticed by what is written to him alone: a busy day would keep his stream for ever."""
    stream = begun(None, "east")
    for number in range(1, 4):
        told.happens(2 * number, **{"for": "west"})
        told.happens(2 * number + 1, "audit")
        assert next(stream) == ": \n\n"
    stream.close()  # type: ignore[attr-defined]
    assert not told.hub.ears


def test_all_are_asked_for_at_once_and_each_is_told_its_own(told: Told) -> None:
    east, west = begun(None, "east"), begun(None, "west")
    told.happens(1, "audit")
    assert told.asked == []  # of what nobody wants to know nothing is asked
    told.happens(2, **{"for": "west"})
    assert [sorted(asked) for asked in told.asked] == [["east", "west"]]
    told.happens(3)
    assert next(west) == 'id: 2\nevent: rows\ndata: {"for": "west"}\n\n'
    assert next(west) == next(east) == "id: 3\nevent: rows\ndata: {}\n\n"


def test_whoever_was_cut_off_is_told_what_he_missed(told: Told) -> None:
    first = begun(None)
    for number in range(1, 4):
        told.happens(number)
    again = begun(1)
    told.hub.round(ask=False)
    said = ["id: 2\nevent: rows\ndata: {}\n\n", "id: 3\nevent: rows\ndata: {}\n\n"]
    assert next(again) == "".join(said)
    assert [next(first) for _ in range(3)][1:] == said  # and nobody hears anything twice
    assert next(first) == ": \n\n"


def test_what_was_written_before_others_and_committed_after_them_is_told(told: Told) -> None:
    """An import takes minutes: its event has its number long before it is there."""
    east, west = begun(None, "east"), begun(None, "west")
    told.happens(1)
    told.happens(4)
    told.happens(3, **{"for": "east"})
    assert next(east) == next(west) == "id: 1\nevent: rows\ndata: {}\n\n"
    assert next(east) == next(west) == "id: 4\nevent: rows\ndata: {}\n\n"
    assert next(east) == 'id: 3\nevent: rows\ndata: {"for": "east"}\n\n'
    late = begun(1, "east")
    told.happens(2)  # whoever joins meanwhile hears it once
    assert next(late).count("id: 2") == 1
    assert next(east) == next(west) == "id: 2\nevent: rows\ndata: {}\n\n"
    told.happens(5)
    assert next(late) == next(east) == next(west) == "id: 5\nevent: rows\ndata: {}\n\n"


def test_whoever_missed_much_loads_anew(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "AT_ONCE", 2)
    told.there += [Event(id=n, kind="rows", said={}) for n in range(1, 9)]
    stream = begun(3)
    told.hub.round(ask=False)
    assert next(stream) == "id: 8\nevent: reload\ndata: {}\n\n"


def test_whoever_may_hear_no_more_is_asked_for_in_silence_too(told: Told) -> None:
    stream = begun(None, "gone")
    told.hub.round(ask=False)
    assert next(stream) == ": \n\n"
    told.hub.round(ask=True)
    assert list(itertools.islice(stream, 3)) == ["event: reload\ndata: {}\n\n"]


def test_a_database_that_goes_is_told_once_and_so_is_its_return(told: Told) -> None:
    stream = begun(None)
    told.hub.gone()
    told.hub.gone()
    assert next(stream) == "event: gone\ndata: {}\n\n"
    told.hub.round(ask=False)
    assert next(stream) == "event: back\ndata: {}\n\n"


def test_the_hub_goes_on_after_a_fault_of_the_database(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the database says it, not Django, too: what listens begins anew, what tells says that it is gone."""
    faults = iter([OperationalError("terminating connection"), None, KeyboardInterrupt()])

    def round_(*, ask: bool) -> None:
        fault = next(faults)
        if fault is not None:
            raise fault

    said: list[str] = []
    monkeypatch.setattr(told.hub, "round", round_)
    monkeypatch.setattr(told.hub, "gone", lambda: said.append("gone"))
    monkeypatch.setattr(hub.time, "sleep", lambda _: None)
    told.hub.word.set()
    monkeypatch.setattr(hub, "ASK_S", 0.01)
    with pytest.raises(KeyboardInterrupt):
        hub.Hub._tell(told.hub)
    assert said == ["gone"]

    tries = iter([psycopg.OperationalError("no"), KeyboardInterrupt()])

    def connect(*_: object, **__: object) -> None:
        raise next(tries)

    monkeypatch.setattr(psycopg, "connect", connect)
    with pytest.raises(KeyboardInterrupt):
        hub.Hub._listen(told.hub)
    assert told.hub.word.is_set()
