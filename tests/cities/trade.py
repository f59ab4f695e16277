"""Goods and places of a random city: lots, stocks, permits, posts and shifts, venues, gatherings, sites."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cities.draw import City, hours
from tests.cities.lives import sample
from tests.cities.roll import ITEMS

STORES = ("冷库", "农贸市场", "超市", "餐馆", "集中监管仓")


def make_lots(c: City) -> None:
    for _ in range(c.some(10)):
        entered = c.maybe(0.85, c.ago(480))
        base = entered or c.ago(336)
        lots = [lot(c, None, base, entered)]
        for _ in range(c.pick([0, 0, 1, 2, 3])):
            lots.append(lot(c, c.pick(lots), base + hours(c.pick([0, 24, 48])), c.maybe(0.2, c.ago(240))))
    first, last = c.rows["lots"][0], c.rows["lots"][-1]
    first["split_from"] = last["lot"]  # perhaps a circle
    c.pick(c.rows["lots"])["split_from"] = "NOLOT"


def lot(c: City, parent: str | None, base: datetime, entered: datetime | None) -> str:
    papers = {p: c.maybe(0.7, "有") for p in ("customs_form", "inspection_cert", "test_cert", "disinfection_cert")}
    key = c.add(
        "lots",
        product="冻虾",
        imported=c.chance(0.8),
        kg=c.pick([100.0, 200.0, 50.5]),
        entered_at=entered,
        port=c.maybe(0.2 if parent else 0.8, c.unit("港口", "集中监管仓")),
        split_from=parent,
        **papers,
    )
    at, holder = base, c.maybe(0.9, c.rows["lots"][-1]["port"] or c.unit(*STORES))
    for _ in range(c.pick([0, 1, 1, 2, 3])):
        to = c.maybe(0.95, c.unit(*STORES))
        received = c.after(at, [72, 72, 4, 1], 0.15)
        c.add(
            "lot_moves",
            lot=key,
            from_unit=holder,
            to_unit=to,
            kg=c.pick([100.0, 100.5, 100.51, 50.0, 200.0, 25.25]),
            sent_at=at,
            received_at=received,
        )
        at, holder = (received or at) + hours(c.pick([0, 0, 1, 24])), to
    for _ in range(c.pick([0, 1, 2, 4])):
        kind = c.pick(["消毒", "搬运", "销售", "销售", "封存", "销毁"])
        moment = c.pick([at, c.ago(480), at - hours(1), at + hours(24)])
        c.add(
            "lot_works",
            lot=key,
            kind=kind,
            unit=c.maybe(0.85, c.pick([holder or c.unit(*STORES), c.unit(*STORES)])),
            person=c.maybe(0.8, c.person()),
            at=moment,
            kg=c.maybe(0.8, c.pick([50.0, 50.5, 10.0, 100.0])),
        )
    for _ in range(c.pick([0, 1, 1, 2])):
        sample(
            c,
            None,
            c.pick([base, base + hours(24), base + hours(24) + timedelta(seconds=1), c.ago(240)]),
            of="物",
            lot=key,
            tube=None,
        )
    return key


def make_stocks(c: City) -> None:
    for _ in range(c.some(25)):
        row = {
            "area": c.pick([c.area(), c.area(6), c.area(12)]),
            "unit": c.maybe(0.5, c.unit("冷库", "企业")),
            "item": c.pick([*ITEMS, "Ｎ95口罩"]),
        }
        at = c.ago(336)
        for _ in range(c.pick([1, 1, 2, 3])):
            day = (c.now + timedelta(days=c.pick([-3, -2, -1, 0, 1, 30]))).date()
            c.add(
                "stocks",
                **row,
                quantity=c.pick([0.0, 10.0, 70.0, 300.0, 300.0]),
                daily_use=c.pick([None, 0.0, 10.0, 10.0, 43.0]),
                expires=c.maybe(0.6, day),
                at=at,
            )
            at = c.pick([at, at + hours(24), at - hours(24)])


def make_trade(c: City) -> None:
    for _ in range(c.some(4)):
        since = c.ago(168)
        permit = c.add(
            "permits", plate="陕A1", issued_in=c.area(6), since=since, until=since + hours(c.pick([1, 24, 72, 240]))
        )
        for at in (since, c.rows["permits"][-1]["until"], c.ago(96)):
            c.add("refused_permits", permit=permit, post=c.key_of("posts"), at=at, passed_at=c.after(at, [1, 1, 2]))
    for _ in range(c.some(5)):
        at = c.ago(168)
        c.add(
            "livestock_moves",
            species="猪",
            head=3,
            to_area=c.area(),
            at=at,
            quarantine_cert=c.maybe(0.5, "检1"),
            disinfected_at=c.after(at, [24, 24, 12]),
        )


def make_posts(c: City) -> None:
    for _ in range(c.some(10)):
        hour = c.pick([(None, None), (0, 24), (8, 20), (20, 8), (8, 8), (6, None), (24, 6)])
        since = c.pick([c.ago(168), c.now - timedelta(days=6)])
        kind, mode = c.pick(["卡口", "小区出入口", "村口", "村口", "隔离点"]), c.pick(["值守", "值守", "封堵", "开放"])
        unit = c.unit("隔离点") if kind == "隔离点" else c.maybe(0.4, c.unit())
        c.add(
            "posts",
            name="点",
            kind=kind,
            area=c.area(),
            unit=unit,
            mode=mode,
            from_hour=hour[0],
            to_hour=hour[1],
            leader_required=c.yes(0.4),
            since=since,
            until=c.pick([None, None, None, c.ago(48), c.now + hours(12)]),
        )


def make_shifts(c: City) -> None:
    """Shifts one after another with gaps of none, 15 minutes and a little more; some run backwards, some post has none."""
    for post in c.rows["posts"]:
        if c.chance(0.2):
            continue
        at = c.pick([post["since"], c.now - timedelta(days=3)])
        while at < c.now + hours(c.pick([20, 24, 30])):
            end = at + hours(c.pick([8, 12, 4]))
            signed = c.after(at, [0.5, 0.5, 0.1], 0.2)
            c.add(
                "shifts",
                post=post["post"],
                officer=c.officer(),
                role=c.pick(["带班领导", "值守人员"]),
                start=at,
                end=c.pick([end] * 9 + [at, at - hours(1)]),
                signed_in=signed,
            )
            at = end + timedelta(minutes=c.pick([0, 0, 0, 0, 0, -30, 15, 16, 180]), seconds=c.pick([0, 0, 0, 1]))
    for _ in range(4):
        start = c.pick(
            [
                c.now - hours(48),
                c.now - hours(0.5),
                c.now - hours(48) - timedelta(seconds=1),
                c.now - hours(0.5) - timedelta(seconds=1),
            ]
        )
        c.add("shifts", post=c.key_of("posts"), officer=c.officer(), role="值守人员", start=start, end=start + hours(1))


def make_venues(c: City) -> None:
    for kind in ("农贸市场", "超市", "餐馆", "养老院", "歌厅", "影剧院"):
        for unit in c.units.get(kind, []):
            for back in range(9):
                if c.chance(0.75):
                    c.add(
                        "venue_days",
                        unit=unit,
                        day=(c.now - timedelta(days=back)).date(),
                        scanned=c.yes(0.95, 0.02),
                        temperature=c.yes(0.95, 0.02),
                        masks=c.yes(0.95, 0.02),
                        disinfected=c.yes(0.9, 0.02),
                        open=c.pick([None, True, True, False]),
                    )
    for _ in range(c.some(10)):
        planned = c.ago(96, 0.3)
        held = c.after(planned, [24, 1], 0.4)
        kind = c.pick(["婚事", "丧事", "丧事", "宴会", "会议", "庙会", "其他"])
        c.add(
            "gatherings",
            kind=kind,
            area=c.area(),
            planned_at=planned,
            planned_heads=c.pick([None, 20, 49, 50, 51]),
            plan=c.yes(),
            approved_by=c.maybe(0.7, "主任"),
            approved_at=c.maybe(0.8, planned - hours(30)),
            held_at=held,
            heads=c.pick([None, 20, 50, 51]),
        )
    for unit in c.units["隔离点"]:
        for _ in range(c.pick([0, 1, 2])):
            at = c.pick([c.ago(240), c.now - timedelta(days=7), c.now - timedelta(days=7, seconds=1)])
            c.add(
                "site_checks",
                unit=unit,
                at=at,
                three_zones=c.yes(0.8),
                two_passages=c.yes(0.9),
                disinfected=c.yes(0.9),
                waste=c.yes(0.9),
            )
