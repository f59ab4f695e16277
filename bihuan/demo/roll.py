"""The roll of people (底册): households in grids, everybody with a number, a birth date and a place in the house.

In a household the first is a grown-up who stays, the second one who may have gone away to work, the third a child or a
student, the fourth a child or an old person, the fifth old. Whoever is put up in a hotel is a second, a student or
lives alone, so that no child is left behind by chance (aid.left is planted, not met).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import names, numbers, phones, pick

if TYPE_CHECKING:
    from bihuan.demo.world import World

KEPT = 240
"""People kept for the planted holes, grown-ups of 洋县 who live alone; some of the first are dressed otherwise."""
CHILD, PARENT, ELDER, INMATE = 0, 1, 2, 3
STUDENTS = 161

LOW_AGE = (26, 24, 1, 1, 61)
HIGH_AGE = (60, 56, 18, 14, 88)


@dataclass
class Roll:
    """Columns over all people; ``grid`` is a place in the tree, ``seat`` the place in the household."""

    grid: Any
    household: Any
    seat: Any
    size: Any
    birth: Any
    male: Any
    needs_care: Any
    students: Any  # places of the 161
    free: Any  # flags: may still be given a part
    kept: int
    ids: Any

    @property
    def alone(self) -> Any:
        return self.size == 1

    def take(self, mask: Any) -> Any:
        """The places that the mask names and that are free; they are free no longer."""
        found = np.flatnonzero(mask & self.free)
        self.free[found] = False
        return found


def enrol(w: World) -> None:
    """Make up everybody; their numbers go to the book, the rows themselves with :func:`write_people`."""
    rng = w.rng("roll")
    rest = w.people - KEPT
    sizes = rng.choice([1, 2, 3, 4, 5], rest, p=[0.15, 0.20, 0.25, 0.25, 0.15])
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), rest)) + 1]
    sizes[-1] -= sizes.sum() - rest
    sizes = sizes[sizes > 0]
    size = np.r_[np.ones(KEPT, np.int64), np.repeat(sizes, sizes)]
    household = np.r_[np.arange(KEPT), KEPT + np.repeat(np.arange(len(sizes)), sizes)]
    seat = np.r_[np.zeros(KEPT, np.int64), np.arange(rest) - np.repeat(np.cumsum(sizes) - sizes, sizes)]
    grid = np.r_[_kept_grids(w), np.repeat(np.sort(rng.integers(0, len(w.tree.grids), len(sizes))), sizes)]

    low, high = np.array(LOW_AGE)[seat], np.array(HIGH_AGE)[seat]
    old_fourth = (seat == 3) & (rng.random(w.people) < 0.5)
    old_alone = (size == 1) & (rng.random(w.people) < 0.3)
    old_alone[:KEPT] = False
    low, high = np.where(old_fourth | old_alone, 61, low), np.where(old_fourth | old_alone, 88, high)
    in_county = w.tree.county_of[grid] == 0
    thirds = rng.permutation(np.flatnonzero(in_county & (seat == 2)))
    if len(thirds) < STUDENTS:
        raise ValueError(f"{w.people} people have no {STUDENTS} students in 洋县: give at least 3000")
    students = np.sort(thirds[:STUDENTS])
    low[students], high[students] = 19, 23
    low[[CHILD, ELDER, INMATE]], high[[CHILD, ELDER, INMATE]] = (8, 70, 82), (9, 71, 83)
    today = np.datetime64(w.as_of, "D")
    age_days = (low + rng.random(w.people) * (high - low)) * 365.2425
    birth = today - age_days.astype(np.int64).astype("timedelta64[D]") - np.timedelta64(30, "D")
    male = (seat + household + rng.integers(0, 2, w.people) * (seat > 1)) % 2
    household[CHILD] = household[PARENT]
    seat[CHILD], size[[CHILD, PARENT]] = 2, 2
    counties = np.array([int(c) for c in w.tree.counties])
    ids = numbers(counties[w.tree.county_of[grid]], birth, male)
    age = (today - birth).astype(np.int64) / 365.2425
    needs_care = (age > 75) & (rng.random(w.people) < 0.2)
    free = np.ones(w.people, bool)
    free[:KEPT], free[students] = False, False
    w.book.ids = ids
    w.roll = Roll(grid, household, seat, size, birth, male, needs_care, students, free, KEPT, ids)
    w.cast_used = INMATE + 1


def _kept_grids(w: World) -> Any:
    """Homes of the kept, spread over 洋县 but for the town with its own measure."""
    county = [i for i, g in enumerate(w.tree.grids) if g.startswith(places.COUNTY)]
    county = [i for i in county if not w.tree.grids[i].startswith((places.HARSH_TOWN, places.HOTEL_TOWN))]
    return np.array([county[(i * 7) % len(county)] for i in range(KEPT)])


def age_at(w: World) -> Any:
    return (np.datetime64(w.as_of, "D") - w.roll.birth).astype(np.int64) / 365.2425


def write_people(w: World) -> None:
    rng, r = w.rng("people"), w.roll
    n = w.people
    grids = pick(w.tree.grids, r.grid)
    w.book.add(
        "people",
        n,
        person=r.ids,
        name=names(rng, n),
        phone=phones(rng, n),
        birth=r.birth,
        sex=pick(["女", "男"], r.male),
        area=grids,
        household=_household(r.household),
        lives_alone=r.alone,
        needs_care=r.needs_care,
    )


def _household(number: Any) -> Any:
    import polars as pl

    return "H" + pl.Series(number).cast(pl.String).str.zfill(7)


def write_areas(w: World, known: dict[str, str]) -> None:
    """Areas from the province to the grid, with how many people and households of the roll live there."""
    r, tree = w.roll, w.tree
    people = np.bincount(r.grid, minlength=len(tree.grids))
    homes = np.bincount(r.grid[np.unique(r.household, return_index=True)[1]], minlength=len(tree.grids))
    sums: dict[str, list[int]] = {}
    for grid, heads, houses in zip(tree.grids, people.tolist(), homes.tolist(), strict=True):
        for length in (4, 6, 9, 12, 15):
            of = sums.setdefault(grid[:length], [0, 0])
            of[0], of[1] = of[0] + heads, of[1] + houses
    parents = {9: 6, 12: 9, 15: 12, 6: 4, 4: 2}
    for code, name in known.items():
        heads, houses = sums.get(code, (None, None))
        w.book.row(
            "areas",
            area=code,
            name=name,
            parent=code[: parents[len(code)]] if len(code) > 2 else None,
            kind="城镇" if code[6:7] == "0" else "农村" if len(code) > 6 else None,
            population=heads,
            households=houses,
            managed=False if code in w.wild else True if len(code) == 15 else None,
            recorded_at=w.at("2021-06-01T08:00"),
        )


def write_groups(w: World) -> None:
    """Key groups (重点人群, S1.4): the old, students, the chronically ill, and those who work away (S3.1)."""
    r, age = w.roll, age_at(w)
    everybody = np.arange(w.people)
    since = w.at("2021-06-01T00:00")
    old = everybody[(age >= 60.5) & (everybody >= r.kept)]
    w.book.add("groups", len(old), person=old, group="六十岁以上", since=since)
    pupils = everybody[(age >= 7) & (age < 18) & (everybody >= r.kept)]
    w.book.add("groups", len(pupils), person=pupils, group="学生", since=since)
    w.book.add("groups", len(r.students), person=r.students, group="学生", since=since)


def migrants(w: World) -> Any:
    """Those who work away (S3: 630,000 of the city), in no order."""
    r, rng = w.roll, w.rng("migrants")
    seconds = rng.permutation(np.flatnonzero((r.seat == 1) & r.free))
    singles = rng.permutation(np.flatnonzero(r.alone & r.free & (age_at(w) < 58)))
    wanted = w.share(630_000)
    found = np.r_[seconds, singles][:wanted]
    if len(found) < wanted:
        raise ValueError("too few grown-ups to work away")
    r.free[found] = False
    w.figures["外出务工 away"] = wanted
    return found
