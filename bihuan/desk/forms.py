"""The form of one row, made from its ledger's columns.

Documents and phone numbers that a form begins with are not shown, nor a text that has any in it: they come sealed, and
go back sealed unless somebody types another.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.desk import masking, tokens
from bihuan.exchange import example
from bihuan.kernel.ledger import Column, Ledger
from bihuan.live.masked import numbered

SEALED = "sealed."
"""Before the name of a field that holds a sealed value."""


REMARKS = {
    ("orders", "key"): (
        "可填的参数和现行的值见“措施标准”页；带 * 的换成具体的类别、岗位、物资",
        "the page Orders lists the parameters and what is in force; put a kind, post or item in place of *",
    )
}
"""What a form says of a column otherwise than a template does, where the parameters stand on a sheet of their own."""


def remark(ledger: Ledger, column: Column, lang: str) -> str:
    """What is to be known when a column is filled in on a page; "" where nothing is."""
    said = REMARKS.get((ledger.name, column.name))
    return said[0 if lang == "zh" else 1] if said else example.remark(ledger, column, lang)


@dataclass
class Field:
    """One field: its column, what it holds, how it is typed, what is wrong with it."""

    column: Column
    value: str = ""
    sealed: str = ""
    shown: str = ""  # of a sealed value
    fixed: bool = False  # the key of a row that is corrected
    choices: tuple[str, ...] = ()
    kind: str = "text"  # text, select, datetime-local, date, decimal, long
    refers: str = ""  # ledger in which the typed key is looked up
    fault: str = ""

    @property
    def id(self) -> str:
        return f"id-{self.column.name}"


LONG = ("text", "remedy", "evidence", "reason", "direct", "principal", "supervisory", "address", "title")
"""Columns that hold sentences."""


@dataclass
class Form:
    ledger: Ledger
    fields: list[Field] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    fault: str = ""

    @property
    def faults(self) -> int:
        return sum(1 for f in self.fields if f.fault)


def made(ledger: Ledger, values: Mapping[str, str], fixed: bool = False) -> Form:
    """A form that begins with ``values``; ``fixed``: its key can't be changed, for it is a correction."""
    form = Form(ledger)
    for column in ledger.columns:
        value = values.get(column.name, "")
        one = Field(column, value, fixed=fixed and column.name in ledger.key, choices=_choices(column))
        one.kind = _kind(column)
        one.refers = column.refers if column.type == "ref" else "areas" if column.type == "area" else ""
        if one.kind == "datetime-local" and value:
            one.value = value.replace(" ", "T")
        shown = masking.masked_document(value) if numbered(column, ledger) else masking.masked(value)
        if value and (numbered(column, ledger) or shown != value):
            one.sealed, one.shown, one.value = tokens.seal("cell", value), shown, ""
        form.fields.append(one)
    return form


def _choices(column: Column) -> tuple[str, ...]:
    return ("是", "否") if column.type == "bool" else column.choices


def _kind(column: Column) -> str:
    if _choices(column):
        return "select"
    kinds = {"time": "datetime-local", "date": "date", "int": "decimal", "real": "decimal"}
    return kinds.get(column.type) or ("long" if column.name in LONG and column.type == "text" else "text")


def posted(ledger: Ledger, data: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a form that was sent; what was sealed is opened."""
    row: dict[str, str] = {}
    for column in ledger.columns:
        text = str(data.get(column.name, "")).strip()
        sealed = str(data.get(SEALED + column.name, ""))
        if not text and sealed:
            text = tokens.unseal("cell", sealed) or ""
        if text:
            row[column.name] = text.replace("T", " ") if column.type == "time" else text
    return row
