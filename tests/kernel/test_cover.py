"""Cover: the gaps found in one pass held against the sentence, looked up minute by minute."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bihuan.kernel.forms import cover
from tests.kernel.tools import NOW, rows, table

SPANS = {"post": "string", "name": "string", "start": "timestamp(6)", "end": "timestamp(6)"}
LONGEST = 30

Span = tuple[str, int, int]

span = st.tuples(st.sampled_from("ab"), st.integers(0, LONGEST), st.integers(0, LONGEST))


def minute(n: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=n)


def slowly(interval: Span, covers: list[Span], longer: int) -> list[tuple[int, int]]:
    """Every run of minutes of the interval in which no cover stands, if there are more of them than ``longer``."""
    post, start, end = interval
    bare = [m for m in range(start, end) if not any(p == post and a <= m < b for p, a, b in covers)]
    starts = [m for m in bare if m - 1 not in bare]
    runs = [(m, next(e for e in range(m, end + 1) if e not in bare)) for m in starts]
    return [(a, b) for a, b in runs if b - a > longer]


def spans(found: list[Span]) -> list[dict[str, Any]]:
    return [
        {"post": post, "name": str(i), "start": minute(start), "end": minute(end)}
        for i, (post, start, end) in enumerate(found)
    ]


@settings(deadline=None, max_examples=120)
@given(st.lists(span, max_size=4), st.lists(span, max_size=6), st.sampled_from([0, 3]))
@example([("a", 0, 30)], [], 0)  # nobody at all
@example([("a", 0, 30)], [("a", 5, 20), ("a", 6, 8), ("a", 12, 14)], 0)  # what lies within another cover opens no gap
@example([("a", 0, 30)], [("a", 0, 10), ("a", 10, 30)], 0)  # covers that touch
@example([("a", 5, 20), ("a", 20, 25)], [("a", 0, 6), ("a", 19, 30)], 0)  # intervals that touch stay two
@example([("a", 0, 30)], [("a", 20, 10), ("a", 7, 7)], 0)  # covers that run backwards, or stand still
@example([("a", 0, 30)], [("a", 3, 27)], 3)  # gaps of exactly the length allowed
@example([("a", 0, 9), ("a", 0, 9)], [("b", 0, 9)], 0)  # two rows of one interval, each with its gap
def test_gaps(intervals: list[Span], covers: list[Span], longer: int) -> None:
    found = rows(cover(table(SPANS, spans(intervals)), table(SPANS, spans(covers)), "post", longer=longer))
    got = sorted((r["name"], r["gap_from"], r["gap_to"]) for r in found)
    want = sorted(
        (str(i), minute(a), minute(b)) for i, one in enumerate(intervals) for a, b in slowly(one, covers, longer)
    )
    assert got == want
