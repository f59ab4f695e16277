"""The reference of ledgers and parameters (台账与参数): every column and parameter, both languages side by side,
and the holes that stand on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bihuan.audit import judged
from bihuan.handbook import about
from bihuan.handbook.markdown import NOTICE, anchor, cell, code, link, table
from bihuan.kernel.ledger import RECORD_COLUMNS, Column, Ledger, by_name
from bihuan.kernel.parameters import Parameter
from bihuan.kernel.program import Program, Said

TYPES = {
    "text": "文字 text",
    "int": "整数 whole number",
    "real": "数 number",
    "bool": "是否 yes or no",
    "date": "日期 date",
    "time": "时刻 time",
    "area": "区划 area code",
}
KINDS = {
    "number": "数 number",
    "stages": "天数+天数+天数 days + days + days",
    "days": "天数表 list of days",
    "items": "词表 list of words",
    "yesno": "是否 yes or no",
}
GRADES = {"公开": "公开 public", "内部": "内部 internal", "个人": "个人 personal", "敏感": "敏感 sensitive"}
PARAMETERS = "[参数 parameters](orders.md)"
UNITS = {unit: " ".join(dict.fromkeys(words)).strip() for unit, words in about.UNITS.items()}

HEAD = (
    *("列 column", "表头", "heading", "类型 type", "要求 asked of it", "用途 purpose"),
    *("说明 note", "级别 grade", "保存 kept"),
)


def ledgers(program: Program) -> str:
    """docs/ledgers.md: every ledger and column, room by room."""
    named = by_name(program.ledgers)
    readers = _readers(program)
    lines = [
        NOTICE,
        "",
        "# 台账 Ledgers",
        "",
        "文件或工作表以台账的名称或中文标题命名，表头写列名或中文表头，次序不限。级别说多敏感；保存从该行最后一个时刻起算，"
        "“随台账”即与台账同存。“可在将来”的时刻可以晚于审计时刻，其余时刻晚于它的视为空；“按字匹配”的文字先统一全半角再比。"
        "查它的漏洞见[漏洞手册](handbook/README.md)，能改的标准见[参数](orders.md)；"
        "空白台账用 `bihuan template 模板.xlsx` 写出。",
        "",
        "A file or sheet bears the ledger's name or Chinese title; headers are column names or Chinese headings, in "
        "any order. The grade says how sensitive a column is; it is kept for so many days after the row's last moment, "
        "or as long as the ledger. A moment that *may lie ahead* may be later than the as-of time, any other counts as "
        "empty then; *matched* texts are compared with width and space normalised. The holes are in the "
        "[handbook](handbook/README.md), what an order may set in [parameters](orders.md); "
        "`bihuan template LEDGERS.xlsx` writes empty ledgers.",
        "",
    ]
    rooms = _rooms(program, program.ledgers)
    for room, those in rooms.items():
        title = " ".join(program.rooms[room])
        lines.append(f"- **{title}**: " + " · ".join(link(f"{g.title} {g.english}", "", g.name) for g in those))
    lines += ["", "## 每本台账都可带的列 · What every ledger takes", ""]
    lines += [*table(HEAD, (_row(column, named) for column in RECORD_COLUMNS)), ""]
    for room, those in rooms.items():
        zh, en = program.rooms[room]
        lines += [f"## {zh} · {en[:1].upper()}{en[1:]}", ""]
        for ledger in those:
            lines += _ledger(ledger, named, readers.get(ledger.name, []))
    lines += ["## 次序 · The order of the ledgers", "", "、".join(g.title for g in program.ledgers), ""]
    return "\n".join(lines)


def _rooms(program: Program, those: Iterable[Ledger]) -> dict[str, list[Ledger]]:
    """Package of a room → its ledgers."""
    found: dict[str, list[Ledger]] = {}
    packages = {package.rpartition(".")[2]: package for package in program.rooms}
    for ledger in those:
        found.setdefault(packages[ledger.room], []).append(ledger)
    return found


def _readers(program: Program) -> dict[str, list[Said]]:
    """Ledger → the holes whose loops read it."""
    read = judged.reads(program)
    found: dict[str, list[Said]] = {}
    for said in program.loops:
        for name in read[said.hole]:
            found.setdefault(name, []).append(said)
    return found


def _holes(those: Iterable[Said]) -> str:
    """Holes as links: the name to the page in Chinese, the code to that in English."""
    return "、".join(
        f"{link(s.name[0], f'handbook/zh/{s.family}.md', s.hole)} {link(s.hole, f'handbook/en/{s.family}.md', s.hole)}"
        for s in those
    )


def _ledger(ledger: Ledger, named: dict[str, Ledger], readers: list[Said]) -> Iterator[str]:
    known = ledger.default_known
    english = "" if ledger.english == ledger.name else f" {ledger.english}"
    yield from (anchor(ledger.name), f"### {ledger.title} {code(ledger.name)}{english}", "", ledger.about, "")
    yield (
        f"主键 key: {', '.join(map(code, ledger.key))}；没有录入时间的，获知于 known, where not recorded: "
        + (f"{known.heading} {code(known.name)}" if known else "从一开始 from the beginning")
    )
    yield from ("", *table(HEAD, (_row(column, named, ledger.name) for column in ledger.columns)), "")
    if readers:
        yield from (f"查它的漏洞 holes that stand on it: {_holes(readers)}", "")


def _row(column: Column, named: dict[str, Ledger], of: str = "") -> tuple[str, ...]:
    asked = [
        word
        for word, on in (
            ("必填 required", column.required),
            ("可在将来 may lie ahead", column.planned),
            ("按字匹配 matched", column.matched),
        )
        if on
    ]
    return (
        code(column.name),
        column.heading,
        column.english,
        _type(column, named),
        "、".join(asked),
        f"{column.purpose[0]} · {column.purpose[1]}",
        PARAMETERS if (of, column.name) == ("orders", "key") else cell(column.note),
        GRADES[column.grade],
        f"{column.keep_days} 天 days" if column.keep_days else "随台账 as the ledger",
    )


def _type(column: Column, named: dict[str, Ledger]) -> str:
    if column.type == "ref":
        to = named[column.refers]
        return link(f"{to.title} {to.name}", "", to.name) + ("（不核对 unchecked）" if column.unchecked else "")
    if column.type == "one":
        return "、".join(column.choices)
    return TYPES[column.type]


def orders(program: Program) -> str:
    """docs/orders.md: every parameter, its default, what may stand for its ``*``, and the holes that it governs."""
    lines = [
        NOTICE,
        "",
        "# 参数 What an order may set",
        "",
        "没有措施标准的，按默认值。`*` 处写具体的类别、岗位、人群或物资；列表以逗号或顿号分开，“无”为空表；"
        "天数 0 为不要求。要改，在[防控措施标准](ledgers.md#orders)里加一行：文号、区划、参数、值、起始。",
        "",
        "The default holds where no order row gives another. An order names what stands for `*`; lists part at commas, "
        "无 is the empty list, 0 days is not required. To change one, add a row of [orders](ledgers.md#orders): "
        "document, area, key, value, since.",
        "",
    ]
    head = (
        *("参数 key", "默认 default", "单位 unit", "读法 read as"),
        *("含义", "meaning", "* 可为 stands for", "管的漏洞 holes"),
    )
    governed = {s: about.governing(s, program) for s in program.loops}
    for room, those in _parameters(program).items():
        zh, en = program.rooms[room]
        lines += [f"## {zh} · {en[:1].upper()}{en[1:]}", ""]
        lines += [*table(head, (_parameter(p, [s for s in governed if p in governed[s]]) for p in those)), ""]
    return "\n".join(lines)


def _parameters(program: Program) -> dict[str, list[Parameter]]:
    """Package of a room → the parameters that it declares."""
    from bihuan.domains import catalogue

    found = {room: list(catalogue.parameters(room.rpartition(".")[2])) for room in program.rooms}
    return {room: those for room, those in found.items() if those}


def _parameter(p: Parameter, holes: list[Said]) -> tuple[str, ...]:
    default = p.default or "无 none"
    own = [f"{word} {value}" for word, value in p.exceptions]
    return (
        anchor(p.key) + code(p.key),
        "；".join([*own, f"其余 otherwise {default}"]) if own else default,
        UNITS[p.unit],
        KINDS[p.kind],
        cell(p.zh),
        cell(p.en),
        "、".join(p.stands_for) if p.stands_for else ("任意 any" if p.starred else ""),
        _holes(holes),
    )
