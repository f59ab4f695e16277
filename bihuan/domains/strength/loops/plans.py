"""Loops of emergency plans (应急预案): there, drilled, alive, down to the grid, without clash, in time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import at_most, forbid, hold, repeat, respond
from bihuan.kernel.joins import attach, first_answer, lacking, last_answer, matching
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import cite, days, live
from bihuan.kernel.orders import governed, prefixes

KINDS = ("全员核酸", "流调溯源", "隔离转运", "医疗救治", "物资保障", "信息发布", "区域封控")

GRID = "S1.6 一定要搞到网格，一定要明确哪支队伍到哪里、哪个人来负责"
REAL = "S1.6 预案不是绣花枕头，一定要实战、管用；我们的预案都存在脱节的问题"


@loop(
    "plan.missing",
    name=("无预案", "No plan"),
    severity="重",
    role="县级领导",
    subject="area",
    item="kind",
    source="S2m.4 制定好应急预案；S4.3.4 进一步完善社区疫情防控应急预案",
    rule=("每县七类应急预案齐全并经批准。", "Every county has an approved plan of each of the seven kinds."),
    reason=("{subject} 没有{item}预案", "{subject} has no plan for {item}"),
    remedy=("编制并批准该类预案", "Draw up the plan and have it approved"),
)
def missing(t: Tables) -> ir.Table:
    rows = t.counties.mutate(wanted=ibis.array(list(KINDS)).unnest())
    rows = lacking(rows, t.emergency_plans, {"area": "area", "wanted": "kind"})
    return hold(rows, since=_.recorded, subject=_.area, item=_.wanted, area=_.area, evidence=cite("areas", _.area))


@loop(
    "plan.undrilled",
    name=("未演练", "Not drilled"),
    severity="常",
    role="县级领导",
    subject="plan",
    orders=("plan.drill_d",),
    source="S4.3.4 进一步加强预案培训和应急演练",
    rule=(
        "自批准、修订或上次演练起，规定天数内演练一次。",
        "A plan is drilled within so many days of its approval, revision or last drill.",
    ),
    reason=("预案 {subject} 应在 {due} 前演练", "Plan {subject} was to be drilled by {due}"),
    remedy=("组织演练并登记结果", "Drill it and record the result"),
)
def undrilled(t: Tables) -> ir.Table:
    rows = last_answer(t.emergency_plans, t.drills, "plan", name="drilled")
    start = ibis.greatest(rows.approved_at, ibis.coalesce(rows.revised_at, rows.approved_at))
    rows = rows.mutate(start=start)
    rows = rows.mutate(opens=ibis.greatest(rows.start, ibis.coalesce(rows.drilled, rows.start)))
    rows = governed(rows, t, "plan.drill_d", area=_.area, at=_.opens, name="every")
    return repeat(
        rows,
        start=_.start,
        last=_.drilled,
        every=_.every,
        subject=_.plan,
        area=_.area,
        evidence=cite("emergency_plans", _.plan),
    )


@view
def planned(t: Tables) -> ir.Table:
    """Every assignment of a plan in effect, with the plan's ``approved_at``, ``plan_kind`` and ``plan_area``."""
    plans = t.emergency_plans
    return matching(
        t.plan_assignments, plans, "plan", approved_at=_.approved_at, plan_kind=plans["kind"], plan_area=_.area
    )


@loop(
    "plan.dead",
    name=("预案失效", "Plan names who is not there"),
    severity="重",
    role="镇干部",
    subject="plan",
    item="row/team, row/officer",
    source=REAL,
    rule=(
        "预案分工的队伍在任，责任人在岗。",
        "The teams that a plan names are live, and its officers are present.",
    ),
    reason=("预案 {subject} 的分工 {item} 已不在", "Assignment {item} of plan {subject} is not there"),
    remedy=("改派在任队伍和在岗责任人", "Assign a live team and a present officer"),
)
def dead(t: Tables) -> ir.Table:
    rows = t.planned
    alive = t.teams.filter(live(_.since, _.until, t.now))
    gone = lacking(rows.filter(rows.team.notnull()), alive, "team")
    gone = attach(gone, t.teams.filter(_.until <= t.now), "team", ended=_.until)
    away = t.absences.filter(live(_.since, _.until, t.now)).group_by("officer").agg(away_since=_.since.min())
    absent = matching(rows, away, "officer", away_since=_.away_since)
    team = gone.select("row", "plan", "grid", "approved_at", what=gone["row"] + "/team", lost=gone.ended)
    officer = absent.select("row", "plan", "grid", "approved_at", what=absent["row"] + "/officer", lost=_.away_since)
    rows = ibis.union(team, officer)
    return hold(
        rows,
        since=ibis.greatest(rows.approved_at, rows.lost),
        subject=_.plan,
        item=_.what,
        area=_.grid,
        evidence=[cite("plan_assignments", _["row"]), cite("emergency_plans", _.plan)],
    )


