"""``bihuan check``: read, audit, print, write."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import glue
from bihuan.cli.words import Stop, Words, version

if TYPE_CHECKING:
    import duckdb

    from bihuan.audit.run import Result
    from bihuan.cli.screen import Screen


Show = Callable[["Screen", "duckdb.DuckDBPyConnection", float], None]


def check(asked: argparse.Namespace, words: Words, show: Show | None = None) -> int:
    """Audit a folder. 0: no open hole of 急 or 重; 1: some. ``show`` prints it elsewhere than on standard output."""
    from bihuan.audit import outputs, run
    from bihuan.cli import screen

    started = time.perf_counter()
    now, area = glue.moment(asked.as_of, words), glue.area(asked.area)
    out, rejects = _places(asked)
    glue.there(Path(asked.folder), words)
    states = ["open", *(["late"] if asked.history else []), *(["pending"] if asked.pending else [])]
    only = glue.asked_for(asked.only)
    with glue.connected() as con:
        with glue.shown(words) as step:
            program = glue.compiled(words, step)
            glue.chosen(program, only)
            folder = Path(asked.folder)
            intake = glue.intake(folder, con, program, words, step(words("读取", "read")))
            result = run.audit(
                con,
                program,
                now,
                lang=words.lang,
                only=only,
                area=area,
                states=states,
                absent=intake.absent,
                progress=step(words("查漏", "audit")),
            )
        try:
            if out is not None:
                outputs.write_holes(con, out, words.lang, about(asked, result, words), asked.pending)
            if rejects is not None:
                outputs.write_rejects(con, rejects, words.lang)
        except outputs.Unwritable as refused:
            raise Stop(refused.zh, refused.en) from refused
        made = screen.Screen(asked, words, program, intake, result, out, rejects)
        (show or screen.Screen.show)(made, con, time.perf_counter() - started)
    return 1 if result.serious else 0


def _places(asked: argparse.Namespace) -> tuple[Path | None, Path | None]:
    """Where the lists go; raises Stop at once where one cannot be written."""
    from bihuan.audit import outputs

    out = Path(asked.out) if asked.out else None
    rejects = Path(asked.rejects) if asked.rejects else outputs.rejects_path(out) if out else None
    try:
        for path in (out, rejects):
            if path is not None:
                outputs.check(path)
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused
    if out is not None and rejects is not None and out.resolve() == rejects.resolve():
        raise Stop("--out 和 --rejects 是同一个文件：请分开写", "--out and --rejects are one file: name two")
    return out, rejects


def about(asked: argparse.Namespace, result: Result, words: Words) -> list[tuple[str, str]]:
    """What a workbook says of itself."""
    counts = "  ".join(f"{s} {result.number((s,))}" for s in ("急", "重", "常"))
    said = [
        (words("截至", "As of"), f"{result.now:%Y-%m-%d %H:%M:%S}"),
        (words("台账", "Ledgers"), str(asked.folder) or words("指挥台的数据库", "the desk's database")),
        (words("漏洞", "Holes"), counts),
        (
            words("轻重", "Severity"),
            words(
                "急：风险正在外溢；重：闭环断了；常：日常维护", "急 risk is loose now; 重 the loop is broken; 常 upkeep"
            ),
        ),
        (
            words("怎样闭合", "How a hole closes"),
            words(
                "按“整改举措”去做并登入台账，再查一次就没有了；在这份清单上划掉不算。",
                "Do what the remedy says and record it in the ledgers; the next audit no longer finds it. "
                "Striking it off this list does not close it.",
            ),
        ),
        (words("程序", "Program"), f"bihuan {version()}"),
    ]
    if asked.only:
        said.insert(2, (words("只查", "Only"), ", ".join(asked.only)))
    if asked.area:
        said.insert(2, (words("区划", "Area"), asked.area))
    return said
