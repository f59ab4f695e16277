"""Loops of samples (核酸检测): results in time, a positive reported, a positive pool taken apart."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.cases.views import alone
from bihuan.kernel.forms import respond
from bihuan.kernel.joins import attach, first_answer, having, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite
from bihuan.kernel.orders import governed


@loop(
    "sample.overdue",
    name=("超时未出结果", "Result overdue"),
    severity="重",
    role="单位主体",
    subject="person",
    item="sample",
    orders=("result_h",),
    source="S1.6 流调、核酸检测怎么搞更快速？；S1.5 公司开展检测认不认真？有没有漏洞？",
    rule=("采样后规定小时内出结果。", "A sample has its result within so many hours."),
    reason=("样本 {item} 应在 {due} 前出结果", "Sample {item} was to have its result by {due}"),
    remedy=("催检测机构出结果；样本失效的重采", "Press the laboratory; sample again where it is spoilt"),
)
def overdue(t: Tables) -> ir.Table:
    rows = attach(t.samples, t.stations, {"lab": "unit"}, lab_area=_.area)
    rows = attach(rows, t.stations, "unit", unit_area=_.area)
    rows = attach(rows, t.homes, "person", home=_.area)
    # The lab answers for it; where none is named, whoever was sampled does, by his unit and home.
    rows = rows.mutate(
        place=ibis.ifelse(rows.lab.notnull(), rows.lab_area, ibis.coalesce(rows.home, rows.unit_area)),
        answers=ibis.coalesce(rows.lab, rows.unit),
        own=ibis.cases((rows.of == "人", rows.person), (rows.of == "物", rows.lot), else_=rows.unit),
    )
    rows = governed(rows, t, "result_h", area=_.place, at=_.sampled_at)
    kind = ibis.cases((rows.of == "人", "person"), (rows.of == "物", "lot"), else_="unit")
    return respond(
        rows,
        opens=_.sampled_at,
        within=_.result_h,
        closed=_.resulted_at,
        subject=ibis.coalesce(rows.own, rows["sample"]),
        subject_kind=ibis.ifelse(rows.own.isnull(), "sample", kind),
        item=rows["sample"],
        unit=_.answers,
        area=_.place,
        evidence=cite("samples", rows["sample"]),
    )


@loop(
    "sample.unreported",
    name=("阳性未报", "Positive not reported"),
    severity="急",
    role="医务人员",
    subject="person",
    item="sample",
    orders=("case.report_h",),
    source="S4.3.1 早发现、早报告、早诊断、早隔离",
    rule=(
        "单管阳性，出结果后规定小时内须有病例记录。",
        "A positive sample alone in its tube has a case of the person within so many hours of its result.",
    ),
    reason=("样本 {item} 阳性，应在 {due} 前报为病例", "Sample {item} is positive; a case was due by {due}"),
    remedy=("立即网络直报，登记病例", "Report at once and record the case"),
)
def unreported(t: Tables) -> ir.Table:
    positive = t.samples.filter((_.result == "阳") & _.resulted_at.notnull())
    rows = attach(alone(positive, t), t.homes, "person", home=_.area)
    rows = governed(rows, t, "case.report_h", area=_.home, at=_.resulted_at)
    c = t.cases
    met = matching(
        rows.select("sample", "person", "sampled_at"),
        c,
        "person",
        where=lambda r: r.over.isnull() | (r.over > r.sampled_at),
        over=_.recovered_at,
        told=ibis.coalesce(c.reported_at, c.positive_at, c.confirmed_at, c.isolated_at, c.known_first),
    )
    rows = attach(rows, met.group_by("sample").agg(told=_.told.min()), "sample", told=_.told)
    return respond(
        rows,
        opens=_.resulted_at,
        within=rows["case.report_h"],
        closed=_.told,
        subject=_.person,
        item=rows["sample"],
        person=_.person,
        area=_.home,
        evidence=cite("samples", rows["sample"]),
    )


@loop(
    "sample.pool",
    name=("混阳未复核", "Positive pool not taken apart"),
    severity="急",
    role="医务人员",
    subject="person",
    item="tube",
    orders=("repool_h",),
    source="S4.3.1 最关键的还是早发现；S1.6 一定要快速精准",
    rule=(
        "混管阳性后规定小时内，管内每人单管复采。",
        "When a tube of several people is positive, each of them is sampled alone within so many hours.",
    ),
    reason=("混管 {item} 阳性，应在 {due} 前单管复采", "Tube {item} is positive; a sample alone was due by {due}"),
    remedy=("立即单管复采，结果出来前先行管控", "Sample each alone now; hold them until the result"),
)
def pool(t: Tables) -> ir.Table:
    positive = t.samples.filter((_.result == "阳") & _.resulted_at.notnull() & _.tube.notnull())
    tubes = having(positive, t.pools, "tube").group_by("tube").agg(positive_at=_.resulted_at.min())
    s = t.samples.filter(_.person.notnull())
    people = matching(s, tubes, "tube", positive_at=_.positive_at)
    people = people.group_by(["tube", "person", "positive_at"]).agg(sample=_["sample"].min())
    rows = attach(people, t.homes, "person", home=_.area)
    rows = governed(rows, t, "repool_h", area=_.home, at=_.positive_at)
    rows = first_answer(rows, alone(having(s, rows, "person"), t), "person", at="sampled_at", since="positive_at")
    return respond(
        rows,
        opens=_.positive_at,
        within=_.repool_h,
        closed=_.answered,
        subject=_.person,
        item=_.tube,
        person=_.person,
        area=_.home,
        evidence=cite("samples", rows["sample"]),
    )
