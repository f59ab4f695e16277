"""What could not be judged because ledgers are not there: silence must not be taken for health."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.kernel.program import Program

WIDE = 12
"""A view that stands on so many ledgers gathers from all there are (who is a stranger, which areas are named): each of
them alone is no condition of a loop."""

WITHOUT = ("orders", "findings", "absences", "deployments")
"""Ledgers whose absence leaves nothing unjudged: the defaults hold, nothing was made good, nobody is away."""


def reads(program: Program) -> dict[str, frozenset[str]]:
    """Hole → the ledgers that its loop reads, directly or through views."""
    stages = {s.name: s for s in program.stages}
    ledgers = {ledger.name for ledger in program.ledgers}
    known: dict[str, frozenset[str]] = {}

    def under(name: str) -> frozenset[str]:
        if name in ledgers:
            return frozenset((name,))
        if name not in known:
            needs = stages[name].needs if name in stages else ()
            wide = sum(n in ledgers for n in needs) >= WIDE
            known[name] = frozenset() if wide else frozenset().union(*map(under, needs))
        return known[name]

    return {o.name: frozenset().union(*map(under, o.needs)) for o in program.obligations}


def unjudged(program: Program, absent: Iterable[str], holes: Iterable[str]) -> dict[str, list[str]]:
    """Absent ledger → the holes, of those asked for, that therefore could not be judged, or only in part."""
    read = reads(program)
    asked = sorted(holes)
    found = {name: [h for h in asked if name in read[h]] for name in absent if name not in WITHOUT}
    return {name: those for name, those in found.items() if those}
