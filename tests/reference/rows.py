"""A slow reading of the ledgers, cell by cell: what *Cells* and *Identity* of the contract say, and nothing of the engine.

A row is a dict of the English column names with Python values (None = empty), and knows its ledger, key, line and raw cells.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parents[1] / "contract" / "ledgers.toml"
MATCHED = {"item", "tube", "room", "category", "household", "plate", "hole"}
"""Texts by which rows are matched: normalised as keys are."""


@dataclass(frozen=True)
class Column:
    name: str
    heading: str
    type: str
    required: bool

    @property
    def ref(self) -> str | None:
        return self.type[4:] if self.type.startswith("ref:") else None

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.type[4:].split("|")) if self.type.startswith("one:") else ()


@dataclass(frozen=True)
class Ledger:
    name: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


COMMON = (
    Column("recorded_at", "录入时间", "time", False),
    Column("recorded_by", "录入人", "text", False),
    Column("retracted", "作废", "bool", False),
)


@cache
def contract() -> dict[str, Ledger]:
    """Every ledger in the order of ledgers.toml."""
    ledgers = {}
    for name, said in tomllib.loads(CONTRACT.read_text(encoding="utf-8")).items():
        columns = tuple(Column(n, h, t, note.startswith("!")) for n, h, t, note in said["columns"]) + COMMON
        ledgers[name] = Ledger(name, said["zh"], tuple(said.get("key", [columns[0].name])), columns)
    return ledgers


class Row(dict[str, Any]):
    """One line of a ledger. `key` as text, parts of a long key joined by |, times in it to the second."""

    def __init__(self, ledger: str, values: dict[str, Any], line: tuple[int, int] = (0, 0)) -> None:
        super().__init__(values)
        self.ledger, self.line = ledger, line
        self.key: str = "|".join(shown(self[c]) for c in contract()[ledger].key)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


def shown(value: Any) -> str:
    """A value of a key as text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


# ── cells ────────────────────────────────────────────────────────────────────────────────────────
class Unreadable(ValueError):
    """A cell that cannot be read; its text is the reason of the reject."""


def plain(text: str) -> str:
    """Width and space normalised: NFKC, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


ZONE = r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
CLOCK = rf"(?P<h>\d{{1,2}})(?::(?P<m>\d\d)(?::(?P<s>\d\d)(?:\.\d+)?)?|[时点](?:(?P<zm>\d{{1,2}})分)?){ZONE}"
DAYS = [
    (re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?:(?:\s+|T){CLOCK})?", re.ASCII), (1, 3, 4)),
    (re.compile(rf"(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})日(?:(?:\s*|T){CLOCK})?", re.ASCII), (1, 2, 3)),
]


def moment(text: str) -> datetime:
    """A date or time in one of the written forms; a date is its 00:00."""
    try:
        if re.fullmatch(r"\d{8}", text, re.ASCII):
            return datetime(int(text[:4]), int(text[4:6]), int(text[6:]))
        if re.fullmatch(r"\d{5}(\.\d*)?", text, re.ASCII):
            seconds = round(float(text) * 86400)
            return datetime(1899, 12, 30) + timedelta(seconds=seconds)
        for form, (y, m, d) in DAYS:
            if found := form.fullmatch(text):
                return _with_clock(datetime(int(found[y]), int(found[m]), int(found[d])), found)
    except (ValueError, OverflowError):
        pass
    raise Unreadable("unreadable date")


def _with_clock(day: datetime, found: re.Match[str]) -> datetime:
    """The day at its clock, in UTC+8. A clock without a colon must say 时 or 点."""
    if found["h"] is None:
        return day
    time = day.replace(hour=int(found["h"]), minute=int(found["m"] or found["zm"] or 0), second=int(found["s"] or 0))
    zone = found["zone"]
    if zone is None:
        return time
    shift = timedelta(0)
    if zone != "Z":
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    return time - shift + timedelta(hours=8)


def number(text: str) -> float:
    """Digits with a sign and a point at most."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII):
        raise Unreadable("unreadable number")
    return float(text)


def whole(text: str) -> int:
    if not number(text).is_integer():
        raise Unreadable("unreadable number")
    return int(number(text))


