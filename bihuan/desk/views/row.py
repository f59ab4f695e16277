"""One row of a ledger: its versions, the holes that rest on it; the form that records, corrects, withdraws it."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import access, closing, forms, knowledge, rows, tokens, trails, writing
from bihuan.desk.called import called
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.desk.views.hole import find as find_hole
from bihuan.desk.views.ledgers import ledger_of
from bihuan.exchange import cells
from bihuan.kernel.ledger import Ledger
from bihuan.live import clock


def row(asked: Asked, ledger: str, token: str) -> HttpResponse:
    """A row with all its versions, the present one first."""
    which, key = ledger_of(ledger), _key(ledger, token)
    found = rows.versions(asked, which, key)
    if not found:
        raise Http404("no such row")
    looks.seen(asked, _people(which, found), "row")
    versions = [_version(which, found, place) for place in reversed(range(len(found)))]
    cited = access.access_holes_on(asked, f"{ledger}:{key}")
    return show(
        asked,
        "row.html",
        "ledgers",
        ledger=which,
        name=ledger,
        token=token,
        key=key,
        standing=next((v for v in versions if v["standing"]), None),
        versions=versions,
        names=access.access_names(asked, access.named(c[:2] for v in versions for c in v["cells"])),
        holes=[h for h in cited.order_by("state", "since")[:50] if key in closing.about(h).evidence.get(ledger, set())],
    )


def _people(which: Ledger, found: list[dict[str, Any]]) -> list[str | None]:
    """Whom rows are about."""
    named = [c.name for c in which.columns if c.refers == "people" or (which.name == "people" and c.name == "person")]
    return [row[name] for row in found for name in named]


def _key(ledger: str, token: str) -> str:
    key = tokens.unseal(ledger, token)
    if key is None:
        raise Http404("no such row")
    return key


def _version(which: Ledger, found: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """One version: its cells, which of them differ from the version before, who wrote it and when."""
    here, before = found[place], found[place - 1] if place else None
    shown = [
        (c, trails.said(c, here[c.name]), before is not None and here[c.name] != before[c.name]) for c in which.columns
    ]
    return {
        "cells": [x for x in shown if x[1] or x[2]],
        "number": place + 1,
        "standing": here["standing"],
        "retracted": here["retracted"],
        "replaced": here["replaced_by"] is not None,
        "recorded_at": here["recorded_at"],
        "by": here["recorded_by"] or here["written_by"],
        "how": here["written_how"],
        "written_at": here["written_at"],
    }


def new(asked: Asked, ledger: str) -> HttpResponse:
    """The form of a new row, begun with what the hole that it closes names."""
    which = ledger_of(ledger)
    hole = find_hole(asked, asked.GET["for"]) if asked.GET.get("for") else None
    if asked.method == "POST":
        return _save(asked, which, forms.posted(which, asked.POST), hole, fixed=False)
    now = clock.now()
    if hole is not None:
        ways = closing.ways(hole.hole)
        place = int(asked.GET.get("way", "0")) if asked.GET.get("way", "0").isdigit() else 0
        way = ways[place] if place < len(ways) else ways[0]
        values = _carried(asked, which, hole) | closing.begin(which, hole, way, now)
    else:
        given = {c.name: asked.GET.get(c.name, "") for c in which.columns}
        values = {
            c.name: given[c.name] or (f"{now:%Y-%m-%d %H:%M}" if c.required and c.type == "time" else "")
            for c in which.columns
        }
    if asked.user.unit and any(c.name == "unit" and c.required for c in which.columns):
        values["unit"] = values.get("unit") or asked.user.unit  # whoever speaks for one unit need not know its number
    first = which[which.key[0]]
    if len(which.key) == 1 and first.type == "text" and first.name != "person" and not values.get(first.name):
        values[first.name] = fresh_key(which, now)
    return _form(asked, which, forms.made(which, values), hole, "new")


def _carried(asked: Asked, which: Ledger, hole: Any) -> dict[str, str]:
    """What a new row takes over from the one before it."""
    key = closing.before(which, hole)
    found = rows.versions(asked, which, key) if key else []
    last = next((f for f in found if f["standing"]), None)
    return {name: trails.said(which[name], last[name]) for name in closing.CARRIED[which.name]} if last else {}


def fresh_key(which: Ledger, now: dt.datetime) -> str:
    """A number for a new row that nobody else gives: who records it may type his own instead."""
    return f"{which.name[:2].upper()}{now:%y%m%d%H%M%S}{secrets.token_hex(1).upper()}"


def edit(asked: Asked, ledger: str, token: str) -> HttpResponse:
    """The form of a correction: a further version of the row."""
    which, key = ledger_of(ledger), _key(ledger, token)
    hole = find_hole(asked, asked.GET["for"]) if asked.GET.get("for") else None
    found = rows.versions(asked, which, key)
    standing = next((f for f in found if f["standing"]), found[-1] if found else None)
    if standing is None:
        raise Http404("no such row")
    looks.seen(asked, _people(which, [standing]), "form")
    if asked.method == "POST":
        values = forms.posted(which, asked.POST) | {k: trails.said(which[k], standing[k]) for k in which.key}
        return _save(asked, which, values, hole, fixed=True)
    values = {c.name: trails.said(c, standing[c.name]) for c in which.columns}
    return _form(asked, which, forms.made(which, values, fixed=True), hole, "edit", token=token)


def _form(
    asked: Asked, which: Ledger, form: forms.Form, hole: Any, how: str, status: int = 200, token: str = ""
) -> HttpResponse:
    names = {f.column.name: f for f in form.fields}
    known: dict[tuple[str, str], str] = {}
    for ledger in ("areas", "units", "officers", "posts"):
        keys = [f.value for f in form.fields if f.refers == ledger and f.value]
        known |= {(ledger, k): n for k, n in access.names_of(asked, ledger, keys).items()} if keys else {}
    for one in names.values():
        one.shown = one.shown or known.get((one.refers, one.value), "")
    return show(
        asked,
        "row_form.html",
        "ledgers",
        status=status,
        ledger=which,
        name=which.name,
        form=form,
        hole=hole,
        how=how,
        back=asked.GET.get("for", ""),
        token=token,
    )


def _save(asked: Asked, which: Ledger, values: dict[str, str], hole: Any, fixed: bool) -> HttpResponse:
    """Record the row; what cannot be read stands beside its field, and nothing is written."""
    saved = writing.save(asked, which, values, asked.POST.get("token") or None)
    if saved.rejects:
        form = forms.made(which, values, fixed=fixed)
        for reject in saved.rejects:
            field = next((f for f in form.fields if f.column.name == reject.column), None)
            said = reject.said(asked.viewing.lang)
            if field is None:
                form.fault = said
            else:
                field.fault = said
        how = "edit" if fixed else "new"
        return _form(asked, which, form, hole, how, status=422)
    text = asked.viewing.two(
        "已登记。闭合由重查判定，一两秒内更新。", "Recorded. The audit decides what closes, in a second or two."
    )
    messages.success(asked, text)
    if hole is not None and asked.GET.get("for"):
        return HttpResponseRedirect(address(asked.viewing, "hole", asked.GET["for"]))
    key = "|".join(values.get(k, "") for k in which.key)
    return HttpResponseRedirect(address(asked.viewing, "row", which.name, tokens.seal(which.name, key)))


@require_POST
def retract(asked: Asked, ledger: str, token: str) -> HttpResponse:
    """Withdraw a row: it stays in its history."""
    which, key = ledger_of(ledger), _key(ledger, token)
    writing.retract(asked, which, key, asked.POST.get("token") or None)
    messages.success(asked, asked.viewing.two("已作废，历史仍可查", "Withdrawn; its history stays"))
    return HttpResponseRedirect(address(asked.viewing, "row", ledger, token))


def lookup(asked: Asked) -> HttpResponse:
    """What a key that is typed into a form names: a name; of a name, the keys that it may mean; or that there is no
    such row. Asked by POST, so that what is typed stands in no address."""
    ledger = asked.GET.get("ledger", "")
    words = asked.POST if asked.method == "POST" else asked.GET
    typed = next((tokens.unword(v) for k, v in words.items() if k not in ("ledger", *ASIDE)), "").strip()
    if ledger not in access.NAMES or not typed:
        return HttpResponse("")
    key = cells.normal(typed)
    if ledger == "people":
        key = key.upper()
    name = access.names_of(asked, ledger, [key]).get(key)
    if ledger == "people" and name:
        looks.seen(asked, [key], "lookup")
    title = knowledge.ledgers()[ledger].title
    alike = [] if name else called(asked, ledger, key)
    return show(asked, "parts/lookup.html", "ledgers", found=name, title=title, alike=alike)


ASIDE = ("csrfmiddlewaretoken", "token")
"""Words of a form beside its fields."""
