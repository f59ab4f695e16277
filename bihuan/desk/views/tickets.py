"""诉求: what people called in about, by what is still to be done: to answer, to solve."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from bihuan.desk import access, knowledge
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked

MOST = 80
LANES = (
    ("unanswered", ("待答复", "To answer"), "l.answered_at IS NULL AND l.resolved_at IS NULL"),
    ("unresolved", ("已答复，待办结", "Answered, to solve"), "l.answered_at IS NOT NULL AND l.resolved_at IS NULL"),
    ("resolved", ("已办结", "Solved"), "l.resolved_at IS NOT NULL"),
)


def tickets(asked: Asked) -> HttpResponse:
    """Three lanes; one query for all, one for their holes and to-dos."""
    ledger = knowledge.ledgers()["tickets"]
    held, values = access.effective_sql(ledger, "l", asked.viewing.at)
    scope, within = access.scope_sql(ledger, "l", asked.viewing.area)
    order = {"resolved": "l.resolved_at DESC"}
    found = access.query(
        " UNION ALL ".join(
            f"(SELECT '{lane}' AS lane, l.*, count(*) OVER () AS whole FROM ledger_tickets l "
            f"WHERE {held} AND {scope} AND {condition} ORDER BY {order.get(lane, 'l.received_at')} LIMIT {MOST})"
            for lane, _, condition in LANES
        ),
        [*values, *within] * len(LANES),
    )
    holes = {h.subject: h for h in access.open_and_pending(asked, "ticket", [r["ticket"] for r in found])}
    lanes: list[dict[str, Any]] = []
    for lane, title, _ in LANES:
        rows = [r | {"hole": holes.get(r["ticket"])} for r in found if r["lane"] == lane]
        lanes.append({"title": title, "rows": rows, "whole": rows[0]["whole"] if rows else 0})
    return show(asked, "tickets.html", "tickets", lanes=lanes, ledger=ledger)
