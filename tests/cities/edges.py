"""Every limit met: in a county of its own, where only the defaults hold, what opens exactly a limit before now, a second
before that, and what was answered on the dot or a second too late. Here what is about people; the rest in edges_offices.

Each maker takes the city, the moment at which the obligation opens (or the forbidden thing begins) and that of its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from tests.cities.draw import SECOND, City, hours, identity

PROVINCE, COUNTY = "62", "620102"
TOWN, VILLAGE, GRID = "620102001", "620102001001", "620102001001001"
RISK = "630102001"
"""A place of origin with a risk area of its own."""
LONG_AGO = timedelta(days=400)

Maker = Callable[[City, datetime, "datetime | None"], object]
State = Callable[[City, datetime], object]


def around(c: City, limit: float) -> Iterator[tuple[datetime, datetime | None]]:
    """(opens, answered) about a limit of so many hours: due now, due a second ago, answered on the dot, a second late."""
    span = hours(limit)
    for opens, answered in (
        (c.now - span, None),
        (c.now - span - SECOND, None),
        (c.now - span + SECOND, None),
        (c.now - 2 * span - 2 * SECOND, c.now - span - 2 * SECOND),
        (c.now - 2 * span - 2 * SECOND, c.now - span - SECOND),
        (c.now - 2 * span - 2 * SECOND, c.now),
    ):
        if c.chance(0.7):
            yield opens, answered


def about_now(c: City) -> Iterator[datetime]:
    """When a state begins: now, a second before, a second after (not yet)."""
    for begins in (c.now, c.now - SECOND, c.now + SECOND):
        if c.chance(0.8):
            yield begins


def make_ground(c: City) -> None:
    """The county, its risk area of origin, its orders for what is not asked for by default."""
    for code in (PROVINCE, "6201", COUNTY, TOWN, VILLAGE, GRID):
        c.add("areas", area=code, name=f"区域{code}", population=0 if code == COUNTY else None)
    c.add("risk_areas", area="630102", level="高", since=c.now - LONG_AGO)
    asked = {"group.doses.孕产妇": "1", "group.monitor_d.慢性病": "3", "stock.days.种苗": "7", "duty.persons": "2"}
    for key, value in asked.items():
        c.add("orders", document="县令", area=COUNTY, key=key, value=value, since=c.now - LONG_AGO)


def make_edges(c: City) -> None:
    make_ground(c)
    for limit, make in LIMITS:
        for opens, answered in around(c, limit):
            make(c, opens, answered)
    for begin in STATES:
        for since in about_now(c):
            begin(c, since)


# ── what is made up for an edge ──────────────────────────────────────────────────────────────────
def person(c: City, **more: object) -> str:
    """Somebody new in the county."""
    key = identity(c, COUNTY, date(1980, 1, 1) + timedelta(days=c.rng.randrange(9000)))
    return c.add("people", **({"person": key, "name": "县民", "area": GRID} | more))


def unit(c: City, kind: str, **more: object) -> str:
    return c.add(
        "units", **({"unit": f"V{len(c.rows['units']):04d}", "name": "场所", "kind": kind, "area": VILLAGE} | more)
    )


def officer(c: City) -> str:
    return c.add("officers", officer=f"W{len(c.rows['officers']):04d}", name="县干部")


def post(c: City, **more: object) -> str:
    """A post that nobody need guard."""
    return c.add(
        "posts", **({"name": "点", "kind": "卡口", "area": VILLAGE, "mode": "开放", "since": c.now - LONG_AGO} | more)
    )


def measure(c: City, who: str, kind: str, since: datetime, **more: object) -> str:
    given = {"ground": "其他", "order": "县指1号", "area": GRID, "planned_until": since + timedelta(days=300)}
    return c.add("measures", **({"person": who, "kind": kind, "since": since} | given | more))


def sample(c: City, who: str | None, at: datetime, resulted: datetime | None = None, **more: object) -> str:
    return c.add(
        "samples",
        **({"of": "人", "person": who, "sampled_at": at, "resulted_at": resulted, "result": resulted and "阴"} | more),
    )


def arrival(c: City, who: str, left: datetime, **more: object) -> str:
    return c.add(
        "arrivals", **({"person": who, "mode": "公路", "from_area": RISK, "left_at": left, "to_area": GRID} | more)
    )


def from_abroad(c: City, who: str, left: datetime, arrived: datetime | None) -> str:
    return arrival(c, who, left, abroad=True, from_area=None, arrived_at=arrived)


def case(c: City, who: str, positive: datetime, **more: object) -> str:
    told = {"reported_at": positive, "isolated_at": positive}
    return c.add("cases", **({"person": who, "kind": "确诊", "positive_at": positive} | told | more))


def staff(c: City, who: str, kind: str, since: datetime, **more: object) -> str:
    return c.add(
        "staff", **({"person": who, "unit": unit(c, "企业"), "post": kind, "lodged": True, "since": since} | more)
    )


def dosed(c: City, who: str) -> str:
    for dose in (1, 2):
        c.add("vaccinations", person=who, dose=dose, at=c.now - LONG_AGO)
    return who


# ── with a limit ─────────────────────────────────────────────────────────────────────────────────
def verified(c: City, opens: datetime, answered: datetime | None) -> None:
    a = arrival(c, person(c), opens - hours(1), declared_at=opens)
    if answered:
        c.add("verifications", arrival=a, at=answered, outcome="已离开")


def found_absent(c: City, opens: datetime, answered: datetime | None) -> None:
    a = arrival(c, person(c), opens - hours(1))
    c.add("verifications", arrival=a, at=opens, outcome=c.pick(["不在", "查无此人"]))
    if answered:
        c.add("verifications", arrival=a, at=answered, outcome="已离开")


def on_the_way(c: City, opens: datetime, answered: datetime | None) -> None:
    from_abroad(c, person(c), opens, answered)


def controlled(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    from_abroad(c, who, opens - hours(3), opens)
    if answered:
        measure(c, who, "集中隔离", answered)


def upgraded(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    from_abroad(c, who, opens - hours(3), opens)
    measure(c, who, "居家隔离", c.pick([opens, opens + hours(1), opens + hours(12)]))
    if answered:
        measure(c, who, "集中隔离", answered)


def next_stage(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    a = from_abroad(c, who, opens - timedelta(days=14), opens - timedelta(days=14))
    measure(
        c, who, "集中隔离", opens - timedelta(days=14), ground="来返", arrival=a, planned_until=opens, ended_at=opens
    )
    if answered:
        measure(c, who, "居家隔离", answered, ground="来返", arrival=a)


def released(c: City, opens: datetime, answered: datetime | None) -> None:
    measure(c, person(c), "健康监测", opens - timedelta(days=14), planned_until=opens, ended_at=answered)


def resumed(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    measure(c, who, "居家隔离", opens - timedelta(days=5), ended_at=opens)
    if answered:
        measure(c, who, c.pick(["居家隔离", "集中隔离"]), answered)


def aided(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c, lives_alone=True)
    measure(c, who, "居家隔离", opens)
    if answered:
        c.add("aid", person=who, at=answered, kind="送药")


def left_alone(c: City, opens: datetime, answered: datetime | None) -> None:
    home = f"空户{c.rng.randrange(10**9)}"
    child, carer = person(c, household=home, needs_care=True), person(c, household=home, birth=date(1980, 1, 1))
    measure(c, carer, "集中隔离", opens, unit=unit(c, "企业"))
    if answered:
        c.add("aid", person=child, at=answered, kind="探访")


def feverish(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    c.add("monitoring", person=who, at=opens, temperature=37.3)
    if answered:
        c.pick([sample, to_hospital, to_clinic])(c, who, answered)


def to_hospital(c: City, who: str, at: datetime) -> None:
    c.add("transfers", person=who, from_unit=unit(c, "企业"), handed_at=at, received_at=at)


def to_clinic(c: City, who: str, at: datetime) -> None:
    c.add("clinic_visits", person=who, unit=unit(c, "发热门诊"), at=at, fever=False)


def handed(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add("transfers", person=person(c), from_unit=unit(c, "企业"), handed_at=opens, received_at=answered)


def turned_back(c: City, opens: datetime, answered: datetime | None) -> None:
    who = c.pick([person(c), None])
    fine = {"test_ok": True, "code": "绿", "trip_ok": True, "person": who, "plate": f"陕Q{c.rng.randrange(10**6)}"}
    c.add("passages", **(fine | {"post": post(c), "at": opens, "action": "劝返"}))
    if answered:
        c.add("passages", **(fine | {"post": post(c), "at": answered, "action": "放行"}))


def handed_on(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    c.add("passages", post=post(c), person=who, at=opens, action="移交")
    if answered:
        c.pick([to_hospital, lambda c, who, at: measure(c, who, "居家隔离", at)])(c, who, answered)


def resulted(c: City, opens: datetime, answered: datetime | None) -> None:
    sample(c, c.pick([person(c), None]), opens, answered)


def reported(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    sample(c, who, opens - hours(5), opens, result="阳")
    if answered:
        c.add("cases", person=who, kind="无症状", reported_at=answered, isolated_at=answered)


def taken_apart(c: City, opens: datetime, answered: datetime | None) -> None:
    tube = f"混{c.rng.randrange(10**9)}"
    for who in (person(c), person(c)):
        sample(c, who, opens - hours(5), opens, result="阳", tube=tube)
        if answered:
            sample(c, who, answered, answered)


def case_told(c: City, opens: datetime, answered: datetime | None) -> None:
    case(c, person(c), opens, reported_at=answered)


def case_held(c: City, opens: datetime, answered: datetime | None) -> None:
    case(c, person(c), opens, isolated_at=answered)


def case_traced(c: City, opens: datetime, answered: datetime | None) -> None:
    key = case(c, person(c), opens)
    if answered:
        c.add("contacts", case=key, person=person(c), degree="密接", last_exposed_at=opens, identified_at=answered)


def case_decided(c: City, opens: datetime, answered: datetime | None) -> None:
    case(c, person(c), opens, kind="疑似", confirmed_at=answered)


def contact_held(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    key = case(c, person(c), opens - hours(1))
    c.add("contacts", case=key, person=who, degree="密接", last_exposed_at=opens - hours(9), identified_at=opens)
    if answered:
        measure(c, who, "集中隔离", answered)


def contact_judged(c: City, opens: datetime, answered: datetime | None) -> None:
    who, patient, place = person(c), person(c), unit(c, "企业")
    key = case(c, patient, opens)
    at = opens - hours(30)
    c.add("check_ins", person=patient, unit=place, at=at, left_at=at + timedelta(minutes=40))
    c.add("check_ins", person=who, unit=place, at=at + timedelta(minutes=30), left_at=at + timedelta(minutes=50))
    if answered:
        c.add("contacts", case=key, person=who, degree="密接", last_exposed_at=at, identified_at=answered)


def refused(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    staff(c, who, "冷链搬运", c.now - LONG_AGO, until=answered)
    c.add("refusals", person=who, kind="拒绝", at=opens)


def tested_at_work(c: City, opens: datetime, answered: datetime | None) -> None:
    who = dosed(c, person(c))
    staff(c, who, "冷链搬运", c.now - LONG_AGO)
    sample(c, who, opens, opens)


def tested_after_work(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    staff(c, who, "口岸一线", c.now - LONG_AGO, until=opens)
    measure(c, who, "集中隔离", opens, unit=unit(c, "企业"))
    if answered:
        sample(c, who, answered, answered)


def held_after_work(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    staff(c, who, "口岸一线", c.now - LONG_AGO, until=opens)
    sample(c, who, opens, opens)
    if answered:
        measure(c, who, "集中隔离", answered, unit=unit(c, "企业"))


def visited(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    c.add("groups", person=who, group="慢性病", since=c.now - LONG_AGO)
    c.add("monitoring", person=who, at=opens, temperature=c.pick([36.5, None]))


def referred(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add("clinic_visits", person=person(c), unit=unit(c, "诊所"), at=opens, fever=True, referred_at=answered)


def swabbed(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    c.add("clinic_visits", person=who, unit=unit(c, "发热门诊"), at=opens, fever=True)
    if answered:
        sample(c, who, answered, answered)


def came_there(c: City, opens: datetime, answered: datetime | None) -> None:
    who, there = person(c), unit(c, "定点医院")
    at = {"at": opens - hours(1), "referred_at": opens, "referred_to": there}
    c.add("clinic_visits", person=who, unit=unit(c, "诊所"), fever=False, **at)
    if answered:
        c.add("clinic_visits", person=who, unit=there, at=answered, fever=False)


def bought(c: City, opens: datetime, answered: datetime | None) -> None:
    who = person(c)
    c.add("drug_sales", person=who, unit=unit(c, "药店"), at=opens, drug="退热")
    if answered:
        sample(c, who, answered, answered)


# ── forbidden, or lacking from some moment on ────────────────────────────────────────────────────
def unplaced(c: City, since: datetime) -> None:
    c.add("verifications", arrival=arrival(c, person(c), since - hours(2)), at=since, outcome="在")


def heaped(c: City, since: datetime) -> None:
    who = person(c)
    a = arrival(c, who, since - hours(30), from_area="510101")
    measure(c, who, "健康监测", since, ground="来返", arrival=a)


def undocumented(c: City, since: datetime) -> None:
    measure(c, person(c), "健康监测", since, **c.pick([{"order": None}, {"planned_until": None}]))


def two_in_a_room(c: City, since: datetime) -> None:
    there = {"unit": unit(c, "隔离点", capacity=9), "room": c.pick(["301", "３０１"])}
    for begins in (since - hours(3), since):
        measure(c, person(c), "集中隔离", begins, **there)


def outside(c: City, since: datetime) -> None:
    who = person(c)
    measure(c, who, "居家隔离", since - timedelta(days=2))
    for at in (since, since - 14 * SECOND):
        c.add("passages", post=post(c), person=who, at=at, action="放行")


def misdated(c: City, since: datetime) -> None:
    off = timedelta(days=7, hours=12) + c.pick([timedelta(0), SECOND])
    measure(c, person(c), "居家隔离", since, ground="重点岗位", planned_until=since + off)


def unproven(c: City, since: datetime) -> None:
    who = person(c)
    measure(c, who, "集中隔离", since - timedelta(days=2), ended_at=since, planned_until=since)
    sample(c, who, c.pick([since, since - timedelta(days=2)]), since - hours(1), result=c.pick(["无效", "阳"]))


def waved(c: City, since: datetime) -> None:
    given = c.pick([{"test_ok": False}, {"code": "红"}, {"trip_ok": False}])
    c.add("passages", post=post(c), person=person(c), at=since, action="放行", **given)


def nameless(c: City, since: datetime) -> None:
    c.add("passages", post=post(c), at=since, action="放行")


def unvaccinated(c: City, since: datetime) -> None:
    staff(c, person(c), "冷链搬运", since)


def unlodged(c: City, since: datetime) -> None:
    staff(c, dosed(c, person(c)), "口岸一线", since, lodged=c.pick([None, False]))


def unlisted(c: City, since: datetime) -> None:
    lot = c.add("lots", product="虾", imported=True, kg=1.0, entered_at=since - hours(1), port=unit(c, "港口"))
    c.add("lot_works", lot=lot, kind="搬运", person=person(c), at=since, unit=c.pick([unit(c, "冷库"), None]))


def released_untested(c: City, since: datetime) -> None:
    measure(c, person(c), "健康监测", since - timedelta(days=3), ground="重点岗位", ended_at=since, planned_until=since)


def undosed(c: City, since: datetime) -> None:
    c.add("groups", person=person(c), group="孕产妇", since=since)


def unnamed_sale(c: City, since: datetime) -> None:
    c.add("drug_sales", unit=unit(c, "药店"), at=since, drug="退热")


LIMITS: tuple[tuple[float, Maker], ...] = (
    (24, verified), (24, found_absent), (48, on_the_way), (12, controlled), (12, upgraded), (4, next_stage), (12, released),
    (4, resumed), (72, aided), (24, left_alone), (6, feverish), (4, handed), (1, turned_back), (24, handed_on), (24, resulted),
    (2, reported), (12, taken_apart), (2, case_told), (2, case_held), (24, case_traced), (24, case_decided), (12, contact_held),
    (24, contact_judged), (24, refused), (168, tested_at_work), (24, tested_after_work), (24, held_after_work), (72, visited),
    (2, referred), (24, swabbed), (4, came_there), (48, bought),
)  # fmt: skip
STATES: tuple[State, ...] = (
    unplaced, heaped, undocumented, two_in_a_room, outside, misdated, unproven, waved, nameless, unvaccinated, unlodged, unlisted,
    released_untested, undosed, unnamed_sale,
)  # fmt: skip
