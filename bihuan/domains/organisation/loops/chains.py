"""Loops of the chain of responsibility (责任链): every area has its officer, present and not overloaded."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import at_most, hold, match
from bihuan.kernel.joins import attach, having, lacking, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, live
from bihuan.kernel.orders import governed

CHAINS = {"grid": (15, "网格员", "村干部"), "village": (12, "镇干部", "镇干部"), "town": (9, "县级领导", "县级领导")}
"""level: length of its code, the role that answers for it, the level above that owns the gap."""

UPPER = {15: 12, 12: 9, 9: 6}
"""Length of a code and of the one a level up."""

SOURCE = "S5.1 严格落实县级领导包镇、镇干部包行政村、村干部包户的“三级包保”制度；S2m.3 落实落细网格员、网格长的监管责任"


def _exact(t: Tables, role: str) -> ir.Table:
    """Duties of a role on an area itself: with neither unit nor person; each counts by its own row."""
    d = t.duties
    return d.filter((d.role == role) & d.unit.isnull() & d.person.isnull() & d.area.notnull())


def _uncovered(t: Tables, level: str) -> ir.Table:
    length, role, owner = CHAINS[level]
    rows = t.areas.filter(_.area.length() == length)
    return match(
        rows,
        _exact(t, role),
        "area",
        otherwise=_.recorded,
        subject=_.area,
        area=_.area,
        seek=_.area.substr(0, UPPER[length]),
        role=owner,
        evidence=cite("areas", _.area),
    )


@loop(
    "chain.grid",
    name=("网格无人", "Grid without a worker"),
    severity="重",
    role="村干部",
    subject="area",
    source=SOURCE,
    rule=("每个网格都有在任的网格员。", "Every grid has a grid worker on duty."),
    reason=("网格 {subject} 自 {since} 起没有网格员", "Grid {subject} has had no grid worker since {since}"),
    remedy=("为该网格指定网格员，登记包保责任", "Name a grid worker and record the duty"),
)
def grid(t: Tables) -> ir.Table:
    return _uncovered(t, "grid")


@loop(
    "chain.village",
    name=("村无人包", "Village without a town officer"),
    severity="重",
    role="镇干部",
    subject="area",
    source=SOURCE,
    rule=("每个村（社区）都有包村的镇干部。", "Every village has a town officer who answers for it."),
    reason=("村 {subject} 自 {since} 起没有镇干部包村", "Village {subject} has had no town officer since {since}"),
    remedy=("指定包村镇干部，登记包保责任", "Name a town officer and record the duty"),
)
def village(t: Tables) -> ir.Table:
    return _uncovered(t, "village")


@loop(
    "chain.town",
    name=("镇无人包", "Town without a county leader"),
    severity="重",
    role="县级领导",
    subject="area",
    source=SOURCE,
    rule=("每个镇（街道）都有包镇的县级领导。", "Every town has a county leader who answers for it."),
    reason=("镇 {subject} 自 {since} 起没有县级领导包镇", "Town {subject} has had no county leader since {since}"),
    remedy=("指定包镇县级领导，登记包保责任", "Name a county leader and record the duty"),
)
def town(t: Tables) -> ir.Table:
    return _uncovered(t, "town")


@loop(
    "chain.absent",
    name=("责任人不在岗", "Everyone responsible is away"),
    severity="重",
    role="县级领导",
    subject="area",
    item="role",
    source="S5.4 一律不准擅离职守；S5.1 工作人员在岗在位",
    rule=(
        "包网格、包村、包镇的责任人不得全部请假外出。",
        "The officers who answer for a grid, village or town are not all absent at once.",
    ),
    reason=("{subject} 的{item}自 {since} 起全部不在岗", "Every {item} of {subject} has been away since {since}"),
    remedy=("另派在岗人员代理，或销假返岗", "Send a deputy, or call the officer back"),
)
def absent(t: Tables) -> ir.Table:
    away = t.absences.filter(live(_.since, _.until, t.now)).group_by("officer").agg(away_since=_.since.min())
    levels = []
    for length, role, owner in CHAINS.values():
        filling = _exact(t, role).filter(live(_.since, _.until, t.now) & (_.area.length() == length))
        filling = attach(having(filling, t.areas, "area"), away, "officer", away_since=_.away_since)
        levels.append(filling.mutate(owner_role=ibis.literal(owner), upper=filling.area.substr(0, UPPER[length])))
    rows = ibis.union(*levels)
    present = rows.filter(_.away_since.isnull())
    gone = lacking(rows, present, ["area", "role"])
    gone = gone.group_by(["area", "role", "owner_role", "upper"]).agg(
        since=_.away_since.max(), duties=("duties:" + gone.duty).group_concat(",")
    )
    return hold(
        gone,
        since=_.since,
        subject=_.area,
        item=gone.role,
        area=_.area,
        seek=_.upper,
        role=_.owner_role,
        evidence=_.duties,
    )


@loop(
    "chain.overload",
    name=("包保过载", "Too many in one officer's care"),
    severity="常",
    role="县级领导",
    subject="officer",
    orders=("duty.persons",),
    source="S5.1 三级包保、“五包一”，织密织牢防控网络",
    rule=(
        "一名责任人包保到人的在任责任不超过规定人数。",
        "One officer answers for no more persons than the order allows.",
    ),
    reason=("{subject} 包保的人数自 {since} 起超过上限", "{subject} has answered for too many persons since {since}"),
    remedy=("把超出部分改派他人", "Give the surplus to others"),
)
def overload(t: Tables) -> ir.Table:
    mine = t.live_duties
    # Where an officer is: his live duty with the earliest since, its area, else its unit's, else its person's.
    first = pick(mine, "officer", [mine.since.asc(), mine.duty.asc()])
    first = attach(first, t.stations, "unit", unit_area=_.area)
    first = attach(first, t.homes, "person", home=_.area)
    first = first.select("officer", place=ibis.coalesce(first.area, first.unit_area, first.home))
    persons = mine.filter(mine.person.notnull())
    order = ibis.window(group_by=persons.officer, order_by=[persons.since.asc(), persons.duty.asc()])
    ranked = persons.mutate(number=ibis.row_number().over(order) + 1)
    counts = ranked.group_by("officer").agg(held=_.number.max())
    counts = governed(
        attach(counts, first, "officer", place=_.place), t, "duty.persons", area=_.place, at=t.now, name="allowed"
    )
    counts = counts.mutate(over=counts.allowed.floor().cast("int64") + 1)
    counts = attach(counts, ranked, {"officer": "officer", "over": "number"}, over_since=_.since)
    return at_most(
        counts,
        count=_.held,
        limit=_.allowed,
        since=_.over_since,
        subject=_.officer,
        area=_.place,
        evidence=cite("officers", _.officer),
    )
