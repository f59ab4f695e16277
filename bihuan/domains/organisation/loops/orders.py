"""Loops of orders, instructions and tasks: what is ordered becomes deeds, and no level adds to it or takes from it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import hold, parts, respond
from bihuan.kernel.joins import attach, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import LEVELS, cite, hours, live
from bihuan.kernel.orders import governed


@loop(
    "order.differs",
    name=("擅自加码或降标", "Differs from the order above without ground"),
    severity="重",
    role="县级领导",
    subject="order",
    source="S4.4 既不降低标准，也不层层加码；S2m.5 切忌层层加码、搞“一刀切”",
    rule=(
        "下级措施标准与上级同一参数不一致的，须写明差异化依据。",
        "A lower order that differs from the one above it names its ground.",
    ),
    reason=(
        "措施 {subject} 自 {since} 起与上级标准不一致，且无依据",
        "Order {subject} has differed from the one above since {since} without ground",
    ),
    remedy=(
        "改回上级标准，或补齐差异化依据文件",
        "Return to the upper standard, or name the ground for it",
    ),
)
def differs(t: Tables) -> ir.Table:
    alive = t.orders.filter(live(_.since, _.until, t.now))
    above = alive.mutate(upper=ibis.array([alive.area.substr(0, n) for n in LEVELS]).unnest()).distinct()
    above = above.filter(above.upper.length() < above.area.length())
    met = matching(
        above,
        alive,
        {"upper": "area", "key": "key"},
        upper_value=alive.value,
        upper_since=alive.since,
        upper_order=alive["order"],
    )
    nearest = pick(met, "order", [met.upper.length().desc(), met.upper_since.desc(), met.upper_order.desc()])
    rows = nearest.filter((nearest.value != nearest.upper_value) & nearest.ground.isnull())
    return hold(
        rows,
        since=ibis.greatest(rows.since, rows.upper_since),
        subject=rows["order"],
        area=_.area,
        evidence=[cite("orders", rows["order"]), cite("orders", rows.upper_order)],
    )


@loop(
    "instruction.idle",
    name=("政策空转", "Instruction without a task"),
    severity="重",
    role="县级领导",
    subject="instruction",
    orders=("instruction.h",),
    source="S1.1 批示指示和一系列文件要求，要变成具体方案、具体举措；S4.1 防止政策空转",
    rule=(
        "批示文件收文后须在时限内（写明分解时限的按其时限）分解为任务。",
        "An instruction is broken down into tasks in time (by break_down_by where it says one).",
    ),
    reason=("批示 {subject} 应在 {due} 前分解，至今没有任务", "Instruction {subject} was to be broken down by {due}"),
    remedy=("分解为任务：责任人、时限、佐证", "Break it down into tasks with officer, date and evidence"),
)
def idle(t: Tables) -> ir.Table:
    rows = governed(t.instructions, t, "instruction.h", area=_.area, at=_.received_at)
    # A task has no moment of its own: it answers from when it became known.
    known = t.tasks.group_by("instruction").agg(tasked=_.known_first.min())
    rows = attach(rows, known, "instruction", tasked=_.tasked)
    due = ibis.coalesce(rows.break_down_by, rows.received_at + hours(rows["instruction.h"]))
    return respond(
        rows,
        opens=_.received_at,
        due=due,
        closed=_.tasked,
        subject=_.instruction,
        area=_.area,
        evidence=cite("instructions", _.instruction),
    )


@loop(
    "task.vague",
    name=("任务不落地", "Task without officer or date"),
    severity="常",
    role="镇干部",
    subject="task",
    item="column",
    source="S1.1 实实在在落到实处；S4.1 逐一明确责任领导、责任人员、整改举措和整改时限",
    rule=("每项任务都有责任人和办结时限。", "Every task has an officer and a date."),
    reason=("任务 {subject} 缺 {item}", "Task {subject} lacks {item}"),
    remedy=("补齐责任人和办结时限", "Name the officer and the date"),
)
def vague(t: Tables) -> ir.Table:
    rows = parts(t.tasks, {"officer": t.tasks.officer.isnull(), "due": t.tasks.due.isnull()})
    return hold(rows, since=_.recorded, subject=_.task, item=_.part, area=_.area, evidence=cite("tasks", _.task))


@loop(
    "task.overdue",
    name=("逾期未办", "Task overdue"),
    severity="重",
    role="镇干部",
    subject="task",
    source="S1.1 不是检查一下、提几句要求、新闻报道一下就完了",
    rule=("任务在办结时限前有佐证和佐证时间。", "A task shows its evidence, with its time, by its date."),
    reason=("任务 {subject} 应在 {due} 前办结，没有佐证", "Task {subject} was due by {due}; no evidence"),
    remedy=("办结并登记佐证", "Do it and record the evidence"),
)
def overdue(t: Tables) -> ir.Table:
    rows = t.tasks.filter(_.due.notnull())
    done = ibis.ifelse(rows.evidence.notnull(), rows.evidence_at, ibis.null("timestamp(6)"))
    return respond(
        rows,
        opens=ibis.least(rows.recorded, rows.due),
        due=rows.due,
        closed=done,
        subject=_.task,
        taken=_.officer,
        area=_.area,
        evidence=cite("tasks", _.task),
    )
