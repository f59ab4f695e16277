"""Loops of what is bought, asked, told and shared: contracts, tickets, notices, feeds."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import hold, obligations, parts, respond
from bihuan.kernel.joins import attach, matching, standing
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import cite, county, days, hours, live
from bihuan.kernel.orders import governed

THIRD = "S1.5 公司的资质怎么样？流程方案检查了没有？服务是谁带队？出了问题要负什么责任？不能一托了之"


@view
def live_contracts(t: Tables) -> ir.Table:
    """Contracts live now, each with its ``place``: its unit's area; without a unit its own."""
    rows = t.contracts.filter(live(_.since, _.until, t.now))
    rows = attach(rows, t.stations, "unit", unit_area=_.area)
    return rows.mutate(place=ibis.ifelse(rows.unit.notnull(), rows.unit_area, rows.area)).drop("unit_area")


def _contract(rows: ir.Table, since: Any) -> ir.Table:
    """A contract that lacks something."""
    return hold(
        rows, since=since, subject=_.contract, unit=_.unit, area=_.place, evidence=cite("contracts", _.contract)
    )


@loop(
    "contract.licence",
    name=("资质过期", "Licence expired"),
    severity="重",
    role="部门监管",
    subject="contract",
    source=THIRD,
    rule=("服务期内承接单位的资质在有效期内。", "The vendor's licence is valid while the contract runs."),
    reason=("第三方服务 {subject} 的资质自 {since} 起已过期", "The licence behind {subject} has expired since {since}"),
    remedy=("停止服务，或更新资质", "Stop the service, or renew the licence"),
)
def licence(t: Tables) -> ir.Table:
    rows = t.live_contracts.mutate(expired=_.licence_until.cast("timestamp(6)") + ibis.interval(days=1))
    rows = rows.filter(rows.expired <= t.now)
    return _contract(rows, ibis.greatest(rows.since, rows.expired))


@loop(
    "contract.liability",
    name=("无责任条款", "No liability clause"),
    severity="重",
    role="部门监管",
    subject="contract",
    source=THIRD,
    rule=("第三方服务合同写明责任条款。", "A contract with a third party has a liability clause."),
    reason=("第三方服务 {subject} 没有责任条款", "Contract {subject} has no liability clause"),
    remedy=("补签责任条款", "Add the clause"),
)
def liability(t: Tables) -> ir.Table:
    return _contract(t.live_contracts.filter(~_.liability_clause.fill_null(False)), _.since)


@loop(
    "contract.procedure",
    name=("流程未核查", "Procedure not checked"),
    severity="重",
    role="部门监管",
    subject="contract",
    source=THIRD,
    rule=("第三方服务的规范流程经过核查。", "The procedure of a third party's service was checked."),
    reason=("第三方服务 {subject} 的流程没有核查", "The procedure of {subject} was not checked"),
    remedy=("核查流程方案并登记时间", "Check the procedure and record when"),
)
def procedure(t: Tables) -> ir.Table:
    return _contract(t.live_contracts.filter(_.procedure_checked_at.isnull()), _.since)


@loop(
    "contract.lead",
    name=("无带队人", "Nobody leads it"),
    severity="重",
    role="部门监管",
    subject="contract",
    source=THIRD,
    rule=("第三方服务有带队负责人。", "A third party's service has somebody who leads it."),
    reason=("第三方服务 {subject} 没有带队负责人", "Nobody leads {subject}"),
    remedy=("明确带队负责人", "Name who leads it"),
)
def lead(t: Tables) -> ir.Table:
    return _contract(t.live_contracts.filter(_["lead"].isnull()), _.since)


@loop(
    "contract.share",
    name=("第三方占比过高", "Too much testing by third parties"),
    severity="常",
    role="部门监管",
    subject="area",
    orders=("third_party_share",),
    source="S1.5 应该由公立医疗机构进行……不能一包天下，不能成为主要力量",
    rule=(
        "近七日一县居民的检测样本中，非公立机构所占份额不超过上限。",
        "Of a county's samples of the last seven days, labs that are not public test no more than their share.",
    ),
    reason=(
        "{subject} 近七日第三方检测占比自 {since} 起超过上限",
        "Third parties test too much in {subject}",
    ),
    remedy=("把检测任务调回公立机构", "Give the testing back to public laboratories"),
)
def share(t: Tables) -> ir.Table:
    rows = t.samples.filter(_.person.notnull() & _.lab.notnull() & (_.sampled_at > t.now - days(7)))
    rows = attach(rows, t.homes, "person", home=_.area)
    rows = attach(rows, t.units, {"lab": "unit"}, public=_.public)
    rows = rows.mutate(county=county(rows.home), bought=rows.public.fill_null(False).ifelse(0, 1))
    rows = matching(rows, t.counties, {"county": "area"}, county_recorded=_.recorded)
    moments = rows.group_by(["county", "sampled_at"]).agg(tested=_.count(), bought=_.bought.sum())
    so_far = ibis.cumulative_window(group_by=moments.county, order_by=moments.sampled_at)
    moments = moments.mutate(part=moments.bought.sum().over(so_far) / moments.tested.sum().over(so_far))
    moments = governed(moments, t, "third_party_share", area=_.county, at=t.now)
    since = standing(moments, ["county", "in_force"], "sampled_at", moments.part > moments.third_party_share)
    return hold(since, since=_.stood_from, subject=_.county, area=_.county, evidence=cite("areas", _.county))


