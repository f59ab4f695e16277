"""Moments, spans and codes: the small expressions that every form needs.

Open ends get a far date: an inequality with OR in a join becomes a nested loop (98.7 s instead of 17.4 s measured on
2.9 million rows), so ``since ≤ t < until`` must be two plain comparisons.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir

BEGINNING = dt.datetime(1, 1, 1)
END = dt.datetime(9999, 12, 31)
NOW_SENTINEL = dt.datetime(1111, 11, 11, 11, 11, 11)
"""Stands for the as-of time in compiled SQL; the engine puts its own value there (kernel/program.py)."""

LONGEST_H = 1000 * 365 * 24
"""A thousand years."""

LEVELS = (2, 4, 6, 9, 12, 15)
"""Lengths of area codes: province, city, county, town, village, grid."""


def moment(value: dt.datetime) -> ir.TimestampScalar:
    return ibis.literal(value, type="timestamp(6)")


def now() -> ir.TimestampScalar:
    """The as-of time."""
    return moment(NOW_SENTINEL)


def nothing(kind: str = "timestamp(6)") -> ir.Scalar:
    return ibis.null(kind)


def hours(value: Any) -> Any:
    """A span of so many hours (column, deferred or number), to the second; d = 24 h. An order may say any number: what
    is longer than LONGEST_H is as long as that, and no moment leaves the calendar."""
    if isinstance(value, (int, float)):
        return ibis.interval(seconds=round(value * 3600))
    # Not `least`: it would take a missing number for the longest.
    value = ibis.cases((value > LONGEST_H, LONGEST_H), (value < -LONGEST_H, -LONGEST_H), else_=value)
    return (value * 3600).round().cast("int64").as_interval("s")


def days(value: Any) -> Any:
    return hours(value * 24)


def midnight(value: Any) -> Any:
    """The day of a moment, as the moment at which it began."""
    return value.truncate("D")


def live(since: Any, until: Any, at: Any) -> Any:
    """Live at t: (since empty or since ≤ t) and (until empty or t < until)."""
    return (since.fill_null(moment(BEGINNING)) <= at) & (until.fill_null(moment(END)) > at)


def county(area: Any) -> Any:
    """The county of an area: the first six digits of its code."""
    return area.substr(0, 6)


def cite(ledger: str, key: Any) -> Any:
    """One row of evidence: ledger:key."""
    return f"{ledger}:" + key
