"""A life under a measure, as it should be: tests on the days laid down, temperatures, five who answer for it, its end.

:func:`stage` makes one stage for any number of people at once, :func:`chain` the stages of a grade one after the other.
A planted hole takes the same life and leaves out of it what the source says was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo.chain import five
from bihuan.demo.identity import pick
from bihuan.demo.world import DAY, DOCUMENT, HOUR, MINUTE, day_of, minutes

if TYPE_CHECKING:
    import polars as pl

    from bihuan.demo.world import World

NOT_YET = np.datetime64("NaT", "m")
HOTEL, HOME, WATCH = "集中隔离", "居家隔离", "健康监测"


def standards() -> tuple[dict[str, list[tuple[str, int]]], dict[str, list[int]], dict[str, int]]:
    """Stages by grade, test days and readings a day by kind: the defaults of the orders (loops.md)."""
    from bihuan.domains.people.orders import PARAMETERS

    default = {p.key: p.default for p in PARAMETERS}
    kinds = (HOTEL, HOME, WATCH)
    stages = {
        key.partition(".")[2]: [(k, int(d)) for k, d in zip(kinds, value.split("+"), strict=True) if d != "0"]
        for key, value in default.items()
        if key.startswith("measure.")
    }
    tests = {k: [int(d) for d in default[f"test_days.{k}"].split(",")] for k in kinds}
    return stages, tests, {k: int(default[f"temperatures.{k}"]) for k in kinds}


@dataclass
class Life:
    """The rows of one stage, not in the book yet; ``ended`` is NaT while the stage runs."""

    measures: pl.DataFrame
    samples: pl.DataFrame
    monitoring: pl.DataFrame
    duties: pl.DataFrame | None
    aid: pl.DataFrame | None
    ended: Any

    def put(self, w: World) -> Life:
        for ledger in ("measures", "samples", "monitoring", "duties", "aid"):
            frame = getattr(self, ledger)
            if frame is not None:
                w.book.put(ledger, frame)
        return self

    @property
    def keys(self) -> list[str]:
        return self.measures["measure"].to_list()


def tests(w: World, rng: np.random.Generator, person: Any, at: Any, **cells: Any) -> Any:
    """Tests of single people at these moments, with their results where they are in by now."""
    n = len(person)
    result = at + minutes(rng, 180, 330, n)
    known = result <= w.now
    cells = {"agency": "卫健", "sampled_by": "卫生院采样队", "lab": w.units.lab_of(person)} | cells
    return w.book.frame(
        "samples",
        n,
        of="人",
        person=person,
        sampled_at=at,
        resulted_at=np.where(known, result, NOT_YET),
        result=pick(["阴", None], (~known).astype(int)),
        **cells,
    )


def readings(w: World, rng: np.random.Generator, person: Any, at: Any, **cells: Any) -> Any:
    n = len(person)
    return w.book.frame(
        "monitoring",
        n,
        person=person,
        at=at,
        temperature=np.round(36.1 + rng.random(n) * 0.9, 1),
        symptoms="无",
        **cells,
    )


def stage(
    w: World,
    rng: np.random.Generator,
    person: Any,
    kind: str,
    days: int,
    since: Any,
    *,
    ground: str,
    release: bool = True,
    cut: Any = None,
    **cells: Any,
) -> Life:
    """One stage of ``days`` from ``since``, ended on its day where that has come, or at ``cut`` where given.

    ``release=False`` leaves it running after its day. ``cells`` are further columns of the measure (unit, room, …).
    """
    import polars as pl

    _, test_days, per_day = standards()
    person, since = np.atleast_1d(np.asarray(person)), np.atleast_1d(np.asarray(since, "datetime64[m]"))
    n = len(person)
    end = since + days * DAY
    proof = day_of(end) + 7 * HOUR + 400 * MINUTE  # the last test is back by then
    planned_end = end + minutes(rng, 5, 90, n)
    ended = np.maximum(planned_end, proof) if kind != WATCH else planned_end
    ended = np.where(np.asarray(bool(release)) & (ended <= w.now), ended, NOT_YET)
    if cut is not None:
        ended = np.broadcast_to(np.asarray(cut, "datetime64[m]"), n).copy()
    stop = np.where(np.isnat(ended), w.now, ended)

    samples = []
    for day in test_days[kind]:
        midnight = day_of(since) + day * DAY
        at = midnight + 7 * HOUR + minutes(rng, 0, 60, n)
        due = (midnight < stop) & (midnight <= end) & (at <= w.now)
        samples.append(tests(w, rng, person[due], at[due]))
    temperatures = []
    last = int(((day_of(stop) - day_of(since)) / DAY).max(initial=0))
    for day in range(1, last):
        morning = day_of(since) + day * DAY
        whole = morning + DAY <= stop
        for hour in (8, 17)[: per_day[kind]]:
            at = morning + hour * HOUR + minutes(rng, 0, 60, n)
            temperatures.append(readings(w, rng, person[whole], at[whole]))

    home = kind != HOTEL
    live = np.isnat(ended)
    document = cells.pop("order", DOCUMENT)
    measures = w.book.frame(
        "measures",
        n,
        person=person,
        ground=ground,
        kind=kind,
        order=document,
        area=pick(w.tree.grids, w.roll.grid[person]) if home else None,
        since=since,
        planned_until=cells.pop("planned_until", end),
        ended_at=ended,
        **cells,
    )
    empty = w.book.frame("monitoring", 0, person=person[:0], at=since[:0])
    return Life(
        measures,
        pl.concat(samples),
        pl.concat([f for f in temperatures if f.height], how="diagonal")
        if any(f.height for f in temperatures)
        else empty,
        five(w, person[live], since[live]) if home else None,
        _visits(w, rng, person, since, stop) if kind == HOME else None,
        ended,
    )


def _visits(w: World, rng: np.random.Generator, person: Any, since: Any, stop: Any) -> Any:
    """Every second day somebody looks in on who is shut in alone or needs care (S4.3.3)."""
    import polars as pl

    alone = w.roll.alone[person] | w.roll.needs_care[person]
    person, since, stop = person[alone], since[alone], stop[alone]
    frames = [w.book.frame("aid", 0, person=person[:0], at=since[:0], kind="探访", officer=pick([""], []))]
    for day in range(1, 15, 2):
        at = since + day * DAY + minutes(rng, 0, 60, len(person))
        due = (at < stop) & (at <= w.now)
        who = pick(w.chain.by_grid, w.roll.grid[person[due]])
        frames.append(w.book.frame("aid", int(due.sum()), person=person[due], at=at[due], kind="送物资", officer=who))
    return pl.concat(frames)


def chain(
    w: World,
    rng: np.random.Generator,
    person: Any,
    grade: str,
    since: Any,
    *,
    ground: str,
    **cells: Any,
) -> list[Life]:
    """The stages of a grade, each begun within the hour after the last; in the book already.

    ``unit`` and ``room`` of ``cells`` hold for the hotel alone. Whoever is put up in a
    hotel without a unit given gets a room of the next one with rooms to spare.
    """
    person, since = np.asarray(person), np.asarray(since, "datetime64[m]")
    unit, room = cells.pop("unit", None), cells.pop("room", None)
    lives = []
    here = np.arange(len(person))
    for kind, days in standards()[0][grade]:
        begun = since <= w.now
        here, since = here[begun], since[begun]
        own = {k: (v.gather(here.astype(np.uint32)) if hasattr(v, "gather") else v) for k, v in cells.items()}
        if kind == HOTEL:
            u, r = w.hotels.rooms(len(here)) if unit is None else (unit, room)
            own |= {"unit": u, "room": r}
        life = stage(w, rng, person[here], kind, days, since, ground=ground, **own).put(w)
        lives.append(life)
        over = ~np.isnat(life.ended)
        here = here[over]
        since = life.ended[over] + minutes(rng, 10, 60, len(here))
    return lives
