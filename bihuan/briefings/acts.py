"""Drafting, releasing, discarding a briefing, asking for it to be computed again; who may."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from bihuan.access import scope
from bihuan.access.models import Account
from bihuan.briefings import content, reading
from bihuan.briefings.document import About
from bihuan.briefings.models import Briefing, Rerun
from bihuan.live import clock

DRAFTS = frozenset({"值班", "专班", "干部", "督查", "管理员"})
"""Roles that draft a briefing of what they are bound to."""
RELEASES = frozenset({"值班", "干部"})
"""Roles that release one: who answers for an area. An administrator keeps accounts, and signs nothing."""
LOST_S = 900
"""Seconds after which a page says that no worker has done what it waits for."""
DAY = dt.timedelta(days=1)


class Refused(ValueError):
    """What cannot be done: why, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Asked:
    """What is to be briefed; ``since`` None: since the last released one of the area, else a day before."""

    area: str
    as_of: dt.datetime
    since: dt.datetime | None = None
    note: str = ""
    corrects: int | None = None
    base: str = ""  # the desk's address, to which figures lead


def covers(account: Account, area: str) -> bool:
    """Whether an account is bound to an area or one above it."""
    return account.whole or (bool(account.area) and area.startswith(account.area))


def seen(account: Account) -> QuerySet[Briefing]:
    """The briefings that an account may read: those of areas that it is bound to."""
    if account.whole:
        return Briefing.objects.all()
    inside = Q(area=account.area) | Q(area__startswith=account.area)
    return Briefing.objects.filter(inside) if account.area else Briefing.objects.none()


def last_released(area: str, before: dt.datetime) -> Briefing | None:
    """The last released briefing of an area whose moment lies before another."""
    found = Briefing.objects.filter(area=area, as_of__lt=before, released_at__isnull=False)
    return found.order_by("-as_of", "-pk").first()


def why_not_draft(account: Account, area: str) -> tuple[str, str] | None:
    """Why an account may not draft a briefing of an area; None: it may."""
    if account.role not in DRAFTS or account.bound == "unit":
        return ("通报由值班、专班、干部、督查拟稿", "a headquarters' officers draft briefings, units do not")
    if not covers(account, area):
        return (
            f"你的账号只看区划 {account.area}：请选这个区划之内的",
            f"your account sees the area {account.area} alone: choose an area in it",
        )
    return None


def why_not_release(account: Account, briefing: Briefing) -> tuple[str, str] | None:
    """Why an account may not release a briefing; None: it may. Whoever releases is named, answers for the area, and is
    another than who drafted it."""
    if briefing.released:
        return ("已经签发", "it is released")
    if briefing.content is None:
        return ("内容还没有算完", "its content is not computed yet")
    if account.role not in RELEASES or not covers(account, briefing.area):
        return _released_by(briefing.area)
    if not account.name.strip():
        return (
            "签发要有姓名，你的账号没有：请管理员补上",
            "whoever releases is named, and your account has no name: ask an administrator",
        )
    if account.username == briefing.drafted_by:
        by = _released_by(briefing.area)
        return (f"拟稿人不能自己签发，{by[0]}", f"who drafted it does not release it; {by[1]}")
    return None


def _released_by(area: str) -> tuple[str, str]:
    """Who releases a briefing of an area, and what to do where there is nobody."""
    zh, en = (f"区划 {area} ", area) if area else ("全部区划", "all areas")
    return (
        f"要由管{zh}的值班或干部登录签发；没有别的这样的账号，请管理员在“账号管理”页建一个",
        f"a duty officer or cadre bound to {en} signs in and does; where there is no other such account, "
        "an administrator makes one on the page Accounts",
    )


def draft(account: Account, asked: Asked) -> Briefing:
    """A draft; a job computes its content and draws it (:mod:`bihuan.briefings.drawing`). Raises Refused."""
    as_of = asked.as_of.replace(second=0, microsecond=0)
    refused = why_not_draft(account, asked.area)
    if refused:
        raise Refused(*refused)
    now = clock.now()
    if as_of > now:
        raise Refused(
            f"截至时间 {as_of:%Y-%m-%d %H:%M} 还没有到（现在 {now:%Y-%m-%d %H:%M}）",
            f"{as_of:%Y-%m-%d %H:%M} has not come yet (now {now:%Y-%m-%d %H:%M})",
        )
    last = last_released(asked.area, as_of)
    since = (asked.since or (last.as_of if last else as_of - DAY)).replace(second=0, microsecond=0)
    if since >= as_of:
        raise Refused("对比时间要早于截至时间", "what it is compared with lies before its as-of time")
    corrects = None
    if asked.corrects is not None:
        corrects = seen(account).filter(pk=asked.corrects, released_at__isnull=False).first()
        if corrects is None or corrects.area != asked.area:
            raise Refused("只能更正同一区划已签发的通报", "only a released briefing of the same area is corrected")
        if not asked.note.strip():
            raise Refused("更正要写明原因", "a correction says why")
    with scope.system():  # what there is, whoever may see it
        known = dict(reading.known())
    return Briefing.objects.create(
        area=asked.area,
        as_of=as_of,
        since=since,
        note=asked.note.strip(),
        corrects=corrects,
        known=known,
        base=asked.base,
        drafted_by=account.username,
        drafted_name=str(account),
        drafted_at=now,
    )


def release(account: Account, briefing: Briefing) -> Briefing:
    """Release a draft under the next number of its area and year. Raises Refused."""
    with transaction.atomic():
        briefing = Briefing.objects.select_for_update().get(pk=briefing.pk)
        refused = why_not_release(account, briefing)
        if refused:
            raise Refused(*refused)
        if content.digest(briefing.content) != briefing.digest:
            raise Refused("内容与摘要对不上：不能签发", "the content is not that of its digest: it cannot be released")
        now = clock.now()
        with connection.cursor() as cursor:  # numbers follow each other, whoever releases at once
            cursor.execute("SELECT pg_advisory_xact_lock(7104)")
        last = Briefing.objects.filter(area=briefing.area, year=now.year).aggregate(last=Max("number"))["last"] or 0
        briefing.released_by, briefing.released_name = account.username, account.name.strip()
        briefing.released_at, briefing.year, briefing.number = now, now.year, last + 1
        briefing.save(update_fields=["released_by", "released_name", "released_at", "year", "number"])
    return briefing


def discard(account: Account, briefing: Briefing) -> None:
    """Throw a draft away; who drafted it may. Raises Refused."""
    if briefing.released:
        raise Refused("已签发的通报不能丢弃：请另拟一份更正", "a released briefing stays: draft one that corrects it")
    if account.username != briefing.drafted_by:
        raise Refused("草稿由拟稿人丢弃", "who drafted it discards it")
    briefing.delete()


def rerun(by: str, briefing: Briefing) -> Rerun:
    """A computation of a briefing again, to be done (:func:`bihuan.briefings.drawing.repeat`)."""
    return Rerun.objects.create(briefing=briefing, at=clock.now(), by=by)


def lost(began: dt.datetime) -> bool:
    """Whether it takes so long that no worker can be at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM localtimestamp - %s)", [began])
        row = cursor.fetchone()
    return row is not None and float(row[0]) > LOST_S


def about(briefing: Briefing) -> About:
    """What a document says of a briefing beside its content."""
    return About(
        briefing.digest,
        briefing.named,
        briefing.released_name,
        briefing.released_at,
        briefing.drafted_name,
        briefing.corrects.named if briefing.corrects else "",
        briefing.note,
    )
