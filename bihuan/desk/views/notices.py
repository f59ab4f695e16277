"""通知: what was sent to me, what goes out in my area; one notice with who got it and who has read it; a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.access import roles
from bihuan.desk import access, hands
from bihuan.desk.pages import scope, show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.exchange import cells
from bihuan.notices import audiences, writing
from bihuan.notices.models import Delivery, Notice, Recipient
from bihuan.pressure import channels

SHOWN = 100
"""Notices of a list, the newest first; recipients of a page."""

Pair = tuple[str, str]
FILTERS: dict[str, tuple[Pair, Q]] = {
    "all": (("全部", "All"), Q()),
    "unread": (("未读", "Not read"), Q(read_at=None) & ~Q(kind="person")),
    "read": (("已读", "Read"), Q(read_at__isnull=False)),
    "acked": (("已确认", "Acknowledged"), Q(acked_at__isnull=False)),
    "unsent": (("未送达", "Not reached"), ~Q(sent=True)),
}
"""Which recipients are listed: by their reading, and whether anything sent to them went out."""


def may_write(asked: Asked) -> bool:
    """Whether the account writes notices: as it records the ledger of releases, bound to an area."""
    user = asked.user
    return asked.viewing.at is None and not user.unit and roles.writes(user.role, user.group, "notices")


def _covers(asked: Asked, notice: Notice) -> bool:
    user = asked.user
    return bool(user.whole or (user.area and notice.area.startswith(user.area)))


def _mine(asked: Asked) -> Any:
    """What was sent to the account's officer, to whom he stands in for, or to its unit."""
    user = asked.user
    return writing.to(hands.read(asked).offices(user.officer) if user.officer else set(), user.unit)


def notices(asked: Asked) -> HttpResponse:
    """Both lists."""
    at = asked.viewing.at
    mine = _mine(asked)
    sent = access.in_area(Notice.objects.all(), asked.viewing.area)
    if at:
        mine, sent = mine.filter(notice__sent_at__lte=at), sent.filter(at__lte=at)
    user = asked.user
    ours: list[Notice] = []
    if user.whole or user.area:
        ours = list(access.in_area(sent, user.area).order_by("-send_at", "-pk")[:SHOWN])
    counts = {
        row["notice"]: row
        for row in Recipient.objects.filter(notice__in=[n.pk for n in ours])
        .values("notice")
        .annotate(number=Count("pk"), read=Count("read_at"), acked=Count("acked_at"))
    }
    names = access.names_of(asked, "areas", sorted({n.area for n in ours}))
    now = access.now(asked)
    return show(
        asked,
        "notices.html",
        "notices",
        mine=list(mine[:SHOWN]),
        ours=[(n, names.get(n.area, n.area), _state(n, now), counts.get(n.pk), _to(n)) for n in ours],
        may_write=may_write(asked),
        has_place=bool(user.whole or user.area),
        is_somebody=bool(user.officer or user.unit),
    )


def _to(notice: Notice) -> Pair:
    return audiences.said(notice.audience, notice.which)


def _state(notice: Notice, now: dt.datetime) -> Pair:
    if notice.sent_at is not None and notice.sent_at <= now:
        return ("已结束", "over") if writing.over(notice, now) else ("已发出", "sent")
    return ("已撤下", "called off") if writing.over(notice, now) else ("待发", "to be sent")


def _find(asked: Asked, pk: int) -> Notice:
    found = Notice.objects.filter(pk=pk).first()
    if found is None or (asked.viewing.at and found.at > asked.viewing.at):
        raise Http404("no such notice")
    return found


def notice(asked: Asked, pk: int) -> HttpResponse:
    """One: its text; for whom it was sent to, the button that says he got it; for who covers its area, the record."""
    found = _find(asked, pk)
    mine = _mine(asked).filter(notice=found)
    live = asked.viewing.at is None
    own = list(mine)
    if live and any(r.read_at is None for r in own):
        writing.read(mine)
        own = list(mine)
    context: dict[str, Any] = {}
    covers = _covers(asked, found)
    if covers:
        context = _record(asked, found)
    now = access.now(asked)
    area = access.names_of(asked, "areas", [found.area])
    return show(
        asked,
        "notice.html",
        "notices",
        notice=found,
        state=_state(found, now),
        area_name=area.get(found.area, found.area),
        to=_to(found),
        own=own,
        unacked=live and any(r.acked_at is None for r in own),
        covers=covers,
        may_act=covers and may_write(asked) and not writing.over(found, now),
        public=audiences.AUDIENCES[found.audience].public,
        **context,
    )


