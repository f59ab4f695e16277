"""Faults of bookkeeping in every ledger: late records, replaced and withdrawn rows, empty cells, strangers, unknown references."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from tests.cities.draw import City, hours
from tests.reference.rows import contract

HARD = {"areas": 0.2, "orders": 0.3, "units": 0.5, "people": 0.5}
"""Ledgers on which much rests take fewer faults."""


def event(ledger: str, row: dict[str, Any]) -> datetime | None:
    """The first moment of a row, about which it was recorded."""
    for column in contract()[ledger].columns:
        value = row.get(column.name)
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time())
    return None


def recorded(c: City, ledger: str, row: dict[str, Any]) -> datetime:
    at = event(ledger, row) or c.ago()
    return c.pick(
        [at, at + hours(0.5), at + hours(2), at + hours(24), c.now, c.now - hours(1), c.now + timedelta(seconds=1)]
    )


def make_faults(c: City) -> None:
    for ledger, said in contract().items():
        rows = c.rows[ledger]
        hard = HARD.get(ledger, 1.0)
        optional = [x.name for x in said.columns if not x.required and x.name not in said.key]
        changing = [x.name for x in said.columns if x.name not in said.key]
        for row in list(rows):
            if c.chance(0.3):
                row["recorded_at"] = recorded(c, ledger, row)
            if c.chance(0.02):
                row[c.pick(optional)] = None
            if c.chance(0.06 * hard):
                rows.append(replaced(c, ledger, row, changing))
            if c.chance(0.03 * hard):
                rows.append(withdrawn(c, ledger, row))
                if c.chance(0.3):
                    rows.append(row | {"recorded_at": c.pick([c.now, c.now - hours(1), c.now - timedelta(days=2)])})
            if c.chance(0.003):
                spoil(c, ledger, row)
        c.rng.shuffle(rows)


def replaced(c: City, ledger: str, row: dict[str, Any], changing: list[str]) -> dict[str, Any]:
    """Another version of a row, with one to three cells as another row of the ledger has them."""
    other = c.pick(c.rows[ledger])
    changed = {name: other[name] for name in c.rng.sample(changing, min(len(changing), c.pick([1, 1, 2, 3])))}
    moment = c.pick([recorded(c, ledger, row), row["recorded_at"], c.ago(240), c.now])
    return row | changed | {"recorded_at": moment, "retracted": None}


def withdrawn(c: City, ledger: str, row: dict[str, Any]) -> dict[str, Any]:
    """The withdrawal of a row: whole or by its key alone; at a moment or, without one, altogether."""
    moment = c.pick([None, c.now, c.now + timedelta(seconds=1), c.now - hours(3), c.ago(240)])
    kept = row if c.chance(0.5) else dict.fromkeys(row, None) | {k: row[k] for k in contract()[ledger].key}
    return kept | {"recorded_at": moment, "retracted": True}


def spoil(c: City, ledger: str, row: dict[str, Any]) -> None:
    """A reference to no row, or a required cell empty."""
    said = contract()[ledger]
    columns = [
        x
        for x in said.columns
        if (x.ref and x.ref not in ("people", "units")) or (x.required and x.name not in said.key)
    ]
    if columns:
        column = c.pick(columns)
        row[column.name] = "NOSUCH" if column.ref and c.chance(0.7) else None
