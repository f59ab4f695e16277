"""What headquarters buys, answers, tells, shares and lends (服务与联动): S1.5, S1.6, S4.3.1, S4.3.4, S5."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import TICKETS
from bihuan.domains.fields import (
    PERSONAL,
    PUBLIC,
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


class Contract(LedgerRow):
    """第三方服务 (a service bought from a third party)."""

    ledger = Names("contracts", "第三方服务", "contracts", keep_days=1825)

    contract = Text("编号", "number", why.KEY, required=True)
    vendor = Text("承接单位", "vendor", ("谁承接", "who provides it"), required=True)
    service = Choice(
        ("消毒", "核酸检测", "冷链检测", "物业安保", "转运", "保洁", "其他"), "服务", "service", why.KIND, required=True
    )
    unit = Reference("units", "服务单位", "unit served", why.UNIT)
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    licence_until = Day("资质有效期", "licence until", ("查资质过期", "finds lapsed licences"), planned=True)
    lead = Text("带队负责人", "lead", ("出了问题找得到人", "who leads its people"), grade=PERSONAL)
    procedure_checked_at = Moment("流程核查", "procedure checked", ("查流程核查没有", "whether it was checked"))
    liability_clause = YesNo("责任条款", "liability clause", ("合同里写明责任", "whether liability is agreed"))
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, required=True, planned=True)


class Ticket(LedgerRow):
    """热线诉求 (a call for help, a report, a complaint, an objection, a question)."""

    ledger = Names("tickets", "热线诉求", "tickets", grade=PERSONAL, keep_days=365)

    ticket = Text("编号", "number", why.KEY, required=True)
    kind = Choice(TICKETS, "类别", "kind", ("定答复时限", "sets the time to the answer"), required=True)
    person = Reference("people", "证件号码", "person", ("是谁的诉求", "whose concern it is"), grade=SENSITIVE)
    measure = Reference(
        "measures", "管控编号", "measure", ("对哪项管控有异议", "the measure objected to"), note="for 异议"
    )
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    received_at = Moment("受理", "received", why.AT, required=True)
    answered_at = Moment("答复", "answered", why.DONE)
    resolved_at = Moment("办结", "resolved", ("查有答无办", "finds what was answered and not solved"))
    text = Text("内容", "text", ("办理所需", "needed to deal with it"))


class Notice(LedgerRow):
    """信息发布 (a notice to the public)."""

    ledger = Names("notices", "信息发布", "notices", grade=PUBLIC)

    notice = Text("编号", "number", why.KEY, required=True)
    title = Text("标题", "title", why.NAME, required=True)
    as_of = Moment("数据截至", "as of", ("只能通报截至何时", "figures hold only as of a time"))
    released_at = Moment("发布时间", "released", why.AT, required=True)
    channel = Choice(
        ("短信", "微信", "抖音", "广播", "发布会", "网站", "张贴", "其他"),
        "渠道",
        "channel",
        ("看覆盖到没有", "shows whom it can reach"),
        required=True,
    )
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    approved_by = Text("审批人", "approved by", ("发布须经审批", "a release needs approval"))


class Feed(LedgerRow):
    """数据共享 (data that one body owes another)."""

    ledger = Names("feeds", "数据共享", "feeds")

    feed = Text("编号", "number", why.KEY, required=True)
    name = Text("名称", "name", why.NAME, required=True)
    giver = Text("提供部门", "giver", ("断了找谁", "who answers when it stops"), required=True)
    taker = Text("接收部门", "taker", ("谁在等", "who waits for it"), required=True)
    every_hours = Real("频次小时", "every hours", ("多久应到一次", "how often it is due"), required=True)
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)


class FeedDelivery(LedgerRow):
    """数据到达 (one delivery of a feed)."""

    ledger = Names("feed_deliveries", "数据到达", "feed deliveries")

    delivery = Text("编号", "number", why.KEY, required=True)
    feed = Reference("feeds", "共享编号", "feed", ("哪项共享到了", "which feed came"), required=True)
    at = Moment("到达", "at", why.AT, required=True)
    rows = Whole("条数", "rows", ("看数据量是否正常", "whether the amount is as usual"))


class Deployment(LedgerRow):
    """对外支援 (strength sent elsewhere)."""

    ledger = Names("deployments", "对外支援", "deployments")

    deployment = Text("编号", "number", why.KEY, required=True)
    kind = Choice(
        ("医护", "民警", "流调", "采样", "检测", "其他"),
        "力量",
        "kind",
        ("派走的要从本地力量里减", "what is sent away is less at home"),
        required=True,
    )
    headcount = Whole("人数", "headcount", ("派走的要从本地力量里减", "what is sent is less at home"), required=True)
    from_area = AreaCode("派出区域", "from area", why.AREA, required=True)
    to_area = Text("支援区域", "to area", ("去了哪里", "where they went"), required=True)
    officer = Reference("officers", "人员编号", "officer", ("谁带队", "who leads them"))
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("返回", "until", ("何时回来", "when they are back"), planned=True)
