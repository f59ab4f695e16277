"""What is said of files that cannot be read, or not wholly: one sentence each, in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["unreadable", "column", "sheet", "header", "required"]


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what to do. ``unreadable`` ones are told first: nobody takes silence for health."""

    kind: Kind
    file: str
    sheet: str
    zh: str
    en: str

    def said(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class NothingToRead(Exception):
    """No ledger at all could be read; ``problems`` say why of each file."""

    def __init__(self, zh: str, en: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(en)
        self.zh, self.en, self.problems = zh, en, problems

    def said(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en
