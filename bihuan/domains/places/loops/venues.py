"""Loops of venues (场所): recorded every day, sampled on their rhythm, closed or shut where ordered."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import daily, forbid, foresee, hold, recur
from bihuan.kernel.joins import attach, lacking, last_answer, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite, days, nothing
from bihuan.kernel.orders import governed, listed

CHECKS = {"扫码": "scanned", "测温": "temperature", "口罩": "masks", "消毒": "disinfected"}
"""What an order may demand of a venue's day, and the column that says it was done."""

DAILY = "S1.3 养老院、农贸市场、宗教活动场所、民俗餐馆等地方的消毒、登记、量体温核酸检测要做到位；S3.2.3"


@loop(
    "venue.day",
    name=("日查不全", "Daily record incomplete"),
    severity="常",
    role="单位主体",
    subject="unit",
    item="date",
    orders=("venue.day.*",),
    final=True,
    source=DAILY,
    rule=(
        "正常营业的场所，近七个整日每日都有一行日查，规定各项为是；当日停业的，记营业为否即可。",
        "A venue of status 正常 has for each of the last seven full days a record with all demanded checks done, "
        "or one that says it was not open.",
    ),
    reason=("{subject} {item} 的日查缺行或缺项", "{subject} has no complete record of {item}"),
    remedy=(
        "从今日起逐日查全；已过的一日，立问题整改并复查（整改闭环）",
        "Record every day from now on; a day gone by closes by a finding that was remedied and re-checked",
    ),
)
def venue_day(t: Tables) -> ir.Table:
    rows = t.units.filter(_.status.fill_null("正常") == "正常").select("unit", "kind", "area", "status_since")
    rows = daily(rows, _.status_since, nothing())
    rows = governed(rows, t, "venue.day." + rows["kind"], area=_.area, at=_.day, name="demanded", text=True)
    rows = rows.mutate(**{f"need_{c}": listed(rows.demanded, name) for name, c in CHECKS.items()})
    rows = rows.filter(reduce(or_, [rows[f"need_{c}"] for c in CHECKS.values()]))

    record = t.venue_days.mutate(day=_.day.cast("timestamp(6)"), shut=~_["open"].fill_null(True))
    record = record.filter(record.day > t.now - days(9))
    done = {c: record[c].fill_null(False) for c in CHECKS.values()}
    kept = matching(
        rows,
        record,
        ["unit", "day"],
        where=lambda r: r.shut | reduce(and_, [r[c] | ~r[f"need_{c}"] for c in CHECKS.values()]),
        shut=_.shut,
        **done,
    )
    rows = lacking(rows, kept, ["unit", "day"])
    rows = attach(rows, record.group_by(["unit", "day"]).agg(by=record["row"].min()), ["unit", "day"], by=_.by)
    return hold(
        rows,
        since=rows.day + ibis.interval(days=1),
        subject=_.unit,
        item=rows.day.strftime("%Y-%m-%d"),
        unit=_.unit,
        area=_.area,
        evidence=[cite("units", _.unit), cite("venue_days", _.by)],
    )


@loop(
    "venue.unsampled",
    name=("环境漏检", "Surfaces not sampled"),
    severity="重",
    role="单位主体",
    subject="unit",
    orders=("venue.sample_d.*",),
    source="S4.3.4 坚持“人、物、环境”同防；S1.3 对农村重点人群、重点物品环境进行核酸检测",
    rule=(
        "须做环境采样的场所（未关停），每隔规定天数至少采一次环境样本。",
        "A venue of a kind to be sampled (not shut) has a sample of its surfaces once in so many days.",
    ),
    reason=("{subject} 应在 {due} 前做环境采样，没有样本", "{subject} was to have its surfaces sampled by {due}"),
    remedy=("采环境样本送检并登记", "Sample its surfaces and record it"),
)
def unsampled(t: Tables) -> ir.Table:
    rows = t.units.filter(_.status.fill_null("正常") != "关停")
    rows = governed(rows, t, "venue.sample_d." + rows["kind"], area=_.area, at=t.now, name="every")
    taken = t.samples.filter((_.of == "环境") & _.unit.notnull())
    rows = last_answer(rows, taken, "unit", at="sampled_at", name="sampled")
    return recur(
        rows,
        last=_.sampled,
        first=_.recorded_at,
        every=_.every,
        subject=_.unit,
        unit=_.unit,
        area=_.area,
        evidence=cite("units", _.unit),
    )


