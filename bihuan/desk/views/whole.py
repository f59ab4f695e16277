"""完整号码的文件: a list as a file in which identity and phone numbers stand whole. What for is stated first, and
recorded of everybody in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from bihuan.access import looks, purposes
from bihuan.desk import masking, tokens
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views import holes as listed_holes
from bihuan.desk.views import ledgers
from bihuan.desk.views.looks import choices

MOST = 2000
"""People of one file: whoever wants more wants a filter."""

Pair = tuple[str, str]
TooMany = (
    f"这份文件会有 {MOST} 人以上：请先筛选到需要的人，再导出完整号码",
    f"this file would hold more than {MOST} people: filter first to those who are needed",
)


def ledger(asked: Asked, name: str) -> HttpResponse:
    """Of the rows of a ledger that are filtered."""
    which = ledgers.ledger_of(name)
    return _asked(
        asked,
        (which.title, which.english),
        lambda: ledgers.people_of(asked, which, MOST + 1),
        lambda ending: ledgers.as_file(asked, name, ending),
    )


def holes(asked: Asked) -> HttpResponse:
    """Of the holes that are filtered."""
    return _asked(
        asked,
        ("问题清单", "holes"),
        lambda: listed_holes.people_of(asked, MOST + 1),
        lambda ending: listed_holes.as_file(asked, ending),
    )


def _asked(asked: Asked, title: Pair, people: Callable[[], set[str]], file: Callable[[str], Any]) -> HttpResponse:
    """The form; sent with a purpose, the file."""
    if asked.method != "POST":
        return _form(asked, title)
    ending = asked.POST.get("ending", "")
    try:
        why = purposes.read(asked.POST.get("purpose", ""), asked.POST.get("words", ""))
    except purposes.Unstated as unstated:
        return _form(asked, title, (unstated.zh, unstated.en))
    named = people()
    if len(named) > MOST:
        return _form(asked, title, TooMany)
    looks.record(asked, named, "whole", why)
    with masking.all_whole():
        answer: HttpResponse = file(ending)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _form(asked: Asked, title: Pair, fault: Pair | None = None) -> HttpResponse:
    query = [masking.masked(tokens.unword(v)) for w, v in asked.GET.items() if v and w not in ("at", "after", "sort")]
    return show(
        asked,
        "whole.html",
        "ledgers",
        status=422 if fault else 200,
        title=title,
        fault=fault,
        query=query,
        purposes=choices(asked),
        given=asked.POST,
    )
