"""The key figures of the epidemic: each a count of the rows of one ledger under filters that the desk's list of that
ledger has too (``bihuan.desk.rows``), so that whoever follows a figure sees the rows that were counted.

A period is what lies after the last briefing's moment and not after this one's: (since, as_of].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bihuan.engines.duckdb import literal
from bihuan.kernel.ledger import Ledger

if TYPE_CHECKING:
    import duckdb

Pair = tuple[str, str]

PERIOD = ("after:since", "by:as_of")
"""Of a moment's column: within the period."""


@dataclass(frozen=True)
class Column:
    """One column of a table of figures. ``where``: ledger column → how its moment lies, of ``after`` (later than),
    ``by`` (not later than) and ``not_by`` (empty, or later than), each with ``since`` or ``as_of``; or a value."""

    title: Pair
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Figures of one ledger: a row for each value of ``by``, a column for each condition. ``counts``: the column whose
    distinct values are counted (people, arrivals); without one the rows are."""

    ledger: str
    title: Pair
    by: str
    rows: tuple[tuple[str, Pair], ...]
    columns: tuple[Column, ...]
    counts: str = ""
    unit: Pair = ("", "")


TABLES = (
    Table(
        "cases",
        ("病例", "Cases"),
        "kind",
        (("确诊", ("确诊", "confirmed")), ("无症状", ("无症状", "without symptoms")), ("疑似", ("疑似", "suspected"))),
        (
            Column(("累计", "in all")),
            Column(("未出院", "not recovered"), {"recovered_at": ("not_by:as_of",)}),
            Column(("期间直报", "reported in the period"), {"reported_at": PERIOD}),
            Column(("期间出院", "recovered in the period"), {"recovered_at": PERIOD}),
        ),
        unit=("例", "cases"),
    ),
    Table(
        "contacts",
        ("密接", "Contacts"),
        "degree",
        (("密接", ("密接", "close contacts")), ("次密接", ("次密接", "contacts of contacts"))),
        (
            Column(("累计判定", "identified in all"), {"identified_at": ("by:as_of",)}),
            Column(("期间判定", "identified in the period"), {"identified_at": PERIOD}),
        ),
        counts="person",
        unit=("人", "people"),
    ),
    Table(
        "measures",
        ("管控中的人员", "People under measures"),
        "kind",
        (
            ("集中隔离", ("集中隔离", "central isolation")),
            ("居家隔离", ("居家隔离", "isolation at home")),
            ("健康监测", ("健康监测", "health monitoring")),
        ),
        (
            Column(("管控中", "in force"), {"since": ("by:as_of",), "ended_at": ("not_by:as_of",)}),
            Column(("期间开始", "begun in the period"), {"since": PERIOD}),
            Column(("期间解除", "ended in the period"), {"since": ("by:as_of",), "ended_at": PERIOD}),
        ),
        counts="person",
        unit=("人", "people"),
    ),
    Table(
        "samples",
        ("核酸检测", "Samples"),
        "of",
        (("人", ("人", "of people")), ("物", ("物", "of goods")), ("环境", ("环境", "of places"))),
        (
            Column(("期间采样", "taken in the period"), {"sampled_at": PERIOD}),
            Column(
                ("期间检出阳性", "positive in the period"),
                {"sampled_at": ("by:as_of",), "resulted_at": PERIOD, "result": ("=阳",)},
            ),
            Column(("未出结果", "without a result"), {"sampled_at": ("by:as_of",), "resulted_at": ("not_by:as_of",)}),
        ),
        unit=("份", "samples"),
    ),
    Table(
        "arrivals",
        ("来返人员", "Arrivals"),
        "mode",
        (
            ("航班", ("航班", "by air")),
            ("船舶", ("船舶", "by ship")),
            ("铁路", ("铁路", "by rail")),
            ("公路", ("公路", "by road")),
        ),
        (
            Column(("累计", "in all"), {"left_at": ("by:as_of",)}),
            Column(("期间到达", "arrived in the period"), {"left_at": ("by:as_of",), "arrived_at": PERIOD}),
        ),
        unit=("人次", "journeys"),
    ),
    Table(
        "verifications",
        ("来返核查", "Arrivals checked"),
        "outcome",
        (
            ("在", ("在", "there")),
            ("不在", ("不在", "not there")),
            ("查无此人", ("查无此人", "unknown there")),
            ("已离开", ("已离开", "gone")),
        ),
        (
            Column(("累计", "in all"), {"at": ("by:as_of",)}),
            Column(("期间核查", "checked in the period"), {"at": PERIOD}),
        ),
        counts="arrival",
        unit=("人次", "arrivals"),
    ),
)
LEDGERS = tuple(table.ledger for table in TABLES)

HOME = ("arrivals", "transfers", "livestock_moves")
"""Ledgers whose rows lie where they go (``to_area``)."""


def words(by: str, value: str, column: Column, moments: Mapping[str, dt.datetime]) -> dict[str, str]:
    """A figure's filters as an address of the desk's list has them."""
    said = {f"f.{by}": value} if value else {}
    for name, conditions in column.where.items():
        for condition in conditions:
            how, _, which = condition.partition(":")
            if which:
                said[f"f.{name}.{how}"] = stamp(moments[which])
            else:
                said[f"f.{name}"] = condition.removeprefix("=")
    return said


def stamp(moment: dt.datetime) -> str:
    """2022-01-06T14:00; with its seconds where it has some."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def count(
    con: duckdb.DuckDBPyConnection,
    ledgers: Mapping[str, Ledger],
    area: str,
    moments: Mapping[str, dt.datetime],
) -> list[dict[str, Any]]:
    """The tables, counted over the ledgers as known (the engine's stages), of rows in ``area``."""
    return [_table(con, table, ledgers[table.ledger], area, moments) for table in TABLES]


