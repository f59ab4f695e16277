"""我的待办: what is due from me, now, today, later; each with the form that closes it."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpResponse

from bihuan.desk import access, hands, tokens
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
        return show(asked, "mine.html", "mine", officer=officer, name="")
    now = access.now(asked)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())
    whose = hands.read(asked)
    own = hands.of(asked, access.access_holes_in(asked, ""), officer)
    pending = own.filter(state="pending", due__isnull=False)
    lists = [
        (("已经逾期", "Overdue"), own.filter(state="open").annotate(rank=access.RANK).order_by("rank", "since")),
        (("今天到期", "Due today"), pending.filter(due__lt=midnight).order_by("due")),
        (("以后到期", "Due later"), pending.filter(due__gte=midnight).order_by("due")),
        (
            ("下级逾期，已升级到我", "Gone up to me"),
            access.access_holes_in(asked, "")
            .filter(state="open", escalated_to__in=whose.offices(officer))
            .exclude(whose.held(officer))
            .annotate(rank=access.RANK)
            .order_by("rank", "since"),
        ),
    ]
    shown = [{"title": title, "cards": [_card(asked, h) for h in rows[: MOST + 1]]} for title, rows in lists]
    cards = [card["hole"] for one in shown for card in cast("list[dict[str, Any]]", one["cards"])]
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
        lists=[one | {"more": len(one["cards"]) > MOST, "cards": one["cards"][:MOST]} for one in shown],
    )


def _card(asked: Asked, hole: Any) -> dict[str, Any]:
    token = tokens.seal("hole", f"{hole.hole}/{hole.subject}/{hole.item}")
    return {"hole": hole, "buttons": buttons(hole, token, asked)[:2]}
