"""The rectification list (问题清单) as a workbook that a person can work with: frozen header, widths, filters, severity
in colour. The header's cells hold the columns' names, as every format does, and show their headings.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

HEADINGS: dict[str, tuple[str, str, int]] = {
    "hole": ("漏洞编号", "Hole", 20),
    "name": ("漏洞", "Name", 16),
    "severity": ("轻重", "Severity", 8),
    "subject_kind": ("对象类别", "Kind", 10),
    "subject": ("对象", "Subject", 21),
    "item": ("分项", "Item", 14),
    "area": ("区划", "Area", 17),
    "since": ("起始时间", "Since", 17),
    "closed_at": ("闭合时间", "Closed at", 17),
    "owner": ("责任人编号", "Owner", 12),
    "owner_name": ("责任人", "Owner's name", 12),
    "escalated_to": ("已升级至", "Gone up to", 12),
    "order": ("措施标准", "Order", 26),
    "text": ("问题", "What is wrong", 60),
    "remedy": ("整改举措", "Remedy", 40),
    "evidence": ("依据的台账行", "Evidence", 30),
    "state": ("状态", "State", 9),
    "in_common": ("相同之处", "In common", 18),
    "due": ("到期", "Due", 17),
    "change": ("变化", "Change", 9),
    "changed": ("变了什么", "What changed", 14),
    "owner_before": ("原责任人", "Owner before", 12),
    "severity_before": ("原轻重", "Severity before", 9),
    "since_before": ("原起始", "Since before", 17),
    "topic": ("类别", "Topic", 9),
    "dimension": ("按", "By", 10),
    "key": ("编号", "Key", 24),
    "blind": ("没人看的", "Blind", 9),
    "total": ("总数", "Total", 9),
    "share": ("占比", "Share", 9),
    "kg_blind": ("没人看的千克", "Blind kg", 12),
    "kg_total": ("总千克", "Total kg", 12),
    "seen_by": ("检测过的部门", "Seen by", 30),
    "keeping": ("同级有的", "Keeping", 9),
    "siblings": ("同级共", "Siblings", 9),
    "sibling_rows": ("它们的行数", "Their rows", 10),
    "file": ("文件", "File", 22),
    "sheet": ("工作表", "Sheet", 14),
    "row": ("行", "Row", 8),
    "column": ("列", "Column", 16),
    "value": ("原值", "Value", 24),
    "reason": ("原因", "Reason", 20),
    "advice": ("怎么办", "What to do", 60),
}
"""Column → heading in Chinese, in English, width in characters."""

COLOURS = {"急": "#F4B6B0", "重": "#FBE3C0", "常": "#E8EEF4"}
ROWS = 1_000_000
"""Rows of one sheet; a sheet ends at 1,048,576."""
LONGEST = 32_767
"""Characters that a cell can hold."""


def write(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    path: Path,
    lang: str,
    title: str,
    about: list[tuple[str, str]],
) -> None:
    """Write ``table`` to ``path``: sheets of at most ROWS rows, and one that says what the list is."""
    import xlsxwriter

    # Texts are never formulas or links: a ledger's cell may begin with "=".
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        cells = con.execute(f"SELECT {', '.join(quoted(c) for c in columns)} FROM {table}")
        number = 0
        while True:
            rows = cells.fetchmany(10_000)
            if not rows and number:
                break
            number += 1
            sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
            last = _header(book, sheet, columns, lang)
            while rows:
                last = _rows(book, sheet, columns, rows, last)
                rows = cells.fetchmany(10_000) if last < ROWS else []
            sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
            if last < ROWS:
                break
        if about:
            _about(book, lang, about)


def quoted(name: str) -> str:
    return '"' + name + '"'


def _header(book: Any, sheet: Any, columns: tuple[str, ...], lang: str) -> int:
    sheet.freeze_panes(1, 2 if "hole" in columns else 1)
    sheet.set_row(0, 22)
    for place, column in enumerate(columns):
        zh, en, width = HEADINGS[column]
        shown = zh if lang == "zh" else en
        sheet.set_column(place, place, width)
        # The format shows the heading for any text: who reads by machine finds the name, who reads by eye the heading.
        form = {"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "vcenter", "border": 1}
        sheet.write_string(0, place, column, book.add_format({**form, "num_format": ";;;" + f'"{shown}"'}))
    return 0


def _rows(book: Any, sheet: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]], last: int) -> int:
    plain, moment, wrapped, severities = _formats(book)
    for row in rows:
        last += 1
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, dt.datetime):
                sheet.write_datetime(last, place, value, moment)
            elif isinstance(value, int | float):
                sheet.write_number(last, place, value, plain)
            elif column == "severity":
                sheet.write_string(last, place, value, severities.get(value, plain))
            else:
                form = wrapped if column in ("text", "remedy", "advice") else plain
                sheet.write_string(last, place, str(value)[:LONGEST], form)
    return last


def _formats(book: Any) -> tuple[Any, Any, Any, dict[str, Any]]:
    if not hasattr(book, "bihuan_formats"):
        top = {"valign": "top"}
        book.bihuan_formats = (
            book.add_format(top),
            book.add_format({**top, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
            book.add_format({**top, "text_wrap": True}),
            {
                s: book.add_format({**top, "bg_color": c, "align": "center", "bold": s == "急"})
                for s, c in COLOURS.items()
            },
        )
    formats: tuple[Any, Any, Any, dict[str, Any]] = book.bihuan_formats
    return formats


def _about(book: Any, lang: str, about: list[tuple[str, str]]) -> None:
    sheet = book.add_worksheet("说明" if lang == "zh" else "说明 About")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    for place, (what, which) in enumerate(about):
        sheet.write_string(place, 0, what, bold)
        sheet.write_string(place, 1, which, wrapped)
