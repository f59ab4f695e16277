"""Ahead (预见): what will open, close or go up a role by the passing of time alone, and at which moment.

An audit is followed by one as of a later moment, the *horizon*, on the same rows: what it finds otherwise than the
stored holes are now will move by then though no row does. Each such subject is audited again at its moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from bihuan.kernel.ladders import STEP_H
from bihuan.kernel.ledger import Ledger
from bihuan.live import store, tables
from bihuan.live.store import Difference

if TYPE_CHECKING:
    import duckdb

Connection = psycopg.Connection[Any]

POINTS = 8
"""Where it is not known when something moves, it is looked at so many times up to the horizon."""

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


OWNERS = frozenset({"owner", "owner_name", "escalated_to", "text_zh", "text_en"})
"""What is said otherwise of a hole whose owner or his superior changes."""

EVERY_S = 600.0
COSTS = 20
"""A full audit every ten minutes, or, where one takes long, after twenty times what it took."""


def moments(found: Difference, now: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """When, after ``now`` and up to ``until``, a stored hole will come to be as it was found as of ``until``."""
    if found.found != "closed" and found.live != found.found:
        opens = found.opens if found.live is None else None
        known = {at for at in (opens, found.since) if at is not None and now <= at <= until}
        if known:
            return sorted(known | {at + SECOND for at in known})  # what is in time at its due time is a hole after it
    if found.live == found.found == "pending" and found.due is not None and now <= found.due <= until:
        return [found.due]  # no row dates it: it will be due later
    steps = _steps(found, now, until) if found.live == "open" and OWNERS.issuperset(found.columns) else []
    return steps or _looks(found, now, until)


def _looks(found: Difference, now: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Where it is not known when: when what is to be done falls due (it may be a hole for a while, and none again by
    ``until``), at full hours, by which guards and shifts are told, and some times between."""
    points = {now + (until - now) * n / POINTS for n in range(1, POINTS + 1)}
    hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
    points.update(hour + HOUR * n for n in range((until - hour) // HOUR + 1))
    if found.live == "pending" and found.due is not None and now <= found.due <= until:
        points |= {found.due, found.due + SECOND}
    return sorted(points)


def _steps(found: Difference, now: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Whenever a hole has stood for one more span of its severity."""
    if found.since is None:
        return []
    span = dt.timedelta(hours=STEP_H[found.severity or ""])
    first = (now - found.since) // span + 1
    last = (until - found.since) // span
    return [found.since + span * n for n in range(first, last + 1)]


def every(took: float) -> float:
    """Seconds from one full audit to the next."""
    return max(EVERY_S, COSTS * took)


def horizon(now: dt.datetime, took: float) -> dt.datetime:
    """Up to when a full audit looks ahead: beyond the next."""
    return now + dt.timedelta(seconds=2 * every(took))


Due = tuple[dt.datetime, str, str, str]
"""At that moment, of that loop, by subject or item, this one; or, with "" for a loop, of that ledger, the row with this
id: one of its own moments comes."""


def due(
    differences: Iterable[Difference], scope: Callable[[str], str], now: dt.datetime, until: dt.datetime
) -> Iterator[Due]:
    """What must be audited again, and when. ``scope``: as bihuan.live.lineage says it of a loop."""
    for difference in differences:
        by = scope(difference.hole).removeprefix("ob_")
        value = difference.item if by == "item" else difference.subject
        for at in moments(difference, now, until):
            yield at.replace(microsecond=0), difference.hole, by, value


def of_row(ledger: Ledger, row: Sequence[Any], now: dt.datetime, until: dt.datetime) -> Iterator[Due]:
    """The moments of a row (its columns, then its id) that are to come."""
    for column, value in zip(ledger.all_columns, row, strict=False):
        if column.is_moment and value is not None:
            at = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
            if now < at <= until:
                yield at, "", ledger.name, str(row[-1])


def of_rows(
    con: duckdb.DuckDBPyConnection, ledgers: Iterable[Ledger], now: dt.datetime, until: dt.datetime
) -> Iterator[Due]:
    """The same of every row of the mirror."""
    for ledger in ledgers:
        for column in ledger.all_columns:
            if column.is_moment:
                at = f"{tables.quoted(column.name)}::TIMESTAMP"
                rows = con.execute(
                    f"SELECT {at}, _row FROM {tables.table(ledger)} WHERE {at} > ? AND {at} <= ?", [now, until]
                )
                yield from ((found, "", ledger.name, str(id_)) for found, id_ in rows.fetchall())


def learn(
    con: Connection,
    found: store.Found,
    scope: Callable[[str], str],
    now: dt.datetime,
    until: dt.datetime,
    scopes: Sequence[store.Scope] | None = None,
) -> None:
    """Note when time will bring the holes that are stored within ``scopes`` (None: all) to what was ``found`` as of
    ``until``. ``scope``: as bihuan.live.lineage says it of a loop."""
    _, moving = store.differences(con, found, until, scopes, most=None, ahead=True)
    note(con, due(moving, scope, now, until))


def note(con: Connection, noted: Iterable[Due]) -> None:
    """Store what must be audited again."""
    with con.cursor() as cursor, cursor.copy("COPY live_moment (at, hole, by, value) FROM STDIN") as copy:
        for row in sorted(set(noted)):
            copy.write_row(row)
