"""Loops of hand-overs and checkpoints (转运、卡口): nobody waved on, turned away for nothing, or lost on the way."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import at_posts, well
from bihuan.kernel.forms import forbid, respond
from bihuan.kernel.joins import attach, first_answer, having, lacking, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import END, cite, moment
from bihuan.kernel.orders import governed

CHECK = "S5.2 三个交通健康服务点要把牢关口、严防死守……逐一查验48小时核酸证明、健康码、行程码，做到不漏一车、不漏一人"


@loop(
    "transfer.open",
    name=("转运未接收", "Handed over, not received"),
    severity="急",
    role="部门监管",
    subject="person",
    item="transfer",
    orders=("handover_h",),
    source="S1.2 人和物，从“国门”到“舱门”到“家门”，全部都要闭环管理",
    rule=(
        "转运移交后在规定小时内由接收方签收。",
        "Who is handed over is received by the other end within the hours allowed.",
    ),
    reason=(
        "{subject} 于 {opens} 移交（{item}），应在 {due} 前接收，至今没有接收时间",
        "{subject} was handed over on {opens} ({item}), to be received by {due}; nobody has",
    ),
    remedy=("联系押运人和接收单位，找到本人并签收", "Call escort and receiver, find the person, sign for him"),
)
def transfer_open(t: Tables) -> ir.Table:
    rows = attach(t.transfers, t.stations, {"to_unit": "unit"}, to_place=_.area)
    rows = attach(rows, t.stations, {"from_unit": "unit"}, from_place=_.area)
    rows = rows.mutate(place=ibis.coalesce(rows.to_area, rows.to_place, rows.from_place))
    rows = governed(rows, t, "handover_h", area=_.place, at=_.handed_at)
    return respond(
        rows,
        opens=_.handed_at,
        within=_.handover_h,
        closed=_.received_at,
        subject=_.person,
        item=_.transfer,
        person=_.person,
        unit=_.to_unit,
        area=_.place,
        evidence=cite("transfers", _.transfer),
    )


def _who() -> dict[str, Any]:
    return {
        "subject": _.post,
        "item": _.passage,
        "unit": _.post_unit,
        "area": _.post_area,
        "role": _.answers,
        "evidence": cite("passages", _.passage),
    }


@loop(
    "passage.waved",
    name=("违规放行", "Waved on"),
    severity="重",
    role="镇干部",
    subject="post",
    item="passage",
    final=True,
    source=CHECK,
    rule=(
        "48 小时核酸、健康码、行程码有一项不合格的，不放行；空着的不算。",
        "Nobody is let pass whose test, health code or travel code fails; an empty cell is no failure.",
    ),
    reason=(
        "{subject} 于 {since} 放行了查验不合格的人（{item}）",
        "{subject} let somebody pass on {since} whose papers failed ({item})",
    ),
    remedy=(
        "追到本人检测管控；点位整改并复查（整改闭环）",
        "Trace and test the person; it closes by a finding that was remedied and re-checked",
    ),
)
def waved(t: Tables) -> ir.Table:
    passed = t.passages.filter(_.action == "放行")
    failed = (
        (passed.test_ok == ibis.literal(False)).fill_null(False)
        | passed["code"].isin(["黄", "红", "未验"]).fill_null(False)
        | (passed.trip_ok == ibis.literal(False)).fill_null(False)
    )
    return forbid(at_posts(passed.filter(failed), t), since=_["at"], **_who())


@loop(
    "passage.refused",
    name=("一拒了之", "Turned away for nothing"),
    severity="重",
    role="镇干部",
    subject="post",
    item="passage",
    orders=("permit.pass_h",),
    source="S4.3.3 坚决防止……对外来人口“一拒了之”",
    rule=(
        "查验合格的人被劝返，规定小时内放行；病例和隔离中的人不在此列。",
        "Who was turned away though all papers were in order is let pass in time; not the ill nor the isolated.",
    ),
    reason=(
        "{subject} 于 {opens} 劝返了查验合格的人（{item}），应在 {due} 前放行，至今没有放行记录",
        "{subject} turned away on {opens} somebody in order ({item}), to be let pass by {due}; no record of it",
    ),
    remedy=("联系本人放行，向点位讲清标准", "Let the person pass; tell the post what holds"),
)
def refused(t: Tables) -> ir.Table:
    rows = t.passages.filter((_.action == "劝返") & _.test_ok & (_["code"] == "绿") & _.trip_ok)
    rows = rows.select("passage", "post", "person", "plate", "at")
    rows = well(rows, t, _["at"])
    shut = t.measures.filter(_["kind"].isin(["集中隔离", "居家隔离"]))
    shut = matching(
        rows, shut, "person", where=lambda r: (r["at"] >= r.begun) & (r["at"] < r.ended),
        begun=_.since, ended=_.ended_at.fill_null(moment(END)),
    )  # fmt: skip
    rows = at_posts(lacking(rows, shut, "passage"), t)
    rows = governed(rows, t, "permit.pass_h", area=_.post_area, at=_["at"], name="pass_h")
    passed = t.passages.filter(_.action == "放行")
    # A passage that names nobody is answered by its car, whoever sits in it.
    rows = rows.mutate(car=ibis.ifelse(rows.person.isnull(), rows.plate, ibis.null("string")))
    rows = first_answer(rows, passed, "person", since="at", name="person_passed")
    rows = first_answer(rows, passed, {"car": "plate"}, since="at", name="car_passed")
    closed = ibis.coalesce(rows.person_passed, rows.car_passed)
    return respond(rows, opens=_["at"], within=_.pass_h, closed=closed, **_who())


@loop(
    "passage.nameless",
    name=("登车不登人", "Car registered, nobody named"),
    severity="常",
    role="镇干部",
    subject="post",
    item="passage",
    final=True,
    source=CHECK,
    rule=("过卡口的每个人都登记证件号码。", "Everybody who passes a post is registered by name."),
    reason=("{subject} 于 {since} 只登车、没有登人（{item}）", "{subject} named nobody on {since} ({item})"),
    remedy=(
        "查到车上的人补查；点位整改并复查（整改闭环）",
        "Trace who sat in the car; it closes by a finding that was remedied and re-checked",
    ),
)
def nameless(t: Tables) -> ir.Table:
    return forbid(at_posts(t.passages.filter(_.person.isnull()), t), since=_["at"], **_who())


@loop(
    "passage.lost",
    name=("过卡失联", "Lost after the post"),
    severity="急",
    role="镇干部",
    subject="person",
    item="passage",
    orders=("passage.verify_h",),
    source="S4.3.1 坚决守好外来及返乡人口、车辆，做到外来人员一个不漏第一时间服务监管到位",
    rule=(
        "卡口移交的人，规定小时内有核查、转运或新的管控。",
        "Who is handed over at a post is verified, moved or under a new measure within the hours allowed.",
    ),
    reason=(
        "{subject} 于 {opens} 由卡口移交（{item}），到 {due} 没有核查、转运或管控记录",
        "{subject} was handed over at a post on {opens} ({item}); by {due} nobody had verified or controlled him",
    ),
    remedy=("找到本人，核查并按规定管控", "Find the person, verify, and control as ordered"),
)
def lost(t: Tables) -> ir.Table:
    rows = t.passages.filter((_.action == "移交") & _.person.notnull()).select("passage", "person", "at")
    rows = attach(rows, t.homes, "person", home=_.area)
    rows = governed(rows, t, "passage.verify_h", area=_.home, at=_["at"], name="verify_h")
    arrivals = having(t.arrivals, rows, "person")
    verified = matching(t.verifications.select("arrival", "at"), arrivals, "arrival", person=_.person)
    answers = ibis.union(
        verified.select("person", "at"),
        t.transfers.select("person", at=_.handed_at),
        t.measures.filter(_.since <= t.now).select("person", at=_.since),
    )
    rows = first_answer(rows, answers, "person", since="at")
    return respond(
        rows,
        opens=_["at"],
        within=_.verify_h,
        closed=_.answered,
        subject=_.person,
        item=_.passage,
        person=_.person,
        area=_.home,
        evidence=cite("passages", _.passage),
    )
