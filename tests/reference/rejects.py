"""Which rows are rejected and why (*Rejects*): one line a row, references to rejected rows too."""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.orders import known_key, read_value
from tests.reference.rows import Line, Row, contract, shown

UNCHECKED = {("lots", "split_from")}


@dataclass(frozen=True)
class Reject:
    file: str
    row: int
    column: str
    value: str
    reason: str


def judge(lines: list[Line]) -> tuple[dict[str, list[Row]], list[Reject]]:
    """(rows of each ledger that stand, rejects): cells, then what is missing, orders, references until nothing changes, duplicates."""
    why: dict[int, tuple[str, str]] = {}
    for i, line in enumerate(lines):
        if fault := line.unreadable or _missing(line) or _order(line):
            why[i] = fault
    unreferred = dict(why)
    while more := _unknown(lines, why, told=why):
        why |= more
    # Which reference of a row is told goes by all that were rejected in the end, not by the round in which it was.
    why = unreferred | _unknown(lines, why, told=unreferred)
    doubled = _duplicates(lines, why)
    rejects = [
        Reject(x.file, x.row, why[i][0], x.cells.get(why[i][0], "") if why[i][1] != "missing" else "", why[i][1])
        for i, x in enumerate(lines)
        if i in why
    ]
    rejects += [
        Reject(lines[i].file, lines[i].row, contract()[lines[i].ledger].key[0], _key(lines[i]), "duplicate")
        for i in doubled
    ]
    rows: dict[str, list[Row]] = {name: [] for name in contract()}
    for i, line in enumerate(lines):
        if i not in why and i not in doubled:
            rows[line.ledger].append(Row(line.ledger, line.values, line.order))
    return rows, rejects


def _key(line: Line) -> str:
    return "|".join(shown(line.values[c]) for c in contract()[line.ledger].key)


def _missing(line: Line) -> tuple[str, str] | None:
    """A required cell is empty; a row with retracted 是 needs only its key."""
    ledger = contract()[line.ledger]
    for column in ledger.columns:
        needed = column.name in ledger.key if line.values["retracted"] else column.required or column.name in ledger.key
        if needed and line.values[column.name] is None:
            return column.name, "missing"
    return None


def _order(line: Line) -> tuple[str, str] | None:
    """An order's key that no rule asks for; a value that its key cannot read."""
    if line.ledger != "orders" or line.values["key"] is None:
        return None
    if not known_key(line.values["key"]):
        return "key", "wrong choice"
    try:
        if line.values["value"] is not None:
            read_value(line.values["key"], line.values["value"])
    except ValueError:
        return "value", "unreadable value"
    return None


def _unknown(
    lines: list[Line], why: dict[int, tuple[str, str]], told: dict[int, tuple[str, str]]
) -> dict[int, tuple[str, str]]:
    """Rows, but those already told, that refer to no row or only to rejected ones (``why``). Persons, units and split_from
    may be strangers."""
    keys: dict[str, set[str]] = {name: set() for name in contract()}
    for i, line in enumerate(lines):
        if i not in why:
            keys[line.ledger].add(_key(line))
    found = {}
    for i, line in enumerate(lines):
        if i in told:
            continue
        for column in contract()[line.ledger].columns:
            target, value = column.ref, line.values[column.name]
            if target in (None, "people", "units") or value is None or (line.ledger, column.name) in UNCHECKED:
                continue
            if value not in keys[target]:
                found[i] = (column.name, "unknown reference")
                break
    return found


def _duplicates(lines: list[Line], why: dict[int, tuple[str, str]]) -> set[int]:
    """Of rows with one key and one recorded_at the last stands; an earlier one that differs from it is a duplicate. Withdrawals apart."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for i, line in enumerate(lines):
        if i not in why:
            v = line.values
            alike.setdefault((line.ledger, _key(line), v["recorded_at"], v["retracted"] is True), []).append(i)
    return {i for rows in alike.values() for i in rows[:-1] if lines[i].values != lines[rows[-1]].values}
