"""Loops of a measure's course (管控全程): tested, taken temperatures, ended on the day, followed by its next stage."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import RANKS, owing, rank, without_case_since
from bihuan.kernel.forms import daily, hold, respond, schedule
from bihuan.kernel.joins import attach, first_answer, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import END, cite, hours, live, moment
from bihuan.kernel.orders import governed

KINDS = tuple(RANKS)
GRADES = tuple(f"measure.{grade}" for grade in ("高", "中", "低", "境外", "密接", "次密接", "退岗"))


def _about(rows: ir.Table, *more: Any) -> dict[str, Any]:
    """Whom a hole of a measure is about, and where."""
    return {
        "subject": _.person,
        "item": _.measure,
        "person": _.person,
        "unit": _.unit,
        "area": _.place,
        "evidence": [cite("measures", rows.measure), *more],
    }


def _followed(rows: ir.Table, t: Tables, at_least: str) -> ir.Table:
    """Rows with ``answered``: when the first measure of the person began that is of at least the rank in the column
    ``at_least``, began by now, and did not end before the end it follows."""
    m = t.measures.filter(_.since <= t.now)
    met = matching(
        rows.select("measure", "person", "ended_at", at_least),
        m,
        "person",
        where=lambda r: (r.other_end > r.ended_at) & (r.other_rank >= r[at_least]),
        begun=_.since,
        other_end=_.ended_at.fill_null(moment(END)),
        other_rank=rank(m.kind),
    )
    return attach(rows, met.group_by("measure").agg(first=_.begun.min()), "measure", answered=_["first"])


@loop(
    "measure.gap",
    name=("管控断档", "Gap between stages"),
    severity="急",
    role="镇干部",
    subject="person",
    item="measure",
    orders=("handover_h", *GRADES),
    source="S1.4 首先要做核酸检测，然后还要集中隔离，接着还要居家隔离；S1.2 从进入一直到离开，都要闭环管理",
    rule=(
        "一个阶段结束后规定小时内，下一阶段开始。",
        "When a stage ends, the grade's next stage of more than 0 days begins within the hours of a hand-over.",
    ),
    reason=("管控 {item} 结束后，下一阶段应在 {due} 前开始", "After {item} the next stage was to begin by {due}"),
    remedy=("立即落实下一阶段管控并登记", "Begin the next stage now and record it"),
)
def gap(t: Tables) -> ir.Table:
    rows = t.staged_measures.filter(_.ended_at.notnull() & _.stages.notnull())
    days = [rows.stages.split("+")[i].strip().cast("float64") for i in range(3)]
    # The first later kind with more than 0 days: its rank.
    after = ibis.cases(
        ((rows.kind == KINDS[0]) & (days[1] > 0), 2),
        ((rows.kind == KINDS[0]) & (days[2] > 0), 1),
        ((rows.kind == KINDS[1]) & (days[2] > 0), 1),
    )
    rows = rows.mutate(next_rank=after).filter(_.next_rank.notnull())
    rows = without_case_since(owing(rows, t, _.since), t)
    rows = governed(rows, t, "handover_h", area=_.place, at=_.ended_at)
    rows = _followed(rows, t, "next_rank")
    return respond(rows, opens=_.ended_at, within=_.handover_h, closed=_.answered, **_about(rows))


@loop(
    "measure.untested",
    name=("漏检", "Test missed"),
    severity="重",
    role="医务人员",
    subject="person",
    item="measure/n",
    orders=tuple(f"test_days.{kind}" for kind in KINDS),
    source="S5.3 做好人员防护、核酸检测、通风消杀；S3.2.2 进行全员筛查检查",
    rule=(
        "管控期内，规定的第几天零时起 48 小时内采样。",
        "On each test day within the measure a sample is taken within 48 hours of its 00:00.",
    ),
    reason=("管控检测 {item} 应在 {due} 前采样，没有样本", "Test {item} was due by {due}; no sample"),
    remedy=("立即采样送检", "Take the sample now"),
)
def untested(t: Tables) -> ir.Table:
    rows = owing(t.staged_measures, t, _.since)
    rows = governed(rows, t, "test_days." + rows.kind, area=_.place, at=_.since, name="test_days", text=True)
    rows = schedule(rows, "test_days", rows.since)
    rows = rows.filter((rows.day < rows.ended) & (rows.end_due.isnull() | (rows.day <= rows.end_due)))
    rows = first_answer(rows, t.samples, "person", at="sampled_at", since="day")
    about = _about(rows) | {"item": rows.measure + "/" + rows.n.cast("string")}
    return respond(rows, opens=_.day, within=48, closed=_.answered, **about)


@loop(
    "measure.unmonitored",
    name=("漏测温", "Temperature not taken"),
    severity="常",
    role="网格员",
    subject="person",
    item="measure/date",
    orders=tuple(f"temperatures.{kind}" for kind in KINDS),
    source="S5.3 严管居家隔离和监测对象；S3.2.2 做好管控和健康监测，确保不漏一人、监测到位",
    rule=(
        "管控期内每个整日，体温记录不少于规定次数（查最近七天）。",
        "On each full day of a measure, of the last seven, as many temperatures are taken as the order asks for.",
    ),
    reason=("管控 {item} 当日体温记录不足", "Too few temperatures on {item}"),
    remedy=(
        "补足后续测温；当日已过的，立整改问题复查",
        "Take them from now on; a day gone by is set right by a finding",
    ),
    final=True,
)
def unmonitored(t: Tables) -> ir.Table:
    rows = owing(t.staged_measures, t, _.since)
    rows = governed(rows, t, "temperatures." + rows.kind, area=_.place, at=_.since, name="readings_due")
    rows = daily(rows.filter(rows.readings_due > 0), _.since, _.ended_at)
    taken = t.monitoring.filter(_.temperature.notnull() & (_["at"] >= t.now - hours(8 * 24)))
    taken = taken.mutate(day=taken["at"].truncate("D")).group_by(["person", "day"]).agg(readings=_.count())
    rows = attach(rows, taken, ["person", "day"], readings=_.readings)
    rows = rows.filter(rows.readings.fill_null(0) < rows.readings_due)
    about = _about(rows) | {"item": rows.measure + "/" + rows.day.strftime("%Y-%m-%d")}
    return hold(rows, since=rows.day + ibis.interval(days=1), **about)


@loop(
    "measure.overstay",
    name=("应解未解", "Not released in time"),
    severity="重",
    role="镇干部",
    subject="person",
    item="measure",
    orders=("release_grace_h", *GRADES),
    source="S4.3.3 坚决防止“一封了之”“一禁了之”；S1.4 核酸检测没有问题了才能解除",
    rule=(
        "管控到期后规定小时内解除（其间成为病例的除外）。",
        "A measure ends within the grace after its end, unless the person became a case.",
    ),
    reason=("管控 {item} 已到期，应在 {due} 前解除", "Measure {item} was to end by {due}"),
    remedy=("检测后解除，登记实际解除时间", "Test, release, record the end"),
)
def overstay(t: Tables) -> ir.Table:
    rows = without_case_since(t.staged_measures.filter(_.end_due.notnull()), t)
    rows = governed(rows, t, "release_grace_h", area=_.place, at=_.end_due)
    return respond(rows, opens=_.end_due, within=_.release_grace_h, closed=_.ended_at, **_about(rows))


@loop(
    "measure.early",
    name=("提前解除", "Released early"),
    severity="急",
    role="镇干部",
    subject="person",
    item="measure",
    orders=("release_grace_h", "handover_h", *GRADES),
    source="S5.3 决不允许出现脱管、漏管现象",
    rule=(
        "管控不得早于到期前的宽限解除，除非规定小时内接上同级或更高级别的管控。",
        "A measure does not end before its end less the grace, unless one of its rank or above follows in time.",
    ),
    reason=("管控 {item} 提前解除，{due} 前没有接续管控", "Measure {item} ended early and nothing followed by {due}"),
    remedy=("重新落实管控至到期", "Place the person under the measure again until its end"),
)
def early(t: Tables) -> ir.Table:
    rows = t.staged_measures.filter(_.end_due.notnull() & _.ended_at.notnull())
    rows = governed(rows, t, "release_grace_h", area=_.place, at=_.end_due)
    rows = rows.filter(rows.ended_at + hours(rows.release_grace_h) < rows.end_due)
    rows = without_case_since(rows, t)
    rows = governed(rows, t, "handover_h", area=_.place, at=_.ended_at)
    rows = _followed(rows.mutate(own_rank=rows["rank"]), t, "own_rank")
    return respond(rows, opens=_.ended_at, within=_.handover_h, closed=_.answered, **_about(rows))


@loop(
    "measure.undocumented",
    name=("无依据管控", "Without order or end"),
    severity="重",
    role="镇干部",
    subject="person",
    item="measure",
    source="S3.3 坚持依法依规；S4.4 不层层加码",
    rule=("在管的每项措施都有措施文号和计划解除时间。", "Every live measure names its order and its planned end."),
    reason=("管控 {item} 没有措施文号或计划解除时间", "Measure {item} names no order or no planned end"),
    remedy=("补登文号和计划解除时间，没有依据的解除", "Record both, or end what has no ground"),
)
def undocumented(t: Tables) -> ir.Table:
    rows = t.staged_measures.filter(live(_.since, _.ended_at, t.now))
    rows = rows.filter(rows["order"].isnull() | rows.planned_until.isnull())
    return hold(rows, since=_.since, **_about(rows))


@loop(
    "measure.misdated",
    name=("期限不符", "End differs from the order"),
    severity="重",
    role="镇干部",
    subject="person",
    item="measure",
    orders=("release_grace_h", *GRADES),
    source="S4.4 严格落实规范要求，既不降低标准，也不层层加码",
    rule=(
        "在管措施的计划解除时间，与按标准推算的相差不超过宽限。",
        "A live measure's planned end is that of the order, give or take the grace.",
    ),
    reason=("管控 {item} 的计划解除时间与标准不符", "The planned end of {item} differs from the order"),
    remedy=("按标准改正计划解除时间", "Correct the planned end"),
)
def misdated(t: Tables) -> ir.Table:
    rows = t.staged_measures.filter(live(_.since, _.ended_at, t.now) & _.planned_until.notnull() & (_.days > 0))
    rows = governed(rows, t, "release_grace_h", area=_.place, at=_.since)
    grace, wanted = hours(rows.release_grace_h), rows.since + hours(rows.days * 24)
    rows = rows.filter((rows.planned_until > wanted + grace) | (rows.planned_until + grace < wanted))
    return hold(rows, since=_.since, **_about(rows))
