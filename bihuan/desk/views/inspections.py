"""督查: an unannounced draw whose rule and seed can be shown; findings with their four elements."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpResponse

from bihuan.desk import access, knowledge
from bihuan.desk.drawn import Candidate, draw
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.domains.choices import UNIT_KINDS

MOST = 200
FINDINGS = 60
ELEMENTS = ("leader", "officer", "remedy", "due")
"""The four elements of a finding: 责任领导、责任人员、整改举措、整改时限."""


def inspections(asked: Asked) -> HttpResponse:
    """The draw, where one is asked for; and the findings that are not set right."""
    kinds = [k for k in asked.GET.getlist("kind") if k in UNIT_KINDS]
    count = asked.GET.get("n", "")
    number = min(int(count), MOST) if count.isdigit() else 5
    seed = asked.GET.get("seed", "").strip()[:64]
    context: dict[str, Any] = {}
    if seed:
        found = _candidates(asked, kinds)
        candidates = [
            Candidate(r["unit"], r["days"] and float(r["days"]), r["urgent"], r["serious"], r["routine"]) for r in found
        ]
        by_unit = {r["unit"]: r for r in found}
        drawn = draw(candidates, seed, number)
        context = {
            "drawn": [{"draw": d, "row": by_unit[d.candidate.unit]} for d in drawn],
            "among": len(candidates),
        }
    return show(
        asked,
        "inspections.html",
        "inspections",
        seed=seed or secrets.token_hex(4),
        drawing=bool(seed),
        number=number,
        kinds=kinds,
        every=UNIT_KINDS,
        findings=_findings(asked),
        **context,
    )


def _candidates(asked: Asked, kinds: list[str]) -> list[dict[str, Any]]:
    """Units in the area looked at that are not shut, with when they were last inspected and what stands open there."""
    unit, inspection = knowledge.ledgers()["units"], knowledge.ledgers()["inspections"]
    held, values = access.effective_sql(unit, "l", asked.viewing.at)
    seen, also = access.effective_sql(inspection, "i", asked.viewing.at)
    scope, within = access.scope_sql(unit, "l", asked.viewing.area)
    now = access.now(asked)
    found = access.query(
        f"""SELECT l.unit, l.name, l.kind, l.area, i.last,
          extract(epoch FROM %s::timestamp - i.last) / 86400 AS days
        FROM ledger_units l LEFT JOIN (
          SELECT i.unit, max(i.at) AS last FROM ledger_inspections i WHERE i.at <= %s AND {seen} GROUP BY i.unit
        ) i ON i.unit = l.unit
        WHERE {held} AND {scope} AND l.status IS DISTINCT FROM '关停' AND (%s OR l.kind = ANY(%s)) ORDER BY l.unit""",
        [now, now, *also, *values, *within, not kinds, kinds],
    )
    open_ = access.open_by_unit(asked)
    return [r | open_.get(r["unit"], {"urgent": 0, "serious": 0, "routine": 0}) for r in found]


def _findings(asked: Asked) -> list[dict[str, Any]]:
    """Findings that are not set right and re-checked, the nearest due first."""
    finding, inspection = knowledge.ledgers()["findings"], knowledge.ledgers()["inspections"]
    held, values = access.effective_sql(finding, "l", asked.viewing.at)
    seen, also = access.effective_sql(inspection, "i", asked.viewing.at)
    scope, within = access.scope_sql(inspection, "i", asked.viewing.area)
    rows = access.query(
        f"""SELECT l.*, i.unit, i.area FROM ledger_findings l JOIN ledger_inspections i ON i.inspection = l.inspection
        WHERE {held} AND {seen} AND {scope} AND (l.remedied_at IS NULL OR l.recheck_passed IS NOT TRUE)
        ORDER BY l.due NULLS FIRST, l.finding LIMIT {FINDINGS}""",
        [*values, *also, *within],
    )
    now = access.now(asked)
    units = access.names_of(asked, "units", [row["unit"] for row in rows if row["unit"]])
    for row in rows:
        row["at"] = units.get(row["unit"], row["unit"])
        row["missing"] = [finding[e] for e in ELEMENTS if row[e] is None]
        row["late"] = row["remedied_at"] is None and row["due"] is not None and row["due"] < now
        row["ledger"] = finding
    return rows
