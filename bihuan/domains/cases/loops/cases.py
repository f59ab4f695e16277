"""Loops of cases and contacts (病例、密接): reported, isolated, traced; everyone exposed found and controlled."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import first_stage, owing, rank
from bihuan.kernel.forms import respond
from bihuan.kernel.joins import attach, matching
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import END, cite, hours, moment
from bihuan.kernel.orders import governed

EARLY = "S4.3.1 早发现、早报告、早诊断、早隔离，最关键的还是早发现"
TRACE = "S4.3.4 至少备足100人以上的流调队伍；S3.2.5 一旦出现病例，立即可启动跟踪流调"


@view
def homed_cases(t: Tables) -> ir.Table:
    """Every case with its person's ``home``."""
    return attach(t.cases, t.homes, "person", home=_.area)


def _case(rows: ir.Table, key: str, opens: str, closed: Any, t: Tables) -> ir.Table:
    """A case that owes something within the hours of ``key`` from the moment ``opens``."""
    rows = rows.mutate(closed_by=closed)
    rows = governed(rows.filter(rows[opens].notnull()), t, key, area=_.home, at=rows[opens], name="within_h")
    return respond(
        rows,
        opens=rows[opens],
        within=_.within_h,
        closed=_.closed_by,
        subject=_.person,
        item=rows["case"],
        person=_.person,
        area=_.home,
        evidence=cite("cases", rows["case"]),
    )


@loop(
    "case.unreported",
    name=("迟报", "Reported late"),
    severity="急",
    role="医务人员",
    subject="person",
    item="case",
    orders=("case.report_h",),
    source=EARLY,
    rule=("检出阳性后规定小时内网络直报。", "A case is reported within so many hours of its positive test."),
    reason=("病例 {item} 应在 {due} 前网络直报", "Case {item} was to be reported by {due}"),
    remedy=("立即直报，登记时间", "Report it now and record when"),
)
def unreported(t: Tables) -> ir.Table:
    return _case(t.homed_cases, "case.report_h", "positive_at", _.reported_at, t)


@loop(
    "case.loose",
    name=("未隔离收治", "Not isolated"),
    severity="急",
    role="医务人员",
    subject="person",
    item="case",
    orders=("case.isolate_h",),
    source=EARLY,
    rule=("检出阳性后规定小时内隔离收治。", "A case is isolated within so many hours of its positive test."),
    reason=("病例 {item} 应在 {due} 前隔离收治", "Case {item} was to be isolated by {due}"),
    remedy=("立即转运收治，登记时间", "Take the person in now and record when"),
)
def loose(t: Tables) -> ir.Table:
    return _case(t.homed_cases, "case.isolate_h", "positive_at", _.isolated_at, t)


@loop(
    "case.untraced",
    name=("未流调", "Contacts not traced"),
    severity="急",
    role="部门监管",
    subject="person",
    item="case",
    orders=("case.identify_h",),
    source=TRACE,
    rule=("检出阳性后规定小时内判定密接。", "A case has its first contact identified within so many hours."),
    reason=("病例 {item} 应在 {due} 前判定密接，没有记录", "Contacts of case {item} were due by {due}; none"),
    remedy=("派流调队，登记密接", "Send the tracers; record the contacts"),
)
def untraced(t: Tables) -> ir.Table:
    traced = t.contacts.group_by("case").agg(traced_at=_.identified_at.min())
    rows = attach(t.homed_cases, traced, "case", traced_at=_.traced_at)
    return _case(rows, "case.identify_h", "positive_at", _.traced_at, t)


