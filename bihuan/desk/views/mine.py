"""我的待办: what is due from me, now, today, later; each with the form that closes it."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.http import HttpResponse

from bihuan.access import roles
from bihuan.desk import access, closing, hands, knowledge, listing, tokens
from bihuan.desk.called import called
from bihuan.desk.pages import show
from bihuan.desk.viewing import Asked
from bihuan.desk.views.hole import buttons
from bihuan.exchange import cells

MOST = 60
"""Cards of each list."""


def mine(asked: Asked) -> HttpResponse:
    """The page, of the account's own officer, or of another one that is named."""
    officer = cells.normal(asked.GET.get("officer", "")) or getattr(asked.user, "officer", "")
    names = access.names_of(asked, "officers", [officer]) if officer else {}
    if not names:
        return _nobodys(asked, officer)
    whose = hands.read(asked)
    own = hands.of(asked, access.access_holes_in(asked, ""), officer)
    lists: Lists = [
        *_by_time(asked, own, own.filter(state="open").annotate(rank=access.RANK).order_by("rank", "since")),
        (
            ("下级逾期，已升级到我", "Gone up to me"),
            access.access_holes_in(asked, "")
            .filter(state="open", escalated_to__in=whose.offices(officer))
            .exclude(whose.held(officer))
            .annotate(rank=access.RANK)
            .order_by("rank", "since"),
        ),
    ]
    shown = _cards(asked, lists)
    cards = [card["hole"] for one in shown for card in one["cards"]]
    absent = access.names_of(asked, "officers", sorted({c.owner for c in cards if c.owner and c.owner != officer}))
    for hole in cards:
        hole.handed = hole.pk in whose.handed
        hole.instead_of = absent.get(hole.owner, hole.owner) if whose.away.get(hole.owner or "") == officer else ""
    return show(
        asked,
        "mine.html",
        "mine",
        officer=officer,
        name=names[officer],
        lists=shown,
    )


Holes: TypeAlias = QuerySet[Any] | list[Any]
Lists = list[tuple[tuple[str, str], Holes]]


def _by_time(asked: Asked, holes: QuerySet[Any], overdue: Holes) -> Lists:
    """What is overdue, due today, due later."""
    midnight = dt.datetime.combine(access.now(asked).date() + dt.timedelta(days=1), dt.time())
    pending = holes.filter(state="pending", due__isnull=False)
    return [
        (("已经逾期", "Overdue"), overdue),
        (("今天到期", "Due today"), pending.filter(due__lt=midnight).order_by("due")),
        (("以后到期", "Due later"), pending.filter(due__gte=midnight).order_by("due")),
    ]


def _cards(asked: Asked, lists: Lists) -> list[dict[str, Any]]:
    """At most MOST cards of each list, and whether there are more."""
    made = []
    for title, rows in lists:
        cards = [_card(asked, h) for h in rows[: MOST + 1]]
        made.append({"title": title, "cards": cards[:MOST], "more": len(cards) > MOST})
    return made


def _nobodys(asked: Asked, officer: str) -> HttpResponse:
    """Of an account that is no officer, or of a number that none has: what this account can record, where it sees."""
    user = asked.user
    ours = {name for name in knowledge.ledgers() if roles.writes(user.role, user.group, name)}
    mine = [hole for hole in knowledge.loops() if any(way.ledger in ours for way in closing.ways(hole))]
    holes = access.access_holes_in(asked, "").filter(hole__in=mine)
    # A county's, by the ten thousand: they are found in order, and not sorted for the first few.
    shown = _cards(asked, _by_time(asked, holes, listing.worst(holes.filter(state="open"), MOST + 1)))
    for hole in (card["hole"] for one in shown for card in one["cards"]):
        hole.handed, hole.instead_of = False, ""
    alike = called(asked, "officers", officer)
    return show(asked, "mine.html", "mine", officer=officer, name="", lists=shown, alike=alike)


def _card(asked: Asked, hole: Any) -> dict[str, Any]:
    token = tokens.seal("hole", f"{hole.hole}/{hole.subject}/{hole.item}")
    return {"hole": hole, "buttons": buttons(hole, token, asked)[:2]}
