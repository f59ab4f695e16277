"""漏洞: the list, with its filters in the address; grouped; as a file; saved under a name."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Left
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.desk import access, export, filters, hands, knowledge, listing
from bihuan.desk.models import SavedView
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks

GROUPS = {
    "owner": ("责任人", "Owner"),
    "unit": ("单位", "Unit"),
    "area": ("区域", "Area"),
    "loop": ("闭环", "Loop"),
}
GROUPED = 300
"""Groups that are shown, the worst first."""
EXPORTED = 200_000
"""Rows of a file: a sheet's worth, and an audit's list of a whole province beyond."""


def holes(asked: Asked) -> HttpResponse:
    """The list, or its groups."""
    owner = asked.GET.get("owner", "")
    chosen = filters.read(asked, access.names_of(asked, "officers", [owner]) if owner else {})
    rows = chosen.apply(access.access_holes(asked))
    group = asked.GET.get("group", "")
    common: dict[str, Any] = {
        "filters": chosen,
        "states": filters.STATES,
        "groups": GROUPS,
        "group": group if group in GROUPS else "",
        "sort": asked.GET.get("sort", ""),
        "views": SavedView.objects.filter(user=asked.user.pk).order_by("name"),
        "loops": _loops(),
    }
    if group in GROUPS:
        return show(asked, "holes_grouped.html", "holes", rows=_grouped(asked, rows, group), **common)
    number, exact = listing.counted(rows)
    after = asked.GET.get("after")
    if chosen.state == "closed":
        page = listing.by_moment(rows, after, "closed_at", newest=True)
    elif chosen.state == "pending":
        page = listing.by_moment(rows, after, "due")
    elif asked.GET.get("sort") == "since":
        page = listing.by_moment(rows, after, "since")
    else:
        page = listing.by_severity(rows, after)
    hands.read(asked).mark(asked, page.rows)
    return show(asked, "holes.html", "holes", page=page, number=number, exact=exact, **common)


def _loops() -> list[tuple[str, tuple[str, str]]]:
    names = dict.fromkeys(said.family for said in knowledge.loops().values())
    return [(name, knowledge.family_title(name)) for name in names]


def _grouped(asked: Asked, rows: Any, group: str) -> list[dict[str, Any]]:
    """One row a group: how many of each severity, since when the oldest."""
    if group == "loop":
        keyed = rows.values(key=F("hole"))
    elif group == "area":
        keyed = rows.values(key=Left("area", access.below(access.area_of(asked) or "6107"[:4])))
    elif group == "owner":
        keyed = rows.values(key=hands.read(asked).who())
    else:
        keyed = rows.values(key=F(group))
    numbers = {
        "urgent": Count("pk", filter=Q(severity="急")),
        "serious": Count("pk", filter=Q(severity="重")),
        "routine": Count("pk", filter=Q(severity="常")),
        "number": Count("pk"),
        "since": Min("since"),
    }
    found = list(keyed.annotate(**numbers).order_by("-urgent", "-serious", "-number", "key")[:GROUPED])
    keys = [r["key"] for r in found if r["key"]]
    if group == "loop":
        names = {key: asked.viewing.of(knowledge.loops()[key].name) for key in keys if key in knowledge.loops()}
    else:
        names = access.names_of(asked, {"owner": "officers", "unit": "units", "area": "areas"}[group], keys)
    word = {"loop": "hole", "area": "in"}.get(group, group)
    for row in found:
        row |= {"name": names.get(row["key"], row["key"]), "word": word, "value": row["key"] or "none"}
    return found


def as_file(asked: Asked, ending: str) -> HttpResponse | FileResponse:
    """What is filtered, as .xlsx or .csv: the columns of ``bihuan check``."""
    if ending not in ("xlsx", "csv"):
        return HttpResponse(status=404)
    chosen = filters.read(asked)
    rows = chosen.apply(access.access_holes(asked))
    name = f"{asked.viewing.two('问题清单', 'holes')}-{access.now(asked):%Y%m%d-%H%M}.{ending}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"holes.{ending}"
        held = list(rows[:EXPORTED])
        looks.seen(asked, (h.person or (h.subject if h.subject_kind == "person" else None) for h in held), "file")
        export.holes(held, path, asked.viewing, access.now(asked), [c.value for c in chosen.chips])
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def people_of(asked: Asked, most: int) -> set[str]:
    """Whom the holes that are filtered are about; at most so many."""
    rows = filters.read(asked).apply(access.access_holes(asked)).values_list("person", "subject_kind", "subject")
    people: set[str] = set()
    for person, kind, subject in rows[:EXPORTED].iterator():
        people |= {key for key in (person, subject if kind == "person" else None) if key}
        if len(people) >= most:
            break
    return people


@require_POST
def save_view(asked: Asked) -> HttpResponse:
    """Keep the filters of an address under a name; the same name again replaces it, none at all takes it away."""
    name, query = asked.POST.get("name", "").strip()[:60], asked.POST.get("query", "")[:2000]
    if asked.POST.get("remove"):
        SavedView.objects.filter(user=asked.user.pk, pk=asked.POST["remove"]).delete()
    elif name:
        SavedView.objects.update_or_create(user_id=asked.user.pk, name=name, defaults={"query": query.lstrip("?")})
        messages.success(asked, asked.viewing.two(f"已存为“{name}”", f"Saved as '{name}'"))
    return HttpResponseRedirect(reverse("holes") + (f"?{query.lstrip('?')}" if query else ""))
