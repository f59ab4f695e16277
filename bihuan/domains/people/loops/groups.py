"""Loops of key groups (重点人群): vaccinated and watched, nobody left out; and every fever reading acted on."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.presence import dosed
from bihuan.domains.people.views import well
from bihuan.kernel.forms import hold, repeat, respond
from bihuan.kernel.joins import attach, first_answer, having, lacking, last_answer
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, live
from bihuan.kernel.orders import governed


def _members(t: Tables, key: str, name: str) -> ir.Table:
    """The group rows live now that the parameter of their group asks something of, with ``home`` and ``began``."""
    rows = t.groups.filter(live(_.since, _.until, t.now))
    rows = attach(rows, t.homes, "person", home=_.area)
    rows = governed(rows, t, f"group.{key}." + rows["group"], area=_.home, at=t.now, name=name)
    rows = rows.filter(rows[name] > 0)
    return rows.mutate(began=ibis.coalesce(rows.since, rows.recorded))


@loop(
    "group.unvaccinated",
    name=("重点人群漏种", "Member of a key group not vaccinated"),
    severity="常",
    role="网格员",
    subject="person",
    item="group row",
    orders=("group.doses.*",),
    source="S1.4 该接种的重点人群一定要全部接种到位，所有重点场所、高危人群都要接种",
    rule=(
        "重点人群接种满规定剂次，或有未接种说明。",
        "A member of a key group has the doses demanded, or a record of why not.",
    ),
    reason=(
        "{subject} 自 {since} 起属重点人群（{item}），接种剂次不够，也没有未接种说明",
        "{subject} has belonged to a key group since {since} ({item}) without the doses demanded",
    ),
    remedy=("上门动员接种；拒绝或禁忌的登记说明", "Call and vaccinate; or record refusal or contraindication"),
)
def unvaccinated(t: Tables) -> ir.Table:
    rows = dosed(_members(t, "doses", "needed"), t)
    rows = lacking(rows.filter(rows.doses < rows.needed), t.refusals, "person")
    return hold(
        rows,
        since=_.began,
        subject=_.person,
        item=_["row"],
        person=_.person,
        area=_.home,
        evidence=cite("groups", _["row"]),
    )


@loop(
    "group.unmonitored",
    name=("重点人群漏访", "Member of a key group not monitored"),
    severity="常",
    role="网格员",
    subject="person",
    item="group row",
    orders=("group.monitor_d.*",),
    source="S2m.3 进一步加强重点人群的管控……学生、老人等重点人群的健康监测",
    rule=(
        "重点人群每隔规定天数有一次健康监测；被集中隔离或收治的除外。",
        "A member of a key group is monitored every so many days, unless isolated or in hospital.",
    ),
    reason=(
        "{subject}（{item}）自 {opens} 起应在 {due} 前做健康监测，没有记录",
        "{subject} ({item}) was to be monitored by {due}, counted from {opens}; no reading",
    ),
    remedy=("上门或电话监测并登记", "Visit or call, and record it"),
)
def unmonitored(t: Tables) -> ir.Table:
    rows = lacking(_members(t, "monitor_d", "every"), t.away, "person")
    rows = last_answer(rows, having(t.monitoring, rows, "person"), "person", name="read_at")
    return repeat(
        rows,
        start=rows.began,
        last=rows.read_at,
        every=rows.every,
        subject=_.person,
        item=_["row"],
        person=_.person,
        area=_.home,
        evidence=cite("groups", _["row"]),
    )


@loop(
    "monitoring.fever",
    name=("发热未处置", "Fever not acted on"),
    severity="急",
    role="医务人员",
    subject="person",
    item="monitoring row",
    orders=("fever.degrees", "fever.act_h"),
    source="S4.3.1 一旦发现发热及其他身体异常人员，要第一时间联系定点医疗机构闭环处理",
    rule=(
        "监测到发热或症状的人，规定小时内采样、转运或就诊。",
        "Who has a fever or symptoms is sampled, moved or seen by a clinic within the hours allowed.",
    ),
    reason=(
        "{subject} 于 {opens} 发热或有症状（{item}），到 {due} 没有采样、转运或就诊",
        "{subject} had a fever or symptoms on {opens} ({item}); by {due} no sample, transfer or visit",
    ),
    remedy=("联系定点医疗机构，闭环转运，采样", "Call the designated hospital, move in closed loop, sample"),
)
def fever(t: Tables) -> ir.Table:
    # Most readings are below any limit: they leave before the order in force is looked up for each.
    limits = t.orders_in_force.filter(_.key == "fever.degrees").agg(least=_.number.min())
    rows = t.monitoring.mutate(ailing=(_.symptoms.notnull() & ~_.symptoms.isin(["无", "正常"])).fill_null(False))
    rows = rows.cross_join(limits).filter(lambda r: r.ailing | (r.temperature >= r["least"]).fill_null(False))
    rows = rows.select("row", "person", "at", "temperature", "ailing")
    rows = attach(rows, t.homes, "person", home=_.area)
    rows = governed(rows, t, "fever.degrees", area=_.home, at=_["at"], name="degrees")
    rows = rows.filter(rows.ailing | (rows.temperature >= rows.degrees).fill_null(False))
    rows = governed(well(rows, t, _["at"]), t, "fever.act_h", area=_.home, at=_["at"], name="act_h")
    acts = ibis.union(
        t.samples.filter(_.person.notnull()).select("person", at=_.sampled_at),
        t.transfers.select("person", at=_.handed_at),
        t.clinic_visits.select("person", at=_["at"]),
    )
    rows = first_answer(rows, acts, "person", since="at")
    return respond(
        rows,
        opens=_["at"],
        within=_.act_h,
        closed=_.answered,
        subject=_.person,
        item=_["row"],
        person=_.person,
        area=_.home,
        evidence=cite("monitoring", _["row"]),
    )
