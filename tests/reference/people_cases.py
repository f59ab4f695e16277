"""Holes of samples, cases, contacts, clinics, drug sales, and of persons whom no row of people knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, Hole, limit
from tests.reference.people_facts import (
    POSITIVE,
    RANK,
    alone,
    began,
    first_at,
    ill,
    patient,
    required_rank,
    result,
    sampled,
)
from tests.reference.rows import Row
from tests.reference.world import BEGINNING, Place, World, hours


def person_unknown(w: World) -> Iterator[Hole]:
    """Some ledger names a person that no people row has; 急 with a case or a known 阳."""
    for person, (since, _) in w.strangers("people").items():
        grave = w.of("cases", person) or any(result(s) == POSITIVE for s in w.of("samples", person))
        since = w.now if since == BEGINNING else since
        yield Hole("person.unknown", person, "", since, ACUTE if grave else BROKEN, "网格员", w.at_home(person))


def sample_overdue(w: World) -> Iterator[Hole]:
    """resulted_at empty result_h after sampled_at; the lab's, without one the sample's unit with the person's area, else the unit's."""
    for s in w.rows("samples"):
        place = w.in_unit(s["lab"]) if s["lab"] else Place(None, s["unit"], w.home(s["person"]) or w.area_of(s["unit"]))
        due = s["sampled_at"] + hours(w.order("result_h", place.area, s["sampled_at"]))
        subject = s[{"人": "person", "物": "lot", "环境": "unit"}[s["of"]]] or s.key
        hole = Hole("sample.overdue", subject, s.key, due, BROKEN, "单位主体", place)
        yield from limit(w.now, hole, due, s["resulted_at"])


def sample_unreported(w: World) -> Iterator[Hole]:
    """A person's sample alone in its tube is 阳 and no case (not recovered by sampled_at) within case.report_h of resulted_at."""
    for s in w.rows("samples"):
        person = s["person"]
        if not person or result(s) != POSITIVE or not alone(w, s):
            continue
        told = [
            c["reported_at"] or began(c) or w.first_known(c)
            for c in w.of("cases", person)
            if c["recovered_at"] is None or c["recovered_at"] > s["sampled_at"]
        ]
        due = s["resulted_at"] + hours(w.order("case.report_h", w.home(person), s["resulted_at"]))
        hole = Hole("sample.unreported", person, s.key, due, ACUTE, "医务人员", w.at_home(person))
        yield from limit(w.now, hole, due, min(told, default=None))


def sample_pool(w: World) -> Iterator[Hole]:
    """A tube of two or more people is 阳: one of them has no later sample alone in its tube within repool_h of the earliest such result."""
    for tube in sorted({s["tube"] for s in w.rows("samples") if s["tube"]}):
        pooled = w.by("samples", "tube", tube)
        people = {s["person"] for s in pooled if s["person"]}
        known = min((s["resulted_at"] for s in pooled if result(s) == POSITIVE), default=None)
        for person in people if known and len(people) > 1 else ():
            due = known + hours(w.order("repool_h", w.home(person), known))
            again = first_at([s for s in w.of("samples", person) if alone(w, s)], "sampled_at", known)
            hole = Hole("sample.pool", person, tube, due, ACUTE, "医务人员", w.at_home(person))
            yield from limit(w.now, hole, due, again)


# ── cases ────────────────────────────────────────────────────────────────────────────────────────
def case_limit(
    w: World, name: str, case: Row, role: str, key: str, opens: datetime | None, closed: datetime | None
) -> list[Hole]:
    """One obligation of a case, at the person's home."""
    if not opens:
        return []
    place = w.at_home(case["person"])
    due = opens + hours(w.order(key, place.area, opens))
    return limit(w.now, Hole(name, case["person"], case.key, due, ACUTE, role, place), due, closed)


def case_unreported(w: World) -> Iterator[Hole]:
    """Not reported within case.report_h of positive_at."""
    for c in w.rows("cases"):
        yield from case_limit(w, "case.unreported", c, "医务人员", "case.report_h", c["positive_at"], c["reported_at"])


