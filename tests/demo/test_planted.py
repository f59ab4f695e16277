"""planted.csv held against the slow evaluator of the contract: every planted hole is found, and none beyond it."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from bihuan.demo import AS_OF, write
from tests.reference import all_of, read


@pytest.mark.parametrize(
    ("people", "seed", "days"), [(3_000, 20220106, 0), pytest.param(4_500, 11, 33, marks=pytest.mark.long)]
)
def test_the_planted_holes_and_no_others(tmp_path: Path, people: int, seed: int, days: int) -> None:
    city = write(tmp_path, people, seed=seed, as_of=AS_OF + timedelta(days=days))
    rows, rejects = read(tmp_path)
    assert rejects == []
    found = {hole.id for hole in all_of(rows, city.as_of) if hole.state == "open"}
    with (tmp_path / "planted.csv").open(encoding="utf-8-sig") as file:
        planted = {(row["hole"], row["subject"], row["item"]) for row in csv.DictReader(file)}
    assert len(planted) == 119  # every hole of the catalogue
    assert found - planted == set()
    assert planted - found == set()
