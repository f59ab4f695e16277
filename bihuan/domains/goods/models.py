"""Goods (物): cold-chain lots from port to pot, stocks, passes, livestock (S1.1, S2.4, S2p.5, S3.3.1, S3.3.2)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.fields import (
    PERSONAL,
    SENSITIVE,
    AreaCode,
    Choice,
    Day,
    LedgerRow,
    Moment,
    Names,
    Real,
    Reference,
    Text,
    Whole,
    YesNo,
)


class Lot(LedgerRow):
    """冷链批次：三全四证 (one lot, with its four papers)."""

    ledger = Names("lots", "冷链批次", "lots", event_where=("entered_at", "imported", "port"))

    lot = Text("批次号", "lot number", why.KEY, required=True)
    product = Text("品名", "product", why.NAME, required=True)
    origin = Text("原产国", "origin", ("从哪里来", "where it comes from"))
    imported = YesNo("进口", "imported", ("进口冷链才查四证", "imported lots need papers"), required=True)
    kg = Real("重量", "weight", ("进出对得上账；千克", "what goes out came in; kg"), required=True)
    entered_at = Moment("入境", "entered", ("检测时限由此起算", "testing is due from then"))
    port = Reference("units", "入境口岸", "port", ("从哪个口岸来", "where it entered"))
    customs_form = Text("报关单", "customs form", ("四证之一", "one of the four papers"))
    inspection_cert = Text("检验检疫证明", "inspection certificate", ("四证之一", "one of the four papers"))
    test_cert = Text("核酸检测证明", "test certificate", ("四证之一", "one of the four papers"))
    disinfection_cert = Text("消毒证明", "disinfection certificate", ("四证之一", "one of the four papers"))
    split_from = Reference(
        "lots", "拆自批次", "split from", ("拆分后仍追得到源头", "traced to the root through splits"), unchecked=True
    )


class LotMove(LedgerRow):
    """冷链流向：到哪里去了 (one consignment of a lot)."""

    ledger = Names("lot_moves", "冷链流向", "lot moves")

    move = Text("编号", "number", why.KEY, required=True)
    lot = Reference("lots", "批次号", "lot", ("哪批货", "which lot"), required=True)
    from_unit = Reference("units", "发出单位", "from unit", ("从哪里来", "where it comes from"))
    to_unit = Reference("units", "接收单位", "to unit", ("到哪里去", "where it goes"))
    kg = Real("重量", "weight", ("进出对得上账；千克", "what goes out came in; kg"), required=True)
    sent_at = Moment("发出", "sent", why.AT, required=True)
    received_at = Moment("接收", "received", why.DONE)
    vehicle = Text("车牌", "vehicle", ("路上是哪辆车", "which vehicle carried it"))


class LotWork(LedgerRow):
    """冷链作业：消毒、搬运、销售…… (what was done to a lot, and by whom).

    Kept for two years, as purchase records of food are (食品安全法).
    """

    ledger = Names("lot_works", "冷链作业", "lot works", keep_days=730)

    work = Text("编号", "number", why.KEY, required=True)
    lot = Reference("lots", "批次号", "lot", ("哪批货", "which lot"), required=True)
    kind = Choice(
        ("消毒", "搬运", "销售", "封存", "销毁"), "作业", "kind", ("做没做该做的", "what was done"), required=True
    )
    unit = Reference("units", "单位编号", "unit", why.UNIT)
    person = Reference("people", "作业人", "worker", ("阳性货物找接触的人", "who handled it"), grade=SENSITIVE)
    at = Moment("时间", "at", why.AT, required=True)
    kg = Real("重量", "weight", ("进出对得上账；千克", "what goes out came in; kg"))


class StockCount(LedgerRow):
    """物资库存：盘点一次一种 (one item at one count)."""

    ledger = Names("stocks", "物资库存", "stocks")

    row = Text("编号", "number", why.KEY, required=True)
    area = AreaCode("区划代码", "area code", ("按县合计够用几天", "days of cover in each county"), required=True)
    unit = Reference("units", "仓库", "store", ("放在哪里", "where it is kept"))
    item = Text(
        "物资",
        "item",
        ("哪种物资", "which item"),
        required=True,
        matched=True,
        note="N95口罩, 防护服, 护目镜, 消毒剂, 测温仪, 检测试剂; 米, 面, 油, 蔬菜, 肉, 蛋, 奶; 种苗, 饲料, 兽药 …",
    )
    quantity = Real("数量", "quantity", ("够用几天", "how many days it lasts"), required=True)
    unit_of = Text("计量单位", "unit of measure", ("数量按什么计", "what the quantity counts"))
    daily_use = Real("日耗", "daily use", ("够用几天", "how many days it lasts"))
    expires = Day("有效期", "expires", ("过期的不算", "what has expired does not count"), planned=True)
    at = Moment("盘点时间", "counted at", ("账是不是新的", "whether the count is fresh"), required=True)


class Permit(LedgerRow):
    """通行证 (a pass for a vehicle)."""

    ledger = Names("permits", "通行证", "permits", grade=PERSONAL, keep_days=180)

    permit = Text("编号", "number", why.KEY, required=True)
    plate = Text("车牌", "plate", ("卡口凭它认车", "checkpoints know the vehicle by it"), required=True, matched=True)
    holder = Text("持有人", "holder", ("发给谁", "who has it"))
    goods = Text("货物", "goods", ("运什么", "what it carries"))
    issued_in = AreaCode("发证区域", "issued in", ("各地互认", "passes are recognised everywhere"), required=True)
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, required=True, planned=True)


class RefusedPermit(LedgerRow):
    """通行受阻：有证被拦 (a pass that was refused)."""

    ledger = Names("refused_permits", "通行受阻", "refused permits")

    row = Text("编号", "number", why.KEY, required=True)
    permit = Reference("permits", "通行证编号", "permit", ("哪张证被拦", "which pass"), required=True)
    post = Reference("posts", "点位编号", "post", ("在哪里被拦", "where"), required=True)
    at = Moment("时间", "at", why.AT, required=True)
    passed_at = Moment("放行时间", "let through", why.DONE)


class LivestockMove(LedgerRow):
    """畜禽调运 (a movement of livestock)."""

    ledger = Names("livestock_moves", "畜禽调运", "livestock moves")

    move = Text("编号", "number", why.KEY, required=True)
    species = Choice(("猪", "禽", "牛", "羊", "其他"), "畜种", "species", why.KIND, required=True)
    head = Whole("数量", "head", ("调了多少", "how many"), required=True)
    from_area = AreaCode("启运地", "from area", ("从哪里来", "where they come from"))
    to_area = AreaCode("到达地", "to area", why.AREA, required=True)
    at = Moment("时间", "at", why.AT, required=True)
    quarantine_cert = Text("检疫证明", "quarantine certificate", ("无证不得调运", "none moves without it"))
    disinfected_at = Moment("车辆消毒", "vehicle disinfected", why.DONE)
