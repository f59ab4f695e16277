"""What stops the system or an act: a sentence in both languages that says what is wrong and what to do."""

from __future__ import annotations


class Fault(Exception):
    """Something that its reader can mend; shown as it is, without a traceback."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en

    def said(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en
