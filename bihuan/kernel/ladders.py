"""Who stands above whom, and after how long a hole goes up. Contract: loops.md, *Owners*. No Ibis here."""

from __future__ import annotations

LADDERS: dict[str, tuple[str, ...]] = {
    "网格员": ("网格员", "村干部", "镇干部", "县级领导"),
    "村干部": ("村干部", "镇干部", "县级领导"),
    "镇干部": ("镇干部", "县级领导"),
    "县级领导": ("县级领导",),
    "医务人员": ("医务人员", "镇干部", "县级领导"),
    "民警": ("民警", "镇干部", "县级领导"),
    "志愿者": ("志愿者", "镇干部", "县级领导"),
    "单位主体": ("单位主体", "部门监管", "县级领导"),
    "部门监管": ("部门监管", "县级领导"),
}
"""Each role with those that it falls to when nobody fills it, in order."""

STEP_H = {"急": 4, "重": 24, "常": 24}
"""A hole goes up one role for each span of so many hours."""
