"""What is written from the declarations is as they are now."""

from __future__ import annotations

from pathlib import Path

import pytest

from bihuan.domains import catalogue, reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(reference.PAGES))
def test_pages_are_not_stale(path: str) -> None:
    written = (ROOT / path).read_text(encoding="utf-8")
    assert written == reference.PAGES[path](), f"{path} is stale: python -m bihuan.domains.reference"


def test_every_column_and_parameter_is_on_the_pages() -> None:
    page = reference.ledgers_page()
    for ledger in catalogue.ledgers():
        part = page.split(f'<a id="{ledger.name}"></a>')[1].split("<a id=")[0]
        for column in ledger.columns:
            assert f"| `{column.name}` | {column.heading} |" in part, (ledger.name, column.name)
    orders = reference.orders_page()
    assert all(f"`{p.key}`" in orders for p in catalogue.parameters())


@pytest.mark.parametrize("room", catalogue.ROOMS)
def test_a_room_says_what_lives_in_it(room: str) -> None:
    text = (ROOT / "bihuan" / "domains" / room / "README.md").read_text(encoding="utf-8")
    missing = [x.title for x in catalogue.ledgers() if x.room == room and not (x.title in text and x.name in text)]
    assert missing == []
