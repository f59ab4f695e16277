"""The area tree of the demo: real counties and towns of 汉中市, invented villages and grids below them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

CITY = "6107"
COUNTY = "610723"
"""洋县, of which S5 is told."""
SHORT = "610722"
"""城固县, next to it: what the source finds short in a county is short there."""
HOTEL_TOWN = "610723114"
"""华阳镇, where the 161 from Xi'an were put up (S5)."""
HARSH_TOWN = "610723120"
"""桑溪镇, which set a measure of its own; nobody returns there, so that only the order itself is a hole."""
XIAN = "6101"

VILLAGE_FIRST = 901
"""Codes of villages begin here, where no real one stands."""
VILLAGE_PEOPLE = 1_500
GRID_PEOPLE = 320

_VILLAGES = (
    *("柳泉", "杏林", "石桥", "青岭", "双河", "白杨", "新建", "红岩", "竹园", "茶坪"),
    *("向阳", "清溪", "龙泉", "松树", "梨园", "大坪", "小河", "上湾", "下湾", "高坎"),
    *("朱鹮", "枣园", "王家塬", "李家坝", "槐荫", "月亮湾", "沙坝", "瓦窑", "鹤鸣", "长岭"),
)


@cache
def names() -> dict[str, str]:
    """Area code → name, of the package's data (Administrative-divisions-of-China)."""
    with (files("bihuan.demo") / "data" / "divisions.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Tree:
    """Codes of each level; ``village_of`` and ``county_of`` hold, for each grid, its village's and county's place."""

    counties: tuple[str, ...]
    towns: tuple[str, ...]
    villages: tuple[str, ...]
    grids: tuple[str, ...]
    village_of: np.ndarray
    county_of: np.ndarray

    def names(self) -> dict[str, str]:
        """Code → name, of every area from the province down."""
        known = names()
        found = {code: known[code] for code in ("61", CITY, *self.counties, *self.towns)}
        for code in self.villages:
            urban = code[6] == "0"
            number = int(code[9:]) - VILLAGE_FIRST
            stem = _VILLAGES[(number + int(code[6:9]) * 7) % len(_VILLAGES)]
            turn = "" if number < len(_VILLAGES) else str(number // len(_VILLAGES) + 1)
            found[code] = f"{stem}{turn}{'社区' if urban else '村'}"
        for code in self.grids:
            found[code] = f"{found[code[:12]]}第{int(code[12:])}网格"
        return found


def grow(people: int) -> Tree:
    """The areas for so many people: two counties for a sample, all eleven from half a million on."""
    known = names()
    others = sorted(c for c in known if len(c) == 6 and c.startswith(CITY) and c not in (COUNTY, SHORT))
    extra = min(len(others), people // 50_000)
    counties = (COUNTY, SHORT, *others[:extra])
    towns = tuple(c for county in counties for c in sorted(known) if len(c) == 9 and c.startswith(county))
    per_town = max(2, round(people / len(towns) / VILLAGE_PEOPLE))
    villages = tuple(f"{town}{VILLAGE_FIRST + i:03d}" for town in towns for i in range(per_town))
    per_village = max(2, round(people / len(villages) / GRID_PEOPLE))
    grids = tuple(f"{village}{i + 1:03d}" for village in villages for i in range(per_village))
    village_of = np.repeat(np.arange(len(villages)), per_village)
    place = {county: i for i, county in enumerate(counties)}
    county_of = np.array([place[grid[:6]] for grid in grids])
    return Tree(counties, towns, villages, grids, village_of, county_of)
