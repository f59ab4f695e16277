"""Where rows are, for many at once: what the triggers of ``places`` work out row by row, as one statement a ledger.

The two say the same; a test writes a county both ways and compares. Whoever is named is written first, so that the
statement finds him; what is named in a circle (a person is seen where he is under a measure, the measure where the
person lives) the triggers on the ledgers of measures and arrivals close, who look at sets anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bihuan.access import places, scope
from bihuan.kernel.ledger import Ledger
from bihuan.live import tables
from bihuan.live.bulk import Beside
from bihuan.live.tables import quoted

FIRST = ("people", "arrivals", "measures")
"""Where somebody is whom no roll knows, arrivals and measures say: before all that names people."""


def order(ledgers: Sequence[Ledger]) -> list[Ledger]:
    """Ledgers, each behind those that give its rows their places."""
    every = tables.ledgers()
    wanted = {ledger.name for ledger in ledgers}
    made: dict[str, Ledger] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        if name == "officers":
            visit("duties")
        for _, target in places.sources(every[name], every).followed:
            visit(target)
        if name in wanted:
            made[name] = every[name]

    for name in (*FIRST, *every):
        visit(name)
    return list(made.values())


def beside(ledger: Ledger) -> Beside | None:
    """The columns of places, over rows ``i``; None where whoever writes is somebody's desk: the triggers watch it."""
    if scope.key() is not None:
        return None
    return derived(ledger, tables.ledgers())


def derived(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> Beside:
    """As ``places.filler`` says it, in sets."""
    has = places.sources(ledger, ledgers)
    joins: list[str] = []
    spots = [f"i.{quoted(area)}" for area in has.areas]
    homes: list[str] = []
    further: list[str] = []
    if has.person:
        person = f"i.{quoted(has.person)}"
        joins.append(_latest(ledgers["people"], "p", person))
        homes.append(
            f"CASE WHEN p.id IS NOT NULL THEN p.in_place WHEN {person} IS NOT NULL THEN bihuan_stranger({person}) END"
        )
        further.append("p.in_also")
    for n, (column, target) in enumerate(has.spots):
        joins.append(_latest(ledgers[target], f"s{n}", f"i.{quoted(column)}"))
        spots.append(f"s{n}.in_place")
    for n, (column, target) in enumerate(has.parents):
        joins.append(_latest(ledgers[target], f"o{n}", f"i.{quoted(column)}"))
        spots.append(f"coalesce(o{n}.in_place, o{n}.in_home)")
        homes.append(f"o{n}.in_home")
        further.append(f"o{n}.in_also")
    if has.officer:
        joins.append(
            f"LEFT JOIN LATERAL (SELECT coalesce(x.in_place, x.in_home) AS spot FROM ledger_duties x "
            f"WHERE x.officer = i.{quoted(has.officer)} AND x.latest ORDER BY x.since, x.duty LIMIT 1) d ON true"
        )
        spots.append("d.spot")
    if ledger.name == "people":
        joins.append(
            "LEFT JOIN (SELECT person, array_agg(DISTINCT in_place) AS spots FROM (SELECT person, in_place FROM "
            "ledger_measures WHERE latest AND retracted IS NOT TRUE UNION ALL SELECT person, in_place FROM "
            "ledger_arrivals WHERE latest AND retracted IS NOT TRUE) y GROUP BY person) m ON m.person = i.person"
        )
        further.append("m.spots")
    several = len(has.areas) + len(has.spots) + len(has.parents) > 1
    place, home = _first(spots), _first(homes)
    joins.append(f"CROSS JOIN LATERAL (SELECT {place} AS place, {home} AS home) w")
    also = "NULL"
    if several or further:
        # Few rows are anywhere else: the function is asked for those alone.
        elsewhere = [f"NOT bihuan_covered({spot}, w.place, w.home, NULL)" for spot in (spots if several else [])]
        elsewhere += [f"{one} IS NOT NULL" for one in further]
        own = f"ARRAY[{', '.join(spots)}]::text[]" if several else "NULL::text[]"
        every = " || ".join((own, *further))
        also = f"CASE WHEN {' OR '.join(elsewhere)} THEN bihuan_beside({every}, w.place, w.home) END"
    return Beside("in_place, in_home, in_also", f"w.place, w.home, {also}", " ".join(joins), places.BULK)


def _latest(ledger: Ledger, alias: str, key: str) -> str:
    return f"LEFT JOIN {tables.table(ledger)} {alias} ON {alias}.{quoted(ledger.key[0])} = {key} AND {alias}.latest"


def _first(found: Sequence[str]) -> str:
    return f"coalesce({', '.join(found)})" if len(found) > 1 else (found[0] if found else "NULL::text")
