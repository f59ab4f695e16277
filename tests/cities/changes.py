"""Changes to a city of which the contract says what they do to its holes: other times, other keys, another order, less known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tests.reference.rows import Column, contract, plain
from tests.reference.world import BEGINNING, known_at

Rows = dict[str, list[dict[str, Any]]]
DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?")


def mapped(rows: Rows, change: Callable[[str, Column, Any], Any]) -> Rows:
    """Every cell that is not empty as ``change(ledger, column, value)`` gives it."""
    return {
        name: [
            {c.name: None if row[c.name] is None else change(name, c, row[c.name]) for c in contract()[name].columns}
            for row in found
        ]
        for name, found in rows.items()
    }


# ── other times ──────────────────────────────────────────────────────────────────────────────────
def shifted(rows: Rows, by: timedelta) -> Rows:
    """Every moment later by so much, also those in the names of holes; dates by whole days."""

    def change(_: str, column: Column, value: Any) -> Any:
        if column.type in ("time", "date"):
            return value + by
        return shifted_text(value, by) if column.name == "hole" else value

    return mapped(rows, change)


def shifted_text(text: str, by: timedelta) -> str:
    """An item or a hole's name with the moments in it later by so much."""

    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0]) + by
        return moment.isoformat(timespec="minutes") if "T" in found[0] else moment.date().isoformat()

    return DAY.sub(later, text)


# ── other keys ───────────────────────────────────────────────────────────────────────────────────
@cache
def _named(ledger: str, column: Column) -> bool:
    """Whether a column holds a key, a reference, or a text by which rows of one city find each other."""
    keys = column.name in contract()[ledger].key and column.type == "text"
    return keys or column.ref is not None or column.name in ("tube", "household", "plate", "category", "giver")


class Renamed:
    """A city under other keys and in other places: ``prefix`` before every key, ``codes`` for the first digits of areas."""

    def __init__(self, prefix: str, codes: dict[str, str]) -> None:
        self.prefix, self.codes = prefix, codes

    def area(self, code: str | None) -> str | None:
        if code is None:
            return None
        known = max((c for c in self.codes if code.startswith(c)), key=len, default="")
        return self.codes.get(known, "") + code[len(known) :]

    def rows(self, rows: Rows) -> Rows:
        return mapped(rows, self._cell)

    def _cell(self, ledger: str, column: Column, value: Any) -> Any:
        if column.type == "area":
            return self.area(value)
        if _named(ledger, column):
            return self.prefix + plain(value)
        return self._hole_name(value) if column.name == "hole" else value

    def _hole_name(self, text: str) -> str:
        hole, subject, *items = plain(text).split("/")
        return "/".join([hole, self.prefix + subject, *self._items(items)])

    def holes(self, holes: dict[Any, tuple[Any, ...]], rows: Rows) -> dict[Any, tuple[Any, ...]]:
        """The holes of the copy from those of the city: subjects, items, officers and areas by its names."""
        names = self._names(rows)

        def text(value: str | None) -> str:
            head, slash, rest = (value or "").partition("/")
            return names.get(value or "", names.get(head, head) + slash + rest)

        found = {}
        for (state, hole, subject, item), (since, closed, owner, severity, area, up, name) in holes.items():
            who = (owner and text(owner), severity, self.area(area), up and text(up), name)
            found[(state, hole, text(subject), text(item))] = (since, closed, *who)
        return found

    def _names(self, rows: Rows) -> dict[str, str]:
        """Every key and code of the rows → what it is in the copy."""
        copy = self.rows(rows)
        return {
            plain(value): theirs[column]
            for name, found in rows.items()
            for mine, theirs in zip(found, copy[name], strict=True)
            for column, value in mine.items()
            if isinstance(value, str) and column != "hole" and theirs[column] != value
        }

    def _items(self, items: list[str]) -> list[str]:
        return [item if DAY.fullmatch(item) or not item else self.prefix + item for item in items]


def together(*parts: Rows) -> Rows:
    """Several cities in one folder."""
    return {name: [row for part in parts for row in part[name]] for name in parts[0]}


# ── what was known by then ───────────────────────────────────────────────────────────────────────
def known(ledger: str, row: dict[str, Any]) -> datetime:
    """When a row became known; a withdrawal without a moment holds from the beginning."""
    from tests.reference.rows import Row

    if row["retracted"] and row["recorded_at"] is None:
        return BEGINNING
    return known_at(Row(ledger, row))


def referring_to_known(rows: Rows, then: datetime) -> Rows:
    """Without the rows that refer to what nobody knew by then: alone, the rows known by then would be rejects."""
    while True:
        keys = {name: {_key(name, r) for r in found if known(name, r) <= then} for name, found in rows.items()}
        kept = {name: [r for r in found if _refers_to(name, r, keys)] for name, found in rows.items()}
        if kept == rows:
            return rows
        rows = kept


def _key(ledger: str, row: dict[str, Any]) -> Any:
    return plain(str(row[contract()[ledger].key[0]]))


def _refers_to(ledger: str, row: dict[str, Any], keys: dict[str, set[Any]]) -> bool:
    references = ((c, c.ref) for c in contract()[ledger].columns if c.ref not in (None, "people", "units"))
    return all(
        row[c.name] is None or plain(row[c.name]) in keys[str(ref)] or (ledger, c.name) == ("lots", "split_from")
        for c, ref in references
    )


# ── the order of files and rows ──────────────────────────────────────────────────────────────────
def untied(rows: Rows) -> Rows:
    """Of versions of one key that became known at one moment, or are of one recorded_at, the last alone."""
    found: Rows = {}
    for name, versions in rows.items():
        kept = [r for r in versions if all(r[k] is not None for k in contract()[name].key)]
        for told in (lambda r: known(name, r), lambda r: r["recorded_at"]):  # noqa: B023
            last = {(*(str(r[k]) for k in contract()[name].key), told(r)): r for r in kept}
            kept = list(last.values())
        found[name] = kept
    return found
