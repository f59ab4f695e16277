"""What a command reports: lines and tables, in colour on a terminal, plain and aligned where it is piped."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bihuan.cli.aligned import one_line, table

if TYPE_CHECKING:
    from rich.console import Console

Style = Literal["", "strong", "accent", "dim", "warn"]
STYLES: dict[Style, str] = {"": "default", "strong": "bold", "accent": "cyan", "dim": "dim", "warn": "yellow"}
COLOURS = {"急": "bold red", "重": "yellow", "常": "default"}
"""Red for 急 alone."""

FIRST = 20
"""Rows of a table where there is no screen to fit."""
LEAST = 5
"""Rows of a table on the smallest of screens."""


@dataclass(frozen=True)
class Line:
    """One line; an empty one parts what belongs apart."""

    text: str = ""
    style: Style = ""


@dataclass(frozen=True)
class Grid:
    """A table, with or without heads. The columns in ``numbers`` are flushed right; the last takes the room left."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: tuple[int, ...] = ()
    high: int = 2
    """Lines that a row may take on a terminal."""


Part = Line | Grid


def on_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def lines(parts: Sequence[Part]) -> list[str]:
    """The parts as plain lines; cells stand on one line each."""
    said: list[str] = []
    for part in parts:
        if isinstance(part, Line):
            said.append(one_line(part.text))
        else:
            rows = (part.heads, *part.rows) if part.heads else part.rows
            said += table([[one_line(cell) for cell in row] for row in rows], part.numbers)
    return said


def show(parts: Sequence[Part], console: Console | None = None) -> None:
    """Print the parts on standard output."""
    if console is None and not on_terminal():
        for line in lines(parts):
            print(line)
        return
    from rich.console import Console as Terminal
    from rich.text import Text

    console = console or Terminal(highlight=False)
    for part in parts:
        if isinstance(part, Line):
            console.print(Text(one_line(part.text), style=STYLES[part.style]), soft_wrap=True)
        elif part.rows:
            _coloured(console, part)


def _coloured(console: Console, grid: Grid) -> None:
    from rich.table import Table
    from rich.text import Text

    from bihuan.cli.aligned import width, wrapped

    cells = [[one_line(cell) for cell in row] for row in grid.rows]
    heads = grid.heads or [""] * len(cells[0])
    last = len(heads) - 1
    widths = [max(width(row[place]) for row in (heads, *cells)) for place in range(last)]
    room = max(console.width - sum(widths) - 2 * last - 1, 16)
    shown = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim", show_header=bool(grid.heads))
    for place, head in enumerate(heads):
        # Numbers at the end stand by their heading, not at the screen's edge.
        wide = None if place == last and last in grid.numbers else [*widths, room][place]
        justify: Literal["left", "right"] = "right" if place in grid.numbers else "left"
        shown.add_column(head, justify=justify, width=wide, no_wrap=True, overflow="ellipsis")
    for row in cells:
        told = [Text(cell, style=COLOURS.get(cell, "default")) for cell in row[:last]]
        long = row[last] if last in grid.numbers else "\n".join(wrapped(row[last], room, grid.high))
        shown.add_row(*told, Text(long))
    console.print(shown)


def most(tables: int, taken: int) -> int:
    """How many rows each of so many tables may have, besides ``taken`` lines: what fits one screen on a terminal."""
    if not on_terminal():
        return FIRST
    import shutil

    high = shutil.get_terminal_size().lines
    return max((high - taken) // max(tables, 1), LEAST)
