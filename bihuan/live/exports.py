"""Export (导出): the ledgers of the database as files that ``check`` reads to the same holes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.kernel.ledger import Column, Ledger
from bihuan.live import tables
from bihuan.live.faults import Fault

if TYPE_CHECKING:
    import psycopg

Progress = Callable[[str, int, int], None]


def _cell(column: Column) -> str:
    """SQL: a value as a cell that is read back to it."""
    name = tables.quoted(column.name)
    if column.type == "bool":
        return f"CASE {name} WHEN true THEN '是' WHEN false THEN '否' END"
    if column.type == "time":
        return f"to_char({name}, 'YYYY-MM-DD HH24:MI:SS')"
    if column.type == "date":
        return f"to_char({name}, 'YYYY-MM-DD')"
    if column.type == "real":
        # Digits with a point at the most: never an exponent.
        return f"{name}::numeric"
    return name


def export(con: psycopg.Connection[Any], folder: Path, lang: str, progress: Progress | None = None) -> dict[str, int]:
    """Write every ledger that holds rows to ``folder`` (new or empty): ledger → rows. All as of one moment.

    Every version that stands is a line, in the order of writing, so that the last of equals is the last here too.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Fault(
                f"{folder} 里已有东西：请换一个空的或新的文件夹", f"{folder} is not empty: choose a new or empty folder"
            )
    except OSError as error:
        raise Fault(
            f"写不了 {folder}（{error.strerror}）：请检查权限，或换一个地方",
            f"cannot write {folder} ({error.strerror}): check permission, or choose another place",
        ) from error
    written: dict[str, int] = {}
    every = list(tables.ledgers().values())
    try:
        with con.transaction():
            con.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for done, ledger in enumerate(every):
                if progress is not None:
                    progress(ledger.title if lang == "zh" else ledger.english, done, len(every))
                rows = _ledger(con, ledger, folder, lang)
                if rows:
                    written[ledger.name] = rows
    except BaseException:  # half of the ledgers would be audited as if they were all
        for path in folder.iterdir():
            path.unlink()
        raise
    return written


def _ledger(con: psycopg.Connection[Any], ledger: Ledger, folder: Path, lang: str) -> int:
    zh = lang == "zh"
    path = folder / f"{ledger.title if zh else ledger.name}.csv"
    cells = ", ".join(f"{_cell(c)} AS {tables.quoted(c.heading if zh else c.name)}" for c in ledger.all_columns)
    stands = f"SELECT {cells} FROM {tables.table(ledger)} WHERE replaced_by IS NULL ORDER BY id"
    with path.open("wb") as file, con.cursor() as cursor:
        file.write("\ufeff".encode())
        with cursor.copy(f"COPY ({stands}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for block in copy:
                file.write(block)
        rows = max(cursor.rowcount, 0)
    if not rows:
        path.unlink()
    return rows
