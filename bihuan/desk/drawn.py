"""A fair unannounced draw (四不两直) of units to inspect: whoever knows the rule and the seed can draw it again.

Weighted sampling without replacement after Efraimidis and Spirakis (2006): each unit gets a number u in (0, 1) from the
digest of seed and key, and the largest u^(1/w) are drawn. The weight w grows with the days since the last inspection
and with what stands open there, so that nobody is left out for ever and nobody can be sure of being spared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

UNSEEN_D = 90
"""Days that count for a unit that was never inspected."""


@dataclass(frozen=True)
class Candidate:
    """A unit that may be drawn: days since it was last inspected (None: never), open holes there by severity."""

    unit: str
    days: float | None
    urgent: int = 0
    serious: int = 0
    routine: int = 0

    @property
    def weight(self) -> float:
        """1, + 1 for each week without an inspection, + 4, 2, 1 for each open hole that is 急, 重, 常."""
        days = UNSEEN_D if self.days is None else min(self.days, UNSEEN_D)
        return 1 + days / 7 + 4 * self.urgent + 2 * self.serious + self.routine


@dataclass(frozen=True)
class Drawn:
    """A candidate with its number u of the seed and its rank u^(1/w)."""

    candidate: Candidate
    u: float
    rank: float


def number(seed: str, unit: str) -> float:
    """u of a unit: the first 52 bits of SHA-256 over ``seed:unit``, within (0, 1)."""
    bits = int.from_bytes(hashlib.sha256(f"{seed}:{unit}".encode()).digest()[:8], "big") >> 12
    return (bits + 0.5) / 2**52


def draw(candidates: Iterable[Candidate], seed: str, count: int) -> list[Drawn]:
    """``count`` candidates, the first drawn first; fewer where there are not so many."""
    ranked = []
    for candidate in candidates:
        u = number(seed, candidate.unit)
        ranked.append(Drawn(candidate, u, u ** (1 / candidate.weight)))
    ranked.sort(key=lambda d: (-d.rank, d.candidate.unit))
    return ranked[:count]
