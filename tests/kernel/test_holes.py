"""From obligations to holes: how far up a hole has gone, what a finding has set right, two rows of one id."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import holes, owners
from bihuan.kernel.forms import GATHERED
from bihuan.kernel.ladders import LADDERS
from tests.kernel.compiled import NOW, SECOND, Compiled, Row, alike, maybe, tables

TIME = "timestamp(6)"
RUNGS = [{"role": r, "step": i, "rung": u} for r, up in LADDERS.items() for i, u in enumerate(up)]
SPANS = {"急": 4, "重": 24, "常": 24}

# About the spans themselves: on the dot, a second to either side; some far.
aged = st.builds(
    lambda h, s: NOW - dt.timedelta(hours=h) + s * SECOND,
    st.sampled_from([0, 4, 8, 12, 24, 48, 72, 96, 999]),
    st.sampled_from([0, 1, -1]),
)


@cache
def escalated() -> Compiled:
    schema = {"row": "string", "severity": "string", "role": "string", "ob_since": TIME, "ob_taken": "string"}
    ladders = {"role": "string", "step": "int64", "rung": "string"}
    return Compiled({"rows": schema, "ladders": ladders}, owners.escalated_role)


@given(
    tables(
        severity=st.sampled_from(sorted(SPANS)),
        role=st.sampled_from([*LADDERS, ""]),
        ob_since=aged,
        ob_taken=st.sampled_from([None, None, "O1"]),
    )
)
def test_up_one_role_for_each_span(given_: list[Row]) -> None:
    """A named officer's first step is the role that his hole falls to; the top stays; a giver has none."""
    wanted = []
    for r in given_:
        spans = (NOW - r["ob_since"]) // dt.timedelta(hours=SPANS[r["severity"]])
        steps = spans - 1 if r["ob_taken"] else spans
        up = LADDERS.get(r["role"], ())
        wanted.append((r["row"], up[min(steps, len(up) - 1)] if spans >= 1 and up else None))
    assert alike(escalated().rows(given_, RUNGS), "row", "up_role") == sorted(wanted, key=repr)


class Stub:
    """The tables that a view asks for, by name."""

    def __init__(self, **tables_: Any) -> None:
        self.__dict__.update(tables_)

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]


LOOPS = {"hole": "string", "severity": "string", "role": "string", "subject_kind": "string", "final": "boolean"}
SAID: list[Row] = [
    {"hole": "a.final", "severity": "重", "role": "网格员", "subject_kind": "unit", "final": True},
    {"hole": "a.plain", "severity": "急", "role": "村干部", "subject_kind": "person", "final": False},
]
FINDINGS = {
    "finding": "string",
    "hole": "string",
    "remedied_at": TIME,
    "rechecked_at": TIME,
    "recheck_passed": "boolean",
}


@cache
def gathered() -> Compiled:
    schemas = {
        "obligations": GATHERED,
        "loops": LOOPS,
        "findings": FINDINGS,
        "ladders": {"role": "string", "step": "int64", "rung": "string"},
    }

    def build(*given_: Any) -> Any:
        return holes.aged.build(Stub(**dict(zip(schemas, given_, strict=True))))  # type: ignore[arg-type]

    return Compiled(schemas, build)


few = st.builds(lambda h: NOW - dt.timedelta(hours=h), st.integers(0, 3))
obligations = tables(
    6,
    hole=st.sampled_from(["a.final", "a.plain"]),
    ob_subject=st.sampled_from(["S", "T"]),
    ob_item=st.sampled_from(["", "1"]),
    ob_state=st.sampled_from(["open", "pending"]),
    ob_since=few,
    ob_severity=st.sampled_from([None, "常"]),
    ob_final=st.sampled_from([None, None, True, False]),
)
findings = tables(
    4,
    hole=st.sampled_from(["a.final/S", "a.final/S/1", "a.plain/S", "a.final/S/", None]),
    remedied_at=maybe(few),
    rechecked_at=maybe(few),
    recheck_passed=st.sampled_from([True, True, False, None]),
)


@given(obligations, findings)
def test_one_an_id_and_none_that_a_finding_set_right(given_: list[Row], found: list[Row]) -> None:
    """整改闭环: remedied at or after its since, rechecked at or after that, passed; of one id the earliest since."""
    wanted: dict[tuple[str, ...], dt.datetime] = {}
    for r in given_:
        name = "/".join(p for p in (r["hole"], r["ob_subject"], r["ob_item"]) if p)
        proven = any(
            f["hole"] == name
            and f["remedied_at"]
            and f["remedied_at"] >= r["ob_since"]
            and f["rechecked_at"]
            and f["rechecked_at"] >= f["remedied_at"]
            and f["recheck_passed"]
            for f in found
        )
        if proven and (r["hole"] == "a.final" if r["ob_final"] is None else r["ob_final"]):
            continue
        key = (r["hole"], r["ob_subject"], r["ob_item"], r["ob_state"])
        wanted[key] = min(r["ob_since"], wanted.get(key, r["ob_since"]))
    came = gathered().rows(given_, SAID, found, RUNGS)
    columns = ("hole", "ob_subject", "ob_item", "ob_state", "ob_since")
    assert alike(came, *columns) == sorted(((*k, v) for k, v in wanted.items()), key=repr)


@given(obligations)
def test_a_row_may_say_its_own_severity(given_: list[Row]) -> None:
    own = {s["hole"]: s["severity"] for s in SAID}
    for r in gathered().rows(given_, SAID, [], RUNGS):
        assert r["severity"] == (r["ob_severity"] or own[r["hole"]])
