"""一个漏洞: what is wrong, by which rule, on which rows, who has it, what closes it, where else it is."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count
from django.db.models.functions import Left
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.access import roles
from bihuan.audit import trail
from bihuan.desk import access, closing, knowledge, tokens, trails
from bihuan.desk.models import Comment
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address, lasting
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.live import clock
from bihuan.pressure import channels
from bihuan.pressure.models import Message, Telling

STEP_H = {"急": 4, "重": 24, "常": 24}
"""Hours after which a hole goes up one role (loops.md, Owners)."""
ELSEWHERE = 8
_ORDER = re.compile(r"(?P<key>[^=；]+)=(?P<value>.*?)（(?P<document>[^（）]*)）(?:；|$)")


@dataclass(frozen=True)
class Governing:
    """A parameter in force for a hole: its value, the document it comes from (empty: the default)."""

    key: str
    value: str
    document: str
    meaning: tuple[str, str]
    unit: tuple[str, str]


UNITS = {"h": ("小时", "h"), "d": ("天", "d"), "min": ("分钟", "min"), "°C": ("°C", "°C"), "": ("", "")}


def governing(order: str | None) -> list[Governing]:
    """What a hole's column ``order`` says, taken apart."""
    found = []
    for part in _ORDER.finditer(order or ""):
        parameter = knowledge.parameter(part["key"])
        document = "" if part["document"] == "默认" else part["document"]
        meaning = (parameter.zh, parameter.en) if parameter else ("", "")
        unit = UNITS[parameter.unit] if parameter else ("", "")
        found.append(Governing(part["key"], part["value"], document, meaning, unit))
    return found


@dataclass(frozen=True)
class Button:
    """One way to close a hole, as a button."""

    title: tuple[str, str]
    link: str


def find(asked: Asked, token: str) -> Any:
    """The hole of an address. Raises Http404."""
    identity = tokens.unseal("hole", token)
    parts = identity.split("/", 2) if identity else []
    # A subject's key may hold a stroke itself: what is found decides.
    if len(parts) == 3:
        hole, rest = parts[0], identity.split("/", 1)[1] if identity else ""
        for place in [i for i, c in enumerate(rest) if c == "/"]:
            found = access.access_hole(asked, hole, rest[:place], rest[place + 1 :])
            if found is not None:
                return found
    raise Http404("no such hole")


def hole(asked: Asked, token: str) -> HttpResponse:
    """The page."""
    row = find(asked, token)
    said = knowledge.loops().get(row.hole)
    if said is None:
        raise Http404("a loop that this version has not")
    looks.seen(asked, [row.person, row.subject if row.subject_kind == "person" else None], "hole")
    now = access.now(asked)
    near = row.since or row.due or now
    named = closing.about(row)
    read = (knowledge.reads().get(row.hole, frozenset()) - {"orders", "areas"}) | set(named.evidence)
    rows = trails.lines(asked, named, {*read, *(name for name in named.keys if name != "areas")}, near)
    state = {"open": "open", "pending": "pending", "closed": "late"}[row.state]
    marks = [_named(m, row) for m in trail.marks(state, row.opens, row.due, row.since, row.closed_at, now)]
    return show(
        asked,
        "hole.html",
        "holes",
        hole=row,
        said=said,
        token=token,
        family=row.hole.split(".")[0],
        governing=governing(row.order),
        line=merged(rows, marks),
        names=access.access_names(asked, access.named(cell for row in rows for cell in row.cells)),
        ladder=_ladder(asked, row, said),
        told=_told(asked, row),
        spans=access.access_spans_of(asked, row),
        buttons=buttons(row, token, asked),
        elsewhere=_elsewhere(asked, row),
        comments=Comment.objects.filter(hole=identity(row)).order_by("at", "pk"),
        **_names(asked, row, now),
    )


def _names(asked: Asked, row: Any, now: dt.datetime) -> dict[str, Any]:
    """What people call the subject and the area, and how long it has been."""
    ledger = knowledge.keyed().get(row.subject_kind, "")
    known = access.names_of(asked, ledger, [row.subject]) if ledger in access.NAMES else {}
    area = access.names_of(asked, "areas", [row.area]) if row.area else {}
    return {
        "subject_name": known.get(row.subject, ""),
        "area_name": area.get(row.area, row.area or ""),
        "lasted": lasting(now - row.since, asked.viewing.lang) if row.since else "",
    }


def identity(row: Any) -> str:
    """hole/subject/item, as a comment and a finding name it."""
    return "/".join(p for p in (row.hole, row.subject, row.item) if p)


def _named(mark: trail.Mark, row: Any) -> trail.Mark:
    """The missing row's mark says of which ledger it would be, where one alone closes the hole."""
    ledgers = {way.ledger for way in closing.ways(row.hole)}
    if mark.kind != "missing" or len(ledgers) != 1:
        return mark
    ledger = knowledge.ledgers()[ledgers.pop()]
    english = ledger.english[:1].upper() + ledger.english[1:]
    said = (f"缺：{ledger.title}，到期仍没有应有的登记", f"Missing: {english}. It was due, and nothing is recorded")
    return replace(mark, text=said)


