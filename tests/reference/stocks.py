"""Holes of stocks: short, expired, stale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import BROKEN, UPKEEP, Hole, within_days
from tests.reference.rows import Row
from tests.reference.world import Place, World, midnight


def counties(w: World) -> list[Row]:
    """County rules run over the areas rows of 6 digits."""
    return [a for a in w.rows("areas") if len(a["area"]) == 6]


def gone_off(row: Row) -> datetime | None:
    """A date is valid through its day: the day after, 00:00."""
    return midnight(row["expires"]) + timedelta(days=1) if row["expires"] else None


def latest_counts(rows: list[Row], at: datetime) -> list[Row]:
    """Of each area, unit and item the rows of the latest time up to then: several are batches."""
    last: dict[tuple[str, str | None, str], datetime] = {}
    for r in rows:
        if r["at"] <= at:
            place = (r["area"], r["unit"], r["item"])
            last[place] = max(r["at"], last.get(place, r["at"]))
    return [r for r in rows if last.get((r["area"], r["unit"], r["item"])) == r["at"]]


def short_at(rows: list[Row], cover: float, at: datetime) -> bool:
    """What has not expired is less than so many days of the daily use of all."""
    counted = latest_counts(rows, at)
    quantity = sum(r["quantity"] for r in counted if not gone_off(r) or at < gone_off(r))
    return cover * sum(r["daily_use"] or 0 for r in counted) - quantity > 1e-9  # what sums of fractions are off by


def of_county(w: World, county: Row) -> dict[str, list[Row]]:
    """item → its counts in the county."""
    items: dict[str, list[Row]] = {}
    for r in w.rows("stocks"):
        if r["area"].startswith(county["area"]):
            items.setdefault(r["item"], []).append(r)
    return items


def stock_short(w: World) -> Iterator[Hole]:
    """One hole a county and item; since the present shortage began, by counts and expiries up to now and stock.days of now."""
    for county in counties(w):
        for item, rows in of_county(w, county).items():
            cover = w.order(f"stock.days.{item}", county["area"])
            since = None
            for at in sorted({m for r in rows for m in (r["at"], gone_off(r)) if m and m <= w.now}):
                since = (since or at) if short_at(rows, cover, at) else None
            if since and cover:
                yield Hole("stock.short", county["area"], item, since, BROKEN, "部门监管", Place(area=county["area"]))


def stock_expired(w: World) -> Iterator[Hole]:
    """A latest count of quantity above 0 past its expires."""
    for r in latest_counts(list(w.rows("stocks")), w.now):
        if r["quantity"] > 0 and r["expires"] and gone_off(r) <= w.now:
            yield Hole("stock.expired", r["area"], r.key, gone_off(r), BROKEN, "部门监管", Place(area=r["area"]))


def stock_stale(w: World) -> Iterator[Hole]:
    """The newest count in the county of an item with stock.days above 0 there is older than stock.count_d."""
    for county in counties(w):
        for item, rows in of_county(w, county).items():
            if w.order(f"stock.days.{item}", county["area"]) > 0:
                newest = max(r["at"] for r in rows)
                hole = Hole("stock.stale", county["area"], item, newest, UPKEEP, "部门监管", Place(area=county["area"]))
                yield from within_days(w, hole, newest, w.order("stock.count_d", county["area"], newest), None)


RULES = [stock_short, stock_expired, stock_stale]