def _table(
    con: duckdb.DuckDBPyConnection, table: Table, ledger: Ledger, area: str, moments: Mapping[str, dt.datetime]
) -> dict[str, Any]:
    kinds = [*table.rows, ("", ("合计", "together"))]
    counted = f'count(DISTINCT l."{table.counts}")' if table.counts else "count(*)"
    asked = [
        f"{what} FILTER (WHERE {' AND '.join(_conditions(table.by, value, column, moments))})"
        for value, _ in kinds
        for column in table.columns
        for what in (counted, "count(*)")
    ]
    found = con.execute(f'SELECT {", ".join(asked)} FROM "{table.ledger}" l WHERE {scope(ledger, area)}').fetchone()
    numbers = iter(found or ())
    rows = [
        {
            "title": list(title),
            "cells": [
                {"n": n, "rows": of, "words": words(table.by, value, column, moments)}
                for column, n, of in zip(table.columns, *_by_twos(numbers, len(table.columns)), strict=True)
            ],
        }
        for value, title in kinds
    ]
    return {
        "ledger": table.ledger,
        "title": list(table.title),
        "unit": list(table.unit),
        "columns": [list(c.title) for c in table.columns],
        "rows": rows,
    }


def _by_twos(numbers: Iterator[int], n: int) -> tuple[list[int], list[int]]:
    pairs = [(next(numbers), next(numbers)) for _ in range(n)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _conditions(by: str, value: str, column: Column, moments: Mapping[str, dt.datetime]) -> list[str]:
    made = [f"l.\"{by}\" = '{value}'"] if value else ["true"]
    for name, conditions in column.where.items():
        for condition in conditions:
            how, _, which = condition.partition(":")
            cell = f'l."{name}"'
            if how == "after":
                made.append(f"{cell} > {literal(moments[which])}")
            elif how == "by":
                made.append(f"{cell} <= {literal(moments[which])}")
            elif how == "not_by":
                made.append(f"({cell} IS NULL OR {cell} > {literal(moments[which])})")
            else:
                made.append(f"{cell} = '{condition.removeprefix('=')}'")
    return made


def scope(ledger: Ledger, area: str) -> str:
    """SQL of the engine: row ``l`` lies in an area, by the first of its columns that gives a place: an area, a unit, a
    person; as the desk's lists have it."""
    if not area:
        return "true"
    areas = ["to_area"] if ledger.name in HOME else [c.name for c in ledger.columns if c.type == "area"]
    parts = [f"starts_with(l.\"{name}\", '{area}')" for name in areas]
    if not areas:
        for target, key in (("units", "unit"), ("people", "person")):
            known = f"(SELECT {key} FROM \"{target}\" WHERE starts_with(area, '{area}'))"
            parts += [f'l."{c.name}" IN {known}' for c in ledger.columns if c.refers == target]
    # An empty cell lies nowhere: not even in doubt, which a count would leave out and NOT would keep.
    return f"coalesce({' OR '.join(parts)}, false)" if parts else "true"
