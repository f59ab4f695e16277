"""批示任务: instructions broken down as a tree, with the states of their leaves."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from bihuan.desk import access, knowledge
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked

MOST = 100


def instructions(asked: Asked) -> HttpResponse:
    """The latest instructions with their tasks; tasks that belong to none at the end. Three queries."""
    instruction, task = knowledge.ledgers()["instructions"], knowledge.ledgers()["tasks"]
    held, values = access.effective_sql(instruction, "l", asked.viewing.at)
    scope, within = access.scope_sql(instruction, "l", asked.viewing.area)
    rows = access.query(
        f"SELECT l.* FROM ledger_instructions l WHERE {held} AND {scope} ORDER BY l.received_at DESC LIMIT {MOST}",
        [*values, *within],
    )
    held, values = access.effective_sql(task, "t", asked.viewing.at)
    scope, within = access.scope_sql(task, "t", asked.viewing.area)
    officer, also = access.effective_sql(knowledge.ledgers()["officers"], "o", asked.viewing.at)
    tasks = access.query(
        f"""SELECT t.*, o.name AS officer_name FROM ledger_tasks t
        LEFT JOIN ledger_officers o ON o.officer = t.officer AND {officer}
        WHERE {held} AND (t.instruction = ANY(%s) OR (t.instruction IS NULL AND {scope}))
        ORDER BY t.due NULLS FIRST, t.task LIMIT {MOST * 20}""",
        [*also, *values, [r["instruction"] for r in rows], *within],
    )
    now = access.now(asked)
    own: dict[str | None, list[dict[str, Any]]] = {}
    for one in tasks:
        own.setdefault(one["instruction"], []).append(one | {"state": _state(one, now)})
    holes = access.open_and_pending(asked, "instruction", [r["instruction"] for r in rows])
    late = {h.subject for h in holes if h.hole == "instruction.idle" and h.state == "open"}
    tree: list[dict[str, Any]] = [
        row | {"tasks": own.get(row["instruction"], []), "idle": not own.get(row["instruction"])} for row in rows
    ]
    for row in tree:
        row["done"] = sum(t["state"] == "done" for t in row["tasks"])
        row["late"] = row["instruction"] in late
    context: dict[str, Any] = {"tree": tree, "loose": own.get(None, []), "instruction": instruction, "task": task}
    return show(asked, "instructions.html", "instructions", **context)


def _state(task: dict[str, Any], now: Any) -> str:
    """done (evidence is there), vague (nobody's, or by no time), late, due."""
    if task["evidence"] and task["evidence_at"] and task["evidence_at"] <= now:
        return "done"
    if not task["officer"] or not task["due"]:
        return "vague"
    return "late" if task["due"] < now else "due"
