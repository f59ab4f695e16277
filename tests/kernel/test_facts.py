"""Facts as known: versions, retraction and moments after now, held against a slow reading of the contract."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import facts
from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.schema import ibis_schema
from tests.kernel.compiled import NOW, Compiled, hours

EVENTFUL = Ledger(
    "cases", "病例", "cases", "x",
    (Column("case", "编号", "text", required=True), Column("at", "时间", "time", required=True), Column("done_at", "完成", "time"),
     Column("due", "时限", "time", planned=True)),
    ("case",),
)  # fmt: skip
PLANNED = Ledger(
    "shifts", "排班", "shifts", "x",
    (Column("case", "编号", "text", required=True), Column("at", "开始", "time", required=True, planned=True),
     Column("done_at", "签到", "time"), Column("due", "时限", "time", planned=True)),
    ("case",), timeless=True,
)  # fmt: skip

moment = st.integers(-3, 3).map(hours)
version = st.fixed_dictionaries(
    {
        "case": st.sampled_from(["A", "B"]),
        "at": moment,
        "done_at": st.one_of(st.none(), moment),
        "due": st.one_of(st.none(), moment),
        "recorded_at": st.one_of(st.none(), moment),
        "retracted": st.sampled_from([None, False, False, True]),
    }
)


def slowly(ledger: Ledger, versions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {}
    for key in {v["case"] for v in versions}:
        mine = [v for v in versions if v["case"] == key]
        if any(v["retracted"] and v["recorded_at"] is None for v in mine):
            continue
        beginning = hours(-(10**6))
        known = [(v["recorded_at"] or (beginning if ledger.timeless else v["at"]), v["_row"], v) for v in mine]
        seen = sorted(k for k in known if k[0] <= NOW)
        if not seen or seen[-1][2]["retracted"]:
            continue
        last = seen[-1][2]
        if not ledger.timeless and last["at"] > NOW:
            continue
        first = min((k[2]["recorded_at"] for k in seen if k[2]["recorded_at"]), default=None)
        done = last["done_at"] if last["done_at"] and last["done_at"] <= NOW else None
        found[key] = {
            "at": last["at"],
            "done_at": done,
            "due": last["due"],
            "recorded": first or NOW,
            "recorded_at": first,
        }
    return found


@cache
def in_effect(ledger: Ledger) -> Compiled:
    return Compiled({"versions": ibis_schema(ledger)}, lambda versions: facts.in_effect(ledger, versions))


@given(st.sampled_from([EVENTFUL, PLANNED]), st.lists(version, max_size=7))
def test_what_holds_at_the_as_of_time(ledger: Ledger, versions: list[dict[str, Any]]) -> None:
    keys = [v["case"] for v in versions]
    versions = [
        {**v, "recorded_by": None, "_source": 0, "_row": i, "_only": keys.count(v["case"]) == 1}
        for i, v in enumerate(versions)
    ]
    found = in_effect(ledger).rows(versions)
    wanted = slowly(ledger, versions)
    assert {f["case"]: {k: f[k] for k in ("at", "done_at", "due", "recorded", "recorded_at")} for f in found} == wanted
