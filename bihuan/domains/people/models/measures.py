"""Measures on a person (管控措施) and the readings taken under them (S5.3): ground, document, end."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import DEGREES, MEASURE_KINDS
from bihuan.domains.fields import (
    INTERNAL,
    PERSONAL,
    SENSITIVE,
    AreaCode,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Real,
    Reference,
    Text,
    YesNo,
)


class Measure(LedgerRow):
    """管控措施：一人一段 (one stage of control of one person)."""

    ledger = Names("measures", "管控措施", "measures", grade=PERSONAL, keep_days=365)

    measure = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True, grade=SENSITIVE)
    ground = Choice(
        ("来返", *DEGREES, "病例解除", "重点岗位", "其他"),
        "依据",
        "ground",
        ("无依据不管控，定几天", "no measure without ground; sets its days"),
        required=True,
        grade=SENSITIVE,
    )
    arrival = Reference("arrivals", "来返编号", "arrival", ("因哪次来返", "the arrival that it follows"))
    contact = Reference(
        "contacts", "密接编号", "contact", ("因哪次接触", "the contact that it follows"), grade=SENSITIVE
    )
    kind = Choice(
        MEASURE_KINDS,
        "方式",
        "kind",
        ("够不够、过不过，下一段是什么", "whether it is enough or too much, and what comes next"),
        required=True,
    )
    order = Text("措施文号", "order", ("无文号就是无依据", "the document that allows it"), note="document")
    unit = Reference("units", "隔离点", "isolation site", why.UNIT)
    room = Text("房间", "room", ("一人一间", "a room for each"), matched=True)
    area = AreaCode("管控地", "area", why.AREA)
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    planned_until = Moment("计划解除", "planned until", ("到期解除，期限对不对", "released on the day"), planned=True)
    ended_at = Moment("实际解除", "ended", ("应解未解、提前解除", "overstayed or released early"))
    companion = YesNo(
        "陪护同住",
        "companion",
        ("陪护可以同住", "a carer may share the room"),
        note="a child or a person in care with its carer: may share the room",
    )


class Reading(LedgerRow):
    """健康监测：量一次体温、问一次症状 (one reading)."""

    ledger = Names("monitoring", "健康监测", "monitoring", grade=SENSITIVE, keep_days=90)

    row = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    at = Moment("时间", "at", why.AT, required=True)
    temperature = Real("体温", "temperature", ("发热及时处置；°C", "fever is acted upon; °C"))
    symptoms = Text("症状", "symptoms", ("有症状及时处置", "symptoms are acted upon"))
