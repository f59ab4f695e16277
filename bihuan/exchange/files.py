"""Files and sheets: what is found in a folder, and the rows of each as plain text cells.

A plain CSV file is read by DuckDB in parallel, an odd one by Python's csv module; both count rows alike: from 1, the
header and blank rows too, a quoted cell with line breaks in one row.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bihuan.exchange.problems import NothingToRead, Problem

ENDINGS = (".csv", ".xlsx", ".parquet")
ASIDE = ("planted.csv", "as_of.txt")
"""Names of the demo's own files, which are no ledgers."""
OTHERS = (".xls", ".xlsm", ".xlsb", ".et", ".ods", ".numbers", ".tsv")
"""Tables of other forms: not read, and said so, since a ledger may be in them."""

HEAD = 40
"""Rows among which the header is sought."""


@dataclass
class Sheet:
    """A file, or one sheet of a workbook: its first rows as text, and how to come by the rest."""

    path: Path
    file: str
    sheet: str = ""
    head: list[list[str | None]] = field(default_factory=list)
    rows: list[list[str | None]] | None = None  # all rows, where they are at hand
    encoding: str = "utf-8"
    delimiter: str = ","
    plain: bool = False  # a CSV file that the engine may read itself
    parquet: bool = False
    kinds: list[str] = field(default_factory=list)  # of Parquet: the type of each column

    @property
    def stem(self) -> str:
        return self.path.stem


def find(folder: Path) -> list[Path]:
    """The files of a folder that may hold ledgers, in name order; a single file is itself."""
    zh_missing, en_missing = f"找不到 {folder}：请检查路径", f"{folder} does not exist: check the path"
    try:
        if folder.is_file():
            if folder.suffix.lower() not in ENDINGS:
                raise NothingToRead(
                    f"{folder} 不是台账文件：请指向 .csv、.xlsx、.parquet 文件，或放它们的文件夹",
                    f"{folder} is no ledger: name a .csv, .xlsx or .parquet file, or a folder of them",
                )
            return [folder]
        if not folder.is_dir():
            raise NothingToRead(zh_missing, en_missing)
        entries = sorted(folder.iterdir(), key=lambda p: p.name)
        found = [p for p in entries if _is_ledger_file(p)]
    except PermissionError as error:
        raise NothingToRead(
            f"没有权限读取文件夹 {folder}：请让管理员授权，或换一个能读的文件夹",
            f"no permission to read the folder {folder}: ask for it, or choose another",
        ) from error
    if not entries:
        raise NothingToRead(
            f"文件夹 {folder} 是空的：请放入台账（.csv、.xlsx、.parquet），或用 bihuan template 生成模板",
            f"the folder {folder} is empty: put ledgers (.csv, .xlsx, .parquet) in it, or see bihuan template",
        )
    if not found:
        raise NothingToRead(
            f"文件夹 {folder} 里没有台账文件（.csv、.xlsx、.parquet）：请检查路径，或用 bihuan template 生成模板",
            f"no ledgers (.csv, .xlsx, .parquet) in {folder}: check the path, or see bihuan template",
            tuple(beside(folder)),
        )
    return found


def beside(folder: Path) -> list[Problem]:
    """What of a folder is not read though it may hold ledgers: tables of other forms, folders within it."""
    problems = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name) if folder.is_dir() else ():
        if path.name.startswith((".", "~$")):
            continue
        if path.suffix.lower() in OTHERS and not path.is_dir():
            zh, en = "不读这种格式：请另存为 .xlsx 或 .csv", "this form is not read: save it as .xlsx or .csv"
            problems.append(_unreadable(path, zh, en))
        elif path.is_dir() and _holds_ledgers(path):
            zh, en = "子文件夹里的台账不读：请移到上一层", "ledgers in a folder within are not read: move them up"
            problems.append(_unreadable(path, zh, en))
    return problems


def _holds_ledgers(folder: Path) -> bool:
    try:
        return any(_is_ledger_file(p) for p in folder.iterdir())
    except PermissionError:
        return True  # it may


