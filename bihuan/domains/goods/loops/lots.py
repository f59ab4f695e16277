"""Loops of cold-chain lots (进口冷链): where each comes from, where it went, and whether anybody looked at it."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.goods.views import PAPERS, answered_by, of_line
from bihuan.kernel.forms import balance, forbid, hold, parts, respond
from bihuan.kernel.joins import attach, first_answer, having, lacking, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import BEGINNING, cite, moment
from bihuan.kernel.orders import governed

WHERE = "S1.1 我问他们这东西是从哪里来的?到哪里去了?都搞不清楚"
PROOFS = "S1.2 进口冷链食品要具备“三全四证”，才能够在市场上销售"
SHOPS = ("农贸市场", "超市", "餐馆")
"""Where goods meet the public: nothing comes in that was not disinfected."""


def _about(*evidence: Any) -> dict[str, Any]:
    """Subject, owner and evidence of an obligation about one lot."""
    return {"subject": _.lot, "unit": _.answers, "area": _.place, "evidence": [cite("lots", _.lot), *evidence]}


def _root() -> Any:
    """The root's row, where it is another."""
    return cite("lots", ibis.ifelse(_.root == _.lot, ibis.null("string"), _.root))


def imported(t: Tables) -> ir.Table:
    return t.traced_lots.filter(_.imported)


@loop(
    "lot.papers",
    name=("四证不全", "Papers missing"),
    severity="重",
    role="单位主体",
    subject="lot",
    item="column",
    source=PROOFS,
    rule=(
        "进口冷链批次四证齐全：报关单、检验检疫证明、核酸检测证明、消毒证明；拆分的批次可用源头批次的。",
        "An imported lot has its four papers: customs form, inspection, test and disinfection certificates; a split lot"
        " may have its root's.",
    ),
    reason=("批次 {subject} 缺 {item}，源头批次也没有", "Lot {subject} lacks {item}, and so does its root"),
    remedy=("补齐证明；补不齐的下架封存", "Supply the paper; without it take the lot off sale and seal it"),
)
def papers(t: Tables) -> ir.Table:
    rows = imported(t)
    rows = parts(rows, {paper: rows[f"lacks_{paper}"] for paper in PAPERS})
    rows = rows.mutate(answers=rows.holder, place=rows.held_in)
    return hold(rows, since=ibis.coalesce(rows.entered, rows.recorded), item=_.part, **_about(_root()))


@loop(
    "lot.rootless",
    name=("来源不明", "Origin unknown"),
    severity="急",
    role="单位主体",
    subject="lot",
    source=WHERE,
    rule=(
        "进口冷链批次追得到源头：源头批次有入境口岸和入境时间，途中每个“拆自批次”都在台账上。",
        "An imported lot is traced to its root, which has a port and a time of entry; every lot on the way is known.",
    ),
    reason=(
        "批次 {subject} 追不到源头：没有入境口岸、入境时间，或拆自的批次不在台账上",
        "Lot {subject} cannot be traced: its root has no port or time of entry, or a lot on the way is unknown",
    ),
    remedy=("查清从哪里来并补登；查不清的封存", "Find out where it came from and record it; else seal it"),
)
def rootless(t: Tables) -> ir.Table:
    rows = imported(t)
    rows = rows.filter(rows.root_port.isnull() | rows.root_entered.isnull() | rows.lost)
    seen = ibis.union(
        t.lot_moves.select("lot", seen_at=_.sent_at),
        t.lot_works.select("lot", seen_at=_["at"]),
        t.lot_samples.select("lot", seen_at=_.sampled_at),
    )
    rows = attach(
        rows, having(seen, rows, "lot").group_by("lot").agg(seen_at=_.seen_at.min()), "lot", seen_at=_.seen_at
    )
    rows = rows.mutate(answers=rows.holder, place=rows.held_in)
    return hold(rows, since=ibis.coalesce(rows.entered, rows.seen_at, rows.recorded), **_about(_root()))


