"""Measures that run now (正在执行的管控): at a unit, or in an area; whose last day comes first, first."""

from __future__ import annotations

from typing import Any

from bihuan.desk import access, knowledge
from bihuan.desk.viewing import Asked

MOST = 12
SMALLEST = 9
"""Digits of the largest area whose measures are listed: a county's fill a ledger, which is the place for them."""


def at_unit(asked: Asked, unit: str) -> list[dict[str, Any]]:
    """Of an isolation site, the measures that run there."""
    return _running(asked, "l.unit = %s", [unit])


def in_area(asked: Asked, area: str) -> list[dict[str, Any]]:
    """Of a town, a village, a grid: those that run in it."""
    if len(area) < SMALLEST:
        return []
    return _running(asked, *access.scope_sql(knowledge.ledgers()["measures"], "l", area, asked.viewing.at))


def _running(asked: Asked, condition: str, values: list[Any]) -> list[dict[str, Any]]:
    """One query; ``whole`` of each row says how many there are."""
    now = access.now(asked)
    held, also = access.effective_sql(knowledge.ledgers()["measures"], "l", asked.viewing.at)
    known, further = access.effective_sql(knowledge.ledgers()["people"], "p", asked.viewing.at)
    return access.query(
        f"""SELECT m.*, p.name FROM (
          SELECT l.measure, l.person, l.kind, l.room, l.since, l.planned_until, count(*) OVER () AS whole
          FROM ledger_measures l WHERE {condition} AND {held} AND l.since <= %s
            AND (l.ended_at IS NULL OR l.ended_at > %s)
          ORDER BY l.planned_until NULLS FIRST, l.measure LIMIT {MOST}
        ) m LEFT JOIN ledger_people p ON p.person = m.person AND {known}
        ORDER BY m.planned_until NULLS FIRST, m.measure""",
        [*values, *also, now, now, *further],
    )
