"""The chain of responsibility (三级包保, S5.1): officers and their duties, down to every village, grid and unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo.identity import names, phones, pick
from bihuan.demo.tree import CITY

if TYPE_CHECKING:
    from bihuan.demo.world import World

FIVE = ("镇干部", "网格员", "医务人员", "民警", "志愿者")
"""五包一 (S5.1)."""
LIMIT = 60
"""duty.persons: people whom one officer can answer for."""
BODIES = {
    "医务人员": "卫生院",
    "民警": "派出所",
    "志愿者": "志愿服务队",
    "镇干部": "镇政府",
    "村干部": "村委会",
    "网格员": "村委会",
}


@dataclass
class Chain:
    """Officers by what they answer for; ``left_out`` holds (role, code) that are planted as nobody's."""

    by_village: dict[str, list[str]] = field(default_factory=dict)  # role → officer for each village
    by_grid: list[str] = field(default_factory=list)
    by_county: dict[str, str] = field(default_factory=dict)  # county → 县级领导
    supervisors: dict[str, str] = field(default_factory=dict)  # county → 部门监管
    left_out: set[tuple[str, str]] = field(default_factory=set)
    duties: dict[tuple[str, str], str] = field(default_factory=dict)  # (role, code) → officer


def officer(w: World, post: str, body: str, rng: np.random.Generator) -> str:
    return w.book.row("officers", name=names(rng, 1)[0], phone=phones(rng, 1)[0], body=body, post=post)


def officers(w: World, n: int, post: str, body: Any, rng: np.random.Generator) -> list[str]:
    keys = w.book.add("officers", n, name=names(rng, n), phone=phones(rng, n), body=body, post=post)
    return keys.to_list()


def duty(w: World, role: str, who: str, area: str, **cells: Any) -> str:
    return w.book.row(
        "duties", **{"officer": who, "role": role, "area": area, "since": w.at("2021-07-01T08:00"), **cells}
    )


def appoint(w: World) -> None:
    """Somebody for every county, town, village and grid, but for those that are planted as nobody's."""
    rng, tree, chain = w.rng("chain"), w.tree, w.chain
    known = tree.names()
    head = officer(w, "副市长", "市疫情防控指挥部", rng)
    duty(w, "县级领导", head, CITY)
    for county in tree.counties:
        body = f"{known[county]}疫情防控指挥部"
        chain.by_county[county] = officer(w, "副县长", body, rng)
        duty(w, "县级领导", chain.by_county[county], county)
        chain.supervisors[county] = officer(w, "科长", body, rng)
        duty(w, "部门监管", chain.supervisors[county], county)
        towns = [t for t in tree.towns if t.startswith(county)]
        _over(w, "县级领导", towns, officers(w, len(towns), "包镇领导", body, rng))
    towns = [known[v[:9]] for v in tree.villages]
    for role, post in (
        ("镇干部", "包村干部"),
        ("村干部", "村主任"),
        ("医务人员", "家庭医生"),
        ("民警", "社区民警"),
        ("志愿者", "志愿者"),
    ):
        bodies = [town + BODIES[role] for town in towns]
        chain.by_village[role] = officers(w, len(tree.villages), post, bodies, rng)
        _over(w, role, tree.villages, chain.by_village[role])
    chain.by_grid = officers(w, len(tree.grids), "网格员", [known[g[:12]] for g in tree.grids], rng)
    _over(w, "网格员", tree.grids, chain.by_grid)


def _over(w: World, role: str, codes: Any, who: list[str]) -> None:
    found = [(code, o) for code, o in zip(codes, who, strict=True) if (role, code) not in w.chain.left_out]
    w.book.add(
        "duties",
        len(found),
        officer=[o for _, o in found],
        role=role,
        area=[code for code, _ in found],
        since=w.at("2021-07-01T08:00"),
    )
    w.chain.duties |= {(role, code): o for code, o in zip(codes, who, strict=True)}


def five(w: World, person: Any, since: Any) -> Any:
    """The five (五包一) for each of these people from the start of their measure on: a frame of duties."""
    import polars as pl

    n = len(person)
    village = w.tree.village_of[w.roll.grid[person]]
    frames = []
    for role in FIVE:
        who = (
            pick(w.chain.by_grid, w.roll.grid[person]) if role == "网格员" else pick(w.chain.by_village[role], village)
        )
        frames.append(
            w.book.frame(
                "duties", n, officer=who, role=role, area=pick(w.tree.villages, village), person=person, since=since
            )
        )
    return pl.concat(frames)
