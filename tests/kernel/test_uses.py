"""What a stage uses (bihuan.kernel.uses): expressions in, the columns that decide their rows and values out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import pytest
from ibis import _

from bihuan.kernel.uses import ROWS, Uses, uses

PEOPLE = ibis.table({"person": "string", "name": "string", "area": "string", "old": "int64"}, name="people")
VISITS = ibis.table({"visit": "string", "person": "string", "at": "timestamp", "kind": "string"}, name="visits")
UNITS = ibis.table({"unit": "string", "area": "string"}, name="units")

P, V, U = ("people", ROWS), ("visits", ROWS), ("units", ROWS)

TABLE: dict[str, tuple[Callable[[], Any], set[tuple[str, str]], dict[str, set[tuple[str, str]]]]] = {
    "a column that is computed stands on those it is computed from": (
        lambda: PEOPLE.select(said=_.name + _.area, same=_.old),
        {P},
        {"said": {("people", "name"), ("people", "area")}, "same": {("people", "old")}},
    ),
    "a condition decides which rows there are, whatever is shown of them": (
        lambda: PEOPLE.filter(_.old > 60).select("name"),
        {P, ("people", "old")},
        {"name": {("people", "name")}},
    ),
    "what is computed and then dropped is not used": (
        lambda: PEOPLE.mutate(more=_.old + 1).select("person"),
        {P},
        {"person": {("people", "person")}},
    ),
    "a join stands on what it joins by, on either side": (
        lambda: VISITS.left_join(PEOPLE, "person").select("visit", "area"),
        {V, P, ("visits", "person"), ("people", "person")},
        {"visit": {("visits", "visit")}, "area": {("people", "area")}},
    ),
    "a group stands on its keys, its figures on what they are of": (
        lambda: VISITS.group_by("person").agg(last=_.at.max(), number=_.count()),
        {V, ("visits", "person")},
        {"person": {("visits", "person")}, "last": {("visits", "at")}, "number": set()},
    ),
    "the order within a window counts": (
        lambda: VISITS.mutate(n=ibis.row_number().over(group_by="person", order_by="at")).select("n"),
        {V},
        {"n": {("visits", "person"), ("visits", "at")}},
    ),
    "a set stands on all its columns": (
        lambda: PEOPLE.select("area", "old").distinct(),
        {P, ("people", "area"), ("people", "old")},
        {"area": {("people", "area")}, "old": {("people", "old")}},
    ),
    "a union has the rows of all its parts": (
        lambda: PEOPLE.select("area").union(UNITS.select("area")),
        {P, U},
        {"area": {("people", "area"), ("units", "area")}},
    ),
    "a figure of another table that stands in a value": (
        lambda: UNITS.mutate(most=PEOPLE.old.max().as_scalar()).select("most"),
        {U},
        {"most": {P, ("people", "old")}},
    ),
    "whether another table has such a row": (
        lambda: PEOPLE.filter(_.area.isin(UNITS.area)).select("name"),
        {P, U, ("people", "area"), ("units", "area")},
        {"name": {("people", "name")}},
    ),
    "of what is not known everything counts": (
        lambda: PEOPLE.select("name", "old").limit(3),
        {P, ("people", "name"), ("people", "old")},
        {"name": set(), "old": set()},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_an_expression_uses(name: str) -> None:
    expression, rows, columns = TABLE[name]
    found = uses(expression())
    assert found.rows == rows
    assert {column: set(used) for column, used in found.columns.items()} == columns
    assert Uses.from_lists(found.to_lists()) == found


def test_a_stage_that_grows_uses_all_of_what_it_grows_from() -> None:
    start = VISITS.filter(_["kind"] == "a").select("person", "visit")
    found = uses(start, VISITS.select("person", "visit"))
    assert found.rows == {V, ("visits", "kind"), ("visits", "person"), ("visits", "visit")}
