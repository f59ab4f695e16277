"""Loops of aid (帮扶): nobody shut in alone, and nobody left behind when the household is taken away."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.views import owing
from bihuan.kernel.forms import repeat, respond
from bihuan.kernel.joins import attach, having, lacking, last_answer, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import BEGINNING, cite, live, midnight, moment
from bihuan.kernel.orders import governed

CHILD_YEARS = 14
"""Who is younger cannot look after himself."""

CARE = "S4.3.3 对独居老人、生活困难人员等群体及时开展临时救助，全力保障群众正常生活……坚决防止冲击道德底线"


@loop(
    "aid.missed",
    name=("帮扶缺位", "Shut in and not visited"),
    severity="急",
    role="网格员",
    subject="person",
    item="measure",
    orders=("aid_d",),
    source=CARE,
    rule=(
        "居家隔离的独居、需帮扶人员，每隔规定天数有一次走访帮扶。",
        "Who is isolated at home and lives alone or needs care is visited every so many days.",
    ),
    reason=(
        "{subject} 居家隔离（{item}），独居或需帮扶，自 {opens} 起应在 {due} 前走访，没有记录",
        "{subject} is isolated at home ({item}), alone or in need of care; a visit was due by {due}",
    ),
    remedy=("上门探访，送物资、送药并登记", "Visit, bring what is needed, record it"),
)
def missed(t: Tables) -> ir.Table:
    frail = t.people.filter(_.lives_alone.fill_null(False) | _.needs_care.fill_null(False))
    rows = t.staged_measures.filter((_["kind"] == "居家隔离") & live(_.since, _.ended_at, t.now))
    rows = owing(having(rows, frail, "person"), t, _.since)
    rows = last_answer(rows, t.aid, "person", name="visited")
    rows = rows.mutate(from_=ibis.greatest(rows.since, ibis.coalesce(rows.visited, rows.since)))
    rows = governed(rows, t, "aid_d", area=_.place, at=rows.from_)
    return repeat(
        rows,
        start=rows.since,
        last=rows.visited,
        every=rows.aid_d,
        subject=_.person,
        item=_.measure,
        person=_.person,
        unit=_.unit,
        area=_.place,
        evidence=[cite("measures", _.measure), cite("people", _.person)],
    )


@loop(
    "aid.left",
    name=("家中无人照料", "Left at home with nobody to care"),
    severity="急",
    role="村干部",
    subject="person",
    orders=("aid.left_h",),
    source=CARE,
    rule=(
        "家中能照料的人都被隔离或收治的，留下的未满 14 岁或需帮扶的人在规定小时内有人走访帮扶。",
        "Where everyone who could care is isolated or in hospital, the child or frail left at home gets aid in time.",
    ),
    reason=(
        "{subject} 家中能照料的人都不在家，自 {opens} 起应在 {due} 前有人走访，没有记录",
        "Everyone who could care for {subject} is away; aid was due by {due}, counted from {opens}",
    ),
    remedy=("立即上门，安排专人照料或陪护同住", "Go there at once; have somebody care for the person"),
)
def left(t: Tables) -> ir.Table:
    homes = having(t.people.filter(_.household.notnull()), t.away, "person").select("household").distinct()
    rows = having(t.people, homes, "household").select("person", "household", "area", "birth", "needs_care")
    born_after = midnight(t.now - ibis.interval(years=CHILD_YEARS))
    child = (rows.birth.cast("timestamp(6)") > born_after).fill_null(False)
    rows = rows.mutate(helpless=child | rows.needs_care.fill_null(False))
    rows = attach(rows, t.away, "person", gone=_.left, by=_.by)
    carers = rows.filter(~rows.helpless)
    abandoned = lacking(carers, carers.filter(carers.gone.isnull()), "household")
    last = pick(abandoned, "household", [abandoned.gone.desc(), abandoned.person.desc()])
    rows = matching(rows.filter(rows.helpless & rows.gone.isnull()), last, "household", alone_from=_.gone, taken=_.by)
    visits = having(t.aid, rows, "person")
    rows = last_answer(rows, visits, "person", name="visited")
    rows = rows.mutate(opens=ibis.greatest(rows.alone_from, rows.visited.fill_null(moment(BEGINNING))))
    rows = governed(rows, t, "aid.left_h", area=_.area, at=_.opens, name="left_h")
    return respond(
        rows,
        opens=_.opens,
        within=_.left_h,
        subject=_.person,
        person=_.person,
        area=_.area,
        evidence=[cite("people", _.person), _.taken],
    )
