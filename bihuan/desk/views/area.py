"""One area: its holes by loop and by the areas within it, who answers for it, what is in force there."""

from __future__ import annotations

from typing import Any

from django.db.models import Min
from django.db.models.functions import Left
from django.http import Http404, HttpResponse

from bihuan.audit.trail import About
from bihuan.desk import access, drawing, knowledge, running, stages, tallies, trails
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views.overview import loop_rows
from bihuan.exchange import cells

OFFICERS = 60
MIXED = ("areas", *trails.ROLLS)
"""Rolls: what lies in an area fills its pages otherwise."""


def areas(asked: Asked) -> HttpResponse:
    """The areas right below the one looked at, the worst first."""
    return area(asked, access.area_of(asked))


def area(asked: Asked, code: str) -> HttpResponse:
    """The page of one area, of which the ledger of areas may not know; ``""``: of all that the viewer may see.
    Raises Http404."""
    if code and not _readable(code):
        raise Http404("no such area")
    here = access.access_places(asked, "l.area = ANY(%s)", [access.path(code)]) if code else []
    place = next((p for p in here if p.area == code), None)
    digits = access.below(code) if code else 6
    within = access.access_places(
        asked, "l.area > %s AND l.area < %s AND length(l.area) = %s", [code or "0", f"{code}:", digits]
    )
    apart = tallies.within(asked, code, digits)
    numbers = {
        r["key"]: r
        for r in apart.rows.filter(state="open")
        .values(key=Left("area", digits))
        .annotate(
            urgent=apart.number(severity="急"),
            serious=apart.number(severity="重"),
            number=apart.number(),
            first=Min("since"),
        )
    }
    rows = [_row(place, numbers.get(place.area)) for place in within]
    rows.sort(key=lambda r: (-r["urgent"], -r["number"], r["place"].area))
    loops = loop_rows(tallies.within(asked, code))
    named = About({"areas": {code}}, {})
    line = trails.lines(asked, named, _of_areas()) if code else []
    outside = bool(code) and not access.within_reach(asked, code)
    silent = not loops and (outside or (bool(code) and place is None))  # that nothing is listed means nothing
    return show(
        asked,
        "area.html",
        "areas",
        code=code,
        place=place,
        path=[p for p in here if p.area != code],
        rows=rows,
        loops=loops,
        arcs=[] if silent else drawing.ring(stages.of_area(loops)),
        broken=sum(row.open for row in loops),
        running=running.in_area(asked, code),
        line=[{"row": row, "at": row.at} for row in line],
        more=trails.more(asked, named, line),
        names=access.access_names(asked, access.named(cell for row in line for cell in row.cells)),
        outside=outside,
        officers=_officers(asked, code) if code else [],
    )


def _readable(code: str) -> bool:
    try:
        return cells.area(code) == code
    except cells.Unreadable:
        return False


def _of_areas() -> list[str]:
    """The ledgers whose rows are about an area, and not about somebody in it: orders, tasks, stocks, inspections …"""
    return [
        g.name
        for g in knowledge.ledgers().values()
        if g.name not in MIXED
        and any(c.type == "area" for c in g.columns)
        and not any(c.refers in ("people", "units") for c in g.columns)
    ]


def _row(place: access.Place, found: dict[str, Any] | None) -> dict[str, Any]:
    number = found["number"] if found else 0
    return {
        "place": place,
        "urgent": found["urgent"] if found else 0,
        "serious": found["serious"] if found else 0,
        "number": number,
        "since": found["first"] if found else None,
        "rate": drawing.rate(number, place.population),
    }


def _officers(asked: Asked, code: str) -> list[dict[str, Any]]:
    """Who answers for an area now: live duties on that very code."""
    duty, officer = knowledge.ledgers()["duties"], knowledge.ledgers()["officers"]
    held, values = access.effective_sql(duty, "l", asked.viewing.at)
    known, also = access.effective_sql(officer, "o", asked.viewing.at)
    now = access.now(asked)
    return access.query(
        f"SELECT l.role, l.officer, o.name, o.post, o.phone, l.since FROM ledger_duties l "
        f"LEFT JOIN ledger_officers o ON o.officer = l.officer AND {known} "
        f"WHERE l.area = %s AND l.since <= %s AND (l.until IS NULL OR l.until > %s) AND {held} "
        f"ORDER BY l.role, l.since LIMIT {OFFICERS}",
        [*also, code, now, now, *values],
    )
