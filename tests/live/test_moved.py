"""What moved of rows that were corrected: versions in, columns that are not what they were out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bihuan.live import tables
from bihuan.live.moved import Moved, Row, places

DAY = dt.datetime(2022, 1, 6)
NOW = DAY + dt.timedelta(hours=14)
AT = {n: DAY + dt.timedelta(hours=n) for n in range(24)}

Versions = list[dict[str, Any]]

PERSON = {"person": "A1", "name": "王五", "area": "610723001"}
ARRIVAL = {"arrival": "L1", "person": "A1", "mode": "铁路", "left_at": AT[1], "to_area": "610723"}

TABLE: dict[str, tuple[str, Versions, Versions, set[str] | None]] = {
    "a value corrected": ("people", [PERSON], [{**PERSON, "name": "王武", "recorded_at": AT[9]}], {"name", "recorded"}),
    "one filled": (
        "people",
        [{**PERSON, "recorded_at": AT[8]}],
        [{**PERSON, "phone": "138", "recorded_at": AT[9]}],
        {"phone"},
    ),
    "the same again": ("people", [{**PERSON, "recorded_at": AT[8]}], [{**PERSON, "recorded_at": AT[9]}], set()),
    "against the last version, not against the first": (
        "people",
        [{**PERSON, "recorded_at": AT[7]}, {**PERSON, "area": "610722", "recorded_at": AT[8]}],
        [{**PERSON, "area": "610722", "sex": "男", "recorded_at": AT[9]}],
        {"sex"},
    ),
    "a version behind the last one changes nothing that is shown": (
        "people",
        [{**PERSON, "recorded_at": AT[7]}, {**PERSON, "recorded_at": AT[9]}],
        [{**PERSON, "area": "610722", "recorded_at": AT[8]}],
        set(),
    ),
    "a new row": ("people", [], [PERSON], None),
    "one withdrawn": ("people", [PERSON], [{**PERSON, "retracted": True, "recorded_at": AT[9]}], None),
    "one that was withdrawn once": (
        "people",
        [PERSON, {**PERSON, "retracted": True, "recorded_at": AT[8]}],
        [{**PERSON, "recorded_at": AT[9]}],
        None,
    ),
    "one to come": ("people", [PERSON], [{**PERSON, "name": "王武", "recorded_at": AT[20]}], None),
    "known earlier than before": (
        "people",
        [{**PERSON, "recorded_at": AT[8]}],
        [{**PERSON, "name": "王武", "recorded_at": AT[7]}],
        None,
    ),
    "when it happened decides whether it counts": (
        "arrivals",
        [{**ARRIVAL, "recorded_at": AT[8]}],
        [{**ARRIVAL, "left_at": AT[2], "recorded_at": AT[9]}],
        None,
    ),
    "any other moment does not": (
        "arrivals",
        [{**ARRIVAL, "recorded_at": AT[8]}],
        [{**ARRIVAL, "arrived_at": AT[2], "recorded_at": AT[9]}],
        {"arrived_at"},
    ),
}


def _row(ledger: str, said: dict[str, Any], id_: int) -> Row:
    return (*(said.get(c.name) for c in tables.ledgers()[ledger].all_columns), id_)


@pytest.mark.parametrize("name", TABLE)
def test_which_columns_changed(name: str) -> None:
    ledger, before, after, columns = TABLE[name]
    rows = [_row(ledger, said, id_) for id_, said in enumerate([*before, *after], start=1)]
    moved = Moved()
    moved.add(ledger, rows, range(len(before) + 1, len(rows) + 1))
    assert list(places()[ledger]) == [c.name for c in tables.ledgers()[ledger].all_columns]
    found = moved.changed(ledger, NOW)
    assert (None if found is None else found - {"recorded_at"}) == columns
