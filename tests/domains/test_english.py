"""Every word that a cell may be chosen from has its English."""

from __future__ import annotations

from bihuan.domains import catalogue
from bihuan.domains.english import WORDS


def test_every_word_to_choose_has_its_english() -> None:
    words = {w for ledger in catalogue.ledgers() for column in ledger.columns for w in column.choices} | {"是", "否"}
    assert words <= WORDS.keys(), sorted(words - WORDS.keys())
    assert all(english.isascii() and english.strip() == english != "" for english in WORDS.values())
