"""The reference of ledgers and orders (台账与参数手册), written from the declarations.

``python -m bihuan.domains.reference`` writes docs/ledgers.md and docs/orders.md; a test fails where they are stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bihuan.domains.catalogue import ORDER, ledgers, models, parameters, room_titles
from bihuan.kernel.ledger import RECORD_COLUMNS, Column, Ledger, by_name
from bihuan.kernel.parameters import Parameter

NOTICE = "<!-- 由声明生成，勿手改 · generated: python -m bihuan.domains.reference -->"

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
UNITS = {"": "", "h": "小时 h", "d": "天 d", "min": "分钟 min", "°C": "°C"}


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(column: Column, titles: dict[str, Ledger]) -> str:
    if column.type == "ref":
        return f"[{titles[column.refers].title}](#{column.refers}){'（不核对 unchecked）' if column.unchecked else ''}"
    if column.type == "one":
        return "、".join(column.choices)
    return TYPES[column.type]


def _row(column: Column, titles: dict[str, Ledger]) -> tuple[str, ...]:
    flags = [
        word
        for word, on in (("必填", column.required), ("可在将来", column.planned), ("按字匹配", column.matched))
        if on
    ]
    return (
        f"`{column.name}`",
        column.heading,
        column.english,
        _type(column, titles),
        "、".join(flags),
        f"{column.purpose[0]} · {column.purpose[1]}",
        column.note,
        column.grade,
        f"{column.keep_days} 天" if column.keep_days else "随台账",
    )


HEAD = ("列", "表头", "heading", "类型", "要求", "用途 purpose", "说明 note", "级别", "保存")


def _known(ledger: Ledger) -> str:
    column = ledger.default_known
    if column is None:
        return "从一开始 from the beginning"
    return f"{column.heading} `{column.name}`"


def ledgers_page() -> str:
    """docs/ledgers.md: every ledger and column, room by room."""
    all_ledgers = ledgers()
    named = by_name(all_ledgers)
    says = {model.ledger.name: (model.__doc__ or "").split("\n\n")[0].strip() for model in models()}
    lines = [
        NOTICE,
        "",
        "# 台账 Ledgers",
        "",
        "文件或工作表以台账的名称或中文标题命名，表头写列名或中文表头，次序不限。级别：公开、内部、个人、敏感；",
        "保存从该行最后一个时刻起算，“随台账”即与台账同存。",
        "“可在将来”的时刻可以晚于审计时刻，其余时刻晚于它的视为空；“按字匹配”的文字先统一全半角再比。",
        "",
        "A file or sheet bears the ledger's name or Chinese title; headers are column names or Chinese headings, in",
        "any order. Grades: 公开 public, 内部 internal, 个人 personal, 敏感 sensitive. Retention (保存) counts from",
        "the row's last moment; 随台账 = as long as the ledger. 必填 required; 可在将来 a planned moment, which may",
        "lie ahead of the as-of time; 按字匹配 a text by which rows are matched (width and space are normalised).",
        "",
        "## 每本台账都可带的列 What every ledger takes",
        "",
        *_table(HEAD, (_row(column, named) for column in RECORD_COLUMNS)),
        "",
    ]
    for room, title in room_titles().items():
        lines += [f"## {title} {room}", ""]
        for ledger in all_ledgers:
            if ledger.room != room:
                continue
            lines += [
                f'<a id="{ledger.name}"></a>',
                f"### {ledger.title} {ledger.name}",
                "",
                says[ledger.name],
                "",
                f"主键 key: {', '.join(f'`{word}`' for word in ledger.key)}；"
                f"没有录入时间的，获知于 known, where not recorded: {_known(ledger)}",
                "",
                *_table(HEAD, (_row(column, named) for column in ledger.columns)),
                "",
            ]
    lines += ["## 次序 The order of the contract", "", "、".join(named[name].title for name in ORDER), ""]
    return "\n".join(lines)


def _values(parameter: Parameter) -> str:
    default = parameter.default or "无"
    own = [f"{word} {value}" for word, value in parameter.exceptions]
    return "；".join([*own, f"其余 otherwise {default}"]) if own else default


def orders_page() -> str:
    """docs/orders.md: every parameter, its default, and what may stand for its ``*``."""
    lines = [
        NOTICE,
        "",
        "# 参数 What an order may set",
        "",
        "没有措施标准的，按默认值。`*` 处写具体的类别、岗位、人群或物资；列表以逗号或顿号分开，“无”为空表。",
        "",
        "The default holds where no order row gives another. An order names what stands for `*`; lists part at commas,",
        "无 is the empty list.",
        "",
    ]
    for room, title in room_titles().items():
        lines += [f"## {title} {room}", ""]
        rows = (
            (
                f"`{p.key}`",
                _values(p),
                UNITS[p.unit],
                KINDS[p.kind],
                f"{p.zh} · {p.en}",
                "、".join(p.stands_for) if p.stands_for else ("任意 any" if p.starred else ""),
            )
            for p in parameters(room)
        )
        lines += [*_table(("参数 key", "默认 default", "单位", "读法", "含义 meaning", "* 可为"), rows), ""]
    return "\n".join(lines)


PAGES = {"docs/ledgers.md": ledgers_page, "docs/orders.md": orders_page}


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    for path, page in PAGES.items():
        (root / path).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
