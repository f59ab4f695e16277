"""Words of the field that more than one column, order or loop uses. No Django here: orders and loops read them too."""

from __future__ import annotations

UNIT_KINDS = (
    "隔离点",
    "定点医院",
    "发热门诊",
    "诊所",
    "药店",
    "检测机构",
    "农贸市场",
    "超市",
    "养老院",
    "福利院",
    "学校",
    "幼儿园",
    "宗教场所",
    "餐馆",
    "影剧院",
    "歌厅",
    "棋牌室",
    "冷库",
    "集中监管仓",
    "港口",
    "机场",
    "车站",
    "卡口",
    "监所",
    "精神病院",
    "企业",
    "机关",
    "指挥部",
    "其他",
)
"""units.kind"""

ROLES = ("县级领导", "镇干部", "村干部", "网格员", "医务人员", "民警", "志愿者", "部门监管", "单位主体")
"""duties.role"""

LEVELS = ("高", "中", "低")
"""risk_areas.level"""

DEGREES = ("密接", "次密接")
"""contacts.degree"""

MEASURE_GRADES = (*LEVELS, "境外", *DEGREES, "退岗")
"""What a measure's days go by: where the person came from, the degree of contact, or the exit from a post."""

MEASURE_KINDS = ("集中隔离", "居家隔离", "健康监测")
"""measures.kind, in the order of the stages"""

STAFF_POSTS = ("隔离点服务", "口岸一线", "冷链搬运", "发热门诊", "核酸采样", "转运司机", "闭环保洁", "其他")
"""staff.post"""

GROUPS = ("六十岁以上", "养老院老人", "学生", "孕产妇", "慢性病", "外出务工", "医护", "其他")
"""groups.group"""

GATHERINGS = ("婚事", "丧事", "宴会", "会议", "庙会", "其他")
"""gatherings.kind"""

TICKETS = ("求助", "举报", "投诉", "异议", "咨询")
"""tickets.kind"""

VENUE_CHECKS = ("扫码", "测温", "口罩", "消毒")
"""What venue.day may demand of a day: headings of venue_days"""