def case_loose(w: World) -> Iterator[Hole]:
    """Not isolated within case.isolate_h of positive_at."""
    for c in w.rows("cases"):
        yield from case_limit(w, "case.loose", c, "医务人员", "case.isolate_h", c["positive_at"], c["isolated_at"])


def case_untraced(w: World) -> Iterator[Hole]:
    """No contact row within case.identify_h of positive_at."""
    for c in w.rows("cases"):
        found = min((x["identified_at"] for x in w.by("contacts", "case", c.key)), default=None)
        yield from case_limit(w, "case.untraced", c, "部门监管", "case.identify_h", c["positive_at"], found)


def case_undecided(w: World) -> Iterator[Hole]:
    """疑似, not recovered, confirmed_at empty case.confirm_h after reported_at (else positive_at)."""
    for c in w.rows("cases"):
        if c["kind"] == "疑似":
            opens = c["reported_at"] or c["positive_at"]
            ended = min((m for m in (c["confirmed_at"], c["recovered_at"]) if m), default=None)
            yield from case_limit(w, "case.undecided", c, "医务人员", "case.confirm_h", opens, ended)


# ── contacts ─────────────────────────────────────────────────────────────────────────────────────
def contact_uncontrolled(w: World) -> Iterator[Hole]:
    """No measure of the required rank within contact.control_h: begun at or after last_exposed_at, or not ended at identified_at."""
    for c in w.rows("contacts"):
        person, opens = c["person"], c["identified_at"]
        place = w.at_home(person)
        rank = required_rank(w, c["degree"], place.area, opens)
        if not rank or patient(w, person, opens):
            continue
        good = [
            m["since"]
            for m in w.of("measures", person)
            if RANK[m["kind"]] >= rank
            and m["since"] <= w.now
            and (m["since"] >= c["last_exposed_at"] or m["ended_at"] is None or m["ended_at"] > opens)
        ]
        due = opens + hours(w.order("contact.control_h", place.area, opens))
        hole = Hole("contact.uncontrolled", person, c.key, due, ACUTE, "镇干部", place)
        yield from limit(w.now, hole, due, min(good, default=None))


Span = tuple[datetime, datetime]


def stays(w: World, person: str, minutes: float) -> list[tuple[str, datetime, datetime]]:
    """(unit, from, to) of every check-in; without an exit cut after so many minutes."""
    return [
        (c["unit"], c["at"], c["left_at"] or c["at"] + timedelta(minutes=minutes)) for c in w.of("check_ins", person)
    ]


def together(w: World, case: Row, person: str, minutes: float, window: Span) -> list[Span]:
    """Spans in which both were in one unit, in the window, overlapping ones joined."""
    spans = []
    for unit, a, b in stays(w, case["person"], minutes):
        for other, c, d in stays(w, person, minutes):
            start, end = max(a, c, window[0]), min(b, d, window[1])
            if unit == other and start < end:
                spans.append((start, end))
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def reached(spans: list[Span], minutes: float) -> datetime | None:
    """The moment at which the spans came to so many minutes."""
    left = timedelta(minutes=minutes)
    for start, end in spans:
        if end - start >= left:
            return start + left
        left -= end - start
    return None


def window_of(w: World, case: Row, area: str | None) -> Span:
    """From exposure.days_before before onset_at (else two days more before positive_at) until isolated_at (else now)."""
    before = w.order("exposure.days_before", area, case["positive_at"])
    start = (
        case["onset_at"] - hours(before * 24) if case["onset_at"] else case["positive_at"] - hours((before + 2) * 24)
    )
    return start, case["isolated_at"] or w.now


