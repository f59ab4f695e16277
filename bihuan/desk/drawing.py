"""Figures drawn on the server as plain shapes, so that they print, can be followed by keyboard, and need no script: the
ring of a subject's stages, the schematic map of areas, stacked bars."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["done", "due", "broken", "ahead"]
"""Of a stage: closed; somebody still has time; a hole is open; nothing has begun."""


@dataclass(frozen=True)
class Stage:
    """One stage of a subject's closed loop."""

    title: tuple[str, str]
    state: State
    note: tuple[str, str] = ("", "")
    link: str = ""


@dataclass(frozen=True)
class Arc:
    """A stage placed on the ring: the arc's path, and where its words stand."""

    stage: Stage
    path: str
    x: float
    y: float
    anchor: Literal["start", "middle", "end"]


RING_RADIUS = 82.0
RING_GAP = 0.07
"""Radians between two stages."""


def ring(stages: Sequence[Stage], radius: float = RING_RADIUS) -> list[Arc]:
    """The stages clockwise from the top, around (0, 0)."""
    arcs = []
    width = 2 * math.pi / max(1, len(stages))
    for place, stage in enumerate(stages):
        begin, end = place * width + RING_GAP / 2, (place + 1) * width - RING_GAP / 2
        x1, y1, x2, y2 = *_on(begin, radius), *_on(end, radius)
        large = int(end - begin > math.pi)
        path = f"M{x1:.1f} {y1:.1f}A{radius:g} {radius:g} 0 {large} 1 {x2:.1f} {y2:.1f}"
        middle = (begin + end) / 2
        x, y = _on(middle, radius + 20)
        anchor: Literal["start", "middle", "end"] = "middle" if abs(x) < 6 else "start" if x > 0 else "end"
        arcs.append(Arc(stage, path, round(x, 1), round(y + (10 if y > 60 else -8 if y < -90 else 0), 1), anchor))
    return arcs


def _on(angle: float, radius: float) -> tuple[float, float]:
    """A point on the circle; 0 is the top, clockwise."""
    return radius * math.sin(angle), -radius * math.cos(angle)


@dataclass(frozen=True)
class Tile:
    """One area of the schematic map: a hexagon's points, its middle, its shade from 0 (nothing) to 5."""

    area: str
    name: str
    label: str
    number: int
    rate: float | None
    shade: int
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Hexagons and the room they take."""

    tiles: tuple[Tile, ...]
    width: int
    height: int


SHADES = 5
HEX = 34.0


AreaHoles = tuple[str, str, int, int | None]
"""An area: code, name, open holes, population."""


def rate(number: int, population: int | None) -> float | None:
    """Open holes a 10,000 people; none without a population."""
    return number / population * 10_000 if population else None


def shades(areas: Iterable[AreaHoles]) -> tuple[float, ...]:
    """The least rate of each shade from 1 on: as many areas in each. Empty where there is no hole."""
    known = sorted(r for _, _, n, p in areas if (r := rate(n, p)))
    return tuple(known[min(len(known) - 1, len(known) * i // SHADES)] for i in range(SHADES)) if known else ()


def hexagons(areas: Iterable[AreaHoles], limits: tuple[float, ...], columns: int = 0) -> Map:
    """Hexagons side by side in the order of their codes: a sketch, whose places mean nothing. Shaded by the rate, by
    ``limits``; an area without a population keeps no shade. ``columns``: in a row; 0: about as many as rows."""
    areas = sorted(areas)
    rates = [rate(n, p) for _, _, n, p in areas]
    columns = columns or max(1, math.ceil(math.sqrt(len(areas) * 0.95)))
    wide, high = math.sqrt(3) * HEX, 1.5 * HEX
    tiles = []
    for place, ((code, name, number, _), of) in enumerate(zip(areas, rates, strict=True)):
        row, column = divmod(place, columns)
        x = wide * (column + 0.5 + (row % 2) * 0.5) + 1
        y = HEX + high * row + 1
        corners = [(x + (HEX - 1.5) * math.sin(a), y - (HEX - 1.5) * math.cos(a)) for a in _sixths()]
        points = " ".join(f"{cx:.1f},{cy:.1f}" for cx, cy in corners)
        shade = sum(1 for limit in limits if of and of >= limit)
        tiles.append(Tile(code, name, short(name), number, of, shade, points, round(x, 1), round(y, 1)))
    rows = math.ceil(len(areas) / columns)
    return Map(tuple(tiles), round(wide * (columns + 0.5) + 2), round(high * rows + HEX / 2 + 2))


def _sixths() -> list[float]:
    return [i * math.pi / 3 for i in range(6)]


ENDS = ("街道办事处", "街道", "社区", "镇", "乡", "村", "县", "区", "市", "省")


def short(name: str) -> str:
    """A place's name without its rank, where something is left: 洋州街道 → 洋州; of a grid its number:
    李家坝村第1网格 → 第1网格; at most five characters."""
    if grid := re.search(r"第\w{1,2}网格$", name):
        return grid[0]
    for end in ENDS:
        if name.endswith(end) and len(name) > len(end) + 1:
            name = name.removesuffix(end)
            break
    return name if len(name) <= 5 else name[:4] + "…"


@dataclass(frozen=True)
class Part:
    """A piece of a stacked bar, in per cent of its length."""

    css: str
    number: int
    start: float
    width: float


def stacked(parts: Iterable[tuple[str, int]], whole: int) -> list[Part]:
    """(class, number) → pieces of a bar on which ``whole`` is 100 %; what is not nothing is at least 1 % wide."""
    made: list[Part] = []
    start = 0.0
    for css, number in parts:
        if not number:
            continue
        width = max(1.0, 100 * number / max(whole, 1))
        made.append(Part(css, number, round(start, 2), round(width, 2)))
        start += width
    return made
