"""Loops of inspection (督查): unannounced visits, findings set right and re-checked, accountability files."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import forbid, hold, obligations, parts, recur, respond
from bihuan.kernel.joins import attach, last_answer, matching
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import cite, days
from bihuan.kernel.orders import governed

FOUR = "S4.1 逐一明确责任领导、责任人员、整改举措和整改时限，一个不落、一项不漏地彻底整改到位"


@view
def placed_findings(t: Tables) -> ir.Table:
    """Every finding with its inspection's moment, unit and area (``found_at``, ``found_unit``, ``found_area``)."""
    i = t.inspections
    return attach(t.findings, i, "inspection", found_at=i["at"], found_unit=i.unit, found_area=i.area)


@loop(
    "inspect.never",
    name=("督查盲点", "Not inspected unannounced"),
    severity="常",
    role="部门监管",
    subject="unit",
    orders=("inspect_d.*",),
    source="S5.4 采取“四不两直”的方式，全方位、常态化、不间断督查督导；S4.4",
    rule=(
        "须督查的场所（未关停），每隔规定天数至少有一次不事先通知的督查。",
        "A unit of a kind to be inspected (not shut) is inspected unannounced once in so many days.",
    ),
    reason=("{subject} 应在 {due} 前接受不通知督查，没有记录", "{subject} was to be inspected unannounced by {due}"),
    remedy=("安排“四不两直”督查并登记", "Inspect unannounced and record it"),
)
def never(t: Tables) -> ir.Table:
    rows = t.units.filter(_.status.fill_null("正常") != "关停")
    rows = governed(rows, t, "inspect_d." + rows["kind"], area=_.area, at=t.now, name="every")
    rows = last_answer(rows, t.inspections.filter(~_.announced), "unit", name="inspected")
    return recur(
        rows,
        last=_.inspected,
        first=_.recorded_at,
        every=_.every,
        subject=_.unit,
        unit=_.unit,
        area=_.area,
        evidence=cite("units", _.unit),
    )


@loop(
    "finding.vague",
    name=("整改四要素不全", "Finding lacks one of its four elements"),
    severity="重",
    role="县级领导",
    subject="finding",
    item="column",
    source=FOUR,
    rule=(
        "每个问题都有责任领导、责任人员、整改举措和整改时限。",
        "Every finding has a leader, an officer, a remedy and a date.",
    ),
    reason=("问题 {subject} 缺 {item}", "Finding {subject} lacks {item}"),
    remedy=("补齐四要素", "Complete the four elements"),
)
def finding_vague(t: Tables) -> ir.Table:
    rows = t.placed_findings
    columns = ("leader", "officer", "remedy", "due")
    rows = parts(rows, {c: rows[c].isnull() for c in columns})
    return hold(
        rows,
        since=ibis.coalesce(rows.found_at, rows.recorded),
        subject=_.finding,
        item=_.part,
        taken=_.leader,
        unit=_.found_unit,
        area=_.found_area,
        evidence=cite("findings", _.finding),
    )


@loop(
    "finding.overdue",
    name=("逾期未改", "Finding not set right in time"),
    severity="重",
    role="镇干部",
    subject="finding",
    source=FOUR,
    rule=("问题在整改时限前整改完成。", "A finding is set right by its date."),
    reason=("问题 {subject} 应在 {due} 前整改完成", "Finding {subject} was to be set right by {due}"),
    remedy=("完成整改并登记时间", "Set it right and record when"),
)
def finding_overdue(t: Tables) -> ir.Table:
    rows = t.placed_findings.filter(_.due.notnull())
    return respond(
        rows,
        opens=ibis.least(ibis.coalesce(rows.found_at, rows.recorded), rows.due),
        due=rows.due,
        closed=rows.remedied_at,
        subject=_.finding,
        taken=ibis.coalesce(rows.officer, rows.leader),
        unit=_.found_unit,
        area=_.found_area,
        evidence=cite("findings", _.finding),
    )


@loop(
    "finding.unproven",
    name=("未复查", "Not re-checked"),
    severity="常",
    role="县级领导",
    subject="finding",
    orders=("finding.recheck_d",),
    source="S4.4 重在发现问题、指出问题，并督促指导整改落实",
    rule=(
        "整改完成后须在规定天数内复查；复查不通过的须重新整改。",
        "What was set right is re-checked in time; what fails the re-check is set right again.",
    ),
    reason=("问题 {subject} 整改后未复查或复查未通过", "Finding {subject}: not re-checked, or the re-check failed"),
    remedy=("复查；不通过的重新整改", "Re-check it; set it right again where it failed"),
)
def unproven(t: Tables) -> ir.Table:
    rows = t.placed_findings.filter(_.remedied_at.notnull())
    rows = governed(rows, t, "finding.recheck_d", area=_.found_area, at=_.remedied_at)
    rows = rows.mutate(checked=(rows.rechecked_at >= rows.remedied_at).fill_null(False))
    failed = rows.checked & ~rows.recheck_passed.fill_null(False)
    due = rows.remedied_at + days(rows["finding.recheck_d"])
    shared = {
        "subject": _.finding,
        "taken": _.leader,
        "unit": _.found_unit,
        "area": _.found_area,
        "evidence": cite("findings", _.finding),
    }
    waiting = rows.mutate(due_at=due).filter(~failed & (rows["finding.recheck_d"] > 0))
    closed = ibis.ifelse(waiting.checked, waiting.rechecked_at, ibis.null("timestamp(6)"))
    return ibis.union(
        obligations(waiting, "deadline", opens=_.remedied_at, due=_.due_at, closed=closed, **shared),
        hold(rows.filter(failed), since=_.rechecked_at, **shared),
    )


