"""Writing a notice, calling it off, having those reminded who have not read it; reading and acknowledging it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bihuan.live import clock, sight
from bihuan.notices.audiences import AUDIENCES
from bihuan.notices.models import Notice, Recipient
from bihuan.pressure import channels
from bihuan.pressure.models import Gateway
from bihuan.pressure.refusal import Refused as Refused

if TYPE_CHECKING:
    from django.db.models import QuerySet

LEAST_H = 1
"""Hours at least between two reminders of one notice: they would wear out."""
TITLE, TEXT = 60, 2000
"""Characters of a title and a text at most."""


@dataclass(frozen=True)
class Asked:
    """A notice as somebody writes it; ``send_at`` None: at once."""

    title: str
    text: str
    area: str
    audience: str
    which: str = ""
    gateway: int | None = None
    urgent: bool = False
    remind_h: int = 0
    as_of: dt.datetime | None = None
    approved_by: str = ""
    send_at: dt.datetime | None = None
    until: dt.datetime | None = None


def gateways(area: str) -> list[Gateway]:
    """Those by which units and people of an area may be reached: by phone."""
    with sight.whole():
        found = list(Gateway.objects.filter(ended=False).order_by("name"))
    return [g for g in found if channels.asks(g.address) == "phone" and (not g.area or area.startswith(g.area))]


def check(asked: Asked, now: dt.datetime) -> None:
    """Raises Refused where a notice cannot go out as it is."""
    about = AUDIENCES.get(asked.audience)
    if about is None:
        raise Refused("请选发给谁", "choose whom it goes to")
    reached = asked.gateway is None or any(g.pk == asked.gateway for g in gateways(asked.area))
    send_at = asked.send_at or now
    for wrong, said in (
        (not asked.title.strip() or not asked.text.strip(), ("要有标题和内容", "a notice has a title and a text")),
        (len(asked.title) > TITLE, (f"标题不超过 {TITLE} 字", f"a title has {TITLE} characters at most")),
        (len(asked.text) > TEXT, (f"内容不超过 {TEXT} 字", f"a text has {TEXT} characters at most")),
        (not asked.area.isdigit(), ("请选区域：写区划代码，如 610723", "choose an area: an area code, as 610723")),
        (
            bool(asked.which) and asked.which not in about.which,
            (f"“{about.title[0]}”里没有“{asked.which}”", f"'{asked.which}' is none of: {', '.join(about.which)}"),
        ),
        (not reached, ("这个网关不在该区域：请另选", "that gateway is not of this area: choose another")),
        (
            about.public and asked.gateway is None,
            (
                "发给居民要选短信网关；没有的话请管理员先设",
                "to residents a notice goes by an SMS gateway: choose one, or have an administrator set one up",
            ),
        ),
        (
            about.public and (asked.as_of is None or not asked.approved_by.strip()),
            (
                "发给居民的通知要写数据截至时间和审批人（信息发布）",
                "a notice to residents says as of when its figures hold, and who approved it",
            ),
        ),
        (asked.as_of is not None and asked.as_of > now, ("数据截至时间还没有到", "its as-of time has not come yet")),
        (
            asked.until is not None and asked.until <= max(send_at, now),
            ("结束时间要晚于发出时间和现在", "it ends after it goes out, and after now"),
        ),
        (not 0 <= asked.remind_h <= 240, ("提醒间隔是 0 到 240 小时", "reminders come after 0 to 240 hours")),
    ):
        if wrong:
            raise Refused(*said)


def write(asked: Asked, by: str, by_name: str) -> Notice:
    """Keep a notice: the worker sends it when its time has come. Raises Refused."""
    now = clock.now()
    check(asked, now)
    given = {**asked.__dict__, "title": asked.title.strip(), "text": asked.text.strip()}
    given["send_at"] = max(given.pop("send_at") or now, now)
    given["gateway_id"] = given.pop("gateway")
    return Notice.objects.create(**given, by=by, by_name=by_name, at=now)


def over(notice: Notice, now: dt.datetime) -> bool:
    """Whether nobody is told of it any more."""
    return notice.until is not None and notice.until <= now


def call_off(notice: Notice) -> None:
    """End it now; one that has not gone out never will. Raises Refused."""
    now = clock.now()
    if over(notice, now):
        raise Refused("已经结束", "it is over already")
    # What ends lies after its beginning, to the second: one that was to go out later is moved to now.
    Notice.objects.filter(pk=notice.pk).update(send_at=min(notice.send_at, now - dt.timedelta(seconds=1)), until=now)


def remind(notice: Notice) -> None:
    """Have those reminded who have not read it. Raises Refused."""
    now = clock.now()
    if notice.sent_at is None or over(notice, now):
        raise Refused("还没有发出，或已经结束", "it has not gone out yet, or is over")
    last = notice.again_at or notice.sent_at
    if now - last < dt.timedelta(hours=LEAST_H) and last <= now:
        raise Refused(
            f"{last:%H:%M} 刚发过：{LEAST_H} 小时后再催", f"it went out at {last:%H:%M}: remind after {LEAST_H} h"
        )
    Notice.objects.filter(pk=notice.pk).update(again_at=now)


def to(officers: set[str], unit: str) -> QuerySet[Recipient]:
    """What was sent to any of these officers, or to a unit, the newest first."""
    from django.db.models import Q

    ours = Q(kind="officer", key__in=sorted(officers))
    if unit:
        ours |= Q(kind="unit", key=unit)
    return Recipient.objects.filter(ours).select_related("notice").order_by("-notice_id", "pk")


def read(recipients: QuerySet[Recipient]) -> None:
    """They have opened it."""
    recipients.filter(read_at=None).update(read_at=clock.now())


def acknowledge(recipients: QuerySet[Recipient], by: str) -> int:
    """They say that they got it; how many had not before."""
    now = clock.now()
    read(recipients)
    return recipients.filter(acked_at=None).update(acked_at=now, acked_by=by)
