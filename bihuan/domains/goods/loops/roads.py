"""Loops of the roads (通行、畜禽): valid passes let through; livestock with its certificate, in clean lorries."""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import at_posts
from bihuan.kernel.forms import forbid, respond
from bihuan.kernel.joins import matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite
from bihuan.kernel.orders import governed

SWINE = "S3.3.2 加大生猪等畜禽调运监管，严防非洲猪瘟、禽流感等疫情在运输过程中输入我市"


@loop(
    "permit.refused",
    name=("通行受阻", "Valid pass refused"),
    severity="重",
    role="镇干部",
    subject="post",
    item="row",
    orders=("permit.pass_h",),
    source="S2p.5 已办理的通行证互认程度不一，对“米袋子”“菜篮子”等生活必需品的调度运输还存在一定影响",
    rule=(
        "持有效通行证的车辆被拦，规定小时内放行，不论哪里发的证。",
        "A vehicle with a valid pass, wherever it was issued, is let through within so many hours.",
    ),
    reason=(
        "{subject} 于 {opens} 拦下持有效通行证的车辆（{item}），应在 {due} 前放行，至今没有",
        "{subject} stopped a vehicle with a valid pass on {opens} ({item}), to be let through by {due}; it was not",
    ),
    remedy=("放行，向点位讲清通行证互认", "Let it through; tell the post that passes hold everywhere"),
)
def permit_refused(t: Tables) -> ir.Table:
    rows = matching(
        t.refused_permits, t.permits, "permit", where=lambda r: (r["at"] >= r.since) & (r["at"] < r.until),
        since=_.since, until=_.until,
    )  # fmt: skip
    rows = at_posts(rows, t)
    rows = governed(rows, t, "permit.pass_h", area=_.post_area, at=_["at"], name="pass_h")
    return respond(
        rows,
        opens=rows["at"],
        within=_.pass_h,
        closed=_.passed_at,
        subject=_.post,
        item=rows["row"],
        unit=_.post_unit,
        area=_.post_area,
        role=_.answers,
        evidence=[cite("refused_permits", rows["row"]), cite("permits", rows.permit)],
    )


@loop(
    "livestock.uncertified",
    name=("无检疫证", "No quarantine certificate"),
    severity="重",
    role="部门监管",
    subject="move",
    final=True,
    source=SWINE,
    rule=("畜禽调运有检疫证明。", "Livestock moves with a quarantine certificate."),
    reason=("调运 {subject} 没有检疫证明", "Move {subject} has no quarantine certificate"),
    remedy=(
        "就地隔离、补检；承运单位整改并复查（整改闭环）",
        "Hold and inspect the animals; it closes by a finding that was remedied and re-checked",
    ),
)
def uncertified(t: Tables) -> ir.Table:
    rows = t.livestock_moves.filter(_.quarantine_cert.isnull())
    return forbid(rows, since=rows["at"], subject=_.move, area=_.to_area, evidence=cite("livestock_moves", rows.move))


@loop(
    "livestock.undisinfected",
    name=("车辆未消毒", "Lorry not disinfected"),
    severity="常",
    role="部门监管",
    subject="move",
    orders=("livestock.disinfect_h",),
    source=SWINE,
    rule=("畜禽调运后规定小时内车辆消毒。", "After moving livestock the lorry is disinfected within so many hours."),
    reason=(
        "调运 {subject} 于 {opens}，车辆应在 {due} 前消毒，没有记录",
        "After move {subject} of {opens} the lorry was to be disinfected by {due}; no record",
    ),
    remedy=("车辆消毒并登记", "Disinfect the lorry and record it"),
)
def undisinfected(t: Tables) -> ir.Table:
    rows = t.livestock_moves
    rows = governed(rows, t, "livestock.disinfect_h", area=_.to_area, at=rows["at"], name="disinfect_h")
    return respond(
        rows,
        opens=rows["at"],
        within=_.disinfect_h,
        closed=_.disinfected_at,
        subject=_.move,
        area=_.to_area,
        evidence=cite("livestock_moves", _.move),
    )
