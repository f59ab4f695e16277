"""The output on a terminal: one screen, aligned, red for 急 alone."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bihuan.cli.aligned import width
from bihuan.cli.check import check
from bihuan.cli.coloured import show
from bihuan.cli.parser import build
from bihuan.cli.words import Words
from tests.cli.conftest import AS_OF


def screen(folder: Path, places: int, lines: int, *options: str) -> tuple[list[str], str]:
    """The lines of the screen, and the same with their colours."""
    file = io.StringIO()
    console = Console(record=True, width=places, height=lines, file=file, force_terminal=True, color_system="standard")
    words = Words("zh")
    asked = build(words).parse_args(["check", str(folder), "--as-of", AS_OF, *options])
    check(asked, words, show=lambda made, con, seconds: show(made, con, seconds, console))
    coloured = console.export_text(styles=True, clear=False)
    return console.export_text().splitlines(), coloured


@pytest.fixture
def crowded(county: Path) -> Path:
    """Sixty tickets overdue, some with a long text, and a file that cannot be read."""
    rows = [f"T{n},投诉,,610723101,2022-01-01T08:00,,,很长的内容{'一' * n}" for n in range(60)]
    head = "ticket,kind,person,area,received_at,answered_at,resolved_at,text\n"
    (county / "tickets.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    (county / "people.csv").write_bytes(b"")
    return county


@pytest.mark.parametrize(
    ("places", "lines", "options"),
    [(80, 24, ()), (120, 40, ()), (60, 20, ()), (120, 40, ("--pending", "--history")), (100, 36, ("--pending",))],
)
def test_it_fits_one_screen(places: int, lines: int, options: tuple[str, ...], crowded: Path) -> None:
    said, _ = screen(crowded, places, lines, *options)
    taken = sum(max(-(-width(line) // places), 1) for line in said)
    # On the smallest of screens the first five holes are shown all the same, and what could not be judged before them.
    assert taken <= max(lines, 26)
    assert said[0].startswith("读不了的 1 个") and "people.csv" in said[1]
    assert sum(line.startswith(("急  ", "重  ")) for line in said) >= 5


def test_columns_stand_under_each_other(crowded: Path) -> None:
    said, _ = screen(crowded, 100, 40, "--only", "ticket")
    start = next(i for i, line in enumerate(said) if line.startswith("轻重"))
    place = width(said[start][: said[start].index("漏洞")])
    rows = [line for line in said[start + 1 :] if line.startswith("重")]
    assert len(rows) >= 5 and {width(line[: line.index("ticket")]) for line in rows} == {place}


def test_red_is_for_what_is_urgent_alone(county: Path) -> None:
    _, coloured = screen(county, 100, 40, "--only", "notice")
    red = "".join(re.findall(r"\033\[(?:1;)?31m([^\033]*)", coloured))
    assert set(red) <= set("急 0·")
    _, urgent = screen(county, 100, 40, "--only", "ticket.late")
    assert "\033[1;31m急" in urgent
