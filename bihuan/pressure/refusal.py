"""What pressure and notices cannot do: a sentence in both languages."""

from __future__ import annotations


class Refused(ValueError):
    """What cannot be done: why, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en
