"""Views of who and what no roll knows: strangers (people without a people row, units without a units row), and where
everybody is at home. Contract: loops.md, *Where a stranger is*."""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, having, lacking, pick
from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import BEGINNING, moment

ROLLS = {"people": "person", "units": "unit"}


def _key(rows: ir.Table, ledger: Ledger) -> Any:
    return reduce(lambda a, b: a + "|" + b, [rows[k].cast("string") for k in ledger.key])


def _spots(ledger: Ledger) -> list[Column]:
    """The columns in which a row names units and posts, in their order."""
    return [c for c in ledger.columns if c.refers in ("units", "posts")]


def _named(t: Tables, ledger: Ledger, order: int, roll: str, column: str, most: int) -> ir.Table:
    """The rows of one ledger that name a stranger in one column, with what they say of the place: an area, units and
    posts in the order of the columns (``units:U1``), a person."""
    ours = t.strange_names.filter((_.roll == roll) & (_.order == order))
    rows = having(t[ledger.name], ours, {column: "stranger"})
    areas = [c.name for c in ledger.columns if c.type == "area"]
    area = next((a for a in ("to_area", "area") if a in areas), None)
    spots = [c.refers + ":" + rows[c.name] for c in _spots(ledger)]
    person = next((c.name for c in ledger.columns if c.refers == "people"), "")
    if ledger.name == "contacts":  # a contact without a home is placed by the case that names him
        rows = attach(rows, t.cases, "case", patient=_.person)
        person = "patient"
    nothing = ibis.null("string")
    # Keys are spelled out only now: nearly all rows have left.
    return rows.select(
        "known_first",
        stranger=rows[column],
        row_key=_key(rows, ledger),
        roll=ibis.literal(roll),
        ledger=ibis.literal(ledger.name),
        order=ibis.literal(order, "int16"),
        own_area=rows[area] if area is not None else nothing,
        beside=rows[person] if person in rows.columns else nothing,
        **{f"spot_{i}": spots[i] if i < len(spots) else nothing for i in range(most)},
    )


@view
def strange_names(t: Tables) -> ir.Table:
    """roll, stranger, order: every person and unit that a ledger (the order-th) names and its roll does not.

    A stage of its own: the rolls are hashed once, not once a ledger, and what stands on it sees how few they are: a
    ledger that names no stranger is not read again.
    """
    missing = []
    for roll, key in ROLLS.items():
        named = [
            t[ledger.name].select(stranger=t[ledger.name][column.name], order=ibis.literal(order, "int16"))
            for order, ledger in enumerate(t.ledgers.values())
            for column in ledger.columns
            if column.refers == roll
        ]
        every = reduce(lambda a, b: ibis.union(a, b), named)
        every = lacking(every.filter(every.stranger.notnull()), t[roll], {"stranger": key})
        missing.append(every.distinct().mutate(roll=ibis.literal(roll)))
    return ibis.union(*missing)


@view
def strangers(t: Tables) -> ir.Table:
    """Every row that names a person without a people row or a unit without a units row.

    stranger, roll (people, units), known_first, ledger, order (of the ledgers), row_key, place (area, may be null).
    """
    most = max(len(_spots(ledger)) for ledger in t.ledgers.values())
    found = [
        _named(t, ledger, order, column.refers, column.name, most)
        for order, ledger in enumerate(t.ledgers.values())
        for column in ledger.columns
        if column.refers in ROLLS
    ]
    rows = reduce(lambda a, b: ibis.union(a, b), found)
    spots = ibis.union(
        t.units.select(spot="units:" + t.units.unit, area=t.units.area),
        t.posts.select(spot="posts:" + t.posts.post, area=t.posts.area),
    )
    for i in range(most):
        rows = attach(rows, spots, {f"spot_{i}": "spot"}, **{f"area_{i}": _.area})
    rows = attach(rows, having(t.people, rows, {"person": "beside"}), {"beside": "person"}, home=_.area)
    place = ibis.coalesce(rows.own_area, *[rows[f"area_{i}"] for i in range(most)], rows.home)
    return rows.select("stranger", "roll", "known_first", "ledger", "order", "row_key", place=place)


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
