"""Units (单位场所), the posts at roads, villages and hotels, and their daily upkeep, as the orders ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.chain import duty, officer
from bihuan.demo.identity import names, phones, pick
from bihuan.demo.world import DAY, HOUR, day_of, minutes

if TYPE_CHECKING:
    import polars as pl

    from bihuan.demo.world import World

HOTELS = 9
"""Isolation hotels of 洋县 (S5.3), two of them in 华阳镇 for the 161."""
HOTEL_NAMES = (
    "华阳山庄",
    "傥骆宾馆",
    "朱鹮大酒店",
    "洋州宾馆",
    "汉江酒店",
    "东城快捷酒店",
    "唐塔宾馆",
    "秦岭人家酒店",
    "戚氏酒店",
)
FAULTY = ("site.unchecked", "site.failed", "site.leaderless", "site.unguarded", "site.full")
"""What is wrong with the hotels after the first two, one each; those left are as they should be."""
FULL_ROOMS = 12
ROOMS = 40

COUNTY_UNITS = (
    ("定点医院", "人民医院", True),
    ("发热门诊", "人民医院发热门诊", True),
    ("检测机构", "疾控中心核酸实验室", True),
    ("检测机构", "人民医院检验科", True),
    ("检测机构", "康检医学检验所", False),
    ("指挥部", "疫情防控指挥部", True),
    ("车站", "汽车站", True),
    ("监所", "看守所", True),
    ("福利院", "儿童福利院", True),
    ("机关", "卫生健康局", True),
    ("冷库", "冷链集中监管库", False),
    ("集中监管仓", "进口冷链集中监管仓", True),
    ("影剧院", "影剧院", False),
    ("歌厅", "欢唱歌厅", False),
    ("棋牌室", "老街棋牌室", False),
    ("企业", "食品加工厂", False),
    ("机场", "航站楼", True),
)
TOWN_UNITS = ("诊所", "药店", "农贸市场", "超市", "养老院", "学校", "幼儿园", "宗教场所", "餐馆")
NAMES = {
    "诊所": "个体诊所",
    "药店": "大药房",
    "养老院": "敬老院",
    "学校": "中学",
    "幼儿园": "中心幼儿园",
    "宗教场所": "宗教活动场所",
    "餐馆": "民俗餐馆",
}
CLOSED = ("养老院", "福利院", "监所", "精神病院", "学校", "幼儿园")
SHUT = ("歌厅", "棋牌室")
DAILY = ("农贸市场", "超市", "宗教场所", "餐馆", "影剧院")
WEEKLY = ("农贸市场", "冷库", "隔离点")
INSPECTED = {"隔离点": 7, "农贸市场": 14, "养老院": 30}
DEPARTMENTS = {
    "农贸市场": "市场监管局",
    "超市": "市场监管局",
    "餐馆": "市场监管局",
    "养老院": "民政局",
    "学校": "教育局",
    "幼儿园": "教育局",
}


@dataclass
class Units:
    """Keys of units by (county or town, kind), in the order in which they were made up."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # unit → kind
    areas: dict[str, str] = field(default_factory=dict)
    labs: dict[str, str] = field(default_factory=dict)  # county → its own laboratory
    posts: dict[str, str] = field(default_factory=dict)  # what a post stands for → post
    tree_county: Any = None
    grid: Any = None
    spared: dict[str, set[str]] = field(default_factory=dict)  # upkeep → units that do without, as planted

    def one(self, area: str, kind: str, number: int = 0) -> str:
        return self.found[area, kind][number]

    def of_kind(self, *kinds: str) -> list[str]:
        return [unit for unit, kind in self.kinds.items() if kind in kinds]

    def roads(self) -> list[str]:
        """The checkpoints on the roads, those of 洋县 first."""
        return [post for name, post in self.posts.items() if " road " in name]

    def lab_of(self, person: Any) -> pl.Series:
        """The public laboratory of the county in which each of these people lives."""
        return pick(list(self.labs.values()), self.tree_county[self.grid[person]])

    def spare(self, upkeep: str, unit: str) -> str:
        """Leave this unit out of one kind of upkeep: days, samples, inspections, checks."""
        self.spared.setdefault(upkeep, set()).add(unit)
        return unit

    def kept_up(self, upkeep: str, *kinds: str) -> list[str]:
        left = self.spared.get(upkeep, set())
        return [unit for unit in self.of_kind(*kinds) if unit not in left]


