"""Views of the organisation: which orders are in force where, counties, duties that somebody fills."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from bihuan.kernel import orders, owners
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import live


@view
def areas_named(t: Tables) -> ir.Table:
    """area: every area code that some row names, once."""
    named = [
        t[ledger.name].select(area=t[ledger.name][column.name]).distinct()
        for ledger in t.ledgers.values()
        for column in ledger.columns
        if column.type == "area"
    ]
    every = reduce(lambda a, b: ibis.union(a, b), named)
    return every.filter(every.area.notnull()).distinct()


@view
def seats(t: Tables) -> ir.Table:
    """area, seat: the nearest area at or above for which an order stands."""
    return orders.seats(t.areas_named, t.orders)


@view
def orders_in_force(t: Tables) -> ir.Table:
    """seat, key, from_, to_, value, number, label: every parameter over time."""
    return orders.in_force(t.orders, t.parameters)


@view
def counties(t: Tables) -> ir.Table:
    """The rows of areas that are counties (six digits)."""
    return t.areas.filter(t.areas.area.length() == 6)


@view
def live_duties(t: Tables) -> ir.Table:
    """Duties live now, whether or not their officer is present."""
    return t.duties.filter(live(t.duties.since, t.duties.until, t.now))


@view
def present_duties(t: Tables) -> ir.Table:
    """Duties live now of officers who are not absent now."""
    return owners.present_duties(t.duties, t.absences)