def contact_missed(w: World) -> Iterator[Hole]:
    """By check-ins together with a case for exposure.minutes in all, and no contact of that case in time; parameters at the contact's home."""
    for case in w.rows("cases"):
        positive = case["positive_at"]
        units = {c["unit"] for c in w.of("check_ins", case["person"])}
        others = {c["person"] for u in units for c in w.by("check_ins", "unit", u)} - {case["person"]}
        for person in sorted(others) if positive else ():
            place = w.at_home(person)
            minutes = w.order("exposure.stay_minutes", place.area, positive)
            spans = together(w, case, person, minutes, window_of(w, case, place.area))
            enough = reached(spans, w.order("exposure.minutes", place.area, positive))
            if not enough:
                continue
            due = positive + hours(w.order("case.identify_h", place.area, positive))
            found = min(
                (x["identified_at"] for x in w.by("contacts", "case", case.key) if x["person"] == person), default=None
            )
            hole = Hole("contact.missed", person, case.key, max(due, enough), ACUTE, "部门监管", place)
            yield from limit(w.now, hole, due, found)


# ── clinics and drugs ────────────────────────────────────────────────────────────────────────────
def clinic_kept(w: World) -> Iterator[Hole]:
    """Fever at a 诊所, not referred within fever.refer_h."""
    for v in w.rows("clinic_visits"):
        if v["fever"] and w.kind_of(v["unit"]) == "诊所":
            place = w.in_unit(v["unit"])
            due = v["at"] + hours(w.order("fever.refer_h", place.area, v["at"]))
            yield from limit(
                w.now, Hole("clinic.kept", v["unit"], v.key, due, ACUTE, "单位主体", place), due, v["referred_at"]
            )


def clinic_untested(w: World) -> Iterator[Hole]:
    """Fever at any unit, no sample of the person within fever.test_h; not where ill at the visit."""
    for v in w.rows("clinic_visits"):
        if v["fever"] and not ill(w, v["person"], v["at"]):
            place = Place(v["person"], v["unit"], w.area_of(v["unit"]))
            due = v["at"] + hours(w.order("fever.test_h", place.area, v["at"]))
            hole = Hole("clinic.untested", v["person"], v.key, due, ACUTE, "单位主体", place)
            yield from limit(w.now, hole, due, sampled(w, v["person"], v["at"]))


def clinic_lost(w: World) -> Iterator[Hole]:
    """Referred to a unit: no visit there (nor transfer received, measure begun, case isolated) within refer.arrive_h of referred_at."""
    for v in w.rows("clinic_visits"):
        person, opens = v["person"], v["referred_at"]
        if not v["referred_to"] or not opens or ill(w, person, v["at"]):
            continue
        there = [o for o in w.of("clinic_visits", person) if o["unit"] == v["referred_to"]]
        measures = [m for m in w.of("measures", person) if m["since"] <= w.now]
        found = [
            first_at(there, "at", opens),
            first_at(w.of("transfers", person), "received_at", opens),
            first_at(measures, "since", opens),
            first_at(w.of("cases", person), "isolated_at", opens),
        ]
        place = w.at_home(person)
        due = opens + hours(w.order("refer.arrive_h", place.area, opens))
        hole = Hole("clinic.lost", person, v.key, due, ACUTE, "镇干部", place)
        yield from limit(w.now, hole, due, min((f for f in found if f), default=None))


def drug_untested(w: World) -> Iterator[Hole]:
    """No sample of the buyer within drug.test_h."""
    for s in w.rows("drug_sales"):
        if s["person"]:
            place = w.at_home(s["person"])
            due = s["at"] + hours(w.order("drug.test_h", place.area, s["at"]))
            hole = Hole("drug.untested", s["person"], s.key, due, BROKEN, "网格员", place)
            yield from limit(w.now, hole, due, sampled(w, s["person"], s["at"]))


def drug_unnamed(w: World) -> Iterator[Hole]:
    """No person on the sale."""
    for s in w.rows("drug_sales"):
        if not s["person"]:
            yield Hole("drug.unnamed", s["unit"], s.key, s["at"], BROKEN, "单位主体", w.in_unit(s["unit"]), final=True)


RULES = [
    person_unknown, sample_overdue, sample_unreported, sample_pool, case_unreported, case_loose, case_untraced, case_undecided,
    contact_uncontrolled, contact_missed, clinic_kept, clinic_untested, clinic_lost, drug_untested, drug_unnamed,
]  # fmt: skip