def _of_kind(t: Tables, key: str) -> ir.Table:
    """Units of a kind that the order ``key`` (a list of kinds) names now, with ``status`` filled and ``began``."""
    rows = governed(t.units, t, key, area=_.area, at=t.now, name="kinds", text=True)
    rows = rows.filter(listed(rows["kinds"], rows["kind"]))
    return rows.mutate(status=rows.status.fill_null("正常"), began=ibis.coalesce(rows.status_since, rows.recorded))


@loop(
    "venue.unclosed",
    name=("应封未封", "Not closed to outsiders"),
    severity="重",
    role="部门监管",
    subject="unit",
    orders=("venue.closed",),
    source="S4.3.3 精神病医院、养老机构、儿童福利院、羁押场所、社区各类学校……等重点场所要严格实施封闭管理",
    rule=(
        "标准列明必须封闭管理的场所，管控状态为封闭管理。",
        "A venue of a kind that the order closes to outsiders has the status 封闭管理.",
    ),
    reason=("{subject} 自 {since} 起没有封闭管理", "{subject} has not been closed to outsiders since {since}"),
    remedy=("落实封闭管理，登记管控状态", "Close it to outsiders and record the status"),
)
def unclosed(t: Tables) -> ir.Table:
    rows = _of_kind(t, "venue.closed")
    return foresee(
        rows.filter(rows.status != "封闭管理"),
        since=_.began,
        subject=_.unit,
        unit=_.unit,
        area=_.area,
        evidence=cite("units", _.unit),
    )


@loop(
    "venue.unshut",
    name=("应关未关", "Not shut"),
    severity="重",
    role="部门监管",
    subject="unit",
    item="date",
    orders=("venue.shut",),
    source="S4.3.3 社区棋牌室、麻将馆要坚决关停；S5.3 坚决关停KTV、棋牌室等场所；S3.2.3 该停的停，该关的关",
    rule=(
        "标准列明必须关停的场所已关停；已关停的任何场所，关停期间没有一日营业。",
        "A venue of a kind that the order shuts is shut; and a unit of any kind that is shut opens on no day.",
    ),
    reason=(
        "{subject} 自 {since} 起应关停而未关停，或已关停而当日营业",
        "{subject} has not been shut since {since}, or was shut then and opened that day",
    ),
    remedy=(
        "关停并登记管控状态；关停期间营业的一日，立问题整改并复查（整改闭环）",
        "Shut it and record the status; a day on which it opened closes by a finding remedied and re-checked",
    ),
)
def unshut(t: Tables) -> ir.Table:
    rows = _of_kind(t, "venue.shut")
    place = {"subject": _.unit, "unit": _.unit, "area": _.area}
    never = foresee(rows.filter(rows.status != "关停"), since=_.began, **place, evidence=cite("units", _.unit))
    shut = t.units.filter(_.status == "关停").select("unit", "area", "status_since")
    opened = matching(
        shut, t.venue_days.filter(_["open"]), "unit", day=_.day.cast("timestamp(6)"), by=_["row"]
    )  # fmt: skip
    opened = opened.filter(opened.status_since.isnull() | (opened.day >= opened.status_since))
    return ibis.union(
        never,
        forbid(
            opened,
            since=_.day,
            item=opened.day.strftime("%Y-%m-%d"),
            final=True,
            **place,
            evidence=[cite("venue_days", _.by), cite("units", _.unit)],
        ),
    )
