"""Whole random cities audited by the engine and by the reference: the same obligations to the second and the owner.

Small cities here, many and larger ones under `make fuzz`. A city is the same for the same seed:
`python -m tests.cities.compare SEED --people N` prints what differs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cities.audit import differences, judged
from tests.cities.compare import audited

PINNED = (
    (3, 120),
    (5, 100),
    *(pytest.param(*drawn, marks=pytest.mark.long) for drawn in ((1, 300), (2, 200), (4, 150), (8, 120))),
)
"""(seed, people)"""


@pytest.mark.parametrize(("seed", "people"), PINNED)
def test_engine_and_reference_agree(seed: int, people: int, tmp_path: Path) -> None:
    want, got = audited(seed, people, tmp_path)
    assert len(want.holes) > 500, "a city without holes proves nothing"
    assert want.rejects, "a city without rejects proves nothing"
    assert judged() >= {hole for _, hole, *_ in want.holes}
    assert not differences(want, got)
