"""All planted holes: what has to be left out before the city stands, and the rest."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.planted import arrivals, command, goods, measures, people, posts
from bihuan.demo.planted import places as sites
from bihuan.demo.planted.scene import Scene as Stage
from bihuan.demo.world import World

__all__ = ["Stage", "plant", "prepare"]


def prepare(w: World) -> None:
    """What nobody answers for, by leaving the duty out when all others are given."""
    county = [v for v in w.tree.villages if v.startswith(places.HARSH_TOWN)]
    grids = [g for g in w.tree.grids if g.startswith(places.HARSH_TOWN)]
    w.chain.left_out |= {("网格员", grids[0]), ("镇干部", county[1]), ("县级领导", places.HARSH_TOWN)}
    w.units.spare("entrances", county[1])
    w.wild.add(county[0])
    w.plant("chain.grid", grids[0], "", "S2m.3", "网格没有网格员", "a grid without its grid worker")
    w.plant("chain.village", county[1], "", "S5.1", "村没有包村镇干部", "a village that no town cadre answers for")
    w.plant(
        "chain.town", places.HARSH_TOWN, "", "S5.1", "镇没有包镇县级领导", "a town that no county leader answers for"
    )
    w.plant(
        "area.wild",
        county[0],
        "",
        "S4.3.1",
        "三无小区没有网格员",
        "a compound with no manager, and no grid worker on it",
    )


def plant(w: World, stage: Stage) -> None:
    for part in (arrivals, measures, posts, people, goods, sites, command):
        part.plant(stage)