GROUPS = {2: 2, 4: 2, 6: 2, 9: 3, 12: 3, 15: 3}
"""The length of the last group of a code of so many digits."""


def area_code(text: str) -> str:
    """An area code without its trailing groups of zeros."""
    code = text
    while len(code) in GROUPS and re.fullmatch(r"\d+", code, re.ASCII) and int(code[-GROUPS[len(code)] :]) == 0:
        code = code[: -GROUPS[len(code)]]
    if len(code) not in GROUPS or not re.fullmatch(r"\d+", code, re.ASCII):
        raise Unreadable("unreadable area")
    return code


def yes_no(text: str) -> bool:
    said = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}.get(text.lower())
    if said is None:
        raise Unreadable("wrong choice")
    return said


def identity(text: str) -> str:
    """An identity number of 17 digits and a digit or X passes its checksum (GB 11643); anything else is another document."""
    if not re.fullmatch(r"\d{17}[\dXx]", text, re.ASCII):
        return text
    text = text.upper()
    weight = sum(int(n) * (2 ** (17 - i) % 11) for i, n in enumerate(text[:17]))
    if "10X98765432"[weight % 11] != text[17]:
        raise Unreadable("bad identity number")
    return text


def value_of(cell: str, column: Column, ledger: Ledger) -> Any:
    """The value of one cell; None where it is empty; Unreadable with the reason."""
    if not (text := plain(cell)):
        return None
    if column.ref == "people" or (ledger.name, column.name) == ("people", "person"):
        return identity(text)
    if column.type == "time":
        return moment(text)
    if column.type == "date":
        return moment(text).date()
    if column.choices:
        if text not in column.choices:
            raise Unreadable("wrong choice")
        return text
    read = {"int": whole, "real": number, "bool": yes_no, "area": area_code}.get(column.type)
    if read:
        return read(text)
    orders = ledger.name == "orders" and column.name in ("key", "value")
    if column.name in ledger.key or column.ref or orders or column.name in MATCHED:
        return text
    return cell.strip()


# ── files ────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Line:
    """One row of a file before it is judged: its values, its cells, the first unreadable cell."""

    ledger: str
    file: str
    row: int
    values: dict[str, Any]
    cells: dict[str, str]
    order: tuple[int, int]
    unreadable: tuple[str, str] | None = None


def sheets(path: Path) -> list[tuple[str, list[list[str]]]]:
    """(name, rows of cells) of every ledger that a file holds."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        return [(path.stem, list(csv.reader(io.StringIO(text, newline=""))))]
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    found = [
        (name, [[_cell(v) for v in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)])
        for name in book.sheet_names
    ]
    return [(path.stem, found[0][1])] if len(found) == 1 and not _ledger(found[0][0]) else found


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500000)).replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _ledger(name: str) -> Ledger | None:
    return next((x for x in contract().values() if plain(name) in (x.name, x.zh)), None)


def read_folder(folder: Path) -> list[Line]:
    """Every row of every ledger of a folder, files in name order, each cell read or not."""
    lines = []
    for number_of_file, path in enumerate(sorted(p for p in Path(folder).iterdir() if p.suffix in (".csv", ".xlsx"))):
        for name, rows in sheets(path):
            if ledger := _ledger(name):
                lines += _lines(ledger, path.name, number_of_file, rows)
    return lines


def _lines(ledger: Ledger, file: str, number_of_file: int, rows: list[list[str]]) -> list[Line]:
    start = next((i for i, r in enumerate(rows) if any(c.strip() for c in r)), None)
    if start is None:
        return []
    heads = [next((c for c in ledger.columns if plain(h) in (c.name, c.heading)), None) for h in rows[start]]
    lines = []
    for i, cells in enumerate(rows[start + 1 :], start + 2):
        if not any(c.strip() for c in cells):
            continue
        line = Line(ledger.name, file, i, {c.name: None for c in ledger.columns}, {}, (number_of_file, i))
        for column, cell in zip(heads, cells, strict=False):
            if column is None:
                continue
            line.cells[column.name] = cell
            try:
                line.values[column.name] = value_of(cell, column, ledger)
            except Unreadable as reason:
                line.unreadable = line.unreadable or (column.name, str(reason))
        lines.append(line)
    return lines
