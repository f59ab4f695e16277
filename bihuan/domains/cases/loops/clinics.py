"""Loops of clinics and pharmacies (首诊、药店哨点): fevers referred and tested, watched drugs sold by name."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import well
from bihuan.kernel.forms import forbid, respond
from bihuan.kernel.joins import attach, first_answer
from bihuan.kernel.loops import Tables, loop, view
from bihuan.kernel.moments import cite
from bihuan.kernel.orders import governed

FIRST = "S4.3.1 所有的医疗机构、诊所、药店都要落实首诊负责制，发现发热第一时间联系定点医疗机构闭环处理"
DRUGS = "S3.2.1 严格落实各类药店有关药品销售规定，把镇村各级医疗机构作为发现疑似病例和密切接触者的前哨"


@view
def fevers(t: Tables) -> ir.Table:
    """Visits with fever, with the clinic's ``place`` and ``clinic_kind``."""
    rows = attach(t.clinic_visits.filter(_.fever), t.stations, "unit", place=_.area)
    return attach(rows, t.units, "unit", clinic_kind=_["kind"])


@loop(
    "clinic.kept",
    name=("违规接诊", "Fever kept at a clinic"),
    severity="急",
    role="单位主体",
    subject="unit",
    item="visit",
    orders=("fever.refer_h",),
    source="S5.3 严禁个体诊所、村卫生室接诊发热等患者",
    rule=("诊所遇发热患者，规定小时内转诊。", "A clinic refers a fever within so many hours."),
    reason=("就诊 {item} 发热，应在 {due} 前转诊", "Visit {item} with fever was to be referred by {due}"),
    remedy=("立即转发热门诊，登记转诊", "Refer the person now and record it"),
)
def kept(t: Tables) -> ir.Table:
    rows = t.fevers.filter(_.clinic_kind == "诊所")
    rows = governed(rows, t, "fever.refer_h", area=_.place, at=rows["at"], name="refer_h")
    return respond(
        rows,
        opens=rows["at"],
        within=_.refer_h,
        closed=_.referred_at,
        subject=_.unit,
        item=_.visit,
        unit=_.unit,
        area=_.place,
        evidence=cite("clinic_visits", _.visit),
    )


@loop(
    "clinic.untested",
    name=("发热未检", "Fever not tested"),
    severity="急",
    role="单位主体",
    subject="person",
    item="visit",
    orders=("fever.test_h",),
    source=FIRST,
    rule=(
        "发热就诊后规定小时内采样（已是病例的除外）。",
        "Whoever came with fever is sampled in time.",
    ),
    reason=("发热就诊 {item} 应在 {due} 前采样", "Visit {item} with fever: a sample was due by {due}"),
    remedy=("找到患者立即采样", "Find the person and take a sample"),
)
def untested(t: Tables) -> ir.Table:
    rows = well(t.fevers, t, _["at"])
    rows = governed(rows, t, "fever.test_h", area=_.place, at=rows["at"], name="test_h")
    rows = first_answer(rows, t.samples, "person", at="sampled_at", since="at")
    return respond(
        rows,
        opens=rows["at"],
        within=_.test_h,
        closed=_.answered,
        subject=_.person,
        item=_.visit,
        person=_.person,
        unit=_.unit,
        area=_.place,
        evidence=cite("clinic_visits", _.visit),
    )


@loop(
    "clinic.lost",
    name=("转诊失联", "Referred and not arrived"),
    severity="急",
    role="镇干部",
    subject="person",
    item="visit",
    orders=("refer.arrive_h",),
    source=FIRST,
    rule=(
        "转诊后规定小时内到接诊机构就诊，或已转运、管控、收治。",
        "Whoever is referred visits that unit in time, or is handed over, controlled or isolated.",
    ),
    reason=("转诊 {item} 应在 {due} 前到诊", "Referral {item} was to arrive by {due}"),
    remedy=("查找患者，闭环送诊", "Find the person and bring him there"),
)
def lost(t: Tables) -> ir.Table:
    rows = t.clinic_visits.filter(_.referred_at.notnull() & _.referred_to.notnull())
    rows = attach(well(rows, t, _["at"]), t.homes, "person", home=_.area)
    rows = governed(rows, t, "refer.arrive_h", area=_.home, at=_.referred_at, name="arrive_h")
    visits = t.clinic_visits.select("person", "unit", arrived_at=_["at"])
    rows = first_answer(
        rows, visits, {"person": "person", "referred_to": "unit"}, at="arrived_at", since="referred_at", name="visited"
    )
    begun = t.measures.filter(_.since <= t.now)
    rows = first_answer(rows, t.transfers, "person", at="received_at", since="referred_at", name="received")
    rows = first_answer(rows, begun, "person", at="since", since="referred_at", name="controlled")
    rows = first_answer(rows, t.cases, "person", at="isolated_at", since="referred_at", name="isolated")
    return respond(
        rows,
        opens=_.referred_at,
        within=_.arrive_h,
        closed=ibis.least(rows.visited, rows.received, rows.controlled, rows.isolated),
        subject=_.person,
        item=_.visit,
        person=_.person,
        area=_.home,
        evidence=cite("clinic_visits", _.visit),
    )


@loop(
    "drug.untested",
    name=("购药未检", "Drug bought, not tested"),
    severity="重",
    role="网格员",
    subject="person",
    item="sale",
    orders=("drug.test_h",),
    source=DRUGS,
    rule=("购买登记药品后规定小时内采样。", "Whoever bought a watched drug is sampled within so many hours."),
    reason=("购药 {item} 应在 {due} 前采样", "Sale {item}: a sample was due by {due}"),
    remedy=("上门采样，问症状", "Take a sample at the door; ask for symptoms"),
)
def drug_untested(t: Tables) -> ir.Table:
    rows = attach(t.drug_sales.filter(_.person.notnull()), t.homes, "person", home=_.area)
    rows = governed(rows, t, "drug.test_h", area=_.home, at=rows["at"], name="test_h")
    rows = first_answer(rows, t.samples, "person", at="sampled_at", since="at")
    return respond(
        rows,
        opens=rows["at"],
        within=_.test_h,
        closed=_.answered,
        subject=_.person,
        item=_.sale,
        person=_.person,
        area=_.home,
        evidence=cite("drug_sales", _.sale),
    )


@loop(
    "drug.unnamed",
    name=("购药未登记", "Buyer not named"),
    severity="重",
    role="单位主体",
    subject="unit",
    item="sale",
    source=DRUGS,
    rule=("登记药品的销售写明购药人。", "A sale of a watched drug names the buyer."),
    reason=("销售 {item} 没有登记购药人", "Sale {item} names no buyer"),
    remedy=("补登购药人；补不了的立整改问题，复查销号", "Name the buyer; where nobody can, by a finding re-checked"),
    final=True,
)
def unnamed(t: Tables) -> ir.Table:
    rows = attach(t.drug_sales.filter(_.person.isnull()), t.stations, "unit", place=_.area)
    return forbid(
        rows,
        since=rows["at"],
        subject=_.unit,
        item=_.sale,
        unit=_.unit,
        area=_.place,
        evidence=cite("drug_sales", _.sale),
    )
