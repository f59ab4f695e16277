"""Those who come back (来返人员): known, checked at the door, put under the measure that their origin asks for.

S3: 630,000 of the city work away, 100,000 were back by 22 December, when Xi'an was shut. Most of these came from Xi'an
outside its high-risk district, fewer from the district itself, the others from elsewhere. S4.3.1: after Christmas they
come from Zhengzhou, Xuchang, Tianjin. S1.3: some from abroad. S5: 161 students and teachers in two hotels of one town.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import pick
from bihuan.demo.lives import Life, chain
from bihuan.demo.roll import migrants
from bihuan.demo.world import DAY, HOUR, MINUTE, minutes

if TYPE_CHECKING:
    from bihuan.demo.world import World

XIAN_HIGH = "610113"
XIAN_LOW = "610112"
"""雁塔区 (高) and 未央区, which as the rest of Xi'an is 低 in the demo's list."""
ZHENGZHOU, XUCHANG, TIANJIN = "4101", "4110", "12"
ELSEWHERE = ("3101", "4403", "5101")
GRADES = {XIAN_HIGH: "高", XIAN_LOW: "低", ZHENGZHOU: "低", XUCHANG: "中", TIANJIN: "中"}


def risk(w: World) -> None:
    """Risk areas and since when who left them counts (分区分级, S4.3.3)."""
    for area, level, since in (
        (places.XIAN, "低", "2021-12-09T00:00"),
        (XIAN_HIGH, "高", "2021-12-09T00:00"),
        (ZHENGZHOU, "低", "2021-12-23T00:00"),
        (XUCHANG, "中", "2021-12-23T00:00"),
        (TIANJIN, "中", "2021-12-23T00:00"),
    ):
        w.book.row("risk_areas", area=area, level=level, since=w.at(since))


def arrive(w: World, rng: np.random.Generator, person: Any, origin: str, left: Any, **cells: Any) -> tuple[Any, Any]:
    """Arrivals with how they came to be known; (keys, moments of arrival)."""
    n = len(person)
    arrived = left + minutes(rng, 150, 300, n)
    declares = rng.random(n) < 0.5
    arrivals = w.book.add(
        "arrivals",
        n,
        person=person,
        mode=cells.pop("mode", pick(["公路", "铁路"], rng.integers(0, 2, n))),
        abroad=False,
        from_area=origin,
        left_at=left,
        arrived_at=arrived,
        to_area=pick(w.tree.grids, w.roll.grid[person]),
        declared_at=np.where(declares, arrived + minutes(rng, 5, 30, n), np.datetime64("NaT", "m")),
        **cells,
    )
    big_data = rng.random(n) < 0.6
    seen = arrived + np.where(big_data, minutes(rng, 30, 600, n), minutes(rng, 10, 30, n))
    w.book.add("sightings", n, arrival=arrivals, source=pick(["敲门", "大数据"], big_data.astype(int)), at=seen)
    return arrivals, arrived


def find(w: World, rng: np.random.Generator, person: Any, arrivals: Any, arrived: Any, **cells: Any) -> Any:
    """Somebody at the door within three hours (四个查清, S5.2); the moments of it."""
    at = arrived + minutes(rng, 30, 150, len(person))
    who = pick(w.chain.by_village["村干部"], w.tree.village_of[w.roll.grid[person]])
    cells = {"outcome": "在", "area": pick(w.tree.grids, w.roll.grid[person])} | cells
    w.book.add("verifications", len(person), arrival=arrivals, at=at, officer=who, **cells)
    return at


def returnees(w: World, rng: np.random.Generator, person: Any, origin: str, left: Any, **cells: Any) -> list[Life]:
    """People back from a risk area, everything done in time: known, found, under each stage of their grade."""
    person = np.asarray(person)
    arrivals, arrived = arrive(w, rng, person, origin, left)
    found = find(w, rng, person, arrivals, arrived)
    since = found + minutes(rng, 15, 45, len(person))
    begun = since <= w.now
    at_once = {"arrival": arrivals.filter(begun)} | cells
    return chain(w, rng, person[begun], GRADES[origin], since[begun], ground="来返", **at_once)


def departures(w: World, rng: np.random.Generator, n: int, first: str, last: str, *, late: float = 1.0) -> Any:
    """Moments of leaving between two dates, in order, between 07:00 and 12:00; ``late`` > 1 crowds them to the end."""
    begin, end = w.at(f"{first}T00:00"), w.at(f"{last}T00:00")
    days = ((end - begin) / DAY).astype(int) + 1
    day = (days * rng.random(n) ** (1 / late)).astype(np.int64)
    return np.sort(begin + day * DAY + 7 * HOUR + minutes(rng, 0, 300, n))


def come_back(w: World) -> None:
    """Everybody who came back by themselves; figures of S3 in proportion."""
    rng = w.rng("inbound")
    away = migrants(w)
    write_migrants(w, away)
    homes = np.array([g.startswith(places.HARSH_TOWN) for g in w.tree.grids])[w.roll.grid[away]]
    away = away[~homes]  # nobody returns to the town whose own measure is planted as an order's hole
    back = w.share(100_000)
    w.figures["12月22日前返回 back by 22 December"] = back
    parts = {XIAN_HIGH: round(back * 0.05), XIAN_LOW: round(back * 0.6)}
    parts |= dict.fromkeys(ELSEWHERE, (back - sum(parts.values())) // 3)
    parts[ELSEWHERE[0]] += back - sum(parts.values())
    used = 0
    for origin, n in parts.items():
        person, used = away[used : used + n], used + n
        left = departures(w, rng, n, "2021-12-09", "2021-12-22", late=2)
        if origin in GRADES:
            returnees(w, rng, person, origin, left)
            road(w, rng, person[: n // 3], left[: n // 3] + 2 * HOUR)
        else:
            arrive(w, rng, person, origin, left)
    later = w.share(8_000)
    for origin, part in ((ZHENGZHOU, 0.6), (XUCHANG, 0.25), (TIANJIN, 0.15)):
        n = max(2, round(later * part))
        person, used = away[used : used + n], used + n
        left = departures(w, rng, n, "2021-12-24", "2022-01-05")
        returnees(w, rng, person, origin, left)
        road(w, rng, person[: n // 2], left[: n // 2] + 2 * HOUR)
    abroad(w, rng, away[used : used + max(3, w.share(500))])


def write_migrants(w: World, away: Any) -> None:
    since = w.at("2021-03-01T00:00")
    w.book.add("groups", len(away), person=np.sort(away), group="外出务工", since=since)


def abroad(w: World, rng: np.random.Generator, person: Any) -> None:
    """By air (从国门到舱门到家门, S1.2): handed over at the airport, received at the hotel, fourteen days and more."""
    n = len(person)
    left = departures(w, rng, n, "2021-12-27", "2022-01-04")
    arrived = left + minutes(rng, 420, 600, n)
    home = pick(w.tree.grids, w.roll.grid[person])
    arrivals = w.book.add(
        "arrivals", n, person=person, mode="航班", trip="CA870", abroad=True, transit="上海浦东", left_at=left,
        arrived_at=arrived, to_area=home, declared_at=left - DAY,
    )  # fmt: skip
    w.book.add("sightings", n, arrival=arrivals, source="舱单", at=left + HOUR)
    handed = arrived + 30 * MINUTE
    received = handed + minutes(rng, 60, 150, n)
    unit, room = w.hotels.rooms(n)
    port = w.units.one(places.COUNTY, "机场")
    w.book.add(
        "transfers",
        n,
        person=person,
        from_unit=port,
        to_unit=unit,
        handed_at=handed,
        received_at=received,
        vehicle="陕F0021警",
        escort="转运专班",
    )
    chain(w, rng, person, "境外", received, ground="来返", arrival=arrivals, unit=unit, room=room)


def road(w: World, rng: np.random.Generator, person: Any, at: Any) -> None:
    """Through a checkpoint on the way in: proof, code and trip asked for, everybody by name (S5.2)."""
    n = len(person)
    posts = w.units.roads()
    plate = "陕F" + _digits(rng, n)
    ok = {"test_ok": True, "code": "绿", "trip_ok": True}
    w.book.add(
        "passages",
        n,
        post=pick(posts, rng.integers(0, len(posts), n)),
        person=person,
        plate=plate,
        at=at,
        action="放行",
        **ok,
    )


def _digits(rng: np.random.Generator, n: int) -> Any:
    import polars as pl

    return pl.Series(rng.integers(0, 100_000, n)).cast(pl.String).str.zfill(5)


def students(w: World) -> None:
    """S5: 161 students and teachers brought from Xi'an, all in two hotels of 华阳镇, each in a room."""
    rng, person = w.rng("students"), w.roll.students
    n = len(person)
    left = np.full(n, w.at("2022-01-01T09:00"))
    arrivals, arrived = arrive(w, rng, person, XIAN_HIGH, left, mode="公路", trip="转运专车")
    found = find(w, rng, person, arrivals, arrived)
    post = w.units.roads()[0]
    at = left + 2 * HOUR + minutes(rng, 0, 20, n)
    w.book.add("passages", n, post=post, person=person, plate="陕AT1601", at=at, test_ok=True, code="绿", action="移交")
    slots = [(key, f"{101 + i // 20 * 100 + i % 20}") for i in range(90) for key, _ in w.hotels.students][:n]
    unit, room = pick([u for u, _ in slots], np.arange(n)), pick([r for _, r in slots], np.arange(n))
    handed = found + 5 * MINUTE
    received = handed + minutes(rng, 20, 90, n)
    station = w.units.one(places.COUNTY, "车站")
    w.book.add(
        "transfers",
        n,
        person=person,
        from_unit=station,
        to_unit=unit,
        handed_at=handed,
        received_at=received,
        vehicle="陕AT1601",
        escort="转运专班",
    )
    chain(w, rng, person, "高", received, ground="来返", arrival=arrivals, unit=unit, room=room)
    w.figures["转运师生 students and teachers moved"] = n
