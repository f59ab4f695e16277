"""What goes out came in, and since when something has stood without a break."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import ibis
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import forms, joins
from tests.kernel.compiled import Compiled, Row, alike, moments, tables

TIME = "timestamp(6)"
o = ibis._
kg = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 100.0, 100.5])
lots = st.sampled_from(["L1", "L2"])
units = st.sampled_from(["U1", "U2"])


@cache
def balance() -> Compiled:
    schema = {"row": "string", "lot": "string", "unit": "string", "at": TIME, "came": "float64", "went": "float64"}
    return Compiled(
        {"t": schema},
        lambda t: forms.balance(
            t, ["lot", "unit"], at=t["at"], came=t.came, went=t.went, evidence=t.row, subject=o.lot, item=o.unit
        ),
    )


@given(tables(8, lot=lots, unit=units, at=moments, came=kg, went=kg))
def test_balance(entries: list[Row]) -> None:
    """What came in at one moment counts before what went out; a trifle is none; since the present excess began."""
    wanted: dict[tuple[str, str], Any] = {}
    for key in {(e["lot"], e["unit"]) for e in entries}:
        mine = [e for e in entries if (e["lot"], e["unit"]) == key]
        since: dt.datetime | None = None
        for at in sorted({e["at"] for e in mine}):
            came = sum(e["came"] for e in mine if e["at"] <= at)
            went = sum(e["went"] for e in mine if e["at"] <= at)
            since = (since or at) if went - came > 1e-9 else None
        if since:
            cites = ",".join(e["row"] for e in sorted(mine, key=lambda e: (e["at"], e["row"])))
            wanted[key] = (since, cites)
    found = alike(balance().rows(entries), "ob_subject", "ob_item", "ob_since", "ob_evidence")
    assert found == sorted(((*k, *v) for k, v in wanted.items()), key=repr)


@cache
def standing() -> Compiled:
    schema = {"row": "string", "unit": "string", "at": TIME, "broken": "boolean"}
    return Compiled({"t": schema}, lambda t: joins.standing(t, "unit", "at", t.broken))


@given(
    tables(8, unit=units, at=moments, broken=st.booleans()).map(
        lambda rows: list({(r["unit"], r["at"]): r for r in rows}.values())
    )
)
def test_standing(rows: list[Row]) -> None:
    """Of what is broken at its last moment: the first of the broken moments in a row."""
    wanted = []
    for unit in {r["unit"] for r in rows}:
        since: dt.datetime | None = None
        for r in sorted((r for r in rows if r["unit"] == unit), key=lambda r: r["at"]):
            since = (since or r["at"]) if r["broken"] else None
        wanted += [(unit, since)] if since else []
    assert alike(standing().rows(rows), "unit", "stood_from") == sorted(wanted, key=repr)
