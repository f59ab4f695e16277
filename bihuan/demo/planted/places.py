"""Holes of places (场所、聚集、值守、隔离点)."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.planted.scene import Scene
from bihuan.demo.units import post, unit
from bihuan.demo.world import DAY, HOUR, day_of, iso


def plant(s: Scene) -> None:
    _venues(s)
    _gatherings(s)
    _guards(s)
    _sites(s)


def _villages(s: Scene) -> list[str]:
    return [v for v in s.w.tree.villages if v.startswith(places.COUNTY)]


def _venues(s: Scene) -> None:
    w, units = s.w, s.w.units
    towns = [t for t in w.tree.towns if t.startswith(places.COUNTY)]
    shop = units.spare("days", units.one(towns[3], "超市"))
    for back in range(9):
        day = (day_of(w.now) - back * DAY).astype("datetime64[D]")
        s.row(
            "venue_days",
            unit=shop,
            day=day,
            scanned=True,
            temperature=True,
            masks=back != 2,
            disinfected=True,
            open=True,
        )
    bad = (day_of(w.now) - 2 * DAY).astype("datetime64[D]")
    s.plant("venue.day", shop, str(bad), "S1.3", "这一天没有查口罩", "masks were not looked at on this day")

    market = units.spare("samples", units.one(towns[4], "农贸市场"))
    lab = units.labs[places.COUNTY]
    s.row(
        "samples",
        of="环境",
        unit=market,
        sampled_at=s.morning(12),
        resulted_at=s.morning(12) + 9 * HOUR,
        result="阴",
        agency="疾控",
        sampled_by="疾控中心",
        lab=lab,
    )
    s.plant(
        "venue.unsampled",
        market,
        "",
        "S4.3.4",
        "农贸市场十二天没有环境采样",
        "no sample of the market's surfaces for twelve days",
    )

    home = unit(w, "养老院", "夕阳红养老院", _villages(s)[5], status="正常", status_since=w.at("2022-01-02T00:00"))
    for back in range(6):
        day = (day_of(w.now) - back * DAY).astype("datetime64[D]")
        s.row("venue_days", unit=home, day=day, scanned=True, temperature=True, masks=True, disinfected=True, open=True)
    s.plant("venue.unclosed", home, "", "S4.3.3", "养老院没有封闭管理", "a nursing home that is not closed to visitors")

    rooms = unit(w, "棋牌室", "兴隆麻将馆", _villages(s)[6], status="正常", status_since=w.at("2021-12-25T00:00"))
    s.plant("venue.unshut", rooms, "", "S4.3.3", "麻将馆没有关停", "a mahjong room that is not shut")

    never = units.spare("inspections", units.one(towns[6], "养老院"))
    s.row("inspections", area=units.areas[never], unit=never, at=s.morning(45), announced=False, team="县督查组")
    s.row("inspections", area=units.areas[never], unit=never, at=s.morning(12), announced=True, team="县督查组")
    s.plant(
        "inspect.never",
        never,
        "",
        "S4.4",
        "四十五天没有四不两直督查（打过招呼的不算）",
        "no unannounced visit for 45 days",
    )


def _gatherings(s: Scene) -> None:
    village, w = _villages(s)[8], s.w
    key = s.row(
        "gatherings",
        kind="婚事",
        area=village,
        host="村民",
        planned_at=s.morning(5),
        planned_heads=40,
        held_at=s.morning(5),
        heads=45,
    )
    s.plant("gathering.banned", key, "", "S3.1", "红事停办期间办了婚宴", "a wedding, which was to be put off")
    key = s.row(
        "gatherings",
        kind="丧事",
        area=village,
        host="村民",
        planned_at=s.morning(4),
        planned_heads=30,
        plan=True,
        approved_by="镇政府",
        approved_at=s.morning(5),
        held_at=s.morning(4),
        heads=85,
    )
    s.plant("gathering.over", key, "", "S3.1", "白事来了八十五人，限五十人", "a funeral of 85, fifty are allowed")
    key = s.row("gatherings", kind="会议", area=village, host="合作社", planned_at=w.ago(hours=-10), planned_heads=120)
    s.plant(
        "gathering.unapproved",
        key,
        "",
        "S4.3.3",
        "一百二十人的会议没有审批",
        "a meeting of 120 tonight, approved by nobody",
    )


def _guards(s: Scene) -> None:
    w = s.w
    night = day_of(w.now) - DAY
    area = _villages(s)[10]
    key = post(w, "村口", "河堤小路口", area, skip=("值守人员", night))
    s.plant("guard.gap", key, iso(night), "S3.1", "村口白天有人、晚上无人", "guarded by day, nobody at night")

    key = post(w, "村口", "后山路口", area)
    shift = s.unsign(key, night + 8 * HOUR)
    s.plant("guard.unsigned", key, shift, "S3.2.1", "排了班没有人到岗（脱岗）", "on the roster, and nobody signed in")

    key = post(w, "小区出入口", "东关小区大门", area, leader_required=True, skip=("带班领导", night))
    s.plant("guard.leaderless", key, iso(night), "S5.1", "值班没有领导带班", "no leader on duty")

    # The next village's roads were closed by a heap of earth, which is no post (简单以堆土封堵).
    bare = next(iter(w.units.spared["entrances"]))
    s.row("risk_areas", area=bare, level="中", since=w.at("2022-01-05T18:00"))
    s.plant(
        "area.unguarded",
        bare,
        "",
        "S3.1",
        "划为风险地区的村口没有设防",
        "inside a risk area, and no post at its entrance",
    )


def _sites(s: Scene) -> None:
    faulty = s.w.hotels.faulty
    hotel = faulty["site.unchecked"][0]
    good = {"three_zones": True, "two_passages": True, "disinfected": True, "waste": True}
    s.row("site_checks", unit=hotel, at=s.morning(10), **good)
    s.plant("site.unchecked", hotel, "", "S5.3", "隔离酒店十天没有核验", "the hotel was not checked for ten days")
    hotel = faulty["site.failed"][0]
    s.row("site_checks", unit=hotel, at=s.morning(1), **good | {"three_zones": False})
    s.plant("site.failed", hotel, "three_zones", "S5.3", "核验“三区”不合格", "the three zones were not kept apart")
    hotel = faulty["site.leaderless"][0]
    s.plant("site.leaderless", hotel, "", "S5.3", "隔离酒店没有县级领导驻点", "no county leader at the hotel")
    hotel = faulty["site.unguarded"][0]
    s.plant("site.unguarded", hotel, "", "S5.3", "隔离酒店外围没有警戒", "no guard outside the hotel")
    s.plant(
        "site.beds",
        places.SHORT,
        "",
        "S3.2.5",
        "每万人二十张床位只备了四分之三",
        "three in four of the twenty beds per 10,000",
    )