@loop(
    "case.undecided",
    name=("疑似未定", "Suspected and not decided"),
    severity="急",
    role="医务人员",
    subject="person",
    item="case",
    orders=("case.confirm_h",),
    source=EARLY,
    rule=(
        "疑似病例报告后规定小时内诊断；排除的作废该行。",
        "A suspected case is confirmed within so many hours of its report, or withdrawn where it is ruled out.",
    ),
    reason=("疑似病例 {item} 应在 {due} 前诊断", "Suspected case {item} was to be decided by {due}"),
    remedy=("复检、会诊，登记诊断；排除的作废", "Test again and decide; withdraw what is ruled out"),
)
def undecided(t: Tables) -> ir.Table:
    rows = t.homed_cases.filter(_.kind == "疑似")
    rows = rows.mutate(suspected_at=ibis.coalesce(rows.reported_at, rows.positive_at))
    ended = ibis.coalesce(ibis.least(rows.confirmed_at, rows.recovered_at), rows.confirmed_at, rows.recovered_at)
    return _case(rows, "case.confirm_h", "suspected_at", ended, t)


@loop(
    "contact.uncontrolled",
    name=("密接未管", "Contact not controlled"),
    severity="急",
    role="镇干部",
    subject="person",
    item="contact",
    orders=("contact.control_h", "measure.密接", "measure.次密接"),
    source="S3.2.2 对与返回人员有密切接触人员进行全员筛查检查，做好管控和健康监测",
    rule=(
        "判定后规定小时内，对密接、次密接落实不低于规定级别的管控。",
        "A contact is under a measure of at least the required rank within so many hours of being identified.",
    ),
    reason=("密接 {item} 应在 {due} 前落实管控", "Contact {item} was to be controlled by {due}"),
    remedy=("立即落实规定级别的管控", "Place the person under the measure ordered"),
)
def uncontrolled(t: Tables) -> ir.Table:
    rows = owing(attach(t.contacts, t.homes, "person", home=_.area), t, _.identified_at)
    rows = governed(rows, t, "contact.control_h", area=_.home, at=_.identified_at, name="control_h")
    rows = governed(rows, t, "measure." + rows.degree, area=_.home, at=_.identified_at, name="stages", text=True)
    rows = rows.mutate(required=first_stage(rows.stages)).filter(_.required.notnull())
    m = t.measures.filter(_.since <= t.now)
    met = matching(
        rows.select("contact", "person", "last_exposed_at", "identified_at", "required"),
        m,
        "person",
        where=lambda r: (r["rank"] >= r.required) & ((r.begun >= r.last_exposed_at) | (r.ended > r.identified_at)),
        rank=rank(m.kind),
        begun=_.since,
        ended=_.ended_at.fill_null(moment(END)),
    )
    rows = attach(rows, met.group_by("contact").agg(answered=_.begun.min()), "contact", answered=_.answered)
    return respond(
        rows,
        opens=_.identified_at,
        within=_.control_h,
        closed=_.answered,
        subject=_.person,
        item=_.contact,
        person=_.person,
        area=_.home,
        evidence=[cite("contacts", _.contact), cite("cases", rows["case"])],
    )


@loop(
    "contact.missed",
    name=("应判未判", "Exposed and not identified"),
    severity="急",
    role="部门监管",
    subject="person",
    item="case",
    orders=("exposure.minutes", "exposure.stay_minutes", "exposure.days_before", "case.identify_h"),
    source=TRACE,
    rule=(
        "按扫码登记，与病例同处一个场所累计满规定分钟的，规定小时内判定为密接。",
        "Whoever check-ins show with a case for so many minutes in all is identified as a contact in time.",
    ),
    reason=("与病例 {item} 同处时间已满，没有判定", "Together with case {item} long enough, and not identified"),
    remedy=("流调核实，判定并管控", "Trace, decide, control"),
)
def missed(t: Tables) -> ir.Table:
    named = t.contacts.group_by(["case", "person"]).agg(identified_at=_.identified_at.min())
    rows = attach(t.together, named, {"case": "case", "contact": "person"}, identified_at=_.identified_at)
    due = rows.positive_at + hours(rows.identify_h)
    return respond(
        rows,
        opens=_.positive_at,
        due=due,
        since=ibis.greatest(due, rows.reached),
        closed=_.identified_at,
        subject=_.contact,
        item=rows["case"],
        person=_.contact,
        area=_.home,
        evidence=cite("cases", rows["case"]),
    )
