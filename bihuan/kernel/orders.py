"""Orders (防控措施标准): the parameter in force where and when.

Contract: loops.md, *Orders*. The row in force is the live one of the nearest area at or above; among live rows of one
area and key the latest since wins, then the last key; defaults are rows of the empty area. Two small tables carry it:

``seats``      area → the nearest area at or above it for which any order stands (empty: none)
``in_force``   seat, key → segments of time [from, to) without overlap, each with its value and the order it comes from
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from bihuan.kernel.joins import attach, matching, pick
from bihuan.kernel.loops import Tables
from bihuan.kernel.moments import BEGINNING, END, LEVELS, moment

MOST = 1e12
"""More than this an order may say, but it makes no difference: of people, hours, kilograms or days."""

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
"""A number as an order writes it (bihuan.kernel.parameters)."""


def prefixes(areas: ir.Table) -> ir.Table:
    """(area, upper) for each area and every code at or above it."""
    each = areas.mutate(upper=ibis.array([areas.area.substr(0, n) for n in LEVELS]).unnest())
    return each.select("area", "upper").distinct()


def seats(areas: ir.Table, orders: ir.Table) -> ir.Table:
    """area, seat of every area of ``areas`` (column area, distinct) that lies at or below one with an order."""
    above = prefixes(areas)
    seated = above.inner_join(orders.select(upper=orders.area).distinct(), "upper")
    return pick(seated, "area", [seated.upper.length().desc()]).select("area", seat=ibis._.upper)


def in_force(orders: ir.Table, parameters: ir.Table) -> ir.Table:
    """seat, key, from_, to_, value, number, label of every parameter wherever an order stands, and by default."""
    rows = orders.select(
        "area",
        "key",
        "value",
        since=orders.since.fill_null(moment(BEGINNING)),
        until=orders.until.fill_null(moment(END)),
        order=orders.order,
        document=orders.document,
    )
    default = parameters.select(
        area=ibis.literal(""),
        key=parameters.key,
        value=parameters.value,
        since=moment(BEGINNING),
        until=moment(END),
        order=ibis.literal(""),
        document=ibis.literal("默认"),
    )
    areas = ibis.union(rows.select("area"), default.select("area")).distinct()
    everything = ibis.union(rows, default)
    seats_ = areas.select(seat=areas.area)
    over = seats_.cross_join(everything).filter(lambda r: r.seat.startswith(r.area))
    starts = ibis.union(
        over.select("seat", "key", begin=over.since),
        over.select("seat", "key", begin=over.until).filter(lambda r: r.begin < moment(END)),
    ).distinct()
    window = ibis.window(group_by=[starts.seat, starts.key], order_by=[starts.begin])
    spans = starts.mutate(to_=starts.begin.lead().over(window).fill_null(moment(END)))
    met = matching(
        spans,
        over,
        ["seat", "key"],
        where=lambda r: (r.since <= r.begin) & (r.begin < r.until),
        **{c: ibis._[c] for c in ("area", "value", "since", "until", "order", "document")},
    )
    best = pick(met, ["seat", "key", "begin"], [met.area.length().desc(), met.since.desc(), met.order.desc()])
    # Cast only what is a number that can be held: not every engine can be told to try.
    plain = best.value.re_search(NUMBER)
    number = ibis.ifelse(plain & (best.value.length() < 300), best.value, ibis.null("string")).cast("float64")
    vast = (plain & (best.value.length() >= 300)) | (number > MOST)
    return best.select(
        "seat",
        "key",
        from_=best.begin,
        to_=best.to_,
        value=best.value.replace("、", ",").replace("，", ","),
        number=ibis.ifelse(vast.fill_null(False), MOST, number),
        label=best.key + "=" + best.value + "（" + best.document + "）",
    )


def listed(value: Any, item: Any) -> Any:
    """Whether an item (a text or a column) stands in a list value as :func:`governed` gives it (``text=True``)."""
    return ("," + value.replace(" ", "") + ",").contains("," + item + ",")


def governed(
    rows: ir.Table,
    t: Tables,
    key: Any,
    *,
    area: Any,
    at: Any,
    name: str | None = None,
    text: bool = False,
) -> ir.Table:
    """Rows with the value in force for ``key`` in their area at their moment, as a further column.

    ``key`` is a parameter's name or a text expression (``"measure." + _.grade``); ``name`` the new column's (by default
    the key). Numbers are float64 in the parameter's unit; ``text`` asks for the value as written (lists by commas).
    Rows without an area see the defaults alone; a key that nothing defines gives null.
    """
    name = name or str(key)
    asked = rows.mutate(ask_key=key if not isinstance(key, str) else ibis.literal(key), ask_area=area, ask_at=at)
    asked = attach(asked, t.seats, {"ask_area": "area"}, ask_seat=ibis._.seat)
    asked = asked.mutate(ask_seat=asked.ask_seat.fill_null(""))
    line = t.orders_in_force
    right = line.select(
        line_seat=line.seat,
        line_key=line.key,
        line_from=line.from_,
        line_to=line.to_,
        line_value=line.value if text else line.number,
        line_label=line.label,
    )
    # A left join may carry inequalities behind its equalities: it stays a hash join.
    meets: list[Any] = [
        ("ask_seat", "line_seat"),
        ("ask_key", "line_key"),
        asked.ask_at >= right.line_from,
        asked.ask_at < right.line_to,
    ]
    joined = asked.left_join(right, meets)
    label = joined.line_label
    if "in_force" in rows.columns:
        label = ibis.coalesce(joined.in_force + "；" + joined.line_label, joined.in_force, joined.line_label)
    kept = [c for c in rows.columns if c not in (name, "in_force")]
    return joined.select(*kept, **{name: joined.line_value, "in_force": label})
