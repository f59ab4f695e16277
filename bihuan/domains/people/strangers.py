"""Views of who and what no roll knows: strangers (people without a people row, units without a units row), and where
everybody is at home. Contract: loops.md, *Where a stranger is*."""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, lacking, pick
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import BEGINNING, moment

ROLLS = {"people": "person", "units": "unit"}


def _key(rows: ir.Table, ledger: Ledger) -> Any:
    return reduce(lambda a, b: a + "|" + b, [rows[k].cast("string") for k in ledger.key])


def _named(t: Tables, ledger: Ledger, order: int, roll: str, column: str) -> ir.Table:
    """The rows of one ledger that name a stranger in one column, each with the place it gives."""
    rows = t[ledger.name]
    known = t[roll].select(stranger=t[roll][ROLLS[roll]])
    rows = rows.mutate(stranger=rows[column], row_key=_key(rows, ledger))
    rows = lacking(rows.filter(rows.stranger.notnull()), known, "stranger")
    places: list[Any] = []
    areas = [c.name for c in ledger.columns if c.type == "area"]
    area = next((a for a in ("to_area", "area") if a in areas), None)
    if area is not None:
        places.append(_[area])
    for c in ledger.columns:
        if c.refers in ("units", "posts"):
            target, at = t[c.refers], f"at_{c.name}"
            rows = attach(rows, target, {c.name: c.refers[:-1]}, **{at: target.area})
            places.append(_[at])
    person = "person"
    if ledger.name == "contacts":  # a contact without a home is placed by the case that names him
        rows = attach(rows, t.cases, "case", patient=_.person)
        person = "patient"
    if person in rows.columns:
        rows = attach(rows, t.people, {person: "person"}, at_person=_.area)
        places.append(_.at_person)
    return rows.select(
        "stranger",
        "known_first",
        "row_key",
        roll=ibis.literal(roll),
        ledger=ibis.literal(ledger.name),
        order=ibis.literal(order, "int16"),
        place=ibis.coalesce(*places) if places else ibis.null("string"),
    )


@view
def strangers(t: Tables) -> ir.Table:
    """Every row that names a person without a people row or a unit without a units row.

    stranger, roll (people, units), known_first, ledger, order (of the ledgers), row_key, place (area, may be null).
    """
    found = [
        _named(t, ledger, order, column.refers, column.name)
        for order, ledger in enumerate(t.ledgers.values())
        for column in ledger.columns
        if column.refers in ROLLS
    ]
    columns = ["stranger", "roll", "known_first", "ledger", "order", "row_key", "place"]
    return reduce(lambda a, b: ibis.union(a, b), [f.select(*columns) for f in found])


def _with_strangers(t: Tables, roll: str) -> ir.Table:
    key, rows = ROLLS[roll], t[roll]
    ours = t.strangers.filter((_.roll == roll) & _.place.notnull())
    first = pick(ours, "stranger", [ours.known_first.asc(), ours.order.asc(), ours.row_key.asc()])
    return ibis.union(rows.select(key, "area"), first.select(**{key: first.stranger, "area": first.place}))


@view
def homes(t: Tables) -> ir.Table:
    """person, area: where each is at home; a stranger where the first row that names him places him."""
    return _with_strangers(t, "people")


@view
def stations(t: Tables) -> ir.Table:
    """unit, area: where each unit is; one without a row where the first row that names it places it."""
    return _with_strangers(t, "units")


def first_named(t: Tables, roll: str) -> ir.Table:
    """stranger, since, by: the first row that names each stranger, and when it became known.

    ``since`` is the as-of time where that row was known from the beginning; ``by`` cites it.
    """
    rows = t.strangers.filter(_.roll == roll)
    first = pick(rows, "stranger", [rows.known_first.asc(), rows.order.asc(), rows.row_key.asc()])
    known = ibis.ifelse(first.known_first == moment(BEGINNING), t.now, first.known_first)
    return first.select("stranger", since=known, by=first.ledger + ":" + first.row_key)
