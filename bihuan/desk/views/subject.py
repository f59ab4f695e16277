"""人 · 物 · 处: one page a subject. The ring of its stages, the line of all its rows, its holes ever."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse

from bihuan.audit.trail import About
from bihuan.desk import access, drawing, knowledge, running, stages, tokens, trails
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.desk.views.area import area

HOLES = 100
"""Holes of one subject that its page lists."""


def subject(asked: Asked, kind: str, key: str) -> HttpResponse:
    """The page of a person, unit, lot, post, officer, area …"""
    ledger = knowledge.keyed().get(kind)
    plain = key if kind in tokens.PLAIN else tokens.unseal(kind, key)
    if ledger is None or plain is None:
        raise Http404("no such subject")
    if kind == "area":
        return area(asked, plain)
    named = About({ledger: {plain}}, {})
    which = [g.name for g in knowledge.ledgers().values() if _names(g, ledger)]
    rows = trails.lines(asked, named, which)
    holes = list(access.access_holes_of(asked, kind, plain).order_by("state", "since", "due")[:HOLES])
    if not rows and not holes:
        raise Http404("no such subject")
    if kind == "person":
        looks.seen(asked, [plain], "person")
    holes.sort(key=lambda h: (("open", "pending", "closed").index(h.state), h.due or h.since or dt.datetime.max))
    roll = next((r for r in reversed(rows) if r.ledger.name == ledger and r.held and r.key == plain), None)
    now = access.now(asked)
    # What names the subject itself says nothing on its own page.
    entries = [
        {"row": replace(r, cells=tuple(c for c in r.cells if c[1] != plain)), "at": r.at} for r in rows if r is not roll
    ]
    held = [r.ledger.name for r in rows if r.held]
    names = access.access_names(asked, access.named(cell for row in rows for cell in row.cells))
    measures = [_measure(r, now) for r in rows if r.ledger.name == "measures" and r.held and kind == "person"]
    for one in measures:
        one["unit_name"] = names.get(("units", one["unit"]), one["unit"])
    return show(
        asked,
        "subject.html",
        "ledgers",
        **(looks.purpose_of(asked, plain) if kind == "person" else {}),
        token=key,
        kind=kind,
        title=knowledge.kind_title(kind),
        key=plain,
        name=_cell(roll, "name") or _cell(roll, "product"),
        roll=roll,
        rest=[c for c in roll.cells if c[0].name not in ("name", kind)] if roll else [],
        arcs=drawing.ring(stages.of(kind, held, holes)),
        outside=kind == "unit" and not access.within_reach(asked, _cell(roll, "area"), plain),
        broken=sum(1 for h in holes if h.state == "open"),
        holes=holes,
        measures=measures,
        running=running.at_unit(asked, plain) if kind == "unit" else [],
        line=[*entries, {"mark": NOW, "at": now}] if entries else [],
        more=trails.more(asked, named, rows),
        names=names,
    )


class _Now:
    kind = "now"
    text = ("现在", "now")


NOW = _Now()


def _names(ledger: Any, target: str) -> bool:
    """Whether rows of a ledger are, or name, rows of ``target``."""
    return ledger.name == target or any(c.refers == target for c in ledger.columns)


def _cell(row: trails.Line | None, name: str) -> str:
    return next((text for column, text in row.cells if column.name == name), "") if row else ""


def _measure(row: trails.Line, now: dt.datetime) -> dict[str, Any]:
    """A measure as people ask for it: which, where, from when, its last day, how far it is."""
    since, until, ended = (_moment(_cell(row, n)) for n in ("since", "planned_until", "ended_at"))
    last = ended or until
    share = None
    if since and last and last > since:
        share = max(0, min(100, round(100 * ((min(ended or now, last)) - since) / (last - since))))
    return {
        "key": row.key,
        "row": row,
        "kind": _cell(row, "kind"),
        "unit": _cell(row, "unit"),
        "room": _cell(row, "room"),
        "area": _cell(row, "area"),
        "since": since,
        "until": until,
        "ended": ended,
        "share": share,
        "live": since is not None and since <= now and (ended is None or ended > now),
    }


def _moment(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
