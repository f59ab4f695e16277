"""The roll of people (人员底册), its key groups, the risk areas they come from, and who is looked after (S1.4, S5.2).

Identity numbers and the key of a person are graded 敏感: they join a life together.
"""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import GROUPS, LEVELS
from bihuan.domains.fields import (
    INTERNAL,
    PERSONAL,
    PUBLIC,
    SENSITIVE,
    AreaCode,
    Choice,
    Day,
    LedgerRow,
    Moment,
    Names,
    Reference,
    Text,
    YesNo,
)


class Person(LedgerRow):
    """人员：底册上的一个人 (one person on the roll)."""

    ledger = Names("people", "人员", "people", grade=PERSONAL, keep_days=365)

    person = Text(
        "证件号码",
        "identity number",
        ("一人一号，各台账凭它对上同一个人", "one number a person; every ledger joins by it"),
        required=True,
        grade=SENSITIVE,
        note="18-digit identity number (GB 11643 checksum), passport or other",
    )
    name = Text("姓名", "name", ("当面核对其人", "tells who it is, face to face"), required=True)
    phone = Text("电话", "phone", why.PHONE)
    birth = Day("出生日期", "birth", ("算年龄，找无人照料的孩子", "age; children left alone are found by it"))
    sex = Choice(("男", "女"), "性别", "sex", ("安排房间", "rooms are assigned by it"))
    area = AreaCode("居住地", "home area", why.AREA, required=True)
    address = Text("详细地址", "address", ("上门找得到", "so that the door can be found"))
    household = Text("户编号", "household", ("认出同住一户的人", "who lives together"), matched=True)
    lives_alone = YesNo("独居", "lives alone", ("居家时要有人上门帮扶", "who is shut in alone is visited"))
    needs_care = YesNo("需帮扶", "needs care", ("居家时要有人上门帮扶", "who needs care is visited"), grade=SENSITIVE)


class GroupMember(LedgerRow):
    """重点人群：一人在一个人群 (one person in one key group)."""

    ledger = Names("groups", "重点人群", "key groups", grade=PERSONAL, keep_days=365)

    row = Text("编号", "number", why.KEY, required=True)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True, grade=SENSITIVE)
    group = Choice(
        GROUPS,
        "人群",
        "group",
        ("定接种剂次和走访间隔", "sets doses and how often to visit"),
        required=True,
        grade=SENSITIVE,
    )
    since = Moment("起始", "since", why.SINCE, planned=True)
    until = Moment("截止", "until", why.UNTIL, planned=True)


class RiskArea(LedgerRow):
    """风险地区：何处何时是高、中、低风险 (an area at risk, and when)."""

    ledger = Names("risk_areas", "风险地区", "risk areas", grade=PUBLIC)

    row = Text("编号", "number", why.KEY, required=True)
    area = AreaCode("区划代码", "area code", ("从哪里来的人要管", "whoever comes from there counts"), required=True)
    level = Choice(LEVELS, "等级", "level", ("定来返人员的管控", "decides the measure of arrivals"), required=True)
    since = Moment(
        "起始",
        "since",
        why.SINCE,
        required=True,
        planned=True,
        note="whoever left it from here on counts",
    )
    until = Moment("解除", "until", why.UNTIL, planned=True)


class AidVisit(LedgerRow):
    """走访帮扶：上门一次 (one visit to who cannot go out)."""

    ledger = Names("aid", "走访帮扶", "aid visits", grade=PERSONAL, keep_days=180)

    row = Text("编号", "number", why.KEY, required=True)
    person = Reference("people", "证件号码", "person", ("帮到了谁", "who was helped"), required=True, grade=SENSITIVE)
    at = Moment("时间", "at", why.AT, required=True)
    kind = Choice(
        ("探访", "送物资", "送药", "就医", "其他"),
        "内容",
        "kind",
        ("帮了什么", "what was done"),
        required=True,
        grade=SENSITIVE,
    )
    officer = Reference("officers", "人员编号", "officer", why.OFFICER, grade=INTERNAL)
