"""Parameters of people, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.domains import english
from bihuan.domains.choices import GROUPS, MEASURE_GRADES, MEASURE_KINDS, STAFF_POSTS
from bihuan.kernel.parameters import Parameter

_STAGES = {
    "高": "14+7+0",
    "中": "14+7+0",
    "低": "0+0+14",
    "境外": "14+7+7",
    "密接": "14+7+0",
    "次密接": "7+7+0",
    "退岗": "7+7+0",
}
_GRADE_ENGLISH = {
    "高": "from a high-risk area",
    "中": "from a medium-risk area",
    "低": "from a low-risk area",
    "境外": "from abroad",
    "密接": "close contact",
    "次密接": "contact of a contact",
    "退岗": "leaving a key post",
}
_TEST_DAYS = {"集中隔离": "1,4,7,14", "居家隔离": "2,7", "健康监测": "1,7"}
_TEMPERATURES = {"集中隔离": "2", "居家隔离": "2", "健康监测": "1"}

PARAMETERS: tuple[Parameter, ...] = (
    *(
        Parameter(
            f"measure.{grade}",
            "stages",
            _STAGES[grade],
            f"{grade}：集中隔离 + 居家隔离 + 健康监测的天数，0 天的一段跳过",
            f"{_GRADE_ENGLISH[grade]}: days of central + home isolation + health monitoring; 0 days: skipped",
            "d",
        )
        for grade in MEASURE_GRADES
    ),
    *(
        Parameter(
            f"test_days.{kind}",
            "days",
            _TEST_DAYS[kind],
            f"{kind}第几天做核酸（起始日期加几天）",
            f"{english.word(kind)}: tested on these days, counted from the date of its start",
            "d",
        )
        for kind in MEASURE_KINDS
    ),
    *(
        Parameter(
            f"temperatures.{kind}",
            "number",
            _TEMPERATURES[kind],
            f"{kind}每个整日量几次体温",
            f"{english.word(kind)}: readings on every full calendar day",
        )
        for kind in MEASURE_KINDS
    ),
    Parameter(
        "verify_h", "number", "24", "获知来返后多久要核查", "from knowing of an arrival to its verification", "h"
    ),
    Parameter(
        "control_h", "number", "12", "查实（境外：到达）后多久要管控", "from finding an arrival to its measure", "h"
    ),
    Parameter(
        "handover_h", "number", "4", "转运接收、两段管控衔接的时限", "for a hand-over, and from stage to stage", "h"
    ),
    Parameter("release_grace_h", "number", "12", "解除可以早晚多久", "release may be so much early or late", "h"),
    Parameter(
        "aid_d", "number", "3", "居家独居、需帮扶的多久要上门", "visits to who is shut in alone or needs care", "d"
    ),
    Parameter("aid.left_h", "number", "24", "全家被带走后多久要有人照料", "from the last carer's leaving to aid", "h"),
    Parameter(
        "passage.verify_h", "number", "24", "卡口移交后多久要核查到人", "from a hand-over at a post to the person", "h"
    ),
    Parameter("fever.degrees", "number", "37.3", "多少度算发热", "what counts as fever", "°C"),
    Parameter("fever.act_h", "number", "6", "监测到发热后多久要处置", "from a fever reading to action", "h"),
    Parameter(
        "post.test_d.*",
        "number",
        "7",
        "该岗位多久检测一次；0 为不要求",
        "days between tests at such a post; 0 = not required",
        "d",
        stands_for=STAFF_POSTS,
        exceptions=tuple((post, "2") for post in ("隔离点服务", "口岸一线", "发热门诊", "转运司机", "闭环保洁")),
    ),
    Parameter(
        "post.doses.*", "number", "2", "该岗位要接种几剂", "doses demanded at such a post", stands_for=STAFF_POSTS
    ),
    Parameter(
        "post.lodged.*",
        "yesno",
        "否",
        "该岗位是否要集中居住",
        "whether those at such a post are lodged together",
        stands_for=STAFF_POSTS,
        exceptions=tuple((post, "是") for post in ("隔离点服务", "口岸一线", "转运司机", "闭环保洁")),
    ),
    Parameter(
        "group.doses.*",
        "number",
        "0",
        "该人群要接种几剂；0 为不要求",
        "doses demanded of such a group; 0 = not required",
        stands_for=GROUPS,
    ),
    Parameter(
        "group.monitor_d.*",
        "number",
        "0",
        "该人群多久要监测一次；0 为不要求",
        "days between readings in such a group; 0 = not required",
        "d",
        stands_for=GROUPS,
    ),
)
