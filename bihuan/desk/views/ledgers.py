"""台账: all ledgers; one ledger's list, for whichever; as a file; its template."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpResponse

from bihuan.desk import access, knowledge, masking
from bihuan.desk import rows as listed
from bihuan.desk.listing import COUNTED
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.domains import catalogue
from bihuan.exchange import template
from bihuan.kernel.ledger import Column, Ledger
from bihuan.live.masked import numbered

EXPORTED = 1_000_000
"""Rows of a file: what a sheet holds."""


def ledgers(asked: Asked) -> HttpResponse:
    """Every ledger by room, with how many rows it holds."""
    every = list(knowledge.ledgers().values())
    counts = listed.counts(asked, every, access.sizes())
    rooms: dict[str, list[Any]] = {}
    for which in every:
        rooms.setdefault(which.room, []).append((which, counts[which.name]))
    titles = {package.rpartition(".")[2]: title for package, title in catalogue.rooms().items()}
    named = [{"title": titles.get(room, (room, room)), "ledgers": own} for room, own in rooms.items()]
    return show(asked, "ledgers.html", "ledgers", rooms=named)


def ledger_of(name: str) -> Ledger:
    """The ledger of an address. Raises Http404."""
    try:
        return knowledge.ledgers()[name]
    except KeyError as error:
        raise Http404("no such ledger") from error


def ledger(asked: Asked, name: str) -> HttpResponse:
    """One ledger's list."""
    which = ledger_of(name)
    size = access.sizes().get(name, 0)
    wanted = listed.read(asked, which, size)
    number, exact = listed.count(asked, which, wanted)
    page = listed.page(asked, which, wanted)
    return show(
        asked,
        "ledger.html",
        "ledgers",
        ledger=which,
        name=name,
        page=page,
        names=access.access_names(asked, access.named(cell for row in page.rows for cell in row.cells)),
        wanted=wanted,
        sorts=listed.sorts(which, size),
        number=number,
        exact=exact,
        counted=COUNTED,
        begins=listed.begins(asked, which, size),
        filters=_filters(asked, which),
    )


def _filters(asked: Asked, which: Ledger) -> list[dict[str, Any]]:
    """The fields of the filter form: choices, yes and no, moments, references."""
    made = []
    for column in which.columns:
        choices = ("是", "否") if column.type == "bool" else column.choices
        word = listed.PREFIX + column.name
        if choices:
            made.append({"column": column, "kind": "choice", "word": word, "choices": choices})
        elif column.is_moment:
            made.append({"column": column, "kind": "moment", "word": word})
        elif column.type in ("ref", "area"):
            made.append({"column": column, "kind": "text", "word": word})
    for one in made:
        one |= {"value": asked.GET.get(one["word"], "")}
        one |= {end: asked.GET.get(f"{one['word']}.{end}", "") for end in ("from", "to")}
    return made


def as_file(asked: Asked, name: str, ending: str) -> HttpResponse | FileResponse:
    """The rows that are filtered, as a workbook or CSV that an import reads again."""
    which = ledger_of(name)
    if ending not in ("xlsx", "csv"):
        raise Http404("no such form")
    wanted = listed.read(asked, which, access.sizes().get(name, 0))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{which.title}.{ending}"
        people: set[str] = set()
        cells = (_shown(which, _noted(which, row, people)) for row in listed.each(asked, which, wanted, EXPORTED))
        (_workbook if ending == "xlsx" else _csv)(path, which, cells)
        looks.seen(asked, people, "file")
        stamp = f"{access.now(asked):%Y%m%d-%H%M}"
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{which.title}-{stamp}.{ending}")


def people_of(asked: Asked, which: Ledger, most: int) -> set[str]:
    """Whom the rows that are filtered are about; at most so many."""
    people: set[str] = set()
    for row in listed.each(asked, which, listed.read(asked, which, 0), EXPORTED):
        _noted(which, row, people)
        if len(people) >= most:
            break
    return people


def _noted(which: Ledger, row: tuple[Any, ...], people: set[str]) -> tuple[Any, ...]:
    """The row; whom it is about goes to ``people``."""
    for column, value in zip(which.columns, row, strict=False):
        if value and (column.refers == "people" or (which.name == "people" and column.name == "person")):
            people.add(value)
    return row


def _shown(which: Ledger, row: tuple[Any, ...]) -> list[str | float | int]:
    """Cells of a file: documents and phone numbers hidden, as on the page."""
    return [_cell(which, c, v) for c, v in zip(which.all_columns, row, strict=True)]


def _cell(which: Ledger, column: Column, value: Any) -> str | float | int:
    if value is None:
        return ""
    if column.type == "bool":
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes" if value.second == 0 else "seconds")
    if isinstance(value, int | float):
        return value
    return masking.masked_document(str(value)) if numbered(column, which) else masking.masked(str(value))


def _workbook(path: Path, which: Ledger, cells: Any) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(which.title)
        sheet.freeze_panes(1, 1)
        bold = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "white"})
        for place, column in enumerate(which.all_columns):
            sheet.set_column(place, place, max(14, 2 * len(column.heading) + 2))
            sheet.write_string(0, place, column.heading, bold)
        for number, row in enumerate(cells, 1):
            for place, value in enumerate(row):
                if value != "":
                    (sheet.write_string if isinstance(value, str) else sheet.write_number)(number, place, value)


def _csv(path: Path, which: Ledger, cells: Any) -> None:
    import csv

    # With a byte order mark a spreadsheet opens Chinese rightly.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([c.heading for c in which.all_columns])
        writer.writerows(cells)


def blank(asked: Asked, name: str) -> FileResponse:
    """The template of one ledger."""
    which = ledger_of(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        template.write(path, [which], asked.viewing.lang)
        title = asked.viewing.two(f"{which.title}模板.xlsx", f"{which.name}-template.xlsx")
        return FileResponse(path.open("rb"), as_attachment=True, filename=title)
