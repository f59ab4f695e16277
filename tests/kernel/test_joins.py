"""Answers and joins, compiled, held against loops over rows: nulls match nothing, equal moments count, no row is doubled."""

from __future__ import annotations

import datetime as dt
from functools import cache

import ibis
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import joins
from tests.kernel.compiled import Compiled, Row, alike, maybe, moments, tables

TIME = "timestamp(6)"
ROWS = {"row": "string", "person": "string", "tube": "string", "opens": TIME, "ends": TIME}
FACTS = {"row": "string", "who": "string", "tube": "string", "at": TIME}
ON = {"person": "who", "tube": "tube"}
o = ibis._

names = st.sampled_from(["P1", "P2", None])
tubes = st.sampled_from(["T", "U"])
rows_ = tables(4, person=names, tube=tubes, opens=maybe(moments), ends=maybe(moments))
facts_ = tables(7, who=names, tube=tubes, at=maybe(moments))


def met(row: Row, facts: list[Row]) -> list[Row]:
    return [f for f in facts if row["person"] is not None and f["who"] == row["person"] and f["tube"] == row["tube"]]


def answers(row: Row, facts: list[Row], since: bool, until: bool) -> list[dt.datetime]:
    """The moments that count: at or after opens, at or before ends. A bound that is empty lets nothing through."""
    found = [f["at"] for f in met(row, facts) if f["at"] is not None]
    if since:
        found = [at for at in found if row["opens"] is not None and at >= row["opens"]]
    if until:
        found = [at for at in found if row["ends"] is not None and at <= row["ends"]]
    return found


@cache
def answered(latest: bool, since: bool, until: bool) -> Compiled:
    how = {"since": "opens" if since else None, "until": "ends" if until else None, "name": "answer"}
    find = joins.last_answer if latest else joins.first_answer
    return Compiled({"rows": ROWS, "facts": FACTS}, lambda r, f: find(r, f, ON, **how))


@given(rows_, facts_, st.booleans(), st.booleans(), st.booleans())
def test_first_and_last_answer(rows: list[Row], facts: list[Row], latest: bool, since: bool, until: bool) -> None:
    wanted = []
    for r in rows:
        found = answers(r, facts, since, until)
        wanted.append((r["row"], r["opens"], (max if latest else min)(found, default=None)))
    assert alike(answered(latest, since, until).rows(rows, facts), "row", "opens", "answer") == sorted(wanted, key=repr)


@cache
def matched() -> Compiled:
    return Compiled(
        {"rows": ROWS, "facts": FACTS},
        lambda r, f: joins.matching(r, f, ON, where=lambda x: x["found"] >= x.opens, found=o["at"], fact=o.row),
    )


@given(rows_, facts_)
def test_matching(rows: list[Row], facts: list[Row]) -> None:
    wanted = [
        (r["row"], f["row"], f["at"])
        for r in rows
        for f in met(r, facts)
        if f["at"] is not None and r["opens"] is not None and f["at"] >= r["opens"]
    ]
    assert alike(matched().rows(rows, facts), "row", "fact", "found") == sorted(wanted, key=repr)


@cache
def sorted_out(having: bool) -> Compiled:
    return Compiled({"rows": ROWS, "facts": FACTS}, lambda r, f: (joins.having if having else joins.lacking)(r, f, ON))


@given(rows_, facts_)
def test_having_and_lacking(rows: list[Row], facts: list[Row]) -> None:
    for having in (True, False):
        wanted = [(r["row"],) for r in rows if bool(met(r, facts)) == having]
        assert alike(sorted_out(having).rows(rows, facts), "row") == sorted(wanted, key=repr)


@cache
def attached() -> Compiled:
    return Compiled(
        {"rows": ROWS, "facts": FACTS}, lambda r, f: joins.attach(r, f, {"person": "who"}, opens=o["at"], other=o.row)
    )


@given(rows_, facts_)
def test_attach(rows: list[Row], facts: list[Row]) -> None:
    """One fact a key; a column of the same name is replaced; every row stays, once."""
    facts = list({f["who"]: f for f in facts}.values())
    wanted = []
    for r in rows:
        fact = next((f for f in facts if f["who"] is not None and f["who"] == r["person"]), None)
        wanted.append((r["row"], fact and fact["at"], fact and fact["row"]))
    assert alike(attached().rows(rows, facts), "row", "opens", "other") == sorted(wanted, key=repr)


@cache
def picked() -> Compiled:
    return Compiled({"facts": FACTS}, lambda f: joins.pick(f, ["who", "tube"], [f["at"].desc(), f["row"].asc()]))


@given(tables(7, who=names, tube=tubes, at=moments))
def test_pick(facts: list[Row]) -> None:
    """Of the rows with one key (empty ones are one too) the first in the order."""
    best: dict[tuple[str, str], Row] = {}
    for f in sorted(facts, key=lambda f: f["row"]):
        key = (f["who"], f["tube"])
        if key not in best or f["at"] > best[key]["at"]:
            best[key] = f
    assert alike(picked().rows(facts), "row") == sorted(((f["row"],) for f in best.values()), key=repr)
