"""Purposes (用途): why somebody sees a person's identity and phone numbers whole; without one they are masked.

Stated for one person, it holds in this session for half an hour, and is kept with who looked at whom (``looks``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest

from bihuan.access import looks

LASTS_S = 1800
KEY = "access.purposes"
"""In the session: person → [until when by the machine's clock, why]."""

PURPOSES = {
    "流调溯源": "tracing",
    "管控服务": "measures and care",
    "上门联系": "contact at home",
    "核酸接种": "testing, vaccination",
    "督查核实": "inspection",
    "数据核对": "checking data",
    "其他": "other",
}
"""What numbers are asked for; 其他 is said in words."""

SAYS = 4
"""Characters at least of what is said in words."""


class Unstated(ValueError):
    """No purpose that counts: a sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Stated:
    """A purpose in force. ``until``: seconds of the machine's clock."""

    why: str
    until: float


def read(purpose: str, words: str) -> str:
    """What was stated, in words. Raises Unstated."""
    words = words.strip()[:200]
    if purpose not in PURPOSES:
        raise Unstated("请选一个用途", "choose a purpose")
    if purpose == "其他" and len(words) < SAYS:
        raise Unstated(f"用途选“其他”时请写明，至少 {SAYS} 个字", f"say what it is for, in {SAYS} characters at least")
    return f"{purpose}：{words}" if words else purpose


def state(request: HttpRequest, person: str, purpose: str, words: str, where: str) -> Stated:
    """State why a person's numbers are to be seen. Raises Unstated."""
    why = read(purpose, words)
    looks.record(request, [person], where, why)
    stated = Stated(why, time.time() + LASTS_S)
    kept = {p: [s.until, s.why] for p, s in opened(request).items()}
    request.session[KEY] = kept | {person: [stated.until, stated.why]}
    return stated


def opened(request: HttpRequest) -> dict[str, Stated]:
    """The people whose numbers this session sees whole, just now."""
    kept = request.session.get(KEY) or {}
    return {person: Stated(why, until) for person, (until, why) in kept.items() if until > time.time()}


def close(request: HttpRequest, person: str) -> None:
    """Mask a person's numbers again."""
    request.session[KEY] = {p: [s.until, s.why] for p, s in opened(request).items() if p != person}
