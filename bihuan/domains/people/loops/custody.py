"""Loops of custody (看管): a room each, five to one, nobody outside while a measure runs, nobody out untested."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import well, without_case_since
from bihuan.kernel.forms import forbid, hold, match
from bihuan.kernel.joins import attach, lacking, last_answer, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import END, cite, live, moment

CONFINED = ("集中隔离", "居家隔离")
FIVE = ("镇干部", "网格员", "医务人员", "民警", "志愿者")
LAWFUL = ("定点医院", "发热门诊", "检测机构", "隔离点")
"""Kinds of unit where a person under a measure may be."""


@loop(
    "measure.crowded",
    name=("未单间", "Not a room each"),
    severity="急",
    role="单位主体",
    subject="unit",
    item="unit/room",
    source="S5.3 坚决做到单人单户或“单人单间单卫”隔离",
    rule=(
        "集中隔离一人一间，陪护同住者除外。",
        "In central quarantine nobody shares a room, companions excepted.",
    ),
    reason=("{item} 自 {since} 起住有两名以上非陪护隔离人员", "{item} has held two or more since {since}"),
    remedy=("分开安置", "Move one to another room"),
)
def crowded(t: Tables) -> ir.Table:
    m = t.measures.filter((_.kind == "集中隔离") & live(_.since, _.ended_at, t.now))
    m = m.filter(m.unit.notnull() & m.room.notnull() & ~m.companion.fill_null(False))
    first = pick(m, ["unit", "room", "person"], [m.since.asc(), m.measure.asc()])
    order = ibis.window(group_by=[first.unit, first.room], order_by=[first.since.asc(), first.measure.asc()])
    ranked = first.mutate(place=ibis.row_number().over(order))
    second = ranked.filter(ranked.place == 1)
    second = attach(second, ranked.filter(ranked.place == 0), ["unit", "room"], earlier=_.measure)
    second = attach(second, t.stations, "unit", unit_area=_.area)
    return hold(
        second,
        since=_.since,
        subject=_.unit,
        item=second.unit + "/" + second.room,
        unit=_.unit,
        area=_.unit_area,
        evidence=[cite("measures", _.earlier), cite("measures", _.measure)],
    )


@loop(
    "measure.five",
    name=("五包一不全", "Five-to-one incomplete"),
    severity="常",
    role="镇干部",
    subject="person",
    item="role",
    source="S5.1 镇干部、村网格管理员、基层医务工作者、民警、志愿者等共同负责的“五包一”制度",
    rule=(
        "居家隔离、健康监测的人，镇干部、网格员、医务人员、民警、志愿者各有一名包保到人。",
        "Whoever is at home under a measure has a named town officer, grid worker, medic, police and volunteer.",
    ),
    reason=("自 {since} 起没有包保的{item}", "No {item} has answered for the person since {since}"),
    remedy=("指定包保人员，登记包保责任", "Name the officer and record the duty"),
)
def five(t: Tables) -> ir.Table:
    m = t.staged_measures.filter(_.kind.isin(["居家隔离", "健康监测"]) & live(_.since, _.ended_at, t.now))
    m = pick(m, "person", [m.since.asc(), m.measure.asc()])
    rows = m.mutate(wanted=ibis.array(list(FIVE)).unnest())
    return match(
        rows,
        t.duties.filter(_.person.notnull()),
        {"person": "person", "wanted": "role"},
        floor=_.since,
        subject=_.person,
        item=_.wanted,
        person=_.person,
        unit=_.unit,
        area=_.place,
        evidence=cite("measures", _.measure),
    )


@loop(
    "measure.breached",
    name=("脱管外出", "Outside while under a measure"),
    severity="急",
    role="镇干部",
    subject="person",
    item="measure/time",
    source="S5.3 决不允许出现脱管、漏管现象；S2m.3 坚决杜绝脱管漏管现象发生",
    rule=(
        "隔离期间不得在别处扫码、过卡；有外出的，此后须有阴性结果。",
        "Nobody in quarantine checks in elsewhere or passes a checkpoint; who did has a negative sample since.",
    ),
    reason=("隔离期间于 {since} 在外出现，此后没有阴性结果", "Seen outside at {since}, and no negative sample since"),
    remedy=("带回隔离，立即采样，查明途中接触", "Bring the person back, test now, trace the contacts"),
)
def breached(t: Tables) -> ir.Table:
    m = t.staged_measures.filter(_.kind.isin(list(CONFINED)) & (_.since <= t.now))
    m = m.select("measure", "person", "kind", "unit", "place", "since", "ended")
    # Where people were seen: only those who are under a measure matter, so they are joined first.
    stays = matching(m, t.check_ins, "person", where=_during, seen_at=_["at"], seen_unit=_.unit)
    stays = attach(stays, t.units, {"seen_unit": "unit"}, seen_kind=_.kind)
    stays = stays.filter(
        (stays.unit.isnull() | (stays.seen_unit != stays.unit)) & ~stays.seen_kind.isin(list(LAWFUL)).fill_null(False)
    )
    stays = stays.mutate(seen="check_ins:" + stays.person + "|" + stays.seen_unit + "|" + stays.seen_at.cast("string"))
    passed = matching(m, t.passages, "person", where=_during, seen_at=_["at"], seen=cite("passages", _.passage))
    columns = [*m.columns, "seen_at", "seen"]
    rows = ibis.union(stays.select(columns), passed.select(columns))
    held = matching(
        rows.select("person", "seen_at").distinct(),
        t.transfers,
        "person",
        where=lambda r: (r.handed_at <= r.seen_at) & (r.seen_at <= r.received_at),
        handed_at=_.handed_at,
        received_at=_.received_at.fill_null(moment(END)),
    )
    rows = well(lacking(rows, held, ["person", "seen_at"]), t, _.seen_at)
    negative = t.samples.filter((_.result == "阴") & _.resulted_at.notnull())
    rows = last_answer(rows, negative, "person", at="sampled_at", name="negative_at")
    rows = rows.filter(_.negative_at.isnull() | (_.negative_at < _.seen_at))
    minutes = rows.seen_at.strftime("%Y-%m-%dT%H:%M")
    return forbid(
        rows,
        since=_.seen_at,
        subject=_.person,
        item=rows.measure + "/" + minutes,
        person=_.person,
        unit=_.unit,
        area=_.place,
        role=ibis.ifelse(rows.kind == "集中隔离", "单位主体", "镇干部"),
        evidence=[cite("measures", _.measure), _.seen],
    )


def _during(r: ir.Table) -> ir.BooleanValue:
    return (r.seen_at >= r.since) & (r.seen_at < r.ended)


@loop(
    "measure.unproven",
    name=("未阴解除", "Released without a negative test"),
    severity="急",
    role="医务人员",
    subject="person",
    item="measure",
    source="S1.4 最后核酸检测没有问题了才能解除",
    rule=(
        "隔离期内最后一次采样为阴性才可解除。",
        "A quarantine ends only when the last sample taken in it is negative.",
    ),
    reason=("管控 {item} 解除时，期内最后一次检测不是已知阴性", "The last sample of {item} was not known negative"),
    remedy=("立即补检，结果出来前按未解除管理", "Test now; treat as not released until the result"),
)
def unproven(t: Tables) -> ir.Table:
    m = t.staged_measures.filter(_.kind.isin(list(CONFINED)) & _.ended_at.notnull())
    m = well(without_case_since(m, t), t, _.ended_at)
    s = t.samples
    taken = matching(
        m.select("measure", "person", "since", "ended_at"),
        s,
        "person",
        where=lambda r: r.sampled_at >= r.since,
        sample=s["sample"],
        sampled_at=s.sampled_at,
        negative=((s.result == "阴") & s.resulted_at.notnull()).fill_null(False),
    )
    newest = [_.sampled_at.desc(), _["sample"].desc()]
    last = pick(taken.filter(taken.sampled_at <= taken.ended_at), "measure", newest)
    proof = pick(taken.filter(taken.negative), "measure", newest)
    rows = matching(m, last, "measure", sample=last["sample"], sampled_at=_.sampled_at)
    rows = attach(rows, proof, "measure", proof=proof["sample"], proof_at=_.sampled_at)
    # That sample itself, or a later one, is known negative.
    proven = (rows.proof_at > rows.sampled_at) | ((rows.proof_at == rows.sampled_at) & (rows.proof >= rows["sample"]))
    rows = rows.filter(~proven.fill_null(False))
    return forbid(
        rows,
        since=_.ended_at,
        subject=_.person,
        item=_.measure,
        person=_.person,
        unit=_.unit,
        area=_.place,
        evidence=[cite("measures", _.measure), cite("samples", rows["sample"])],
    )
