"""What every command says first of what it could not read, so that nobody takes silence for health."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli.aligned import one_line
from bihuan.cli.report import Line, Part
from bihuan.cli.words import Words

if TYPE_CHECKING:
    from bihuan.exchange.read import Intake


def unread(intake: Intake, words: Words) -> list[str]:
    """The files that could not be read."""
    said = [p.said(words.lang) for p in intake.problems if p.kind == "unreadable"]
    head = words(f"读不了的 {len(said)} 个，没有查：", f"{len(said)} could not be read, and were not audited:")
    return [head, *(f"  {one_line(s)}" for s in said)] if said else []


def odd(intake: Intake, words: Words, rejects: Path | None = None, hint: bool = True) -> list[str]:
    """Sheets and columns that nobody knows, required columns that lack; rejected rows. ``hint``: the command can write
    the rejects to a file."""
    lines = [one_line(p.said(words.lang)) for p in intake.problems if p.kind != "unreadable"]
    if n := intake.rejected:
        where = words("加 --rejects FILE 看是哪些", "name a file with --rejects to see which")
        if rejects:
            where = words(f"见 {rejects}", f"see {rejects}")
        elif not hint:
            where = words("用 bihuan check … --rejects FILE 看是哪些", "see bihuan check … --rejects FILE")
        lines.append(words(f"{n} 行读不了，已退回，其余照查：{where}", f"{n} rows rejected, the rest audited: {where}"))
    return lines


def first(intake: Intake, words: Words) -> list[Part]:
    """The same as parts of a report."""
    lines = [*unread(intake, words), *odd(intake, words, hint=False)]
    return [*(Line(text, "warn") for text in lines), *([Line()] if lines else [])]
