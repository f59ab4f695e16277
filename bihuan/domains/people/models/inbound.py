"""From the border to the door (从国门到家门, S1.2): arrivals, sightings, verifications, transfers, checkpoints."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.fields import (
    INTERNAL,
    PERSONAL,
    SENSITIVE,
    AreaCode,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Reference,
    Text,
    YesNo,
)


class Arrival(LedgerRow):
    """来返人员：一人来一次 (one journey of one person)."""

    ledger = Names("arrivals", "来返人员", "arrivals", grade=SENSITIVE, keep_days=180)

    arrival = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    mode = Choice(("航班", "船舶", "铁路", "公路"), "方式", "mode", ("从哪条路进来", "by which way"), required=True)
    trip = Text("班次车牌", "trip", ("同班次的人一并查", "fellow travellers are found by it"))
    abroad = YesNo("境外来", "from abroad", ("境外来的直接闭环", "who comes from abroad is always controlled"))
    transit = Text("经转", "transit", ("途中经过何处", "where the person changed"), note="place of change, where one")
    from_area = AreaCode(
        "来源地", "from area", ("对照风险地区", "held against the risk areas"), note="empty where abroad"
    )
    left_at = Moment("离开时间", "left", ("离开时当地是不是风险地区", "whether it was at risk then"), required=True)
    arrived_at = Moment("到达时间", "arrived", ("落地管控由此起算", "control runs from arrival"))
    to_area = AreaCode("目的地", "to area", why.AREA, required=True)
    declared_at = Moment("报备时间", "declared", ("何时获知", "when it became known"), note="by the person")


class Sighting(LedgerRow):
    """来返线索：哪条线索说他来了 (how an arrival was noticed)."""

    ledger = Names("sightings", "来返线索", "sightings", grade=PERSONAL, keep_days=180)

    sighting = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    arrival = Reference("arrivals", "来返编号", "arrival", ("对上哪次来返", "which arrival it is of"), required=True)
    source = Choice(
        ("大数据", "敲门", "报备", "卡口", "舱单", "举报"),
        "来源",
        "source",
        ("大数据与敲门互相对账", "pushed lists and door-to-door are reconciled"),
        required=True,
    )
    feed = Reference("feeds", "共享编号", "feed", ("算数据时滞", "the lag of the feed"), grade=INTERNAL)
    at = Moment("获知时间", "at", ("核查时限由此起算", "verification is due from then"), required=True)


class Verification(LedgerRow):
    """核查：上门或电话查一次 (one check of where an arrival is)."""

    ledger = Names("verifications", "核查", "verifications", grade=PERSONAL, keep_days=180)

    verification = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    arrival = Reference("arrivals", "来返编号", "arrival", ("查的是哪次来返", "which arrival it is of"), required=True)
    at = Moment("核查时间", "at", why.AT, required=True)
    officer = Reference("officers", "核查人", "officer", why.OFFICER, grade=INTERNAL)
    outcome = Choice(
        ("在", "不在", "查无此人", "已离开"),
        "结果",
        "outcome",
        ("人找到没有", "whether the person was found"),
        required=True,
    )
    area = AreaCode("现住区域", "area", ("位置清不清", "where the person stays"), grade=SENSITIVE)


class Transfer(LedgerRow):
    """转运交接：移交与接收两头有时间 (a hand-over with two ends and two times)."""

    ledger = Names("transfers", "转运交接", "transfers", grade=PERSONAL, keep_days=180)

    transfer = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True, grade=SENSITIVE)
    from_unit = Reference("units", "移交单位", "from unit", ("谁交的", "who handed over"), required=True)
    to_unit = Reference("units", "接收单位", "to unit", ("谁接的", "who receives"))
    to_area = AreaCode("接收区域", "to area", why.AREA)
    handed_at = Moment("移交时间", "handed over", why.AT, required=True)
    received_at = Moment("接收时间", "received", why.DONE)
    vehicle = Text("车牌", "vehicle", ("途中找得到，事后好消毒", "found on the way, disinfected afterwards"))
    escort = Text("押运人", "escort", ("途中谁负责", "who answers on the way"))


class Passage(LedgerRow):
    """卡口查验：过一次卡口 (one passage of a checkpoint)."""

    ledger = Names("passages", "卡口查验", "passages", grade=SENSITIVE, keep_days=60)

    passage = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    post = Reference("posts", "点位编号", "post", ("在哪个卡口", "which checkpoint"), required=True)
    person = Reference("people", "证件号码", "person", ("登车也要登人", "people are registered, not only cars"))
    plate = Text(
        "车牌", "plate", ("劝返的车后来放行没有", "whether a car turned back was let through later"), matched=True
    )
    at = Moment("时间", "at", why.AT, required=True)
    test_ok = YesNo("48小时核酸", "48-hour test", ("核对放行对不对", "whether it was right to let pass"))
    code = Choice(("绿", "黄", "红", "未验"), "健康码", "health code", ("核对放行对不对", "whether it was right"))
    trip_ok = YesNo("行程码", "travel code", ("核对放行对不对", "whether it was right to let pass"))
    action = Choice(
        ("放行", "劝返", "移交"),
        "处置",
        "action",
        ("查违规放行和一拒了之", "finds who was waved on, and who was only refused"),
        required=True,
    )
