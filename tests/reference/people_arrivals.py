"""Holes of arrivals, transfers and passages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit
from tests.reference.people_facts import (
    CENTRAL,
    HOME,
    RANK,
    answering,
    arrival_grade,
    came,
    first_at,
    ill,
    known_of,
    patient,
    required_rank,
)
from tests.reference.rows import Row
from tests.reference.world import Place, World, hours


def arrival_place(arrival: Row) -> Place:
    """arrival.*: person, to_area."""
    return Place(arrival["person"], None, arrival["to_area"])


def obliged_arrivals(w: World) -> Iterator[tuple[Row, str]]:
    """Counting arrivals with their grade, of people who were no patients when they were known."""
    for a in w.rows("arrivals"):
        grade = arrival_grade(w, a)
        if grade and not patient(w, a["person"], known_of(w, a)):
            yield a, grade


def verifications(w: World, arrival: Row) -> list[Row]:
    """In the order of at, then key: the last is the latest."""
    return sorted(w.by("verifications", "arrival", arrival.key), key=lambda v: (v["at"], v.key))


def arrival_unverified(w: World) -> Iterator[Hole]:
    """Counting, not abroad, no verification of any outcome within verify_h of known at."""
    for a, _ in obliged_arrivals(w):
        if a["abroad"]:
            continue
        known, seen = known_of(w, a), verifications(w, a)
        due = known + hours(w.order("verify_h", a["to_area"], known))
        hole = Hole("arrival.unverified", a["person"], a.key, due, BROKEN, "村干部", arrival_place(a))
        yield from limit(w.now, hole, due, seen[0]["at"] if seen else None)


def arrival_absent(w: World) -> Iterator[Hole]:
    """The latest verification is 不在 or 查无此人 and verify_h have passed since it; the next one closes it."""
    for a, _ in obliged_arrivals(w):
        seen = verifications(w, a)
        absent = [n for n, v in enumerate(seen) if v["outcome"] in ("不在", "查无此人")]
        if a["abroad"] or not absent:
            continue
        last = absent[-1]
        due = seen[last]["at"] + hours(w.order("verify_h", a["to_area"], seen[last]["at"]))
        hole = Hole("arrival.absent", a["person"], a.key, due, ACUTE, "村干部", arrival_place(a))
        yield from limit(w.now, hole, due, seen[last + 1]["at"] if last + 1 < len(seen) else None)


def arrival_unplaced(w: World) -> Iterator[Hole]:
    """The latest verification is 在 with no area; since its at."""
    for a, _ in obliged_arrivals(w):
        seen = verifications(w, a)
        if not a["abroad"] and seen and seen[-1]["outcome"] == "在" and not seen[-1]["area"]:
            yield Hole("arrival.unplaced", a["person"], a.key, seen[-1]["at"], UPKEEP, "网格员", arrival_place(a))


def arrival_silent(w: World) -> Iterator[Hole]:
    """Abroad: arrived_at is due 48 h after left_at; 部门监管 of the county."""
    for a, _ in obliged_arrivals(w):
        if a["abroad"]:
            due = a["left_at"] + timedelta(hours=48)
            hole = Hole(
                "arrival.silent", a["person"], a.key, due, ACUTE, "部门监管", Place(a["person"], None, a["to_area"][:6])
            )
            yield from limit(w.now, hole, due, a["arrived_at"])


def arrival_control(w: World) -> Iterator[Hole]:
    """arrival.uncontrolled, .under: found (abroad: arrived), no measure of the required rank within control_h.

    The first of any rank ends .uncontrolled; where that is a lower one, .under begins with it.
    """
    for a, grade in obliged_arrivals(w):
        opens = (
            a["arrived_at"]
            if a["abroad"]
            else next((v["at"] for v in verifications(w, a) if v["outcome"] == "在"), None)
        )
        if not opens or not (rank := required_rank(w, grade, a["to_area"], opens)):
            continue
        due = opens + hours(w.order("control_h", a["to_area"], opens))
        full = answering(w, a["person"], rank, came(a))
        lower = [
            m["since"]
            for m in w.of("measures", a["person"])
            if RANK[m["kind"]] < rank and m["since"] <= w.now and (m["ended_at"] is None or m["ended_at"] > came(a))
        ]
        who = (a["person"], a.key)
        hole = Hole("arrival.uncontrolled", *who, due, ACUTE, "镇干部", arrival_place(a))
        yield from limit(w.now, hole, due, min([*lower, *([full] if full else [])], default=None))
        if lower and (full is None or min(lower) < full):
            hole = Hole("arrival.under", *who, max(due, min(lower)), BROKEN, "镇干部", arrival_place(a))
            yield from limit(w.now, hole, due, full)


def arrival_over(w: World) -> Iterator[Hole]:
    """A live 来返 measure on an arrival that does not count, or of a rank above the required one (days at the measure's since)."""
    for m in w.rows("measures"):
        a = w.get("arrivals", m["arrival"])
        if (
            m["ground"] != "来返"
            or a is None
            or m["since"] > w.now
            or m["ended_at"]
            or patient(w, m["person"], m["since"])
        ):
            continue
        grade = arrival_grade(w, a)
        if RANK[m["kind"]] > (required_rank(w, grade, a["to_area"], m["since"]) if grade else 0):
            yield Hole(
                "arrival.over", m["person"], m.key, m["since"], BROKEN, "镇干部", Place(m["person"], None, a["to_area"])
            )


def transfer_open(w: World) -> Iterator[Hole]:
    """Handed over, not received within handover_h. Place: person, to_unit, to_area, else to_unit's, else from_unit's."""
    for t in w.rows("transfers"):
        area = t["to_area"] or w.area_of(t["to_unit"]) or w.area_of(t["from_unit"])
        due = t["handed_at"] + hours(w.order("handover_h", area, t["handed_at"]))
        hole = Hole("transfer.open", t["person"], t.key, due, ACUTE, "部门监管", Place(t["person"], t["to_unit"], area))
        yield from limit(w.now, hole, due, t["received_at"])


# ── passages ─────────────────────────────────────────────────────────────────────────────────────
def post_place(w: World, post: str) -> tuple[Place, str]:
    """The post's unit and area, and the role: 单位主体 where it has a unit, else 镇干部."""
    row = w.get("posts", post)
    unit, area = (row["unit"], row["area"]) if row else (None, None)
    return Place(None, unit, area), "单位主体" if unit else "镇干部"


def passage_waved(w: World) -> Iterator[Hole]:
    """放行 though test_ok 否, code 黄, 红 or 未验, or trip_ok 否; an empty cell is no breach."""
    for p in w.rows("passages"):
        if p["action"] == "放行" and (
            p["test_ok"] is False or p["code"] in ("黄", "红", "未验") or p["trip_ok"] is False
        ):
            place, role = post_place(w, p["post"])
            yield Hole("passage.waved", p["post"], p.key, p["at"], BROKEN, role, place, final=True)


def passage_nameless(w: World) -> Iterator[Hole]:
    """No person on the passage."""
    for p in w.rows("passages"):
        if not p["person"]:
            place, role = post_place(w, p["post"])
            yield Hole("passage.nameless", p["post"], p.key, p["at"], UPKEEP, role, place, final=True)


def confined(w: World, person: str | None, at: datetime) -> bool:
    """Under a 集中隔离 or 居家隔离 then."""
    return any(
        m["kind"] in (CENTRAL, HOME) and m["since"] <= at and (m["ended_at"] is None or at < m["ended_at"])
        for m in w.of("measures", person)
    )


def passage_refused(w: World) -> Iterator[Hole]:
    """劝返 though all was well, and no 放行 of that person (none named: of that plate) at any post within permit.pass_h."""
    for p in w.rows("passages"):
        well = p["test_ok"] is True and p["code"] == "绿" and p["trip_ok"] is True
        if p["action"] != "劝返" or not well or ill(w, p["person"], p["at"]) or confined(w, p["person"], p["at"]):
            continue
        place, role = post_place(w, p["post"])
        due = p["at"] + hours(w.order("permit.pass_h", place.area, p["at"]))
        others = w.by("passages", "person", p["person"]) if p["person"] else w.by("passages", "plate", p["plate"])
        let_through = first_at([o for o in others if o["action"] == "放行"], "at", p["at"])
        yield from limit(w.now, Hole("passage.refused", p["post"], p.key, due, BROKEN, role, place), due, let_through)


def passage_lost(w: World) -> Iterator[Hole]:
    """移交 of a named person and no verification, transfer or measure of the person within passage.verify_h."""
    for p in w.rows("passages"):
        if p["action"] != "移交" or not p["person"]:
            continue
        due = p["at"] + hours(w.order("passage.verify_h", w.home(p["person"]), p["at"]))
        seen = [v for a in w.of("arrivals", p["person"]) for v in verifications(w, a)]
        measures = [m for m in w.of("measures", p["person"]) if m["since"] <= w.now]
        found = [
            first_at(seen, "at", p["at"]),
            first_at(w.of("transfers", p["person"]), "handed_at", p["at"]),
            first_at(measures, "since", p["at"]),
        ]
        hole = Hole("passage.lost", p["person"], p.key, due, ACUTE, "镇干部", w.at_home(p["person"]))
        yield from limit(w.now, hole, due, min((f for f in found if f), default=None))


RULES = [
    arrival_unverified, arrival_absent, arrival_unplaced, arrival_silent, arrival_control, arrival_over,
    transfer_open, passage_waved, passage_nameless, passage_refused, passage_lost,
]  # fmt: skip
