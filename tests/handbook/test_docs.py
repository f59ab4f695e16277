"""What is written by hand beside the handbook: links lead somewhere, rows of orders are as an order is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bihuan.domains import catalogue
from bihuan.kernel.parameters import find

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for place in (ROOT, ROOT / "docs", ROOT / "examples", ROOT / "bihuan")
    for path in (place.glob("*.md") if place == ROOT else place.rglob("*.md"))
    if path.parent.name != "specs"
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def places(page: str) -> set[str]:
    """Where a link into a page may lead: its anchors, and its headings as GitHub names them."""
    found = set(re.findall(r'<a id="([^"]+)"></a>', page))
    for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE):
        word = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(word)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, place = target.partition("#")
        to = (page.parent / file).resolve() if file else page
        if not to.exists() or (place and to.suffix == ".md" and place not in places(to.read_text(encoding="utf-8"))):
            broken.append(target)
    assert not broken


def test_the_glossary_has_one_name_a_concept_in_both_languages() -> None:
    page = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] != "concept"]
    assert all(len(row) == 4 and all(row) for row in rows)
    assert all(re.search("[一-鿿]", zh) and re.search("[a-z]{3}", en) for _, zh, en, _ in rows)
    concepts = [row[0] for row in rows]
    assert len(set(concepts)) == len(concepts)


def test_the_orders_of_the_page_on_own_rules_can_be_read() -> None:
    page = (ROOT / "docs" / "own-loops.md").read_text(encoding="utf-8")
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| Z")]
    assert len(rows) == 4
    for _, document, area, key, value, *_ in rows:
        parameter = find(catalogue.parameters(), key)
        assert document and area.isdigit() and parameter is not None and parameter.reads(value), key
