"""Goods (物): frozen lots through port, store and market; stocks; passes; animals. All as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.world import DAY, HOUR, MINUTE, day_of, minutes

if TYPE_CHECKING:
    from bihuan.demo.world import World

MEDICAL = ("N95口罩", "防护服", "护目镜", "消毒剂", "测温仪", "检测试剂")
"""S2m.4; ten days of each are ordered."""
LIVING = ("米", "面", "油", "蔬菜", "肉", "蛋", "奶", "饲料", "种苗", "兽药")
UNITS_OF = {"N95口罩": "只", "防护服": "套", "护目镜": "副", "消毒剂": "升", "测温仪": "支", "检测试剂": "人份"}
PAPERS = ("customs_form", "inspection_cert", "test_cert", "disinfection_cert")
PRODUCTS = (("冻虾", "厄瓜多尔"), ("冻牛肉", "巴西"), ("三文鱼", "智利"), ("冻猪肘", "德国"), ("车厘子", "智利"))


class Cold:
    """The cold chain of one county: its bonded store as port of entry, its cold store, its market, its handlers."""

    def __init__(self, w: World, county: str, handlers: list[int]) -> None:
        self.w = w
        self.rng = w.rng("cold " + county)
        self.port = w.units.one(county, "集中监管仓")
        self.store = w.units.one(county, "冷库")
        self.market = w.units.one(county, "农贸市场", 1)
        self.handlers = handlers
        self.lab = w.units.labs[county]
        self.number = 0

    def lot(self, entered: np.datetime64, kg: float = 500.0, **cells: Any) -> str:
        """An imported lot with all it needs on entry: papers, a sample, disinfection; at the port still."""
        self.number += 1
        product, origin = PRODUCTS[self.number % len(PRODUCTS)]
        papers = {p: f"{p[:2].upper()}{entered.astype(int) % 100_000:05d}{self.number}" for p in PAPERS}
        given = {
            "product": product,
            "origin": origin,
            "imported": True,
            "kg": kg,
            "entered_at": entered,
            "port": self.port,
        }
        return self.w.book.row("lots", **given | papers | cells)

    def sample(self, lot: str, at: np.datetime64, result: str = "阴", hours: int = 8, agency: str = "海关") -> None:
        self.w.book.row(
            "samples",
            of="物",
            lot=lot,
            sampled_at=at,
            resulted_at=at + hours * HOUR,
            result=result,
            agency=agency,
            lab=self.lab,
            sampled_by=agency,
        )

    def work(
        self, kind: str, lot: str, unit: str, at: np.datetime64, person: int | None = None, kg: float | None = None
    ) -> str:
        person = self.handlers[0] if person is None and kind in ("搬运", "销售") else person
        return self.w.book.row("lot_works", lot=lot, kind=kind, unit=unit, person=person, at=at, kg=kg)

    def move(self, lot: str, source: str, to: str, kg: float, sent: np.datetime64, **cells: Any) -> str:
        given = {
            "from_unit": source,
            "to_unit": to,
            "sent_at": sent,
            "received_at": sent + 5 * HOUR,
            "vehicle": "陕F3C120",
        }
        return self.w.book.row("lot_moves", lot=lot, kg=kg, **given | cells)

    def stored(self, entered: np.datetime64, kg: float = 500.0, **cells: Any) -> str:
        """A lot that was sampled, disinfected, carried to the cold store and received there within two days."""
        lot = self.lot(entered, kg, **cells)
        self.sample(lot, entered + 3 * HOUR)
        self.work("消毒", lot, self.port, entered + 5 * HOUR)
        self.work("搬运", lot, self.port, entered + 20 * HOUR)
        self.move(lot, self.port, self.store, kg, entered + DAY)
        return lot

    def sold(self, entered: np.datetime64, **cells: Any) -> str:
        """A lot of which two parts went to the market and were sold there."""
        root = self.stored(entered, **cells)
        for i, kg in enumerate((120.0, 80.0)):
            part = self.w.book.row("lots", product="分装", imported=True, kg=kg, split_from=root, origin=None)
            sent = entered + (2 + i) * DAY
            self.move(part, self.store, self.market, kg, sent)
            self.work("搬运", part, self.market, sent + 6 * HOUR, self.handlers[1])
            self.work("销售", part, self.market, sent + 10 * HOUR, self.handlers[0], kg / 2)
        return root


def goods(w: World, staff: dict[tuple[str, str], list[int]]) -> dict[str, Cold]:
    """Lots, stocks, passes and animals of every county; the cold chains by county."""
    chains = {}
    for county in w.tree.counties:
        cold = Cold(w, county, staff[w.units.one(county, "冷库"), "冷链搬运"])
        chains[county] = cold
        for back in (4, 9, 14, 19):
            cold.sold(day_of(w.now) - back * DAY + 6 * HOUR)
        _stocks(w, county)
        _traffic(w, county)
    return chains


def _stocks(w: World, county: str) -> None:
    store, rng = w.units.one(county, "指挥部"), w.rng("stocks " + county)
    for item in MEDICAL + LIVING:
        daily = float(rng.integers(20, 200))
        for back in (9, 2):
            w.book.row(
                "stocks",
                area=county,
                unit=store,
                item=item,
                quantity=daily * (16 + back),
                unit_of=UNITS_OF.get(item, "公斤"),
                daily_use=daily,
                expires=(w.at("2023-06-30T00:00")).astype("datetime64[D]"),
                at=day_of(w.now) - back * DAY + 9 * HOUR,
            )


def _traffic(w: World, county: str) -> None:
    rng = w.rng("traffic " + county)
    posts = [post for name, post in w.units.posts.items() if name.startswith(county + " road")]
    for i in range(6):
        permit = w.book.row(
            "permits",
            plate=f"陕F{rng.integers(0, 100_000):05d}",
            holder="保供企业",
            goods=("蔬菜", "饲料", "药品")[i % 3],
            issued_in=("610702", county)[i % 2],
            since=w.at("2021-12-25T00:00"),
            until=w.at("2022-01-31T00:00"),
        )
        if i < 2:
            at = w.ago(days=2 + i)
            w.book.row("refused_permits", permit=permit, post=posts[0], at=at, passed_at=at + 20 * MINUTE)
    for i in range(5):
        at = day_of(w.now) - (1 + i) * DAY + 7 * HOUR + minutes(rng, 0, 200, 1)[0]
        w.book.row(
            "livestock_moves",
            species=("猪", "禽", "羊")[i % 3],
            head=int(rng.integers(10, 80)),
            from_area="610726",
            to_area=county,
            at=at,
            quarantine_cert=f"陕动检{7000 + i}",
            disinfected_at=at + 3 * HOUR,
        )
    w.figures["道路查验点 checkpoints"] = len([p for p in w.units.posts if p.startswith(places.COUNTY + " road")])
