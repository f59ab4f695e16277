"""What closes a hole: the ledger in which it is recorded, a new row or a correction, and what its form begins with.

A hole closes by facts alone; this only leads to the form in which the fact is written down.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from bihuan.audit import trail
from bihuan.desk import knowledge
from bihuan.kernel.ledger import Column, Ledger


@dataclass(frozen=True)
class Way:
    """One way to close it. ``edit``: the row that is cited is corrected; otherwise a row is added."""

    ledger: str
    edit: bool = False
    given: dict[str, str] = field(default_factory=dict)


def _new(ledger: str, **given: str) -> Way:
    return Way(ledger, given=given)


def _edit(ledger: str) -> Way:
    return Way(ledger, edit=True)


FINDING = _new("findings")
SAMPLE = _new("samples", of="人")

WAYS: dict[str, tuple[Way, ...]] = {
    "aid.left": (_new("aid"),),
    "aid.missed": (_new("aid"),),
    "area.unguarded": (_new("posts", kind="村口", mode="值守"),),
    "area.wild": (_new("duties", role="网格员"),),
    "arrival.absent": (_new("verifications", outcome="在"),),
    "arrival.over": (_edit("measures"),),
    "arrival.silent": (_edit("arrivals"),),
    "arrival.uncontrolled": (_new("measures", ground="来返"),),
    "arrival.under": (_new("measures", ground="来返"),),
    "arrival.unplaced": (_new("verifications", outcome="在"),),
    "arrival.unverified": (_new("verifications"),),
    "case.loose": (_edit("cases"),),
    "case.undecided": (_edit("cases"),),
    "case.unreported": (_edit("cases"),),
    "case.untraced": (_new("contacts"),),
    "chain.absent": (_new("duties"), _edit("absences")),
    "chain.grid": (_new("duties", role="网格员"),),
    "chain.overload": (_edit("duties"),),
    "chain.town": (_new("duties", role="县级领导"),),
    "chain.village": (_new("duties", role="镇干部"),),
    "clinic.kept": (_edit("clinic_visits"),),
    "clinic.lost": (_new("clinic_visits"),),
    "clinic.untested": (SAMPLE,),
    "contact.missed": (_new("contacts"),),
    "contact.uncontrolled": (_new("measures", ground="密接"),),
    "contract.lead": (_edit("contracts"),),
    "contract.liability": (_edit("contracts"),),
    "contract.licence": (_edit("contracts"),),
    "contract.procedure": (_edit("contracts"),),
    "contract.share": (_edit("contracts"),),
    "drug.unnamed": (_edit("drug_sales"), FINDING),
    "drug.untested": (SAMPLE,),
    "feed.late": (_new("feed_deliveries"),),
    "finding.overdue": (_edit("findings"),),
    "finding.recurs": (_edit("findings"),),
    "finding.unproven": (_edit("findings"),),
    "finding.vague": (_edit("findings"),),
    "gathering.banned": (FINDING,),
    "gathering.over": (FINDING,),
    "gathering.unapproved": (_edit("gatherings"),),
    "group.unmonitored": (_new("monitoring"),),
    "group.unvaccinated": (_new("vaccinations"), _new("refusals")),
    "guard.gap": (_new("shifts", role="值守人员"),),
    "guard.leaderless": (_new("shifts", role="带班领导"),),
    "guard.unsigned": (_edit("shifts"),),
    "inquiry.partial": (_edit("inquiries"),),
    "inquiry.slow": (_edit("inquiries"),),
    "inspect.never": (_new("inspections", announced="否"),),
    "instruction.idle": (_new("tasks"),),
    "livestock.uncertified": (_edit("livestock_moves"), FINDING),
    "livestock.undisinfected": (_edit("livestock_moves"),),
    "lot.early": (FINDING,),
    "lot.handler": (SAMPLE,),
    "lot.loose": (_new("lot_works", kind="封存"),),
    "lot.papers": (_edit("lots"),),
    "lot.rootless": (_edit("lots"),),
    "lot.unbacked": (_edit("lot_moves"),),
    "lot.undisinfected": (FINDING, _new("lot_works", kind="消毒")),
    "lot.unreceived": (_edit("lot_moves"),),
    "lot.unseen": (_new("samples", of="物"),),
    "measure.breached": (SAMPLE,),
    "measure.crowded": (_edit("measures"),),
    "measure.early": (_new("measures"),),
    "measure.five": (_new("duties"),),
    "measure.gap": (_new("measures"),),
    "measure.misdated": (_edit("measures"),),
    "measure.overstay": (_edit("measures"),),
    "measure.undocumented": (_edit("measures"),),
    "measure.unmonitored": (FINDING, _new("monitoring")),
    "measure.unproven": (SAMPLE,),
    "measure.untested": (SAMPLE,),
    "monitoring.fever": (SAMPLE,),
    "notice.undated": (_edit("notices"),),
    "order.differs": (_edit("orders"),),
    "passage.lost": (_new("verifications", outcome="在"),),
    "passage.nameless": (FINDING,),
    "passage.refused": (_new("passages", action="放行"),),
    "passage.waved": (FINDING,),
    "permit.refused": (_edit("refused_permits"),),
    "person.unknown": (_new("people"),),
    "plan.clash": (_edit("plan_assignments"),),
    "plan.dead": (_edit("plan_assignments"),),
    "plan.missing": (_new("emergency_plans"),),
    "plan.slow": (_edit("plan_assignments"), _edit("emergency_plans")),
    "plan.undrilled": (_new("drills"),),
    "plan.ungridded": (_new("plan_assignments"),),
    "plan.unmended": (_edit("emergency_plans"), _new("drills")),
    "post.exit_final": (FINDING, SAMPLE),
    "post.exit_loose": (_new("measures", ground="重点岗位", kind="集中隔离"),),
    "post.exit_untested": (SAMPLE,),
    "post.refuser": (_edit("staff"), _new("vaccinations")),
    "post.unlisted": (_new("staff", post="冷链搬运"),),
    "post.unlodged": (_edit("staff"),),
    "post.untested": (SAMPLE,),
    "post.unvaccinated": (_new("vaccinations"), _new("refusals")),
    "sample.overdue": (_edit("samples"),),
    "sample.pool": (SAMPLE,),
    "sample.unreported": (_new("cases"),),
    "site.beds": (_new("units", kind="隔离点"),),
    "site.failed": (_new("site_checks"),),
    "site.full": (_edit("measures"),),
    "site.leaderless": (_new("duties", role="县级领导"),),
    "site.unchecked": (_new("site_checks"),),
    "site.unguarded": (_new("posts", kind="隔离点", mode="值守"),),
    "stock.expired": (_new("stocks"),),
    "stock.short": (_new("stocks"),),
    "stock.stale": (_new("stocks"),),
    "task.overdue": (_edit("tasks"),),
    "task.vague": (_edit("tasks"),),
    "team.tracers": (_new("teams", kind="流调"),),
    "team.untrained": (_edit("teams"),),
    "ticket.late": (_edit("tickets"),),
    "ticket.unresolved": (_edit("tickets"),),
    "transfer.open": (_edit("transfers"),),
    "unit.unknown": (_new("units"),),
    "venue.day": (FINDING, _new("venue_days")),
    "venue.unclosed": (_edit("units"),),
    "venue.unsampled": (_new("samples", of="环境"),),
    "venue.unshut": (_edit("units"), FINDING),
}


def ways(hole: str) -> tuple[Way, ...]:
    """The ways of one hole; of a county's own loop, that of a finding."""
    return WAYS.get(hole, (FINDING,))


