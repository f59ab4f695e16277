"""What many rules of people ask: arrivals that count, measures with their grade and end, illness, samples, doses, who is away."""

from __future__ import annotations

from datetime import datetime

from tests.reference.rows import Row
from tests.reference.world import Place, World, days

CENTRAL, HOME, MONITOR = "集中隔离", "居家隔离", "健康监测"
STAGES = (CENTRAL, HOME, MONITOR)
RANK = {CENTRAL: 3, HOME: 2, MONITOR: 1}
POSITIVE, NEGATIVE = "阳", "阴"


# ── illness ──────────────────────────────────────────────────────────────────────────────────────
def began(case: Row) -> datetime | None:
    """When a case began: positive_at, else reported_at, confirmed_at, isolated_at."""
    return case["positive_at"] or case["reported_at"] or case["confirmed_at"] or case["isolated_at"]


def ill(w: World, person: str | None, at: datetime) -> bool:
    """With a case that began at or before then and had not recovered by then."""
    return any(
        (b := began(c)) and b <= at and (c["recovered_at"] is None or c["recovered_at"] > at)
        for c in w.of("cases", person)
    )


def patient(w: World, person: str | None, what_began: datetime) -> bool:
    """Owes nothing for what began before the recovery of a case that began."""
    return any(
        began(c) and (c["recovered_at"] is None or what_began < c["recovered_at"]) for c in w.of("cases", person)
    )


def case_since(w: World, measure: Row) -> bool:
    """A case that began at or after the measure's since, recovered or not."""
    return any((b := began(c)) and b >= measure["since"] for c in w.of("cases", measure["person"]))


# ── arrivals ─────────────────────────────────────────────────────────────────────────────────────
def arrival_grade(w: World, arrival: Row | None) -> str | None:
    """境外, else the highest level of the risk areas it left while they were live; None: it does not count."""
    if arrival is None:
        return None
    if arrival["abroad"]:
        return "境外"
    left, origin = arrival["left_at"], arrival["from_area"]
    levels = {
        r["level"]
        for r in w.rows("risk_areas")
        if origin and origin.startswith(r["area"]) and r["since"] <= left and (r["until"] is None or left < r["until"])
    }
    return next((level for level in ("高", "中", "低") if level in levels), None)


def known_of(w: World, arrival: Row) -> datetime:
    """The earliest of declared_at, arrived_at and its sightings; with none of them, left_at."""
    said = [
        arrival["declared_at"],
        arrival["arrived_at"],
        *(s["at"] for s in w.by("sightings", "arrival", arrival.key)),
    ]
    return min((m for m in said if m), default=arrival["left_at"])


def came(arrival: Row) -> datetime:
    return arrival["arrived_at"] or arrival["left_at"]


def stage_days(w: World, grade: str, area: str | None, at: datetime) -> dict[str, float]:
    return dict(zip(STAGES, w.order(f"measure.{grade}", area, at), strict=True))


def required_rank(w: World, grade: str, area: str | None, at: datetime) -> int:
    """The rank of a grade's first stage of more than 0 days; 0: nothing is required."""
    wanted = stage_days(w, grade, area, at)
    return next((RANK[kind] for kind in STAGES if wanted[kind] > 0), 0)


# ── measures ─────────────────────────────────────────────────────────────────────────────────────
def running(measure: Row, at: datetime) -> bool:
    """since ≤ at and not ended by then; planned_until does not end it."""
    return measure["since"] <= at and (measure["ended_at"] is None or at < measure["ended_at"])


def measure_place(w: World, measure: Row) -> Place:
    """Person, its unit, its area, else the unit's, else the person's."""
    area = measure["area"] or w.area_of(measure["unit"]) or w.home(measure["person"])
    return Place(measure["person"], measure["unit"], area)


def measure_grade(w: World, measure: Row) -> str | None:
    ground = measure["ground"]
    if ground == "来返":
        return arrival_grade(w, w.get("arrivals", measure["arrival"]))
    return {"密接": "密接", "次密接": "次密接", "重点岗位": "退岗"}.get(ground)


def measure_days(w: World, measure: Row) -> dict[str, float] | None:
    """The days of its grade's stages, looked up at its since; None without a grade."""
    grade = measure_grade(w, measure)
    return stage_days(w, grade, measure_place(w, measure).area, measure["since"]) if grade else None


def measure_end(w: World, measure: Row) -> datetime | None:
    """E: planned_until, else since + the grade's days of its kind, else none."""
    if measure["planned_until"]:
        return measure["planned_until"]
    wanted = measure_days(w, measure)
    return measure["since"] + days(wanted[measure["kind"]]) if wanted else None


def answering(w: World, person: str | None, rank: int, after: datetime) -> datetime | None:
    """The earliest beginning of a measure of at least the rank, begun by now and, if it ended, ended after `after`."""
    good = [
        m["since"]
        for m in w.of("measures", person)
        if RANK[m["kind"]] >= rank and m["since"] <= w.now and (m["ended_at"] is None or m["ended_at"] > after)
    ]
    return min(good, default=None)


# ── samples, doses ───────────────────────────────────────────────────────────────────────────────
def result(sample: Row) -> str | None:
    """A result without a resulted_at is not known."""
    return sample["result"] if sample["resulted_at"] else None


def first_at(rows: list[Row], column: str, at: datetime) -> datetime | None:
    """The first moment of a column at or after then."""
    return min((r[column] for r in rows if r[column] and r[column] >= at), default=None)


def sampled(w: World, person: str | None, at: datetime) -> datetime | None:
    """The person's first sample at or after then."""
    return first_at(w.of("samples", person), "sampled_at", at)


def alone(w: World, sample: Row) -> bool:
    """No other person's sample with that tube; an empty tube is alone."""
    return not any(s["person"] and s["person"] != sample["person"] for s in w.by("samples", "tube", sample["tube"]))


def negative_since(w: World, person: str | None, at: datetime) -> bool:
    """A sample, pooled or alone, taken at or after then whose 阴 is known."""
    return any(s["sampled_at"] >= at and result(s) == NEGATIVE for s in w.of("samples", person))


def doses(w: World, person: str | None) -> int:
    return len({v["dose"] for v in w.of("vaccinations", person)})


def dosed_at(w: World, person: str | None, needed: float) -> datetime | None:
    """When the person came to so many doses; None: not yet."""
    first: dict[int, datetime] = {}
    for v in sorted(w.of("vaccinations", person), key=lambda v: v["at"]):
        first.setdefault(v["dose"], v["at"])
    had = sorted(first.values())
    return next((at for n, at in enumerate(had, 1) if n >= needed), None)


def away_since(w: World, person: str | None) -> datetime | None:
    """Away: under a live 集中隔离, or a case isolated and not recovered; by the earliest such beginning."""
    begun = [m["since"] for m in w.of("measures", person) if m["kind"] == CENTRAL and running(m, w.now)]
    begun += [c["isolated_at"] for c in w.of("cases", person) if c["isolated_at"] and c["recovered_at"] is None]
    return min(begun, default=None)
