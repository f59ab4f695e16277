"""Holes of measures: stages, tests, readings, ends, rooms, five-in-one, breaches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit, minute
from tests.reference.people_facts import (
    CENTRAL,
    HOME,
    MONITOR,
    NEGATIVE,
    RANK,
    STAGES,
    answering,
    case_since,
    first_at,
    ill,
    measure_days,
    measure_end,
    measure_place,
    negative_since,
    patient,
    result,
    running,
    sampled,
)
from tests.reference.rows import Row
from tests.reference.world import World, days, hours, midnight

DAY = timedelta(days=1)
OPEN_TO_THE_ILL = ("定点医院", "发热门诊", "检测机构", "隔离点")
FIVE = ("镇干部", "网格员", "医务人员", "民警", "志愿者")


def hole_of(w: World, name: str, m: Row, item: str, since: datetime, severity: str, role: str) -> Hole:
    return Hole(name, m["person"], item, since, severity, role, measure_place(w, m))


def order(w: World, m: Row, key: str, at: datetime) -> float:
    """A parameter where the measure is."""
    return w.order(key, measure_place(w, m).area, at)


def measure_gap(w: World) -> Iterator[Hole]:
    """A stage ended and the next stage of more than 0 days did not begin within handover_h; a measure that runs through the end answers."""
    for m in w.rows("measures"):
        ended, wanted = m["ended_at"], measure_days(w, m)
        if not ended or not wanted or case_since(w, m) or patient(w, m["person"], m["since"]):
            continue
        following = next((k for k in STAGES if RANK[k] < RANK[m["kind"]] and wanted[k] > 0), None)
        if following:
            due = ended + hours(order(w, m, "handover_h", ended))
            began = answering(w, m["person"], RANK[following], ended)
            yield from limit(w.now, hole_of(w, "measure.gap", m, m.key, due, ACUTE, "镇干部"), due, began)


def measure_untested(w: World) -> Iterator[Hole]:
    """Day n of test_days, 00:00 before ended_at and not after E: no sample from then for 48 h."""
    for m in w.rows("measures"):
        if patient(w, m["person"], m["since"]):
            continue
        end = measure_end(w, m)
        for n in order(w, m, f"test_days.{m['kind']}", m["since"]):
            opens = midnight(m["since"].date()) + n * DAY
            if opens > w.now or (m["ended_at"] and opens >= m["ended_at"]) or (end and opens > end):
                continue
            due = opens + timedelta(hours=48)
            hole = hole_of(w, "measure.untested", m, f"{m.key}/{n}", due, BROKEN, "医务人员")
            yield from limit(w.now, hole, due, sampled(w, m["person"], opens))


def measure_unmonitored(w: World) -> Iterator[Hole]:
    """Of the last seven full days, one that lies wholly in the measure with fewer readings than temperatures.*; since the day's end."""
    today = midnight(w.now.date())
    for m in w.rows("measures"):
        if patient(w, m["person"], m["since"]):
            continue
        for back in range(7, 0, -1):
            start = today - back * DAY
            if start < m["since"] or (m["ended_at"] and start + DAY > m["ended_at"]):
                continue
            read = [
                r
                for r in w.of("monitoring", m["person"])
                if r["temperature"] is not None and start <= r["at"] < start + DAY
            ]
            if len(read) < order(w, m, f"temperatures.{m['kind']}", m["since"]):
                hole = hole_of(w, "measure.unmonitored", m, f"{m.key}/{start.date()}", start + DAY, UPKEEP, "网格员")
                yield Hole(**{**vars(hole), "final": True})


def measure_overstay(w: World) -> Iterator[Hole]:
    """Not ended release_grace_h after E, no case since; before E nothing is owed yet."""
    for m in w.rows("measures"):
        end = measure_end(w, m)
        if end and end <= w.now and not case_since(w, m):
            due = end + hours(order(w, m, "release_grace_h", end))
            yield from limit(w.now, hole_of(w, "measure.overstay", m, m.key, due, BROKEN, "镇干部"), due, m["ended_at"])


def measure_early(w: World) -> Iterator[Hole]:
    """Ended more than release_grace_h before E, no case since, no measure of the same or a higher rank within handover_h."""
    for m in w.rows("measures"):
        end, ended = measure_end(w, m), m["ended_at"]
        if not end or not ended or case_since(w, m) or end - ended <= hours(order(w, m, "release_grace_h", end)):
            continue
        due = ended + hours(order(w, m, "handover_h", ended))
        again = answering(w, m["person"], RANK[m["kind"]], ended)
        yield from limit(w.now, hole_of(w, "measure.early", m, m.key, due, ACUTE, "镇干部"), due, again)


def measure_undocumented(w: World) -> Iterator[Hole]:
    """Live, order empty or planned_until empty."""
    for m in w.rows("measures"):
        if running(m, w.now) and (not m["order"] or not m["planned_until"]):
            yield hole_of(w, "measure.undocumented", m, m.key, m["since"], BROKEN, "镇干部")


def measure_crowded(w: World) -> Iterator[Hole]:
    """Two live 集中隔离 of different people, none a companion, in one unit and room; since the second's (each by the earliest)."""
    rooms: dict[tuple[str, str], dict[str, datetime]] = {}
    for m in w.rows("measures"):
        if m["kind"] == CENTRAL and running(m, w.now) and m["unit"] and m["room"] and not m["companion"]:
            people = rooms.setdefault((m["unit"], m["room"]), {})
            people[m["person"]] = min(m["since"], people.get(m["person"], m["since"]))
    for (unit, room), people in rooms.items():
        if len(people) > 1:
            yield Hole(
                "measure.crowded",
                unit,
                f"{unit}/{room}",
                sorted(people.values())[1],
                ACUTE,
                "单位主体",
                w.in_unit(unit),
            )