def merged(rows: list[trails.Line], marks: list[trail.Mark]) -> list[dict[str, Any]]:
    """Rows and marks on one line, in time order."""
    line: list[tuple[dt.datetime, int, dict[str, Any]]] = []
    line += [(r.at or dt.datetime.min, 0, {"row": r, "at": r.at}) for r in rows]
    line += [(m.at, 1, {"mark": m, "at": m.at}) for m in marks]
    return [entry for *_, entry in sorted(line, key=lambda x: (x[0], x[1]))]


def _ladder(asked: Asked, row: Any, said: Any) -> list[dict[str, Any]]:
    """Whose it is, and to whom it goes up when it ages."""
    rungs = knowledge.program().ladders.get(row.role or said.role, (said.role,))
    names = access.names_of(asked, "officers", [o for o in (row.owner, row.escalated_to) if o])
    step = dt.timedelta(hours=STEP_H.get(row.severity, 24))
    now = access.now(asked)
    made: list[dict[str, Any]] = []
    for place, role in enumerate(rungs):
        begins = row.since + step * place if row.since else None
        made.append(
            {"role": role, "at": begins, "reached": row.state == "open" and begins is not None and begins <= now}
        )
    if made and row.owner:
        made[0] |= {"officer": row.owner, "name": row.owner_name or names.get(row.owner, "")}
    if row.escalated_to:
        last = max((i for i, rung in enumerate(made) if rung["reached"]), default=0)
        if made[last].get("officer") != row.escalated_to:
            made[last if last else min(1, len(made) - 1)] |= {
                "officer": row.escalated_to,
                "name": names.get(row.escalated_to, ""),
            }
    return made


TOLD = """
SELECT s.at, s.channel, s.state, t.why, coalesce(o.name, t.recipient) AS name
FROM live_hole h JOIN pressure_telling t ON t.of_id = h.id JOIN LATERAL bihuan_sent(ARRAY[t.message_id]) s ON true
LEFT JOIN ledger_officers o ON o.officer = t.recipient AND o.latest AND o.retracted IS NOT TRUE
WHERE h.hole = %s AND h.subject = %s AND h.item = %s AND (%s::timestamp IS NULL OR s.at <= %s)
ORDER BY t.id DESC LIMIT 4
"""


def _told(asked: Asked, row: Any) -> list[dict[str, Any]]:
    """The last times that somebody was told of it; all of them stand on its page of pressure."""
    at, states, whys = asked.viewing.at, dict(Message.STATES), dict(Telling.WHYS)
    return [
        {
            "at": t["at"],
            "name": t["name"],
            "by": channels.shown(t["channel"]),
            "state": (states[t["state"]], t["state"]),
            "why": (whys[t["why"]], t["why"]),
        }
        for t in access.query(TOLD, [row.hole, row.subject, row.item, at, at])
    ]


def buttons(row: Any, token: str, asked: Asked) -> list[Button]:
    """The forms in which the closing fact is recorded; none for an earlier moment."""
    if asked.viewing.at or row.state == "closed":
        return []
    made = []
    for place, way in enumerate(closing.ways(row.hole)):
        ledger = knowledge.ledgers()[way.ledger]
        if not roles.writes(asked.user.role, asked.user.group, way.ledger):
            continue
        if not way.edit:
            title = (f"登记{ledger.title}", f"Record: {ledger.english}")
            made.append(Button(title, address(asked.viewing, "row_new", way.ledger, for_=token, way=place)))
            continue
        for key in closing.rows(way, row):
            title = (f"更正{ledger.title} {key}", f"Correct: {ledger.english} {key}")
            shown = tokens.seal(way.ledger, key)
            made.append(Button(title, address(asked.viewing, "row_edit", way.ledger, shown, for_=token)))
    return made


def _elsewhere(asked: Asked, row: Any) -> list[dict[str, Any]]:
    """The same hole in other areas, by town."""
    same = access.access_holes(asked).filter(hole=row.hole, state="open").exclude(pk=row.pk)
    found = list(same.values(key=Left("area", 9)).annotate(number=Count("pk")).order_by("-number", "key")[:ELSEWHERE])
    names = access.names_of(asked, "areas", [r["key"] for r in found if r["key"]])
    return [r | {"name": names.get(r["key"], r["key"])} for r in found]


@require_POST
def comment(asked: Asked, token: str) -> HttpResponse:
    """Say something of a hole. It closes nothing."""
    row = find(asked, token)
    text = asked.POST.get("text", "").strip()[:4000]
    if text:
        by = asked.user.get_username()
        Comment.objects.create(hole=identity(row), at=clock.now(), by=by, text=text)
    return HttpResponseRedirect(address(asked.viewing, "hole", token) + "#comments")
