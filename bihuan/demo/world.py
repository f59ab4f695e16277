"""What all parts of the demo share while it is made up: its clock, its chance, its areas, people, offices and rooms."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo.book import Book
from bihuan.demo.tree import Tree

if TYPE_CHECKING:
    from bihuan.demo.chain import Chain
    from bihuan.demo.hotels import Hotels
    from bihuan.demo.roll import Roll
    from bihuan.demo.units import Units

AS_OF = datetime(2022, 1, 6, 14)
"""The time for which the story is told: two weeks after Xi'an was shut (S3), the day after three local cases (S1)."""

MINUTE, HOUR, DAY = (np.timedelta64(n, "m") for n in (1, 60, 1440))

DOCUMENT = "汉疫指办发〔2021〕46号"
"""The document by which people are put under a measure."""


@dataclass(frozen=True)
class Planted:
    """One hole that was planted: its id, the part of the source that names it, and what was done, in two languages."""

    hole: str
    subject: str
    item: str
    source: str
    zh: str
    en: str


@dataclass
class World:
    """The city while it is made up. Moments are numpy ``datetime64[m]``, local time."""

    people: int
    seed: int
    as_of: datetime
    book: Book
    tree: Tree
    planted: list[Planted] = field(default_factory=list)
    roll: Roll = None  # type: ignore[assignment]
    chain: Chain = None  # type: ignore[assignment]
    units: Units = None  # type: ignore[assignment]
    hotels: Hotels = None  # type: ignore[assignment]
    figures: dict[str, int] = field(default_factory=dict)
    cast_used: int = 0
    wild: set[str] = field(default_factory=set)  # areas with neither property manager nor authority (三无小区)
    fewer_doses: dict[int, int] = field(default_factory=dict)  # people who had so many doses only, as planted

    @property
    def now(self) -> np.datetime64:
        return np.datetime64(self.as_of, "m")

    def rng(self, part: str) -> np.random.Generator:
        """Chance of its own for each part, so that a change in one leaves the others as they were."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode())])

    def at(self, moment: str) -> np.datetime64:
        """A moment of the story as it is told for AS_OF, moved by as many days as the audit's time is."""
        return np.datetime64(datetime.fromisoformat(moment) + (self.as_of - AS_OF), "m")

    def ago(self, days: float = 0, hours: float = 0, minutes: int = 0) -> np.datetime64:
        return np.datetime64(self.as_of - timedelta(days=days, hours=hours, minutes=minutes), "m")

    def share(self, figure: int) -> int:
        """A figure that the source gives for the whole city, for this many people (S3: 2.5 million)."""
        return round(figure * self.people / CITY_PEOPLE)

    # ── who may have a part in a planted hole ───────────────────────────────────────────────────
    def cast(self) -> int:
        """The next person kept for the planted holes: a grown-up of 洋县 who has no part in anything else."""
        place = self.cast_used
        self.cast_used += 1
        if place >= self.roll.kept - LAST_KEPT:
            raise ValueError(f"only {self.roll.kept - LAST_KEPT} people are kept for planted holes")
        return place

    def plant(self, hole: str, subject: Any, item: str, source: str, zh: str, en: str) -> None:
        subject = self.book.identity(int(subject)) if isinstance(subject, int | np.integer) else str(subject)
        self.planted.append(Planted(hole, subject, item, source, zh, en))


LAST_KEPT = 61
"""The last of the kept, whom one volunteer answers for (chain.overload)."""

CITY_PEOPLE = 2_500_000
"""The population that goes with the source's 630,000 away and 100,000 back (S3, S4)."""


def day_of(moment: Any) -> Any:
    return moment.astype("datetime64[D]").astype("datetime64[m]")


def iso(moment: np.datetime64) -> str:
    """A moment or a date as items of holes write it."""
    return str(moment.astype("datetime64[m]"))


def minutes(rng: np.random.Generator, low: int, high: int, n: int) -> Any:
    """``n`` spans of low ≤ m < high minutes."""
    return rng.integers(low, high, n).astype("timedelta64[m]")