def measure_five(w: World) -> Iterator[Hole]:
    """A live 居家隔离 or 健康监测 without a live duty on the person of each of the five roles; by the earliest such measure."""
    firsts: dict[str, Row] = {}
    for m in sorted(w.rows("measures"), key=lambda m: (m["since"], m.key)):
        if m["kind"] in (HOME, MONITOR) and running(m, w.now):
            firsts.setdefault(m["person"], m)
    for m in firsts.values():
        for role in FIVE:
            duties = [d for d in w.of("duties", m["person"]) if d["role"] == role]
            if not any(w.live(d) for d in duties):
                since = max([m["since"], *(d["until"] for d in duties if d["until"] and d["until"] <= w.now)])
                yield hole_of(w, "measure.five", m, role, since, UPKEEP, "镇干部")


def handed_over(w: World, person: str, at: datetime) -> bool:
    """Handed over and not yet received, both moments included."""
    return any(
        t["handed_at"] <= at and (t["received_at"] is None or at <= t["received_at"]) for t in w.of("transfers", person)
    )


def measure_breached(w: World) -> Iterator[Hole]:
    """While a 集中隔离 or 居家隔离 ran: a check-in elsewhere, or a passage, and no negative sample of the person since."""
    for m in w.rows("measures"):
        if m["kind"] not in (CENTRAL, HOME):
            continue
        out = [
            c["at"]
            for c in w.of("check_ins", m["person"])
            if c["unit"] != m["unit"] and w.kind_of(c["unit"]) not in OPEN_TO_THE_ILL
        ]
        out += [p["at"] for p in w.of("passages", m["person"])]
        for at in out:
            while_it_ran = m["since"] <= at and (m["ended_at"] is None or at < m["ended_at"])
            if (
                while_it_ran
                and not handed_over(w, m["person"], at)
                and not ill(w, m["person"], at)
                and not negative_since(w, m["person"], at)
            ):
                role = "单位主体" if m["kind"] == CENTRAL else "镇干部"
                yield hole_of(w, "measure.breached", m, f"{m.key}/{minute(at)}", at, ACUTE, role)


def measure_misdated(w: World) -> Iterator[Hole]:
    """Live: planned_until differs from since + the grade's days of its kind by more than release_grace_h; 0 days are no matter here."""
    for m in w.rows("measures"):
        wanted = measure_days(w, m)
        if not running(m, w.now) or not m["planned_until"] or not wanted or not wanted[m["kind"]]:
            continue
        off = abs(m["planned_until"] - (m["since"] + days(wanted[m["kind"]])))
        if off > hours(order(w, m, "release_grace_h", m["since"])):
            yield hole_of(w, "measure.misdated", m, m.key, m["since"], BROKEN, "镇干部")


def measure_unproven(w: World) -> Iterator[Hole]:
    """Ended though the last sample taken in it was not 阴; that sample or a later one whose 阴 is known closes."""
    for m in w.rows("measures"):
        ended = m["ended_at"]
        if m["kind"] not in (CENTRAL, HOME) or not ended or ill(w, m["person"], ended) or case_since(w, m):
            continue
        samples = sorted(w.of("samples", m["person"]), key=lambda s: (s["sampled_at"], s.key))
        within = [i for i, s in enumerate(samples) if m["since"] <= s["sampled_at"] <= ended]
        if within and not any(result(s) == NEGATIVE for s in samples[within[-1] :]):
            yield hole_of(w, "measure.unproven", m, m.key, ended, ACUTE, "医务人员")


def aid_missed(w: World) -> Iterator[Hole]:
    """Under a live 居家隔离, alone or in need of care: no aid within aid_d of the later of its start and the last aid."""
    for m in w.rows("measures"):
        who = w.get("people", m["person"])
        if m["kind"] != HOME or not running(m, w.now) or not who or not (who["lives_alone"] or who["needs_care"]):
            continue
        if not patient(w, m["person"], m["since"]):
            opens = max([m["since"], *(a["at"] for a in w.of("aid", m["person"]))])
            every = order(w, m, "aid_d", opens)
            if not every:
                continue
            due = opens + days(every)
            yield from limit(w.now, hole_of(w, "aid.missed", m, m.key, due, ACUTE, "网格员"), due, None)


def monitoring_fever(w: World) -> Iterator[Hole]:
    """A reading of fever.degrees or more, or symptoms, and no sample, transfer or clinic visit within fever.act_h."""
    for r in w.rows("monitoring"):
        person, at = r["person"], r["at"]
        home = w.home(person)
        hot = r["temperature"] is not None and r["temperature"] >= w.order("fever.degrees", home, at)
        if not (hot or r["symptoms"] not in (None, "无", "正常")) or ill(w, person, at):
            continue
        done = [
            sampled(w, person, at),
            first_at(w.of("transfers", person), "handed_at", at),
            first_at(w.of("clinic_visits", person), "at", at),
        ]
        due = at + hours(w.order("fever.act_h", home, at))
        hole = Hole("monitoring.fever", person, r.key, due, ACUTE, "医务人员", w.at_home(person))
        yield from limit(w.now, hole, due, min((d for d in done if d), default=None))


RULES = [
    measure_gap, measure_untested, measure_unmonitored, measure_overstay, measure_early, measure_undocumented, measure_crowded,
    measure_five, measure_breached, measure_misdated, measure_unproven, aid_missed, monitoring_fever,
]  # fmt: skip
