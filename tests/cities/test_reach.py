"""The random cities reach everything: a hole, a state or a limit that they never come to would be held against nothing."""

from __future__ import annotations

from functools import cache
from inspect import isfunction
from types import CodeType
from typing import Any

from bihuan.domains import catalogue
from bihuan.kernel import forms, joins, orders
from tests.cities import reach

SEEDS = range(1, 15)
PEOPLE = 100


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


OPERATIONS = {
    forms: ("respond", "repeat", "recur", "schedule", "daily", "cover", "hold", "forbid", "foresee", "match", "at_most", "at_least", "balance", "parts"),
    joins: ("attach", "matching", "having", "lacking", "first_answer", "last_answer", "pick", "standing"),
    orders: ("governed", "listed"),
}  # fmt: skip
"""What loops are made of: forms, answers, joins, the order in force."""

APART = ("obligations", "state", "columns_of", "prefixes", "seats", "in_force")
"""What those are made of themselves, and what is computed once a run."""


def used(call: Any, seen: set[Any]) -> set[str]:
    """The operations that a function calls, itself or through functions of the rooms."""
    code = getattr(call, "__code__", None)
    if code is None or call in seen:
        return set()
    seen.add(call)
    found: set[str] = set()
    codes = [code]
    while codes:
        code = codes.pop()
        codes += [c for c in code.co_consts if isinstance(c, CodeType)]
        for name in code.co_names:
            value = call.__globals__.get(name)
            module = getattr(value, "__module__", "") or ""
            if module.startswith("bihuan.kernel."):
                found.add(name)
            elif module.startswith("bihuan.domains."):
                found |= used(getattr(value, "find", getattr(value, "build", value)), seen)
    return found


def test_every_operation_is_reached() -> None:
    """Each is used by a loop (or a view) that comes out of the cities; a new one is listed here, or in APART."""
    said = {name for names in OPERATIONS.values() for name in names}
    public = {
        name
        for module in OPERATIONS
        for name, value in vars(module).items()
        if isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public - set(APART) == said
    calls = [loop.find for loop in catalogue.loops() if found().get((loop.hole, "open"))]
    calls += [view.build for view in catalogue.views()]
    reached = {name for call in calls for name in used(call, set())}
    assert not said - reached
