"""Which ledger a file or sheet is, where its header stands, and which column is which."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bihuan.exchange.files import Sheet
from bihuan.exchange.problems import Problem
from bihuan.kernel.ledger import Column, Ledger


def name(text: str | None) -> str:
    """A name as people write it: width, case, spaces, line breaks and marks of what is required make no difference."""
    value = unicodedata.normalize("NFKC", text or "").casefold()
    return re.sub(r"[\s*]+|\((必填|required)\)", "", value)


class Names:
    """Ledgers by English name or Chinese title."""

    def __init__(self, ledgers: Iterable[Ledger]) -> None:
        self.ledgers = {n: ledger for ledger in ledgers for n in (name(ledger.name), name(ledger.title))}
        self.columns = {
            ledger.name: {n: c for c in ledger.all_columns for n in (name(c.name), name(c.heading))}
            for ledger in self.ledgers.values()
        }

    def ledger(self, sheet: Sheet, alone: bool) -> Ledger | None:
        """By the sheet's name; a workbook with one sheet, and any other file, also by the file's."""
        if sheet.sheet and (found := self.ledgers.get(name(sheet.sheet))):
            return found
        return self.ledgers.get(name(sheet.stem)) if alone or not sheet.sheet else None

    def nearest(self, text: str) -> Ledger | None:
        near = difflib.get_close_matches(name(text), list(self.ledgers), 1, 0.5)
        return self.ledgers[near[0]] if near else None


@dataclass
class Header:
    """Where a sheet's header stands, and its columns: (place in the row, column)."""

    row: int  # from 1
    columns: list[tuple[int, Column]]
    width: int
    complete: bool  # no required column lacks


def find(sheet: Sheet, ledger: Ledger, names: Names) -> tuple[Header | None, list[Problem]]:
    """The row with the most known headings, and what is odd about it: unknown columns, required ones that lack."""
    known = names.columns[ledger.name]
    scores = [sum(name(cell) in known for cell in row if cell) for row in sheet.head]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i), default=0)
    heads, last = _merged(sheet.head, best, known) if scores else ([], 0)
    where = sheet.file + (f" 的工作表“{sheet.sheet}”" if sheet.sheet else "")
    where_en = sheet.file + (f", sheet '{sheet.sheet}'" if sheet.sheet else "")
    if not scores or scores[best] == 0:
        wanted = "、".join(c.heading for c in ledger.columns if c.required)
        wanted_en = ", ".join(c.name for c in ledger.columns if c.required)
        return None, [
            Problem(
                "header",
                sheet.file,
                sheet.sheet,
                f"{where}：找不到表头，请加上列名一行（至少：{wanted}）",
                f"{where_en}: no header row found; add one with at least {wanted_en}",
            )
        ]
    columns: list[tuple[int, Column]] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for place, cell in enumerate(heads):
        if cell is None:
            continue
        column = known.get(name(cell))
        if column is None:
            near = _nearest(cell, known)
            problems.append(
                Problem(
                    "column",
                    sheet.file,
                    sheet.sheet,
                    f"{where}：不认识的列“{cell.strip()}”，未读入" + (f"；是不是“{near.heading}”？" if near else ""),
                    f"{where_en}: unknown column '{cell.strip()}' is kept out"
                    + (f"; is it '{near.name}'?" if near else ""),
                )
            )
        elif column.name in taken:
            problems.append(
                Problem(
                    "column",
                    sheet.file,
                    sheet.sheet,
                    f"{where}：列“{cell.strip()}”出现两次，只读第一次的",
                    f"{where_en}: column '{cell.strip()}' stands twice; only the first is read",
                )
            )
        else:
            taken.add(column.name)
            columns.append((place, column))
    lacking = [c for c in ledger.columns if c.required and c.name not in taken]
    if lacking:
        listed, listed_en = "、".join(c.heading for c in lacking), ", ".join(c.name for c in lacking)
        problems.append(
            Problem(
                "required",
                sheet.file,
                sheet.sheet,
                f"{where}：缺少必填列 {listed}，这些行都不能读入；请补上该列",
                f"{where_en}: required column {listed_en} is not there, so none of its rows can be read; add it",
            )
        )
    return Header(last + 1, columns, len(heads), complete=not lacking), problems


def _merged(rows: list[list[str | None]], best: int, known: dict[str, Column]) -> tuple[list[str | None], int]:
    """The heading of each column, and the last row of the header. A merged cell stands in its first row and place: a
    heading that reaches over two rows is in the upper one, those that share one above them are in the lower."""

    def knows(cell: str | None) -> bool:
        return cell is not None and name(cell) in known

    def there(number: int) -> list[str | None]:
        return rows[number] if 0 <= number < len(rows) else []

    heads = list(rows[best])
    above, below = there(best - 1), there(best + 1)
    more = [cell for cell in below if cell]
    if more and all(map(knows, more)) and not any(knows(c) and knows(h) for c, h in zip(below, heads, strict=False)):
        heads += [None] * (len(below) - len(heads))
        heads = [below[i] if i < len(below) and below[i] else head for i, head in enumerate(heads)]
        return heads, best + 1
    heads += [None] * (len(above) - len(heads))
    return [head or (above[i] if i < len(above) and knows(above[i]) else None) for i, head in enumerate(heads)], best


def _nearest(text: str, known: dict[str, Column]) -> Column | None:
    near = difflib.get_close_matches(name(text), list(known), 1, 0.5)
    return known[near[0]] if near else None


def unknown_sheet(sheet: Sheet, names: Names) -> Problem:
    """What is said of a file or sheet that is no ledger."""
    text = sheet.sheet or sheet.stem
    near = names.nearest(text)
    where = f"{sheet.file} 的工作表“{sheet.sheet}”" if sheet.sheet else sheet.file
    where_en = f"{sheet.file}, sheet '{sheet.sheet}'" if sheet.sheet else sheet.file
    return Problem(
        "sheet",
        sheet.file,
        sheet.sheet,
        f"{where}：不是已知的台账，未读入" + (f"；是不是“{near.title}”？" if near else ""),
        f"{where_en}: no known ledger, not read" + (f"; is it '{near.name}'?" if near else ""),
    )


WRITTEN = ({"hole", "subject", "item", "since"}, {"file", "sheet", "row", "column", "reason", "advice"})
"""Columns by which a list that this program wrote is known: of holes, of rejects."""


def own(sheet: Sheet) -> bool:
    """Whether a sheet is a list that this program wrote beside the ledgers: no ledger, and nothing to be said of."""
    return bool(sheet.head) and any(names <= {(c or "").lstrip("\ufeff") for c in sheet.head[0]} for names in WRITTEN)


def order(ledgers: Sequence[Ledger]) -> list[Ledger]:
    """Ledgers so that what a row refers to comes before it; people and units are referred to by anybody."""
    done: list[Ledger] = []
    waiting = list(ledgers)
    while waiting:
        names = {ledger.name for ledger in waiting}
        free = [w for w in waiting if not ({c.refers for c in w.columns} & names) - {w.name, "people", "units"}]
        if not free:
            raise ValueError(f"ledgers refer to each other in a circle: {sorted(names)}")
        done += free
        waiting = [w for w in waiting if w not in free]
    return done
