"""What every command that reads ledgers does: connect, compile, read, tell how far it is."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    import duckdb

    from bihuan.exchange.read import Intake
    from bihuan.kernel.program import Program

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
    """The division code asked for, "" where none is. Raises Stop."""
    if text is None:
        return ""
    from bihuan.exchange.cells import Unreadable
    from bihuan.exchange.cells import area as read

    try:
        return read(text)
    except Unreadable as error:
        raise Stop(
            f"“{text}”不是区划代码：请填 2、4、6、9、12 或 15 位数字，如 610723",
            f"'{text}' is no division code: it has 2, 4, 6, 9, 12 or 15 digits, e.g. 610723",
        ) from error


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


def intake(
    folder: Path, con: duckdb.DuckDBPyConnection, program: Program, words: Words, progress: Progress | None
) -> Intake:
    """Read the ledgers of a folder or file. Raises Stop where there is nothing to read."""
    from bihuan.exchange.problems import NothingToRead
    from bihuan.exchange.read import read

    try:
        return read(folder, con, program.ledgers, program.parameters, lang=words.lang, progress=progress)
    except NothingToRead as nothing:
        raise Stop(nothing.zh, nothing.en, [f"  {p.said(words.lang)}" for p in nothing.problems]) from nothing


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
        progress.MofNCompleteColumn(),
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


def compiled(words: Words, step: Callable[[str], Progress], anew: bool = False) -> Program:
    """The compiled program; the first time it takes some seconds, which is said."""
    from bihuan.audit import programs

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

    return programs.load(tell, anew=anew)
