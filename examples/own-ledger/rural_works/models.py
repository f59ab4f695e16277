"""The ledgers of this room. 这个房间的台账：声明一次，读表、模板、校验、查漏、讲解、手册都照它。"""

from bihuan.domains import purposes as why
from bihuan.domains.fields import (
    SENSITIVE,
    AreaCode,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Real,
    Reference,
    Text,
    Whole,
)
from rural_works.choices import ARREARS, HOUSEHOLDS, WORKS


class SanitationWork(LedgerRow):
    """环境整治工程：一个村的一项整治或改厕 (one work of sanitation in a village)."""

    # Without recorded_at a row is known from its first required moment on; here that would be its due time, when it is
    # too late. 没有录入时间的行，从第一个必填时刻起才算获知；这里是完工时限，那就晚了，所以写 timeless。
    ledger = Names("sanitation_works", "环境整治工程", "sanitation works", timeless=True)

    project = Text("工程编号", "project", why.KEY, required=True)
    name = Text("名称", "name", why.NAME, required=True)
    kind = Choice(WORKS, "类别", "kind", why.KIND, required=True)
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    task = Reference(
        "tasks", "任务编号", "task", ("对上任务分解，查政策空转", "joins it to the task that it carries out")
    )
    officer = Reference("officers", "责任人", "officer", why.OFFICER)
    households = Whole("受益户数", "households", ("看改了多少户", "how many households it serves"))
    due = Moment("完工时限", "due", ("逾期未完工由此起算", "overdue from then on"), required=True, planned=True)
    finished_at = Moment("完工时间", "finished", why.DONE)
    accepted_at = Moment("验收时间", "accepted", why.DONE)
    accepted_by = Text("验收人", "accepted by", ("谁验收谁负责", "who accepts it answers for it"))


class Arrear(LedgerRow):
    """项目拖欠：拖欠的一笔工程款或民工工资 (one sum that a project owes, to a contractor or to its workers)."""

    ledger = Names("arrears", "项目拖欠", "arrears of projects", keep_days=1095)

    arrear = Text("拖欠编号", "number", why.KEY, required=True)
    project = Reference("sanitation_works", "工程编号", "project", ("看是哪个工程欠的", "which project owes it"))
    kind = Choice(ARREARS, "类别", "kind", why.KIND, required=True)
    unit = Reference("units", "欠款单位", "debtor", why.UNIT)
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    person = Reference("people", "债权人证件号码", "creditor", why.PERSON, grade=SENSITIVE)
    amount = Real("金额（元）", "amount (yuan)", ("看欠多少", "how much is owed"), required=True)
    found_at = Moment("查实时间", "found", why.AT, required=True)
    paid_at = Moment("付清时间", "paid", why.DONE)


class Household(LedgerRow):
    """帮扶户：纳入监测帮扶的“三类对象” (a household in need; known by the document of its head)."""

    ledger = Names("households_in_need", "帮扶户", "households in need", grade=SENSITIVE, keep_days=1095)

    person = Reference("people", "户主证件号码", "head of household", why.PERSON, required=True)
    kind = Choice(HOUSEHOLDS, "类别", "kind", why.KIND, required=True)
    officer = Reference("officers", "帮扶责任人", "officer", why.OFFICER)
    since = Moment("纳入时间", "since", why.SINCE, required=True, planned=True)
    until = Moment("风险消除", "until", why.UNTIL, planned=True)
