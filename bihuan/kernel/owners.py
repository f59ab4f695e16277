"""Owners (责任人): who must act on a hole, and who above him once it ages.

Contract: loops.md, *Owners*. A live duty of the role on the subject's person, else on its unit, else on the nearest
area at or above, whose officer is not absent now (several: the earliest since, then the lowest key); nobody found: the
next role up, sought the same way.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from bihuan.kernel.joins import attach, lacking, matching, pick
from bihuan.kernel.ladders import STEP_H
from bihuan.kernel.moments import LEVELS, live, now


def present_duties(duties: ir.Table, absences: ir.Table) -> ir.Table:
    """The duties live now of officers who are not absent now."""
    alive = duties.filter(live(duties.since, duties.until, now()))
    away = absences.filter(live(absences.since, absences.until, now())).select("officer")
    return lacking(alive, away, "officer")


def _targets(duties: ir.Table) -> ir.Table:
    """The officer of each role on each person, unit and area: kind, target, role, officer."""
    d = duties.mutate(
        kind=ibis.cases((duties.person.notnull(), "person"), (duties.unit.notnull(), "unit"), else_="area"),
        target=ibis.coalesce(duties.person, duties.unit, duties.area),
    )
    d = d.filter(d.target.notnull())
    best = pick(d, ["kind", "target", "role"], [d.since.asc(), d.duty.asc()])
    return best.select("kind", "target", "role", "officer")


def found_officers(addresses: ir.Table, duties: ir.Table, ladders: ir.Table) -> ir.Table:
    """person, unit, seek, role → officer, for each distinct address; addresses nobody fills are not in it.

    ``addresses`` has the columns person, unit, seek (area code), role (any may be null but role); ``duties`` the
    present ones; ``ladders`` role, step, rung.
    """
    targets = _targets(duties)
    climbing = matching(addresses, ladders, "role", step=ibis._.step, rung=ibis._.rung)

    # Thousands of addresses share an area: it is climbed once for each area and role, not for each address.
    seeks = climbing.filter(climbing.seek.notnull()).select("seek", "rung").distinct()
    levels = seeks.mutate(code=ibis.array([seeks.seek.substr(0, n) for n in LEVELS]).unnest()).distinct()
    above = matching(
        levels, targets.filter(targets.kind == "area"), {"code": "target", "rung": "role"}, officer=ibis._.officer
    )
    nearest = pick(above, ["seek", "rung"], [above.code.length().desc()])
    rows = climbing
    for kind in ("person", "unit"):
        ours = targets.filter(targets.kind == kind)
        rows = attach(rows, ours, {kind: "target", "rung": "role"}, **{f"of_{kind}": ibis._.officer})
    rows = attach(rows, nearest, ["seek", "rung"], of_area=ibis._.officer)
    rows = rows.mutate(officer=ibis.coalesce(rows.of_person, rows.of_unit, rows.of_area))
    found = rows.filter(rows.officer.notnull())
    return found.group_by(["person", "unit", "seek", "role"]).agg(officer=found.officer.argmin(found.step))


def escalated_role(rows: ir.Table, ladders: ir.Table) -> ir.Table:
    """Rows (severity, role, ob_since, ob_taken) with ``up_role``: the role to which a hole has gone up; null: not yet.

    A hole that has stood for 24 h (急: 4 h) goes up one role, and one more for each such span; the top stays. A named
    officer's first step is the role that his hole falls to.
    """
    stood = now().epoch_seconds() - rows.ob_since.epoch_seconds()
    span = ibis.cases(*[(rows.severity == s, h * 3600) for s, h in STEP_H.items()])
    rows = rows.mutate(up_spans=(stood / span).floor().cast("int64"))
    rows = attach(rows, ladders.group_by("role").agg(top=ibis._.step.max()), "role", up_top=ibis._.top)
    named = rows.ob_taken.notnull().ifelse(1, 0)
    rows = rows.mutate(up_step=ibis.least(rows.up_spans - named, rows.up_top))
    rows = rows.mutate(up_step=ibis.ifelse(rows.up_spans >= 1, rows.up_step, ibis.null("int64")))
    rows = attach(rows, ladders, {"role": "role", "up_step": "step"}, up_role=ibis._.rung)
    return rows.drop("up_spans", "up_top", "up_step")
