"""Lists as files, by the same writer as ``bihuan check``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bihuan.audit import outputs, texts
from bihuan.desk import knowledge, masking
from bihuan.desk.viewing import Viewing

COLUMNS = (*texts.COLUMNS, "state")
MOMENTS = ("since", "closed_at")


def holes(
    rows: Iterable[Any], path: Path, viewing: Viewing, now: dt.datetime, filters: Iterable[tuple[str, str]]
) -> None:
    """Write holes to ``path`` (.xlsx, .csv), in the order given, in the page's language."""
    import duckdb

    from bihuan.engines.duckdb import insert

    con = duckdb.connect(":memory:")
    kinds = ", ".join(f'"{c}" {"TIMESTAMP" if c in MOMENTS else "VARCHAR"}' for c in COLUMNS)
    con.execute(f"CREATE TEMP TABLE printed ({kinds})")
    insert(con, "printed", [_row(hole, viewing) for hole in rows])
    said = ", ".join(viewing.of(f) for f in filters) or viewing.two("全部", "all")
    about = [
        (viewing.two("截至", "As of"), f"{now:%Y-%m-%d %H:%M:%S}"),
        (viewing.two("区划", "Area"), viewing.area or viewing.two("全部", "all")),
        (viewing.two("筛选", "Filters"), said),
    ]
    outputs.write_holes(con, path, viewing.lang, about)
    con.close()


def _row(hole: Any, viewing: Viewing) -> tuple[Any, ...]:
    said = knowledge.loops().get(hole.hole)
    name = viewing.of(said.name) if said else hole.hole
    text, remedy = (hole.text_zh, hole.remedy_zh) if viewing.zh else (hole.text_en, hole.remedy_en)
    values = {"name": name, "text": text, "remedy": remedy}
    row = [values.get(c) or getattr(hole, c, None) for c in COLUMNS]
    return tuple(_cell(hole, c, v) for c, v in zip(COLUMNS, row, strict=True))


def _cell(hole: Any, column: str, value: Any) -> Any:
    """Identity numbers are hidden in a file as they are on the page."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if not isinstance(value, str):
        return value
    person = column == "subject" and hole.subject_kind == "person"
    return masking.masked_document(value) if person else masking.masked_about(value, hole)
