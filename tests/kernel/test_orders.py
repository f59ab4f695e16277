"""The parameter in force: the compiled lines held against the sentence of the contract, looked up row by row."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.kernel import orders
from tests.kernel.tools import hours, rows, table

ORDERS = {"order": "string", "document": "string", "area": "string", "key": "string", "value": "string",
          "since": "timestamp(6)", "until": "timestamp(6)"}  # fmt: skip
AREAS = ("61", "6107", "610723", "610723101", "610723101001", "610722", "62")
KEYS = ("verify_h", "control_h")

order = st.fixed_dictionaries(
    {
        "area": st.sampled_from(AREAS),
        "key": st.sampled_from(KEYS),
        "value": st.sampled_from(["6", "12", "24"]),
        "since": st.integers(-5, 5).map(hours),
        "until": st.one_of(st.none(), st.integers(-5, 6).map(hours)),
    }
)


def slowly(given_: list[dict[str, Any]], key: str, area: str, at: dt.datetime) -> str:
    """The row in force is the live one of the nearest area at or above; the latest since wins, then the last key."""
    live = [
        o
        for o in given_
        if o["key"] == key
        and area.startswith(o["area"])
        and o["since"] <= at
        and (o["until"] is None or at < o["until"])
    ]
    best = max(live, key=lambda o: (len(o["area"]), o["since"], o["order"]), default=None)
    return best["value"] if best else "99"


@settings(deadline=None, max_examples=60)
@given(st.lists(order, max_size=8))
def test_in_force(found: list[dict[str, Any]]) -> None:
    found = [{**o, "order": f"R{i}", "document": "文"} for i, o in enumerate(found)]
    given_ = table(ORDERS, found)
    defaults = table({"key": "string", "value": "string"}, [{"key": k, "value": "99"} for k in KEYS])
    places = table({"area": "string"}, [{"area": a} for a in AREAS])
    seats = {s["area"]: s["seat"] for s in rows(orders.seats(places, given_))}
    lines = rows(orders.in_force(given_, defaults))
    for key in KEYS:
        for area in (*AREAS, ""):
            for at in (hours(h) for h in range(-6, 8)):
                value = [
                    line["value"]
                    for line in lines
                    if line["seat"] == seats.get(area, "") and line["key"] == key and line["from_"] <= at < line["to_"]
                ]
                assert value == [slowly(found, key, area, at)], (key, area, at)
