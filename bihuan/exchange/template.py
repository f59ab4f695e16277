"""A workbook of empty ledgers: a sheet each, headings in Chinese, required ones marked, choices as lists, what each
column is for as a note. What it writes, ``read`` reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.kernel.ledger import Column, Ledger, by_name

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
    "area": ("区划代码，2、4、6、9、12 位，网格 15 位", "division code: 2, 4, 6, 9, 12 digits, a grid 15"),
    "one": ("从列表中选一个", "one of the list"),
}


def write(path: Path, ledgers: Iterable[Ledger], lang: str = "zh") -> None:
    """Write the template. Raises OSError where ``path`` cannot be written."""
    import xlsxwriter

    ledgers = tuple(ledgers)
    known = by_name(ledgers)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        _about(book, ledgers, lang)
        for ledger in ledgers:
            sheet = book.add_worksheet(ledger.title)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(ledger.all_columns):
                _column(book, sheet, place, column, ledger, known, lang)


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
    head = book.add_format(
        {"bold": True, "bg_color": "#1F3A5F" if required else "#5B7083", "font_color": "white", "border": 1}
    )
    # As text, a document of 18 digits keeps its last ones and a date stays as it was typed.
    numeric = column.type in ("int", "real")
    sheet.set_column(place, place, max(len(column.heading) * 2 + 4, 14), book.add_format({} if numeric else TEXT))
    sheet.write_string(0, place, column.heading + ("*" if required else ""), head)
    sheet.write_comment(0, place, _note(column, required, known, lang), {"x_scale": 1.6})
    choices = ("是", "否") if column.type == "bool" else column.choices
    if choices and len(",".join(choices)) <= 255:
        sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": list(choices)})


TEXT: dict[str, Any] = {"num_format": "@"}


def _note(column: Column, required: bool, known: dict[str, Ledger], lang: str) -> str:
    zh = lang == "zh"
    if column.type == "ref":
        title = known[column.refers].title
        kind = f"台账“{title}”里的编号" if zh else f"a key of {column.refers} ({title})"
    else:
        kind = TYPES[column.type][0 if zh else 1]
    says = [column.name, kind]
    if required:
        says.append("必填" if zh else "required")
    says.append(column.purpose[0 if zh else 1])
    if column.choices:
        says.append("、".join(column.choices))
    if column.note:
        says.append(column.note)
    return "\n".join(s for s in says if s)


ABOUT_ZH = (
    "每本台账一个工作表，表名和表头请勿改动；不用的表可以删去。",
    "带 * 的列必填，同一本台账里编号不能重复。",
    "证件号码、编号、区划代码按文字填写；日期写成 2021-12-03，时刻写成 2021-12-03 08:00。",
    "更正一行：再写一行，编号相同，录入时间填更正的时刻。作废一行：同样再写一行，“作废”填“是”。",
    "填好后：bihuan check 这个文件.xlsx",
)
ABOUT_EN = (
    "One sheet a ledger: keep the names of sheets and headings; sheets that are not used may be deleted.",
    "Columns with * are required; a key stands once in a ledger.",
    "Documents, keys and division codes are text; write dates as 2021-12-03, times as 2021-12-03 08:00.",
    "To correct a row write it again with the same key and 录入时间 (recorded at); to withdraw it, with 作废 = 是.",
    "Then: bihuan check THIS-FILE.xlsx --lang en",
)


def _about(book: Workbook, ledgers: tuple[Ledger, ...], lang: str) -> None:
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, 80)
    bold, link = book.add_format({"bold": True}), book.get_default_url_format()
    lines = ABOUT_ZH if lang == "zh" else ABOUT_EN
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    first = len(lines) + 1
    heads = ("台账", "name", "必填列") if lang == "zh" else ("ledger", "name", "required columns")
    for place, text in enumerate(heads):
        sheet.write_string(first, place, text, bold)
    for row, ledger in enumerate(ledgers, first + 1):
        required = [c.heading for c in ledger.columns if c.required or c.name in ledger.key]
        sheet.write_url(row, 0, f"internal:'{ledger.title}'!A1", link, ledger.title)
        sheet.write_string(row, 1, ledger.name)
        sheet.write_string(row, 2, "、".join(required))
