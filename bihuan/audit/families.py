"""The families of loops, as the screen calls them: the word before the point of a hole's name."""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, str]] = {
    "arrival": ("返乡来返", "arrivals"),
    "transfer": ("转运交接", "transfers"),
    "measure": ("隔离管控", "measures"),
    "monitoring": ("健康监测", "monitoring"),
    "passage": ("卡口查验", "checkpoints"),
    "sample": ("核酸检测", "samples"),
    "case": ("病例报告", "cases"),
    "contact": ("密接流调", "contacts"),
    "post": ("重点岗位", "key posts"),
    "group": ("重点人群", "key groups"),
    "aid": ("帮扶救助", "aid"),
    "clinic": ("发热就诊", "clinics"),
    "drug": ("药店哨点", "pharmacies"),
    "person": ("人员底数", "people"),
    "sighting": ("来返线索", "sightings"),
    "lot": ("冷链物品", "cold chain"),
    "stock": ("物资储备", "stocks"),
    "permit": ("通行互认", "permits"),
    "livestock": ("畜禽调运", "livestock"),
    "venue": ("场所防控", "venues"),
    "unit": ("场所底数", "units"),
    "gathering": ("聚集活动", "gatherings"),
    "guard": ("值班值守", "guards"),
    "area": ("区域防控", "areas"),
    "site": ("隔离场所", "isolation sites"),
    "chain": ("责任体系", "responsibility"),
    "order": ("措施标准", "orders"),
    "instruction": ("批示落实", "instructions"),
    "task": ("任务分解", "tasks"),
    "inspect": ("督查检查", "inspections"),
    "finding": ("问题整改", "findings"),
    "inquiry": ("一案三查", "inquiries"),
    "contract": ("三方服务", "contracts"),
    "ticket": ("热线诉求", "tickets"),
    "notice": ("信息发布", "notices"),
    "feed": ("数据共享", "feeds"),
    "team": ("队伍力量", "teams"),
    "plan": ("应急预案", "plans"),
}


def family(hole: str) -> str:
    return hole.split(".", maxsplit=1)[0]


def title(name: str, lang: str) -> str:
    """A family's name; one of a county's own package goes by its own word."""
    return FAMILIES[name][0 if lang == "zh" else 1] if name in FAMILIES else name