def unit(w: World, kind: str, name: str, area: str, *, leader: bool = True, **cells: Any) -> str:
    rng = w.rng(f"unit {len(w.units.kinds)}")
    status = "封闭管理" if kind in CLOSED else "关停" if kind in SHUT else "正常"
    head = names(rng, 1)[0]
    phone = phones(rng, 1)[0]
    given = {
        "kind": kind, "name": name, "area": area, "principal": head, "phone": phone, "status": status,
        "status_since": w.at("2021-12-23T00:00"), "department": DEPARTMENTS.get(kind, "卫生健康局"),
        "recorded_at": w.at("2021-06-01T09:00"),
    }  # fmt: skip
    key = w.book.row("units", **given | cells)
    who = w.book.row("officers", name=head, phone=phone, body=name, post="负责人")
    duty(w, "单位主体", who, area, unit=key)
    w.units.kinds[key], w.units.areas[key] = kind, area
    for code in (area[:6], area[:9]):
        w.units.found.setdefault((code, kind), []).append(key)
    return key


def build(w: World) -> None:
    w.units.tree_county, w.units.grid = w.tree.county_of, w.roll.grid
    known = w.tree.names()
    villages = {town: [v for v in w.tree.villages if v.startswith(town)] for town in w.tree.towns}
    for county in w.tree.counties:
        seat = next(v for v in w.tree.villages if v.startswith(county))
        for kind, name, public in COUNTY_UNITS:
            if kind == "机场" and county != places.COUNTY:
                continue
            unit(w, kind, known[county] + name, seat, public=public, capacity=2000 if kind == "检测机构" else None)
        w.units.labs[county] = w.units.one(county, "检测机构")
    for town in w.tree.towns:
        for i, kind in enumerate(TOWN_UNITS):
            unit(w, kind, known[town] + NAMES.get(kind, kind), villages[town][i % len(villages[town])])
    if w.people > 100_000:
        for i, village in enumerate(w.tree.villages):
            kind = ("超市", "餐馆", "企业")[i % 3]
            unit(w, kind, known[village[:9]] + f"{kind}{i + 1}", village)
    _hotels(w, villages)


