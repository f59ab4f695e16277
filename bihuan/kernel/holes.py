"""Holes (漏洞): the obligations that are overdue, each with its owner and to whom it has gone up.

The engine gathers the obligations of all loops in one table (``obligations``: hole, state and the shape of
forms.OBLIGATION); the stages here make holes of it, for all loops at once.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from bihuan.kernel.forms import GATHERED, state
from bihuan.kernel.joins import attach, pick
from bihuan.kernel.loops import SEVERITIES, Tables, view
from bihuan.kernel.owners import escalated_role, found_officers, present_duties


def gather(hole: str, found: ir.Table) -> ir.Table:
    """One loop's obligations with its name and their state."""
    rows = found.mutate(hole=ibis.literal(hole), ob_state=state())
    return rows.select(*GATHERED)


def _distinct(rows: ir.Table) -> ir.Table:
    """Two rows with the same id are one hole with the earliest since."""
    order = [rows.ob_since.asc(), rows.ob_evidence.asc()]
    return pick(rows, ["hole", "ob_subject", "ob_item", "ob_state"], order)


def _made_good(rows: ir.Table, findings: ir.Table) -> ir.Table:
    """Without what a remedied and re-checked finding names (整改闭环)."""
    proofs = findings.filter(
        findings["hole"].notnull()
        & findings.remedied_at.notnull()
        & (findings.rechecked_at >= findings.remedied_at)
        & findings.recheck_passed
    ).select(named=findings["hole"], remedied_at=findings.remedied_at)
    last = proofs.group_by("named").agg(proof_at=proofs.remedied_at.max())
    rows = rows.mutate(id=rows.hole + "/" + rows.ob_subject + ibis.ifelse(rows.ob_item == "", "", "/" + rows.ob_item))
    rows = attach(rows, last, {"id": "named"}, proof_at=ibis._.proof_at)
    good = rows.proof_at.notnull() & (rows.proof_at >= rows.ob_since) & ibis.coalesce(rows.ob_final, rows["final"])
    return rows.filter(~good.fill_null(False)).drop("proof_at", "id")


@view
def aged(t: Tables) -> ir.Table:
    """The gathered obligations, one an id and state, with severity, role and the role to which they have gone up."""
    loops = t["loops"]
    said = {name: loops[name] for name in ("severity", "role", "subject_kind", "final")}
    rows = attach(t.obligations, loops, "hole", **said)
    rows = rows.mutate(
        severity=ibis.coalesce(rows.ob_severity, rows.severity),
        role=ibis.coalesce(rows.ob_role, rows.role),
        subject_kind=ibis.coalesce(rows.ob_subject_kind, rows.subject_kind),
    )
    return escalated_role(_distinct(_made_good(rows, t.findings)), t.ladders)


@view
def found(t: Tables) -> ir.Table:
    """The officer of each address that some hole has: person, unit, seek, role → officer."""
    rows = t.aged
    asked = ibis.union(_addresses(rows, rows.role), _addresses(rows, rows.up_role)).distinct()
    return found_officers(asked.filter(asked.role.notnull()), present_duties(t.duties, t.absences), t.ladders)


@view
def holes(t: Tables) -> ir.Table:
    """All holes with their owners, in the order of print; ``state`` is open, late or pending."""
    rows = t.aged
    rows = _owner(rows, t.found, "role", "sought")
    rows = _owner(rows, t.found, "up_role", "escalated_to")
    rows = rows.mutate(owner=ibis.coalesce(rows.ob_taken, rows.sought))
    rows = attach(rows, t.officers, {"owner": "officer"}, owner_name=ibis._.name)
    rank = ibis.cases(*[(rows.severity == s, i) for i, s in enumerate(SEVERITIES)])
    rows = rows.select(
        "hole",
        "severity",
        "subject_kind",
        subject=rows.ob_subject,
        item=rows.ob_item,
        state=rows.ob_state,
        area=rows.ob_area,
        opens=rows.ob_opens,
        due=rows.ob_due,
        since=rows.ob_since,
        closed_at=rows.ob_closed,
        owner=rows.owner,
        owner_name=rows.owner_name,
        escalated_to=ibis.ifelse(rows.ob_state == "open", rows.escalated_to, ibis.null("string")),
        order=rows.ob_order,
        unit=rows.ob_unit,
        evidence=rows.ob_evidence,
        rank=rank,
    )
    return rows.order_by("rank", "since", "hole", "subject", "item").drop("rank")


VIEWS = (aged, found, holes)
"""The last stages of every program, after all loops."""


def _addresses(rows: ir.Table, role: Any) -> ir.Table:
    return rows.select(person=rows.ob_person, unit=rows.ob_unit, seek=rows.ob_seek, role=role).distinct()


def _owner(rows: ir.Table, found: ir.Table, role: str, name: str) -> ir.Table:
    """The officer found for each row's address; an address may have no person, unit or area."""
    where = ("person", "unit", "seek")
    found = found.mutate(**{c: found[c].fill_null("") for c in where})
    asked = rows.mutate(**{f"at_{c}": rows[f"ob_{c}"].fill_null("") for c in where})
    on = {**{f"at_{c}": c for c in where}, role: "role"}
    return attach(asked, found, on, **{name: ibis._.officer}).drop(*[f"at_{c}" for c in where])
