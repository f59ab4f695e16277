"""Loops of positive lots (追溯召回): sealed everywhere, never sold untested, and whoever handled them tested."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.goods.views import answered_by, of_line
from bihuan.domains.people.views import well
from bihuan.kernel.forms import forbid, respond
from bihuan.kernel.joins import attach, first_answer, having, lacking, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, days
from bihuan.kernel.orders import governed

POSITIVE = "S1.1 去年国庆我到XX市去检查冷链产品检测呈阳性的事情，我问他们这东西是从哪里来的?到哪里去了?都搞不清楚"


@loop(
    "lot.loose",
    name=("阳性未封控", "Positive and not sealed"),
    severity="急",
    role="单位主体",
    subject="lot",
    orders=("lot.seal_h",),
    source=POSITIVE,
    rule=(
        "本批或同源批次检出阳性，已签收的批次在出结果后规定小时内封存或销毁。",
        "When a lot or one of its line tests positive, every lot of the line that was received is sealed or destroyed"
        " within so many hours of the result.",
    ),
    reason=(
        "批次 {subject} 或其同源批次于 {opens} 检出阳性，应在 {due} 前封存或销毁，没有记录",
        "Lot {subject} or one of its line was positive on {opens}; it was to be sealed by {due} and is not",
    ),
    remedy=("立即封存，追查流向，无害化处理", "Seal it now, trace where it went, destroy it safely"),
)
def loose(t: Tables) -> ir.Table:
    received = t.lot_moves.filter(_.received_at.notnull())
    received = pick(received, "lot", [received.received_at, received.move])
    rows = matching(t.positive_lots, received, "lot", received_at=_.received_at, move=_.move)
    rows = attach(rows, t.lot_holders, "lot", holder=_.holder)
    rows = answered_by(rows, t, rows.holder)
    rows = governed(rows, t, "lot.seal_h", area=_.place, at=_.known_at, name="seal_h")
    seals = t.lot_works.filter(_["kind"].isin(["封存", "销毁"]))
    rows = first_answer(rows, seals, "lot", since="known_at", name="sealed_at")
    return respond(
        rows,
        opens=_.known_at,
        within=_.seal_h,
        floor=_.received_at,
        closed=_.sealed_at,
        subject=_.lot,
        unit=_.answers,
        area=_.place,
        evidence=[cite("lots", _.lot), cite("samples", _.positive), cite("lot_moves", _.move)],
    )


@loop(
    "lot.early",
    name=("未检先售", "Sold before it was tested"),
    severity="急",
    role="单位主体",
    subject="lot",
    item="work",
    final=True,
    source="S1.2 进口冷链食品要具备“三全四证”，才能够在市场上销售",
    rule=(
        "进口冷链批次销售时，本批或同源批次已有阴性结果，且没有阳性。",
        "When an imported lot is sold, a negative result of its line is known, and no positive one.",
    ),
    reason=(
        "批次 {subject} 于 {since} 销售（{item}），当时没有阴性结果，或已知阳性",
        "Lot {subject} was sold on {since} ({item}) when no negative result was known, or a positive one was",
    ),
    remedy=(
        "停售，追回已售出的，补检；单位整改并复查（整改闭环）",
        "Stop the sale, call back what was sold, test it; it closes by a finding that was remedied and re-checked",
    ),
)
def early(t: Tables) -> ir.Table:
    sold = having(t.lot_works.filter(_["kind"] == "销售"), t.lots.filter(_.imported), "lot")
    known = t.lot_samples.filter(_.resulted_at.notnull() & _.result.isin(["阴", "阳"]))
    lines = having(t.lots.select("lot"), sold, "lot")
    known = of_line(lines, t, known, result=_.result, resulted_at=_.resulted_at)
    known = known.group_by(["lot", "result"]).agg(known_at=_.resulted_at.min())
    by_then = matching(
        sold, known, "lot", where=lambda r: r.known_at <= r["at"], result=_.result, known_at=_.known_at
    )  # fmt: skip
    fine = lacking(by_then.filter(_.result == "阴"), by_then.filter(_.result == "阳"), "work")
    rows = lacking(sold, fine, "work")
    rows = attach(rows, t.lot_holders, "lot", holder=_.holder)
    rows = attach(rows, t.positive_lots, "lot", positive=_.positive)
    rows = answered_by(rows, t, ibis.coalesce(rows.unit, rows.holder))
    return forbid(
        rows,
        since=_["at"],
        subject=_.lot,
        item=_.work,
        unit=_.answers,
        area=_.place,
        evidence=[cite("lot_works", _.work), cite("lots", _.lot), cite("samples", _.positive)],
    )


@loop(
    "lot.handler",
    name=("从业未检", "Handled a positive lot, not tested"),
    severity="急",
    role="单位主体",
    subject="person",
    item="lot",
    orders=("lot.handler_h",),
    source="S1.2 这类人群接触的环境风险太大，他们也是处于有风险的人员",
    rule=(
        "批次自身检出阳性，阳性前十四天起搬运、销售过本批或同源批次的人，规定小时内做核酸。",
        "When a lot tests positive itself, whoever moved or sold of its line, from fourteen days before the result on,"
        " is tested within so many hours.",
    ),
    reason=(
        "{subject} 搬运或销售过阳性批次 {item} 或其同源批次，应在 {due} 前做核酸，没有采样",
        "{subject} handled positive lot {item} or one of its line and was to be tested by {due}; no sample",
    ),
    remedy=("找到本人，立即采样，结果出来前不上岗", "Find the person, sample at once; off work until the result"),
)
def handler(t: Tables) -> ir.Table:
    own = t.lot_samples.filter((_.result == "阳") & _.resulted_at.notnull())
    lots = having(t.positive_lots, own, "lot")
    works = t.lot_works.filter(_["kind"].isin(["搬运", "销售"]) & _.person.notnull())
    met = of_line(lots, t, works, person=_.person, worked_at=_["at"], work=_.work, unit=_.unit)
    met = met.filter(met.worked_at >= met.known_at - days(14))
    first = pick(met, ["lot", "person"], [met.worked_at, met.work])
    last = pick(met, ["lot", "person"], [met.worked_at.desc(), met.work.desc()])
    rows = attach(first, last, ["lot", "person"], answers=_.unit, last_work=_.work)
    rows = well(rows.mutate(opens=ibis.greatest(rows.known_at, rows.worked_at)), t, _.opens)
    rows = answered_by(rows, t, rows.answers)
    rows = governed(rows, t, "lot.handler_h", area=_.place, at=_.opens, name="handler_h")
    rows = first_answer(rows, having(t.samples, rows, "person"), "person", at="sampled_at", since="opens")
    last_work = ibis.ifelse(rows.last_work == rows.work, ibis.null("string"), rows.last_work)
    return respond(
        rows,
        opens=_.opens,
        within=_.handler_h,
        closed=_.answered,
        subject=_.person,
        item=_.lot,
        unit=_.answers,
        area=_.place,
        evidence=[
            cite("lots", rows.lot),
            cite("samples", rows.positive),
            cite("lot_works", rows.work),
            cite("lot_works", last_work),
        ],
    )
