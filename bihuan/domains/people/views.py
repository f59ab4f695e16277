"""Views of people: who is ill, which arrivals count, what a measure is for and when it ends."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, lacking, matching
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import END, LEVELS, days, moment
from bihuan.kernel.orders import governed

RANKS = {"集中隔离": 3, "居家隔离": 2, "健康监测": 1}
"""How strict a kind of measure is; also the order of the stages of a grade, strictest first."""

LEVEL_RANKS = {"高": 3, "中": 2, "低": 1}
"""Risk levels, the highest first."""


def rank(kind: Any) -> Any:
    """Rank of a kind of measure: 3, 2, 1; null for none."""
    return ibis.cases(*[(kind == k, r) for k, r in RANKS.items()])


def stage_days(stages: Any, kind: Any) -> Any:
    """Days of one kind in a value such as 14+7+0."""
    return ibis.cases(*[(kind == k, stages.split("+")[i].strip().cast("float64")) for i, k in enumerate(RANKS)])


def first_stage(stages: Any) -> Any:
    """The rank of the first stage of more than 0 days: the required kind; null where nothing is required."""
    return ibis.cases(*[(stages.split("+")[i].strip().cast("float64") > 0, r) for i, r in enumerate(RANKS.values())])


# ── illness ─────────────────────────────────────────────────────────────────────────────────────


@view
def illnesses(t: Tables) -> ir.Table:
    """case, person, began, recovered (END while not): the cases that began."""
    began = ibis.coalesce(_.positive_at, _.reported_at, _.confirmed_at, _.isolated_at)
    rows = t.cases.select("case", "person", began=began, recovered=_.recovered_at.fill_null(moment(END)))
    return rows.filter(rows.began.notnull())


@view
def patients(t: Tables) -> ir.Table:
    """person, until, latest: he owes nothing for what began before ``until``; his last case began at ``latest``."""
    return t.illnesses.group_by("person").agg(until=_.recovered.max(), latest=_.began.max())


def owing(rows: ir.Table, t: Tables, began: Any) -> ir.Table:
    """Without those who owe nothing since they were patients when it began (loops.md, *Patients*)."""
    rows = attach(rows.mutate(owed_from=began), t.patients, "person", patient_until=_.until)
    owe = rows.patient_until.isnull() | (rows.owed_from >= rows.patient_until)
    return rows.filter(owe).drop("patient_until", "owed_from")


def well(rows: ir.Table, t: Tables, at: Any) -> ir.Table:
    """Without those who were ill at the moment: a case begun by then and not recovered by then."""
    rows = rows.mutate(well_at=at)
    asked = rows.select("person", "well_at").distinct()
    ill = matching(
        asked, t.illnesses, "person", where=lambda r: (r.well_at >= r.began) & (r.well_at < r.recovered),
        began=_.began, recovered=_.recovered,
    )  # fmt: skip
    return lacking(rows, ill, ["person", "well_at"]).drop("well_at")


def without_case_since(rows: ir.Table, t: Tables, since: str = "since") -> ir.Table:
    """Without those of whom a case began at or after the measure's since, recovered or not."""
    rows = attach(rows, t.patients, "person", latest_case=_.latest)
    return rows.filter(rows.latest_case.isnull() | (rows.latest_case < rows[since])).drop("latest_case")


# ── arrivals ────────────────────────────────────────────────────────────────────────────────────


@view
def graded_arrivals(t: Tables) -> ir.Table:
    """Every arrival with ``grade`` (境外, 高, 中, 低; null: it does not count), ``came`` (arrived_at, else left_at) and
    ``known_at`` (the earliest of declared_at, arrived_at and its sightings; with none of them left_at)."""
    a = t.arrivals
    a = a.mutate(abroad=a.abroad.fill_null(False))
    inland = a.filter(~a.abroad & a.from_area.notnull())
    codes = inland.select(
        "arrival", "left_at", code=ibis.array([inland.from_area.substr(0, n) for n in LEVELS]).unnest()
    )
    risks = t.risk_areas
    risks = risks.select(
        risk=risks.area,
        level=ibis.cases(*[(risks.level == k, v) for k, v in LEVEL_RANKS.items()]),
        since=risks.since,
        until=risks.until.fill_null(moment(END)),
    )
    met = matching(
        codes.distinct(), risks, {"code": "risk"}, where=lambda r: (r.left_at >= r.since) & (r.left_at < r.until),
        level=_.level, since=_.since, until=_.until,
    )  # fmt: skip
    a = attach(a, met.group_by("arrival").agg(highest=_.level.max()), "arrival", highest=_.highest)
    a = attach(a, t.sightings.group_by("arrival").agg(seen=_.at.min()), "arrival", seen=_.seen)
    grade = ibis.cases((a.abroad, "境外"), *[(a.highest == v, k) for k, v in LEVEL_RANKS.items()])
    known = ibis.coalesce(ibis.least(a.declared_at, a.arrived_at, a.seen), a.left_at)
    return a.mutate(grade=grade, came=ibis.coalesce(a.arrived_at, a.left_at), known_at=known).drop("highest", "seen")


# ── measures ────────────────────────────────────────────────────────────────────────────────────


@view
def staged_measures(t: Tables) -> ir.Table:
    """Every measure with its ``grade`` (null: none), ``rank``, ``stages`` and ``days`` of its kind (by the order in
    force at its since), ``end_due`` (E: planned_until, else since + days; null: none), ``ended`` (END while not), and
    ``place``: the area it counts in (its own, else its unit's, else the person's home)."""
    m = attach(t.measures, t.graded_arrivals, "arrival", arrival_grade=_.grade)
    m = attach(m, t.stations, "unit", unit_area=_.area)
    m = attach(m, t.homes, "person", home=_.area)
    grade = ibis.cases(
        (m.ground == "来返", m.arrival_grade),
        (m.ground == "密接", "密接"),
        (m.ground == "次密接", "次密接"),
        (m.ground == "重点岗位", "退岗"),
    )
    m = m.mutate(
        grade=grade,
        rank=rank(m.kind),
        place=ibis.coalesce(m.area, m.unit_area, m.home),
        ended=m.ended_at.fill_null(moment(END)),
    ).drop("arrival_grade", "unit_area", "home")
    m = governed(m, t, "measure." + m.grade, area=_.place, at=_.since, name="stages", text=True).drop("in_force")
    m = m.mutate(days=stage_days(m.stages, m.kind))
    return m.mutate(end_due=ibis.coalesce(m.planned_until, m.since + days(m.days)))


# ── posts of guard ──────────────────────────────────────────────────────────────────────────────


def at_posts(rows: ir.Table, t: Tables) -> ir.Table:
    """Rows (with ``post``) with the unit and the area of their post, and ``answers``: the role that answers for it."""
    rows = attach(rows, t.posts, "post", post_unit=_.unit, post_area=_.area)
    return rows.mutate(answers=ibis.ifelse(rows.post_unit.notnull(), "单位主体", "镇干部"))
