"""The roll of units (场所底册): whichever some ledger names is on it."""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from bihuan.domains.people.strangers import first_named
from bihuan.kernel.forms import hold
from bihuan.kernel.joins import attach
from bihuan.kernel.loops import Tables, loop


@loop(
    "unit.unknown",
    name=("场所无户", "Unit on no roll"),
    severity="重",
    role="部门监管",
    subject="unit",
    source="S1.1 这东西是从哪里来的?到哪里去了?都搞不清楚；S1.2 查找漏洞盲点",
    rule=("任何台账提到的单位场所都在单位台账上。", "Every unit that some ledger names is on the roll of units."),
    reason=(
        "{since} 起有台账提到 {subject}，单位场所台账上没有",
        "{subject} is named by a ledger since {since} and is on no roll of units",
    ),
    remedy=("核实后补登单位场所；编号录错的更正原行", "Verify and add the unit; or correct the number"),
)
def unknown(t: Tables) -> ir.Table:
    rows = attach(first_named(t, "units"), t.stations, {"stranger": "unit"}, place=_.area)
    return hold(rows, since=_.since, subject=_.stranger, unit=_.stranger, area=_.place, evidence=_.by)
