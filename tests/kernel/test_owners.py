"""Owners: the search of the contract, person by person, held against the one query that finds them all."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import owners
from bihuan.kernel.ladders import LADDERS
from tests.kernel.compiled import NOW, Compiled, hours

DUTIES = {"duty": "string", "officer": "string", "role": "string", "area": "string", "unit": "string", "person": "string",
          "since": "timestamp(6)", "until": "timestamp(6)"}  # fmt: skip
ABSENCES = {"officer": "string", "since": "timestamp(6)", "until": "timestamp(6)"}
LADDER = {"role": "string", "step": "int64", "rung": "string"}
ADDRESS = {"person": "string", "unit": "string", "seek": "string", "role": "string"}
ROLES = ("网格员", "村干部", "镇干部", "县级领导", "单位主体", "部门监管")
AREAS = (None, "6107", "610723", "610723101", "610723101001")

duty = st.fixed_dictionaries(
    {
        "officer": st.sampled_from(["甲", "乙", "丙", "丁"]),
        "role": st.sampled_from(ROLES),
        "area": st.sampled_from(AREAS),
        "unit": st.sampled_from([None, None, "U1"]),
        "person": st.sampled_from([None, None, "P1"]),
        "since": st.integers(-3, 1).map(hours),
        "until": st.one_of(st.none(), st.integers(-2, 2).map(hours)),
    }
)
absence = st.fixed_dictionaries(
    {
        "officer": st.sampled_from(["甲", "乙"]),
        "since": st.integers(-3, 1).map(hours),
        "until": st.integers(-1, 2).map(hours),
    }
)
ADDRESSES = [
    {"person": p, "unit": u, "seek": s, "role": r}
    for p in (None, "P1")
    for u in (None, "U1")
    for s in (None, "610723101001", "610723")
    for r in ROLES
]


def slowly(duties: list[dict[str, Any]], absences: list[dict[str, Any]], address: dict[str, Any]) -> str | None:
    away = {a["officer"] for a in absences if a["since"] <= NOW < a["until"]}
    there = [
        d for d in duties if d["since"] <= NOW and (d["until"] is None or d["until"] > NOW) and d["officer"] not in away
    ]
    for role in LADDERS[address["role"]]:
        mine = [d for d in there if d["role"] == role]
        ranks = [
            [d for d in mine if address["person"] is not None and d["person"] == address["person"]],
            [d for d in mine if d["person"] is None and address["unit"] is not None and d["unit"] == address["unit"]],
        ]
        code = address["seek"] or ""
        at_or_above = [
            d for d in mine if d["person"] is None and d["unit"] is None and d["area"] and code.startswith(d["area"])
        ]
        nearest = max((len(d["area"]) for d in at_or_above), default=0)
        ranks.append([d for d in at_or_above if len(d["area"]) == nearest])
        for found in ranks:
            if found:
                return str(min(found, key=lambda d: (d["since"], d["duty"]))["officer"])
    return None


@cache
def climbed() -> Compiled:
    schemas = {"duties": DUTIES, "absences": ABSENCES, "addresses": ADDRESS, "ladders": LADDER}
    return Compiled(schemas, lambda d, a, asked, up: owners.found_officers(asked, owners.present_duties(d, a), up))


@given(st.lists(duty, max_size=8), st.lists(absence, max_size=2))
def test_the_officer_found(duties: list[dict[str, Any]], absences: list[dict[str, Any]]) -> None:
    duties = [{**d, "duty": f"D{i}"} for i, d in enumerate(duties)]
    ladders = [{"role": r, "step": i, "rung": u} for r, up in LADDERS.items() for i, u in enumerate(up)]
    found = climbed().rows(duties, absences, ADDRESSES, ladders)
    officers = {tuple(f[c] for c in ADDRESS): f["officer"] for f in found}
    for address in ADDRESSES:
        assert officers.get(tuple(address.values())) == slowly(duties, absences, address), address
