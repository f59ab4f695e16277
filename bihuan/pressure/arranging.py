"""Arranging (安排): how an officer is told, when he is left in peace, who stands in for him; gateways by which he may
be reached. Pages and shell ask here; whose arrangements an account may touch, the database says (bihuan.access)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from bihuan.live import clock, sight
from bihuan.pressure import channels
from bihuan.pressure.models import QUIET_FROM, QUIET_TO, Channel, Delegation, Gateway, Message
from bihuan.pressure.refusal import Refused as Refused

LONGEST = dt.timedelta(days=90)
"""Somebody who is away for longer hands his duties over instead: they are rows of a ledger."""
TRIAL = "闭环：试发一条 · a trial message"
AGAIN = dt.timedelta(minutes=1)
"""Between two trial messages: each may cost money."""


@dataclass(frozen=True)
class Way:
    """By what an officer wants to be told: a gateway (its number) and his phone or mail there, a robot's address, or
    neither: the console."""

    gateway: int | None = None
    to: str = ""
    robot: str = ""


def known(officers: Iterable[str]) -> dict[str, str]:
    """Officer → name, of those that the ledger has."""
    with sight.whole(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT officer, name FROM ledger_officers WHERE latest AND retracted IS NOT TRUE AND officer = ANY(%s)",
            [sorted(set(officers))],
        )
        return dict(cursor.fetchall())


def answers_in(officer: str) -> list[str]:
    """The areas in which an officer answers for something."""
    with sight.whole(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(in_place, in_home) FROM ledger_duties WHERE officer = %s AND latest "
            "AND retracted IS NOT TRUE AND coalesce(in_place, in_home) IS NOT NULL",
            [officer],
        )
        return sorted(row[0] for row in cursor.fetchall())


def gateways(officer: str) -> list[Gateway]:
    """Those by which an officer may be reached: of everywhere, or of an area in which he answers for something."""
    areas = answers_in(officer)
    with sight.whole():
        found = list(Gateway.objects.filter(ended=False).order_by("name"))
    return [g for g in found if not g.area or any(area.startswith(g.area) for area in areas)]


def _unknown(officer: str) -> Refused:
    return Refused(f"台账“责任人员”里没有编号“{officer}”：请核对", f"no officer has the number '{officer}': check it")


def set_channel(officer: str, way: Way, quiet: tuple[int, int] = (QUIET_FROM, QUIET_TO), *, by: str) -> Channel:
    """Arrange how and when an officer is told. Raises Refused."""
    if officer not in known([officer]):
        raise _unknown(officer)
    if not all(0 <= hour <= 23 for hour in quiet):
        raise Refused("免打扰时段请填 0 到 23 的整点", "quiet hours are whole hours, 0 to 23")
    gateway, to, address = None, "", ""
    if way.gateway is not None:
        gateway = next((g for g in gateways(officer) if g.pk == way.gateway), None)
        if gateway is None:
            raise Refused(
                "这个网关不在该责任人员的辖区：请另选一个",
                "that gateway is not of this officer's area: choose another",
            )
        to = channels.check_to(gateway.address, way.to)
    elif way.robot:
        address = way.robot.strip()
        channels.check_robot(address)
    given = {"address": address, "gateway": gateway, "to": to, "quiet_from": quiet[0], "quiet_to": quiet[1]}
    made, _ = Channel.objects.update_or_create(officer=officer, defaults={**given, "at": clock.now(), "by": by})
    return made


def address(channel: Channel | None) -> str:
    """Where a message to its officer goes; "" the console: without a channel, or where its gateway was taken down."""
    if channel is None:
        return ""
    if channel.address or channel.gateway_id is None:
        return channel.address
    with sight.whole():
        gateway = channel.gateway
    return "" if gateway is None or gateway.ended else channels.filled(gateway.address, channel.to)


def trial(officer: str) -> Message:
    """Have a trial message sent to an officer. Raises Refused."""
    now = clock.now()
    if Message.objects.filter(recipient=officer, title=TRIAL, at__gt=now - AGAIN, at__lte=now).exists():
        raise Refused("一分钟内已试发过，请看告知记录", "one was sent within this minute: see the record")
    channel = Channel.objects.filter(officer=officer).first()
    return Message.objects.create(
        recipient=officer,
        at=now,
        channel=channels.kind(address(channel)),
        title=TRIAL,
        text="收到这条，说明通知渠道可用。You are reached by this channel.",
    )


# ── who stands in ────────────────────────────────────────────────────────────


def delegate(officer: str, to: str, since: dt.datetime, until: dt.datetime, reason: str, *, by: str) -> Delegation:
    """Have somebody stand in for an officer. Raises Refused."""
    names = known([officer, to])
    for one in (officer, to):
        if one not in names:
            raise _unknown(one)
    now = clock.now()
    wrong = (
        (officer == to, ("代办人要是别人", "somebody else stands in")),
        (until <= since, ("结束要晚于开始", "the end lies after the beginning")),
        (
            until <= now,
            (f"结束时间已经过去（现在 {now:%Y-%m-%d %H:%M}）", f"the end is past (now {now:%Y-%m-%d %H:%M})"),
        ),
        (
            until - since > LONGEST,
            (
                f"最长 {LONGEST.days} 天：再久请在台账“包保责任”里换人",
                f"{LONGEST.days} days at most: for longer, give the duties to somebody else in their ledger",
            ),
        ),
        (not reason.strip(), ("请写事由，如 出差、隔离、休假", "say why: on a journey, in isolation, on leave")),
    )
    for is_so, said in wrong:
        if is_so:
            raise Refused(*said)
    return Delegation.objects.create(
        officer=officer, delegate=to, since=since, until=until, reason=reason.strip()[:500], at=now, by=by
    )


def call_off(officer: str, pk: int) -> bool:
    """End a delegation of an officer's; whether there was one."""
    return bool(Delegation.objects.filter(officer=officer, pk=pk, ended=False).update(ended=True))


def delegations(officer: str) -> QuerySet[Delegation]:
    """Those of an officer that are or will be in force, and those in which he stands in for others."""
    both = Q(officer=officer) | Q(delegate=officer)
    return Delegation.objects.filter(both, ended=False, until__gt=clock.now()).order_by("since", "pk")


# ── gateways ─────────────────────────────────────────────────────────────────


def add_gateway(name: str, area: str, address: str, *, by: str) -> Gateway:
    """Set up a gateway, or give one of that name another address. Raises Refused."""
    name, address = name.strip(), address.strip()
    if not name or len(name) > 60:
        raise Refused("网关要有名称，不超过 60 字", "a gateway has a name, of at most 60 characters")
    if area and not (area.isdigit() and len(area) in (2, 4, 6, 9, 12, 15)):
        raise Refused(f"“{area}”不是区划代码：应为 2、4、6、9、12 或 15 位数字", f"'{area}' is no area code")
    channels.check_gateway(address)
    with sight.whole():
        other = Gateway.objects.filter(name=name).first()
    if other is not None and other.area != area:
        raise Refused(f"已有名为“{name}”的网关，属于另一个区划：请换名称", f"another area's gateway is called '{name}'")
    given = {"area": area, "address": address, "at": clock.now(), "by": by, "ended": False}
    made, _ = Gateway.objects.update_or_create(name=name, defaults=given)
    return made


def end_gateway(name: str) -> bool:
    """Take a gateway down: who was reached by it is told on the console. Whether there was one."""
    return bool(Gateway.objects.filter(name=name, ended=False).update(ended=True))
