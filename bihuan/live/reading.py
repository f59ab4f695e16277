"""Rows as they are typed on a page: read and checked cell by cell, by the rules by which ``check`` reads a file.

Contract: loops.md, *Cells*, *Identity* and *Rejects*. A folder of files goes through ``bihuan.exchange``; here are the
same readers for a row at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bihuan.exchange import advice, cells
from bihuan.exchange.load import is_person
from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.parameters import Parameter, find
from bihuan.live import masked

Value = str | int | float | bool | dt.date | dt.datetime | None
Row = dict[str, Value]

Held = Callable[[str, Sequence[str]], set[str]]
"""Ledger, keys → those of them that some row there has."""


@dataclass(frozen=True)
class Reject:
    """A row that was not written: which (from 0), the column, the cell as given, the reason, and what to do."""

    row: int
    column: str
    value: str
    reason: str
    advice: tuple[str, str]

    def said(self, lang: str) -> str:
        return self.advice[0 if lang == "zh" else 1]


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        self.column, self.value, self.reason = column, value, reason


def read(
    ledger: Ledger, rows: Sequence[Mapping[str, object]], parameters: Iterable[Parameter], held: Held
) -> tuple[list[Row], list[Reject]]:
    """The rows typed, and those that cannot be written. Raises KeyError for a column that the ledger does not have."""
    parameters = tuple(parameters)
    read: list[tuple[int, Row]] = []
    rejects: list[Reject] = []
    for number, row in enumerate(rows):
        try:
            typed = _cells(ledger, row)
            _filled(ledger, typed)
            if ledger.name == "orders":
                _order(row, typed, parameters)
            read.append((number, typed))
        except _Bad as bad:
            rejects.append(_reject(ledger, number, bad))
    for column in (c for c in ledger.columns if c.refers not in ("", "people", "units") and not c.unchecked):
        named = {str(row[column.name]) for _, row in read if row.get(column.name) is not None}
        there = held(column.refers, sorted(named)) if named else set()
        if column.refers == ledger.name:
            there |= {str(row[ledger.key[0]]) for _, row in read}
        lost = [(n, row) for n, row in read if row.get(column.name) is not None and row[column.name] not in there]
        rejects += [_reject(ledger, n, _Bad(column.name, _text(rows[n][column.name]), cells.UNKNOWN)) for n, _ in lost]
        gone = {n for n, _ in lost}
        read = [(n, row) for n, row in read if n not in gone]
    seen: dict[tuple[Value, ...], int] = {}
    for n, row in read:
        key = tuple(row.get(k) for k in ledger.key)
        if key in seen:
            said = "|".join(_text(v) for v in key)
            rejects.append(_reject(ledger, seen[key], _Bad(ledger.key[0], said, cells.DUPLICATE)))
        seen[key] = n
    stays = set(seen.values())
    return [row for n, row in read if n in stays], sorted(rejects, key=lambda r: r.row)


def _cells(ledger: Ledger, row: Mapping[str, object]) -> Row:
    typed: Row = {}
    for name, given in row.items():
        column = ledger[name]
        text = _text(given)
        if cells.normal(text) == "":
            typed[name] = None
            continue
        if masked.refused(column, ledger, text):
            raise _Bad(name, text, cells.MASKED)
        try:
            value = cells.reader(column, name in ledger.key, is_person(column, ledger))(text)
        except cells.Unreadable as error:
            raise _Bad(name, text, str(error)) from error
        assert value is None or isinstance(value, str | int | float | dt.date)
        # The database holds no NUL; no sheet shows one.
        typed[name] = value.replace("\x00", "") or None if isinstance(value, str) else value
    return typed


def _filled(ledger: Ledger, row: Row) -> None:
    for column in ledger.columns:
        wanted = column.name in ledger.key or (column.required and not row.get("retracted"))
        if wanted and row.get(column.name) is None:
            raise _Bad(column.name, "", cells.MISSING)


def _order(given: Mapping[str, object], row: Row, parameters: Sequence[Parameter]) -> None:
    key, value = row.get("key"), row.get("value")
    if key is None:
        return
    parameter = find(parameters, str(key))
    if parameter is None:
        raise _Bad("key", _text(given["key"]), cells.WRONG_CHOICE)
    if value is not None and not parameter.reads(str(value)):
        raise _Bad("value", _text(given["value"]), cells.BAD_VALUE)


def _reject(ledger: Ledger, number: int, bad: _Bad) -> Reject:
    column: Column = ledger[bad.column]
    both = (advice.sentence(ledger, column, bad.reason, "zh"), advice.sentence(ledger, column, bad.reason, "en"))
    return Reject(number, bad.column, bad.value, bad.reason, both)


def _text(value: object) -> str:
    """A cell as it is typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None, microsecond=0).isoformat(sep=" ")
    if isinstance(value, float):
        return f"{value:.15f}".rstrip("0").rstrip(".")
    return str(value)
