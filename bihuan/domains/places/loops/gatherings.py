"""Loops of gatherings (聚集活动): the banned ones put off, the others within their size, the large ones approved."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import at_most, forbid, hold
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, days
from bihuan.kernel.orders import governed, listed

SIMPLE = "S3.2.3 要坚持“红事停办、白事简办、宴会不办”要求；S4.3.3 都是明确的硬杠子、硬要求，不能打任何折扣；S5.3"

AROUND_D = 1
"""A gathering's approval is looked at from a day before it was planned until a day after."""


def _who() -> dict[str, Any]:
    return {"subject": _.gathering, "area": _.area, "evidence": cite("gatherings", _.gathering)}


@loop(
    "gathering.banned",
    name=("违规聚集", "Banned gathering"),
    severity="重",
    role="村干部",
    subject="gathering",
    orders=("gathering.banned",),
    final=True,
    source=SIMPLE,
    rule=("标准列明禁办的聚集活动，一律不办。", "No gathering of a kind that the order bans is held."),
    reason=("禁办的聚集活动 {subject} 于 {since} 办了", "{subject}, of a banned kind, was held on {since}"),
    remedy=(
        "追查参加人员，处理主办人；整改并复查（整改闭环）",
        "Trace who came, deal with the host; it closes by a finding that was remedied and re-checked",
    ),
)
def banned(t: Tables) -> ir.Table:
    rows = t.gatherings.filter(_.held_at.notnull())
    rows = governed(rows, t, "gathering.banned", area=_.area, at=_.held_at, name="kinds", text=True)
    return forbid(rows.filter(listed(rows["kinds"], rows["kind"])), since=_.held_at, **_who())


@loop(
    "gathering.over",
    name=("超规模", "Too many people"),
    severity="重",
    role="村干部",
    subject="gathering",
    orders=("gathering.heads.*",),
    final=True,
    source=SIMPLE,
    rule=("举办的聚集活动，实到人数不超过该类上限。", "No more people come to a gathering than its kind allows."),
    reason=("聚集活动 {subject} 于 {since} 实到人数超过上限", "Too many came to {subject} on {since}"),
    remedy=(
        "登记参加人员，做健康监测；整改并复查（整改闭环）",
        "List and monitor who came; it closes by a finding that was remedied and re-checked",
    ),
)
def over(t: Tables) -> ir.Table:
    rows = t.gatherings.filter(_.held_at.notnull())
    rows = governed(rows, t, "gathering.heads." + rows["kind"], area=_.area, at=_.held_at, name="allowed")
    return at_most(rows, count=_.heads, limit=_.allowed, since=_.held_at, **_who())


@loop(
    "gathering.unapproved",
    name=("未审批", "Not approved"),
    severity="重",
    role="镇干部",
    subject="gathering",
    orders=("gathering.approval_heads",),
    source="S4.3.3 对于举办会议等活动，要……审批管理，严格实行“谁主办、谁负责”“谁审批、谁负责”，充分做好相关预案",
    rule=(
        "人数（计划、实到取大）达到规定的聚集活动，至迟在计划时间前 24 小时有审批人、审批时间和防控方案。",
        "A gathering of so many people or more, planned or come, has approver, approval and plan 24 hours ahead.",
    ),
    reason=(
        "聚集活动 {subject} 自 {since} 起应有审批和防控方案，没有齐",
        "{subject} was to be approved, with a plan, by {since}",
    ),
    remedy=("审批并附防控方案；不批的停办", "Approve it with a plan, or have it put off"),
)
def unapproved(t: Tables) -> ir.Table:
    g = t.gatherings
    lacks = g.approved_by.isnull() | g.approved_at.isnull() | ~g.plan.fill_null(False)
    stands = g.held_at.notnull() | (g.planned_at + days(AROUND_D) >= t.now)
    ahead = g.planned_at - days(AROUND_D)
    rows = g.mutate(
        began=ibis.least(ahead, ibis.coalesce(g.held_at, ahead)),
        most=ibis.greatest(g.planned_heads.fill_null(0), g.heads.fill_null(0)),
    ).filter(lacks & stands)
    rows = governed(rows, t, "gathering.approval_heads", area=_.area, at=_.began, name="from_heads")
    return hold(rows.filter(rows.most >= rows.from_heads), since=_.began, **_who())
