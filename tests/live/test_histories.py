"""Whatever happens to a city, its live holes are those of a full audit. (Long histories: ``make live``.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.live.history import History, lived


@pytest.mark.long
@pytest.mark.parametrize(("seed", "acts"), [(1, 8)])
def test_the_live_holes_are_those_of_a_full_audit(
    con: psycopg.Connection[Any], seed: int, acts: int, tmp_path: Path
) -> None:
    history = History(seed, tmp_path, people=40)
    differing = lived(history, con, steps=acts, every=4)
    assert not differing, differing