def _is_ledger_file(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return path.suffix.lower() in ENDINGS and not hidden and path.name not in ASIDE and not path.is_dir()


def sheets(path: Path) -> Iterator[Sheet | Problem]:
    """The sheets of one file, or what keeps it from being read."""
    try:
        if path.stat().st_size == 0:
            yield _unreadable(path, "文件是空的（0 字节）：请重新导出", "the file is empty (0 bytes): export it again")
        elif path.suffix.lower() == ".csv":
            yield from _csv(path)
        elif path.suffix.lower() == ".xlsx":
            yield from _workbook(path)
        else:
            yield _parquet(path)
    except PermissionError:
        yield _unreadable(path, "没有读取权限：请让管理员授权", "no permission to read it: ask for it")
    except OSError as error:
        yield _unreadable(
            path, f"读取失败（{error.strerror}）：请检查磁盘后重试", f"reading failed ({error.strerror}): try again"
        )


def _unreadable(path: Path, zh: str, en: str) -> Problem:
    return Problem("unreadable", path.name, "", f"{path.name}：{zh}", f"{path.name}: {en}")


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────


def _csv(path: Path) -> Iterator[Sheet | Problem]:
    data = path.read_bytes()
    encoding = next((e for e in ("utf-8-sig", "gb18030") if _decodes(data, e)), None)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and _decodes(data, "utf-16"):
        encoding = "utf-16"
    if encoding != "utf-8-sig" and encoding != "utf-16" and (line := _damaged(data)):
        encoding = "utf-8-sig"
        yield _unreadable(
            path,
            f"第 {line} 行起有损坏的字节（如文件被截断），坏处读作 \ufffd：请重新导出",
            f"bytes are damaged from line {line} on (cut off, perhaps) and read as \ufffd: export it again",
        )
    if encoding is None:
        yield _unreadable(
            path,
            "编码认不出（既不是 UTF-8 也不是 GBK）：请另存为 CSV UTF-8",
            "its encoding is neither UTF-8 nor GBK: save it as CSV UTF-8",
        )
        return
    if b"\x00" in data[:4096] and encoding != "utf-16":
        yield _unreadable(path, "不是文本文件：请另存为 CSV UTF-8", "it is no text file: save it as CSV UTF-8")
        return
    if data.count(b'"') % 2 and (row := _unclosed(data.decode(encoding, errors="replace"))):
        yield _unreadable(
            path,
            f"第 {row} 行的引号没有闭合，从这里到文件末尾都成了一格：请补上引号后重查",
            f"a quotation mark opens in row {row} and is never closed, so all that follows is one cell: close it",
        )
    text = data[: 1 << 16].decode(encoding, errors="replace")
    plain = encoding == "utf-8-sig" and _decodes(data, encoding) and not _odd(data)
    head = records(text)[:HEAD]
    yield Sheet(path, path.name, head=head, encoding=encoding, delimiter=delimiter(text), plain=plain)


def _unclosed(text: str) -> int:
    """The row in which a quoted cell begins that never ends; 0 where there is none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    rows = 0
    try:
        for _ in reader:
            rows += 1
    except csv.Error as error:
        return rows + 1 if "end of data" in str(error) else 0
    return 0


DAMAGE = 0.02
"""Share of letters beyond ASCII that may be damaged in a file that is UTF-8 all the same."""


def _damaged(data: bytes) -> int:
    """The first line with bytes that are not UTF-8, of a file that otherwise is: GBK would read all of it, and wrongly.
    0: it is another encoding."""
    text = data.decode("utf-8-sig", errors="replace")
    beyond = sum(not char.isascii() for char in text)
    bad = text.count("\ufffd")
    if bad == 0 or bad > max(beyond * DAMAGE, 1) or beyond == bad:
        return 0
    return text.count("\n", 0, text.index("\ufffd")) + 1


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _odd(data: bytes) -> bool:
    """Blank lines and bare carriage returns, which the engine would count otherwise."""
    blank = b"\n\n" in data or b"\n\r\n" in data or data.startswith((b"\n", b"\r"))
    return blank or data.count(b"\r") != data.count(b"\r\n")


def delimiter(text: str) -> str:
    """What parts the cells: that which stands in most lines, and of those most often; a cell may hold another."""
    lines = text[: 1 << 14].splitlines()[:HEAD]
    return max(",\t;", key=lambda mark: (sum(mark in line for line in lines), text[: 1 << 14].count(mark)))


def records(text: str) -> list[list[str | None]]:
    """The rows of a CSV text; cells of nothing but space are none."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    return [[cell if cell.strip() else None for cell in row] for row in reader]


# ── workbooks ───────────────────────────────────────────────────────────────────────────────────


def _workbook(path: Path) -> Iterator[Sheet | Problem]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
    except PasswordError:
        yield _unreadable(path, "工作簿有密码：请去掉密码后另存", "the workbook has a password: save it without one")
        return
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        if path.read_bytes()[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            yield _unreadable(
                path,
                "工作簿有密码，或是旧格式 .xls：请去掉密码，另存为 .xlsx",
                "the workbook has a password or is an old .xls: save it as .xlsx without one",
            )
        else:
            yield _unreadable(
                path,
                "工作簿不完整或已损坏：请重新导出或从备份恢复",
                f"the workbook is truncated or damaged: export it again ({type(error).__name__})",
            )
        return
    empty = True
    for name in names:
        try:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, ValueError):
            yield Problem(
                "unreadable",
                path.name,
                name,
                f"{path.name} 的工作表“{name}”已损坏：请重新导出",
                f"sheet '{name}' of {path.name} is damaged: export it again",
            )
            empty = False
            continue
        rows = [[_cell_text(cell) for cell in row] for row in cells]
        if any(cell is not None for row in rows for cell in row):
            empty = False
            yield Sheet(path, path.name, name, head=rows[:HEAD], rows=rows)
    if empty:
        yield _unreadable(path, "工作簿里什么也没有：请检查，或重新导出", "the workbook holds nothing: export it again")


def _cell_text(cell: object) -> str | None:
    """A workbook's cell as its text: whole numbers without a point, moments as ISO, yes and no in Chinese."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        # Never 1e-05: a number is digits, whatever its size.
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, dt.datetime):
        whole = cell.replace(microsecond=0) + dt.timedelta(seconds=round(cell.microsecond / 1e6))
        return whole.isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return str(cell)
    text = str(cell)
    return text if text.strip() else None


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────


def _parquet(path: Path) -> Sheet | Problem:
    import duckdb

    try:
        found = duckdb.connect().execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)])
    except duckdb.Error:
        return _unreadable(
            path, "Parquet 文件不完整或已损坏：请重新导出", "the Parquet file is damaged: export it again"
        )
    head: list[str | None] = [d[0] for d in found.description]
    return Sheet(path, path.name, head=[head], parquet=True, kinds=[str(d[1]) for d in found.description])


def width(rows: list[list[str | None]]) -> int:
    return max(itertools.chain((len(row) for row in rows), [0]))
