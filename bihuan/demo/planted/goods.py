"""Holes of goods (冷链、物资、通行、畜禽)."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.planted.scene import Scene
from bihuan.demo.world import DAY, HOUR


def plant(s: Scene) -> None:
    _entry(s)
    _market(s)
    _positive(s)
    _stocks(s)
    _roads(s)


def _entry(s: Scene) -> None:
    cold = s.cold[places.COUNTY]
    lot = cold.stored(s.morning(8), test_cert=None)
    s.plant(
        "lot.papers", lot, "test_cert", "S1.2", "进口冷链缺核酸检测证明", "imported, and without its test certificate"
    )

    lot = cold.lot(s.morning(7), port=None)
    cold.sample(lot, s.morning(7) + 2 * HOUR, agency="市场监管")
    cold.work("消毒", lot, cold.store, s.morning(7) + 3 * HOUR)
    s.plant("lot.rootless", lot, "", "S1.1", "从哪里来搞不清楚：没有入境口岸", "nobody knows where it came in")

    lot = cold.lot(s.morning(8))
    cold.sample(lot, s.morning(8) + 3 * HOUR)
    cold.work("消毒", lot, cold.port, s.morning(8) + 5 * HOUR)
    move = cold.move(lot, cold.port, cold.store, 500.0, s.morning(6), received_at=None)
    s.plant("lot.unreceived", lot, move, "S1.1", "到哪里去了搞不清楚：发出后无人签收", "sent, and received by nobody")

    lot = cold.lot(s.morning(5))
    cold.work("消毒", lot, cold.port, s.morning(5) + 5 * HOUR)
    cold.move(lot, cold.port, cold.store, 500.0, s.morning(4))
    s.plant(
        "lot.unseen", lot, "", "S1.1", "海关只抽检一部分，这一批没人管", "customs samples a part, this lot nobody saw"
    )


def _part(s: Scene, back: int, kg: float) -> tuple[str, str]:
    """A lot in the store, and a part of it on its way to the market: both keys."""
    cold = s.cold[places.COUNTY]
    root = cold.stored(s.morning(back))
    return root, s.row("lots", product="分装", imported=True, kg=kg, split_from=root)


def _market(s: Scene) -> None:
    cold = s.cold[places.COUNTY]
    _, part = _part(s, 9, 100.0)
    cold.move(part, cold.store, cold.market, 100.0, s.morning(7))
    for back, kg in ((6, 70.0), (5, 55.0)):
        cold.work("销售", part, cold.market, s.morning(back), kg=kg)
    s.plant(
        "lot.unbacked",
        part,
        cold.market,
        "S1.1",
        "进一百公斤卖出一百二十五公斤",
        "a hundred kilograms came in, 125 were sold",
    )

    lot = cold.lot(s.morning(10))
    cold.sample(lot, s.morning(10) + 3 * HOUR)
    move = cold.move(lot, cold.port, cold.market, 500.0, s.morning(9))
    s.plant("lot.undisinfected", lot, move, "S1.3", "没有消毒就进了农贸市场", "came to the market without disinfection")

    lot = cold.lot(s.morning(6))
    cold.work("消毒", lot, cold.port, s.morning(6) + 2 * HOUR)
    cold.move(lot, cold.port, cold.market, 500.0, s.morning(6) + 3 * HOUR)
    cold.sample(lot, s.morning(6) + 9 * HOUR, hours=20)
    work = cold.work("销售", lot, cold.market, s.morning(5) + HOUR, kg=40.0)
    s.plant("lot.early", lot, work, "S1.2", "检测结果没出来就销售", "sold before any result was known")


def _positive(s: Scene) -> None:
    cold, found = s.cold[places.COUNTY], s.morning(2)

    lot = cold.lot(s.morning(3))
    cold.work("消毒", lot, cold.port, s.morning(3) + 2 * HOUR)
    cold.move(lot, cold.port, cold.store, 500.0, s.morning(3) + 3 * HOUR)
    cold.sample(lot, found - 9 * HOUR, "阳", 9, agency="疾控")
    s.plant("lot.loose", lot, "", "S1.1", "检测阳性一天没有封存", "tested positive, not sealed in a day")

    p = s.cast()
    s.row("staff", person=p, unit=cold.store, post="冷链搬运", lodged=False, since=s.w.at("2021-11-20T08:00"))
    s.test(p, found - DAY)
    lot = cold.lot(s.morning(4))
    cold.work("消毒", lot, cold.port, s.morning(4) + 2 * HOUR)
    cold.work("搬运", lot, cold.port, s.morning(4) + 4 * HOUR, p)
    cold.move(lot, cold.port, cold.store, 500.0, s.morning(4) + 5 * HOUR)
    cold.sample(lot, found - 30 * HOUR, "阳", 30, agency="疾控")
    cold.work("封存", lot, cold.store, found + 3 * HOUR)
    s.plant(
        "lot.handler",
        p,
        lot,
        "S1.3",
        "阳性冷链的搬运人一天没有核酸",
        "handled a positive lot, was not tested within a day",
    )


def _stocks(s: Scene) -> None:
    county = places.COUNTY
    store = s.w.units.one(county, "指挥部")

    def count(item: str, quantity: float, daily: float, back: int, until: str = "2023-06-30T00:00") -> str:
        return s.row(
            "stocks",
            area=county,
            unit=store,
            item=item,
            quantity=quantity,
            daily_use=daily,
            at=s.morning(back) + HOUR,
            unit_of="件",
            expires=s.w.at(until).astype("datetime64[D]"),
        )

    count("N95口罩", 1500.0, 400.0, 1)
    s.plant(
        "stock.short",
        county,
        "N95口罩",
        "S4.3.4",
        "N95口罩不够四天（要求十天）",
        "masks for four days, ten are ordered",
    )
    row = count("速效消毒片", 40.0, 0.0, 3, "2021-12-20T00:00")
    s.plant("stock.expired", county, row, "S2p.4", "库里的消毒片已经过期", "disinfectant in store is past its date")
    s.row(
        "orders",
        document="汉疫指发〔2021〕40号",
        area=places.CITY,
        key="stock.days.隔离服",
        value="5",
        since=s.w.at("2021-12-01T00:00"),
    )
    count("隔离服", 900.0, 20.0, 12)
    s.plant(
        "stock.stale", county, "隔离服", "S4.2", "隔离服十二天没有盘点", "gowns have not been counted for twelve days"
    )


def _roads(s: Scene) -> None:
    county, post = places.COUNTY, s.w.units.roads()[0]
    permit = s.row(
        "permits",
        plate="陕F4B018",
        holder="保供企业",
        goods="蔬菜",
        issued_in="610702",
        since=s.w.ago(days=10),
        until=s.w.ago(days=-20),
    )
    row = s.row("refused_permits", permit=permit, post=post, at=s.w.ago(hours=6))
    s.plant(
        "permit.refused",
        post,
        row,
        "S3.1",
        "邻区通行证不认，菜车被拦",
        "a pass of the next county not recognised, vegetables stopped",
    )
    for hole, cells, zh, en in (
        (
            "livestock.uncertified",
            {"disinfected_at": s.morning(3) + HOUR},
            "生猪调入没有检疫证明",
            "pigs came in without a certificate",
        ),
        (
            "livestock.undisinfected",
            {"quarantine_cert": "陕动检9001"},
            "运猪车辆没有消毒",
            "the lorry was not disinfected",
        ),
    ):
        move = s.row(
            "livestock_moves", species="猪", head=60, from_area="610726", to_area=county, at=s.morning(3), **cells
        )
        s.plant(hole, move, "", "S3.3.2", zh, en)
