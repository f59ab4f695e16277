"""Trails over random references, chains of hundreds and circles of every length, against a plain walk."""

from __future__ import annotations

import random

import duckdb
import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.loops import tables
from bihuan.kernel.program import grown
from bihuan.kernel.trails import trail, walks

STEPS = ibis.table({"key": "string", "next": "string"}, name="steps")
WALKS = walks("walked", lambda t: STEPS)
Trail = set[tuple[str, str, int]]


def sql() -> tuple[str, str]:
    start, step, _ = tables([], [WALKS]).stage("walked")
    assert step is not None
    stage = grown("walked", str(ibis.to_sql(start, dialect="duckdb")), str(ibis.to_sql(step, dialect="duckdb")))
    return stage, str(ibis.to_sql(trail(ibis.table(start.schema(), name="walked")), dialect="duckdb"))


STAGE, TRAIL = sql()


def fast(steps: dict[str, str]) -> Trail:
    con = duckdb.connect(config={"threads": 1})
    con.execute("CREATE TABLE steps (key VARCHAR, next VARCHAR)")
    if steps:
        con.execute(f"INSERT INTO steps VALUES {', '.join(f'({a!r}, {b!r})' for a, b in steps.items())}")
    con.execute(f"CREATE TABLE walked AS {STAGE}")
    found = con.execute(f"SELECT key, above, depth FROM ({TRAIL})").fetchall()
    assert len(found) == len(set(found))
    return set(found)


def slow(steps: dict[str, str]) -> Trail:
    """On from each key until the end, or a repeat."""
    found = set()
    for key in steps:
        seen, at = [key], steps[key]
        while at not in seen:
            found.add((key, at, len(seen)))
            seen.append(at)
            if at not in steps:
                break
            at = steps[at]
    return found


names = st.integers(0, 9).map(str)


@given(st.dictionaries(names, names))
def test_any_references(steps: dict[str, str]) -> None:
    assert fast(steps) == slow(steps)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 7, 8, 9, 64, 100, 210])
@pytest.mark.parametrize("tail", [0, 1, 3, 8, 65, 200])
def test_long_ways_into_circles_and_to_an_end(length: int, tail: int) -> None:
    circle = {f"c{i}": f"c{(i + 1) % length}" for i in range(length)}
    way = {f"w{i}": f"w{i + 1}" if i + 1 < tail else "c0" for i in range(tail)}
    assert fast(way | circle) == slow(way | circle)
    ended = way | {k: v for k, v in circle.items() if k != "c0"}
    shuffled = random.Random(length).sample(sorted(ended.items()), len(ended))
    assert fast(dict(shuffled)) == slow(ended)