@loop(
    "plan.unmended",
    name=("演练不达标未修订", "Failed its drill and was not revised"),
    severity="重",
    role="县级领导",
    subject="plan",
    item="drill",
    orders=("plan.mend_d",),
    source=REAL,
    rule=(
        "演练不达标的预案，规定天数内修订或重新演练达标。",
        "A plan that failed a drill is revised, or drilled again and met, within so many days.",
    ),
    reason=("预案 {subject} 演练 {item} 不达标，应在 {due} 前修订", "Plan {subject} failed {item}; mend it by {due}"),
    remedy=("修订预案，再演练", "Revise the plan and drill it again"),
)
def unmended(t: Tables) -> ir.Table:
    failed = t.drills.filter(~_.met.fill_null(True))
    rows = matching(failed, t.emergency_plans, "plan", revised_at=_.revised_at, area=_.area)
    rows = governed(rows, t, "plan.mend_d", area=_.area, at=rows["at"], name="mend_d").filter(_.mend_d > 0)
    rows = first_answer(rows, t.drills.filter(_.met), "plan", since="at", name="met_again")
    revised = ibis.ifelse(rows.revised_at >= rows["at"], rows.revised_at, ibis.null("timestamp(6)"))
    return respond(
        rows,
        opens=rows["at"],
        due=rows["at"] + days(rows.mend_d),
        closed=ibis.least(revised, rows.met_again),
        subject=_.plan,
        item=_.drill,
        area=_.area,
        evidence=[cite("drills", _.drill), cite("emergency_plans", _.plan)],
    )


@loop(
    "plan.ungridded",
    name=("未到网格", "Not down to the grid"),
    severity="重",
    role="镇干部",
    subject="plan",
    item="area",
    source=GRID,
    rule=(
        "全员核酸预案把区域内每个网格落实到队伍和责任人。",
        "A mass-testing plan names team and officer for every grid of its area.",
    ),
    reason=("预案 {subject} 没有为网格 {item} 明确队伍和责任人", "Plan {subject} names nobody for grid {item}"),
    remedy=("补充分工：队伍、责任人、点位", "Assign a team, an officer and a site"),
)
def ungridded(t: Tables) -> ir.Table:
    plans = t.emergency_plans.filter(_["kind"] == "全员核酸")
    grids = t.areas.filter(_.area.length() == 15)
    rows = matching(plans, prefixes(grids.select("area")), {"area": "upper"}, grid=_.area)
    named = t.plan_assignments.filter(_.team.notnull() & _.officer.notnull())
    rows = lacking(rows, named, ["plan", "grid"])
    return hold(
        rows,
        since=_.approved_at,
        subject=_.plan,
        item=_.grid,
        area=_.grid,
        evidence=cite("emergency_plans", _.plan),
    )


@loop(
    "plan.clash",
    name=("队伍冲突", "One team in two places"),
    severity="重",
    role="镇干部",
    subject="plan",
    item="team",
    source=GRID,
    rule=(
        "同一预案中，一支队伍不得同时派往两个点位。",
        "Within one plan no team is assigned to two sites at overlapping hours.",
    ),
    reason=("预案 {subject} 把队伍 {item} 同时派往两处", "Plan {subject} sends team {item} to two sites at once"),
    remedy=("错开时间，或增派队伍", "Shift the hours, or assign another team"),
)
def clash(t: Tables) -> ir.Table:
    rows = t.planned.filter(_.team.notnull() & _.site.notnull() & (_.start_hour < _.end_hour))
    met = matching(
        rows,
        rows,
        ["plan", "team"],
        where=lambda r: (r.site != r.other_site) & (r.start_hour < r.other_end) & (r.other_start < r.end_hour),
        other=rows["row"],
        other_site=_.site,
        other_start=_.start_hour,
        other_end=_.end_hour,
    )
    return forbid(
        met,
        since=_.approved_at,
        subject=_.plan,
        item=_.team,
        area=_.plan_area,
        evidence=[cite("plan_assignments", met["row"]), cite("plan_assignments", _.other)],
    )


@loop(
    "plan.slow",
    name=("超时", "Takes too long"),
    severity="重",
    role="县级领导",
    subject="plan",
    orders=("plan.hours",),
    source="S1.6 能不能做到两天内三天内完成？自己的力量够不够？",
    rule=("预案最后完成的小时不超过目标小时。", "The last hour of a plan is no later than its target."),
    reason=("预案 {subject} 的完成时间超过目标", "Plan {subject} ends after its target"),
    remedy=("增派力量，重排分工", "Add strength and assign anew"),
)
def slow(t: Tables) -> ir.Table:
    last = t.plan_assignments.group_by("plan").agg(last_hour=_.end_hour.max())
    rows = attach(t.emergency_plans, last, "plan", last_hour=_.last_hour)
    rows = governed(rows, t, "plan.hours", area=_.area, at=t.now)
    return at_most(
        rows,
        count=_.last_hour,
        limit=ibis.coalesce(rows.target_hours, rows["plan.hours"]),
        since=_.approved_at,
        subject=_.plan,
        area=_.area,
        evidence=cite("emergency_plans", _.plan),
    )
