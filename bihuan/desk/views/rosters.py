"""值班: who guards what, hour by hour; where nobody does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bihuan.desk import access, knowledge, tokens
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address, short_at
from bihuan.desk.viewing import Asked
from bihuan.domains import english

POSTS = 80
LEADER = "带班领导"
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
    own: dict[str, list[dict[str, Any]]] = {}
    for shift in shifts:
        own.setdefault(shift["post"], []).append(shift | _drawn(asked, shift, begin, end))
    for post in posts:
        at = ("units", post["unit"]) if post["unit"] else ("areas", post["area"])
        post["place"] = names.get(at, at[1])
        post["shifts"] = own.get(post["post"], [])
        post["gaps"] = [
            g for g in gaps if g.subject == post["post"] and g.hole.startswith("guard.") and g.state == "open"
        ]
        marked = ((h, _gap(h, post["shifts"], begin, end)) for h in post["gaps"])
        post["marks"] = [gap | {"hole": h, "bar": _placed(gap)} for h, gap in marked if gap]
    posts.sort(key=lambda p: (-len(p["gaps"]), p["area"], p["post"]))
    hours = [{"at": begin + dt.timedelta(hours=h), "x": round(100 * h / HOURS, 2)} for h in range(0, HOURS, 12)]
    place = round(100 * (now - begin) / (end - begin), 2)
    lines = [("tick-line", h["x"]) for h in hours]
    behind, before = _lines(lines), _lines([("now-line", place)])
    return show(
        asked,
        "rosters.html",
        "rosters",
        posts=posts,
        hours=hours,
        ticks=behind,
        now_line=before,
        more=len(posts) == POSTS,
    )


def _lines(drawn: list[tuple[str, Any]]) -> SafeString:
    """Upright lines that every post's drawing has."""
    line = '<line class="{0}" x1="{1}%" x2="{1}%" y1="0" y2="34"></line>'
    return format_html_join("", line, drawn)


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


def _drawn(asked: Asked, shift: dict[str, Any], begin: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    """What is drawn of a shift, ready for the template: a page holds many hundred."""
    signed = f" ✓ {short_at(shift['signed_in'])}" if shift["signed_in"] else ""
    who = f"{shift['name'] or shift['officer']} {asked.viewing.two(shift['role'], english.word(shift['role']))}"
    return {
        "bar": _placed(_bar(shift["start"], shift["end"], begin, end)),
        "leads": shift["role"] == LEADER,
        "link": address(asked.viewing, "row", "shifts", tokens.seal("shifts", shift["shift"])),
        "title": f"{who} {short_at(shift['start'])}–{short_at(shift['end'])}{signed}",
    }


def _placed(bar: dict[str, float]) -> SafeString:
    """Attributes of SVG."""
    return format_html('x="{}%" width="{}%"', bar["x"], bar["w"])


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
    role = LEADER if hole.hole == "guard.leaderless" else None
    later = [s["start"] for s in shifts if s["start"] > start and (role is None or s["role"] == role)]
    return _bar(start, min(later, default=end), begin, end)
