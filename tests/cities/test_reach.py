"""The random cities reach everything: a hole, a state or a limit that they never come to would be held against nothing."""

from __future__ import annotations

from functools import cache

from bihuan.domains import catalogue
from tests.cities import reach

SEEDS = range(1, 9)
PEOPLE = 120


@cache
def found() -> dict[tuple[str, str], int]:
    return dict(reach.cities(SEEDS, PEOPLE))


def test_every_hole_comes_out_in_every_state_and_at_its_limit() -> None:
    names = {hole for hole, _ in found()} | {loop.hole for loop in catalogue.loops()}
    lacking = [(h, c) for h in sorted(names) for c in sorted(reach.wanted(h)) if not found().get((h, c))]
    assert not lacking


def test_what_is_listed_as_unreachable_is() -> None:
    listed = [(h, c) for h in reach.STATES for c in ("pending", "late")] + [(h, "late") for h in reach.WITHOUT_LATE]
    assert not [where for where in listed if found().get(where)]


def test_only_what_is_final_is_set_right() -> None:
    assert {hole for (hole, column), n in found().items() if column == "set right" and n} <= set(reach.FINAL)