@loop(
    "lot.unreceived",
    name=("去向不明", "Sent and not received"),
    severity="重",
    role="单位主体",
    subject="lot",
    item="move",
    orders=("lot.receive_h",),
    source=WHERE,
    rule=("发出的冷链货物在规定小时内签收。", "What was sent is received within so many hours."),
    reason=(
        "批次 {subject} 于 {opens} 发出（{item}），应在 {due} 前签收，至今没有接收时间",
        "Lot {subject} was sent on {opens} ({item}), to be received by {due}; nobody has",
    ),
    remedy=("查清货到了哪里，由接收单位签收", "Find where it went; have the receiver sign for it"),
)
def unreceived(t: Tables) -> ir.Table:
    rows = attach(t.lot_moves, t.lot_holders, "lot", holder=_.holder)
    rows = answered_by(rows, t, ibis.coalesce(rows.from_unit, rows.holder))
    rows = governed(rows, t, "lot.receive_h", area=_.place, at=_.sent_at, name="receive_h")
    return respond(
        rows,
        opens=_.sent_at,
        within=_.receive_h,
        closed=_.received_at,
        item=_.move,
        **_about(cite("lot_moves", _.move)),
    )


def _entries(t: Tables) -> ir.Table:
    """lot, unit, at, came, went, cites: every weight (kg) that came to a unit or left it, of each lot."""
    nil = ibis.literal(0.0)
    moves = t.lot_moves
    gone = t.lot_works.filter(_["kind"].isin(["销售", "销毁"]))
    landed = t.lots.filter(_.port.notnull())
    first = t.first_moves
    begun = matching(t.lots.filter(_.port.isnull()), first, "lot", source=_.from_unit, sent_at=_.sent_at)
    split = t.lots.filter(_.split_from.notnull())
    split = matching(split, first, "lot", source=_.from_unit, sent_at=_.sent_at)

    def entry(rows: ir.Table, unit: Any, at: Any, came: Any, went: Any, cites: Any, lot: Any = _.lot) -> ir.Table:
        return rows.select(lot=lot, unit=unit, at=at, came=came, went=went, cites=cites)

    kg = _.kg
    every = ibis.union(
        entry(moves.filter(_.received_at.notnull()), _.to_unit, _.received_at, kg, nil, cite("lot_moves", _.move)),
        entry(moves, _.from_unit, _.sent_at, nil, kg, cite("lot_moves", _.move)),
        entry(gone, _.unit, _["at"], nil, kg.fill_null(0.0), cite("lot_works", _.work)),
        # A lot's own weight stands at its source, and a part's is drawn from there once the part has moved.
        entry(landed, _.port, moment(BEGINNING), kg, nil, cite("lots", _.lot)),
        entry(begun, _.source, _.sent_at, kg, nil, cite("lots", _.lot)),
        entry(split, _.source, _.sent_at, nil, kg, cite("lots", _.lot), lot=_.split_from),
    )
    return having(every.filter(every.unit.notnull()), t.lots, "lot")


@loop(
    "lot.unbacked",
    name=("账实不符", "More out than in"),
    severity="重",
    role="单位主体",
    subject="lot",
    item="unit",
    orders=("lot.tolerance",),
    source=WHERE,
    rule=(
        "一批货在一个单位，运出、销售、销毁和拆出的重量，不超过运入（及其来源处自有）的重量加允许比例。",
        "Of one lot at one unit, what was sent on, sold, destroyed or split off weighs no more than what came in (or"
        " was there at its source) and the share allowed.",
    ),
    reason=(
        "批次 {subject} 在 {item} 自 {since} 起出多于进",
        "Of lot {subject} more has left {item} than came in, since {since}",
    ),
    remedy=("盘点对账，查清多出的货从哪里来", "Count and reconcile; find where the surplus came from"),
)
def unbacked(t: Tables) -> ir.Table:
    entries = _entries(t)
    units = attach(entries.select("unit").distinct(), t.stations, "unit", place=_.area)
    units = governed(units, t, "lot.tolerance", area=_.place, at=t.now, name="tolerance")
    entries = matching(entries, units, "unit", place=_.place, tolerance=_.tolerance, in_force=_.in_force)
    return balance(
        entries,
        ["lot", "unit"],
        at=entries["at"],
        came=entries.came * (1 + entries.tolerance),
        went=entries.went,
        evidence=entries.cites,
        subject=_.lot,
        item=_.unit,
        unit=_.unit,
        area=_.place,
    )


