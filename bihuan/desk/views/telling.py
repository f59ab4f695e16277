"""通知与代办: how an officer is told, when he is left in peace, who stands in for him; what he was told; gateways."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import access
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells
from bihuan.pressure import arranging, channels
from bihuan.pressure.models import QUIET_FROM, QUIET_TO, Channel, Gateway, Message, Telling

SHOWN = 100
"""Messages of the record, the newest first."""

Pair = tuple[str, str]


def _whose(asked: Asked) -> str:
    """The officer whose arrangements are meant: the account's own; another one's, where it manages accounts."""
    own: str = asked.user.officer
    named = cells.normal(asked.POST.get("officer", "") or asked.GET.get("officer", ""))
    if named and named != own and not asked.user.manages:
        raise PermissionDenied
    return named or own


def telling(asked: Asked, fault: Pair | None = None) -> HttpResponse:
    """The page."""
    officer = _whose(asked)
    names = arranging.known([officer]) if officer else {}
    if officer not in names:
        return show(asked, "telling.html", "", officer=officer, name="", fault=fault)
    held = list(arranging.delegations(officer))
    people = arranging.known({d.officer for d in held} | {d.delegate for d in held})
    channel = Channel.objects.filter(officer=officer).first()
    usable = arranging.gateways(officer)
    return show(
        asked,
        "telling.html",
        "",
        status=422 if fault else 200,
        officer=officer,
        name=names[officer],
        fault=fault,
        channel=channel,
        said=channels.shown(channels.kind(arranging.address(channel))),
        gateway_gone=channel is not None and channel.gateway_id is not None and not arranging.address(channel),
        gateways=[(g, channels.shown(channels.kind(g.address)), channels.asks(g.address)) for g in usable],
        quiet=(channel.quiet_from, channel.quiet_to) if channel else (QUIET_FROM, QUIET_TO),
        hours=range(24),
        held=[(d, people.get(d.officer, d.officer), people.get(d.delegate, d.delegate)) for d in held],
        form=asked.POST,
        now=access.now(asked),
    )


def _done(asked: Asked, said: Pair) -> HttpResponse:
    messages.success(asked, asked.viewing.of(said))
    officer = _whose(asked)
    return HttpResponseRedirect(
        address(asked.viewing, "telling", officer="" if officer == asked.user.officer else officer)
    )


@require_POST
def set_channel(asked: Asked) -> HttpResponse:
    """Keep by what and when the officer is told; a robot's address that is left empty stays as it is."""
    officer, by = _whose(asked), asked.user.get_username()
    word = asked.POST.get("way", "")
    try:
        quiet = int(asked.POST.get("quiet_from", "")), int(asked.POST.get("quiet_to", ""))
    except ValueError:
        return telling(asked, ("免打扰时段请填 0 到 23 的整点", "quiet hours are whole hours, 0 to 23"))
    robot = asked.POST.get("robot", "").strip()
    if word == "robot" and not robot:
        before = Channel.objects.filter(officer=officer).first()
        robot = before.address if before else ""
        if not robot:
            return telling(asked, ("请填机器人地址，如 wecombot://密钥", "give the robot's address: wecombot://KEY"))
    way = arranging.Way(
        gateway=int(word) if word.isdigit() else None,
        to=asked.POST.get(f"to{word}", ""),
        robot=robot if word == "robot" else "",
    )
    try:
        arranging.set_channel(officer, way, quiet, by=by)
    except arranging.Refused as refused:
        return telling(asked, (refused.zh, refused.en))
    return _done(asked, ("已存下通知渠道", "The channel is kept"))


@require_POST
def trial(asked: Asked) -> HttpResponse:
    """A trial message to oneself."""
    officer = asked.user.officer
    if not officer:
        raise PermissionDenied
    try:
        arranging.trial(officer)
    except arranging.Refused as refused:
        return telling(asked, (refused.zh, refused.en))
    return _done(asked, ("已排上，十几秒内发出，见告知记录", "It goes out within seconds: see the record"))


