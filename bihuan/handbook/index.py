"""The index (目录): every hole by room and family, by who answers, by what is loose."""

from __future__ import annotations

from collections.abc import Iterator

from bihuan.handbook.about import ROLES
from bihuan.handbook.markdown import NOTICE, anchor, code, link, table
from bihuan.handbook.shape import shape
from bihuan.kernel.program import Program, Said

HEAD = ("轻重", "漏洞", "hole", "编号", "责任人 owner")


def page(program: Program) -> str:
    """docs/handbook/README.md, in both languages."""
    n, families = len(program.loops), by_family(program)
    lines = [
        NOTICE,
        "",
        "# 漏洞手册 Handbook of holes",
        "",
        f"{len(families)} 个闭环，{n} 种漏洞。点中文名看中文页，点英文名看英文页；每页有规则、参数、责任人、整改、"
        "怎样闭合、出处，和两个例子：哪几行台账，查出什么。台账的列见[台账](../ledgers.md)，能改的标准见[参数](../orders.md)。",
        "",
        f"{n} holes in {len(families)} loops; a Chinese name leads to the page in Chinese, an English one to that in "
        "English: rule, parameters, owner, remedy, how it closes, source, and two examples of rows in and holes out. "
        "Columns are in [ledgers](../ledgers.md), what an order may set in [parameters](../orders.md).",
        "",
        "轻重 severity: **急** risk is loose now · **重** the loop is broken · **常** upkeep.",
        "",
    ]
    for room, title in program.rooms.items():
        inside = [f for f, those in families.items() if program.room(those[0]) == room]
        if inside:
            jumps = (link(" ".join(dict.fromkeys(program.title(f))), "", f) for f in inside)
            lines += [f"- **{title[0]} {title[1]}**: {' · '.join(jumps)}"]
    lines += ["- [按责任人 by who answers](#by-owner)", ""]
    for room, title in program.rooms.items():
        inside = [f for f, those in families.items() if program.room(those[0]) == room]
        if inside:
            lines += [f"## {title[0]} · {title[1][:1].upper()}{title[1][1:]}", ""]
        for family in inside:
            zh, en = program.title(family)
            lines += [anchor(family), f"### {zh} · {en}", ""]
            lines += [*table(HEAD, (_row(s, program) for s in families[family])), ""]
    return "\n".join([*lines, *_owners(program)]).rstrip() + "\n"


def by_family(program: Program) -> dict[str, list[Said]]:
    """Family → its holes; families in the order of rooms, holes by name."""
    rooms = list(program.rooms)
    found: dict[str, list[Said]] = {}
    for said in sorted(program.loops, key=lambda s: (rooms.index(program.room(s)), s.family, s.hole)):
        found.setdefault(said.family, []).append(said)
    return found


def _row(said: Said, program: Program) -> tuple[str, ...]:
    form = shape(said, program)
    named = ("行里写明的 named by the row",) if form.named else ()
    return (
        "、".join(form.severities),
        _to(said, "zh"),
        _to(said, "en"),
        code(said.hole),
        "、".join((*named, *form.roles)),
    )


def _to(said: Said, lang: str) -> str:
    return link(said.name[lang == "en"], f"{lang}/{said.family}.md", said.hole)


def _owners(program: Program) -> Iterator[str]:
    """Each role with the holes that fall to it first."""
    yield from (anchor("by-owner"), "## 按责任人 · By who answers", "")
    for role, english in ROLES.items():
        mine = [s for s in program.loops if role in shape(s, program).roles]
        if mine:
            yield f"- **{role}** {english}: " + " · ".join(_to(s, "zh") for s in mine)
    yield ""