@loop(
    "lot.unseen",
    name=("无人检测", "Nobody tested it"),
    severity="急",
    role="部门监管",
    subject="lot",
    orders=("lot.sample_h",),
    source="S1.1 海关说我们只抽检百分之几……这样大部分冷链食品都没人管，吓得我们一身冷汗",
    rule=(
        "进口冷链批次入境后规定小时内，本批或同源批次有采样，不论哪个部门采。",
        "Within so many hours of its entry somebody samples an imported lot, or one of its line.",
    ),
    reason=(
        "批次 {subject} 于 {opens} 入境，应在 {due} 前采样，没有一个部门采过",
        "Lot {subject} entered on {opens} and was to be sampled by {due}; no agency has",
    ),
    remedy=("立即采样，结果出来前封存", "Sample it now; seal it until the result"),
)
def unseen(t: Tables) -> ir.Table:
    rows = imported(t).filter(_.entered.notnull())
    rows = answered_by(rows, t, ibis.coalesce(rows.gate, rows.holder))
    rows = governed(rows, t, "lot.sample_h", area=_.place, at=_.entered, name="sample_h")
    taken = of_line(t.lots.select("lot"), t, t.lot_samples, taken=_.sampled_at)
    rows = first_answer(rows, taken, "lot", at="taken", since="entered")
    return respond(rows, opens=_.entered, within=_.sample_h, closed=_.answered, **_about(_root()))


@loop(
    "lot.undisinfected",
    name=("未消毒", "Not disinfected"),
    severity="重",
    role="单位主体",
    subject="lot",
    item="move",
    final=True,
    source="S1.3 农村的养老院、农贸市场、宗教活动场所、民俗餐馆等地方的消毒、登记、量体温核酸检测要做到位",
    rule=(
        "进口冷链批次进农贸市场、超市、餐馆前，本批或其上级批次已消毒。",
        "Before an imported lot is received at a market, a supermarket or a restaurant, it or an ancestor was"
        " disinfected.",
    ),
    reason=(
        "批次 {subject} 未经消毒，于 {since} 进了 {unit}（{item}）",
        "Lot {subject} was received at {unit} on {since} ({item}) and had not been disinfected",
    ),
    remedy=(
        "货品和场所补消毒；单位整改并复查（整改闭环）",
        "Disinfect goods and place; it closes by a finding that was remedied and re-checked",
    ),
)
def undisinfected(t: Tables) -> ir.Table:
    shops = t.units.filter(_["kind"].isin(list(SHOPS)))
    rows = having(t.lot_moves.filter(_.received_at.notnull()), shops, {"to_unit": "unit"})
    rows = having(rows, t.lots.filter(_.imported), "lot")
    cleaned = t.lot_works.filter(_["kind"] == "消毒").group_by("lot").agg(cleaned_at=_["at"].min())
    above = matching(t.lot_ancestors, cleaned, {"ancestor": "lot"}, cleaned_at=_.cleaned_at)
    cleaned = ibis.union(cleaned, above.select("lot", "cleaned_at")).group_by("lot").agg(cleaned_at=_.cleaned_at.min())
    clean = matching(
        rows, cleaned, "lot", where=lambda r: r.cleaned_at <= r.received_at, cleaned_at=_.cleaned_at
    )  # fmt: skip
    rows = lacking(rows, clean, "move")
    rows = answered_by(rows, t, rows.to_unit)
    return forbid(rows, since=_.received_at, item=_.move, **_about(cite("lot_moves", _.move)))