@loop(
    "finding.recurs",
    name=("屡改屡犯", "Found again after it was set right"),
    severity="重",
    role="县级领导",
    subject="finding",
    item="finding",
    orders=("finding.recur_d",),
    source="S4.1 彻底整改到位；S1.4 举一反三",
    rule=(
        "整改完成后规定天数内，同一单位（无单位的同一区域）不得再现同类问题。",
        "The same category is not found again in the same unit (or area, where neither names one) within so many days.",
    ),
    reason=("问题 {subject} 整改后又在 {since} 发现（{item}）", "Finding {subject} came back on {since} as {item}"),
    remedy=("追查根源，由责任领导督办", "Find the cause; the leader sees to it himself"),
)
def recurs(t: Tables) -> ir.Table:
    f = t.placed_findings
    earlier = governed(
        f.filter(f.remedied_at.notnull()), t, "finding.recur_d", area=_.found_area, at=_.remedied_at, name="recur_d"
    )
    earlier = earlier.mutate(
        place=ibis.coalesce("u" + earlier.found_unit, "a" + earlier.found_area),
        until=earlier.remedied_at + days(earlier.recur_d),
    )
    later = f.mutate(place=ibis.coalesce("u" + f.found_unit, "a" + f.found_area))
    rows = matching(
        earlier,
        later,
        ["category", "place"],
        where=lambda r: (r.again_at > r.remedied_at) & (r.again_at <= r.until),
        again_at=_.found_at,
        again=_.finding,
    )
    return forbid(
        rows,
        since=_.again_at,
        subject=_.finding,
        item=_.again,
        taken=_.leader,
        unit=_.found_unit,
        area=_.found_area,
        evidence=[cite("findings", _.finding), cite("findings", _.again)],
    )


@view
def placed_inquiries(t: Tables) -> ir.Table:
    """Every inquiry with its ``place``: the area of its finding's inspection, else the home of its case's person."""
    rows = attach(t.inquiries, t.placed_findings, "finding", found_area=_.found_area)
    rows = attach(rows, t.cases, "case", patient=_.person)
    rows = attach(rows, t.homes, {"patient": "person"}, home=_.area)
    return rows.mutate(place=ibis.coalesce(rows.found_area, rows.home)).drop("found_area", "patient", "home")


@loop(
    "inquiry.partial",
    name=("三查不全", "Closed without the three examined"),
    severity="常",
    role="县级领导",
    subject="inquiry",
    item="column",
    source="S5.4 严格实行“一案三查”，既追究直接责任人责任，又追究主体责任和领导责任",
    rule=(
        "一案三查办结时，直接、主体、监督责任都有结论。",
        "An accountability file closes only with direct, principal and supervisory responsibility examined.",
    ),
    reason=("一案三查 {subject} 办结时缺 {item}", "Inquiry {subject} was closed without {item}"),
    remedy=("补查并写明结论", "Examine it and write the conclusion"),
)
def partial(t: Tables) -> ir.Table:
    rows = t.placed_inquiries.filter(_.closed_at.notnull())
    rows = parts(rows, {c: rows[c].isnull() for c in ("direct", "principal", "supervisory")})
    return hold(
        rows, since=_.closed_at, subject=_.inquiry, item=_.part, area=_.place, evidence=cite("inquiries", _.inquiry)
    )


@loop(
    "inquiry.slow",
    name=("久查不结", "Not closed in time"),
    severity="重",
    role="县级领导",
    subject="inquiry",
    orders=("inquiry.close_d",),
    source="S5.4 从重从快执纪问责",
    rule=("一案三查在立案后规定天数内办结。", "An inquiry closes within so many days of its opening."),
    reason=("一案三查 {subject} 应在 {due} 前办结", "Inquiry {subject} was to close by {due}"),
    remedy=("查清三方责任，办结", "Examine the three responsibilities and close it"),
)
def slow(t: Tables) -> ir.Table:
    rows = governed(t.placed_inquiries, t, "inquiry.close_d", area=_.place, at=_.opened_at)
    rows = rows.filter(rows["inquiry.close_d"] > 0)
    return respond(
        rows,
        opens=_.opened_at,
        due=rows.opened_at + days(rows["inquiry.close_d"]),
        closed=_.closed_at,
        subject=_.inquiry,
        area=_.place,
        evidence=cite("inquiries", _.inquiry),
    )
