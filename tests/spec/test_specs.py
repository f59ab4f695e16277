"""Every case of every spec, on the engine; and that every loop has one."""

from __future__ import annotations

import pytest

from bihuan.domains import catalogue, specs
from bihuan.domains.specs import Case
from tests.spec import runner

CASES = [case for path in specs.paths() for case in specs.parse(path.read_text(encoding="utf-8"), path.name)]


def rows(found: list[dict[str, str]]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted(row.items())) for row in found)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_case(case: Case) -> None:
    found = runner.run(case)
    for name in ("holes", "pending", "late"):
        if name == "holes" or name in case.expected:
            assert rows(found[name]) == rows(runner.expected(case, name)), f"{name} of {case.name}"


def test_every_loop_has_a_spec_that_finds_it_and_one_that_does_not() -> None:
    lacking = []
    for loop in catalogue.loops():
        cases = [c for c in CASES if c.hole == loop.hole]
        if not any(c.expected.get("holes") for c in cases) or all(c.expected.get("holes") for c in cases):
            lacking.append(loop.hole)
    assert not lacking, f"no spec with a hole and one without: {lacking}"


def test_every_spec_has_a_loop() -> None:
    assert {c.hole for c in CASES} <= {loop.hole for loop in catalogue.loops()}
    assert all(
        path.stem == case.hole for path in specs.paths() for case in specs.parse(path.read_text("utf-8"), path.name)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_titles_are_in_both_languages(case: Case) -> None:
    assert all(case.title), case.title
