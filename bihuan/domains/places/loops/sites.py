"""Loops of isolation sites (隔离点): enough beds, a room for each, checked, led on the spot, guarded outside."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import at_least, at_most, hold, match, parts, repeat
from bihuan.kernel.joins import attach, last_answer, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, county
from bihuan.kernel.orders import governed

ZONES = "S5.3 落实好外围警戒隔离和“三区两通道”的物理硬隔离……严防集中隔离点院感事件发生"


def _who() -> dict[str, Any]:
    return {"subject": _.unit, "unit": _.unit, "area": _.area}


@loop(
    "site.beds",
    name=("隔离房不足", "Too few isolation rooms"),
    severity="重",
    role="部门监管",
    subject="area",
    orders=("beds_per_10k",),
    source="S3.2.5 要严格落实每万人设置20张床位的要求；S4.3.4 准备不足的要及时补充",
    rule=(
        "每县隔离点的房间合计，不少于常住人口每万人的规定数。",
        "The rooms of a county's isolation sites are no fewer than the order's number for 10,000 residents.",
    ),
    reason=("{subject} 的隔离房少于每万人的规定数", "{subject} has fewer isolation rooms than its population needs"),
    remedy=("征用备用隔离点，登记容量", "Take more sites into reserve and record their rooms"),
)
def beds(t: Tables) -> ir.Table:
    rooms = t.units.filter(_["kind"] == "隔离点")
    rooms = rooms.group_by(county=county(rooms.area)).agg(rooms=rooms.capacity.sum())
    rows = attach(t.counties.filter(_.population.notnull()), rooms, {"area": "county"}, rooms=_.rooms)
    rows = governed(rows, t, "beds_per_10k", area=_.area, at=t.now)
    return at_least(
        rows,
        count=rows.rooms.fill_null(0),
        limit=rows.beds_per_10k * rows.population / 10_000,
        since=_.recorded,
        subject=_.area,
        area=_.area,
        evidence=cite("areas", _.area),
    )


@loop(
    "site.full",
    name=("超容", "Over capacity"),
    severity="急",
    role="单位主体",
    subject="unit",
    source="S5.3 坚决做到单人单户或“单人单间单卫”隔离",
    rule=(
        "隔离点在用房间不超过容量；没有房号的每人算一间。",
        "An isolation site has no more rooms in use than it has; whoever has no room counts as one.",
    ),
    reason=("{subject} 自 {since} 起在用房间超过容量", "{subject} has had more rooms in use than it has since {since}"),
    remedy=(
        "把超出的人转到有空房的隔离点，更正房号",
        "Move the surplus to a site with rooms; correct room numbers",
    ),
)
def full(t: Tables) -> ir.Table:
    stays = t.site_stays.filter(_.running)
    # A number of a measure and one of a room must not be taken for each other.
    stays = stays.mutate(own=ibis.coalesce("room " + stays.room, "measure " + stays.measure))
    rooms = stays.group_by(["unit", "own"]).agg(
        taken=stays.since.min(), by=stays.measure.argmin(stays.since)
    )  # fmt: skip
    in_order = ibis.window(group_by=rooms.unit, order_by=[rooms.taken.asc(), rooms.own.asc()])
    rooms = rooms.mutate(number=ibis.row_number().over(in_order) + 1)
    used = rooms.group_by("unit").agg(used=rooms.number.max())
    rows = attach(t.sites_in_use, used, "unit", used=_.used)
    rows = rows.mutate(first_over=ibis.greatest(rows.capacity, 0) + 1)
    rows = attach(rows, rooms, {"unit": "unit", "first_over": "number"}, over_since=_.taken, by=_.by)
    return at_most(
        rows,
        count=_.used,
        limit=_.capacity,
        since=_.over_since,
        **_who(),
        evidence=[cite("units", _.unit), cite("measures", _.by)],
    )


@loop(
    "site.unchecked",
    name=("隔离点未核验", "Site not checked"),
    severity="重",
    role="部门监管",
    subject="unit",
    orders=("site.check_d",),
    source=ZONES,
    rule=(
        "在用的隔离点，自首次启用或上次核验起，规定天数内核验一次。",
        "An isolation site in use is checked within so many days of its first use or last check.",
    ),
    reason=("{subject} 应在 {due} 前核验，没有核验", "{subject} was to be checked by {due}"),
    remedy=("核验三区两通道、消杀和医废，登记", "Check zones, passages, disinfection and waste, and record it"),
)
def unchecked(t: Tables) -> ir.Table:
    rows = last_answer(t.sites_in_use, t.site_checks, "unit", name="checked")
    rows = rows.mutate(opened=ibis.greatest(rows.first_use, ibis.coalesce(rows.checked, rows.first_use)))
    rows = governed(rows, t, "site.check_d", area=_.area, at=_.opened, name="every")
    return repeat(
        rows, start=_.first_use, last=_.checked, every=_.every, **_who(), evidence=cite("units", _.unit)
    )  # fmt: skip


@loop(
    "site.failed",
    name=("隔离点不合格", "Site failed its check"),
    severity="急",
    role="单位主体",
    subject="unit",
    item="column",
    source=ZONES,
    rule=(
        "在用的隔离点，最近一次核验的三区、两通道、消杀、医废没有一项为否。",
        "The latest check of an isolation site in use says no of none: zones, passages, disinfection, waste.",
    ),
    reason=("{subject} {since} 核验，{item} 不合格", "{subject} failed in {item} when it was checked on {since}"),
    remedy=("整改后重新核验", "Set it right and check again"),
)
def failed(t: Tables) -> ir.Table:
    c = t.site_checks
    latest = pick(c, "unit", [c["at"].desc(), c["row"].desc()])
    columns = ("three_zones", "two_passages", "disinfected", "waste")
    rows = matching(
        t.sites_in_use, latest, "unit", checked=_["at"], by=_["row"], **{n: latest[n] for n in columns}
    )  # fmt: skip
    rows = parts(rows, {n: ~rows[n].fill_null(True) for n in columns})
    return hold(
        rows,
        since=_.checked,
        item=_.part,
        **_who(),
        evidence=[cite("site_checks", _.by), cite("units", _.unit)],
    )


def _attended(t: Tables, roll: ir.Table) -> ir.Table:
    """Sites in use of which no row of the roll is live."""
    rows = t.sites_in_use
    return match(rows, roll, "unit", floor=rows.since, **_who(), evidence=cite("units", _.unit))


@loop(
    "site.leaderless",
    name=("无驻点领导", "No leader on the spot"),
    severity="重",
    role="部门监管",
    subject="unit",
    source="S5.3 县级领导要驻点办公，扎实开展督导检查，及时协调解决问题",
    rule=("在用的隔离点有在任的驻点县级领导。", "An isolation site in use has a county leader on the spot."),
    reason=("{subject} 自 {since} 起没有县级领导驻点", "{subject} has had no county leader on the spot since {since}"),
    remedy=("指定驻点县级领导，登记包保责任", "Name a county leader and record the duty on the site"),
)
def leaderless(t: Tables) -> ir.Table:
    # A duty with unit and person is one for the person.
    return _attended(t, t.duties.filter((_.role == "县级领导") & _.unit.notnull() & _.person.isnull()))


@loop(
    "site.unguarded",
    name=("无警戒", "No guard outside"),
    severity="急",
    role="单位主体",
    subject="unit",
    source="S5.3 9个集中隔离酒店，要严格规范标准，加强人员配备，实行封闭管理，落实好外围警戒隔离",
    rule=("在用的隔离点有在用的值守点位。", "An isolation site in use has a live guarded post of its own."),
    reason=("{subject} 自 {since} 起没有值守点位", "{subject} has had no guarded post since {since}"),
    remedy=("设外围值守点位并排班", "Set up a guarded post outside and roster it"),
)
def unguarded(t: Tables) -> ir.Table:
    return _attended(t, t.posts.filter((_.mode == "值守") & _.unit.notnull()))
