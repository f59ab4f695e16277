"""Key posts (重点岗位), vaccination, and who has not been vaccinated and why (S1.2 to S1.4)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import STAFF_POSTS
from bihuan.domains.fields import (
    INTERNAL,
    PERSONAL,
    SENSITIVE,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Reference,
    Text,
    Whole,
    YesNo,
)


class Vaccination(LedgerRow):
    """疫苗接种：接种一剂 (one dose).

    Kept for seven years: 疫苗管理法 asks for five years after the vaccine has expired.
    """

    ledger = Names("vaccinations", "疫苗接种", "vaccinations", grade=SENSITIVE, keep_days=2555)

    row = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    dose = Whole("剂次", "dose", ("应种未种", "whether the doses suffice"), required=True)
    at = Moment("接种时间", "at", why.AT, required=True)
    product = Text("疫苗", "vaccine", ("不良反应好追溯", "adverse reactions are traced by it"))
    unit = Reference("units", "接种单位", "unit", why.UNIT)


class Refusal(LedgerRow):
    """未接种说明：拒绝或禁忌 (a refusal or a contraindication)."""

    ledger = Names("refusals", "未接种说明", "refusals", grade=SENSITIVE, keep_days=365)

    row = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    kind = Choice(
        ("拒绝", "禁忌"), "情形", "kind", ("拒绝的退出岗位，禁忌的不算漏", "who refuses leaves the post"), required=True
    )
    at = Moment("时间", "at", why.AT, required=True)
    reason = Text("说明", "reason", why.REASON)


class StaffMember(LedgerRow):
    """重点岗位：一人在一岗 (one person at one key post)."""

    ledger = Names("staff", "重点岗位", "key posts", grade=PERSONAL, keep_days=365)

    row = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True, grade=SENSITIVE)
    unit = Reference("units", "单位编号", "unit", why.UNIT, required=True)
    post = Choice(
        STAFF_POSTS,
        "岗位",
        "post",
        ("定检测间隔、剂次、集中居住", "sets tests, doses and lodging"),
        required=True,
    )
    lodged = YesNo("集中居住", "lodged together", ("查未集中管理", "whether the post is kept closed"))
    since = Moment("上岗", "since", why.SINCE, required=True, planned=True)
    until = Moment("离岗", "until", ("退岗闭环由此起算", "the exit loop runs from then"), planned=True)
