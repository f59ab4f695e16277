"""Situations that a sentence of the contract is about and that chance seldom makes: orders in quick succession, rows that only
strangers are in, cases that begin or end just when something else does, tubes of people and things, keys out of number order."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cities import edges
from tests.cities.draw import SECOND, City, hours
from tests.cities.roll import COUNTIES, order_value

ODD_KEYS = ("9", "10", "1a", "A", "a", "甲", "乙", "００１", "z-1", "10.0")
"""In the order of numbers or letters they stand otherwise than as text."""


def make_oddities(c: City) -> None:
    for step in (
        orders_in_succession,
        unknown_orders,
        odd_keys,
        only_strangers,
        patients,
        mixed_tubes,
        turned_hours,
        same_moments,
        odd_numbers,
    ):
        step(c)


def orders_in_succession(c: City) -> None:
    """A few keys that change hands at every level about the moments at which things open."""
    hot = ["verify_h", "control_h", "handover_h", "result_h", "case.report_h", "measure.高", "measure.境外", "measure.密接", "aid_d",
           "test_days.居家隔离", "permit.pass_h", "fever.degrees", "post.doses.其他", "lot.receive_h", "ticket.h.求助", "finding.recheck_d"]  # fmt: skip
    for key in c.rng.sample(hot, 6):
        for _ in range(8):
            since = c.pick([c.ago(120), c.ago(48), c.now - timedelta(days=20)])
            until = c.pick([None, None, since + hours(c.pick([1, 24, 48])), c.now, c.now + SECOND])
            area = c.pick(["61", "6101", *COUNTIES, c.area(9), c.area(12), c.area(15)])
            value = spelled(c, order_value(c, key))
            c.add(
                "orders",
                document="急令",
                area=area,
                key=c.pick([key, key, f" {key}"]),
                value=value,
                since=since,
                until=until,
            )


def spelled(c: City, value: str) -> str:
    """The same value as somebody else writes it."""
    return c.pick(
        [value, value, value.replace("+", " + "), value.replace(",", "， "), value.replace("1", "１"), f"{value} "]
    )


def unknown_orders(c: City) -> None:
    """Keys that no rule asks for, and values that their key cannot read."""
    for key, value in (
        ("post.doses.无此岗", "2"), ("measure.甲", "1+1+1"), ("stock.days.", "3"), ("stock.days.随便", "3"), ("gathering.heads", "3"),
        ("verify_h", "-1"), ("verify_h", "1e3"), ("measure.高", "14+7"), ("measure.高", "14+x+0"), ("measure.中", "7.5+0+0"),
        ("test_days.居家隔离", "1,x"), ("test_days.居家隔离", "2,,7,"), ("venue.day.超市", "扫码,唱歌"), ("venue.day.超市", "扫码、 测温"),
        ("post.lodged.其他", "true"), ("venue.shut", "无"), ("venue.shut", "歌厅、餐厅"), ("gathering.banned", "0"),
    ):  # fmt: skip
        if c.chance(0.5):
            c.add("orders", document="错令", area=c.pick(["6101", *COUNTIES]), key=key, value=value, since=c.ago(96))


def odd_keys(c: City) -> None:
    """Keys as people make them; what is the first or the last of several goes by their text."""
    for key in ODD_KEYS:
        since = c.pick([c.now - timedelta(days=9), c.now - timedelta(days=8)])
        c.add(
            "duties",
            duty=key,
            officer=c.officer(),
            role=c.pick(["镇干部", "县级领导"]),
            area=c.pick(COUNTIES),
            since=since,
        )
        order = {"key": "verify_h", "value": c.pick(["1", "2", "3"]), "area": c.pick(COUNTIES), "since": since}
        c.add("orders", order=key, document="同日令", **order)
        arrival = c.key_of("arrivals")
        at = c.pick([c.now - hours(30), c.now - hours(20)])
        found = {"arrival": arrival, "at": at, "outcome": c.pick(["在", "不在"]), "area": c.pick([None, c.area()])}
        c.add("verifications", verification=key, **found)
        sample = {
            "person": c.pick(c.busy),
            "of": "人",
            "sampled_at": at,
            "resulted_at": at,
            "result": c.pick(["阴", "阳"]),
        }
        c.add("samples", sample=key, **sample)


def only_strangers(c: City) -> None:
    """Rows in which person and unit both have no row of their own: where they are is told by other rows, or by none."""
    for n in range(4):
        who, where = f"客{n}", f"生场{n}"
        at = c.ago(96)
        made = c.rng.sample(range(8), 4)
        if 0 in made:
            c.add(
                "staff",
                person=who,
                unit=where,
                post=c.pick(["隔离点服务", "冷链搬运"]),
                since=at,
                until=c.pick([None, c.now - hours(30)]),
            )
        if 1 in made:
            c.add("check_ins", person=who, unit=where, at=at)
        if 2 in made:
            c.add("arrivals", person=who, mode="公路", from_area="310105", left_at=at, to_area=c.area())
        if 3 in made:
            c.add("drug_sales", person=c.pick([who, None]), unit=where, at=at, drug="退热")
        if 4 in made:
            c.add("transfers", person=who, from_unit=where, to_unit=c.unit(), handed_at=at)
        if 5 in made:
            c.add("contacts", case=c.key_of("cases"), person=who, degree="密接", last_exposed_at=at, identified_at=at)
        if 6 in made:
            c.add("groups", person=who, group="学生")
        if 7 in made:
            ground = c.pick(["重点岗位", "其他"])
            c.add(
                "measures",
                person=who,
                ground=ground,
                kind="居家隔离",
                unit=where,
                since=at,
                ended_at=c.pick([None, c.now - hours(2)]),
            )


def patients(c: City) -> None:
    """Cases whose beginning or recovery meets an arrival, a measure, a post or a contact to the second."""
    for n in range(12):
        who = edges.person(c)
        at = c.now - hours(c.pick([50, 100, 200]))
        _begins(c, n % 6, who, at)
        positive = c.pick([at - hours(90), at, at - SECOND, at + SECOND, None])
        recovered = c.pick([None, at, at - SECOND, at + SECOND, c.now - hours(1), c.now + hours(1)])
        edges.case(
            c,
            who,
            positive or at,
            positive_at=positive,
            reported_at=c.pick([at, at - hours(80)]),
            recovered_at=recovered,
        )


def _begins(c: City, n: int, who: str, at: datetime) -> None:
    """What somebody owes something for, each time another."""
    if n == 0:
        edges.from_abroad(c, who, at - hours(1), at)
    elif n == 1:
        edges.arrival(c, who, at - hours(1), declared_at=at)
    elif n == 2:
        edges.measure(c, who, "居家隔离", at, ground="密接", planned_until=c.now - hours(30))
    elif n == 3:
        edges.staff(c, edges.dosed(c, who), "口岸一线", at)
    elif n == 4:
        judged = {"last_exposed_at": at, "identified_at": at}
        c.add("contacts", case=c.key_of("cases"), person=who, degree="次密接", **judged)
    else:
        edges.measure(c, who, "集中隔离", at - hours(9), ground="密接", ended_at=at)


def mixed_tubes(c: City) -> None:
    """People, things and places in one tube; one person twice; the same tube written otherwise."""
    for n in range(8):
        tube = f"Q{n}"
        at = c.now - hours(c.pick([30, 60, 12]))
        people = [edges.person(c) for _ in range(c.pick([1, 1, 2, 3]))]
        for who in people * c.pick([1, 1, 2]):
            spelled_tube = c.pick([tube, f"Ｑ{n}", f" {tube}"])
            edges.sample(
                c, who, at, c.pick([at + hours(5), at + hours(6), None]), result=c.pick(["阳", "阴"]), tube=spelled_tube
            )
        if c.chance(0.5):
            given = c.pick([{"of": "环境", "unit": c.unit("超市")}, {"of": "物", "lot": c.key_of("lots")}])
            edges.sample(c, None, at, at + hours(4), result="阳", tube=tube, **given)
        for who in people:
            if c.chance(0.5):
                edges.sample(
                    c, who, c.pick([at + hours(5), at + hours(16), at + hours(17)]), tube=c.pick([None, f"R{n}"])
                )


def turned_hours(c: City) -> None:
    """Assignments that end as they begin, or before."""
    for _ in range(10):
        start = c.pick([0.0, 2.0, 4.0])
        ends = c.pick([start, start - 1, start + 2, start + 4])
        row = {"plan": c.key_of("emergency_plans"), "grid": c.area(15), "team": c.key_of("teams"), "officer": None}
        for site, end in (("东", ends), ("西", 6.0)):
            c.add("plan_assignments", **row, site=site, start_hour=start, end_hour=end)


def same_moments(c: City) -> None:
    """Several rows of one person at one moment, and one key at one moment twice."""
    for _ in range(6):
        who, at = edges.person(c), c.now - hours(c.pick([0, 24, 48]))
        for kind in ("集中隔离", "居家隔离"):
            edges.measure(c, who, kind, at, ground=c.pick(["密接", "重点岗位"]), ended_at=c.pick([None, at, c.now]))
        for outcome in ("在", "不在"):
            a = edges.arrival(c, who, at - hours(2))
            c.add("verifications", arrival=a, at=at, outcome=outcome)
            c.add("verifications", arrival=a, at=at, outcome=c.pick(["已离开", "在"]), area=c.area())
        c.add("samples", of="人", person=who, sampled_at=at, resulted_at=at, result="阳")
        c.add("samples", of="人", person=who, sampled_at=at, resulted_at=at, result="阴")


def odd_numbers(c: City) -> None:
    """Nothing, thirds, and decimal fractions whose sums are off by a trifle."""
    for every in (0.0, 0.333, 0.5, 1.5):
        c.add("feeds", name="推送", giver="气象局", taker="指挥部", every_hours=every, since=c.ago(48))
    for hour in ((24, 24), (0, 0), (23, 1), (24, 6), (None, 6), (18, None)):
        begun = c.now - timedelta(days=4, hours=c.pick([0, 5]))
        at = {"from_hour": hour[0], "to_hour": hour[1], "since": begun}
        c.add("posts", name="点", kind="卡口", area=c.area(9), mode="值守", **at)
    fine = {"exposure.stay_minutes": "12.5", "exposure.minutes": "9.5", "lot.tolerance": "0.1", "aid_d": "0.5"}
    area = c.pick(COUNTIES)
    for key, value in {**fine, "stock.days.盐": "3"}.items():
        c.add("orders", document="细令", area=area, key=key, value=value, since=c.now - timedelta(days=50))
    for quantity, use in ((0.1, 0.1), (0.2, 0.1), (0.3, c.pick([0.0, 0.1]))):
        row = {"area": area + "001", "unit": c.unit("冷库"), "item": "盐", "at": c.ago(96)}
        c.add("stocks", **row, quantity=quantity, daily_use=use)
    for kg in ((0.3, 0.1, 0.2), (0.3, 0.1, 0.3), (0.0, 0.0, 0.0)):
        port, at = c.unit("港口"), c.now - hours(60)
        come = {"imported": c.pick([True, False]), "entered_at": at, "port": port}
        lot = c.add("lots", product="盐渍品", kg=kg[0], **come)
        for sold in kg[1:]:
            c.add("lot_works", lot=lot, kind="销售", unit=port, at=c.pick([at, at + hours(1)]), kg=sold)
