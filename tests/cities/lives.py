"""What happens to people in a random city: arrivals, measures, samples, cases, contacts, posts, passages."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cities.draw import City, hours
from tests.cities.roll import AWAY
from tests.reference.rows import contract

KINDS = ("集中隔离", "居家隔离", "健康监测")


def make_risks(c: City) -> None:
    for _ in range(14):
        area = c.pick([*AWAY, *AWAY, c.area(12), c.area(6), c.area(9)])
        c.add(
            "risk_areas",
            area=area,
            level=c.pick(["高", "中", "低", "中"]),
            since=c.pick([c.ago(480), c.now - timedelta(days=40)]),
            until=c.maybe(0.3, c.ago(240)),
        )


def make_arrivals(c: City) -> None:
    for _ in range(c.some(45)):
        left = c.ago()
        if c.chance(0.15):
            risk = c.pick(c.rows["risk_areas"])
            left = c.pick([risk["since"], risk["until"] or left, risk["since"] - timedelta(seconds=1)])
        abroad = c.chance(0.25)
        person = c.person()
        arrived = c.after(left, [2, 8, 24, 48])
        arrival = c.add("arrivals", person=person, mode=c.pick(["航班", "船舶", "铁路", "公路"]), abroad=c.pick([True]) if abroad else c.pick([False, None]),
            from_area=None if abroad and c.chance(0.8) else c.pick([*AWAY, "310105001002", "510101", None]), left_at=left, arrived_at=arrived, to_area=c.area(), declared_at=c.after(left, [1, 24], 0.7))  # fmt: skip
        for _ in range(c.pick([0, 0, 1, 2])):
            c.add(
                "sightings",
                arrival=arrival,
                source=c.pick(["大数据", "敲门", "卡口"]),
                at=c.after(left, [1, 24, 48], 0) or left,
            )
        seen = c.after(arrived or left, [24, 12, 24], 0.3)
        for _ in range(c.pick([1, 1, 2, 3]) if seen else 0):
            c.add(
                "verifications",
                arrival=arrival,
                at=seen,
                officer=c.officer(),
                outcome=c.pick(["在", "在", "在", "不在", "查无此人", "已离开"]),
                area=c.maybe(0.6, c.area()),
            )
            seen = c.pick([seen, seen + hours(1), seen + hours(24), seen - hours(2)])
        opens = seen or arrived or left
        if c.chance(0.65):
            chain(c, person, "来返", c.after(opens, [12, 0, 4], 0) or opens, arrival=arrival)


def chain(c: City, person: str, ground: str, start: datetime, **of: str) -> None:
    """Stages one after another, each ended about its day, the next about in time."""
    stages = c.pick([(0, 1), (0, 1, 2), (0,), (1,), (2,), (1, 2), (0, 2)])
    since: datetime | None = start
    for stage in stages:
        if since is None:
            return
        length = timedelta(days=c.pick([14, 7, 7, 1, 2, 3]))
        planned = c.pick(
            [
                since + length,
                since + length,
                since + length + hours(12),
                since + length + hours(12) + timedelta(seconds=1),
                since + length - hours(12),
                None,
            ]
        )
        ended = c.after(planned or since + length, [12, 12, 1, 48], 0.35)
        if ended and c.chance(0.25):
            ended -= timedelta(days=c.pick([1, 3]))
        central = stage == 0
        unit = c.unit("隔离点") if central else c.maybe(0.05, c.unit("隔离点"))
        c.add("measures", person=person, ground=ground, kind=KINDS[stage], order=c.maybe(0.9, "市指21号"), unit=c.maybe(0.95, unit), room=c.maybe(0.85, c.pick(["101", "102", "103", "104", "１０１"])) if central else None,
            area=c.maybe(0.6, c.area()), since=since, planned_until=planned, ended_at=ended, companion=c.yes(0.15, 0.5), **of)  # fmt: skip
        if c.chance(0.5):
            for n in (1, 4, 7, 14):
                day = datetime.combine(since.date(), datetime.min.time()) + timedelta(days=n)
                if c.chance(0.7):
                    sample(
                        c,
                        person,
                        c.pick(
                            [
                                day,
                                day + hours(48),
                                day + hours(48) + timedelta(seconds=1),
                                day - timedelta(seconds=1),
                                day + hours(10),
                            ]
                        ),
                    )
        if c.chance(0.6):
            readings(c, person, since, ended or c.now)
        if c.chance(0.25):
            out(c, person, c.pick([since, since + hours(1), ended or c.now, c.ago(96)]))
        since = c.after(ended or planned, [4, 4, 0, 24], 0.25)


def out(c: City, person: str, at: datetime) -> None:
    """Seen outside: a check-in or a passage, sometimes a transfer about it or a sample after it."""
    if c.chance(0.6):
        c.add("check_ins", person=person, unit=c.unit(), at=at, left_at=c.after(at, [1], 0.4))
    else:
        passage(c, person, at)
    if c.chance(0.2):
        c.add(
            "transfers",
            person=person,
            from_unit=c.unit(),
            to_unit=c.maybe(0.6, c.unit("定点医院", "隔离点")),
            to_area=c.maybe(0.5, c.area()),
            handed_at=c.pick([at, at - hours(1)]),
            received_at=c.pick([at, at + hours(1), None]),
        )
    if c.chance(0.3):
        sample(c, person, c.pick([at, at + hours(2), at - timedelta(seconds=1)]))


def readings(c: City, person: str, since: datetime, until: datetime) -> None:
    day = max(since, c.now - timedelta(days=9)).date()
    while datetime.combine(day, datetime.min.time()) < min(until, c.now):
        for at in c.rng.sample([0, 0, 7, 8, 14, 20, 23], c.pick([0, 1, 2, 2, 3])):
            moment = datetime.combine(day, datetime.min.time()) + hours(at)
            heat = c.pick([36.5] * 12 + [37.3, 37.29, 38.5, None])
            c.add(
                "monitoring",
                person=person,
                at=moment,
                temperature=heat,
                symptoms=c.pick([None] * 9 + ["无", "正常", "咳嗽"]),
            )
        day += timedelta(days=1)


def sample(c: City, person: str | None, at: datetime, **more: object) -> None:
    resulted = c.after(at, [24, 24, 12], 0.12)
    result = c.pick(["阴"] * 8 + ["阳", "阳", "无效", None])
    c.add("samples", **({"of": "人", "person": person, "sampled_at": at, "lab": c.maybe(0.7, c.unit("检测机构")), "tube": c.maybe(0.5, f"T{c.rng.randrange(c.some(25))}"),
        "resulted_at": resulted, "result": result} | more))  # fmt: skip


def make_samples(c: City) -> None:
    for _ in range(c.some(60)):
        sample(c, c.person(), c.ago(240), unit=c.maybe(0.1, c.unit()))
    for _ in range(c.some(12)):
        kinds = ("农贸市场", "冷库", "隔离点", "超市")
        sample(c, c.maybe(0.1, c.person()), c.ago(336), of="环境", unit=c.maybe(0.9, c.unit(*kinds)), tube=None)


def make_cases(c: City) -> None:
    for _ in range(c.some(8)):
        positive = c.maybe(0.85, c.ago(240))
        base = positive or c.ago(240)
        case = c.add("cases", person=c.person(), kind=c.pick(["疑似", "确诊", "确诊", "无症状"]), onset_at=c.maybe(0.5, base - hours(c.pick([0, 24, 48]))), positive_at=positive, reported_at=c.after(base, [2, 2, 1]),
            confirmed_at=c.after(base, [24, 26, 4], 0.5), isolated_at=c.after(base, [2, 2, 6]), recovered_at=c.after(base, [96, 200], 0.7))  # fmt: skip
        for _ in range(c.pick([0, 1, 2, 3])):
            contact(c, case, base)


def contact(c: City, case: str, base: datetime) -> None:
    person, identified = c.person(), c.after(base, [24, 24, 6, 12], 0) or base
    exposed = identified - hours(c.pick([0, 12, 24, 48, -1]))
    key = c.add(
        "contacts",
        case=case,
        person=person,
        degree=c.pick(["密接", "密接", "次密接"]),
        last_exposed_at=exposed,
        identified_at=identified,
    )
    if c.chance(0.6):
        degree = c.rows["contacts"][-1]["degree"]
        chain(
            c,
            person,
            c.pick([degree, degree, "其他"]),
            c.pick([exposed, exposed - timedelta(seconds=1), c.after(identified, [12, 12, 4], 0) or identified]),
            contact=key,
        )


def make_check_ins(c: City) -> None:
    """Cases and others at a few places at about the same hours."""
    places = [c.unit() for _ in range(6)]
    for case in list(c.rows["cases"]):
        base = case["onset_at"] or case["positive_at"] or c.ago(96)
        for _ in range(3):
            at = base + hours(c.pick([-96, -72, -48, -24, -48, 0, 4, 24])) + c.jitter()
            unit = c.pick(places)
            c.add(
                "check_ins",
                person=case["person"],
                unit=unit,
                at=at,
                left_at=c.maybe(0.7, at + timedelta(minutes=c.pick([5, 10, 30, 90, 0]))),
            )
            for _ in range(c.pick([0, 1, 2, 3])):
                came = at + timedelta(minutes=c.pick([0, 0, 5, -5, -10, 20, 50, 60, 80, -30]))
                c.add(
                    "check_ins",
                    person=c.person(),
                    unit=unit,
                    at=came,
                    left_at=c.maybe(0.7, came + timedelta(minutes=c.pick([5, 10, 15, 60]))),
                )


def make_posts_of_work(c: City) -> None:
    posts = contract()["staff"].column("post").choices
    for _ in range(c.some(25)):
        person, since = c.person(), c.pick([c.ago(480), c.now - timedelta(days=90)])
        until = c.maybe(0.35, c.ago(240, 0.15))
        c.add("staff", person=person, unit=c.unit(), post=c.pick(posts), lodged=c.yes(), since=since, until=until)
        if until and c.chance(0.5):
            chain(c, person, "重点岗位", c.pick([until, until + hours(24), until - hours(2)]))
        if until and c.chance(0.5):
            sample(c, person, c.pick([until, until + hours(24), until + hours(24) + timedelta(seconds=1)]))
    for person in c.busy + c.persons[: c.size // 3]:
        for dose in range(1, c.pick([1, 2, 3, 3, 4])):
            c.add(
                "vaccinations",
                person=person,
                dose=c.pick([dose, dose, 1]),
                at=c.pick([c.ago(), c.now - timedelta(days=100)]),
            )
    for _ in range(c.some(8)):
        c.add("refusals", person=c.person(), kind=c.pick(["拒绝", "拒绝", "禁忌"]), at=c.ago(96))
    for _ in range(c.some(20)):
        c.add(
            "groups",
            person=c.person(),
            group=c.pick(contract()["groups"].column("group").choices),
            since=c.maybe(0.7, c.ago()),
            until=c.maybe(0.2, c.ago(96, 0.3)),
        )


def passage(c: City, person: str | None, at: datetime, plate: str | None = None) -> None:
    c.add("passages", post=c.key_of("posts"), person=person, plate=plate or c.maybe(0.4, c.pick(["陕A1", "陕Ａ1", "陕B2"])), at=at, test_ok=c.yes(0.85, 0.1), code=c.pick(["绿"] * 8 + ["黄", "红", "未验", None]),
        trip_ok=c.yes(0.9, 0.1), action=c.pick(["放行", "放行", "劝返", "劝返", "移交"]))  # fmt: skip


def make_movements(c: City) -> None:
    for _ in range(c.some(30)):
        person, at = c.maybe(0.85, c.person()), c.ago(168)
        passage(c, person, at)
        if c.chance(0.5):
            passage(c, person, c.after(at, [1, 1, 24], 0) or at, c.rows["passages"][-1]["plate"])
    for _ in range(c.some(8)):
        at = c.ago(168)
        c.add(
            "transfers",
            person=c.person(),
            from_unit=c.unit(),
            to_unit=c.maybe(0.6, c.unit()),
            to_area=c.maybe(0.5, c.area()),
            handed_at=at,
            received_at=c.after(at, [4, 4, 2]),
        )
    for _ in range(c.some(15)):
        c.add("aid", person=c.person(), at=c.ago(168), kind=c.pick(["探访", "送药"]), officer=c.officer())
    for _ in range(c.some(20)):
        at = c.ago(168)
        referred = c.after(at, [2, 2, 1])
        person = c.person()
        to = c.maybe(0.7, c.unit("定点医院", "发热门诊"))
        c.add(
            "clinic_visits",
            person=person,
            unit=c.unit("诊所", "诊所", "发热门诊"),
            at=at,
            fever=c.chance(0.7),
            referred_at=referred,
            referred_to=to,
        )
        if referred and to and c.chance(0.5):
            c.add(
                "clinic_visits",
                person=person,
                unit=to,
                at=c.after(referred, [4, 4, 2], 0) or referred,
                fever=c.chance(0.5),
            )
    for _ in range(c.some(12)):
        at, person = c.ago(168), c.maybe(0.85, c.person())
        c.add("drug_sales", person=person, unit=c.unit("药店"), at=at, drug=c.pick(["退热", "止咳", "抗病毒"]))
        if person and c.chance(0.5):
            sample(c, person, c.after(at, [48, 48, 24], 0) or at)
    for _ in range(c.some(10)):
        c.add(
            "monitoring",
            person=c.person(),
            at=c.ago(168),
            temperature=c.pick([None, 36.0, 37.3, 38.0]),
            symptoms=c.pick([None, "无", "发热 "]),
        )