def about(hole: Any) -> trail.About:
    """The keys of the ledgers that a hole names."""
    said = knowledge.loops().get(hole.hole)
    return trail.about(
        knowledge.ledgers().values(),
        hole.subject_kind,
        hole.subject or "",
        hole.item or "",
        said.item if said else "",
        hole.evidence or "",
    )


MOST = 4
"""Rows to be corrected that are offered."""


def rows(way: Way, hole: Any) -> list[str]:
    """The keys of the rows that a correction may concern: those cited, else the subject's own."""
    named = about(hole)
    return sorted(named.evidence.get(way.ledger, set()) or named.keys.get(way.ledger, set()))[:MOST]


OTHERS = {("case.untraced", "person")}
"""Cells that must not begin with what the hole names: whom a case met is somebody else."""

CARRIED = {"measures": ("ground", "arrival", "contact", "order")}
"""What a new row takes over from the row of its ledger that the hole names: the next stage of a measure stands on what
the one before stood on."""


def before(ledger: Ledger, hole: Any) -> str:
    """The key of the row whose :data:`CARRIED` columns a new one takes over; empty where there is none."""
    named = about(hole)
    keys = named.keys.get(ledger.name, set()) or named.evidence.get(ledger.name, set())
    return next(iter(keys)) if ledger.name in CARRIED and len(keys) == 1 else ""


def begin(ledger: Ledger, hole: Any, way: Way, now: dt.datetime) -> dict[str, str]:
    """What the form of a new row begins with: what the hole names, and the present moment."""
    named = about(hole)
    values: dict[str, str] = {}
    for column in ledger.columns:
        value = way.given.get(column.name) or _named(ledger, column, hole, named)
        if not value and column.required and column.is_moment:
            value = f"{now:%Y-%m-%d %H:%M}" if column.type == "time" else f"{now:%Y-%m-%d}"
        if value:
            values[column.name] = value
    return values


def _named(ledger: Ledger, column: Column, hole: Any, named: trail.About) -> str:
    said = knowledge.loops().get(hole.hole)
    if (hole.hole, column.name) in OTHERS:
        return ""
    if ledger.name == "shifts" and column.name == "start" and hole.hole.startswith("guard."):
        return str(hole.item or "").replace("T", " ")  # the beginning of the gap
    if column.name in ledger.key:
        # A new row has a key of its own, but for whom or what no roll knows yet.
        return str(hole.subject) if hole.subject_kind == column.name and ledger.name in ("people", "units") else ""
    if column.refers:
        keys = named.keys.get(column.refers, set()) or named.evidence.get(column.refers, set())
        if len(keys) == 1:
            return next(iter(keys))
    if column.refers == "units" and hole.unit and column.name == "unit":
        return str(hole.unit)
    if column.type == "area":
        return str(hole.subject if hole.subject_kind == "area" else hole.area or "")
    if ledger.name == "findings":
        identity = "/".join(p for p in (hole.hole, hole.subject, hole.item) if p)
        return {"hole": identity, "text": hole.text_zh, "category": said.name[0] if said else hole.hole}.get(
            column.name, ""
        )
    if said and column.name == said.item and column.type in ("one", "text"):
        return str(hole.item or "")
    return ""
