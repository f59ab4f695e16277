"""Those at risky posts (重点岗位, S1.2): lodged, vaccinated, tested in their rhythm; and everybody's vaccinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import pick
from bihuan.demo.lives import chain, readings, tests
from bihuan.demo.roll import ELDER, age_at
from bihuan.demo.world import DAY, HOUR, day_of, minutes

if TYPE_CHECKING:
    from bihuan.demo.world import World

LODGED = ("隔离点服务", "口岸一线", "转运司机", "闭环保洁")
OFTEN = (*LODGED, "发热门诊")
"""Tested every second day; the others once a week (defaults of post.test_d)."""
AT_UNITS = (
    ("隔离点", "隔离点服务", 4), ("隔离点", "闭环保洁", 1), ("发热门诊", "发热门诊", 3), ("检测机构", "核酸采样", 2),
    ("指挥部", "转运司机", 2), ("冷库", "冷链搬运", 2), ("机场", "口岸一线", 3),
)  # fmt: skip


def free_adults(w: World, rng: np.random.Generator, county: str, n: int, *, size: int = 0) -> Any:
    """``n`` grown-ups of a county who have no part yet; they have one now.

    ``size`` = the first of households of that size only, of whom nobody else gets a part then.
    """
    r, age = w.roll, age_at(w)
    mask = (w.tree.county_of[r.grid] == w.tree.counties.index(county)) & (age > 20) & (age < 58) & r.free
    mask &= (r.size == size) & (r.seat == 0) if size else (r.size < 3)
    found = rng.permutation(np.flatnonzero(mask))[:n]
    if len(found) < n:
        raise ValueError(f"{county} has no {n} grown-ups left: give more people")
    r.free[found] = False
    if size:
        r.free[np.isin(r.household, r.household[found])] = False
    return np.sort(found)


def post_everybody(w: World) -> dict[tuple[str, str], list[int]]:
    """Staff of every unit that has risky posts; (unit, post) → people. The two who fall ill are among them (S1)."""
    rng = w.rng("staff")
    found: dict[tuple[str, str], list[int]] = {}
    for kind, post, n in AT_UNITS:
        for unit in w.units.of_kind(kind):
            county = w.units.areas[unit][:6]
            pairs = kind == "隔离点" and post == "隔离点服务" and county == places.COUNTY
            person = free_adults(w, rng, county, n, size=2 if pairs else 0)
            w.book.add(
                "staff", n, person=person, unit=unit, post=post, lodged=post in LODGED, since=w.at("2021-11-20T08:00")
            )
            found[unit, post] = person.tolist()
    return found


def routine(w: World, staff: dict[tuple[str, str], list[int]], ill: dict[int, np.datetime64]) -> None:
    """Tests in the rhythm of each post; of those who fell ill up to the day before."""
    rng = w.rng("routine tests")
    for often in (True, False):
        person = np.array([p for (_, post), people in staff.items() if (post in OFTEN) == often for p in people])
        for back in range(1, 24, 2) if often else (3, 9, 15):
            at = day_of(w.now) - back * DAY + 8 * HOUR + minutes(rng, 0, 90, len(person))
            well = np.array([p not in ill or a < ill[p] - 12 * HOUR for p, a in zip(person, at, strict=True)])
            w.book.put("samples", tests(w, rng, person[well], at[well]))


def left(w: World) -> None:
    """Who left such a post in order: tested, a week in a hotel, a week at home, tested, released (S1.4)."""
    rng = w.rng("left posts")
    person = free_adults(w, rng, places.COUNTY, 4)
    until = w.at("2021-12-19T16:00") + np.arange(4) * 3 * DAY
    hotel = w.hotels.open[0][0]
    w.book.add(
        "staff",
        4,
        person=person,
        unit=hotel,
        post="隔离点服务",
        lodged=True,
        since=w.at("2021-11-20T08:00"),
        until=until,
    )
    w.book.put("samples", tests(w, rng, person, until + HOUR))
    w.book.put("samples", tests(w, rng, person, until - 2 * HOUR))
    chain(w, rng, person, "退岗", until + 2 * HOUR, ground="重点岗位")


def old_people(w: World) -> None:
    """Old people of nursing homes, whose health is looked at every fifth day (S2.3)."""
    rng = w.rng("old people")
    r, age = w.roll, age_at(w)
    old = np.flatnonzero((age > 68) & r.free)
    person = old[:: max(1, len(old) // max(12, w.people // 400))]
    r.free[person] = False
    w.book.add("groups", len(person), person=person, group="养老院老人", since=w.at("2021-06-01T00:00"))
    for back in (1, 6, 11):
        at = day_of(w.now) - back * DAY + 9 * HOUR + minutes(rng, 0, 120, len(person))
        w.book.put("monitoring", readings(w, rng, person, at))


def vaccinate(w: World, fewer: dict[int, int], staff: dict[tuple[str, str], list[int]]) -> None:
    """Doses of everybody of three and more; ``fewer`` = people with so many only, as planted (S1.4)."""
    rng, r, age = w.rng("vaccinations"), w.roll, age_at(w)
    n = w.people
    doses = np.where(age >= 3, np.where(rng.random(n) < 0.9, 2, rng.integers(0, 2, n)), 0)
    doses[(doses == 2) & (age >= 18) & (rng.random(n) < 0.3)] = 3
    posted = np.array([p for people in staff.values() for p in people])
    doses[posted] = np.maximum(doses[posted], 2)
    doses[: r.kept] = 2
    old = age >= 60
    excused = old & (doses < 2) & (np.arange(n) >= r.kept)
    for who_had, dose in fewer.items():
        doses[who_had] = dose
    doses[ELDER] = 0
    who = np.flatnonzero(excused)
    w.book.add(
        "refusals",
        len(who),
        person=who,
        kind="禁忌",
        at=w.at("2021-07-01T10:00"),
        reason="医生评估：严重过敏史、急性病期",
    )
    first = w.at("2021-03-01T08:00") + minutes(rng, 0, 100 * 1440, n)
    clinics = [w.units.one(town, "诊所") for town in w.tree.towns]
    town = {code: i for i, code in enumerate(w.tree.towns)}
    place = np.array([town[g[:9]] for g in w.tree.grids])
    product = rng.integers(0, 2, n)
    for number, after in ((1, 0), (2, 28), (3, 200)):
        who = np.flatnonzero(doses >= number)
        at = np.minimum(first[who] + after * DAY, w.now - 10 * DAY)
        w.book.add(
            "vaccinations",
            len(who),
            person=who,
            dose=number,
            at=at,
            product=pick(["北京生物", "科兴中维"], product[who]),
            unit=pick(clinics, place[r.grid[who]]),
        )
