"""The declarations against the interchange contract (tests/contract/ledgers.toml)."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bihuan.domains import catalogue
from bihuan.kernel.ledger import RECORD_COLUMNS, Column, Ledger, by_name
from bihuan.kernel.schema import ibis_schema

CONTRACT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "contract" / "ledgers.toml").read_text(encoding="utf-8")
)
LEDGERS = catalogue.ledgers()
CHINESE = re.compile("[一-鿿]")

PLANNED = {
    "since",
    "until",
    "planned_until",
    "planned_at",
    "due",
    "break_down_by",
    "expires",
    "licence_until",
    "status_since",
}
MATCHED = {
    ("stocks", "item"),
    ("samples", "tube"),
    ("measures", "room"),
    ("findings", "category"),
    ("findings", "hole"),
    ("people", "household"),
    ("passages", "plate"),
    ("permits", "plate"),
    ("orders", "key"),
    ("orders", "value"),
}


def as_contract(column: Column) -> list[str]:
    """A column as ledgers.toml writes it: name, heading, type, note with its mark of what is required."""
    of = column.refers or "|".join(column.choices)
    return [
        column.name,
        column.heading,
        f"{column.type}:{of}" if of else column.type,
        " ".join(word for word in ("!" if column.required else "", column.note) if word),
    ]


def test_ledgers_stand_in_the_order_of_the_contract() -> None:
    assert [ledger.name for ledger in LEDGERS] == list(CONTRACT)


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda ledger: ledger.name)
def test_a_ledger_is_as_the_contract_has_it(ledger: Ledger) -> None:
    entry = CONTRACT[ledger.name]
    assert ledger.title == entry["zh"]
    assert [as_contract(column) for column in ledger.columns] == entry["columns"]
    assert list(ledger.key) == entry.get("key", [entry["columns"][0][0]])


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda ledger: ledger.name)
def test_every_column_says_why_how_sensitive_and_for_how_long(ledger: Ledger) -> None:
    assert ledger.english
    for column in ledger.all_columns:
        zh, en = column.purpose
        assert CHINESE.search(zh), (column.name, "purpose in Chinese")
        assert en.strip() and not CHINESE.search(en), (column.name, "purpose in English")
        assert column.english.isascii() and column.english, (column.name, "heading in English")
        assert column.grade in ("公开", "内部", "个人", "敏感")
    for column in ledger.columns:
        if column.grade in ("个人", "敏感"):
            assert column.keep_days > 0, (column.name, "personal data without a retention")


def test_what_names_a_person_or_tells_of_health_is_sensitive() -> None:
    for ledger in LEDGERS:
        for column in ledger.columns:
            if column.refers == "people" or (ledger.name, column.name) == ("people", "person"):
                assert column.grade == "敏感", (ledger.name, column.name)
    for name in ("samples", "cases", "contacts", "check_ins", "clinic_visits", "monitoring", "vaccinations"):
        assert any(column.grade == "敏感" and not column.refers for column in by_name(LEDGERS)[name].columns), name


def test_headings_are_told_apart_as_they_are_read() -> None:
    """A header is a name or a heading, read with width and space normalised; none may mean two columns."""
    for ledger in LEDGERS:
        heads = [unicodedata.normalize("NFKC", w).strip() for c in ledger.all_columns for w in (c.name, c.heading)]
        assert len(set(heads)) == len(heads), ledger.name


def test_planned_moments_are_those_of_the_contract() -> None:
    for ledger in LEDGERS:
        for column in ledger.columns:
            named = column.name in PLANNED or (ledger.name, column.name) in {("shifts", "start"), ("shifts", "end")}
            assert column.planned == (named and column.is_moment), (ledger.name, column.name)


def test_matched_texts_are_those_of_the_contract() -> None:
    assert {(ledger.name, c.name) for ledger in LEDGERS for c in ledger.columns if c.matched} == MATCHED


def test_only_the_split_of_a_lot_may_name_nothing() -> None:
    assert [(ledger.name, c.name) for ledger in LEDGERS for c in ledger.columns if c.unchecked] == [
        ("lots", "split_from")
    ]


def test_when_a_row_without_recorded_at_became_known() -> None:
    """loops.md, *Known*: the first required time or date; from the beginning where there is none."""
    known = {ledger.name: ledger.default_known and ledger.default_known.name for ledger in LEDGERS}
    assert {name for name, column in known.items() if column is None} == {
        "areas",
        "units",
        "officers",
        "shifts",
        "tasks",
        "findings",
        "people",
        "groups",
        "cases",
        "lots",
        "gatherings",
        "plan_assignments",
    }
    assert known["contacts"] == "last_exposed_at"
    assert known["arrivals"] == "left_at"
    assert known["venue_days"] == "day"
    assert known["duties"] == "since"


def test_a_rows_own_event() -> None:
    """loops.md, *Moments after now*: required moments not planned; of an imported lot with a port, its entry."""
    named = by_name(LEDGERS)
    assert [c.name for c in named["contacts"].event_columns] == ["last_exposed_at", "identified_at"]
    assert named["measures"].event_columns == ()
    assert named["lots"].event_where == ("entered_at", "imported", "port")
    assert [ledger.name for ledger in LEDGERS if ledger.event_where] == ["lots"]


def test_rooms_hold_what_belongs_to_them() -> None:
    room = {ledger.name: ledger.room for ledger in LEDGERS}
    assert {r: sum(x == r for x in room.values()) for r in catalogue.ROOMS} == {
        "organisation": 19,
        "people": 14,
        "cases": 6,
        "goods": 7,
        "places": 3,
        "strength": 4,
    }
    assert (room["measures"], room["check_ins"], room["feeds"]) == ("people", "cases", "organisation")


def test_a_ledger_survives_being_stored() -> None:
    import json

    for ledger in LEDGERS:
        assert Ledger.from_dict(json.loads(json.dumps(ledger.to_dict()))) == ledger


def test_the_raw_schema_types_every_column() -> None:
    schema = ibis_schema(by_name(LEDGERS)["samples"])
    assert list(schema)[-6:] == ["recorded_at", "recorded_by", "retracted", "_source", "_row", "_only"]
    assert (schema["of"], schema["ct"], schema["sampled_at"]) == ("string", "float64", "timestamp(6)")
    assert (schema["_source"], schema["_row"], schema["_only"]) == ("int32", "int64", "boolean")
    days = ibis_schema(by_name(LEDGERS)["venue_days"])
    assert (days["day"], days["open"]) == ("date", "boolean")


def test_django_finds_nothing_wrong_with_the_models() -> None:
    from django.core import checks

    assert checks.run_checks() == []


def test_words_and_grades_ask_for_no_migration() -> None:
    """A migration sees plain fields of Django, and can make a field anew from what it sees."""
    from bihuan.domains.fields import describe

    for model in catalogue.models():
        for field in (model._meta.get_field(column.name) for column in describe(model).all_columns):
            _, path, args, kwargs = field.deconstruct()
            assert path.startswith(("django.db.models.", "bihuan.domains.fields.LocalTime")) and not args
            assert not {"verbose_name", "choices", "purpose", "grade"} & set(kwargs)
            assert field.clone().deconstruct()[1:] == (path, args, kwargs)


def test_a_required_cell_may_be_empty_in_the_database_but_a_key_may_not() -> None:
    """A row that withdraws another needs only its key."""
    named = {model.ledger.name: model for model in catalogue.models()}
    from bihuan.domains.fields import LedgerField  # Django is set up by now

    stay = named["check_ins"]._meta
    columns = [f for f in stay.get_fields() if isinstance(f, LedgerField)]
    assert [f.name for f in columns if not f.null] == ["person", "unit", "at"]
    assert named["people"]._meta.get_field("name").null
    assert not named["people"]._meta.get_field("name").blank


def test_every_ledger_takes_the_record_columns() -> None:
    for model in catalogue.models():
        for column in RECORD_COLUMNS:
            kept = replace(model._meta.get_field(column.name).as_column(model.ledger), keep_days=0)
            assert kept == column


def test_the_catalogue_is_cheap_to_import_and_parameters_need_no_django() -> None:
    script = (
        "import sys; from bihuan.domains import catalogue; catalogue.parameters();"
        "sys.exit(any(m in sys.modules for m in ('django', 'ibis', 'polars', 'pyarrow')))"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
