"""查阅记录: who looked at whom; and the purpose for which somebody's numbers are shown whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.access import keeping, looks, purposes, roles
from bihuan.access.models import Look
from bihuan.desk import access, listing, tokens
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.live import clock


def seen(asked: Asked, persons: Iterable[str | None], where: str) -> None:
    """Keep that the page or file shows these people, and for what purpose if one was stated."""
    stated = purposes.opened(asked)
    by_purpose: dict[str, list[str]] = {}
    for person in {p for p in persons if p}:
        by_purpose.setdefault(stated[person].why if person in stated else "", []).append(person)
    for why, those in by_purpose.items():
        looks.record(asked, those, where, why)


def purpose_of(asked: Asked, person: str) -> dict[str, Any]:
    """What the part ``purpose.html`` needs: the purpose in force for a person, or those that may be stated."""
    stated = purposes.opened(asked).get(person)
    until = None
    if stated is not None:
        until = dt.datetime.fromtimestamp(stated.until, clock.ZONE).replace(tzinfo=None) + clock.ahead()
    return {
        "stated": stated,
        "stated_until": until,
        "purposes": choices(asked),
    }


def choices(asked: Asked) -> list[tuple[str, str]]:
    """The purposes that may be stated, as a form lists them."""
    return [(word, asked.viewing.two(word, english)) for word, english in purposes.PURPOSES.items()]


@require_POST
def numbers(asked: Asked, token: str) -> HttpResponse:
    """State a purpose, and see a person's numbers whole; or mask them again."""
    person = _person(token)
    if asked.POST.get("mask"):
        purposes.close(asked, person)
    elif access.access_person(asked, person):
        try:
            purposes.state(asked, person, asked.POST.get("purpose", ""), asked.POST.get("words", ""), "numbers")
        except purposes.Unstated as unstated:
            messages.error(asked, asked.viewing.two(unstated.zh, unstated.en))
    else:
        raise Http404("no such person")
    return HttpResponseRedirect(address(asked.viewing, "subject", "person", token))


def _person(token: str) -> str:
    person = tokens.unseal("person", token)
    if person is None:
        raise Http404("no such person")
    return person


def who_looked(asked: Asked) -> HttpResponse:
    """The list: those about people of one's area, and one's own."""
    rows = Look.objects.all()
    person = tokens.unseal("person", asked.GET.get("person", "")) if asked.GET.get("person") else None
    mine, stated = asked.GET.get("mine") == "1", asked.GET.get("stated") == "1"
    if person:
        rows = rows.filter(person=person)
    if mine:
        rows = rows.filter(by_account=asked.user.pk)
    if stated:
        rows = rows.exclude(why="")
    page = listing.by_moment(rows, asked.GET.get("after"), "at", newest=True)
    for row in page.rows:
        row.said = looks.WHERE.get(row.where, (row.where, row.where))
        about = roles.ROLES.get(row.role)
        row.until = row.at + keeping.LOOKS
        row.role_said = (row.role, about.english if about else row.role)
    names = access.names_of(asked, "people", sorted({row.person for row in page.rows}))
    return show(asked, "looks.html", "", page=page, person=person or "", mine=mine, only_stated=stated, names=names)
