"""The roll of people (底册): whoever some ledger names is on it. Never dropped, always found (生人)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.strangers import first_named
from bihuan.kernel.forms import hold
from bihuan.kernel.joins import attach
from bihuan.kernel.loops import Tables, loop


@loop(
    "person.unknown",
    name=("底册无人", "Named somewhere, on no roll"),
    severity="重",
    role="网格员",
    subject="person",
    source="S4.1 “生人社会”，楼上楼下、左邻右舍大都不认识、不了解；S3.2.1 发现生人……立即检查",
    rule=(
        "任何台账提到的人都在人员底册上；是病例或有阳性结果的为急。",
        "Everybody whom some ledger names is on the roll of people; with a case or a positive result it is 急.",
    ),
    reason=(
        "{since} 起有台账提到 {subject}，人员底册上没有此人",
        "{subject} is named by a ledger since {since} and is on no roll of people",
    ),
    remedy=("上门核实，补登人员底册；号码录错的更正原行", "Verify and add the person; or correct the number"),
)
def unknown(t: Tables) -> ir.Table:
    rows = first_named(t, "people")
    positive = t.samples.filter((_.result == "阳") & _.resulted_at.notnull() & _.person.notnull())
    sick = ibis.union(t.cases.select("person"), positive.select("person")).distinct().mutate(sick=ibis.literal(True))
    rows = attach(attach(rows, sick, {"stranger": "person"}, sick=_.sick), t.homes, {"stranger": "person"}, home=_.area)
    return hold(
        rows,
        since=_.since,
        subject=_.stranger,
        person=_.stranger,
        area=_.home,
        severity=ibis.ifelse(rows.sick.fill_null(False), "急", "重"),
        evidence=_.by,
    )
