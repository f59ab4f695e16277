"""Loops of arrivals (来返): who comes from where the risk is, is verified, placed and controlled as ordered."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import first_stage, owing, rank
from bihuan.kernel.forms import hold, respond
from bihuan.kernel.joins import attach, first_answer, matching, pick
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import END, cite, county, hours, live, moment
from bihuan.kernel.orders import governed

FOUR = "S5.2 迅速核查、立即处置，做到“人数查清”“人头查清”“位置查清”“管控情况查清”"
GRADES = tuple(f"measure.{grade}" for grade in ("高", "中", "低", "境外"))

NOT_THERE = ("不在", "查无此人")

SILENT_H = 48
"""Hours after leaving abroad within which an arrival has arrived."""


def _inland(t: Tables) -> ir.Table:
    """Every counting arrival that is not from abroad, of people who owe anything."""
    return owing(t.graded_arrivals.filter(_.grade.notnull() & ~_.abroad), t, _.known_at)


def _about(rows: ir.Table, *more: Any) -> dict[str, Any]:
    """Whom a hole of an arrival is about, and where."""
    return {
        "subject": _.person,
        "item": _.arrival,
        "person": _.person,
        "area": _.to_area,
        "evidence": [cite("arrivals", rows.arrival), *more],
    }


@view
def latest_verifications(t: Tables) -> ir.Table:
    """The latest verification of each arrival, by at, then key: its outcome, area and moment."""
    return _latest(t.verifications)


def _latest(v: ir.Table) -> ir.Table:
    last = pick(v, "arrival", [v["at"].desc(), v.verification.desc()])
    return last.select("arrival", "verification", "outcome", found_area="area", verified_at="at")


def _verified(t: Tables, verifications: ir.Table) -> ir.Table:
    said = {c: ibis._[c] for c in ("verification", "outcome", "found_area", "verified_at")}
    return matching(_inland(t), verifications, "arrival", **said)


@loop(
    "arrival.unverified",
    name=("未核查", "Not verified"),
    severity="重",
    role="村干部",
    subject="person",
    item="arrival",
    orders=("verify_h",),
    source=FOUR,
    rule=(
        "境内风险地区来返人员，自知悉起在规定小时内核查（任何结果都算）。",
        "A counting inland arrival is verified within so many hours of being known, whatever the outcome.",
    ),
    reason=("来返 {item} 应在 {due} 前核查，至今没有核查记录", "Arrival {item} was to be verified by {due}"),
    remedy=("上门核查，登记结果和现住区域", "Verify at the door; record outcome and area"),
)
def unverified(t: Tables) -> ir.Table:
    rows = governed(_inland(t), t, "verify_h", area=_.to_area, at=_.known_at)
    rows = first_answer(rows, t.verifications, "arrival")
    return respond(rows, opens=_.known_at, within=_.verify_h, closed=_.answered, **_about(rows))


@loop(
    "arrival.absent",
    name=("查无人", "Not found"),
    severity="急",
    role="村干部",
    subject="person",
    item="arrival",
    orders=("verify_h",),
    source=FOUR,
    rule=(
        "最近一次核查为不在或查无此人的，规定小时内须再次核查找到人。",
        "Whoever was not there at the latest verification is found by another one in time.",
    ),
    reason=("来返 {item} 最近核查未见本人，{due} 前应再查", "Arrival {item} was not there; look again by {due}"),
    remedy=("协同公安、大数据查找，找到后登记核查", "Find the person with police and data; record the verification"),
)
def absent(t: Tables) -> ir.Table:
    v = t.verifications
    rows = _verified(t, _latest(v.filter(v.outcome.isin(list(NOT_THERE)))))
    # Whatever was found after it, by at, then key, closes it: then it is no longer the latest.
    after = matching(
        rows.select("arrival", "verification", "verified_at"),
        v,
        "arrival",
        where=lambda r: (r.again_at > r.verified_at) | ((r.again_at == r.verified_at) & (r.again > r.verification)),
        again=_.verification,
        again_at=_["at"],
    )
    rows = attach(rows, after.group_by("arrival").agg(again_at=_.again_at.min()), "arrival", again_at=_.again_at)
    rows = governed(rows, t, "verify_h", area=_.to_area, at=_.verified_at)
    about = _about(rows, cite("verifications", rows.verification))
    return respond(rows, opens=_.verified_at, within=_.verify_h, closed=_.again_at, **about)


@loop(
    "arrival.unplaced",
    name=("位置不清", "Place unknown"),
    severity="常",
    role="网格员",
    subject="person",
    item="arrival",
    source=FOUR,
    rule=("核查在的，登记现住区域。", "A verification that found the person says where."),
    reason=("来返 {item} 核查在，但没有登记现住区域", "Arrival {item} was found, but not where"),
    remedy=("补登现住区域", "Record the area"),
)
def unplaced(t: Tables) -> ir.Table:
    rows = _verified(t, t.latest_verifications)
    rows = rows.filter((_.outcome == "在") & _.found_area.isnull())
    return hold(rows, since=_.verified_at, **_about(rows, cite("verifications", rows.verification)))


@loop(
    "arrival.silent",
    name=("途中失联", "Lost on the way"),
    severity="急",
    role="部门监管",
    subject="person",
    item="arrival",
    source="S1.2 境外进入人员从进入一直到离开，都要闭环管理",
    rule=("境外来人离境后 48 小时内到达。", "Whoever comes from abroad has arrived within 48 hours of leaving."),
    reason=("境外来返 {item} 应在 {due} 前到达，没有到达时间", "Arrival {item} from abroad was due by {due}"),
    remedy=("联系口岸和承运方查明去向，登记到达", "Trace with port and carrier; record the arrival"),
)
def silent(t: Tables) -> ir.Table:
    rows = owing(t.graded_arrivals.filter(_.abroad), t, _.known_at)
    about = _about(rows) | {"area": county(rows.to_area)}
    return respond(rows, opens=_.left_at, within=SILENT_H, closed=_.arrived_at, **about)


@view
def controllable_arrivals(t: Tables) -> ir.Table:
    """Every counting arrival that was found (abroad: arrived), with ``opens``, ``required`` rank, ``control_h``, and of
    the person's measures that count ``answered`` (first of at least that rank), ``lower_since`` (first of a lower)."""
    found = t.verifications.filter(_.outcome == "在").group_by("arrival").agg(found_at=_["at"].min())
    rows = attach(t.graded_arrivals.filter(_.grade.notnull()), found, "arrival", found_at=_.found_at)
    rows = rows.mutate(opens=ibis.ifelse(rows.abroad, rows.arrived_at, rows.found_at))
    rows = owing(rows.filter(rows.opens.notnull()), t, _.known_at)
    rows = governed(rows, t, "control_h", area=_.to_area, at=_.opens)
    rows = governed(rows, t, "measure." + rows.grade, area=_.to_area, at=_.opens, name="stages", text=True)
    rows = rows.mutate(required=first_stage(rows.stages)).drop("stages")
    rows = rows.filter(rows.required.notnull())
    m = t.measures.filter(_.since <= t.now)
    met = matching(
        rows.select("arrival", "person", "came", "required"),
        m,
        "person",
        where=lambda r: r.ended > r.came,
        rank=rank(m.kind),
        begun=_.since,
        ended=_.ended_at.fill_null(moment(END)),
    )
    enough = met.filter(met["rank"] >= met.required).group_by("arrival").agg(first=_.begun.min())
    less = met.filter(met["rank"] < met.required).group_by("arrival").agg(first=_.begun.min())
    rows = attach(rows, enough, "arrival", answered=_["first"])
    return attach(rows, less, "arrival", lower_since=_["first"])


