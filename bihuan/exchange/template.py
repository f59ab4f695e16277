"""A workbook of empty ledgers: a sheet each, headings in the user's language, required ones marked, choices as lists,
what each column is for as a note, one example row. What it writes, ``read`` reads, and leaves the examples out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.exchange import example
from bihuan.kernel.ledger import Column, Ledger, by_name
from bihuan.kernel.parameters import Parameter

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

ROWS = 5000
"""Rows to which the formats and lists of a column reach."""

TYPES: dict[str, tuple[str, str]] = {
    "text": ("文字", "text"),
    "int": ("整数", "whole number"),
    "real": ("数", "number"),
    "bool": ("是或否", "是 (yes) or 否 (no)"),
    "date": ("日期，如 2021-12-03", "date, e.g. 2021-12-03"),
    "time": ("时刻，如 2021-12-03 08:00", "time, e.g. 2021-12-03 08:00"),
    "area": ("区划代码，2、4、6、9、12 位，网格 15 位", "area code: 2, 4, 6, 9, 12 digits, a grid 15"),
    "one": ("从列表中选一个", "one of the list"),
}


def write(path: Path, ledgers: Iterable[Ledger], lang: str = "zh", parameters: Iterable[Parameter] = ()) -> None:
    """Write the template; ``parameters`` are listed for the ledger of orders. Raises OSError where ``path`` cannot be
    written."""
    import xlsxwriter

    ledgers = tuple(ledgers)
    known = by_name(ledgers)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        _about(book, ledgers, lang)
        parameters = tuple(parameters)
        listed = _parameters(book, parameters, lang) if parameters else ""
        for ledger in ledgers:
            sheet = book.add_worksheet(_name(ledger, lang))
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(ledger.all_columns):
                _column(book, sheet, place, column, ledger, known, lang)
                if listed and (ledger.name, column.name) == ("orders", "key"):
                    # A warning only: an item of stock may be any.
                    choice = {"validate": "list", "source": listed, "error_type": "warning"}
                    sheet.data_validation(1, place, ROWS, place, choice)


def _name(ledger: Ledger, lang: str) -> str:
    """The sheet's name."""
    return ledger.title if lang == "zh" else ledger.name


def _column(
    book: Workbook,
    sheet: Worksheet,
    place: int,
    column: Column,
    ledger: Ledger,
    known: dict[str, Ledger],
    lang: str,
) -> None:
    required = column.required or column.name in ledger.key
    heading = column.heading if lang == "zh" else column.name
    head = book.add_format(
        {"bold": True, "bg_color": "#1F3A5F" if required else "#5B7083", "font_color": "white", "border": 1}
    )
    # As text, a document of 18 digits keeps its last ones and a date stays as it was typed.
    numeric = column.type in ("int", "real")
    shown, kept = example.cell(ledger, column), {} if numeric else TEXT
    wide = max(len(heading) * (2 if lang == "zh" else 1) + 4, min(len(shown.encode("gbk", "replace")) + 2, 30), 12)
    sheet.set_column(place, place, wide, book.add_format(kept))
    sheet.write_string(0, place, heading + ("*" if required else ""), head)
    if shown:
        grey = book.add_format({**kept, "italic": True, "font_color": "#8A8A8A"})
        if numeric:
            sheet.write_number(1, place, float(shown), grey)
        else:
            sheet.write_string(1, place, shown, grey)
    sheet.write_comment(0, place, _note(ledger, column, required, known, lang), {"x_scale": 1.6})
    choices = ("是", "否") if column.type == "bool" else column.choices
    if choices and len(",".join(choices)) <= 255:
        sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": list(choices)})


def _parameters(book: Workbook, parameters: tuple[Parameter, ...], lang: str) -> str:
    """The sheet of what an order may set; gives the range of its keys."""
    name = "说明·参数" if lang == "zh" else "说明·parameters"
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, (head, wide) in enumerate(
        zip(
            ("参数", "默认值", "含义") if lang == "zh" else ("parameter", "default", "meaning"),
            (30, 30, 80),
            strict=True,
        )
    ):
        sheet.set_column(place, place, wide)
        sheet.write_string(0, place, head, book.add_format({"bold": True}))
    row = 0
    for parameter in parameters:
        for key, default in parameter.defaults():
            row += 1
            for place, text in enumerate((key, default, parameter.zh if lang == "zh" else parameter.en)):
                sheet.write_string(row, place, text)
    return f"='{name}'!$A$2:$A${row + 1}"


TEXT: dict[str, Any] = {"num_format": "@"}


def _note(ledger: Ledger, column: Column, required: bool, known: dict[str, Ledger], lang: str) -> str:
    zh = lang == "zh"
    if column.type == "ref":
        title = known[column.refers].title
        kind = f"台账“{title}”里的编号" if zh else f"a key of {column.refers} ({title})"
    else:
        kind = TYPES[column.type][0 if zh else 1]
    says = [column.name if zh else column.heading, kind]
    if required:
        says.append("必填" if zh else "required")
    says.append(column.purpose[0 if zh else 1])
    if column.choices:
        says.append("、".join(column.choices))
    says.append(example.remark(ledger, column, lang))
    return "\n".join(s for s in says if s)


ABOUT_ZH = (
    "每本台账一个工作表，表名和表头请勿改动；不用的表可以删去。",
    "带 * 的列必填，同一本台账里编号不能重复。",
    "第 2 行灰字是示例，请直接改写或删去；原样留着也不会当作台账。",
    "证件号码、编号、区划代码按文字填写；日期写成 2021-12-03，时刻写成 2021-12-03 08:00。",
    "更正一行：再写一行，编号相同，录入时间填更正的时刻。作废一行：同样再写一行，“作废”填“是”。",
    "填好后：bihuan check 这个文件.xlsx",
)
ABOUT_EN = (
    "One sheet a ledger: keep the names of sheets and headings; sheets that are not used may be deleted.",
    "Columns with * are required; a key stands once in a ledger.",
    "Row 2, in grey, is an example: write over it or delete it; left as it is it is not taken for a row.",
    "Documents, keys and area codes are text; write dates as 2021-12-03, times as 2021-12-03 08:00.",
    "To correct a row write it again with the same key and 录入时间 (recorded at); to withdraw it, with 作废 = 是.",
    "Then: bihuan check THIS-FILE.xlsx --lang en",
)


def _about(book: Workbook, ledgers: tuple[Ledger, ...], lang: str) -> None:
    sheet = book.add_worksheet("说明" if lang == "zh" else "说明 About")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, 80)
    bold, link = book.add_format({"bold": True}), book.get_default_url_format()
    lines = ABOUT_ZH if lang == "zh" else ABOUT_EN
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    first = len(lines) + 1
    heads = ("台账", "英文名", "必填列") if lang == "zh" else ("ledger", "Chinese title", "required columns")
    for place, text in enumerate(heads):
        sheet.write_string(first, place, text, bold)
    for row, ledger in enumerate(ledgers, first + 1):
        required = [c for c in ledger.columns if c.required or c.name in ledger.key]
        title, other = (ledger.title, ledger.name) if lang == "zh" else (ledger.name, ledger.title)
        sheet.write_url(row, 0, f"internal:'{_name(ledger, lang)}'!A1", link, title)
        sheet.write_string(row, 1, other)
        sheet.write_string(
            row, 2, "、".join(c.heading for c in required) if lang == "zh" else ", ".join(c.name for c in required)
        )
