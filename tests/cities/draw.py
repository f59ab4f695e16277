"""Drawing by lot: moments at and around limits, keys, identities, and the rows of a city as they are made up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from tests.reference.rows import contract

T = TypeVar("T")
SECOND = timedelta(seconds=1)
SPANS = [0, 0.25, 0.5, 1, 2, 4, 6, 8, 12, 24, 24, 36, 48, 48, 60, 72, 96, 120, 168, 168, 240, 336, 336, 480]
"""Hours before now at which things happen: the limits themselves, so that many a moment meets one."""


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


class City:
    """The rows of one invented city. `chance`, `pick`, `ago`, `after` draw; `add` keeps a row and gives it its key."""

    def __init__(self, seed: int, people: int, now: datetime | None = None) -> None:
        self.rng = random.Random(seed)
        self.size = people
        self.now = self._now()
        self.now = now or self.now
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in contract()}
        self.areas: list[str] = []
        self.persons: list[str] = []
        self.busy: list[str] = []
        """The few to whom most things happen, so that rows of several ledgers meet."""
        self.units: dict[str, list[str]] = {}
        self.officers: list[str] = []

    def _now(self) -> datetime:
        day = datetime(2021, 12, 15) + timedelta(days=self.rng.randrange(20))
        clock = self.rng.choice([time(), time(0, 0, 1), time(23, 59, 59), time(12), time(9, 30), time(16, 7, 41)])
        return datetime.combine(day, clock)

    # ── lots ─────────────────────────────────────────────────────────────────────────────────────
    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def pick(self, among: Sequence[T]) -> T:
        return self.rng.choice(among)

    def maybe(self, p: float, value: T) -> T | None:
        return value if self.chance(p) else None

    def some(self, n: float) -> int:
        """A number of rows for the size of the city."""
        return max(2, round(n * self.size / 100))

    def jitter(self) -> timedelta:
        """Mostly none; a second or a minute to either side, or some minutes."""
        return self.pick(
            [timedelta(0)] * 5
            + [SECOND, -SECOND, 60 * SECOND, -60 * SECOND, SECOND * 60 * self.rng.randrange(-300, 300)]
        )

    def ago(self, most: float = 480, ahead: float = 0.03) -> datetime:
        """A moment before now, often just a limit before; seldom one ahead."""
        if self.chance(ahead):
            return self.now + hours(self.pick([0.25, 1, 12, 24, 48])) + self.jitter()
        if self.chance(0.1):
            back = self.rng.randrange(int(most // 24) + 1)
            return datetime.combine(self.now.date() - timedelta(days=back), time())
        return self.now - hours(self.pick([s for s in SPANS if s <= most])) + self.jitter()

    def after(self, start: datetime | None, limits: Sequence[float], never: float = 0.3) -> datetime | None:
        """An answer to what opened at start: never, at once, at a limit, a second to either side of it, well before, late, too soon."""
        if start is None or self.chance(never):
            return None
        limit = hours(self.pick(limits))
        return self.pick(
            [
                start,
                start + limit,
                start + limit,
                start + limit - SECOND,
                start + limit + SECOND,
                start + limit / 2,
                start + 2 * limit,
                start - hours(self.pick([0, 1, 30])),
                start + limit + self.jitter(),
            ]
        )

    def yes(self, p: float = 0.6, empty: float = 0.15) -> bool | None:
        return None if self.chance(empty) else self.chance(p)

    def area(self, digits: int | None = None) -> str:
        return self.pick([a for a in self.areas if digits is None or len(a) == digits])

    def person(self) -> str:
        if self.chance(0.02):
            return self.pick(["陌生人甲", "陌生人乙", "E55501", "E55502"])
        return self.pick(self.busy if self.chance(0.8) else self.persons)

    def unit(self, *kinds: str) -> str:
        if self.chance(0.015):
            return self.pick(["无户场所1", "无户场所2"])
        found = [u for k in kinds or list(self.units) for u in self.units.get(k, [])]
        return self.pick(found)

    def officer(self) -> str:
        return self.pick(self.officers)

    def key_of(self, ledger: str) -> str | None:
        return self.pick(self.rows[ledger])[contract()[ledger].key[0]] if self.rows[ledger] else None

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────
    def add(self, ledger: str, **values: Any) -> str:
        """A row with these cells, the rest empty; its key, where not given, numbered in the ledger."""
        said = contract()[ledger]
        first = said.key[0]
        row = dict.fromkeys((c.name for c in said.columns), None) | values
        if row[first] is None:
            row[first] = f"{''.join(w[0] for w in ledger.split('_')).upper()}{ledger[-2:]}{len(self.rows[ledger]):04d}"
        self.rows[ledger].append(row)
        return row[first]


def identity(city: City, area: str, birth: date) -> str:
    """An invented identity number with its checksum."""
    body = f"{(area + '000000')[:6]}{birth:%Y%m%d}{city.rng.randrange(1000):03d}"
    weight = sum(int(n) * (2 ** (17 - i) % 11) for i, n in enumerate(body))
    return body + "10X98765432"[weight % 11]
