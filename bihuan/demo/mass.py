"""What everybody does: scans in shops, one round of tests for all, goes to a clinic, buys medicine.

Only people without any other part (``roll.free``) are in it, so that nobody under a measure is seen outside by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import pick
from bihuan.demo.lives import tests
from bihuan.demo.world import DAY, HOUR, day_of, minutes

if TYPE_CHECKING:
    from bihuan.demo.world import World

VISITS = 3
"""Check-ins a person over the last fortnight."""
POOL = 10
THIRD_PARTY = 0.4
"""Share of the round that a company tested in the county where that is planted (limit 0.3)."""


def check_ins(w: World) -> None:
    """扫码登记: in a shop of one's own town, on different days; one in five does not scan on the way out."""
    rng, r = w.rng("check-ins"), w.roll
    person = np.flatnonzero(r.free)
    kept = w.units.kept_up("check-ins", "农贸市场", "超市", "餐馆", "宗教场所")
    town = {code: i for i, code in enumerate(w.tree.towns)}
    shops = np.array([town[w.units.areas[u][:9]] for u in kept])
    order = np.argsort(shops, kind="stable")
    count = np.bincount(shops, minlength=len(town))
    start = np.cumsum(count) - count
    mine = np.array([town[g[:9]] for g in w.tree.grids])[r.grid[person]]
    offset = rng.integers(0, 4, len(person))
    for turn in range(VISITS):
        shop = order[start[mine] + (rng.random(len(person)) * count[mine]).astype(np.int64)]
        back = 1 + offset + 4 * turn
        at = day_of(w.now) - back * DAY + 7 * HOUR + minutes(rng, 0, 780, len(person))
        gone = np.where(rng.random(len(person)) < 0.8, at + minutes(rng, 4, 55, len(person)), np.datetime64("NaT", "m"))
        w.book.add("check_ins", len(person), person=person, unit=pick(kept, shop), at=at, left_at=gone)


def round_of_tests(w: World) -> None:
    """全员核酸, the day after the first case: ten to a tube, grid by grid; results in the night (S1.6)."""
    import polars as pl

    rng, r = w.rng("round"), w.roll
    person = np.flatnonzero(r.free)
    person = person[np.argsort(r.grid[person], kind="stable")]
    n = len(person)
    grid = r.grid[person]
    tube = np.cumsum(np.r_[True, (grid[1:] != grid[:-1])]) * 1000 + _within(grid) // POOL
    tube = np.unique(tube, return_inverse=True)[1]
    tubes = int(tube.max()) + 1
    at = w.at("2022-01-05T08:00") + minutes(rng, 0, 600, tubes)
    county = w.tree.county_of[grid]
    company = (county == w.tree.counties.index(places.SHORT)) & (rng.random(tubes)[tube] < THIRD_PARTY)
    labs = [*w.units.labs.values(), w.units.one(places.SHORT, "检测机构", 2)]
    w.book.add(
        "samples",
        n,
        of="人",
        person=person,
        sampled_at=at[tube],
        sampled_by="全员核酸采样队",
        agency="卫健",
        lab=pick(labs, np.where(company, len(labs) - 1, county)),
        tube="T" + pl.Series(tube).cast(pl.String).str.zfill(7),
        resulted_at=(at + minutes(rng, 300, 900, tubes))[tube],
        result="阴",
    )
    w.plant(
        "contract.share", places.SHORT, "", "S1.5", "城固县全员核酸中四成由第三方公司检测，超过三成上限",
        "in 城固县 a company tested four in ten of the round, above the limit of three",
    )  # fmt: skip


def _within(group: Any) -> Any:
    """0, 1, 2 … within each run of equal values."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)]))


def sick(w: World) -> None:
    """Fever and cough as every winter: referred, received, tested; buyers of medicine tested too (S4.3.1, S3.2.1)."""
    rng, r = w.rng("sick"), w.roll
    free = rng.permutation(np.flatnonzero(r.free))
    n = max(12, w.people // 400)
    feverish, coughing, buying = free[:n], free[n : 2 * n], free[2 * n : 5 * n]
    towns = {code: i for i, code in enumerate(w.tree.towns)}
    town = np.array([towns[g[:9]] for g in w.tree.grids])
    clinics = [w.units.one(t, "诊所") for t in w.tree.towns]
    shops = [w.units.one(t, "药店") for t in w.tree.towns]
    fever = [w.units.one(c, "发热门诊") for c in w.tree.counties]

    def moments(k: int) -> Any:
        return day_of(w.now) - rng.integers(1, 14, k) * DAY + 8 * HOUR + minutes(rng, 0, 360, k)

    at = moments(n)
    referred, seen = at + minutes(rng, 5, 60, n), at + minutes(rng, 70, 180, n)
    to = pick(fever, w.tree.county_of[r.grid[feverish]])
    w.book.add(
        "clinic_visits",
        n,
        person=feverish,
        unit=pick(clinics, town[r.grid[feverish]]),
        at=at,
        fever=True,
        referred_at=referred,
        referred_to=to,
    )
    w.book.add("clinic_visits", n, person=feverish, unit=to, at=seen, fever=True)
    w.book.put("samples", tests(w, rng, feverish, seen + minutes(rng, 10, 60, n)))
    w.book.add(
        "clinic_visits", n, person=coughing, unit=pick(clinics, town[r.grid[coughing]]), at=moments(n), fever=False
    )
    at = moments(len(buying))
    w.book.add(
        "drug_sales", len(buying), person=buying, unit=pick(shops, town[r.grid[buying]]), at=at,
        drug=pick(["退热", "止咳", "抗病毒", "抗生素"], rng.integers(0, 4, len(buying))),
    )  # fmt: skip
    w.book.put("samples", tests(w, rng, buying, at + minutes(rng, 60, 1440 - 361, len(buying))))
