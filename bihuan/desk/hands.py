"""在谁手上: who is to act on a hole just now. Its owner by the rules; whom it was handed to instead, for the stretch in
which it stands open; whoever stands in for that officer while he is away.

Live holes alone are handed over: of an earlier moment the owner by the rules is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When

from bihuan.desk import access
from bihuan.desk.viewing import Asked
from bihuan.pressure import telling

HANDED = """
SELECT DISTINCT ON (r.of_id) r.of_id AS hole, r.officer FROM pressure_reassignment r JOIN live_hole h ON h.id = r.of_id
WHERE h.state = 'open' AND r.at >= h.opened_at ORDER BY r.of_id, r.at DESC, r.id DESC
"""


@dataclass(frozen=True)
class Hands:
    """``handed``: hole's id → officer; ``away``: officer → who stands in for him."""

    handed: dict[int, str]
    away: dict[str, str]

    def offices(self, officer: str) -> set[str]:
        """For whom he answers: himself, and those for whom he stands in."""
        return {officer} | {absent for absent, by in self.away.items() if by == officer}

    def acting(self, officer: str) -> str:
        """Who acts in his place."""
        return self.away.get(officer, officer)

    def held(self, officer: str) -> Q:
        """Holes that are his to act on: by the rules, handed to him, or as a stand-in."""
        offices = self.offices(officer)
        his = [hole for hole, to in self.handed.items() if to in offices]
        return (Q(owner__in=offices) & ~Q(pk__in=self.handed)) | Q(pk__in=his)

    def nobodys(self) -> Q:
        """Holes without anybody to act."""
        return Q(owner=None) & ~Q(pk__in=self.handed)

    def who(self) -> Case | F:
        """The officer who acts, as an expression over holes."""
        by_officer: dict[str, list[int]] = {}
        for hole, to in self.handed.items():
            by_officer.setdefault(self.acting(to), []).append(hole)
        whens = [When(pk__in=holes, then=Value(officer)) for officer, holes in by_officer.items()]
        whens += [When(owner=absent, then=Value(by)) for absent, by in self.away.items()]
        return Case(*whens, default=F("owner"), output_field=TextField()) if whens else F("owner")

    def mark(self, asked: Asked, holes: Sequence[Any]) -> None:
        """Say of each hole who acts in its owner's place: ``acting``, ``acting_name``; empty where the owner does."""
        for hole in holes:
            by = self.acting(self.handed.get(hole.pk) or hole.owner or "")
            hole.acting = by if by != (hole.owner or "") else ""
        names = access.names_of(asked, "officers", sorted({h.acting for h in holes if h.acting}))
        for hole in holes:
            hole.acting_name = names.get(hole.acting, hole.acting)


def read(asked: Asked) -> Hands:
    """As things are at the page's moment; asked for once a request."""
    found: Hands | None = getattr(asked, "bihuan_hands", None)
    if found is None:
        rows = access.query(HANDED, []) if asked.viewing.at is None else []
        found = Hands({r["hole"]: r["officer"] for r in rows}, telling.aways(access.now(asked)))
        asked.bihuan_hands = found
    return found


def of(asked: Asked, holes: QuerySet[Any], officer: str) -> QuerySet[Any]:
    """Those of ``holes`` that are an officer's to act on."""
    return holes.filter(read(asked).held(officer))
