"""Lists that stay quick at any depth: pages are found by the last row seen, never by counting rows off (keyset).

A list of holes stands in order of severity, since and number. Each severity is asked for alone, as the index holds it,
so a page costs the same at the beginning and at the end.
"""

from __future__ import annotations

import datetime as dt
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bihuan.kernel.loops import SEVERITIES

PAGE = 50
COUNTED = 10_000
"""Rows that are counted exactly; a list beyond says "more than"."""
EARLY = dt.datetime(1, 1, 1)


@dataclass(frozen=True)
class Page:
    """Rows, and the marks of the pages before and after; None where there is none."""

    rows: list[Any]
    after: str | None
    first: bool


def mark(values: list[Any]) -> str:
    """A place in a list as it stands in an address."""
    text = json.dumps([v.isoformat() if isinstance(v, dt.datetime) else v for v in values])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unmark(text: str | None, kinds: tuple[type, ...]) -> list[Any] | None:
    """The values of a place; None where there is none or it is not ours: then the list begins anew."""
    if not text:
        return None
    try:
        values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        read = [dt.datetime.fromisoformat(v) if k is dt.datetime else v for v, k in zip(values, kinds, strict=True)]
    except (ValueError, TypeError):
        return None
    return read if all(isinstance(v, k) for v, k in zip(read, kinds, strict=True)) else None


def by_severity(rows: QuerySet[Any], after: str | None) -> Page:
    """A page of holes: 急, 重, 常, in each the oldest first. At most three queries."""
    place = unmark(after, (int, dt.datetime, int))
    found = worst(rows, PAGE + 1, place)
    return _page(found, place is None, lambda r: [SEVERITIES.index(r.severity), r.since or EARLY, r.pk])


def worst(rows: QuerySet[Any], most: int, place: list[Any] | None = None) -> list[Any]:
    """The first ``most`` holes, 急 before 重 before 常 and in each the oldest first, behind a place; a query a
    severity, until there are enough."""
    found: list[Any] = []
    for rank, severity in enumerate(SEVERITIES):
        if place and rank < place[0]:
            continue
        own = rows.filter(severity=severity)
        if place and rank == place[0]:
            own = _behind(own, "since", ">", place[1:])
        found += own.order_by("since", "pk")[: most - len(found)]
        if len(found) >= most:
            break
    return found


def by_moment(rows: QuerySet[Any], after: str | None, column: str, newest: bool = False) -> Page:
    """A page in the order of a moment."""
    place = unmark(after, (dt.datetime, int))
    sign, way = ("-", "<") if newest else ("", ">")
    rows = rows.filter(**{f"{column}__isnull": False})
    if place:
        rows = _behind(rows, column, way, place)
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: PAGE + 1])
    return _page(found, place is None, lambda r: [getattr(r, column), r.pk])


def _behind(rows: QuerySet[Any], column: str, way: str, place: list[Any]) -> QuerySet[Any]:
    """The rows behind a place, as an index on both columns finds it: an OR of two conditions would be read through, and
    thousands of holes begin in the same moment."""
    table = rows.model._meta.db_table
    return rows.extra(where=[f'("{table}"."{column}", "{table}"."id") {way} (%s, %s)'], params=place)


def _page(found: list[Any], first: bool, place: Any) -> Page:
    shown = found[:PAGE]
    return Page(shown, mark(place(shown[-1])) if len(found) > PAGE else None, first)


def counted(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many, and whether that is all: beyond COUNTED it is not worth its time."""
    number = rows.order_by()[: COUNTED + 1].count()
    return min(number, COUNTED), number <= COUNTED
