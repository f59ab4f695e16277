"""Arrivals and measures: every sentence of the contract read once more, row by row, over random cities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.domains.random_city import Chance
from tests.domains.slow import City, Duty, Row, days, fast, listed, live, slowly

KINDS = ("集中隔离", "居家隔离", "健康监测")
RANK = {"集中隔离": 3, "居家隔离": 2, "健康监测": 1}
END = dt.datetime(9999, 1, 1)
H = dt.timedelta(hours=1)


# ── what the rules share ────────────────────────────────────────────────────────────────────────


def began(case: Row) -> dt.datetime | None:
    return case["positive_at"] or case["reported_at"] or case["confirmed_at"] or case["isolated_at"]


def cases(c: City, person: str) -> list[tuple[dt.datetime, dt.datetime]]:
    return [(b, x["recovered_at"] or END) for x in c.of("cases", "person", person) if (b := began(x)) is not None]


def owes(c: City, person: str, since: dt.datetime) -> bool:
    return not any(since < recovered for _, recovered in cases(c, person))


def ill(c: City, person: str, at: dt.datetime) -> bool:
    return any(b <= at < recovered for b, recovered in cases(c, person))


def case_since(c: City, m: Row) -> bool:
    return any(b >= m["since"] for b, _ in cases(c, m["person"]))


def grade(c: City, a: Row) -> str | None:
    if a["abroad"]:
        return "境外"
    levels = {
        r["level"]
        for r in c["risk_areas"]
        if a["from_area"] and a["from_area"].startswith(r["area"]) and live(r, a["left_at"])
    }
    return next((x for x in ("高", "中", "低") if x in levels), None)


def known_at(c: City, a: Row) -> dt.datetime:
    moments = [a["declared_at"], a["arrived_at"], *(s["at"] for s in c.of("sightings", "arrival", a["arrival"]))]
    return min((m for m in moments if m is not None), default=a["left_at"])


def stages(c: City, g: str, area: str | None, at: dt.datetime) -> list[float]:
    return [float(x) for x in c.order(f"measure.{g}", area, at).split("+")]


def required(c: City, g: str, area: str | None, at: dt.datetime) -> int | None:
    return next((RANK[k] for k, n in zip(KINDS, stages(c, g, area, at), strict=True) if n > 0), None)


def place(c: City, m: Row) -> str | None:
    return m["area"] or c.place("units", m["unit"]) or c.place("people", m["person"])


def grade_of(c: City, m: Row) -> str | None:
    arrival = c.one("arrivals", m["arrival"])
    if m["ground"] == "来返":
        return grade(c, arrival) if arrival else None
    return {"密接": "密接", "次密接": "次密接", "重点岗位": "退岗"}.get(m["ground"])


def ordered(c: City, m: Row) -> list[float] | None:
    g = grade_of(c, m)
    return None if g is None else stages(c, g, place(c, m), m["since"])


def end(c: City, m: Row) -> dt.datetime | None:
    wanted = ordered(c, m)
    by_order = None if wanted is None else m["since"] + days(wanted[KINDS.index(m["kind"])])
    return m["planned_until"] or by_order


def answers(c: City, person: str, rank: int, after: dt.datetime) -> list[dt.datetime]:
    """When measures of at least the rank began that ran through the moment."""
    return [
        m["since"]
        for m in c.of("measures", "person", person)
        if RANK[m["kind"]] >= rank and m["since"] <= c.now and (m["ended_at"] is None or m["ended_at"] > after)
    ]


# ── arrivals ────────────────────────────────────────────────────────────────────────────────────


def arrivals(c: City) -> Iterator[Duty]:
    for a in c["arrivals"]:
        g, known, to = grade(c, a), known_at(c, a), a["to_area"]
        who = (a["person"], a["arrival"], to)
        if g is None or not owes(c, a["person"], known):
            continue
        checks = sorted(c.of("verifications", "arrival", a["arrival"]), key=lambda v: (v["at"], v["verification"]))
        if g != "境外":
            due = known + c.hours("verify_h", to, known)
            yield Duty("arrival.unverified", *who, "重", due, due, min((v["at"] for v in checks), default=None))
            gone = [i for i, v in enumerate(checks) if v["outcome"] in ("不在", "查无此人")]
            if gone:
                at = checks[gone[-1]]["at"]
                due = at + c.hours("verify_h", to, at)
                closed = checks[gone[-1] + 1]["at"] if gone[-1] + 1 < len(checks) else None
                yield Duty("arrival.absent", *who, "急", due, due, closed)
            if checks and checks[-1]["outcome"] == "在" and not checks[-1]["area"]:
                yield Duty("arrival.unplaced", *who, "常", checks[-1]["at"])
        else:
            due = a["left_at"] + 48 * H
            yield Duty("arrival.silent", a["person"], a["arrival"], to[:6], "急", due, due, a["arrived_at"])
        opens = a["arrived_at"] if g == "境外" else min((v["at"] for v in checks if v["outcome"] == "在"), default=None)
        need = None if opens is None else required(c, g, to, opens)
        if opens is None or need is None:
            continue
        due = opens + c.hours("control_h", to, opens)
        came = a["arrived_at"] or a["left_at"]
        enough, any_ = answers(c, a["person"], need, came), answers(c, a["person"], 1, came)
        less = [
            m["since"]
            for m in c.of("measures", "person", a["person"])
            if RANK[m["kind"]] < need and m["since"] <= c.now and (m["ended_at"] or END) > came
        ]
        yield Duty("arrival.uncontrolled", *who, "急", due, due, min(any_, default=None))
        closed = min(enough, default=None)
        if less and (closed is None or min(less) < closed):
            yield Duty("arrival.under", *who, "重", max(due, min(less)), due, closed)


def over(c: City) -> Iterator[Duty]:
    for m in c["measures"]:
        a = c.one("arrivals", m["arrival"])
        if m["ground"] != "来返" or a is None or not live(m, c.now, "ended_at") or not owes(c, m["person"], m["since"]):
            continue
        g = grade(c, a)
        if g is None or RANK[m["kind"]] > (required(c, g, a["to_area"], m["since"]) or 0):
            yield Duty("arrival.over", m["person"], m["measure"], a["to_area"], "重", m["since"])


# ── measures ────────────────────────────────────────────────────────────────────────────────────


def course(c: City) -> Iterator[Duty]:
    for m in c["measures"]:
        who, at, kind = (m["person"], m["measure"], place(c, m)), m["since"], m["kind"]
        e, wanted, ended = end(c, m), ordered(c, m), m["ended_at"]
        grace = None if e is None else c.hours("release_grace_h", who[2], e)
        if e is not None and grace is not None and not case_since(c, m):
            yield Duty("measure.overstay", *who, "重", e + grace, e + grace, ended, opens=e)
            if ended is not None and ended < e - grace:
                due = ended + c.hours("handover_h", who[2], ended)
                closed = min(answers(c, m["person"], RANK[kind], ended), default=None)
                yield Duty("measure.early", *who, "急", due, due, closed)
        if live(m, c.now, "ended_at"):
            if not m["order"] or m["planned_until"] is None:
                yield Duty("measure.undocumented", *who, "重", at)
            span = wanted[KINDS.index(kind)] if wanted else 0
            if m["planned_until"] and span > 0:
                off = abs(m["planned_until"] - (at + days(span)))
                if off > c.hours("release_grace_h", who[2], at):
                    yield Duty("measure.misdated", *who, "重", at)
        if not owes(c, m["person"], at):
            continue
        later = (
            [] if wanted is None else [k for k, n in zip(KINDS, wanted, strict=True) if n > 0 and RANK[k] < RANK[kind]]
        )
        if ended is not None and later and not case_since(c, m):
            due = ended + c.hours("handover_h", who[2], ended)
            closed = min(answers(c, m["person"], RANK[later[0]], ended), default=None)
            yield Duty("measure.gap", *who, "急", due, due, closed)
        taken = [s["sampled_at"] for s in c.of("samples", "person", m["person"])]
        for n in listed(c.order(f"test_days.{kind}", who[2], at)):
            day = dt.datetime.combine(at.date(), dt.time()) + days(int(n))
            if (ended is None or day < ended) and (e is None or day <= e):
                closed = min((s for s in taken if s >= day), default=None)
                due, item = day + 48 * H, f"{m['measure']}/{n}"
                yield Duty("measure.untested", m["person"], item, who[2], "重", due, due, closed, opens=day)
        readings = [r["at"] for r in c.of("monitoring", "person", m["person"]) if r["temperature"] is not None]
        for back in range(1, 8):
            day = dt.datetime.combine(c.now.date(), dt.time()) - days(back)
            whole = at <= day and (ended is None or ended >= day + days(1))
            had = sum(day <= r < day + days(1) for r in readings)
            if whole and had < c.number(f"temperatures.{kind}", who[2], at):
                since, item = day + days(1), f"{who[1]}/{day:%Y-%m-%d}"
                if not any(made_good(f, f"measure.unmonitored/{who[0]}/{item}", since) for f in c["findings"]):
                    yield Duty("measure.unmonitored", who[0], item, who[2], "常", since)


def made_good(f: Row, hole: str, since: dt.datetime) -> bool:
    done, again = f["remedied_at"], f["rechecked_at"]
    return bool(f["hole"] == hole and done and again and since <= done <= again and f["recheck_passed"])


def custody(c: City) -> Iterator[Duty]:
    alone = [m for m in c["measures"] if m["kind"] == "集中隔离" and live(m, c.now, "ended_at") and not m["companion"]]
    for unit, room in {(m["unit"], m["room"]) for m in alone if m["unit"] and m["room"]}:
        first: dict[str, dt.datetime] = {}
        for m in alone:
            if (m["unit"], m["room"]) == (unit, room):
                first[m["person"]] = min(m["since"], first.get(m["person"], END))
        if len(first) > 1:
            since = sorted(first.values())[1]
            yield Duty("measure.crowded", unit, f"{unit}/{room}", c.place("units", unit), "急", since)
    home = [m for m in c["measures"] if m["kind"] != "集中隔离" and live(m, c.now, "ended_at")]
    for person in {m["person"] for m in home}:
        m = min((x for x in home if x["person"] == person), key=lambda x: (x["since"], x["measure"]))
        for role in ("镇干部", "网格员", "医务人员", "民警", "志愿者"):
            duties = [d for d in c.of("duties", "person", person) if d["role"] == role]
            if not any(live(d, c.now) for d in duties):
                lapsed = [d["until"] for d in duties if d["until"] is not None and d["until"] <= c.now]
                yield Duty("measure.five", person, role, place(c, m), "常", max([m["since"], *lapsed]))
    for m in c["measures"]:
        if m["kind"] == "健康监测":
            continue
        samples = sorted(c.of("samples", "person", m["person"]), key=lambda s: (s["sampled_at"], s["sample"]))
        for at in outside(c, m):
            held = any(
                t["handed_at"] <= at and (t["received_at"] is None or at <= t["received_at"])
                for t in c.of("transfers", "person", m["person"])
            )
            proven = any(s["sampled_at"] >= at and s["result"] == "阴" and s["resulted_at"] for s in samples)
            if not held and not proven and not ill(c, m["person"], at):
                item = f"{m['measure']}/{at:%Y-%m-%dT%H:%M}"
                yield Duty("measure.breached", m["person"], item, place(c, m), "急", at)
        if m["ended_at"] is None or case_since(c, m) or ill(c, m["person"], m["ended_at"]):
            continue
        within = [i for i, s in enumerate(samples) if m["since"] <= s["sampled_at"] <= m["ended_at"]]
        if within and not any(s["result"] == "阴" and s["resulted_at"] for s in samples[within[-1] :]):
            yield Duty("measure.unproven", m["person"], m["measure"], place(c, m), "急", m["ended_at"])


def outside(c: City, m: Row) -> Iterator[dt.datetime]:
    def during(at: dt.datetime) -> bool:
        return bool(m["since"] <= at and (m["ended_at"] is None or at < m["ended_at"]))

    for x in c.of("check_ins", "person", m["person"]):
        unit = c.one("units", x["unit"])
        lawful = unit is not None and unit["kind"] in ("定点医院", "发热门诊", "检测机构", "隔离点")
        if during(x["at"]) and x["unit"] != m["unit"] and not lawful:
            yield x["at"]
    yield from (p["at"] for p in c.of("passages", "person", m["person"]) if during(p["at"]))


def expected(city: City) -> dict[tuple[str, ...], tuple[object, ...]]:
    return slowly(city, (arrivals, over, course, custody))


def different(city: City) -> list[tuple[object, ...]]:
    want = expected(city)
    got = fast(city, "arrival", "measure")
    return [
        (k, "got", got.get(k), "expected", want.get(k))
        for k in sorted(want.keys() | got.keys())
        if got.get(k) != want.get(k)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_both_readings_agree(seed: int) -> None:
    assert not different(Chance(seed).city())


def test_random_cities_have_every_hole() -> None:
    found = {k[:2] for seed in range(8) for k in expected(Chance(seed).city())}
    holes = {hole for state, hole in found if state == "open"}
    assert len(holes) == 18, sorted(holes)