@loop(
    "ticket.late",
    name=("诉求超时", "Ticket not answered in time"),
    severity="重",
    role="镇干部",
    subject="ticket",
    orders=("ticket.h.求助", "ticket.h.举报", "ticket.h.投诉", "ticket.h.异议", "ticket.h.咨询"),
    source="S4.3.1 公布热线电话、实行有奖举报；S4.3.3 对一线疑难问题第一时间主动介入",
    rule=("热线诉求按类别在规定小时内答复；求助超时为急。", "A ticket is answered within the hours of its kind."),
    reason=("诉求 {subject} 应在 {due} 前答复", "Ticket {subject} was to be answered by {due}"),
    remedy=("联系诉求人，答复并登记", "Call the person, answer, record it"),
)
def late(t: Tables) -> ir.Table:
    rows = t.tickets
    rows = governed(rows, t, "ticket.h." + rows["kind"], area=_.area, at=_.received_at, name="answer_h")
    return respond(
        rows,
        opens=_.received_at,
        due=rows.received_at + hours(rows.answer_h),
        closed=_.answered_at,
        subject=_.ticket,
        person=_.person,
        area=_.area,
        severity=ibis.ifelse(rows["kind"] == "求助", "急", "重"),
        evidence=cite("tickets", _.ticket),
    )


@loop(
    "ticket.unresolved",
    name=("有答无办", "Answered but not resolved"),
    severity="重",
    role="县级领导",
    subject="ticket",
    orders=("ticket.solve_h",),
    source="S4.3.3 对防控一线出现的疑难问题，各级包联领导要第一时间主动介入、亲自研究化解",
    rule=("除咨询外，诉求在受理后规定小时内办结。", "A ticket of any kind but 咨询 is resolved in time."),
    reason=("诉求 {subject} 应在 {due} 前办结", "Ticket {subject} was to be resolved by {due}"),
    remedy=("包联领导亲自化解，办结登记", "A leader takes it on himself; record the end"),
)
def unresolved(t: Tables) -> ir.Table:
    rows = t.tickets.filter(_["kind"].isin(["求助", "举报", "投诉", "异议"]))
    rows = governed(rows, t, "ticket.solve_h", area=_.area, at=_.received_at, name="solve_h")
    return respond(
        rows,
        opens=_.received_at,
        due=rows.received_at + hours(rows.solve_h),
        closed=_.resolved_at,
        subject=_.ticket,
        person=_.person,
        area=_.area,
        evidence=cite("tickets", _.ticket),
    )


@loop(
    "notice.undated",
    name=("发布无截至时间", "Notice without as-of time or approver"),
    severity="常",
    role="部门监管",
    subject="notice",
    item="column",
    source="S1.1 只能通报截至到哪天为止；S1.6 新闻发布应该怎么规范、怎么发布",
    rule=("发布的信息写明数据截至时间和审批人。", "What is released says as of when, and who approved it."),
    reason=("发布 {subject} 缺 {item}", "Notice {subject} lacks {item}"),
    remedy=("补发截至时间，补齐审批", "Say as of when; have it approved"),
)
def undated(t: Tables) -> ir.Table:
    rows = parts(t.notices, {c: t.notices[c].isnull() for c in ("as_of", "approved_by")})
    return hold(
        rows, since=_.released_at, subject=_.notice, item=_.part, area=_.area, evidence=cite("notices", _.notice)
    )


@loop(
    "feed.late",
    name=("数据中断", "Feed interrupted"),
    severity="重",
    role="部门监管",
    subject="feed",
    source="S4.3.4 完善数据共享、信息通报；S4.3.1 大数据具有滞后性",
    rule=("数据按约定频次到达。", "A feed delivers as often as agreed."),
    reason=("数据共享 {subject} 应在 {due} 前到达", "Feed {subject} was to deliver by {due}"),
    remedy=("联系提供部门恢复推送", "Have the giver deliver again"),
)
def feed_late(t: Tables) -> ir.Table:
    last = t.feed_deliveries.group_by("feed").agg(delivered=_["at"].max())
    rows = attach(t.feeds, last, "feed", delivered=_.delivered)
    opens = ibis.greatest(rows.since, ibis.coalesce(rows.delivered, rows.since))
    # The owner is the giver as written: nobody stands above him, so the role leads nowhere.
    return obligations(
        rows,
        "deadline",
        opens=opens,
        due=opens + hours(rows.every_hours),
        subject=_.feed,
        taken=_.giver,
        role="-",
        evidence=cite("feeds", _.feed),
    )
