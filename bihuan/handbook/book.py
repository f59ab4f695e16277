"""All pages of the handbook, and a folder of them."""

from __future__ import annotations

from pathlib import Path

from bihuan.handbook import holes, index, reference
from bihuan.handbook.markdown import NOTICE
from bihuan.kernel.program import Program
from bihuan.kernel.words import Words

LANGUAGES = (Words("zh"), Words("en"))


class NotOurs(Exception):
    """A page would overwrite a file that somebody wrote by hand."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def pages(program: Program) -> dict[str, str]:
    """Path → text of every page: handbook/README.md, handbook/zh/…, handbook/en/…, ledgers.md, orders.md."""
    written = {
        "ledgers.md": reference.ledgers(program),
        "orders.md": reference.orders(program),
        "handbook/README.md": index.page(program),
    }
    for family in index.by_family(program):
        for words in LANGUAGES:
            written[f"handbook/{words.lang}/{family}.md"] = holes.page(family, program, words)
    return written


def left_over(folder: Path, written: dict[str, str]) -> list[Path]:
    """Pages of the handbook that are there and should no longer be."""
    there = [p for words in LANGUAGES for p in sorted((folder / "handbook" / words.lang).glob("*.md"))]
    return [p for p in there if str(p.relative_to(folder)) not in written and _ours(p)]


def write(folder: Path, program: Program) -> int:
    """Write every page; what is left of an earlier handbook goes. The number of pages. Raises NotOurs before anything
    is written, OSError."""
    written = pages(program)
    for name in written:
        if (folder / name).exists() and not _ours(folder / name):
            raise NotOurs(folder / name)
    for path in left_over(folder, written):
        path.unlink()
    for name, text in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return len(written)


def _ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(("<!-- 由声明生成", NOTICE))
