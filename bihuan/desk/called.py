"""Officers, units and areas by name: who fills in a form knows what they are called, and seldom their numbers."""

from __future__ import annotations

from bihuan.desk import access, knowledge, rows
from bihuan.desk.viewing import Asked

ASIDE = {"officers": "post", "units": "kind", "areas": "area"}
"""Ledgers whose rows are looked for by name where a form wants their number, and what tells two of one name apart."""


def called(asked: Asked, ledger: str, text: str, most: int = 8) -> list[dict[str, str]]:
    """Rows of a ledger whose names begin with a text: key, name, what else tells them apart. One query."""
    if ledger not in ASIDE or not text.strip():
        return []
    begins, words = rows.beginning("l.name", text)
    held, values = access.effective_sql(knowledge.ledgers()[ledger], "l", asked.viewing.at)
    return access.query(
        f'SELECT l."{access.NAMES[ledger]}" AS key, l.name, coalesce(l."{ASIDE[ledger]}", \'\') AS aside '
        f'FROM "ledger_{ledger}" l WHERE {begins} AND {held} ORDER BY l.name COLLATE "C", 1 LIMIT {most}',
        [*words, *values],
    )
