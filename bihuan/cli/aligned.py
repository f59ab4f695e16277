"""Tables of plain text whose columns stand under each other, Chinese or not: a wide character takes two places."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Places that a text takes on a terminal."""
    return sum(map(_places, text))


def _places(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def padded(text: str, places: int, right: bool = False) -> str:
    space = " " * max(places - width(text), 0)
    return space + text if right else text + space


def cut(text: str, places: int) -> str:
    """The text in at most so many places, with … where something was left out."""
    if width(text) <= places:
        return text
    kept, taken = "", 0
    for char in text:
        if taken + _places(char) > places - 1:
            break
        kept, taken = kept + char, taken + _places(char)
    return kept + "…"


NOT_FIRST = "，。；：、）？！,.;:)?!"
"""What must not begin a line."""


def _in_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "-:._")


def wrapped(text: str, places: int, most: int) -> list[str]:
    """The text on lines of at most so many places, at most so many lines; what is left out shows as …"""
    lines: list[str] = []
    while width(text) > places and len(lines) < most - 1:
        taken = end = 0
        while taken + _places(text[end]) <= places:
            taken, end = taken + _places(text[end]), end + 1
        # A number or a word is not broken where there is a place to break before it.
        back = end
        while back > 0 and ((_in_word(text[back - 1]) and _in_word(text[back])) or text[back] in NOT_FIRST):
            back -= 1
        end = back if back > end // 2 else end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, cut(text, places)]


def one_line(text: object) -> str:
    """A value on one line: a ledger's cell may hold line breaks and control characters."""
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in str(text))


def table(rows: Sequence[Sequence[str]], numbers: Sequence[int] = (), gap: int = 2) -> list[str]:
    """Lines of aligned cells; the columns in ``numbers`` are flushed right; the last is not padded."""
    if not rows:
        return []
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [padded(cell, widths[place], place in numbers) for place, cell in enumerate(row)]
        lines.append((" " * gap).join(cells).rstrip())
    return lines
