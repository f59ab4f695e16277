"""What every command that reads ledgers does: connect, compile, read, tell how far it is."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    import duckdb

    from bihuan.exchange.problems import NothingToRead
    from bihuan.exchange.read import Intake
    from bihuan.kernel.program import Program, Said

Progress = Callable[[str, int, int], None]


def moment(text: str | None, words: Words) -> dt.datetime:
    """The as-of time; where none is given now, by this machine's clock. Raises Stop."""
    if not text:
        return dt.datetime.now().replace(microsecond=0)
    from bihuan.exchange.cells import Unreadable
    from bihuan.exchange.cells import moment as read

    try:
        at = read(text)
    except Unreadable:
        at = dt.datetime.min
    if not 1900 <= at.year <= 9000:
        raise Stop(
            f"读不出截至时间“{text}”：请写成 2022-01-06 或 2022-01-06T14:00",
            f"'{text}' is no time: write 2022-01-06 or 2022-01-06T14:00",
        )
    return at


def area(text: str | None) -> str:
    """The area code asked for, "" where none is. Raises Stop."""
    if text is None:
        return ""
    from bihuan.exchange.cells import Unreadable
    from bihuan.exchange.cells import area as read

    try:
        return read(text)
    except Unreadable as error:
        raise Stop(
            f"“{text}”不是区划代码：请填 2、4、6、9、12 或 15 位数字，如 610723",
            f"'{text}' is no area code: it has 2, 4, 6, 9, 12 or 15 digits, e.g. 610723",
        ) from error


def asked_for(only: Sequence[str]) -> list[str]:
    """The names that ``--only`` gave, one or several each time."""
    return [name for text in only for name in text.replace("，", ",").split(",") if name.strip()]


def chosen(program: Program, names: Sequence[str]) -> tuple[str, ...]:
    """The holes that are meant; every one where no name is given. Raises Stop, with the nearest names."""
    from bihuan.audit import run

    try:
        return run.chosen(program, names)
    except run.UnknownLoop as unknown:
        near = unknown.near
        zh = f"是不是 {'、'.join(near)}？" if near else "全部名称见 bihuan explain"
        en = f"did you mean {', '.join(near)}?" if near else "see bihuan explain for all of them"
        raise Stop(
            f"没有叫“{unknown.name}”的漏洞或闭环：{zh}", f"no hole or loop is called '{unknown.name}': {en}"
        ) from unknown


def one_hole(program: Program, name: str) -> Said:
    """The one hole that is meant. Raises Stop where it is none, or a loop of several."""
    holes = chosen(program, [name])
    if len(holes) > 1:
        raise Stop(
            f"“{name}”有 {len(holes)} 种漏洞，请写明是哪一种：{'、'.join(holes)}",
            f"'{name}' has {len(holes)} holes, name one: {', '.join(holes)}",
        )
    return next(s for s in program.loops if s.hole == holes[0])


