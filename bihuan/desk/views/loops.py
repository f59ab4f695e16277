"""闭环: each loop with what is to be done, broken, closed; what each hole means."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse

from bihuan.desk import drawing, knowledge, tallies
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked

STATES = ("open", "pending", "closed")


def loops(asked: Asked) -> HttpResponse:
    """Every loop and its holes, counted."""
    counts = tallies.once(asked, "states", lambda: _by_state(asked))
    made: dict[str, dict[str, Any]] = {}
    for hole, said in knowledge.loops().items():
        own = counts.get(hole, Counter())
        loop = made.setdefault(said.family, {"name": said.family, "holes": [], "sum": Counter()})
        whole = max(1, sum(own.values()))
        parts = [
            ("done", own["closed"]),
            ("pending", own["pending"]),
            ("urgent" if said.severity == "急" else "serious" if said.severity == "重" else "routine", own["open"]),
        ]
        loop["holes"].append({"said": said, "counts": own, "parts": drawing.stacked(parts, whole)})
        loop["sum"] += own
    rows = sorted(made.values(), key=lambda x: (-x["sum"]["open"], -x["sum"]["pending"], x["name"]))
    return show(asked, "loops.html", "loops", rows=rows)


def _by_state(asked: Asked) -> dict[str, Counter[str]]:
    """Hole → how many of it are in each state."""
    counted = tallies.standing(asked)
    counts: dict[str, Counter[str]] = {}
    for row in counted.rows.values("hole", "state").annotate(number=counted.number()):
        counts.setdefault(row["hole"], Counter())[row["state"]] += row["number"]
    return counts
