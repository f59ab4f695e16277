"""Holes of places: venues, gatherings, areas, isolation sites. Guards are in guards.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit, within_days
from tests.reference.people_facts import CENTRAL, running
from tests.reference.rows import Row
from tests.reference.stocks import counties
from tests.reference.world import BEGINNING, Place, World, days, midnight

DAY = timedelta(days=1)
CHECKS = {"扫码": "scanned", "测温": "temperature", "口罩": "masks", "消毒": "disinfected"}
SITE_COLUMNS = ("three_zones", "two_passages", "disinfected", "waste")


def unit_hole(
    w: World, name: str, unit: str, item: str, since: datetime, severity: str, role: str, final: bool = False
) -> Hole:
    return Hole(name, unit, item, since, severity, role, w.in_unit(unit), final=final)


def last_or_recorded(w: World, unit: Row, moments: list[datetime], every: float) -> datetime:
    """Due: so many days after the last one; never: after recorded_at; without one at once, at the as-of time."""
    if moments:
        return max(moments) + days(every)
    recorded = w.first_recorded(unit)
    return recorded + days(every) if recorded else w.now


def repeated(w: World, hole: Hole, moments: list[datetime], recorded: datetime | None) -> list[Hole]:
    """A repeat of a unit as a hole, pending, or at once where it never was and nobody knows since when."""
    if not moments and recorded is None:
        return [hole]
    return limit(w.now, hole, hole.since, None)


# ── venues ───────────────────────────────────────────────────────────────────────────────────────
def venue_day(w: World) -> Iterator[Hole]:
    """Each of the last seven full days, from the first whole one of the status on: no row of it with all demanded columns 是, nor open 否."""
    today = midnight(w.now.date())
    for u in w.rows("units"):
        if u["status"] not in (None, "正常"):
            continue
        for back in range(7, 0, -1):
            day = today - back * DAY
            demanded = w.order(f"venue.day.{u['kind']}", u["area"], day)
            if not demanded or (u["status_since"] and day < u["status_since"]):
                continue
            rows = [r for r in w.by("venue_days", "unit", u.key) if r["day"] == day.date()]
            if not any(r["open"] is False or all(r[CHECKS[c]] for c in demanded) for r in rows):
                yield unit_hole(w, "venue.day", u.key, str(day.date()), day + DAY, UPKEEP, "单位主体", final=True)


def venue_unsampled(w: World) -> Iterator[Hole]:
    """Kind with venue.sample_d, not 关停: no 环境 sample of it within so many days of the last one (never: of recorded_at)."""
    for u in w.rows("units"):
        every = w.order(f"venue.sample_d.{u['kind']}", u["area"])
        if every and u["status"] != "关停":
            taken = [s["sampled_at"] for s in w.by("samples", "unit", u.key) if s["of"] == "环境"]
            hole = unit_hole(w, "venue.unsampled", u.key, "", last_or_recorded(w, u, taken, every), BROKEN, "单位主体")
            yield from repeated(w, hole, taken, w.first_recorded(u))


def unit_unknown(w: World) -> Iterator[Hole]:
    """Some ledger names a unit that no units row has."""
    for unit, (since, _) in w.strangers("units").items():
        yield unit_hole(w, "unit.unknown", unit, "", w.now if since == BEGINNING else since, BROKEN, "部门监管")


def venue_unclosed(w: World) -> Iterator[Hole]:
    """Kind in venue.closed, status not 封闭管理; since status_since, else recorded_at."""
    for u in w.rows("units"):
        if u["kind"] in w.order("venue.closed", u["area"]) and u["status"] != "封闭管理":
            since = u["status_since"] or w.recorded_at(u)
            yield unit_hole(w, "venue.unclosed", u.key, "", since, BROKEN, "部门监管")


def venue_unshut(w: World) -> Iterator[Hole]:
    """Kind in venue.shut and status not 关停; or a day with open 是 while 关停, from the first whole day of the status on."""
    for u in w.rows("units"):
        if u["status"] != "关停":
            if u["kind"] in w.order("venue.shut", u["area"]):
                yield unit_hole(w, "venue.unshut", u.key, "", u["status_since"] or w.recorded_at(u), BROKEN, "部门监管")
            continue
        for r in w.by("venue_days", "unit", u.key):
            day = midnight(r["day"])
            if r["open"] and (u["status_since"] is None or day >= u["status_since"]):
                yield unit_hole(w, "venue.unshut", u.key, str(r["day"]), day, BROKEN, "部门监管", final=True)


# ── gatherings ───────────────────────────────────────────────────────────────────────────────────
def gathering_banned(w: World) -> Iterator[Hole]:
    """Held, of a kind in gathering.banned at held_at."""
    for g in w.rows("gatherings"):
        if g["held_at"] and g["kind"] in w.order("gathering.banned", g["area"], g["held_at"]):
            yield Hole("gathering.banned", g.key, "", g["held_at"], BROKEN, "村干部", Place(area=g["area"]), final=True)


def gathering_over(w: World) -> Iterator[Hole]:
    """Held, heads above gathering.heads of its kind at held_at."""
    for g in w.rows("gatherings"):
        if (
            g["held_at"]
            and g["heads"] is not None
            and g["heads"] > w.order(f"gathering.heads.{g['kind']}", g["area"], g["held_at"])
        ):
            yield Hole("gathering.over", g.key, "", g["held_at"], BROKEN, "村干部", Place(area=g["area"]), final=True)


def gathering_unapproved(w: World) -> Iterator[Hole]:
    """Large (the more of planned and held): from 24 h before planned_at or held_at if earlier, until 24 h after, longer only if held."""
    for g in w.rows("gatherings"):
        since = g["planned_at"] - DAY
        if g["held_at"]:
            since = min(since, g["held_at"])
        heads = max(g["planned_heads"] or 0, g["heads"] or 0)
        approved = g["approved_by"] and g["approved_at"] and g["plan"]
        stands = since <= w.now and (g["held_at"] or w.now <= g["planned_at"] + DAY)
        if not approved and stands and heads >= w.order("gathering.approval_heads", g["area"], since):
            yield Hole("gathering.unapproved", g.key, "", since, BROKEN, "镇干部", Place(area=g["area"]))


# ── areas ────────────────────────────────────────────────────────────────────────────────────────
def lapsed(w: World, rows: list[Row]) -> list[datetime]:
    """The untils up to now of rows that would have answered."""
    return [r["until"] for r in rows if r["until"] and r["until"] <= w.now]


def area_unguarded(w: World) -> Iterator[Hole]:
    """A village inside a live 高 or 中 risk area without a live post 村口 or 小区出入口 in it or its grids."""
    for a in w.rows("areas"):
        risks = [
            r["since"]
            for r in w.rows("risk_areas")
            if r["level"] in ("高", "中") and w.live(r) and a["area"].startswith(r["area"])
        ]
        posts = [p for p in w.rows("posts") if p["kind"] in ("村口", "小区出入口") and p["area"].startswith(a["area"])]
        if len(a["area"]) == 12 and risks and not any(w.live(p) for p in posts):
            yield Hole(
                "area.unguarded",
                a.key,
                "",
                max([min(risks), *lapsed(w, posts)]),
                ACUTE,
                "镇干部",
                Place(area=a["area"]),
            )


def area_wild(w: World) -> Iterator[Hole]:
    """managed 否, no live 网格员 duty on that code or a shorter one of at least 12 digits."""
    for a in w.rows("areas"):
        if a["managed"] is False:
            codes = {a["area"]} | {a["area"][:n] for n in (12, 15) if n < len(a["area"])}
            duties = [
                d
                for c in codes
                for d in w.by("duties", "area", c)
                if d["role"] == "网格员" and not d["unit"] and not d["person"]
            ]
            if not any(w.live(d) for d in duties):
                since = max(lapsed(w, duties), default=w.recorded_at(a))
                yield Hole("area.wild", a.key, "", since, BROKEN, "村干部", Place(area=a["area"]))


# ── sites ────────────────────────────────────────────────────────────────────────────────────────
def sites(w: World) -> list[Row]:
    return [u for u in w.rows("units") if u["kind"] == "隔离点"]


def isolated(w: World, unit: Row) -> list[Row]:
    """Every 集中隔离 there that has begun, ended or not."""
    return [m for m in w.by("measures", "unit", unit.key) if m["kind"] == CENTRAL and m["since"] <= w.now]


def in_use(w: World) -> Iterator[tuple[Row, list[Row]]]:
    """Sites with a live 集中隔离, and those."""
    for u in sites(w):
        if live := [m for m in isolated(w, u) if running(m, w.now)]:
            yield u, live


def site_beds(w: World) -> Iterator[Hole]:
    """County: capacity of its 隔离点 (关停 counts, empty is 0) below beds_per_10k × population / 10,000."""
    for county in counties(w):
        if county["population"] is not None:
            beds = sum(u["capacity"] or 0 for u in sites(w) if u["area"].startswith(county["area"]))
            if beds < w.order("beds_per_10k", county["area"]) * county["population"] / 10000:
                yield Hole(
                    "site.beds", county.key, "", w.recorded_at(county), BROKEN, "部门监管", Place(area=county["area"])
                )


def site_full(w: World) -> Iterator[Hole]:
    """Distinct rooms of live 集中隔离 above capacity; without a room each is one; since the first room above came into use."""
    for u, live in in_use(w):
        rooms: dict[str, datetime] = {}
        for m in live:
            room = m["room"] or f"/{m.key}"
            rooms[room] = min(m["since"], rooms.get(room, m["since"]))
        if u["capacity"] is not None and len(rooms) > u["capacity"]:
            yield unit_hole(w, "site.full", u.key, "", sorted(rooms.values())[max(0, u["capacity"])], ACUTE, "单位主体")


def site_unchecked(w: World) -> Iterator[Hole]:
    """In use, no site check within site.check_d of the later of the last one and first use."""
    for u, _ in in_use(w):
        opens = max([min(m["since"] for m in isolated(w, u)), *(c["at"] for c in w.by("site_checks", "unit", u.key))])
        hole = unit_hole(w, "site.unchecked", u.key, "", opens, BROKEN, "部门监管")
        yield from within_days(w, hole, opens, w.order("site.check_d", u["area"], opens), None)


def site_failed(w: World) -> Iterator[Hole]:
    """In use, and its latest check (by at, then key) has a column 否."""
    for u, _ in in_use(w):
        last = max(w.by("site_checks", "unit", u.key), key=lambda c: (c["at"], c.key), default=None)
        for column in SITE_COLUMNS if last else ():
            if last[column] is False:
                yield unit_hole(w, "site.failed", u.key, column, last["at"], ACUTE, "单位主体")


def site_leaderless(w: World) -> Iterator[Hole]:
    """In use without a live 县级领导 duty on it; no earlier than the earliest live 集中隔离 there."""
    for u, live in in_use(w):
        duties = [d for d in w.by("duties", "unit", u.key) if d["role"] == "县级领导" and not d["person"]]
        if not any(w.live(d) for d in duties):
            since = max([min(m["since"] for m in live), *lapsed(w, duties)])
            yield unit_hole(w, "site.leaderless", u.key, "", since, BROKEN, "部门监管")


def site_unguarded(w: World) -> Iterator[Hole]:
    """In use without a live post of it of mode 值守; no earlier than the earliest live 集中隔离 there."""
    for u, live in in_use(w):
        posts = [p for p in w.by("posts", "unit", u.key) if p["mode"] == "值守"]
        if not any(w.live(p) for p in posts):
            since = max([min(m["since"] for m in live), *lapsed(w, posts)])
            yield unit_hole(w, "site.unguarded", u.key, "", since, ACUTE, "单位主体")


RULES = [
    venue_day, venue_unsampled, unit_unknown, venue_unclosed, venue_unshut, gathering_banned, gathering_over, gathering_unapproved,
    area_unguarded, area_wild, site_beds, site_full, site_unchecked, site_failed, site_leaderless, site_unguarded,
]  # fmt: skip