@require_POST
def delegate(asked: Asked) -> HttpResponse:
    """Have somebody stand in."""
    moments = []
    for word in ("since", "until"):
        text = asked.POST.get(word, "")
        try:
            moments.append(cells.moment(text))
        except cells.Unreadable:
            return telling(asked, (f"读不出时间“{text}”", f"'{text}' is no time"))
    to, reason = cells.normal(asked.POST.get("delegate", "")), asked.POST.get("reason", "")
    try:
        arranging.delegate(_whose(asked), to, moments[0], moments[1], reason, by=asked.user.get_username())
    except arranging.Refused as refused:
        return telling(asked, (refused.zh, refused.en))
    return _done(asked, ("已交代代办", "Somebody stands in"))


@require_POST
def call_off(asked: Asked, pk: int) -> HttpResponse:
    """End a delegation early."""
    arranging.call_off(_whose(asked), pk)
    return _done(asked, ("代办已结束", "The delegation has ended"))


def told(asked: Asked) -> HttpResponse:
    """What the officer was told, when, by what, and whether it went out."""
    officer = _whose(asked)
    found = Message.objects.filter(recipient=officer)
    if asked.viewing.at:
        found = found.filter(at__lte=asked.viewing.at)
    listed = list(found.order_by("-at", "-pk")[:SHOWN])
    tries: dict[int, int] = {}
    holes: dict[int, list[Any]] = {}
    tellings = Telling.objects.filter(message__in=listed).select_related("of").order_by("pk")
    for said in tellings:
        tries[said.message_id] = max(tries.get(said.message_id, 0), said.attempt)
        if len(holes.setdefault(said.message_id, [])) < SHOWN:
            holes[said.message_id].append(said.of)
    states = dict(Message.STATES)
    return show(
        asked,
        "told.html",
        "mine",
        officer=officer,
        name=arranging.known([officer]).get(officer, "") if officer else "",
        listed=[
            {
                "message": m,
                "by": channels.shown(m.channel),
                "state": (states[m.state], m.state),
                "attempt": tries.get(m.pk, 0) + 1,
                "holes": holes.get(m.pk, []),
            }
            for m in listed
        ],
    )


# ── gateways ─────────────────────────────────────────────────────────────────


def gateways(asked: Asked, fault: Pair | None = None) -> HttpResponse:
    """Gateways, for administrators; their addresses are shown to nobody."""
    if not asked.user.manages:
        raise PermissionDenied
    found = Gateway.objects.filter(ended=False).order_by("name")
    names = access.names_of(asked, "areas", sorted({g.area for g in found if g.area}))
    return show(
        asked,
        "gateways.html",
        "",
        status=422 if fault else 200,
        fault=fault,
        form=asked.POST,
        gateways=[
            (g, names.get(g.area, g.area), channels.shown(channels.kind(g.address)), channels.asks(g.address))
            for g in found
        ],
    )


@require_POST
def set_gateway(asked: Asked) -> HttpResponse:
    """Set one up, or take one down."""
    if not asked.user.manages:
        raise PermissionDenied
    name = asked.POST.get("name", "")
    if asked.POST.get("end"):
        arranging.end_gateway(name)
        messages.success(asked, asked.viewing.two(f"网关“{name}”已停用", f"The gateway '{name}' is taken down"))
        return HttpResponseRedirect(address(asked.viewing, "gateways"))
    area = asked.POST.get("area", "").strip()
    if not asked.user.whole and not area.startswith(asked.user.area):
        own = asked.user.area
        return gateways(asked, (f"你只能设区划 {own} 之内的网关", f"you set up gateways within the area {own} alone"))
    try:
        arranging.add_gateway(name, area, asked.POST.get("address", ""), by=asked.user.get_username())
    except arranging.Refused as refused:
        return gateways(asked, (refused.zh, refused.en))
    messages.success(asked, asked.viewing.two("网关已存下", "The gateway is kept"))
    return HttpResponseRedirect(address(asked.viewing, "gateways"))