def _record(asked: Asked, found: Notice) -> dict[str, Any]:
    """Who got it, who has read it: counts, and the recipients of one kind."""
    word = asked.GET.get("who", "all")
    word = word if word in FILTERS else "all"
    went = Exists(Delivery.objects.filter(recipient=OuterRef("pk"), state="sent"))
    every = found.recipients.annotate(sent=went)
    counts = every.aggregate(**{name: Count("pk", filter=which) for name, (_, which) in FILTERS.items()})
    last = Delivery.objects.filter(recipient=OuterRef("pk")).order_by("-round")
    listed = list(
        every.filter(FILTERS[word][1])
        .annotate(
            channel=Subquery(last.values("channel")[:1]),
            state=Subquery(last.values("state")[:1]),
            fault=Subquery(last.values("fault")[:1]),
            round=Subquery(last.values("round")[:1]),
            tries=Subquery(last.values("tries")[:1]),
            went_at=Subquery(last.values("at")[:1]),
        )
        .order_by("pk")[: SHOWN + 1]
    )
    looks.seen(asked, [r.key for r in listed[:SHOWN] if r.kind == "person"], "row")
    states = dict(Delivery.STATES)
    return {
        "who": word,
        "filters": [(name, title, counts[name]) for name, (title, _) in FILTERS.items()],
        "listed": [
            (r, channels.shown(r.channel or "console"), (states.get(r.state, ""), r.state or ""))
            for r in listed[:SHOWN]
        ],
        "more": len(listed) > SHOWN,
        "number": counts["all"],
    }


@require_POST
def act(asked: Asked, pk: int, act: str) -> HttpResponse:
    """Acknowledge it; remind who has not read it; end it."""
    found = _find(asked, pk)
    here = HttpResponseRedirect(address(asked.viewing, "notice", pk))
    if act == "ack":
        mine = _mine(asked).filter(notice=found)
        if not mine.exists():
            raise PermissionDenied
        writing.acknowledge(mine, asked.user.get_username())
        messages.success(asked, asked.viewing.two("已确认收到", "You said that you got it"))
        return here
    if act not in ("remind", "end"):
        raise Http404("no such act")
    if not (_covers(asked, found) and may_write(asked)):
        raise PermissionDenied
    try:
        if act == "remind":
            writing.remind(found)
            messages.success(asked, asked.viewing.two("正在提醒未读的", "Those who have not read it are reminded"))
        else:
            writing.call_off(found)
            messages.success(asked, asked.viewing.two("通知已结束", "The notice is over"))
    except writing.Refused as refused:
        messages.error(asked, asked.viewing.two(refused.zh, refused.en))
    return here


def new(asked: Asked) -> HttpResponse:
    """The form; with whom it would reach, before anything is sent."""
    if not may_write(asked):
        raise PermissionDenied
    if asked.method != "POST":
        return _form(asked)
    try:
        wanted = _read(asked)
        writing.check(wanted, access.now(asked))
        if not _covers(asked, Notice(area=wanted.area)):
            own = asked.user.area
            raise writing.Refused(f"你只能发给区划 {own} 之内的", f"you write to the area {own} alone")
        if asked.POST.get("act") != "send":
            return _form(asked, reached=_reached(asked, wanted))
        made = writing.write(wanted, asked.user.get_username(), str(asked.user))
    except writing.Refused as refused:
        return _form(asked, fault=(refused.zh, refused.en))
    messages.success(asked, asked.viewing.two("已排上，到点发出", "It goes out when its time has come"))
    return HttpResponseRedirect(address(asked.viewing, "notice", made.pk))


def _reached(asked: Asked, wanted: writing.Asked) -> dict[str, Any]:
    found = audiences.found(wanted.audience, wanted.which, wanted.area, wanted.send_at or access.now(asked))
    person = audiences.AUDIENCES[wanted.audience].public
    return {
        "number": len(found),
        "without": sum(not one.phone for one in found) if person else 0,
        "some": [one.name for one in found[:8]] if not person else [],
    }


def _read(asked: Asked) -> writing.Asked:
    """What the form says. Raises Refused."""
    post = asked.POST
    moments: dict[str, dt.datetime | None] = {}
    for word in ("as_of", "send_at", "until"):
        text = post.get(word, "").strip()
        try:
            moments[word] = cells.moment(text) if text else None
        except cells.Unreadable as error:
            raise writing.Refused(f"读不出时间“{text}”", f"'{text}' is no time") from error
    to, _, which = post.get("to", "").partition(":")
    hours, gateway = post.get("remind_h", "0").strip() or "0", post.get("gateway", "")
    if not hours.isdigit():
        raise writing.Refused("提醒间隔请填整小时", "reminders come after whole hours")
    return writing.Asked(
        title=post.get("title", ""),
        text=post.get("text", "").replace("\r\n", "\n"),
        area=cells.normal(post.get("area", "")),
        audience=to,
        which=which,
        gateway=int(gateway) if gateway.isdigit() else None,
        urgent=bool(post.get("urgent")),
        remind_h=int(hours),
        as_of=moments["as_of"],
        approved_by=post.get("approved_by", "").strip()[:100],
        send_at=moments["send_at"],
        until=moments["until"],
    )


def _form(asked: Asked, fault: Pair | None = None, reached: dict[str, Any] | None = None) -> HttpResponse:
    area = cells.normal(asked.POST.get("area", "")) or asked.viewing.area or asked.user.area
    if not area and (around := scope(asked).path):
        area = around[-1].area  # of an account that sees all: the area in which everything lies
    return show(
        asked,
        "notice_new.html",
        "notices",
        status=422 if fault else 200,
        fault=fault,
        reached=reached,
        form=asked.POST,
        area=area,
        now=access.now(asked),
        to=[(word, about.title, about.which) for word, about in audiences.AUDIENCES.items()],
        gateways=writing.gateways(area) if area else [],
    )
