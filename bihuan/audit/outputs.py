"""The list of holes and the list of rejects as files: .csv, .xlsx, .parquet, .json, by ending. Written whole or not at
all: beside their place first, then moved there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.audit.texts import COLUMNS

if TYPE_CHECKING:
    import duckdb

ENDINGS = (".csv", ".xlsx", ".parquet", ".json")

REJECT_COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "advice")
MOMENTS = ("since", "closed_at", "since_before", "due")


class Unwritable(Exception):
    """A file that cannot be written: what is wrong and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en

    def said(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


def check(path: Path, endings: tuple[str, ...] = ENDINGS) -> None:
    """Raise Unwritable where ``path`` could not be written: better before an audit than after it."""
    if path.suffix.lower() not in endings:
        raise Unwritable(
            f"不认识 {path.name} 的格式：请以 {'、'.join(endings[:-1])} 或 {endings[-1]} 结尾",
            f"unknown format of {path.name}: let it end in {', '.join(endings[:-1])} or {endings[-1]}",
        )
    try:
        if path.is_dir():
            raise Unwritable(f"{path} 是文件夹：请写文件名", f"{path} is a folder: name a file")
        if not path.parent.is_dir():
            raise Unwritable(
                f"没有文件夹 {path.parent}：请先建立它，或换一个地方",
                f"there is no folder {path.parent}: make it first, or choose another place",
            )
        writable = os.access(path.parent, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise _refused(path)


def _refused(path: Path, why: str = "") -> Unwritable:
    zh, en = (f"（{why}）", f" ({why})") if why else ("", "")
    return Unwritable(
        f"写不了 {path}{zh}：请检查权限和磁盘空间，或换一个地方",
        f"cannot write {path}{en}: check permission and free space, or choose another place",
    )


@contextmanager
def whole(path: Path, endings: tuple[str, ...] = ENDINGS) -> Iterator[Path]:
    """A path to write to; what is written there becomes ``path`` at the end, or nothing does. Raises Unwritable."""
    check(path, endings)
    import duckdb

    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix.lower())
        os.close(handle)
        part = Path(name)
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except (OSError, duckdb.IOException) as error:
        raise _refused(path, getattr(error, "strerror", "") or "") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def rejects_path(out: Path) -> Path:
    """Where rejects go by default: beside the list, holes.csv → holes.rejects.csv."""
    return out.with_name(f"{out.stem}.rejects{out.suffix}")


def write_holes(
    con: duckdb.DuckDBPyConnection, path: Path, lang: str, about: list[tuple[str, str]], pending: bool = False
) -> None:
    """Write ``printed``. ``about`` (what, which) is told on a sheet of its own in a workbook. Where ``pending``
    ones were asked for the list has one column more, ``state``: open, late, pending."""
    columns = (*COLUMNS, "state") if pending else COLUMNS
    write_table(con, "printed", columns, path, lang, ("问题清单", "holes"), about)


def write_rejects(con: duckdb.DuckDBPyConnection, path: Path, lang: str) -> None:
    """Write ``rejects``."""
    write_table(con, "rejects", REJECT_COLUMNS, path, lang, ("退回行", "rejects"), [])


def write_table(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    path: Path,
    lang: str,
    title: tuple[str, str],
    about: list[tuple[str, str]],
) -> None:
    """Write these columns of a table, in its order; ``title`` is the sheet's name in a workbook, in both languages."""
    with whole(path) as part:
        ending = path.suffix.lower()
        if ending == ".xlsx":
            from bihuan.audit.workbook import write

            write(con, table, columns, part, lang, title[0 if lang == "zh" else 1], about)
            return
        moments = () if ending == ".parquet" else MOMENTS
        # With a byte order mark before its first name a spreadsheet opens Chinese rightly.
        mark = "\ufeff" if ending == ".csv" else ""
        listed = ", ".join(_column(c, c in moments, "" if place else mark) for place, c in enumerate(columns))
        con.execute(f"COPY (SELECT {listed} FROM {table}) TO {_text(str(part))} ({OPTIONS[ending]})")


OPTIONS = {
    ".csv": "FORMAT csv, HEADER",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".json": "FORMAT json, ARRAY true",
}


def _column(name: str, moment: bool, mark: str) -> str:
    value = f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%S')" if moment else f'"{name}"'
    return f'{value} AS "{mark}{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
