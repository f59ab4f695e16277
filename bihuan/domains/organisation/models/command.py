"""From an order to its proof (令行禁止): orders, instructions, tasks, inspections, findings, inquiries (S1.1, S5.4)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.fields import PERSONAL, PUBLIC, AreaCode, LedgerRow, Moment, Names, Reference, Text, YesNo


class Order(LedgerRow):
    """防控措施标准 (a parameter set by a document).

    The order in force is the row of the nearest area at or above the subject's, live at that time; a lower row may
    differ from the upper row it falls under only where ground is given.
    """

    ledger = Names("orders", "防控措施标准", "orders", grade=PUBLIC)

    order = Text("编号", "number", why.KEY, required=True)
    document = Text("文号", "document", ("措施有据可查", "every measure has its document"), required=True)
    area = AreaCode("适用区域", "area", ("在哪里适用", "where it holds"), required=True)
    key = Text("参数", "parameter", ("定的是哪一项", "what it sets"), required=True, matched=True, note="see loops.md")
    value = Text("值", "value", ("定成多少", "what it is set to"), required=True, matched=True)
    ground = Text(
        "差异化依据",
        "ground",
        ("查层层加码和降标", "a lower order may differ only with a ground"),
        note="document that lets it differ from the upper order",
    )
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, planned=True)


class Instruction(LedgerRow):
    """批示文件 (an instruction to be broken down)."""

    ledger = Names("instructions", "批示文件", "instructions")

    instruction = Text("编号", "number", why.KEY, required=True)
    title = Text("标题", "title", why.NAME, required=True)
    issuer = Text("签发", "issuer", ("谁的要求", "who demands it"))
    area = AreaCode("承接区域", "area", why.AREA, required=True)
    received_at = Moment("收文时间", "received", why.AT, required=True)
    break_down_by = Moment(
        "分解时限", "break down by", ("何时前要分解成任务", "by when it must have tasks"), planned=True
    )


class Task(LedgerRow):
    """任务分解 (what an instruction comes down to)."""

    ledger = Names("tasks", "任务分解", "tasks")

    task = Text("编号", "number", why.KEY, required=True)
    instruction = Reference(
        "instructions", "批示编号", "instruction", ("查政策空转", "an instruction without tasks is idle")
    )
    title = Text("任务", "task", why.NAME, required=True)
    area = AreaCode("承办区域", "area", why.AREA, required=True)
    officer = Reference("officers", "责任人", "officer", why.OFFICER)
    due = Moment("办结时限", "due", ("逾期未办由此起算", "overdue from then on"), planned=True)
    evidence = Text(
        "佐证", "evidence", ("办没办有凭据", "proof that it was done"), note="file or row that shows the result"
    )
    evidence_at = Moment("佐证时间", "evidence at", why.DONE)


class Inspection(LedgerRow):
    """督查 (one visit of inspectors)."""

    ledger = Names("inspections", "督查", "inspections")

    inspection = Text("编号", "number", why.KEY, required=True)
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    unit = Reference("units", "单位编号", "unit", ("查督查盲点", "finds units never inspected"))
    at = Moment("时间", "at", why.AT, required=True)
    announced = YesNo("事先通知", "announced", ("四不两直的才算", "only unannounced visits count"), required=True)
    team = Text("督查组", "inspectors", ("谁查的", "who inspected"))


class Finding(LedgerRow):
    """问题整改 (what an inspection found, and what became of it)."""

    ledger = Names("findings", "问题整改", "findings")

    finding = Text("编号", "number", why.KEY, required=True)
    inspection = Reference(
        "inspections", "督查编号", "inspection", ("哪次督查发现的", "where and when it was found"), required=True
    )
    category = Text("问题类别", "category", ("查屡改屡犯", "finds what recurs"), required=True, matched=True)
    text = Text("问题描述", "text", ("写清问题", "says what is wrong"), required=True)
    leader = Reference("officers", "责任领导", "leader", ("整改四要素之一", "one of the four elements"))
    officer = Reference("officers", "责任人员", "officer", ("整改四要素之一", "one of the four elements"))
    remedy = Text("整改举措", "remedy", ("整改四要素之一", "one of the four elements"))
    due = Moment("整改时限", "due", ("整改四要素之一", "one of the four elements"), planned=True)
    remedied_at = Moment("整改完成", "remedied", why.DONE)
    rechecked_at = Moment("复查时间", "rechecked", ("复查过才算整改", "remedied only once rechecked"))
    recheck_passed = YesNo("复查通过", "recheck passed", ("复查过才算整改", "remedied only once rechecked"))
    hole = Text(
        "漏洞编号",
        "hole",
        ("无法补做的漏洞凭它销号", "closes a hole that cannot be made good"),
        matched=True,
        grade=PERSONAL,
        keep_days=365,
        note="the hole that it sets right: hole/subject/item",
    )


class Inquiry(LedgerRow):
    """一案三查 (an accountability file)."""

    ledger = Names("inquiries", "一案三查", "inquiries", keep_days=1825)

    inquiry = Text("编号", "number", why.KEY, required=True)
    finding = Reference("findings", "问题编号", "finding", ("因哪个问题立案", "the finding that it follows"))
    case = Reference("cases", "病例编号", "case", ("因哪个病例立案", "the case that it follows"), grade=PERSONAL)
    opened_at = Moment("立案", "opened", why.AT, required=True)
    direct = Text("直接责任结论", "direct", ("三查之一", "one of the three responsibilities"), grade=PERSONAL)
    principal = Text("主体责任结论", "principal", ("三查之一", "one of the three responsibilities"), grade=PERSONAL)
    supervisory = Text("监督责任结论", "supervisory", ("三查之一", "one of the three responsibilities"), grade=PERSONAL)
    closed_at = Moment("办结", "closed", why.DONE)
