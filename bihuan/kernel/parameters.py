"""Parameters (参数): what an order may set, the default that holds where no order does, and how its value is read.

Source: loops.md, *Orders: parameters and their defaults*.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "stages", "days", "items", "yesno"]
"""number 24 · stages 14+7+0 (集中隔离 + 居家隔离 + 健康监测) · days 1,4,7 · items 扫码,测温 · yesno 是"""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_PARTS = re.compile(r"[,，、]")


def parts(value: str) -> list[str]:
    """The items of a list value, without empty ones; 无 and 0 are the empty list."""
    return [] if value in ("无", "0") else [p.strip() for p in _PARTS.split(value) if p.strip()]


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) and value >= 0 else None


@dataclass(frozen=True)
class Parameter:
    """One parameter. A key that ends in ``*`` stands for one key for each of ``stands_for`` (any text where empty)."""

    key: str
    kind: Kind
    default: str
    zh: str
    en: str
    unit: Literal["", "h", "d", "min", "°C"] = ""
    stands_for: tuple[str, ...] = ()
    exceptions: tuple[tuple[str, str], ...] = ()  # (what stands for *, its own default)
    choices: tuple[str, ...] = ()  # what the items of a list may be

    @property
    def starred(self) -> bool:
        return self.key.endswith("*")

    def matches(self, key: str) -> bool:
        """Whether an order row's key asks for this parameter."""
        if not self.starred:
            return key == self.key
        stem = self.key[:-1]
        return (
            key.startswith(stem)
            and len(key) > len(stem)
            and (not self.stands_for or key[len(stem) :] in self.stands_for)
        )

    def reads(self, value: str) -> bool:
        """Whether a value (NFKC, trimmed) can be read."""
        if self.kind == "number":
            return _number(value) is not None
        if self.kind == "stages":
            stages = [_number(p.strip()) for p in value.split("+")]
            return len(stages) == 3 and None not in stages
        if self.kind == "days":
            days = [_number(p) for p in parts(value)]
            return all(d is not None and d == int(d) for d in days)
        if self.kind == "items":
            return all(p in self.choices for p in parts(value))
        return value in ("是", "否")

    def defaults(self) -> list[tuple[str, str]]:
        """(key, default) for every key that can be enumerated; a key of any text has its stem and ``*``."""
        if not self.starred:
            return [(self.key, self.default)]
        own = dict(self.exceptions)
        return [(self.key, self.default)] + [(self.key[:-1] + s, own.get(s, self.default)) for s in self.stands_for]


def find(parameters: Iterable[Parameter], key: str) -> Parameter | None:
    return next((p for p in parameters if p.matches(key)), None)
