"""Facts as known: from every version of every row to the rows that hold at the as-of time.

Contract: loops.md, *Known* and *Moments after now*. A ledger as the exchange wrote it (``ledger_<name>``: all versions,
with ``_source``, ``_row``, ``_only``) becomes ``<name>``: one row a key, with three columns more:

``known_first``  the moment at which the key's first version became known (BEGINNING: from the beginning)
``recorded_at``  that of the first version that has one; null: none has
``recorded``     the same, else the as-of time
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.moments import BEGINNING, moment, now
from bihuan.kernel.schema import ibis_schema


def raw(ledger: Ledger) -> ir.Table:
    """The ledger as the exchange wrote it."""
    return ibis.table(ibis_schema(ledger), name=f"ledger_{ledger.name}")


def _at(rows: ir.Table, column: Column) -> Any:
    value = rows[column.name]
    return value.cast("timestamp(6)") if column.type == "date" else value


def in_effect(ledger: Ledger, rows: ir.Table | None = None) -> ir.Table:
    """The rows of a ledger (by default ``ledger_<name>``) that hold at the as-of time."""
    rows = raw(ledger) if rows is None else rows
    default = ledger.default_known
    known = rows.recorded_at
    if default is not None:
        known = ibis.coalesce(known, _at(rows, default))
    rows = rows.mutate(
        known_first=known.fill_null(moment(BEGINNING)),
        recorded=rows.recorded_at,
        gone=rows.retracted.fill_null(False),
        void=rows.retracted.fill_null(False) & rows.recorded_at.isnull(),
    )
    # A withdrawal without a time withdraws whenever it is read: its event, where it has one, is no moment of knowing.
    seen = rows.filter((rows.known_first <= now()) | rows.void)
    single = seen.filter(seen["_only"] & ~seen.gone)
    several = seen.filter(~seen["_only"])
    keys = [several[k] for k in ledger.key]
    window = ibis.window(
        group_by=keys,
        order_by=[several.known_first.desc(), several["_source"].desc(), several["_row"].desc()],
    )
    whole = ibis.window(group_by=keys)
    several = several.mutate(
        version=ibis.row_number().over(window),
        withdrawn=several.void.any().over(whole),
        known_first=several.known_first.min().over(whole),
        recorded=several.recorded_at.min().over(whole),
    )
    several = several.filter((several.version == 0) & ~several.gone & ~several.withdrawn)
    rows = ibis.union(single, several.drop("version", "withdrawn"))
    happened = [_at(rows, c) <= now() for c in ledger.event_columns]
    if ledger.event_where is not None:
        event, flag, filled = ledger.event_where
        happened.append(
            ~(rows[flag].fill_null(False) & rows[filled].notnull() & (rows[event] > now()).fill_null(False))
        )
    if happened:
        rows = rows.filter(reduce(lambda a, b: a & b, happened))
    columns = {c.name: _column(rows, c) for c in ledger.columns}
    return rows.select(
        **columns, known_first=rows.known_first, recorded_at=rows.recorded, recorded=rows.recorded.fill_null(now())
    )


def _column(rows: ir.Table, column: Column) -> Any:
    """A moment after now of something done counts as empty; a planned one does not."""
    value = rows[column.name]
    if not column.is_moment or column.planned or column.required:
        return value
    return ibis.ifelse(_at(rows, column) > now(), ibis.null(value.type()), value)
