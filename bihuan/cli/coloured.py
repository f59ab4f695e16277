"""The output of a check on a terminal: one screen, red for 急 alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bihuan.cli.aligned import width
from bihuan.cli.screen import LEAST, SEVERITIES, Screen

if TYPE_CHECKING:
    import duckdb

COLOURS = {"急": "bold red", "重": "yellow", "常": "default"}
ACCENT = "cyan"


def show(screen: Screen, con: duckdb.DuckDBPyConnection, seconds: float, console: Console | None = None) -> None:
    """Print it, as much as the screen holds: of warnings the first lines of each kind, of holes what fits."""
    console = console or Console(highlight=False)
    words = screen.words
    used = 0
    for said, style in ((screen.unread(), "bold red"), (screen.odd(), "yellow"), (screen.not_judged(), "yellow")):
        lines = (
            said if len(said) <= 8 else [*said[:7], words(f"  ……还有 {len(said) - 7} 条", f"  … {len(said) - 7} more")]
        )
        for place, line in enumerate(lines):
            console.print(Text(line), style=style if place == 0 else "default")
            used += 1 + width(line) // max(console.width, 1)
    console.print(Text(screen.headline(seconds)), style=ACCENT)
    console.print(_totals(screen))
    counts = _counts(screen, console.width)
    if counts is not None:
        console.print(counts)
    last = screen.next(con)
    used += 2 + (counts.row_count + 2 if counts is not None else 0) + len(last) + 5
    holes = _holes(screen, con, console, max(console.height - used, LEAST))
    if holes is not None:
        console.print(holes)
    for line in last:
        console.print(Text(line), style="dim", soft_wrap=True)


def _totals(screen: Screen) -> Text:
    text = Text()
    for place, part in enumerate(screen.totals().split("  ")):
        text.append("  " * bool(place))
        text.append(part, style=f"{COLOURS.get(part[0], 'default')} bold" if part[0] in COLOURS else "bold")
    return text


def _counts(screen: Screen, places: int) -> Table | None:
    """The counts by loop, in as many columns of loops as fit."""
    rows = screen.counts()
    if not rows:
        return None
    names = max(width(row[1]) + 1 + width(row[0]) for row in rows)
    beside = max(min(places // (names + 17), len(rows)), 1)
    high = -(-len(rows) // beside)
    grid = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    for _ in range(beside):
        grid.add_column(screen.words("闭环", "loop"), width=names)
        for severity in SEVERITIES:
            grid.add_column(severity, justify="right", style=COLOURS[severity], width=3)
    for line in range(high):
        cells: list[Text | str] = []
        for block in range(beside):
            place = block * high + line
            if place < len(rows):
                name, title, *numbers = rows[place]
                cells += [Text.assemble(title, " ", (name, "dim")), *numbers]
        grid.add_row(*cells)
    return grid


def _holes(screen: Screen, con: duckdb.DuckDBPyConnection, console: Console, lines: int) -> Table | None:
    """The first holes, as many as ``lines`` hold; a long sentence takes two."""
    rows = screen.first(con, lines)
    if not rows:
        return None
    heads = screen.words("轻重 起始 漏洞 问题 责任人", "sev. since hole what owner").split()
    year = str(screen.result.now.year)
    holes = max(width(r[2]) for r in rows)
    owners = min(max(width(heads[4]), *(width(r[4]) for r in rows)), 12)
    sentence = max(console.width - holes - owners - 4 - 11 - 10, 16)
    grid = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim", title_justify="left")
    grid.add_column(heads[0], width=4)
    grid.add_column(heads[1], width=11)
    grid.add_column(heads[2], width=holes)
    grid.add_column(heads[3], width=sentence)
    grid.add_column(heads[4], width=owners, no_wrap=True, overflow="ellipsis")
    shown = 0
    for severity, since, hole, text, owner in rows:
        lines -= -(-width(text) // sentence)
        if lines < 0 and shown >= LEAST:
            break
        at = since[5:] if since.startswith(year) else since[2:10]
        grid.add_row(Text(severity, style=COLOURS[severity]), at, Text(hole, style=ACCENT), Text(text), Text(owner))
        shown += 1
    more = screen.rest(shown)
    if more:
        grid.add_row("", "", "", Text(more[0], style="dim"), "")
    return grid
