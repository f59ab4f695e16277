"""Parameters of command and responsibility, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.domains import english
from bihuan.domains.choices import TICKETS, UNIT_KINDS
from bihuan.kernel.parameters import Parameter

_TICKET_HOURS = {"求助": "2", "举报": "24", "投诉": "24", "异议": "24", "咨询": "48"}

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "instruction.h", "number", "24", "批示收文后多久要分解成任务", "from an instruction to its first task", "h"
    ),
    Parameter("finding.recheck_d", "number", "7", "整改完成后多久要复查", "from the remedy to the recheck", "d"),
    Parameter("finding.recur_d", "number", "30", "整改后多久内再犯算屡改屡犯", "found again within it recurs", "d"),
    Parameter("duty.persons", "number", "60", "一名责任人最多包保几人", "persons that one officer may answer for"),
    Parameter("inquiry.close_d", "number", "30", "立案后多久要办结", "from opening an inquiry to its end", "d"),
    Parameter("third_party_share", "number", "0.3", "第三方检测占比上限", "largest share of tests by third parties"),
    Parameter(
        "inspect_d.*",
        "number",
        "0",
        "这类单位多久要暗访一次；0 为不要求",
        "days between unannounced inspections of such units; 0 = not required",
        "d",
        stands_for=UNIT_KINDS,
        exceptions=(("隔离点", "7"), ("农贸市场", "14"), ("养老院", "30")),
    ),
    *(
        Parameter(
            f"ticket.h.{kind}",
            "number",
            _TICKET_HOURS[kind],
            f"{kind}的答复时限",
            f"{english.word(kind)}: to the answer",
            "h",
        )
        for kind in TICKETS
    ),
    Parameter("ticket.solve_h", "number", "168", "受理后多久要办结", "from receipt to the solution", "h"),
)
