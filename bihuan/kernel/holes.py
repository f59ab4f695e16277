"""Holes (漏洞): the obligations that are overdue, each with its owner and to whom it has gone up.

The engine gathers the obligations of all loops in one table (``obligations``: hole, state and the shape of
forms.OBLIGATION); the functions here make holes of it in one query each, for all loops at once.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from bihuan.kernel.forms import OBLIGATION, state
from bihuan.kernel.joins import attach, pick
from bihuan.kernel.loops import SEVERITIES, Tables
from bihuan.kernel.owners import escalated_role, found_officers, present_duties

GATHERED = {"hole": "string", "ob_state": "string", **OBLIGATION}
"""The columns of the table ``obligations``."""

HOLE = (
    "hole", "severity", "subject_kind", "subject", "item", "state", "area", "opens", "due", "since", "closed_at",
    "owner", "owner_name", "escalated_to", "order", "unit", "evidence",
)  # fmt: skip
"""The columns of a hole; state is open, late or pending."""


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
    good = rows.proof_at.notnull() & (rows.proof_at >= rows.ob_since) & rows["final"]
    return rows.filter(~good.fill_null(False)).drop("proof_at", "id")


def holes(t: Tables, gathered: ir.Table) -> ir.Table:
    """All holes of the gathered obligations, with owners, in the order of print."""
    loops = t["loops"]
    rows = attach(
        gathered,
        loops,
        "hole",
        severity=loops.severity,
        role=loops.role,
        subject_kind=loops.subject_kind,
        final=loops["final"],
    )
    rows = rows.mutate(
        severity=ibis.coalesce(rows.ob_severity, rows.severity),
        role=ibis.coalesce(rows.ob_role, rows.role),
        subject_kind=ibis.coalesce(rows.ob_subject_kind, rows.subject_kind),
    )
    rows = _distinct(_made_good(rows, t.findings))
    # A role of '-' has nobody behind it: a feed's giver, named as written.
    rows = rows.mutate(
        up_role=ibis.ifelse(
            rows.ob_state == "open",
            escalated_role(rows.role, rows.severity, rows.ob_since, rows.ob_taken.notnull()),
            ibis.null("string"),
        )
    )
    duties = present_duties(t.duties, t.absences)
    first = _addresses(rows, rows.role).filter(lambda a: a.role.notnull() & (a.role != "-"))
    upper = _addresses(rows, rows.up_role).filter(lambda a: a.role.notnull())
    found = found_officers(ibis.union(first, upper).distinct(), duties)
    rows = _owner(rows, found, "role", "sought")
    rows = _owner(rows, found, "up_role", "escalated_to")
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
        escalated_to=rows.escalated_to,
        order=rows.ob_order,
        unit=rows.ob_unit,
        evidence=rows.ob_evidence,
        rank=rank,
    )
    return rows.order_by("rank", "since", "hole", "subject", "item").drop("rank")


def _addresses(rows: ir.Table, role: Any) -> ir.Table:
    return rows.select(person=rows.ob_person, unit=rows.ob_unit, seek=rows.ob_seek, role=role).distinct()


def _owner(rows: ir.Table, found: ir.Table, role: str, name: str) -> ir.Table:
    """The officer found for each row's address; an address may have no person, unit or area."""
    blank = {c: found[c].fill_null("") for c in ("person", "unit", "seek")}
    found = found.mutate(**blank)
    asked = rows.mutate(
        at_person=rows.ob_person.fill_null(""), at_unit=rows.ob_unit.fill_null(""), at_seek=rows.ob_seek.fill_null("")
    )
    on = {"at_person": "person", "at_unit": "unit", "at_seek": "seek", role: "role"}
    return attach(asked, found, on, **{name: ibis._.officer}).drop("at_person", "at_unit", "at_seek")


__all__ = ["GATHERED", "HOLE", "gather", "holes"]
