"""What a template says of each column: an example of its cell, and in Chinese the remark that the contract makes.

The example row is there to be written over; a row that still reads exactly so is no row of the ledger, so a template
can be checked with its examples in it.
"""

from __future__ import annotations

from bihuan.kernel.ledger import Column, Ledger

KEY = "示例"
"""The key of every example row, and of what it refers to."""

BY_TYPE = {
    "int": "1",
    "real": "1.5",
    "bool": "是",
    "date": "2022-01-05",
    "time": "2022-01-05 08:00",
    "area": "610723101001",
    "text": KEY,
    "ref": KEY,
}

BY_NAME = {
    "name": "张三",
    "principal": "张三",
    "lead": "张三",
    "approved_by": "张三",
    "escort": "张三",
    "holder": "张三",
    "host": "张三",
    "issuer": "县指挥部",
    "team": "第一督查组",
    "phone": "13800000000",
    "body": "镇政府",
    "department": "市场监管局",
    "document": "县指发〔2022〕1号",
    "title": "关于做好返乡人员管控的通知",
    "category": "体温未测",
    "text": "三名返乡人员当日没有测温记录",
    "remedy": "当日补测，明确专人",
    "evidence": "测温记录照片",
    "reason": "因病",
    "symptoms": "无",
    "temperature": "36.5",
    "address": "朝阳路1号2单元301",
    "household": "H001",
    "room": "301",
    "trip": "G1234",
    "transit": "西安",
    "vehicle": "陕F00001",
    "plate": "陕F00001",
    "vendor": "某某检测公司",
    "giver": "市大数据局",
    "taker": "县指挥部",
    "to_area": "西安市",
    "sampled_by": "县疾控中心",
    "tube": "T001",
    "setting": "同乘一车",
    "product": "冻虾",
    "origin": "厄瓜多尔",
    "goods": "蔬菜",
    "item": "N95口罩",
    "unit_of": "只",
    "site": "第一采样点",
    "direct": "已查清，责任到人",
    "supervisory": "已查清，责任到部门",
    "dose": "1",
    "level": "高",
}
"""Texts that say more than the type does; for columns of any ledger by this name."""

OF_LEDGER: dict[tuple[str, str], str] = {
    ("areas", "area"): "610723101001",
    ("areas", "name"): "某某村",
    ("areas", "parent"): "610723101",
    ("areas", "population"): "1200",
    ("areas", "households"): "400",
    ("units", "name"): "某某宾馆",
    ("units", "capacity"): "60",
    ("officers", "post"): "副镇长",
    ("posts", "name"): "村口卡点",
    ("posts", "from_hour"): "0",
    ("posts", "to_hour"): "24",
    ("orders", "key"): "verify_h",
    ("orders", "value"): "12",
    ("orders", "area"): "610723",
    ("orders", "ground"): "市指发〔2022〕3号",
    ("feeds", "name"): "铁路订票推送",
    ("findings", "hole"): "measure.unmonitored/示例/示例/2022-01-04",
    ("inquiries", "principal"): "已查清，责任到单位",
    ("measures", "order"): "县指发〔2022〕1号",
    ("measures", "planned_until"): "2022-01-19 08:00",
    ("measures", "companion"): "否",
    ("vaccinations", "product"): "某某疫苗",
    ("tickets", "text"): "家中老人需要买药",
}

OPEN = ("until", "ended_at", "recovered_at", "closed_at", "retracted")
"""Columns that a row which still runs leaves empty."""
EMPTY = {
    ("duties", "unit"),  # a duty is on an area, a unit or a person
    ("duties", "person"),
    ("samples", "lot"),  # a sample is of a person, a lot or a place
    ("samples", "unit"),
    ("arrivals", "abroad"),
    ("measures", "contact"),
    ("tickets", "measure"),
    ("inquiries", "case"),
    ("cases", "infected_by"),
    ("lots", "split_from"),
}


REMARKS: dict[tuple[str, str], str] = {
    ("areas", "managed"): "小区有物业或主管单位；否 = 三无小区",
    ("units", "capacity"): "隔离点填房间数，检测机构填每天管数，医院填床位数",
    ("duties", "area"): "包保的区域；填了单位或个人就不填",
    ("duties", "person"): "用于五包一",
    ("posts", "from_hour"): "全天值守填 0",
    ("posts", "to_hour"): "全天值守填 24",
    ("orders", "key"): "可填的参数见工作表“说明·参数”；* 换成具体的类别、岗位、物资",
    ("orders", "ground"): "允许与上级不同的文件",
    ("tasks", "evidence"): "能说明结果的文件或台账行",
    ("findings", "hole"): "所整改的漏洞：漏洞/对象/分项",
    ("tickets", "measure"): "用于异议",
    ("people", "person"): "18 位身份证号（要过校验）、护照或其他证件",
    ("risk_areas", "since"): "从这一刻起离开的人都算",
    ("arrivals", "transit"): "中途换乘的地方",
    ("arrivals", "from_area"): "境外来的不填",
    ("arrivals", "declared_at"): "本人报备的时间",
    ("measures", "order"): "文号",
    ("measures", "companion"): "儿童或需照护的人与照护者，可以同住一间",
    ("samples", "unit"): "环境样本的采样场所",
    ("samples", "tube"): "同一试管的样本为混检",
    (
        "stocks",
        "item",
    ): "N95口罩、防护服、护目镜、消毒剂、测温仪、检测试剂；米、面、油、蔬菜、肉、蛋、奶；种苗、饲料、兽药等",
}
"""The remarks of ledgers.toml in Chinese."""


def remark(ledger: Ledger, column: Column, lang: str) -> str:
    """What is to be known when a column is filled in; "" where nothing is."""
    if (ledger.name, column.name) == ("orders", "key") and lang != "zh":
        return "the parameters are listed on the sheet 说明·parameters; put a kind, post or item in place of *"
    return REMARKS.get((ledger.name, column.name), column.note) if lang == "zh" else column.note


def cell(ledger: Ledger, column: Column) -> str:
    """The example of one column; "" where it is left empty."""
    if (ledger.name, column.name) in EMPTY or (column.name in OPEN and not column.required):
        return ""
    if (ledger.name, column.name) in OF_LEDGER:
        return OF_LEDGER[ledger.name, column.name]
    if (column.name in ledger.key and column.type in ("text", "ref")) or column.type == "ref":
        return KEY
    if column.choices:
        return column.choices[0]
    if column.name == "recorded_by":
        return BY_NAME["name"]
    if column.type in ("text", "int", "real") and column.name in BY_NAME:
        return BY_NAME[column.name]
    return BY_TYPE[column.type]
