"""How many holes are asked for decides what is compiled."""

from __future__ import annotations

import pytest

from tests.spec import runner


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    cases = (
        item.callspec.params.get("case")
        for item in items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    )
    runner.asked.update(case.hole for case in cases if hasattr(case, "hole"))
