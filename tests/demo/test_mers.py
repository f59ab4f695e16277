"""The MERS example: what is known of the outbreak comes out of the ledgers."""

from __future__ import annotations

import importlib.util
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from bihuan.domains.catalogue import ledgers

EXAMPLE = Path(__file__).parents[2] / "examples" / "mers-korea-2015" / "convert.py"


@pytest.fixture(scope="module")
def convert() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mers_convert", EXAMPLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_cases_and_sources(convert: ModuleType) -> None:
    rows = convert.convert()
    assert len(rows["cases"]) == len(rows["people"]) == 162
    assert len(rows["contacts"]) == 98
    exposed = Counter(row["case"] for row in rows["contacts"])
    assert [exposed[case] for case in ("SK_14", "SK_1", "SK_16", "SK_15")] == [38, 26, 21, 4]
    assert exposed.most_common(4) == [("SK_14", 38), ("SK_1", 26), ("SK_16", 21), ("SK_15", 4)]


def test_several_sources(convert: ModuleType) -> None:
    """98 exposures of 95 people: three beyond the first source of each, of two people."""
    sources = defaultdict(set)
    for row in convert.convert()["contacts"]:
        sources[row["person"]].add(row["case"])
    assert len(sources) == 95
    several = {person: found for person, found in sources.items() if len(found) > 1}
    assert several == {"SK_39": {"SK_14", "SK_11", "SK_12"}, "SK_107": {"SK_16", "SK_87"}}
    infected_by = {row["case"]: row["infected_by"] for row in convert.convert()["cases"]}
    assert all(not infected_by[person] for person in several)
    assert sum(1 for source in infected_by.values() if source) == 93


def test_columns_are_the_ledgers(convert: ModuleType) -> None:
    declared = {ledger.name: ledger for ledger in ledgers()}
    for name, rows in convert.convert().items():
        keys = {row[declared[name].key[0]] for row in rows}
        assert len(keys) == len(rows)
        for row in rows:
            for column in declared[name].columns:
                assert row.get(column.name) or not column.required, (name, column.name, row)
                if column.choices and row.get(column.name):
                    assert row[column.name] in column.choices
            for cell in row:
                assert declared[name][cell]


def test_what_is_not_in_the_data_is_left_empty(convert: ModuleType) -> None:
    cases = convert.convert()["cases"]
    assert all("isolated_at" not in row and "recovered_at" not in row for row in cases)
    assert sum(1 for row in cases if not row["onset_at"]) == 27
    late = [row["case"] for row in cases if row["reported_at"] > row["positive_at"]]
    assert len(late) == 19 and {"SK_14", "SK_15", "SK_16"} <= set(late)


def test_written_files(convert: ModuleType, tmp_path: Path) -> None:
    assert convert.main([str(tmp_path)]) == 0
    assert convert.main([]) == 2
    names = {"areas.csv", "units.csv", "people.csv", "cases.csv", "contacts.csv", "as_of.txt"}
    assert {p.name for p in tmp_path.iterdir()} == names
