"""Whom to tell what now: a pure function of what is due to be told, who stands in, quiet hours and the moment.

急 goes at once, whatever the hour, one message for all that came together. The rest waits for a digest: one message an
officer and quarter of an hour, none in his quiet hours; where 急 goes and a digest may, they go as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

URGENT = "急"
QUARTER = dt.timedelta(minutes=15)
TRIES = 3
"""How often a message that its channel refuses is tried."""
RANK = {"急": 0, "重": 1, "常": 2}


@dataclass(frozen=True)
class Due:
    """Something of which somebody is to be told: that a hole is his (``why``: opened, reassigned) or has gone up to
    him (escalated). ``attempt``: how often its message failed, the last time at ``tried``."""

    hole: int
    opened_at: dt.datetime
    severity: str
    officer: str
    why: str
    name: tuple[str, str] = ("", "")
    area: str = ""
    since: dt.datetime | None = None
    recipient: str = ""
    attempt: int = 0
    tried: dt.datetime | None = None


@dataclass(frozen=True)
class Away:
    """An officer for whom somebody stands in, from a moment until (not including) another."""

    officer: str
    delegate: str
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class Habit:
    """The quiet hours of an officer, from an hour to an hour (equal: none)."""

    quiet_from: int
    quiet_to: int

    def quiet(self, now: dt.datetime) -> bool:
        """Whether ``now`` lies in them."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= now.hour < self.quiet_to
        return now.hour >= self.quiet_from or now.hour < self.quiet_to


@dataclass(frozen=True)
class Planned:
    """One message to write. ``quarter``: it is the recipient's digest of that quarter of an hour; None: 急 alone."""

    recipient: str
    quarter: dt.datetime | None
    dues: tuple[Due, ...]


def quarter_of(now: dt.datetime) -> dt.datetime:
    """The quarter of an hour in which a moment lies, by its beginning."""
    return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)


def stand_ins(aways: Iterable[Away], now: dt.datetime) -> dict[str, str]:
    """Officer → who is told in his place now. Who stands in may be away himself: it goes on to his delegate. Where
    that leads round in a circle nobody is at home, and each is told himself. Of two delegations the later one holds."""
    step = {a.officer: a.delegate for a in sorted(aways, key=lambda a: a.since) if a.since <= now < a.until}
    found = {}
    for officer in step:
        seen, at = {officer}, step[officer]
        while at in step and at not in seen:
            seen.add(at)
            at = step[at]
        if at not in seen:
            found[officer] = at
    return found


def plan(
    dues: Iterable[Due],
    habits: Mapping[str, Habit],
    usual: Habit,
    digested: Mapping[str, dt.datetime],
    now: dt.datetime,
) -> list[Planned]:
    """The messages to write at ``now``, by recipient.

    ``dues``: what was not told yet, each with its recipient; ``habits``: officers' own quiet hours; ``digested``:
    recipient → the quarter of his last digest.
    """
    quarter = quarter_of(now)
    by_recipient: dict[str, list[Due]] = {}
    for due in dues:
        due = due if due.recipient else replace(due, recipient=due.officer)
        if due.attempt < TRIES and (due.tried is None or now - due.tried >= QUARTER or now < due.tried):
            by_recipient.setdefault(due.recipient, []).append(due)
    planned = []
    for recipient, his in sorted(by_recipient.items()):
        open_now = digested.get(recipient) != quarter and not habits.get(recipient, usual).quiet(now)
        going = once([d for d in his if open_now or d.severity == URGENT])
        if going:
            whole = open_now and any(d.severity != URGENT for d in going)
            planned.append(Planned(recipient, quarter if whole else None, going))
    return planned


def once(dues: Sequence[Due]) -> tuple[Due, ...]:
    """In order of severity, then the oldest; what is the recipient's for one hole and reason stands once."""
    ordered = sorted(dues, key=lambda d: (RANK.get(d.severity, 3), d.since or d.opened_at, d.hole, d.why, d.officer))
    return tuple({(d.hole, d.opened_at, d.why): d for d in reversed(ordered)}.values())[::-1]
