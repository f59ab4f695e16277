"""Plans and strength (预案与力量): teams, emergency plans to the grid, drills (S1.6, S4.3.4)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.fields import (
    PERSONAL,
    AreaCode,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Real,
    Reference,
    Text,
    Whole,
    YesNo,
)


class Team(LedgerRow):
    """队伍力量 (one team)."""

    ledger = Names("teams", "队伍力量", "teams", keep_days=730)

    team = Text("编号", "number", why.KEY, required=True)
    kind = Choice(
        ("流调", "采样", "检测", "转运", "消杀", "专家", "巡防"),
        "类别",
        "kind",
        ("各类力量够不够", "strength by kind"),
        required=True,
    )
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    headcount = Whole("人数", "headcount", ("力量够不够", "whether strength suffices"), required=True)
    lead = Text("负责人", "lead", why.OFFICER, grade=PERSONAL)
    phone = Text("电话", "phone", why.PHONE, grade=PERSONAL)
    trained_at = Moment("培训时间", "trained", ("培训过没过期", "whether training is fresh"))
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, planned=True)


class EmergencyPlan(LedgerRow):
    """应急预案 (an emergency plan of one area)."""

    ledger = Names("emergency_plans", "应急预案", "emergency plans")

    plan = Text("编号", "number", why.KEY, required=True)
    kind = Choice(
        ("全员核酸", "流调溯源", "隔离转运", "医疗救治", "物资保障", "信息发布", "区域封控"),
        "类别",
        "kind",
        ("七类预案齐不齐", "whether all seven kinds are there"),
        required=True,
    )
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    approved_at = Moment("批准", "approved", why.AT, required=True)
    revised_at = Moment("修订", "revised", ("演练不达标后改没改", "whether it was mended after a drill"))
    target_hours = Real("目标小时", "target hours", ("几小时内要完成；小时", "hours in which it must be done"))


class PlanAssignment(LedgerRow):
    """预案分工：哪支队伍到哪个网格、谁负责 (which team goes where, who answers)."""

    ledger = Names("plan_assignments", "预案分工", "plan assignments")

    row = Text("编号", "number", why.KEY, required=True)
    plan = Reference("emergency_plans", "预案编号", "plan", ("属于哪个预案", "which plan it is part of"), required=True)
    grid = AreaCode("网格", "grid", ("搞到网格", "down to the grid"), required=True)
    team = Reference("teams", "队伍编号", "team", ("哪支队伍去", "which team goes"))
    officer = Reference("officers", "责任人", "officer", why.OFFICER)
    site = Text("点位", "site", ("到哪个点，队伍不冲突", "where to; one team cannot be at two"))
    start_hour = Real("开始小时", "start hour", ("启动后第几小时；小时", "hours after the start"))
    end_hour = Real("完成小时", "end hour", ("启动后第几小时；小时", "hours after the start"))


class Drill(LedgerRow):
    """演练 (one drill of a plan)."""

    ledger = Names("drills", "演练", "drills")

    drill = Text("编号", "number", why.KEY, required=True)
    plan = Reference("emergency_plans", "预案编号", "plan", ("练的是哪个预案", "which plan was drilled"), required=True)
    at = Moment("时间", "at", why.AT, required=True)
    kind = Choice(("桌面", "实战", "推演"), "方式", "kind", ("预案要实战", "plans must be real"), required=True)
    hours = Real("用时", "hours", ("与目标对照；小时", "held against the target; hours"))
    met = YesNo("达标", "met", ("不达标要修订", "a plan that failed is mended"))
