"""Works are finished and accepted, arrears paid, households in need visited.

工程完工验收，拖欠付清，帮扶户有人走访。
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import repeat, respond
from bihuan.kernel.joins import attach, last_answer
from bihuan.kernel.loops import Family, Tables, loop
from bihuan.kernel.moments import cite, live
from bihuan.kernel.orders import governed

SANITATION = Family("sanitation", ("环境整治", "sanitation works"))
ARREARS = Family("arrears", ("项目双拖欠", "arrears of projects"))
HOUSEHOLDS = Family("household", ("帮扶户", "households in need"))

WORKS_SOURCE = "S3.3.3 要全面开展农村卫生环境整治和爱国卫生运动……要继续抓好农村“厕所革命”，提高农村卫生厕所普及率"


@loop(
    "sanitation.overdue",
    name=("整治逾期", "Work not finished in time"),
    severity="重",
    role="镇干部",
    subject="project",
    source=WORKS_SOURCE,
    rule=("环境整治工程在完工时限内完工。", "A work of sanitation is finished by its due time."),
    reason=("{subject} 应在 {due} 前完工", "{subject} was to be finished by {due}"),
    remedy=("倒排工期，完工后登记完工时间", "Set the remaining days, finish, record it"),
)
def overdue(t: Tables) -> ir.Table:
    rows = t.sanitation_works
    return respond(
        rows,
        opens=ibis.least(rows.recorded, rows.due),
        due=rows.due,
        closed=_.finished_at,
        subject=_.project,
        area=_.area,
        taken=_.officer,
        evidence=cite("sanitation_works", _.project),
    )


@loop(
    "sanitation.unaccepted",
    name=("完工未验收", "Finished, not accepted"),
    severity="常",
    role="镇干部",
    subject="project",
    orders=("sanitation.accept_d",),
    source=WORKS_SOURCE,
    rule=("完工的工程在规定天数内验收。", "A finished work is accepted within the days allowed."),
    reason=(
        "{subject} 于 {opens} 完工，应在 {due} 前验收",
        "{subject} was finished on {opens}, to be accepted by {due}",
    ),
    remedy=("到现场验收，登记验收时间和验收人", "Accept it on the spot; record when and by whom"),
)
def unaccepted(t: Tables) -> ir.Table:
    rows = t.sanitation_works.filter(_.finished_at.notnull())
    rows = governed(rows, t, "sanitation.accept_d", area=_.area, at=_.finished_at, name="accept_d").filter(
        _.accept_d > 0
    )
    return respond(
        rows,
        opens=_.finished_at,
        within=_.accept_d * 24,
        closed=_.accepted_at,
        subject=_.project,
        area=_.area,
        evidence=cite("sanitation_works", _.project),
    )


@loop(
    "arrears.unpaid",
    name=("拖欠未清", "Arrear not paid"),
    severity="重",
    role="部门监管",
    subject="arrear",
    orders=("arrears.pay_d.*",),
    source="S3.3.4 重点解决好今年实施项目的“双拖欠”（拖欠工程款和民工工资）短板，确保支出百分之百、实实在在",
    rule=(
        "查实的拖欠在规定天数内付清；拖欠民工工资的为急。",
        "An arrear is paid within the days allowed for its kind; that of wages (民工工资) is 急.",
    ),
    reason=("{unit} 的拖欠 {subject} 应在 {due} 前付清", "Arrear {subject} of {unit} was to be paid by {due}"),
    remedy=("督促欠款单位付清，登记付清时间", "Have the debtor pay; record it"),
)
def unpaid(t: Tables) -> ir.Table:
    rows = t.arrears
    rows = governed(rows, t, "arrears.pay_d." + rows["kind"], area=_.area, at=_.found_at, name="pay_d").filter(
        _.pay_d > 0
    )
    return respond(
        rows,
        opens=_.found_at,
        within=_.pay_d * 24,
        closed=_.paid_at,
        subject=_.arrear,
        unit=_.unit,
        area=_.area,
        severity=ibis.ifelse(rows["kind"] == "民工工资", "急", "重"),
        evidence=cite("arrears", _.arrear),
    )


@loop(
    "household.unvisited",
    name=("帮扶脱节", "Household not visited"),
    severity="常",
    role="村干部",
    subject="person",
    orders=("household.visit_d",),
    source="S3.3.4 及时发现解决群众的实际困难和问题，落实好“三类对象”的监测帮扶措施",
    rule=(
        "风险未消除的帮扶户，规定天数内走访一次（走访帮扶台账）。",
        "A household still in need is visited once within the days allowed, by the ledger of aid.",
    ),
    reason=("帮扶户 {subject} 应在 {due} 前走访", "The household of {subject} was to be visited by {due}"),
    remedy=("上门走访，登入“走访帮扶”", "Visit it and record the visit in the ledger of aid"),
)
def unvisited(t: Tables) -> ir.Table:
    rows = t.households_in_need.filter(live(_.since, _.until, t.now))
    rows = attach(rows, t.homes, "person", home=_.area)  # a view of the house: where everybody is at home
    rows = governed(rows, t, "household.visit_d", area=_.home, at=t.now, name="visit_d")
    rows = last_answer(rows, t.aid, "person", name="visited")
    return repeat(
        rows,
        start=_.since,
        last=_.visited,
        every=_.visit_d,
        subject=_.person,
        person=_.person,
        area=_.home,
        taken=_.officer,
        evidence=cite("households_in_need", _.person),
    )
