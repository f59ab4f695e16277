"""值班: who guards what, hour by hour; where nobody does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse

from bihuan.desk import access, knowledge
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked

POSTS = 80
HOURS, BACK = 72, 48
"""What the audit of guards looks at: 48 hours back, 24 ahead."""


def rosters(asked: Asked) -> HttpResponse:
    """The guarded posts with their shifts and gaps. Four queries."""
    now = access.now(asked)
    begin = (now - dt.timedelta(hours=BACK)).replace(minute=0, second=0)
    end = begin + dt.timedelta(hours=HOURS)
    posts = _posts(asked, now)
    shifts = _shifts(asked, [p["post"] for p in posts], begin, end)
    wanted = {"units": {p["unit"] for p in posts if p["unit"]}, "areas": {p["area"] for p in posts}}
    names = access.access_names(asked, wanted)
    gaps = access.open_and_pending(asked, "post", [p["post"] for p in posts])
    for post in posts:
        at = ("units", post["unit"]) if post["unit"] else ("areas", post["area"])
        post["place"] = names.get(at, at[1])
        post["shifts"] = [s | _bar(s["start"], s["end"], begin, end) for s in shifts if s["post"] == post["post"]]
        post["gaps"] = [
            g for g in gaps if g.subject == post["post"] and g.hole.startswith("guard.") and g.state == "open"
        ]
        post["marks"] = [g | {"hole": h} for h in post["gaps"] if (g := _gap(h, post["shifts"], begin, end))]
    posts.sort(key=lambda p: (-len(p["gaps"]), p["area"], p["post"]))
    hours = [{"at": begin + dt.timedelta(hours=h), "x": round(100 * h / HOURS, 2)} for h in range(0, HOURS, 12)]
    place = round(100 * (now - begin) / (end - begin), 2)
    return show(asked, "rosters.html", "rosters", posts=posts, hours=hours, place=place, more=len(posts) == POSTS)


def _posts(asked: Asked, now: dt.datetime) -> list[dict[str, Any]]:
    """Of the area or unit of the account: posts are everybody's to know, their shifts are not, and one would look
    unguarded."""
    ledger = knowledge.ledgers()["posts"]
    held, values = access.effective_sql(ledger, "l", asked.viewing.at)
    scope, within = access.scope_sql(ledger, "l", access.area_of(asked))
    if unit := str(getattr(asked.user, "unit", "")):
        scope, within = f"({scope} AND l.unit = %s)", [*within, unit]
    return access.query(
        f"""SELECT l.post, l.name, l.kind, l.area, l.unit, l.from_hour, l.to_hour, l.leader_required FROM ledger_posts l
        WHERE {held} AND {scope} AND l.mode = '值守' AND l.since <= %s AND (l.until IS NULL OR l.until > %s)
        ORDER BY l.area, l.post LIMIT {POSTS}""",
        [*values, *within, now, now],
    )


def _shifts(asked: Asked, posts: list[str], begin: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    ledger, officers = knowledge.ledgers()["shifts"], knowledge.ledgers()["officers"]
    held, values = access.effective_sql(ledger, "l", asked.viewing.at)
    known, also = access.effective_sql(officers, "o", asked.viewing.at)
    return access.query(
        f"""SELECT l.shift, l.post, l.role, l.start, l."end", l.signed_in, l.officer, o.name
        FROM ledger_shifts l LEFT JOIN ledger_officers o ON o.officer = l.officer AND {known}
        WHERE {held} AND l.post = ANY(%s) AND l.start < %s AND l."end" > %s ORDER BY l.start""",
        [*also, *values, posts, end, begin],
    )


def _bar(start: dt.datetime, stop: dt.datetime, begin: dt.datetime, end: dt.datetime) -> dict[str, float]:
    """Where an interval stands on the line, in per cent."""
    whole = end - begin
    left = max(0.0, (start - begin) / whole)
    right = min(1.0, (stop - begin) / whole)
    return {"x": round(100 * left, 2), "w": round(100 * max(0.0, right - left), 2)}


def _gap(hole: Any, shifts: list[Any], begin: dt.datetime, end: dt.datetime) -> dict[str, float] | None:
    """An uncovered interval from its true start to the next shift (of the role that is missing)."""
    if hole.hole == "guard.unsigned":
        return None
    start = dt.datetime.fromisoformat(hole.item)
    role = "带班领导" if hole.hole == "guard.leaderless" else None
    later = [s["start"] for s in shifts if s["start"] > start and (role is None or s["role"] == role)]
    return _bar(start, min(later, default=end), begin, end)
