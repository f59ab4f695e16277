"""The little Markdown that the handbook needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

NOTICE = "<!-- 由声明生成，勿手改 · generated from the declarations: bihuan handbook (make docs) -->"
"""The first line of every page; what does not begin with it is not ours to overwrite."""


def cell(text: str) -> str:
    """Text in a cell, as it stands."""
    parts = text.replace("|", "\\|").replace("\n", " ").split("`")
    # Between backticks nothing means anything but itself.
    return "`".join(part if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("~", "\\~")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; cells may hold links and code."""
    for cells in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(cells) + " |"


def anchor(name: str) -> str:
    """A place that :func:`link` can lead to; a parameter's ``*`` is no part of an address."""
    return f'<a id="{_place(name)}"></a>'


def _place(name: str) -> str:
    return name.replace("*", "any")


def code(text: str) -> str:
    return f"`{text}`"


def link(text: str, page: str, place: str = "") -> str:
    return f"[{text}]({page}{'#' + _place(place) if place else ''})"
