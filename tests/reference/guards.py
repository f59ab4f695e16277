"""Holes of guards: gaps of shifts at posts, who did not sign in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import BROKEN, UPKEEP, Hole, limit, minute
from tests.reference.people_arrivals import post_place
from tests.reference.rows import Row
from tests.reference.world import World, midnight

Span = tuple[datetime, datetime]
LONG = timedelta(minutes=15)


def joined(spans: list[Span]) -> list[Span]:
    """Spans that overlap or touch made one; those that end at or before their start are none."""
    found: list[Span] = []
    for start, end in sorted(s for s in spans if s[0] < s[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(span: Span, covers: list[Span]) -> Iterator[Span]:
    """What of a span no cover covers; covers joined."""
    start = span[0]
    for a, b in covers:
        if b <= start or a >= span[1]:
            continue
        if a > start:
            yield start, a
        start = max(start, b)
    if start < span[1]:
        yield start, span[1]


def guarded(w: World, post: Row) -> list[Span]:
    """Its guarded hours since it began, day by day, joined where they touch; some days past the window."""
    first = 0 if post["from_hour"] is None else post["from_hour"]
    last = 24 if post["to_hour"] is None else post["to_hour"]
    if first >= last:
        last += 24
    end = min(post["until"] or datetime.max, w.now + timedelta(days=4))
    spans, day = [], midnight(post["since"].date()) - timedelta(days=2)
    while day < end:
        spans.append((max(day + timedelta(hours=first), post["since"]), min(day + timedelta(hours=last), end)))
        day += timedelta(days=1)
    return joined(spans)


def gaps(w: World, post: Row, shifts: list[Row]) -> Iterator[Span]:
    """Gaps of more than 15 minutes that overlap now − 48 h … now + 24 h by more than a moment."""
    covers = joined([(s["start"], s["end"]) for s in shifts])
    for span in guarded(w, post):
        for start, end in without(span, covers):
            if end - start > LONG and start < w.now + timedelta(hours=24) and end > w.now - timedelta(hours=48):
                yield start, end


def manned(w: World) -> list[Row]:
    return [p for p in w.rows("posts") if p["mode"] == "值守" and w.live(p)]


def guard_gap(w: World) -> Iterator[Hole]:
    """A live post of mode 值守: a gap that no shift covers; item and since its true start, which may lie ahead."""
    for post in manned(w):
        for start, _ in gaps(w, post, w.by("shifts", "post", post.key)):
            yield Hole("guard.gap", post.key, minute(start), start, BROKEN, "镇干部", post_place(w, post.key)[0])


def guard_leaderless(w: World) -> Iterator[Hole]:
    """leader_required: likewise uncovered by shifts of 带班领导."""
    for post in manned(w):
        if post["leader_required"]:
            shifts = [s for s in w.by("shifts", "post", post.key) if s["role"] == "带班领导"]
            for start, _ in gaps(w, post, shifts):
                yield Hole(
                    "guard.leaderless", post.key, minute(start), start, UPKEEP, "镇干部", post_place(w, post.key)[0]
                )


def guard_unsigned(w: World) -> Iterator[Hole]:
    """A shift that began more than 30 minutes ago, at or after now − 48 h, not signed in; the post need not be live."""
    for s in w.rows("shifts"):
        if w.now - timedelta(hours=48) <= s["start"] <= w.now:
            due = s["start"] + timedelta(minutes=30)
            hole = Hole("guard.unsigned", s["post"], s.key, due, BROKEN, "镇干部", post_place(w, s["post"])[0])
            yield from limit(w.now, hole, due, s["signed_in"])


RULES = [guard_gap, guard_leaderless, guard_unsigned]
