"""Cases: the three of S1, found in time and all their contacts with them; and the 1,439 that Xi'an had counted (S3).

S1.3: the first is a worker of an isolation site, found by the tests of his post before he felt much; the other two are
found among his contacts. Of Xi'an the source gives the sum, the first day, and more than 150 a day for the last week;
how the rest lies over the days before, and who infected whom, is made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import names, numbers, phones, pick
from bihuan.demo.lives import HOTEL, chain, stage
from bihuan.demo.staff import free_adults
from bihuan.demo.tree import names as known_names
from bihuan.demo.world import DAY, HOUR, MINUTE, day_of, minutes

if TYPE_CHECKING:
    from bihuan.demo.world import World

XIAN_DAYS = (1, 2, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 38, 52, 68, 157, 151, 162, 175, 180, 161, 174)
"""New cases of each day from 9 to 31 December: 1,439 in all, the last seven days above 150 each (S3.1)."""


class Three:
    """The three cases: people, moments, the shop where the first was among others."""

    def __init__(self, w: World, staff: dict[tuple[str, str], list[int]]) -> None:
        faulty = {key for key, _ in w.hotels.faulty.values()}
        hotel = next(key for key, _ in w.hotels.open if key not in faulty)
        self.hotel = hotel
        at_work = staff[hotel, "隔离点服务"]
        self.first = next(p for p in at_work if self._village(w, p) not in w.units.spared["entrances"])
        self.second = next(p for p in at_work if p != self.first)
        self.third = self.first + 1  # the other of the two who live there
        self.positive = w.at("2022-01-04T13:30")
        self.later = w.at("2022-01-05T13:00")
        self.village = self._village(w, self.first)
        self.shop = w.units.spare("check-ins", w.units.one(w.tree.towns[0], "超市"))
        self.key = ""

    @staticmethod
    def _village(w: World, person: int) -> str:
        return w.tree.villages[w.tree.village_of[w.roll.grid[person]]]

    @property
    def ill(self) -> dict[int, np.datetime64]:
        return {self.first: self.positive, self.second: self.later, self.third: self.later}


def three(w: World, t: Three) -> None:
    rng = w.rng("three cases")
    lab = w.units.labs[places.COUNTY]
    sampled = w.at("2022-01-04T08:10")
    w.book.row(
        "samples", of="人", person=t.first, sampled_at=sampled, sampled_by="隔离点采样组", agency="卫健", lab=lab,
        resulted_at=t.positive, result="阳", ct=33.6,
    )  # fmt: skip
    t.key = w.book.row(
        "cases",
        person=t.first,
        kind="确诊",
        found_by="定期检测",
        onset_at=w.at("2022-01-03T20:00"),
        sampled_at=sampled,
        positive_at=t.positive,
        reported_at=t.positive + 50 * MINUTE,
        confirmed_at=t.positive + 8 * HOUR,
        isolated_at=t.positive + 80 * MINUTE,
    )
    identified, taken = w.at("2022-01-04T18:00"), w.at("2022-01-04T20:00")
    shoppers = free_adults(w, rng, places.COUNTY, 8)
    entered = w.at("2022-01-03T10:05")
    w.book.row("check_ins", person=t.first, unit=t.shop, at=entered, left_at=entered + 40 * MINUTE)
    w.book.add(
        "check_ins", 8, person=shoppers, unit=t.shop, at=entered + minutes(rng, 0, 20, 8), left_at=entered + 45 * MINUTE
    )
    ill = np.array([t.second, t.third])
    _contacts(
        w,
        t.key,
        np.r_[ill, shoppers],
        "密接",
        w.at("2022-01-04T07:30"),
        identified,
        ["同班", "同住", *["同时购物"] * 8],
    )
    chain(w, rng, shoppers, "密接", np.full(8, taken), ground="密接")
    for person, name in ((t.second, "隔离点服务同班"), (t.third, "同住家人")):
        unit, room = w.hotels.rooms(1)
        isolated = t.later + 70 * MINUTE
        life = stage(
            w, rng, person, HOTEL, 14, taken, ground="密接", cut=isolated, unit=unit, room=room, order="密接管控通知书"
        )
        life.samples = life.samples.clear()
        life.put(w)
        first = day_of(t.later) + 7 * HOUR
        w.book.row(
            "samples", of="人", person=person, sampled_at=first, sampled_by="隔离点采样组", agency="卫健", lab=lab,
            resulted_at=t.later, result="阳", ct=30.2,
        )  # fmt: skip
        case = w.book.row(
            "cases", person=person, kind="确诊", found_by="密接排查", sampled_at=first, positive_at=t.later,
            reported_at=t.later + HOUR, confirmed_at=t.later + 9 * HOUR, isolated_at=isolated, infected_by=t.key,
        )  # fmt: skip
        near = free_adults(w, rng, places.COUNTY, 4)
        _contacts(w, case, near, "密接", t.later - 20 * HOUR, t.later + 4 * HOUR, name)
        chain(w, rng, near, "密接", np.full(4, t.later + 6 * HOUR), ground="密接")
        next_ = free_adults(w, rng, places.COUNTY, 3)
        _contacts(w, case, next_, "次密接", t.later - 20 * HOUR, t.later + 5 * HOUR, "密接的同住人")
        chain(w, rng, next_, "次密接", np.full(3, t.later + 8 * HOUR), ground="次密接")
    w.book.row("risk_areas", area=t.village, level="中", since=w.at("2022-01-05T18:00"))
    w.figures["本土病例 local cases"] = 3


def _contacts(w: World, case: str, person: Any, degree: str, exposed: Any, identified: Any, setting: Any) -> None:
    w.book.add(
        "contacts",
        len(person),
        case=case,
        person=person,
        degree=degree,
        last_exposed_at=exposed,
        identified_at=identified,
        setting=setting,
    )


def xian(w: World) -> None:
    """Cases of the city next door as the push list gives them: all reported, isolated, traced in time."""
    import polars as pl

    rng = w.rng("xian")
    n = sum(XIAN_DAYS)
    day = np.repeat(np.arange(len(XIAN_DAYS)), XIAN_DAYS)
    positive = np.sort(w.at("2021-12-09T00:00") + day * DAY + minutes(rng, 0, 1320, n))
    districts = [c for c in known_names() if len(c) == 6 and c.startswith(places.XIAN)]
    home = rng.integers(0, 7, n)
    birth = np.datetime64(w.as_of, "D") - rng.integers(19 * 366, 70 * 365, n).astype("timedelta64[D]")
    male = rng.integers(0, 2, n)
    ids = numbers(np.array([int(c) for c in districts])[home], birth, male)
    w.book.add(
        "people", n, person=ids, name=names(rng, n), phone=phones(rng, n), birth=birth, sex=pick(["女", "男"], male),
        area=pick(districts, home), household=None, lives_alone=False, needs_care=False,
    )  # fmt: skip
    parent = _parents(rng, positive)
    keys = w.book.keys("cases", n)
    sources = pl.Series([keys[int(p)] if p >= 0 else None for p in parent])
    onset = np.where(rng.random(n) < 0.8, positive - minutes(rng, 6 * 60, 4 * 1440, n), np.datetime64("NaT", "m"))
    sampled = positive - minutes(rng, 240, 600, n)
    w.book.add(
        "cases",
        n,
        case=keys,
        person=ids,
        kind="确诊",
        found_by=pick(["密接排查", "全员检测", "发热门诊"], rng.integers(0, 3, n)),
        onset_at=np.where(np.isnat(onset), onset, np.minimum(onset, sampled)),
        sampled_at=sampled,
        positive_at=positive,
        reported_at=positive + minutes(rng, 10, 110, n),
        confirmed_at=positive + minutes(rng, 200, 900, n),
        isolated_at=positive + minutes(rng, 20, 110, n),
        infected_by=sources,
    )
    # Everybody's source is among his contacts, and whom he infected later is too: all of them fall ill.
    children = np.flatnonzero(parent >= 0)
    first = np.flatnonzero(parent < 0)
    case = np.r_[children, parent[children], first]
    other = np.r_[parent[children], children, np.full(len(first), children[0])]
    identified = positive[case] + minutes(rng, 60, 1200, len(case))
    w.book.add(
        "contacts", len(case), case=keys.gather(case.astype(np.uint32)), person=ids.gather(other.astype(np.uint32)),
        degree="密接", last_exposed_at=positive[case] - minutes(rng, 300, 1440, len(case)), identified_at=identified,
        setting="同住同行",
    )  # fmt: skip
    w.figures["西安累计 cases in Xi'an"] = n


def _parents(rng: np.random.Generator, positive: Any) -> Any:
    """A source for each case: one found one to five days earlier; the first day's have none (-1)."""
    low = np.searchsorted(positive, positive - 5 * DAY)
    high = np.searchsorted(positive, positive - 1 * DAY)
    parent = low + (rng.random(len(positive)) * np.maximum(high - low, 1)).astype(np.int64)
    return np.where(high > low, parent, -1)
