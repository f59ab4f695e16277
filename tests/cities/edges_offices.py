"""As edges: every limit of goods, places and command met on the dot and missed by a second."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cities.draw import City, hours
from tests.cities.edges import (
    COUNTY,
    GRID,
    LONG_AGO,
    TOWN,
    VILLAGE,
    Maker,
    State,
    about_now,
    around,
    measure,
    officer,
    person,
    post,
    sample,
    unit,
)

DAY = 24.0
FIRST, LAST = "620102002", 990
"""Towns of the county that some edges take for themselves, each another."""


def make_office_edges(c: City) -> None:
    for limit, make in LIMITS:
        for opens, answered in around(c, limit):
            make(c, opens, answered)
    for begin in STATES:
        for since in about_now(c):
            begin(c, since)


def new_area(c: City, digits: int, above: str = COUNTY) -> str:
    """An area of its own in the county."""
    code = above
    while len(code) < digits:
        code += f"{c.rng.randrange(100, LAST):03d}"
    c.add("areas", area=code, name=f"区域{code}", recorded_at=c.now - LONG_AGO)
    return code


def lot(c: City, entered: datetime | None, **more: object) -> str:
    papers = dict.fromkeys(("customs_form", "inspection_cert", "test_cert", "disinfection_cert"), "有")
    given = {"product": "虾", "imported": True, "kg": 100.0, "entered_at": entered, "port": unit(c, "港口")}
    return c.add("lots", **(papers | given | more))


def move(c: City, key: str, sent: datetime, received: datetime | None, **more: object) -> str:
    given = {"lot": key, "from_unit": unit(c, "冷库"), "to_unit": unit(c, "冷库"), "kg": 0.0}
    return c.add("lot_moves", **(given | {"sent_at": sent, "received_at": received} | more))


def positive(c: City, opens: datetime) -> str:
    """A lot that was received and then known positive."""
    key = lot(c, opens - hours(40))
    move(c, key, opens - hours(30), opens - hours(20))
    sample(c, None, opens - hours(39), opens, of="物", lot=key, result="阳")
    return key


# ── with a limit ─────────────────────────────────────────────────────────────────────────────────
def lot_received(c: City, opens: datetime, answered: datetime | None) -> None:
    move(c, lot(c, opens - hours(1)), opens, answered)


def lot_seen(c: City, opens: datetime, answered: datetime | None) -> None:
    key = lot(c, opens)
    if answered:
        sample(c, None, answered, answered, of="物", lot=key)


def lot_sealed(c: City, opens: datetime, answered: datetime | None) -> None:
    key = positive(c, opens)
    if answered:
        c.add("lot_works", lot=key, kind=c.pick(["封存", "销毁"]), at=answered)


def handler_tested(c: City, opens: datetime, answered: datetime | None) -> None:
    key, who = positive(c, c.pick([opens, opens - hours(9)])), person(c)
    c.add("lot_works", lot=key, kind="搬运", person=who, at=opens, unit=unit(c, "冷库"))
    if answered:
        sample(c, who, answered, answered)


def counted(c: City, opens: datetime, answered: datetime | None) -> None:
    # The item of which cover is demanded; each in a county of its own, so that it is the newest count there.
    county = f"6201{c.rng.randrange(20, 99)}"
    if not any(a["area"] == county for a in c.rows["areas"]):
        c.add("areas", area=county, name="县", population=0)
        c.add("orders", document="县令", area=county, key="stock.days.种苗", value="7", since=c.now - LONG_AGO)
        c.add("stocks", area=county, item="种苗", quantity=100.0, daily_use=1.0, at=opens)


def passed(c: City, opens: datetime, answered: datetime | None) -> None:
    permit = c.add("permits", plate="陕Q1", issued_in=COUNTY, since=opens - hours(5), until=opens + hours(5))
    c.add("refused_permits", permit=permit, post=post(c), at=opens, passed_at=answered)


def disinfected(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add(
        "livestock_moves", species="猪", head=1, to_area=GRID, at=opens, quarantine_cert="检", disinfected_at=answered
    )


def venue_sampled(c: City, opens: datetime, answered: datetime | None) -> None:
    place = unit(c, "冷库", recorded_at=c.pick([opens, c.now - LONG_AGO]))
    if answered or c.rows["units"][-1]["recorded_at"] != opens:
        sample(c, None, opens, opens, of="环境", unit=place)


def site_checked(c: City, opens: datetime, answered: datetime | None) -> None:
    place = unit(c, "隔离点", capacity=3)
    measure(c, person(c), "集中隔离", c.pick([opens, c.now - LONG_AGO]), unit=place)
    if c.rows["measures"][-1]["since"] != opens:
        c.add("site_checks", unit=place, at=opens, three_zones=True, two_passages=True, disinfected=True, waste=True)


def signed(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add(
        "shifts",
        post=post(c),
        officer=officer(c),
        role="值守人员",
        start=opens,
        end=opens + hours(8),
        signed_in=answered,
    )


def broken_down(c: City, opens: datetime, answered: datetime | None) -> None:
    key = c.add(
        "instructions", title="批示", area=COUNTY, received_at=opens, break_down_by=c.maybe(0.5, opens + hours(24))
    )
    if answered:
        done = {"officer": officer(c), "due": c.now + hours(99), "recorded_at": answered}
        c.add("tasks", instruction=key, title="任务", area=TOWN, **done)


def done(c: City, opens: datetime, answered: datetime | None) -> None:
    shown = {"evidence": "附件", "evidence_at": answered}
    c.add(
        "tasks",
        title="任务",
        area=TOWN,
        officer=officer(c),
        due=opens + hours(1),
        recorded_at=opens - hours(5),
        **shown,
    )


def inspected(c: City, opens: datetime, answered: datetime | None) -> None:
    place = unit(c, "隔离点", recorded_at=c.pick([opens, c.now - LONG_AGO]))
    if c.rows["units"][-1]["recorded_at"] != opens:
        c.add("inspections", area=VILLAGE, unit=place, at=opens, announced=False)


def inspection(c: City, at: datetime, **more: object) -> str:
    return c.add("inspections", **({"area": VILLAGE, "at": at, "announced": True} | more))


def finding(c: City, seen: str, **more: object) -> str:
    given = {"category": f"类{c.rng.randrange(10**9)}", "text": "问题", "remedy": "整改", "due": c.now + hours(99)}
    return c.add("findings", **({"inspection": seen, "leader": officer(c), "officer": officer(c)} | given | more))


def set_right(c: City, opens: datetime, answered: datetime | None) -> None:
    finding(c, inspection(c, opens - hours(9)), due=opens + hours(1), remedied_at=answered)


def rechecked(c: City, opens: datetime, answered: datetime | None) -> None:
    finding(c, inspection(c, opens - hours(9)), remedied_at=opens, rechecked_at=answered, recheck_passed=True)


def settled(c: City, opens: datetime, answered: datetime | None) -> None:
    said = dict.fromkeys(("direct", "principal", "supervisory"), "查清")
    c.add("inquiries", finding=finding(c, inspection(c, opens)), opened_at=opens, closed_at=answered, **said)


def helped(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add("tickets", kind="求助", area=GRID, received_at=opens, answered_at=answered, resolved_at=answered)


def resolved(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add("tickets", kind="举报", area=GRID, received_at=opens, answered_at=opens, resolved_at=answered)


def delivered(c: City, opens: datetime, answered: datetime | None) -> None:
    key = c.add(
        "feeds", name="推送", giver="县局", taker="指挥部", every_hours=24.0, since=c.pick([opens, c.now - LONG_AGO])
    )
    if c.rows["feeds"][-1]["since"] != opens:
        c.add("feed_deliveries", feed=key, at=opens)


def trained(c: City, opens: datetime, answered: datetime | None) -> None:
    c.add("teams", kind="采样", area=COUNTY, headcount=1, trained_at=opens, since=c.now - LONG_AGO)


def emergency_plan(c: City, approved: datetime, **more: object) -> str:
    return c.add("emergency_plans", **({"kind": "物资保障", "area": COUNTY, "approved_at": approved} | more))


def drilled(c: City, opens: datetime, answered: datetime | None) -> None:
    emergency_plan(c, c.pick([opens, opens - hours(99)]), revised_at=c.pick([opens, None]))
    c.add("drills", plan=c.rows["emergency_plans"][-1]["plan"], at=opens, kind="桌面")


def mended(c: City, opens: datetime, answered: datetime | None) -> None:
    key = emergency_plan(c, opens - hours(99), revised_at=answered)
    c.add("drills", plan=key, at=opens, kind="实战", met=False)


# ── forbidden, or lacking from some moment on ────────────────────────────────────────────────────
def without_papers(c: City, since: datetime) -> None:
    lot(c, since, customs_form=None)


def rootless(c: City, since: datetime) -> None:
    move(c, lot(c, None), since, None)


def overdrawn(c: City, since: datetime) -> None:
    at = {
        "lot": lot(c, since - hours(9), kg=100.0),
        "kind": "销售",
        "unit": c.rows["units"][-1]["unit"],
        "person": None,
    }
    for kg, when in ((100.5, since - hours(1)), (0.01, since)):
        c.add("lot_works", **at, kg=kg, at=when)


def undisinfected(c: City, since: datetime) -> None:
    key = lot(c, since - hours(30))
    move(c, key, since - hours(2), since, to_unit=unit(c, c.pick(["农贸市场", "超市", "餐馆"])))
    sample(c, None, since - hours(29), since - hours(28), of="物", lot=key)


def sold_early(c: City, since: datetime) -> None:
    key = lot(c, since - hours(30))
    sample(c, None, since - hours(29), c.pick([since, since + timedelta(seconds=1)]), of="物", lot=key)
    c.add("lot_works", lot=key, kind="销售", at=since, unit=unit(c, "超市"), kg=1.0)


def run_short(c: City, since: datetime) -> None:
    county = new_area(c, 6, f"6201{c.rng.randrange(20, 99)}")
    c.add("orders", document="县令", area=county, key="stock.days.种苗", value="7", since=c.now - LONG_AGO)
    for at, quantity in ((since - hours(30), 70.0), (since, c.pick([69.0, 70.0]))):
        c.add("stocks", area=county, item="种苗", quantity=quantity, daily_use=10.0, at=at)


def gone_off(c: City, since: datetime) -> None:
    day = (c.now - timedelta(days=1)).date()
    c.add("stocks", area=VILLAGE, item="消毒剂", quantity=1.0, expires=day, at=c.now - hours(50))


def uncertified(c: City, since: datetime) -> None:
    c.add("livestock_moves", species="禽", head=1, to_area=GRID, at=since, disinfected_at=since)


def unclosed(c: City, since: datetime) -> None:
    unit(c, "养老院", status=c.pick(["正常", "关停", None]), status_since=since)


def unshut(c: City, since: datetime) -> None:
    unit(c, "歌厅", status=c.pick(["正常", "封闭管理", None]), status_since=since)


def gathered(c: City, since: datetime) -> None:
    approved = {"plan": True, "approved_by": "主任", "approved_at": since - hours(50)}
    c.add("gatherings", kind="婚事", area=GRID, planned_at=since, held_at=since, heads=10, **approved)
    c.add("gatherings", kind="丧事", area=GRID, planned_at=since, held_at=since, heads=c.pick([50, 51, 51]), **approved)


def unapproved(c: City, since: datetime) -> None:
    c.add("gatherings", kind="会议", area=GRID, planned_at=since + hours(24), planned_heads=50)
    c.add("gatherings", kind="会议", area=GRID, planned_at=since - hours(24), planned_heads=50)
    c.add("gatherings", kind="会议", area=GRID, planned_at=since + hours(50), planned_heads=5, held_at=since, heads=50)


def uncovered(c: City, since: datetime) -> None:
    at = post(c, mode="值守", since=since - hours(30), leader_required=True)
    for role in ("值守人员", "带班领导"):
        given = {"post": at, "officer": officer(c), "role": role, "signed_in": since}
        c.add("shifts", **given, start=since - hours(99), end=since)
        c.add("shifts", **given, start=since + timedelta(minutes=c.pick([15, 16])), end=since + hours(99))


def unguarded(c: City, since: datetime) -> None:
    village = new_area(c, 12)
    c.add("risk_areas", area=village[: c.pick([12, 9])], level=c.pick(["高", "中"]), since=since)
    if c.chance(0.5):
        post(c, kind="村口", area=village, since=c.now - LONG_AGO, until=c.pick([since, since - hours(1)]))


def wild(c: City, since: datetime) -> None:
    area = new_area(c, c.pick([12, 15]))
    c.rows["areas"][-1]["managed"] = False
    c.add("duties", officer=officer(c), role="网格员", area=area[:12], since=c.now - LONG_AGO, until=since)


def crammed(c: City, since: datetime) -> None:
    place = unit(c, "隔离点", capacity=1)
    for room, begins in (("1", since - hours(5)), (c.pick(["2", None]), since)):
        measure(c, person(c), "集中隔离", begins, unit=place, room=room)


def failed(c: City, since: datetime) -> None:
    place = unit(c, "隔离点")
    measure(c, person(c), "集中隔离", since - hours(5), unit=place)
    c.add("site_checks", unit=place, at=since, three_zones=False, waste=True)


def forsaken(c: City, since: datetime) -> None:
    place = unit(c, "隔离点")
    measure(c, person(c), "集中隔离", since - c.pick([hours(0), hours(9)]), unit=place)
    c.add("duties", officer=officer(c), role="县级领导", unit=place, since=c.now - LONG_AGO, until=since)
    post(c, unit=place, mode="值守", until=since)


def nobody_there(c: City, since: datetime) -> None:
    for digits, role in ((15, "网格员"), (12, "镇干部"), (9, "县级领导")):
        area = new_area(c, digits)
        c.add("duties", officer=officer(c), role=role, area=area, since=c.now - LONG_AGO, until=since)


def away(c: City, since: datetime) -> None:
    who, area = officer(c), new_area(c, 9)
    c.add("duties", officer=who, role="县级领导", area=area, since=c.now - LONG_AGO)
    c.add(
        "absences",
        officer=who,
        since=since,
        until=c.pick([c.now, since + hours(9)]) if since < c.now else since + hours(9),
    )
    plan = emergency_plan(c, since - hours(9))
    c.add("plan_assignments", plan=plan, grid=GRID, officer=who, team=None)


def overloaded(c: City, since: datetime) -> None:
    who = officer(c)
    for begins in (c.now - LONG_AGO, since - hours(9), since):
        c.add("duties", officer=who, role="志愿者", person=person(c), since=begins)


def differing(c: City, since: datetime) -> None:
    town = f"{COUNTY}{c.rng.randrange(100, LAST):03d}"
    for area, value in ((town, "6"), (town + "001", c.pick(["6", "６", "7"]))):
        c.add("orders", document="令", area=area, key="control_h", value=value, since=since)


def vague(c: City, since: datetime) -> None:
    c.add(
        "tasks",
        title="任务",
        area=TOWN,
        recorded_at=since,
        **c.pick([{"officer": officer(c)}, {"due": c.now + hours(9)}]),
    )
    finding(c, inspection(c, since), **c.pick([{"leader": None}, {"officer": None}, {"remedy": None}, {"due": None}]))


def found_again(c: City, since: datetime) -> None:
    first = finding(
        c, inspection(c, since - timedelta(days=40)), remedied_at=since - timedelta(days=c.pick([30, 31, 5]))
    )
    category = next(f["category"] for f in c.rows["findings"] if f["finding"] == first)
    finding(c, inspection(c, since), category=category)


def recheck_failed(c: City, since: datetime) -> None:
    failed_again = {"rechecked_at": since, "recheck_passed": c.pick([None, False])}
    finding(c, inspection(c, since - hours(50)), remedied_at=c.pick([since, since - hours(9)]), **failed_again)


def partial(c: City, since: datetime) -> None:
    seen = finding(c, inspection(c, since - hours(50)))
    c.add("inquiries", finding=seen, opened_at=since - hours(40), closed_at=since, direct="查清")


def contracted(c: City, since: datetime) -> None:
    c.add(
        "contracts",
        vendor="某",
        service="保洁",
        area=VILLAGE,
        since=since,
        until=c.now + LONG_AGO,
        licence_until=(c.now - timedelta(days=1)).date(),
    )


def third_parties(c: City, since: datetime) -> None:
    # One county each time: the share is that of all its people.
    county = f"6202{c.rng.randrange(10, 99)}"
    c.add("areas", area=county, name="县", population=0)
    for public, at in ((True, since - hours(5)), (False, since)):
        who = person(c, area=county + "001")
        sample(c, who, at, at, lab=unit(c, "检测机构", public=public))


def undated(c: City, since: datetime) -> None:
    c.add("notices", title="通报", released_at=since, channel="网站", area=COUNTY, as_of=c.maybe(0.5, since))


def untrained(c: City, since: datetime) -> None:
    c.add("teams", kind="采样", area=COUNTY, headcount=1, since=since)


def few_tracers(c: City, since: datetime) -> None:
    county = new_area(c, 6, f"6203{c.rng.randrange(10, 99)}")
    for until in (since, None):
        c.add(
            "teams",
            kind="流调",
            area=county,
            headcount=60,
            trained_at=c.now - hours(9),
            since=c.now - LONG_AGO,
            until=until,
        )


def planned(c: City, since: datetime) -> None:
    key = emergency_plan(c, since, kind="全员核酸", area=VILLAGE, target_hours=10.0)
    team = c.add(
        "teams",
        kind="采样",
        area=COUNTY,
        headcount=1,
        trained_at=c.now - hours(9),
        since=c.now - LONG_AGO,
        until=c.pick([since, since - hours(9)]),
    )
    for site, hour in (("甲", 0.0), ("乙", c.pick([3.0, 4.0, 3.5]))):
        c.add(
            "plan_assignments",
            plan=key,
            grid=VILLAGE + "009",
            team=team,
            site=site,
            start_hour=hour,
            end_hour=c.pick([4.0, hour + 7]),
        )


def outdated(c: City, since: datetime) -> None:
    """A county without a plan, whose row became known then."""
    new_area(c, 6, f"6204{c.rng.randrange(10, 99)}")
    c.rows["areas"][-1] |= {"recorded_at": since, "population": 10000}


LIMITS: tuple[tuple[float, Maker], ...] = (
    (72, lot_received), (24, lot_seen), (24, lot_sealed), (24, handler_tested), (7 * DAY, counted), (1, passed), (24, disinfected),
    (7 * DAY, venue_sampled), (7 * DAY, site_checked), (0.5, signed), (24, broken_down), (1, done), (7 * DAY, inspected),
    (1, set_right), (7 * DAY, rechecked), (30 * DAY, settled), (2, helped), (168, resolved), (24, delivered), (180 * DAY, trained),
    (180 * DAY, drilled), (14 * DAY, mended),
)  # fmt: skip
STATES: tuple[State, ...] = (
    without_papers, rootless, overdrawn, undisinfected, sold_early, run_short, gone_off, uncertified, unclosed, unshut, gathered,
    unapproved, uncovered, unguarded, wild, crammed, failed, forsaken, nobody_there, away, overloaded, differing, vague,
    found_again, recheck_failed, partial, contracted, third_parties, undated, untrained, few_tracers, planned, outdated,
)  # fmt: skip
