"""Places (环境与场所): daily records of venues, gatherings, checks of isolation sites (S1.3, S4.3.3, S5.3)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import GATHERINGS
from bihuan.domains.fields import (
    PERSONAL,
    AreaCode,
    Choice,
    Day,
    LedgerRow,
    Moment,
    Names,
    Reference,
    Text,
    Whole,
    YesNo,
)


class VenueDay(LedgerRow):
    """场所日查：一处一日 (one venue on one day)."""

    ledger = Names("venue_days", "场所日查", "venue days")

    row = Text("编号", "number", why.KEY, required=True)
    unit = Reference("units", "单位编号", "unit", why.UNIT, required=True)
    day = Day("日期", "day", ("哪一天查的", "which day"), required=True)
    scanned = YesNo("扫码", "scanned", ("日查一项", "one of the daily checks"))
    temperature = YesNo("测温", "temperature", ("日查一项", "one of the daily checks"))
    masks = YesNo("口罩", "masks", ("日查一项", "one of the daily checks"))
    disinfected = YesNo("消毒", "disinfected", ("日查一项", "one of the daily checks"))
    open = YesNo("营业", "open", ("停业的不查，该关的关没关", "closed needs no check; shut must stay shut"))


class Gathering(LedgerRow):
    """聚集活动：红白事、会议、庙会 (a gathering, planned or held)."""

    ledger = Names("gatherings", "聚集活动", "gatherings", keep_days=180, timeless=True)

    gathering = Text("编号", "number", why.KEY, required=True)
    kind = Choice(GATHERINGS, "类别", "kind", ("禁办的、限人数的", "banned kinds, limited heads"), required=True)
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    host = Text("主办", "host", ("谁主办找谁", "who holds it"), grade=PERSONAL)
    planned_at = Moment("计划时间", "planned at", ("事前要批", "approval is due before"), required=True, planned=True)
    planned_heads = Whole("计划人数", "planned heads", ("多少人以上要批", "how many need approval"))
    plan = YesNo("防控方案", "plan", ("有方案才批", "no approval without a plan"))
    approved_by = Text("审批人", "approved by", ("谁审批谁负责", "who approves answers"))
    approved_at = Moment("审批时间", "approved at", why.DONE)
    held_at = Moment("实际举办", "held at", ("办了没有", "whether it was held"))
    heads = Whole("实到人数", "heads", ("超没超规模", "whether there were too many"))


class SiteCheck(LedgerRow):
    """隔离点核验：三区两通道 (one check of an isolation site)."""

    ledger = Names("site_checks", "隔离点核验", "site checks")

    row = Text("编号", "number", why.KEY, required=True)
    unit = Reference("units", "单位编号", "unit", why.UNIT, required=True)
    at = Moment("时间", "at", why.AT, required=True)
    three_zones = YesNo("三区", "three zones", ("防院感", "against infection within the site"))
    two_passages = YesNo("两通道", "two passages", ("防院感", "against infection within the site"))
    disinfected = YesNo("消杀", "disinfected", ("防院感", "against infection within the site"))
    waste = YesNo("医废处置", "waste", ("防院感", "against infection within the site"))
