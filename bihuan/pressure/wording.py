"""What a message says. It leaves the house: no person's name or number is in it, only what is open where, and since
when; who may see more finds it on the desk."""

from __future__ import annotations

from collections.abc import Mapping

from bihuan.pressure.planning import Due, Planned

LINES = 12
"""Holes that a message lists; the rest is counted."""

SEVERITIES = {"急": "urgent", "重": "serious", "常": "routine"}
WHYS = {"reassigned": ("改派给你", "handed to you"), "escalated": ("已升级到你", "gone up to you")}


def title(planned: Planned) -> str:
    """闭环：2 个漏洞（急 1、重 1）· 2 holes (1 urgent, 1 serious)"""
    counts = {word: sum(d.severity == word for d in planned.dues) for word in SEVERITIES}
    zh = "、".join(f"{word} {n}" for word, n in counts.items() if n)
    en = ", ".join(f"{n} {SEVERITIES[word]}" for word, n in counts.items() if n)
    number = len(planned.dues)
    return f"闭环：{number} 个漏洞（{zh}）· {number} hole{'s' if number != 1 else ''} ({en})"


def text(planned: Planned, areas: Mapping[str, str], officers: Mapping[str, str], address: str) -> str:
    """The lines: each hole with its place and moment, and why it is told."""
    lines = [line(due, areas, officers) for due in planned.dues[:LINES]]
    more = len(planned.dues) - LINES
    if more > 0:
        lines.append(f"……另有 {more} 个 · and {more} more")
    if address:
        lines.append(f"{address.rstrip('/')}/mine/")
    return "\n".join(lines)


def line(due: Due, areas: Mapping[str, str], officers: Mapping[str, str]) -> str:
    """【急】返乡未核查 Arrival not verified · 东村 · 自 01-06 14:00"""
    parts = [f"【{due.severity}】{due.name[0]} {due.name[1]}"]
    if due.area:
        parts.append(areas.get(due.area, due.area))
    if due.since:
        parts.append(f"自 since {due.since:%m-%d %H:%M}")
    if due.why in WHYS:
        parts.append(" ".join(WHYS[due.why]))
    if due.recipient and due.recipient != due.officer:
        whose = officers.get(due.officer, due.officer)
        parts.append(f"代{whose} for {whose}")
    return " · ".join(parts)
