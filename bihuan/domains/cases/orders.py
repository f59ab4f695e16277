"""Parameters of tests, cases and contacts, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.kernel.parameters import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("result_h", "number", "24", "采样后多久要出结果", "from sampling to the result", "h"),
    Parameter("repool_h", "number", "12", "混管阳性后多久要逐人复核", "from a positive pool to single tests", "h"),
    Parameter("case.report_h", "number", "2", "检出阳性后多久要报告", "from the positive test to the report", "h"),
    Parameter("case.isolate_h", "number", "2", "检出阳性后多久要隔离收治", "from the positive test to isolation", "h"),
    Parameter("case.identify_h", "number", "24", "检出阳性后多久要判定密接", "from the positive test to contacts", "h"),
    Parameter("case.confirm_h", "number", "24", "疑似多久要定", "from a suspicion to its decision", "h"),
    Parameter(
        "contact.control_h", "number", "12", "判定密接后多久要管控", "from identifying a contact to control", "h"
    ),
    Parameter("exposure.minutes", "number", "10", "同处多久算接触", "time together that counts", "min"),
    Parameter(
        "exposure.stay_minutes", "number", "60", "没扫离开的按停留多久算", "stay assumed where no exit is", "min"
    ),
    Parameter(
        "exposure.days_before",
        "number",
        "2",
        "窗口从发病前几天开始；没有发病时间的，从检出阳性前再多两天开始",
        "the window opens so long before onset; without an onset, two days more before the positive test",
        "d",
    ),
    Parameter("fever.refer_h", "number", "2", "诊所遇发热多久要转诊", "from fever at a clinic to the referral", "h"),
    Parameter("fever.test_h", "number", "24", "就诊发热多久要做核酸", "from fever at a visit to the test", "h"),
    Parameter("refer.arrive_h", "number", "4", "转诊后多久要到", "from the referral to arriving there", "h"),
    Parameter("drug.test_h", "number", "48", "购药后多久要做核酸", "from a registered sale to the buyer's test", "h"),
)
