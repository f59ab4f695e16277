"""总览: what is open, who has it, as of when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.db.models.functions import Left
from django.http import HttpResponse

from bihuan.desk import access, drawing, hands, knowledge, tallies
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.then import HOURS
from bihuan.desk.viewing import Asked
from bihuan.kernel.program import family

HOUR = dt.timedelta(hours=1)
OLDEST = 7
OWNERS = 8
LOOPS = 14
"""Rows of the lists; every one says where the rest is."""
MAP_COLUMNS = 6
"""Hexagons of a row, where each county has its own part of the map."""
MOST_PARTS = 4
"""Such parts; of more the level above is drawn."""
MOST_TILES = 60
"""Areas that the schematic map holds; above it the level above is drawn."""


@dataclass(frozen=True)
class Figures:
    """The large numbers."""

    urgent: int
    serious: int
    routine: int
    opened: int  # since midnight
    closed: int
    hours: float | None  # mean time to close, of the last CLOSED_D days


@dataclass(frozen=True)
class LoopRow:
    """One loop: what is open and what is still to be done."""

    name: str
    title: tuple[str, str]
    urgent: int
    serious: int
    routine: int
    pending: int

    @property
    def open(self) -> int:
        return self.urgent + self.serious + self.routine


def overview(asked: Asked) -> HttpResponse:
    """The page; ``?wall=1`` without chrome, for a wall."""
    wall = asked.GET.get("wall") == "1"
    counties = access.access_places(asked, "length(l.area) = 6", []) if wall else []
    stops = ["", *(p.area for p in counties)]
    return show(asked, "overview.html", "overview", wall=wall, stops=stops, **gathered(asked))


def gathered(asked: Asked) -> dict[str, Any]:
    """Everything that the page shows."""
    now = access.now(asked)
    counted = tallies.standing(asked)
    loops = tallies.once(asked, "loops", lambda: loop_rows(counted))
    midnight = dt.datetime.combine(now.date(), dt.time())
    hourly = _hourly(asked, now)
    by_hour = zip(hourly["hours"], hourly["opened"], hourly["closed"], *hourly["links"], strict=True)
    return {
        "figures": _figures(asked, loops, midnight, now),
        "midnight": midnight,
        "loops": _bars(loops[:LOOPS]),
        "more_loops": max(0, len(loops) - LOOPS),
        "map": None if asked.user.unit else _map(asked),
        "owners": _owners(asked, counted),
        "oldest": _oldest(asked, access.access_holes(asked).filter(state="open")),
        "hourly": hourly,
        "by_hour": [row for row in by_hour if row[1] or row[2]][::-1],
    }


def _oldest(asked: Asked, live: Any) -> list[dict[str, Any]]:
    """What has stood open the longest, with the name of whom it has gone up to."""
    rows = list(live.order_by("since", "pk")[:OLDEST])
    names = access.names_of(asked, "officers", [h.escalated_to for h in rows if h.escalated_to])
    return [{"hole": h, "up": names.get(h.escalated_to, h.escalated_to)} for h in rows]


def _owners(asked: Asked, counted: tallies.Counted) -> list[dict[str, Any]]:
    """Who has the most to act on just now."""
    counts = {"number": counted.number(), "urgent": counted.number(severity="急"), "since": Min("since")}
    found = (
        counted.rows.filter(state="open")
        .values(officer=hands.read(asked).who())
        .exclude(officer=None)
        .annotate(**counts)
    )
    rows = list(found.order_by("-urgent", "-number", "officer")[:OWNERS])
    names = access.names_of(asked, "officers", [row["officer"] for row in rows])
    return [row | {"owner": row["officer"], "owner_name": names.get(row["officer"], "")} for row in rows]


def loop_rows(counted: tallies.Counted) -> list[LoopRow]:
    """One row a loop that has anything open or to be done, the worst first."""
    rows = counted.rows.filter(state__in=("open", "pending")).values("hole", "state", "severity")
    found = rows.annotate(number=counted.number())
    counts: dict[str, Counter[str]] = {}
    for row in found:
        state = "pending" if row["state"] == "pending" else row["severity"]
        counts.setdefault(family(row["hole"]), Counter())[state] += row["number"]
    rows = [
        LoopRow(name, knowledge.family_title(name), c["急"], c["重"], c["常"], c["pending"])
        for name, c in counts.items()
    ]
    return sorted(rows, key=lambda r: (-r.urgent, -r.serious, -r.routine, -r.pending, r.name))


def _bars(rows: list[LoopRow]) -> list[tuple[LoopRow, list[drawing.Part]]]:
    """Each with its bar; the longest of these is as long as there is room."""
    whole = max((row.open for row in rows), default=0)
    counts = [(("urgent", r.urgent), ("serious", r.serious), ("routine", r.routine)) for r in rows]
    return [(row, drawing.stacked(parts, whole)) for row, parts in zip(rows, counts, strict=True)]


def _figures(asked: Asked, loops: list[LoopRow], midnight: dt.datetime, now: dt.datetime) -> Figures:
    turned = tallies.turnover(asked, midnight, now)
    return Figures(
        sum(r.urgent for r in loops),
        sum(r.serious for r in loops),
        sum(r.routine for r in loops),
        turned.opened,
        turned.closed,
        turned.hours,
    )


def _map(asked: Asked) -> dict[str, Any]:
    """Open holes by town (or, where those are too many, by the level above), beside the population."""
    area = access.area_of(asked)
    levels = [n for n in (6, 9, 12) if n > len(area)] or [15]
    places = access.access_places(
        asked,
        "length(l.area) = ANY(%s) AND l.area >= %s AND l.area < %s",
        [levels[:2], area or "0", (area or "") + ":"],
    )
    by_level = {n: [p for p in places if len(p.area) == n] for n in levels[:2]}
    parted = {n: len({p.area[: levels[0]] for p in by_level[n]}) for n in levels[:2]}
    fitting = [
        n for n in levels[:2] if 1 < len(by_level[n]) <= MOST_TILES and (n == levels[0] or parted[n] <= MOST_PARTS)
    ]
    level = fitting[-1] if fitting else levels[0]
    numbers = tallies.once(asked, f"places {level}", lambda: _open_by_place(asked, level))
    shown = by_level[level]
    counted_in = [(p.area, p.name, numbers.get(p.area, 0), p.population) for p in shown]
    limits = drawing.shades(counted_in)
    return {
        "key": [(n, limit) for n, limit in enumerate(limits, 1) if limit not in limits[n:]],
        "parts": _map_parts(by_level[levels[0]] if level != levels[0] else [], counted_in, limits, numbers),
        "title": {6: ("各区县", "Counties"), 9: ("各乡镇", "Towns"), 12: ("各村社区", "Villages")}.get(
            level, ("各网格", "Grids")
        ),
        # Holes of the areas above, which no tile holds.
        "above": sum(numbers.values()) - sum(number for _, _, number, _ in counted_in),
    }


def _open_by_place(asked: Asked, level: int) -> dict[str, int]:
    """Area of a level → holes that are open in it; those of the areas above under their own."""
    counted = tallies.within(asked, asked.viewing.area, level)
    rows = counted.rows.filter(state="open", area__isnull=False).values(place=Left("area", level))
    return {row["place"]: row["number"] for row in rows.annotate(number=counted.number())}


def _map_parts(
    above: list[access.Place],
    areas: list[drawing.AreaHoles],
    limits: tuple[float, ...],
    numbers: dict[str, int],
) -> list[dict[str, Any]]:
    """The map in parts, one an area of the level above where there are several: whose, its rate with all within, its
    hexagons, as large as those of the others."""
    within = [(p, [a for a in areas if a[0].startswith(p.area)]) for p in above]
    within = [(p, some) for p, some in within if some]
    if len(within) < 2:
        return [{"place": None, "drawn": drawing.hexagons(areas, limits, max(4, round(len(areas) ** 0.5)))}]
    parts = []
    for place, some in within:
        number = sum(n for code, n in numbers.items() if code.startswith(place.area))
        parts.append(
            {
                "place": place,
                "number": number,
                "rate": drawing.rate(number, place.population),
                "drawn": drawing.hexagons(some, limits, MAP_COLUMNS),
            }
        )
    return parts


def _hourly(asked: Asked, now: dt.datetime) -> dict[str, Any]:
    """Openings (by the moment they became holes) and closings, hour by hour, with the address of each bar's rows."""
    begin = (now - dt.timedelta(hours=HOURS - 1)).replace(minute=0, second=0)
    hours = [begin + dt.timedelta(hours=h) for h in range(HOURS)]

    def counted(column: str) -> list[int]:
        found = tallies.hourly(asked, column, begin, now)
        return [found.get(h, 0) for h in hours]

    opened, closed = counted("since"), counted("closed_at")

    def links(state: str, begins: str, ends: str) -> list[str]:
        words = [{begins: f"{h:%Y-%m-%dT%H:%M}", ends: f"{h + HOUR:%Y-%m-%dT%H:%M}"} for h in hours]
        return [address(asked.viewing, "holes", state=state, **w) for w in words]

    return {
        "hours": [f"{h:%m-%d %H:00}" for h in hours],
        "opened": opened,
        "closed": closed,
        "links": [links("all", "since", "until"), links("closed", "closed", "closed_to")],
        "words": [asked.viewing.two("新增", "opened"), asked.viewing.two("闭合", "closed")],
    }
