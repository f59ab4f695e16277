"""Says each thing in the user's language; Chinese first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class Words:
    """One of the two languages: ``words("漏洞", "holes")``."""

    lang: Lang

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def of(self, both: tuple[str, str]) -> str:
        return both[0] if self.lang == "zh" else both[1]

    def list(self, items: Sequence[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(items)