def _hotels(w: World, villages: dict[str, list[str]]) -> None:
    counts = np.bincount(w.tree.county_of[w.roll.grid], minlength=len(w.tree.counties))
    for county, people in zip(w.tree.counties, counts, strict=True):
        need = 20 * people / 10_000
        town = w.tree.towns[next(i for i, t in enumerate(w.tree.towns) if t.startswith(county))]
        if county == places.COUNTY:
            rooms = max(ROOMS, round(need * 1.15 / 5))
            for i, name in enumerate(HOTEL_NAMES):
                home = places.HOTEL_TOWN if i < 2 else town
                hole = FAULTY[i - 2] if 2 <= i < 2 + len(FAULTY) else ""
                size = 90 if i < 2 else FULL_ROOMS if hole == "site.full" else rooms
                key = unit(w, "隔离点", name, villages[home][i % len(villages[home])], capacity=size)
                if i < 2:
                    w.hotels.students.append((key, size))
                elif hole:
                    w.hotels.faulty[hole] = (key, size)
                upkeep = {"site.unchecked": "checks", "site.leaderless": "leaders", "site.unguarded": "posts"}.get(hole)
                if upkeep:
                    w.units.spare(upkeep, key)
                if i >= 2 and hole != "site.full":
                    w.hotels.open.append((key, size))
        elif county == places.SHORT:
            # 每万人20张床位 (S3.2.5), and here there are three in four of them
            w.hotels.faulty["site.beds"] = (
                unit(w, "隔离点", "城固迎宾酒店", villages[town][0], capacity=int(need * 0.75)),
                0,
            )
        else:
            each = -(-int(need * 1.15) // 150) or 1
            for i in range(each):
                size = -(-int(need * 1.15) // each) + 1
                key = unit(w, "隔离点", f"{w.tree.names()[county]}隔离酒店{i + 1}", villages[town][0], capacity=size)
                w.hotels.open.append((key, size))


# ── upkeep ──────────────────────────────────────────────────────────────────────────────────────


def keep_up(w: World) -> None:
    """Daily records, weekly samples, inspections and checks, for every unit but those planted without."""

    rng, units, today = w.rng("upkeep"), w.units, day_of(w.now)
    daily = units.kept_up("days", *DAILY)
    for back in range(11):
        days = np.full(len(daily), today - back * DAY).astype("datetime64[D]")
        w.book.add(
            "venue_days",
            len(daily),
            unit=daily,
            day=days,
            scanned=True,
            temperature=True,
            masks=True,
            disinfected=True,
            open=True,
        )
    weekly = units.kept_up("samples", *WEEKLY)
    for back in (2, 8, 14):
        at = today - back * DAY + 9 * HOUR + minutes(rng, 0, 240, len(weekly))
        labs = [units.labs[units.areas[u][:6]] for u in weekly]
        w.book.add(
            "samples",
            len(weekly),
            of="环境",
            unit=weekly,
            sampled_at=at,
            resulted_at=at + minutes(rng, 300, 900, len(at)),
            result="阴",
            agency="疾控",
            sampled_by="疾控中心",
            lab=labs,
        )
    for kind, every in INSPECTED.items():
        visited = units.kept_up("inspections", kind)
        for ago in (every // 2, every // 2 + every - 1):
            at = today - ago * DAY + 10 * HOUR + minutes(rng, 0, 300, len(visited))
            w.book.add(
                "inspections",
                len(visited),
                area=[units.areas[u] for u in visited],
                unit=visited,
                at=at,
                announced=False,
                team="县督查组",
            )
    hotels = units.kept_up("checks", "隔离点")
    for ago in (3, 9, 15):
        at = today - ago * DAY + 15 * HOUR + minutes(rng, 0, 120, len(hotels))
        good = dict.fromkeys(("three_zones", "two_passages", "disinfected", "waste"), True)
        w.book.add("site_checks", len(hotels), unit=hotels, at=at, **good)
    for hotel in units.kept_up("leaders", "隔离点"):
        who = officer(w, "驻点县级领导", "县委", w.rng("leader " + hotel))
        duty(w, "县级领导", who, units.areas[hotel], unit=hotel, since=w.at("2021-12-10T08:00"))


def guard(w: World, risk: str) -> None:
    """Posts with somebody there day and night: headquarters, three roads into 洋县 (S5.2), hotels, villages (S3.2.1).

    ``risk`` = the village that is a risk area: its entrance is guarded whatever else is.
    """
    units = w.units
    for county in w.tree.counties:
        head = units.one(county, "指挥部")
        post(w, "指挥部", w.tree.names()[county] + "指挥部值班室", units.areas[head], unit=head, leader_required=True)
        roads = ("西汉高速洋县出口", "108国道谢村", "火车站") if county == places.COUNTY else ("高速出口",)
        for i, road in enumerate(roads):
            towns = [t for t in w.tree.towns if t.startswith(county)]
            village = next(v for v in w.tree.villages if v.startswith(towns[i + 1]))
            place = unit(w, "卡口", f"{w.tree.names()[county]}{road}交通健康服务点", village)
            units.posts[f"{county} road {i}"] = post(
                w, "卡口", f"{road}卡口", village, unit=place, leader_required=True
            )
    for hotel in units.kept_up("posts", "隔离点"):
        units.posts[hotel] = post(w, "隔离点", "外围警戒", units.areas[hotel], unit=hotel)
    step = 1 if w.people <= 20_000 else 5
    for village in dict.fromkeys((risk, *w.tree.villages[::step])):
        if village in units.spared.get("entrances", ()):
            continue
        units.posts[village] = post(w, "村口", "主路口", village)


def post(
    w: World,
    kind: str,
    name: str,
    area: str,
    *,
    unit: str | None = None,
    leader_required: bool = False,
    skip: tuple[str, Any] | None = None,
    **cells: Any,
) -> str:
    """A post that is guarded round the clock, with its shifts from three days ago to two ahead.

    ``skip`` = (role, start) of the one shift that nobody was put down for.
    """
    cells = {"mode": "值守", "from_hour": 0, "to_hour": 24, "since": w.at("2021-12-10T00:00")} | cells
    key = w.book.row("posts", kind=kind, name=name, area=area, unit=unit, leader_required=leader_required, **cells)
    if cells["mode"] == "值守":
        for role, hours in (("值守人员", 8), ("带班领导", 12))[: 1 + leader_required]:
            shifts(w, key, role, hours, area, skip[1] if skip and skip[0] == role else None)
    return key


def shifts(w: World, post: str, role: str, hours: int, area: str, skip: Any) -> None:
    village = w.tree.villages.index(area[:12])
    if role == "带班领导":
        who = [w.chain.by_village["镇干部"][village]]
    else:
        who = [w.chain.by_village[r][village] for r in ("志愿者", "村干部", "民警")]
    rng = w.rng("shifts " + post)
    start = day_of(w.now) - 3 * DAY + np.arange(0, 5 * 24, hours) * HOUR
    signed = start + minutes(rng, -10, 10, len(start))
    begun = start + 15 * np.timedelta64(1, "m") <= w.now
    for i, at in enumerate(start):
        if at != skip:
            w.book.row(
                "shifts", post=post, officer=who[i % len(who)], role=role, start=at, end=at + hours * HOUR,
                signed_in=signed[i] if begun[i] else None,
            )  # fmt: skip
