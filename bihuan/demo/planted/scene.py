"""What a planted hole has to work with: one person's arrival, stage and tests, made by the same code as everybody's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo.inbound import GRADES, arrive, find
from bihuan.demo.lives import HOME, HOTEL, WATCH, Life, stage, standards, tests
from bihuan.demo.world import DAY, HOUR, MINUTE, World, day_of

if TYPE_CHECKING:
    from bihuan.demo.goods import Cold
    from bihuan.demo.outbreak import Three

__all__ = ["HOME", "HOTEL", "WATCH", "Scene"]


@dataclass
class Scene:
    w: World
    three: Three
    staff: dict[tuple[str, str], list[int]]
    cold: dict[str, Cold]
    plans: dict[tuple[str, str], str]
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = self.w.rng("planted")

    def plant(self, hole: str, subject: Any, item: Any, source: str, zh: str, en: str) -> None:
        self.w.plant(hole, subject, item, source, zh, en)

    def cast(self) -> int:
        return self.w.cast()

    def row(self, ledger: str, **cells: Any) -> str:
        return self.w.book.row(ledger, **cells)

    def morning(self, back: int) -> np.datetime64:
        """08:00 so many days ago."""
        return day_of(self.w.now) - back * DAY + 8 * HOUR

    def back(self, person: int, origin: str, back: int) -> tuple[str, np.datetime64]:
        """The person is back from there since so many days: the arrival, and when it was."""
        keys, arrived = arrive(self.w, self.rng, np.array([person]), origin, np.array([self.morning(back)]))
        return str(keys[0]), arrived[0]

    def found(self, person: int, arrival: str, arrived: np.datetime64, **cells: Any) -> np.datetime64:
        one = np.array([arrived])
        return find(self.w, self.rng, np.array([person]), [arrival], one, **cells)[0]

    def stage(self, person: int, kind: str, days: int, since: np.datetime64, **cells: Any) -> Life:
        """One stage, not in the book yet; in a hotel with a room of its own unless one is given."""
        if kind == HOTEL and "unit" not in cells:
            unit, room = self.w.hotels.rooms(1)
            cells |= {"unit": unit[0], "room": room[0]}
        return stage(self.w, self.rng, person, kind, days, since, **{"ground": "来返", **cells})

    def under(self, person: int, origin: str, back: int, **cells: Any) -> tuple[str, Life]:
        """Back, found in time, in the first stage of the grade: the arrival, and that stage not in the book yet."""
        arrival, arrived = self.back(person, origin, back)
        since = self.found(person, arrival, arrived) + 30 * MINUTE
        kind, days = standards()[0][GRADES[origin]][0]
        return arrival, self.stage(person, kind, days, since, arrival=arrival, **cells)

    def test(self, person: int, at: np.datetime64, **cells: Any) -> str:
        frame = tests(self.w, self.rng, np.array([person]), np.array([at]), **cells)
        self.w.book.put("samples", frame)
        return str(frame["sample"][0])

    def unsign(self, post: str, start: np.datetime64) -> str:
        """Take the signature from the shift of a post that began then; the shift."""
        shift = next(r for r in self.w.book.rows("shifts") if r["post"] == post and r["start"] == start)
        shift["signed_in"] = None
        return str(shift["shift"])

    def home(self, person: int) -> str:
        return self.w.tree.grids[self.w.roll.grid[person]]

    def town(self, person: int) -> str:
        return self.home(person)[:9]
