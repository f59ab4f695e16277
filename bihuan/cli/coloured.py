"""The output of a check on a terminal: one screen, red for 急 alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bihuan.cli import report
from bihuan.cli.aligned import cut, width, wrapped
from bihuan.cli.report import COLOURS, LEAST
from bihuan.cli.screen import SEVERITIES, Screen

if TYPE_CHECKING:
    import duckdb

ACCENT = report.STYLES["accent"]


def show(screen: Screen, con: duckdb.DuckDBPyConnection, seconds: float, console: Console | None = None) -> None:
    """Print as much as the screen holds: of each kind of warning the first lines, of holes what fits below."""
    console = console or Console(highlight=False)
    before = _Lines(console)
    # What could not be read takes what it needs, within reason; of the rest a few lines, and the number of the others.
    warnings = (
        (screen.unread(), "bold yellow", max(console.height // 4, 4)),
        (screen.odd(), "yellow", max(console.height // 10, 2)),
        (screen.not_judged(), "yellow", max(console.height // 10, 2)),
    )
    for said, style, most in warnings:
        for place, line in enumerate(_few(said, most, screen)):
            before.add(Text(cut(line, console.width), style=style if place == 0 else "default"))
    before.add(Text(screen.headline(seconds), style=ACCENT))
    before.add(_totals(screen))
    after = _Lines(console)
    for line in screen.next(con):
        after.add(Text(line, style="dim"))
    # What was asked for beside the holes shares the screen with them.
    asked = screen.asked.pending + screen.asked.history
    room = console.height - before.used - after.used - 2
    high = max(room - LEAST - 4, 4) if not asked else max(room // 4, 4)
    counts, high = _counts(screen, console.width, high)
    share = max((room - high) // (1 + asked), LEAST)
    holes = _holes(screen, con, console.width, share)
    before.show()
    for grid in (counts, holes):
        if grid is not None:
            console.print(grid)
    for parts in screen.lists(con, share, max(share - 4, 1)):
        report.show(parts, console)
    after.show()


class _Lines:
    """Lines to print, and how many of the screen's they take."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.lines: list[Text] = []
        self.used = 0

    def add(self, line: Text) -> None:
        self.lines.append(line)
        self.used += max(-(-width(line.plain) // max(self.console.width, 1)), 1)

    def show(self) -> None:
        for line in self.lines:
            self.console.print(line, soft_wrap=True)


def _few(lines: list[str], most: int, screen: Screen) -> list[str]:
    left = len(lines) - most
    more = screen.words(f"  ……还有 {left} 条，全部见 bihuan check … | less", f"  … {left} more: bihuan check … | less")
    return [*lines[:most], more] if left > 1 else lines


def _totals(screen: Screen) -> Text:
    parts = [Text(p, style=f"bold {COLOURS.get(p[0], 'default')}") for p in screen.totals().split("  ")]
    return Text("  ").join(parts)


def _counts(screen: Screen, places: int, most: int) -> tuple[Table | None, int]:
    """The counts by loop in at most so many lines, several loops beside each other; and the lines they take."""
    rows = screen.counts()
    if not rows:
        return None, 0
    for told in (True, False):  # with the loops' English names where there is room for them
        names = max(width(title) + (1 + width(name) if told else 0) for name, title, *_ in rows)
        beside = max(min(places // (names + 17), len(rows)), 1)
        high = -(-len(rows) // beside)
        if high <= most:
            break
    left = len(rows) - high * beside if (high := min(high, most)) else 0
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
                cells += [Text.assemble(title, (f" {name}" if told else "", "dim")), *numbers]
        grid.add_row(*cells)
    if left > 0:
        more = screen.words(f"…另 {left} 个", f"… {left} more")
        grid.columns[0].footer = Text(more, style="dim")
        grid.show_footer = True
    return grid, high + 1 + (left > 0)


def _holes(screen: Screen, con: duckdb.DuckDBPyConnection, places: int, room: int) -> Table | None:
    """The first holes in so many lines of the screen; a long sentence takes two where there is room."""
    rows = screen.first(con, max(room, LEAST))
    if not rows:
        return None
    heads = screen.words("轻重 起始 漏洞 问题 责任人", "sev. since hole what owner").split()
    lately = f"{screen.result.now - dt.timedelta(days=330):%Y-%m-%d %H:%M}"
    holes = max(width(r[2]) for r in rows)
    owners = min(max(width(heads[4]), *(width(r[4]) for r in rows)), 12)
    sentence = max(places - holes - owners - 4 - 11 - 9, 16)
    grid = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    for head, wide in zip(heads, (4, 11, holes, sentence, owners), strict=True):
        grid.add_column(head, width=wide, no_wrap=True, overflow="ellipsis")
    room -= 2
    shown = 0
    for severity, since, hole, text, owner in rows:
        lines = wrapped(text, sentence, 2 if room >= LEAST * 2 or shown else 1)
        if len(lines) > room:
            lines = wrapped(text, sentence, 1)
        if room < 1 and shown >= LEAST:
            break
        room -= len(lines)
        at = since[5:] if since > lately else since[:10]
        told = Text("\n".join(lines))
        grid.add_row(Text(severity, style=COLOURS[severity]), at, Text(hole, style=ACCENT), told, Text(owner))
        shown += 1
    more = screen.rest(shown)
    if more:
        grid.add_row("", "", "", Text(more[0], style="dim"), "")
    return grid
