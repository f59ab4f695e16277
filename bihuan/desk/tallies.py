"""数: how many holes there are, of which loop, severity, area, owner; off the rows, or, of an earlier moment, off what
was counted once when it was audited.

An earlier moment never changes, and a county has its to-dos by the hundred thousand: to count them for every page that
looks back would cost more than the page. Tallies go down to towns; whoever sees less, or is entrusted with holes that
lie elsewhere, has them counted row by row, which are few.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Aggregate, Avg, Count, ExpressionWrapper, F, Q, QuerySet, Sum, fields
from django.db.models.functions import TruncHour

from bihuan.access import scope
from bihuan.desk import access
from bihuan.desk.models import Tally
from bihuan.desk.then import CLOSED_D
from bihuan.desk.viewing import Asked
from bihuan.live.models import Event


@dataclass(frozen=True)
class Counted:
    """Rows to be counted; ``kept``: each stands for as many holes as its ``n`` says."""

    rows: QuerySet[Any]
    kept: bool

    def number(self, **alike: Any) -> Aggregate:
        """How many holes; of those alone that are ``alike``."""
        wanted = Q(**alike) if alike else None
        return Sum("n", filter=wanted, default=0) if self.kept else Count("pk", filter=wanted)


def standing(asked: Asked) -> Counted:
    """Holes, to-dos and closed holes in the area looked at."""
    return within(asked, asked.viewing.area)


def within(asked: Asked, area: str, digits: int = 0) -> Counted:
    """The same in one area. ``digits``: of the areas that they are to be told apart by."""
    if _kept(asked, area, digits):
        return Counted(access.in_area(_tallies(asked, "standing"), area), True)
    return Counted(access.access_holes_in(asked, area), False)


FRESH_S = 10.0
"""How long what was counted is believed though no audit told of a move: rows may come into somebody's sight."""

MOST_KEPT = 2000
_counted: dict[tuple[Any, ...], tuple[float, Any]] = {}

T = TypeVar("T")


def once(asked: Asked, what: str, count: Callable[[], T]) -> T:
    """What is counted in the area looked at, once for all who see the same: until an audit moves a hole, or, of an
    earlier moment's tallies, for good. ``what``: its name; what it gives is not to be changed."""
    user, viewing = asked.user, asked.viewing
    sees = (True,) if user.whole else (user.area, user.unit, user.officer)
    state = _moved(asked) if viewing.at is None else access.snapshot(asked).pk
    key = (connection.settings_dict["NAME"], what, viewing.at, state, viewing.area, *sees)
    at, found = _counted.get(key, (-FRESH_S, None))
    if time.monotonic() - at > FRESH_S:
        found = count()
        if len(_counted) > MOST_KEPT:
            _counted.clear()
        _counted[key] = (float("inf") if _kept(asked, viewing.area) else time.monotonic(), found)
    return cast("T", found)


def _moved(asked: Asked) -> int:
    """The last event that told of a hole that moved; asked for once a request."""
    found: int | None = getattr(asked, "bihuan_moved", None)
    if found is None:
        with scope.herald():
            last = Event.objects.filter(kind="holes").order_by("-id").values_list("id", flat=True).first()
        found = asked.bihuan_moved = last or 0
    return found


def open_holes(asked: Asked) -> int:
    """How many holes are open in the area looked at: every page says it."""

    def count() -> int:
        counted = standing(asked)
        return int(counted.rows.filter(state="open").aggregate(number=counted.number())["number"])

    return once(asked, "open", count)


def hourly(asked: Asked, column: str, begin: dt.datetime, until: dt.datetime) -> dict[dt.datetime, int]:
    """Hour → how many holes began in it (``column`` since) or closed (closed_at)."""
    return once(asked, f"hourly {column} {begin}", lambda: _hourly(asked, column, begin, until))


def _hourly(asked: Asked, column: str, begin: dt.datetime, until: dt.datetime) -> dict[dt.datetime, int]:
    if _kept(asked, asked.viewing.area):
        rows = _here(asked, "since" if column == "since" else "closed").filter(hour__gte=begin)
        return {r["hour"]: r["number"] for r in rows.values("hour").annotate(number=Sum("n"))}
    spans = access.access_spans(asked).filter(**{f"{column}__gte": begin, f"{column}__lte": until})
    found = spans.annotate(at_hour=TruncHour(column)).values("at_hour").annotate(number=Count("pk"))
    return {r["at_hour"]: r["number"] for r in found}


@dataclass(frozen=True)
class Turnover:
    """How many began and closed since midnight; hours from beginning to closing, on the average of CLOSED_D days."""

    opened: int
    closed: int
    hours: float | None


def turnover(asked: Asked, midnight: dt.datetime, now: dt.datetime) -> Turnover:
    """Of the area looked at."""
    return once(asked, f"turnover {midnight}", lambda: _turnover(asked, midnight, now))


def _turnover(asked: Asked, midnight: dt.datetime, now: dt.datetime) -> Turnover:
    if _kept(asked, asked.viewing.area):
        opened = _here(asked, "since").filter(hour__gte=midnight).aggregate(number=Sum("n", default=0))
        closed = _here(asked, "closed").aggregate(
            number=Sum("n", filter=Q(hour__gte=midnight), default=0),
            lasted=Sum("lasted"),
            timed=Sum("timed", default=0),
        )
        mean = closed["lasted"] / int(closed["timed"]) if closed["timed"] else None
        return Turnover(int(opened["number"]), int(closed["number"]), mean.total_seconds() / 3600 if mean else None)
    lasted = ExpressionWrapper(F("closed_at") - F("since"), output_field=fields.DurationField())
    recent = Q(closed_at__gt=now - dt.timedelta(days=CLOSED_D), closed_at__lte=now)
    wanted = Q(since__gte=midnight, since__lte=now) | Q(closed_at__gte=midnight, closed_at__lte=now) | recent
    spans = (
        access.access_spans(asked)
        .filter(wanted)
        .aggregate(
            opened=Count("pk", filter=Q(since__gte=midnight, since__lte=now)),
            closed=Count("pk", filter=Q(closed_at__gte=midnight, closed_at__lte=now)),
            lasted=Avg(lasted, filter=recent),
        )
    )
    hours = spans["lasted"].total_seconds() / 3600 if spans["lasted"] else None
    return Turnover(spans["opened"], spans["closed"], hours)


def _kept(asked: Asked, area: str, digits: int = 0) -> bool:
    """Whether an earlier moment's tallies say it: of all, of a county, of a town; not of what lies below."""
    bound, town = str(getattr(asked.user, "area", "")), access.NARROW
    if asked.viewing.at is None or max(len(area), len(bound), digits) > town:
        return False
    if not (bound or getattr(asked.user, "whole", False)):
        return False
    return not _entrusted(asked)


def _entrusted(asked: Asked) -> bool:
    """Whether holes that lie elsewhere are the account's to see to; asked for once a request."""
    found: bool | None = getattr(asked, "bihuan_entrusted", None)
    if found is None:
        found = False
        if asked.user.officer and not asked.user.whole:
            with connection.cursor() as cursor:
                cursor.execute("SELECT bihuan_entrusts()")
                found = bool(cursor.fetchone()[0])
        asked.bihuan_entrusted = found
    return found


def _tallies(asked: Asked, kind: str) -> QuerySet[Any]:
    return Tally.objects.filter(snapshot=access.snapshot(asked), kind=kind)


def _here(asked: Asked, kind: str) -> QuerySet[Any]:
    return access.in_area(_tallies(asked, kind), asked.viewing.area)
