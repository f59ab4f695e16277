"""The parameter in force: the compiled lines held against the sentence of the contract, looked up row by row."""

from __future__ import annotations

import datetime as dt
from functools import cache
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import orders
from tests.kernel.compiled import Compiled, Row, alike, hours, tables

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


@cache
def seats() -> Compiled:
    return Compiled({"places": {"area": "string"}, "orders": ORDERS}, orders.seats)


@cache
def lines() -> Compiled:
    return Compiled({"orders": ORDERS, "parameters": {"key": "string", "value": "string"}}, orders.in_force)


DEFAULTS = [{"key": k, "value": "99"} for k in KEYS]
MOMENTS = [hours(h) for h in range(-6, 8)]


@given(st.lists(order, max_size=8))
def test_in_force(found: list[dict[str, Any]]) -> None:
    found = [{**o, "order": f"R{i}", "document": "文"} for i, o in enumerate(found)]
    seat = {s["area"]: s["seat"] for s in seats().rows([{"area": a} for a in AREAS], found)}
    spans = lines().rows(found, DEFAULTS)
    for key in KEYS:
        for area in (*AREAS, ""):
            for at in MOMENTS:
                value = [
                    line["value"]
                    for line in spans
                    if line["seat"] == seat.get(area, "") and line["key"] == key and line["from_"] <= at < line["to_"]
                ]
                assert value == [slowly(found, key, area, at)], (key, area, at)


LINES = {"seat": "string", "key": "string", "from_": "timestamp(6)", "to_": "timestamp(6)", "value": "string", "number": "float64",
         "label": "string"}  # fmt: skip


@cache
def governed(text: bool) -> Compiled:
    asking = {"row": "string", "area": "string", "at": "timestamp(6)", "key": "string"}
    schemas = {"asking": asking, "seats": {"area": "string", "seat": "string"}, "orders_in_force": LINES}

    def build(asking: Any, seats: Any, orders_in_force: Any) -> Any:
        t: Any = SimpleNamespace(seats=seats, orders_in_force=orders_in_force)
        return orders.governed(asking, t, asking.key, area=asking.area, at=asking["at"], name="given", text=text)

    return Compiled(schemas, build)


asked = tables(
    5, area=st.sampled_from([*AREAS, None]), at=st.sampled_from(MOMENTS), key=st.sampled_from([*KEYS, "nobody_asks"])
)


@given(st.lists(order, max_size=8), asked, st.booleans())
def test_governed(found: list[dict[str, Any]], asking: list[Row], text: bool) -> None:
    """Each row with the value in force in its area at its moment; without an area the default; no such key, nothing."""
    found = [{**o, "order": f"R{i}", "document": "文"} for i, o in enumerate(found)]
    seat = seats().rows([{"area": a} for a in AREAS], found)
    wanted = []
    for r in asking:
        value = slowly(found, r["key"], r["area"] or "", r["at"]) if r["key"] in KEYS else None
        wanted.append((r["row"], value if text or value is None else float(value)))
    came = governed(text).rows(asking, seat, lines().rows(found, DEFAULTS))
    assert alike(came, "row", "given") == sorted(wanted, key=repr)
