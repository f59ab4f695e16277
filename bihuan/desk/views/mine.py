"""我的待办: what is due from me, now, today, later; each with the form that closes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import access, tokens
from bihuan.desk.models import Seat
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views.hole import buttons
from bihuan.exchange import cells

MOST = 60
"""Cards of each list."""


def mine(asked: Asked) -> HttpResponse:
    """The page; an account that is no officer yet is asked which one it is."""
    seat = Seat.objects.filter(user=asked.user.pk).first()
    if seat is None:
        return show(asked, "mine.html", "mine", seat=None)
    now = access.now(asked)
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())
    own = access.access_holes_in(asked, "").filter(owner=seat.officer)
    pending = own.filter(state="pending", due__isnull=False)
    lists = [
        (("已经逾期", "Overdue"), own.filter(state="open").annotate(rank=access.RANK).order_by("rank", "since")),
        (("今天到期", "Due today"), pending.filter(due__lt=midnight).order_by("due")),
        (("以后到期", "Due later"), pending.filter(due__gte=midnight).order_by("due")),
        (
            ("下级逾期，已升级到我", "Gone up to me"),
            access.access_holes_in(asked, "")
            .filter(state="open", escalated_to=seat.officer)
            .exclude(owner=seat.officer)
            .annotate(rank=access.RANK)
            .order_by("rank", "since"),
        ),
    ]
    names = access.names_of(asked, "officers", [seat.officer])
    shown = [{"title": title, "cards": [_card(asked, h) for h in rows[: MOST + 1]]} for title, rows in lists]
    return show(
        asked,
        "mine.html",
        "mine",
        seat=seat,
        officer=names.get(seat.officer, seat.officer),
        lists=[one | {"more": len(one["cards"]) > MOST, "cards": one["cards"][:MOST]} for one in shown],
    )


def _card(asked: Asked, hole: Any) -> dict[str, Any]:
    token = tokens.seal("hole", f"{hole.hole}/{hole.subject}/{hole.item}")
    return {"hole": hole, "buttons": buttons(hole, token, asked)[:2]}


@require_POST
def sit(asked: Asked) -> HttpResponse:
    """Say which officer an account is."""
    officer = cells.normal(asked.POST.get("officer", ""))
    if asked.POST.get("leave"):
        Seat.objects.filter(user=asked.user.pk).delete()
    elif access.names_of(asked, "officers", [officer]):
        Seat.objects.update_or_create(user_id=asked.user.pk, defaults={"officer": officer})
    else:
        text = asked.viewing.two(
            f"台账“责任人员”里没有编号 {officer}：请核对，或先登记",
            f"No officer has the number {officer}: check it, or record the officer first",
        )
        messages.error(asked, text)
    return HttpResponseRedirect(address(asked.viewing, "mine"))
