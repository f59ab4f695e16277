"""The ledgers as an audit sees them at one moment: known versions, retraction, moments after now, strangers, places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from tests.reference.orders import Orders
from tests.reference.rows import Row, contract

BEGINNING = datetime.min
FROM_THE_BEGINNING = {"areas", "shifts", "gatherings"}
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


def hours(n: float) -> timedelta:
    """To the second, as every moment is."""
    return timedelta(seconds=round(n * 3600))


def days(n: float) -> timedelta:
    return hours(24 * n)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def as_moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else midnight(value)


@dataclass(frozen=True)
class Place:
    """Whom and where a hole is about: where owners are sought and which orders hold."""

    person: str | None = None
    unit: str | None = None
    area: str | None = None


@cache
def _planned(ledger: str, column: str) -> bool:
    return column in PLANNED or (ledger == "shifts" and column in ("start", "end"))


@cache
def _moments(ledger: str) -> tuple[list[str], list[str], str | None]:
    """(columns of something done, the required ones of them, the first required moment of all)."""
    timed = [c for c in contract()[ledger].columns if c.type in ("time", "date") and c.name != "recorded_at"]
    done = [c for c in timed if not _planned(ledger, c.name)]
    first = next((c.name for c in timed if c.required), None)
    return [c.name for c in done], [c.name for c in done if c.required], first


def known_at(row: Row) -> datetime:
    """recorded_at, else the ledger's first required moment; else from the beginning."""
    if row["recorded_at"]:
        return row["recorded_at"]
    column = None if row.ledger in FROM_THE_BEGINNING else _moments(row.ledger)[2]
    return as_moment(row[column]) if column and row[column] else BEGINNING


class World:
    """`rows(ledger)` are the rows in effect at `now`; `get`, `by` look them up; `home`, `area_of` also place strangers."""

    def __init__(self, ledgers: dict[str, list[Row]], now: datetime) -> None:
        self.now = now
        self.versions: dict[str, dict[str, list[Row]]] = {name: {} for name in contract()}
        for name, rows in ledgers.items():
            for row in rows:
                self.versions[name].setdefault(row.key, []).append(row)
        self.table = {name: self._in_effect(versions) for name, versions in self.versions.items()}
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}
        self.orders = Orders(self.rows("orders"))
        self.memo: dict[str, Any] = {}
        self._strangers: dict[str, dict[str, tuple[datetime, str | None]]] = {}

    def _in_effect(self, versions: dict[str, list[Row]]) -> dict[str, Row]:
        found = {}
        for key, rows in versions.items():
            if any(r["retracted"] and r["recorded_at"] is None for r in rows):
                continue
            known = [r for r in rows if known_at(r) <= self.now]
            if not known:
                continue
            last = max(known, key=lambda r: (known_at(r), r.line))
            if not last["retracted"] and not self._still_to_come(last):
                found[key] = self._masked(last)
        return found

    def _later(self, value: Any) -> bool:
        return value is not None and as_moment(value) > self.now

    def _still_to_come(self, row: Row) -> bool:
        """Its own event lies after now."""
        own = _moments(row.ledger)[1]
        if row.ledger == "lots" and row["imported"] and row["port"]:
            own = ["entered_at"]
        return any(self._later(row[c]) for c in own)

    def _masked(self, row: Row) -> Row:
        """Moments after now of something done count as empty."""
        hidden = {c: None for c in _moments(row.ledger)[0] if self._later(row[c])}
        return Row(row.ledger, row | hidden, row.line) if hidden else row

    # ── looking up ───────────────────────────────────────────────────────────────────────────────
    def rows(self, ledger: str) -> Iterable[Row]:
        return self.table[ledger].values()

    def get(self, ledger: str, key: str | None) -> Row | None:
        return self.table[ledger].get(key) if key else None

    def by(self, ledger: str, column: str, value: Any) -> list[Row]:
        """The rows in effect whose column has this value (never the empty one)."""
        if (ledger, column) not in self._by:
            index: dict[Any, list[Row]] = {}
            for row in self.rows(ledger):
                index.setdefault(row[column], []).append(row)
            self._by[ledger, column] = index
        return [] if value is None else self._by[ledger, column].get(value, [])

    def of(self, ledger: str, person: str | None) -> list[Row]:
        """The rows of a person."""
        return self.by(ledger, "person", person)

    def live(self, row: Row, at: datetime | None = None) -> bool:
        at = at or self.now
        return (row["since"] is None or row["since"] <= at) and (row["until"] is None or at < row["until"])

    def first_known(self, row: Row) -> datetime:
        """The moment at which the first version of its key became known."""
        return min(known_at(r) for r in self.versions[row.ledger][row.key])

    def first_recorded(self, row: Row) -> datetime | None:
        """recorded_at of the first version of its key that has one."""
        versions = self.versions[row.ledger][row.key]
        return min(
            (r["recorded_at"] for r in versions if r["recorded_at"] and r["recorded_at"] <= self.now), default=None
        )

    def recorded_at(self, row: Row) -> datetime:
        """The same as a moment of a rule: without one, the as-of time."""
        return self.first_recorded(row) or self.now

    def order(self, key: str, area: str | None, at: datetime | None = None) -> Any:
        return self.orders.value(key, area, at or self.now)

    # ── places ───────────────────────────────────────────────────────────────────────────────────
    def home(self, person: str | None) -> str | None:
        if row := self.get("people", person):
            return row["area"]
        return self.strangers("people").get(person, (None, None))[1] if person else None

    def area_of(self, unit: str | None) -> str | None:
        if row := self.get("units", unit):
            return row["area"]
        return self.strangers("units").get(unit, (None, None))[1] if unit else None

    def kind_of(self, unit: str | None) -> str | None:
        row = self.get("units", unit)
        return row["kind"] if row else None

    def at_home(self, person: str | None) -> Place:
        return Place(person=person, area=self.home(person))

    def in_unit(self, unit: str | None) -> Place:
        return Place(unit=unit, area=self.area_of(unit))

    def strangers(self, target: str) -> dict[str, tuple[datetime, str | None]]:
        """Persons (units) that some row names and no row has: {key: (when first named, place)}."""
        if target not in self._strangers:
            self._strangers[target] = self._find_strangers(target)
        return self._strangers[target]

    def _find_strangers(self, target: str) -> dict[str, tuple[datetime, str | None]]:
        found: dict[str, tuple[datetime, str | None]] = {}
        naming = []
        for position, ledger in enumerate(contract().values()):
            columns = [c.name for c in ledger.columns if c.ref == target]
            for row in self.rows(ledger.name) if columns else ():
                named = {row[c] for c in columns if row[c] and row[c] not in self.table[target]}
                naming += [(self.first_known(row), position, row.key, row, key) for key in named]
        for first, _, _, row, key in sorted(naming, key=lambda n: n[:3]):
            since, place = found.get(key, (first, None))
            found[key] = (since, place or self._place_of(row))
        return found

    def _place_of(self, row: Row) -> str | None:
        """Its area; else that of the first known unit or post it names; else the home of its person (a contact: of its case's)."""
        column = "to_area" if row.ledger in ("arrivals", "transfers") else "area"
        if row.get(column):
            return row[column]
        for c in contract()[row.ledger].columns:
            if c.ref in ("units", "posts") and (known := self.get(c.ref, row[c.name])):
                return known["area"]
        person = row.get("person")
        if row.ledger == "contacts":
            case = self.get("cases", row["case"])
            person = case["person"] if case else None
        known = self.get("people", person)
        return known["area"] if known else None