def addressed(names: Sequence[str], program: Program, words: Words) -> tuple[Path, Said, str, str | None]:
    """Folder, hole, subject and item from ``[DIR] HOLE SUBJECT [ITEM]``; the folder may also stand last, and where none
    is named it is the current one. Raises Stop."""

    def is_hole(name: str) -> bool:
        from bihuan.audit import run

        try:
            return bool(run.chosen(program, [name]))
        except run.UnknownLoop:
            return False

    folder, rest = Path(), list(names)
    first_is_folder = len(rest) > 1 and is_hole(rest[1]) and (not is_hole(rest[0]) or Path(rest[0]).exists())
    if first_is_folder or (not is_hole(rest[0]) and Path(rest[0]).exists()):
        folder = Path(rest.pop(0))
    elif len(rest) > 2 and Path(rest[-1]).is_dir():
        folder = Path(rest.pop())
    hole = one_hole(program, rest[0]) if rest else None
    if hole is None or not 2 <= len(rest) <= 3:
        raise Stop(
            "请写成：台账文件夹 漏洞 对象 [分项]，如 bihuan why 台账 arrival.silent 证件号",
            "write DIR HOLE SUBJECT [ITEM], e.g. bihuan why LEDGERS arrival.silent DOCUMENT",
        )
    return folder, hole, rest[1], rest[2] if len(rest) > 2 else None


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own, in memory; what does not fit there goes to the temporary folder and is removed."""
    import duckdb

    spill = Path(tempfile.gettempdir()) / f"bihuan-{os.getpid()}.spill"
    con = duckdb.connect(":memory:")
    con.execute(f"SET temp_directory = '{str(spill).replace(chr(39), chr(39) * 2)}'")
    con.execute("SET autoinstall_known_extensions = false; SET enable_progress_bar = false")
    try:
        yield con
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)


SMALL = 20_000_000
"""Bytes of ledgers below which a second thread costs more than it brings: an audit is a thousand small statements."""


def _size(folder: Path) -> int:
    """Bytes of a file, or of the files of a folder; of what cannot be looked at 0."""
    try:
        files = [folder] if folder.is_file() else list(folder.iterdir())
        return sum(f.stat().st_size for f in files if f.is_file())
    except OSError:
        return 0


def intake(
    folder: Path, con: duckdb.DuckDBPyConnection, program: Program, words: Words, progress: Progress | None
) -> Intake:
    """Read the ledgers of a folder or file. Raises Stop where there is nothing to read."""
    from bihuan.exchange.problems import NothingToRead
    from bihuan.exchange.read import read

    if _size(folder) < SMALL:
        con.execute("SET threads = 1")
    try:
        return read(folder, con, program.ledgers, program.parameters, lang=words.lang, progress=progress)
    except NothingToRead as nothing:
        raise nothing_to_read(nothing, words) from nothing


def nothing_to_read(nothing: NothingToRead, words: Words) -> Stop:
    """The sentence where no ledger at all could be read, and what is said of each file."""
    return Stop(nothing.zh, nothing.en, [f"  {p.said(words.lang)}" for p in nothing.problems])


@contextmanager
def writing(*paths: Path | None) -> Iterator[None]:
    """Raises Stop where one of these files cannot be written: before the work where that can be told, else after it."""
    from bihuan.audit import outputs

    try:
        for path in paths:
            if path is not None:
                outputs.check(path)
        yield
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused


def there(folder: Path, words: Words) -> None:
    """Raises Stop where there is nothing to read: before the rules are compiled, which may take a while."""
    from bihuan.exchange import files
    from bihuan.exchange.problems import NothingToRead

    try:
        files.find(folder)
    except NothingToRead as nothing:
        raise nothing_to_read(nothing, words) from nothing


@contextmanager
def shown(words: Words) -> Iterator[Callable[[str], Progress]]:
    """A progress bar on a terminal, nothing elsewhere: ``with shown(words) as step: … progress=step("读取")``."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":

        def silent(name: str, done: int, total: int) -> None:
            pass

        yield lambda what: silent
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.fields[what]}"),
        progress.BarColumn(bar_width=24),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.description}"),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def step(what: str) -> Progress:
            task = bar.add_task("", what=what, total=None)

            def tell(name: str, done: int, total: int) -> None:
                bar.update(task, description=name, completed=done, total=total)
                if done + 1 >= total:
                    bar.update(task, completed=total)

            return tell

        yield step


def compiled(words: Words, step: Callable[[str], Progress], anew: bool = False, live: bool = False) -> Program:
    """The compiled program; the first time it takes some seconds, which is said. Raises Stop where a county's own
    package cannot be used: without its loops the audit would be silent on them. ``live``: what the living loop needs
    as well, or the first row that is saved would wait for it."""
    from bihuan.audit import programs
    from bihuan.domains import own

    progress: Progress | None = None

    def tell(name: str, done: int, total: int) -> None:
        nonlocal progress
        if progress is None:
            if not sys.stderr.isatty():
                print(
                    words("首次使用，正在编译规则，约需十几秒……", "first use: compiling the rules, some ten seconds …"),
                    file=sys.stderr,
                    flush=True,
                )
            progress = step(words("编译", "compile"))
        progress(name, done, total)

    try:
        if live:
            programs.live(tell, anew=anew)
        return programs.load(tell, anew=anew)
    except own.Broken as broken:
        raise Stop(broken.zh, broken.en) from broken