@loop(
    "arrival.uncontrolled",
    name=("应管未管", "Not controlled"),
    severity="急",
    role="镇干部",
    subject="person",
    item="arrival",
    orders=("control_h", *GRADES),
    source="S5.3 对西安和中高风险地区来返人员要“一个不漏”落实集中隔离管控措施",
    rule=(
        "风险地区来返人员，核查在（境外：到达）后规定小时内落实不低于规定级别的管控。",
        "A counting arrival, found (abroad: arrived), is under a measure of at least the required rank in time.",
    ),
    reason=("来返 {item} 应在 {due} 前落实管控，至今没有任何措施", "Arrival {item} was to be controlled by {due}"),
    remedy=("按等级落实隔离或监测，登记管控措施", "Place the person under the measure ordered; record it"),
)
def uncontrolled(t: Tables) -> ir.Table:
    rows = t.controllable_arrivals
    # Any measure ends this hole: one of too low a rank makes it arrival.under.
    closed = ibis.coalesce(ibis.least(rows.answered, rows.lower_since), rows.answered, rows.lower_since)
    return respond(rows, opens=_.opens, within=_.control_h, closed=closed, **_about(rows))


@loop(
    "arrival.under",
    name=("降级管控", "Controlled below the order"),
    severity="重",
    role="镇干部",
    subject="person",
    item="arrival",
    orders=("control_h", *GRADES),
    source="S4.4 既不降低标准，也不层层加码",
    rule=(
        "来返人员的管控不低于其等级规定的级别。",
        "The measure of an arrival is of no lower rank than its grade requires.",
    ),
    reason=("来返 {item} 只落实了较低级别的管控", "Arrival {item} is under a measure of too low a rank"),
    remedy=("升为规定级别的管控", "Raise the measure to the rank ordered"),
)
def under(t: Tables) -> ir.Table:
    rows = t.controllable_arrivals.filter(_.lower_since.notnull())
    rows = rows.filter(rows.answered.isnull() | (rows.lower_since < rows.answered))
    due = rows.opens + hours(rows.control_h)
    since = ibis.greatest(due, rows.lower_since)
    return respond(rows, opens=_.opens, due=due, since=since, closed=_.answered, **_about(rows))


@loop(
    "arrival.over",
    name=("层层加码", "Controlled above the order"),
    severity="重",
    role="镇干部",
    subject="person",
    item="measure",
    orders=GRADES,
    source="S2m.5 切忌层层加码、搞“一刀切”；S4.4 既不降低标准，也不层层加码",
    rule=(
        "以来返为依据的管控，其来返须属风险来返，且级别不高于规定。",
        "A measure on the ground of an arrival: it counts, and the rank is not above the required one.",
    ),
    reason=(
        "管控 {item} 没有风险来返作依据，或高于规定级别",
        "Measure {item} has no counting arrival or is too strict",
    ),
    remedy=("解除，或降为规定级别", "End it, or lower it to the rank ordered"),
)
def over(t: Tables) -> ir.Table:
    m = t.measures.filter((_.ground == "来返") & live(_.since, _.ended_at, t.now))
    rows = matching(m, t.graded_arrivals, "arrival", grade=_.grade, to_area=_.to_area)
    rows = owing(rows, t, _.since)
    rows = governed(rows, t, "measure." + rows.grade, area=_.to_area, at=_.since, name="stages", text=True)
    required = first_stage(rows.stages).fill_null(0)
    rows = rows.filter(rows.grade.isnull() | (rank(rows.kind) > required))
    about = _about(rows, cite("measures", rows.measure)) | {"item": _.measure}
    return hold(rows, since=_.since, **about)
