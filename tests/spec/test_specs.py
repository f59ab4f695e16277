"""Every case of every spec, on the engine; and that every loop has one."""

from __future__ import annotations

import pytest

from bihuan import testing
from bihuan.domains.specs import Case

HOUSE = "bihuan.domains"
CASES = testing.cases(HOUSE)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    testing.check(case)


def test_every_loop_has_a_spec_that_finds_it_and_one_that_does_not() -> None:
    lacking = testing.lacking(HOUSE)
    assert not lacking, f"no spec with a hole and one without: {lacking}"


def test_every_spec_has_a_loop_and_bears_its_name() -> None:
    assert testing.stray(HOUSE) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_titles_are_in_both_languages(case: Case) -> None:
    assert all(case.title), case.title
