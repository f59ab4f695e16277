"""Streams of events: what is written to a page, and when."""

from __future__ import annotations

import itertools
import queue
import time

import pytest

from bihuan.live import events


class Hub:
    """Of one stream, that it may be left."""

    left = False

    def join(self) -> queue.SimpleQueue[None]:
        return queue.SimpleQueue()

    def leave(self, ours: queue.SimpleQueue[None]) -> None:
        self.left = True


def test_a_stream_beats_though_words_come_that_are_not_for_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has gone is noticed by what is written to him alone: a busy day would keep his stream for ever."""
    words = iter(range(200))

    def heard(*_: object) -> bool:
        assert next(words, None) is not None, "nothing was written"
        time.sleep(0.01)
        return True

    hub = Hub()
    monkeypatch.setattr(events, "HUB", hub)
    monkeypatch.setattr(events, "BEAT_S", 0.05)
    monkeypatch.setattr(events, "_found", lambda *_: [])
    monkeypatch.setattr(events, "_heard", heard)
    stream = events.stream(0, lambda event: None)
    assert list(itertools.islice(stream, 4)) == ["retry: 2000\n\n", *[": \n\n"] * 3]
    stream.close()  # type: ignore[attr-defined]
    assert hub.left
