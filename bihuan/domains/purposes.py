"""Purposes (用途) that many columns share, said once: Chinese, English."""

from __future__ import annotations

KEY = ("区分各行，更正或作废时凭它认行", "tells rows apart; a correction or withdrawal names it")
AREA = ("定适用的措施标准和责任人，逐级汇总", "decides which orders hold and who answers; figures add up by it")
PERSON = ("对上人员底册，查到人头", "joins the row to the roll of people")
UNIT = ("对上单位场所，找到单位主体", "joins the row to the unit and its principal")
UNIT_KIND = ("定适用哪些查验和标准", "decides which checks and orders apply")
OFFICER = ("落实到有名有姓的责任人", "names who is answerable")
PHONE = ("叫得到人", "so that somebody can be reached")
SINCE = ("从何时起算", "from when it counts")
UNTIL = ("到何时为止，到期自行失效", "until when it counts; it ends by itself")
AT = ("事情发生的时刻，时限由此起算", "when it happened; time limits run from it")
DONE = ("看是否按时办到，迟了迟多久", "shows whether it was done in time, and how late")
KIND = ("分类统计，定适用的标准", "sorts the rows and decides which orders apply")
NAME = ("让人认得出", "so that people recognise it")
REASON = ("说明缘由，供核对", "says why, to be checked")
