"""Draw what ``bihuan check`` prints on a terminal as an SVG picture: ``python docs/picture.py LEDGERS FILE.svg``.

Rich's own SVG squeezes wide characters; here every run of characters gets the places that it takes on a terminal.
"""

from __future__ import annotations

import io
import sys
from html import escape
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bihuan.cli.aligned import width
from bihuan.cli.check import check
from bihuan.cli.coloured import show
from bihuan.cli.parser import build
from bihuan.cli.words import Words

COLUMNS, LINES = 116, 38
CELL, LINE, SIZE = 8.4, 20, 14
FONT = "'Noto Sans Mono CJK SC', 'Sarasa Mono SC', Menlo, Consolas, 'PingFang SC', 'Microsoft YaHei', monospace"
COLOURS = {1: "#ff6b63", 3: "#e5c07b", 6: "#61bdd6"}  # by the terminal's number


def printed(folder: Path) -> list[Text]:
    """The lines of the screen, with their styles."""
    console = Console(
        record=True, width=COLUMNS, height=LINES, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    words = Words("zh")
    as_of = (folder / "as_of.txt").read_text(encoding="utf-8").strip()
    asked = build(words).parse_args(["check", str(folder), "--as-of", as_of])
    asked.folder = str(folder)
    check(asked, words, show=lambda screen, con, seconds: show(screen, con, seconds, console))
    return [Text.from_ansi(line) for line in console.export_text(styles=True).rstrip().splitlines()]


def drawn(lines: list[Text], command: str) -> str:
    """The picture: a dark terminal, the command above its output."""
    body = []
    for number, line in enumerate([Text.assemble(("$ ", "dim"), (command, "bold")), *lines]):
        place = 0
        styled = [(char, _style(line, at)) for at, char in enumerate(line.plain)]
        for (style, _), run in groupby(styled, key=lambda c: (c[1], width(c[0]))):
            text = "".join(char for char, _ in run)
            if text.strip():
                body.append(
                    f'<text x="{16 + place * CELL:.1f}" y="{40 + number * LINE}" textLength="{width(text) * CELL:.1f}" '
                    f'lengthAdjust="spacingAndGlyphs" {style}>{escape(text)}</text>'
                )
            place += width(text)
    wide, high = COLUMNS * CELL + 32, 40 + (len(lines) + 1) * LINE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" role="img">',
            "<title>bihuan check</title>",
            f'<rect width="100%" height="100%" rx="8" fill="#12202f"/><g font-family="{FONT}" font-size="{SIZE}" '
            'fill="#dbe4ec" xml:space="preserve">',
            *body,
            "</g></svg>",
            "",
        ]
    )


def _style(line: Text, at: int) -> str:
    style = line.get_style_at_offset(Console(), at)
    said = []
    if style.color is not None and style.color.number in COLOURS:
        said.append(f'fill="{COLOURS[style.color.number]}"')
    if style.bold:
        said.append('font-weight="bold"')
    if style.dim:
        said.append('opacity="0.6"')
    return " ".join(said)


def main() -> None:
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.write_text(drawn(printed(folder), f"bihuan check {folder}"), encoding="utf-8")


if __name__ == "__main__":
    main()
