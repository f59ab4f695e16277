"""Obligations, when they are holes, and who answers for them (*Due*, *Owners*)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tests.reference.rows import Row, plain
from tests.reference.world import Place, World, days, hours

UP = {
    "网格员": "村干部",
    "村干部": "镇干部",
    "镇干部": "县级领导",
    "医务人员": "镇干部",
    "民警": "镇干部",
    "志愿者": "镇干部",
    "单位主体": "部门监管",
    "部门监管": "县级领导",
}
ACUTE, BROKEN, UPKEEP = "急", "重", "常"


@dataclass(frozen=True)
class Hole:
    """What an evaluation finds. state: open, pending (not yet due: since is when it will be a hole) or late (closed after since)."""

    hole: str
    subject: str
    item: str
    since: datetime
    severity: str
    role: str
    place: Place
    state: str = "open"
    closed_at: datetime | None = None
    named: str | None = None
    """The officer (or giver) whom the row itself names."""
    giver: bool = False
    sought: Place | None = None
    """Where the owner is sought, if not in the hole's place."""
    final: bool = False
    """Cannot be made good: only a finding rechecked closes it."""
    owner: str | None = None
    escalated_to: str | None = None

    @property
    def id(self) -> tuple[str, str, str]:
        return self.hole, self.subject, self.item

    @property
    def area(self) -> str | None:
        return self.place.area


def limit(now: datetime, hole: Hole, due: datetime, closed: datetime | None) -> list[Hole]:
    """What is due by `due`: pending until then, that moment included; a hole after; late once closed after it.

    Where it would have begun only later (since), what was closed by then never was a hole.
    """
    if closed is None:
        return [replace(hole, state="open" if now > due else "pending")]
    return [replace(hole, state="late", closed_at=closed)] if closed > max(due, hole.since) else []


def within_days(w: World, hole: Hole, opens: datetime, n: float, closed: datetime | None) -> list[Hole]:
    """Due n days after it opens; 0 days = not required."""
    due = opens + days(n)
    return limit(w.now, replace(hole, since=due), due, closed) if n else []


def named_duties(w: World, role: str) -> list[Row]:
    """Live duties of a role whose officer is not absent now."""
    memo = w.memo.setdefault("duties", {})
    if role not in memo:
        away = {a["officer"] for a in w.rows("absences") if w.live(a)}
        memo[role] = [d for d in w.rows("duties") if d["role"] == role and w.live(d) and d["officer"] not in away]
    return memo[role]


def officer(w: World, role: str, place: Place) -> str | None:
    """The named officer of one role: by the person, else the unit, else the nearest area; earliest since, then lowest key."""
    duties = named_duties(w, role)
    found = [d for d in duties if d["person"] and d["person"] == place.person]
    if not found:
        found = [d for d in duties if d["unit"] and not d["person"] and d["unit"] == place.unit]
    if not found and place.area:
        above = [
            d for d in duties if not d["unit"] and not d["person"] and d["area"] and place.area.startswith(d["area"])
        ]
        nearest = max((len(d["area"]) for d in above), default=0)
        found = [d for d in above if len(d["area"]) == nearest]
    first = min(found, key=lambda d: (d["since"], d.key), default=None)
    return first["officer"] if first else None


def falling_up(w: World, role: str | None, place: Place) -> str | None:
    """The officer of the role, else of the next role up, and so on; None: nobody at all."""
    while role:
        if found := officer(w, role, place):
            return found
        role = UP.get(role)
    return None


def owned(w: World, hole: Hole) -> Hole:
    """The hole with its first owner and, where it has stood a span or more, whom it went up to."""
    place = hole.sought or hole.place
    owner = hole.named or falling_up(w, hole.role, place)
    span = hours(4 if hole.severity == ACUTE else 24)
    steps = max(0, (w.now - hole.since) // span)
    if hole.giver or not steps:
        return replace(hole, owner=owner)
    if hole.named:
        steps -= 1
    role = hole.role
    for _ in range(min(steps, 9)):
        role = UP.get(role, role)
    return replace(hole, owner=owner, escalated_to=falling_up(w, role, place))


def set_right(w: World, hole: Hole) -> bool:
    """整改闭环: a finding that names it, remedied at or after its since, rechecked after that, and passed."""
    name = plain("/".join([hole.hole, hole.subject, hole.item] if hole.item else [hole.hole, hole.subject]))
    return any(
        f["remedied_at"]
        and f["remedied_at"] >= hole.since
        and f["rechecked_at"]
        and f["rechecked_at"] >= f["remedied_at"]
        and f["recheck_passed"]
        for f in w.by("findings", "hole", name)
    )


def earliest(holes: list[Hole]) -> list[Hole]:
    """Two rows with one id are one hole with the earliest since."""
    first: dict[tuple[str, ...], Hole] = {}
    for hole in holes:
        key = (*hole.id, hole.state)
        if key not in first or hole.since < first[key].since:
            first[key] = hole
    return list(first.values())


def minute(moment: datetime) -> str:
    """A time as part of an item."""
    return moment.isoformat(timespec="minutes")
