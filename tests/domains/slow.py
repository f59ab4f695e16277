"""A slow second reading of the contract, row by row in Python, for tests that hold the loops against it.

It shares nothing with the kernel but the ledgers' columns: what is known, what counts as empty and which order is in
force are read from loops.md once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bihuan.domains import catalogue
from bihuan.engines import duckdb as engine
from bihuan.kernel.program import Program, compile_program
from bihuan.testing import connection

Row = dict[str, Any]
PLANNED = {"since", "until", "planned_until", "planned_at", "due", "break_down_by", "expires", "licence_until",
           "status_since", "start", "end", "recorded_at"}  # fmt: skip
TIMELESS = {"areas", "shifts", "gatherings"}


@dataclass(frozen=True)
class Duty:
    """An obligation with a time limit, or a state (due is None) that began at ``since``."""

    hole: str
    subject: str
    item: str
    area: str | None
    severity: str
    since: dt.datetime
    due: dt.datetime | None = None
    closed: dt.datetime | None = None
    opens: dt.datetime | None = None  # where it may lie ahead of now

    def state(self, now: dt.datetime) -> str:
        if self.due is None:
            return "open" if self.since <= now else "ahead"
        if self.closed is not None:
            return "kept" if self.closed <= self.due else "late"
        if self.due >= now and self.opens is not None and self.opens > now:
            return "ahead"
        return "open" if self.due < now else "pending"


@dataclass
class City:
    """The rows of each ledger that hold at ``now``; one version a key."""

    rows: dict[str, list[Row]]
    now: dt.datetime
    _held: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> list[Row]:
        ledger = next(x for x in catalogue.ledgers() if x.name == name)
        columns = [c for c in ledger.columns if c.type in ("time", "date")]
        default = next((c.name for c in columns if c.required and name not in TIMELESS), None)
        if name in self._held:
            return self._held[name]
        held = self._held[name] = []
        for given in self.rows.get(name, []):
            row: Row = {c.name: None for c in ledger.all_columns}
            row |= given
            known = row["recorded_at"] or (row[default] if default else None)
            if row["retracted"] or (known is not None and known > self.now):
                continue
            if any(row[c.name] > self.now for c in columns if c.required and c.name not in PLANNED):
                continue
            for c in columns:
                if c.name not in PLANNED and row[c.name] is not None and row[c.name] > self.now:
                    row[c.name] = None
            held.append(row)
        return held

    def one(self, name: str, key: str | None) -> Row | None:
        """The row of a key; None where there is none, or it does not hold."""
        column = next(x for x in catalogue.ledgers() if x.name == name).key[0]
        return next((r for r in self[name] if key is not None and r[column] == key), None)

    def of(self, name: str, column: str, value: str) -> list[Row]:
        return [r for r in self[name] if r[column] == value]

    def known(self, name: str, row: Row) -> dt.datetime:
        """When the row became known."""
        ledger = next(x for x in catalogue.ledgers() if x.name == name)
        moments = [c.name for c in ledger.columns if c.required and c.type in ("time", "date") and name not in TIMELESS]
        return row["recorded_at"] or (row[moments[0]] if moments else dt.datetime.min)

    def place(self, roll: str, key: str | None) -> str | None:
        """The area of a person or unit; of a stranger the place of the first row that names it and gives one."""
        own = self.one(roll, key)
        if own is not None or key is None:
            return own["area"] if own else None
        found = []
        for order, ledger in enumerate(catalogue.ledgers()):
            for column in (c.name for c in ledger.columns if c.refers == roll):
                for row in self.of(ledger.name, column, key):
                    there = self._given(ledger.name, row)
                    keys = "|".join(str(row[k]) for k in ledger.key)
                    found += [(self.known(ledger.name, row), order, keys, there)] if there else []
        return min(found)[3] if found else None

    def _given(self, name: str, row: Row) -> str | None:
        """The place that one row gives."""
        ledger = next(x for x in catalogue.ledgers() if x.name == name)
        area = row.get("to_area" if name in ("arrivals", "transfers") else "area")
        rolls = [self.one(c.refers, row[c.name]) for c in ledger.columns if c.refers in ("units", "posts")]
        person = row.get("person")
        if name == "contacts":
            case = self.one("cases", row["case"])
            person = case["person"] if case else None
        at_home = self.one("people", person)
        return next((str(x["area"]) for x in [{"area": area}, *rolls, at_home] if x and x["area"]), None)

    def order(self, key: str, area: str | None, at: dt.datetime) -> str:
        found = [
            o for o in self["orders"] if o["key"] == key and area and area.startswith(o["area"]) and live(o, at)
        ]  # fmt: skip
        if found:
            return str(max(found, key=lambda o: (len(o["area"]), o["since"], o["order"]))["value"])
        return defaults()[key]

    def number(self, key: str, area: str | None, at: dt.datetime) -> float:
        return float(self.order(key, area, at))

    def hours(self, key: str, area: str | None, at: dt.datetime) -> dt.timedelta:
        return dt.timedelta(hours=self.number(key, area, at))


@cache
def defaults() -> dict[str, str]:
    return {row[0]: row[1] for p in catalogue.parameters() for row in p.defaults()}


def live(row: Row, at: dt.datetime, end: str = "until") -> bool:
    return (row["since"] is None or row["since"] <= at) and (row[end] is None or at < row[end])


def listed(value: str) -> list[str]:
    parts = [p.strip() for p in value.replace("，", ",").replace("、", ",").split(",")]
    return [] if parts in (["无"], ["0"]) else [p for p in parts if p]


def days(n: float) -> dt.timedelta:
    return dt.timedelta(days=n)


@cache
def program(families: tuple[str, ...]) -> Program:
    loops = [x for x in catalogue.loops() if x.family in families]
    return compile_program(catalogue.ledgers(), catalogue.parameters(), catalogue.views(), loops)


def fast(city: City, *families: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What the engine finds: (state, hole, subject, item) → (since, closed, severity, area)."""
    con = connection()
    used = [x for x in catalogue.ledgers() if city.rows.get(x.name)]
    try:
        for ledger in used:
            cells = [
                (*(r.get(c.name) for c in ledger.all_columns), 0, i, True) for i, r in enumerate(city.rows[ledger.name])
            ]
            marks = ", ".join("?" for _ in cells[0])
            con.executemany(f"INSERT INTO ledger_{ledger.name} VALUES ({marks})", cells)
        engine.run(program(families), con, city.now, states=("open", "pending", "late"))
        found = con.execute("SELECT state, hole, subject, item, since, closed_at, severity, area FROM holes").fetchall()
        return {tuple(r[:4]): tuple(r[4:]) for r in found}
    finally:
        for ledger in used:
            con.execute(f"DELETE FROM ledger_{ledger.name}")


def slowly(city: City, rules: Iterable[Callable[[City], Iterable[Duty]]]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What this reading finds, in the form of :func:`fast`."""
    found: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for duty in (d for rule in rules for d in rule(city)):
        state = duty.state(city.now)
        if state in ("open", "pending", "late"):
            key = (state, duty.hole, duty.subject, duty.item)
            value = (duty.since, duty.closed, duty.severity, duty.area)
            found[key] = min(found.get(key, value), value, key=lambda v: v[0])
    return found
