"""Loops of posts at risk (重点岗位): vaccinated, lodged together, tested, on the roll; and the way out of them."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.presence import dosed, dosed_at
from bihuan.domains.people.views import owing
from bihuan.kernel.forms import forbid, hold, repeat, respond
from bihuan.kernel.joins import attach, first_answer, having, lacking, last_answer, matching, pick
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import cite, days, live
from bihuan.kernel.orders import governed

LODGED = "S1.2 这类人员是要集中管理的，而且从事隔离服务工作，属重点人群、高风险人群，应该先接种疫苗"
EXIT = (
    "S1.4 如果不愿接种，就要退出从事的工作，而且不能一退了之……首先要做核酸检测，然后还要集中隔离，"
    "接着还要居家隔离，最后核酸检测没有问题了才能解除"
)


@view
def stationed_staff(t: Tables) -> ir.Table:
    """Every staff row with ``place``, the area of its unit."""
    return attach(t.staff, t.stations, "unit", place=_.area)


def _working(t: Tables) -> ir.Table:
    """The staff rows live now."""
    return t.stationed_staff.filter(live(_.since, _.until, t.now))


def _of_post(rows: ir.Table, t: Tables, key: str, name: str, at: Any, text: bool = False) -> ir.Table:
    """Rows with the parameter of their post in force where its unit is."""
    return governed(rows, t, f"post.{key}." + rows.post, area=_.place, at=at, name=name, text=text)


def _who(*more: Any) -> dict[str, Any]:
    """Subject, item, owner and evidence of an obligation about one staff row."""
    own = cite("staff", _["row"])
    return {
        "subject": _.person,
        "item": _["row"],
        "person": _.person,
        "unit": _.unit,
        "area": _.place,
        "evidence": [own, *more],
    }


@loop(
    "post.unvaccinated",
    name=("应种未种", "Not vaccinated at a post at risk"),
    severity="重",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.doses.*",),
    source=LODGED,
    rule=(
        "在重点岗位上的人接种满规定剂次，或有未接种说明。",
        "Who works at a post at risk has the doses demanded, or a record of why not.",
    ),
    reason=(
        "{subject} 自 {since} 起在岗（{unit}，{item}），接种剂次不够，也没有未接种说明",
        "{subject} has worked at {unit} since {since} ({item}) without the doses demanded, and nothing says why",
    ),
    remedy=("安排接种；拒绝或禁忌的登记说明", "Vaccinate; or record the refusal or the contraindication"),
)
def unvaccinated(t: Tables) -> ir.Table:
    rows = dosed(_of_post(_working(t), t, "doses", "needed", t.now), t)
    rows = lacking(rows.filter(rows.doses < rows.needed), t.refusals, "person")
    return hold(rows, since=_.since, **_who())


@loop(
    "post.refuser",
    name=("拒种在岗", "Refused vaccination, still at the post"),
    severity="急",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.doses.*",),
    source="S1.2 虽然疫苗是自愿接种，但如果不愿接种，就不能从事高风险工作",
    rule=(
        "拒绝接种的人，24 小时内接种满规定剂次或离岗。",
        "Who refuses vaccination has the doses demanded, or has left the post, within 24 hours.",
    ),
    reason=(
        "{subject} 于 {opens} 拒绝接种，{due} 后仍在岗（{unit}，{item}），剂次不够",
        "{subject} refused on {opens} and was still at {unit} ({item}) after {due} without the doses demanded",
    ),
    remedy=("调离岗位，按退岗流程管理；或接种", "Take the person off the post by the way out of it; or vaccinate"),
)
def refuser(t: Tables) -> ir.Table:
    refused = t.refusals.filter(_["kind"] == "拒绝")
    rows = t.stationed_staff.filter(_.since <= t.now)
    refused = pick(refused, "person", [refused["at"].asc(), refused["row"].asc()])
    rows = matching(rows, refused, "person", refused=_["at"], refusal=_["row"])
    rows = _of_post(rows, t, "doses", "needed", t.now)
    rows = dosed_at(rows.filter(rows.needed > 0), t, "needed")
    left = ibis.ifelse(rows.until <= t.now, rows.until, ibis.null("timestamp(6)"))
    rows = rows.mutate(ended=ibis.least(rows.dosed_at, left))
    return respond(
        rows,
        opens=_.refused,
        within=24,
        floor=_.since,
        closed=_.ended,
        **_who(cite("refusals", _.refusal)),
    )


@loop(
    "post.unlodged",
    name=("未集中管理", "Not lodged together"),
    severity="急",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.lodged.*",),
    source=LODGED,
    rule=(
        "规定集中居住的岗位，在岗的人集中居住。",
        "Who works at a post whose staff are to be lodged together is lodged there.",
    ),
    reason=(
        "{subject} 自 {since} 起在岗（{unit}，{item}），没有集中居住",
        "{subject} has worked at {unit} since {since} ({item}) and is not lodged there",
    ),
    remedy=("安排集中居住并登记，或调离岗位", "Lodge the person with the others, or take him off the post"),
)
def unlodged(t: Tables) -> ir.Table:
    rows = _working(t).filter(~_.lodged.fill_null(False))
    rows = _of_post(rows, t, "lodged", "demanded", t.now, text=True)
    return hold(rows.filter(_.demanded == "是"), since=_.since, **_who())


@loop(
    "post.untested",
    name=("岗位漏检", "Test of a post at risk missed"),
    severity="急",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.test_d.*",),
    source="S1.3 他是按管理规定定期进行核酸检测，主动发现的",
    rule=(
        "在重点岗位上的人按岗位规定的天数做核酸，由上岗或上次采样起算。",
        "Who works at a post at risk is tested every so many days, counted from the start or the last sample.",
    ),
    reason=(
        "{subject}（{unit}，{item}）自 {opens} 起应在 {due} 前做核酸，没有采样",
        "{subject} ({unit}, {item}) was to be tested by {due}, counted from {opens}; no sample",
    ),
    remedy=("立即采样；检测前不上岗", "Take a sample at once; off the post until tested"),
)
def untested(t: Tables) -> ir.Table:
    rows = owing(_of_post(_working(t), t, "test_d", "every", t.now), t, _.since)
    rows = rows.filter(rows.every > 0)
    rows = last_answer(rows, having(t.samples, rows, "person"), "person", at="sampled_at", name="tested")
    return repeat(rows, start=rows.since, last=rows.tested, every=rows.every, **_who())


@loop(
    "post.unlisted",
    name=("岗位漏登", "Works without being on the post roster"),
    severity="急",
    role="单位主体",
    subject="person",
    item="unit",
    source="S1.2 作为XXX人员怎么会感染?是哪个环节出现漏洞?……这类人员是要集中管理的",
    rule=(
        "搬运、销售进口冷链的人在重点岗位台账上。",
        "Whoever moves or sells imported cold-chain goods is on the roster of posts at risk.",
    ),
    reason=(
        "{subject} 于 {since} 在 {unit} 搬运或销售进口冷链，不在重点岗位台账上",
        "{subject} moved or sold imported goods at {unit} on {since} and is on no roster",
    ),
    remedy=("登记岗位，补种疫苗，补做核酸", "Put the person on the roster; vaccinate and test"),
)
def unlisted(t: Tables) -> ir.Table:
    works = t.lot_works.filter(_["kind"].isin(["搬运", "销售"]) & _.person.notnull() & (_["at"] > t.now - days(14)))
    works = having(works, t.lots.filter(_.imported), "lot")
    works = lacking(works, _working(t), "person")
    then = matching(
        works, t.staff, "person", where=lambda r: live(r.on_since, r.on_until, r["at"]),
        on_since=_.since, on_until=_.until,
    )  # fmt: skip
    works = lacking(works, then, "work")
    works = works.mutate(where=works.unit.fill_null(""))
    works = pick(works, ["person", "where"], [works["at"].asc(), works.work.asc()])
    works = attach(attach(works, t.stations, "unit", unit_area=_.area), t.homes, "person", home=_.area)
    return hold(
        works,
        since=_["at"],
        subject=_.person,
        item=_["where"],
        person=_.person,
        unit=_.unit,
        area=ibis.coalesce(works.unit_area, works.home),
        evidence=[cite("lot_works", _.work), cite("lots", _.lot)],
    )


def _left(t: Tables) -> ir.Table:
    """The staff rows whose people left a post that had to be lodged together when they left."""
    rows = t.stationed_staff.filter(_.until <= t.now)
    rows = _of_post(rows, t, "lodged", "demanded", rows.until, text=True)
    return rows.filter(rows.demanded == "是")


@loop(
    "post.exit_untested",
    name=("退岗未检", "Left the post untested"),
    severity="重",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.lodged.*",),
    source=EXIT,
    rule=(
        "从集中居住的岗位离岗的人，离岗后 24 小时内做核酸。",
        "Who leaves a post whose staff are lodged together is tested within 24 hours of leaving.",
    ),
    reason=(
        "{subject} 于 {opens} 离岗（{unit}，{item}），应在 {due} 前做核酸，没有采样",
        "{subject} left {unit} ({item}) on {opens} and was to be tested by {due}; no sample",
    ),
    remedy=("找到本人，立即采样", "Find the person and take a sample at once"),
)
def exit_untested(t: Tables) -> ir.Table:
    rows = _left(t)
    rows = first_answer(rows, t.samples, "person", at="sampled_at", since="until")
    return respond(rows, opens=_.until, within=24, closed=_.answered, **_who())


@loop(
    "post.exit_loose",
    name=("退岗未隔离", "Left the post without isolation"),
    severity="急",
    role="单位主体",
    subject="person",
    item="staff row",
    orders=("post.lodged.*",),
    source=EXIT,
    rule=(
        "从集中居住的岗位离岗的人，离岗后 24 小时内集中隔离。",
        "Who leaves a post whose staff are lodged together is in central isolation within 24 hours of leaving.",
    ),
    reason=(
        "{subject} 于 {opens} 离岗（{unit}，{item}），应在 {due} 前集中隔离，没有集中隔离记录",
        "{subject} left {unit} ({item}) on {opens} and was to be isolated by {due}; no such measure",
    ),
    remedy=("找到本人，转运至集中隔离点", "Find the person and bring him to an isolation site"),
)
def exit_loose(t: Tables) -> ir.Table:
    rows = _left(t)
    isolated = t.measures.filter((_["kind"] == "集中隔离") & (_.since <= t.now))
    met = matching(
        rows.select("row", "person", "until"), isolated, "person",
        where=lambda r: r.ended_at.isnull() | (r.ended_at > r.until), ended_at=_.ended_at, begun=_.since,
    )  # fmt: skip
    rows = attach(rows, met.group_by("row").agg(begun=_.begun.min()), "row", begun=_.begun)
    return respond(rows, opens=_.until, within=24, closed=_.begun, **_who())


@loop(
    "post.exit_final",
    name=("解除未检", "Released from the way out untested"),
    severity="重",
    role="单位主体",
    subject="person",
    item="measure",
    final=True,
    source=EXIT,
    rule=(
        "退岗人员最后一段管控解除前 48 小时内做过核酸。",
        "Before the last measure after a post ends, a sample was taken within 48 hours.",
    ),
    reason=(
        "{subject} 的退岗管控 {item} 于 {since} 解除，此前 48 小时没有采样",
        "Measure {item} of {subject} ended on {since} without a sample in the 48 hours before",
    ),
    remedy=(
        "补做核酸；责任单位整改并复查（整改闭环）",
        "Test now; it closes by a finding that was remedied and re-checked",
    ),
)
def exit_final(t: Tables) -> ir.Table:
    rows = t.measures.filter((_.ground == "重点岗位") & (_.since <= t.now))
    rows = pick(rows, "person", [rows.since.desc(), rows.measure.desc()])
    rows = rows.filter(rows.ended_at.notnull()).select("measure", "person", "ended_at")
    proof = matching(
        rows, t.samples, "person",
        where=lambda r: (r.sampled_at >= r.ended_at - days(2)) & (r.sampled_at <= r.ended_at), sampled_at=_.sampled_at,
    )  # fmt: skip
    rows = lacking(rows, proof, "measure")
    begun = t.stationed_staff.filter(_.since <= t.now)
    begun = pick(begun, "person", [begun.since.desc(), begun["row"].desc()])
    rows = attach(rows, begun, "person", unit=_.unit, staff_row=_["row"], unit_area=_.place)
    rows = attach(rows, t.homes, "person", home=_.area)
    return forbid(
        rows,
        since=_.ended_at,
        subject=_.person,
        item=_.measure,
        person=_.person,
        unit=_.unit,
        area=ibis.ifelse(rows.unit.notnull(), rows.unit_area, rows.home),
        evidence=[cite("measures", _.measure), cite("staff", _.staff_row)],
    )
