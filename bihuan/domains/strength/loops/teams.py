"""Loops of teams (队伍): enough tracers in every county net of those lent, and every team trained."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import at_least, hold, respond
from bihuan.kernel.joins import attach
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, county, days, live
from bihuan.kernel.orders import governed


@loop(
    "team.tracers",
    name=("流调力量不足", "Too few contact tracers"),
    severity="重",
    role="部门监管",
    subject="area",
    orders=("tracers",),
    source="S4.3.4 各县（市、区）至少备足100人以上的流调队伍；S5 支援外地的力量要扣除",
    rule=(
        "每县在任流调队伍人数，扣除对外支援，不少于规定人数。",
        "A county's live tracing teams, net of those lent, hold at least so many people.",
    ),
    reason=("{subject} 流调队伍自 {since} 起不足规定人数", "{subject} has had too few tracers since {since}"),
    remedy=("补足流调队伍，或召回支援力量", "Fill up the teams, or call those lent back"),
)
def tracers(t: Tables) -> ir.Table:
    here = t.teams.filter(_["kind"] == "流调")
    lent = t.deployments.filter(_["kind"] == "流调")
    strength = ibis.union(
        here.select(county=county(here.area), heads=here.headcount, since=here.since, until=here.until),
        lent.select(county=county(lent.from_area), heads=-lent.headcount, since=lent.since, until=lent.until),
    )
    now = strength.filter(live(_.since, _.until, t.now)).group_by("county").agg(heads=_.heads.sum())
    begun = strength.filter(_.since <= t.now).select("county", changed=_.since)
    over = strength.filter(_.until <= t.now).select("county", changed=_.until)
    changed = ibis.union(begun, over).group_by("county").agg(changed=_.changed.max())
    rows = attach(t.counties, now, {"area": "county"}, heads=_.heads)
    rows = attach(rows, changed, {"area": "county"}, changed=_.changed)
    rows = governed(rows, t, "tracers", area=_.area, at=t.now)
    return at_least(
        rows,
        count=rows.heads.fill_null(0),
        limit=_.tracers,
        since=ibis.coalesce(_.changed, _.recorded),
        subject=_.area,
        area=_.area,
        evidence=cite("areas", _.area),
    )


@loop(
    "team.untrained",
    name=("未培训", "Team not trained"),
    severity="常",
    role="部门监管",
    subject="team",
    orders=("team.train_d",),
    source="S2m.4、S3.2.5、S4.3.4 加强必要的业务培训，绝不能打无准备之仗",
    rule=("在任队伍在规定天数内培训过。", "A live team was trained within so many days."),
    reason=("队伍 {subject} 自 {since} 起未按期培训", "Team {subject} has been without training since {since}"),
    remedy=("组织培训并登记时间", "Train it and record when"),
)
def untrained(t: Tables) -> ir.Table:
    alive = t.teams.filter(live(_.since, _.until, t.now))
    shared = {"subject": _.team, "area": _.area, "evidence": cite("teams", _.team)}
    # A team never trained lacks it now; one that was may still be trained in time.
    once, never = alive.filter(_.trained_at.notnull()), alive.filter(_.trained_at.isnull())
    trained = governed(once, t, "team.train_d", area=_.area, at=_.trained_at, name="every")
    trained = trained.filter(trained.every > 0)
    never = governed(never, t, "team.train_d", area=_.area, at=t.now, name="every")
    return ibis.union(
        respond(trained, opens=_.trained_at, due=trained.trained_at + days(trained.every), **shared),
        hold(never.filter(never.every > 0), since=_.since, **shared),
    )
