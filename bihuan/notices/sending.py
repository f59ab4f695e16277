"""Sending notices: what is due goes out, who has not read it is reminded, what was refused is tried again; each sending
once, as bihuan.pressure.telling has it."""

from __future__ import annotations

import datetime as dt
import os

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from bihuan.live import actions, clock
from bihuan.notices import audiences
from bihuan.notices.models import Delivery, Notice, Recipient
from bihuan.pressure import arranging, channels, planning, telling
from bihuan.pressure.models import Channel
from bihuan.pressure.telling import LOST_S, USUAL

LOCK = 7108
"""Advisory lock: whoever plans deliveries."""
REMINDERS = 3
"""How often somebody is reminded of one notice by itself."""
AT_ONCE = 500
"""Deliveries that one run sends: the rest goes with the next, so that no run holds up what is urgent elsewhere."""


def run(now: dt.datetime | None = None, send: channels.Send = channels.send) -> int:
    """Send what is due now; how many were sent."""
    now = now or clock.now()
    plan(now)
    return post(now, send)


def plan(now: dt.datetime) -> int:
    """Write down the deliveries of this moment; how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        due = Notice.objects.filter(sent_at=None, send_at__lte=now).filter(_going(now)).order_by("send_at", "pk")
        fresh = sum(release(notice, now) for notice in due)
        sent = Notice.objects.filter(sent_at__isnull=False).filter(_going(now))
        sent = sent.filter(Q(remind_h__gt=0) | Q(again_at__isnull=False))
        return fresh + sum(remind(notice, now) for notice in sent)


def _going(now: dt.datetime) -> Q:
    return Q(until=None) | Q(until__gt=now)


def release(notice: Notice, now: dt.datetime) -> int:
    """Look its audience up, write a delivery to each, and, where it goes to the public, its row of the ledger."""
    about = audiences.AUDIENCES[notice.audience]
    found = audiences.found(notice.audience, notice.which, notice.area, now)
    recipients = Recipient.objects.bulk_create(
        (
            Recipient(notice=notice, kind=about.kind, key=one.key, name=one.name, to=one.phone, area=notice.area)
            for one in found
        ),
        batch_size=2000,
    )
    _write(notice, recipients, 0, now)
    if about.public:
        notice.row = f"TZ{notice.pk}"
        row = {
            "notice": notice.row,
            "title": notice.title,
            "as_of": notice.as_of,
            "released_at": now,
            "channel": "短信",
            "area": notice.area,
            "approved_by": notice.approved_by,
        }
        saved = actions.save_rows(actions.System(notice.by), "notices", [row], token=f"notice-{notice.pk}", now=now)
        assert not saved.rejects, saved.rejects
    notice.sent_at = now
    notice.save(update_fields=["sent_at", "row"])
    return len(recipients)


def remind(notice: Notice, now: dt.datetime) -> int:
    """Write a further delivery to whoever has not read it and is due to be reminded; how many."""
    unread = notice.recipients.filter(read_at=None, acked_at=None).exclude(kind="person")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, max(d.round), max(d.at) FROM notice_recipient r JOIN notice_delivery d "
            "ON d.recipient_id = r.id WHERE r.id = ANY(%s) GROUP BY r.id",
            [list(unread.values_list("pk", flat=True))],
        )
        last = {pk: (number, at) for pk, number, at in cursor.fetchall()}
    by_round: dict[int, list[Recipient]] = {}
    for recipient in unread:
        number, at = last.get(recipient.pk, (-1, notice.send_at))
        asked = notice.again_at is not None and at < notice.again_at
        by_itself = notice.remind_h and number < REMINDERS and at + dt.timedelta(hours=notice.remind_h) <= now
        if asked or by_itself:
            by_round.setdefault(number + 1, []).append(recipient)
    for number, recipients in by_round.items():
        _write(notice, recipients, number, now)
    return sum(map(len, by_round.values()))


def _write(notice: Notice, recipients: list[Recipient], number: int, now: dt.datetime) -> None:
    address = "" if notice.gateway is None or notice.gateway.ended else notice.gateway.address
    officers = {r.key for r in recipients if r.kind == "officer"}
    by = {c.officer: channels.kind(arranging.address(c)) for c in Channel.objects.filter(officer__in=officers)}
    made = []
    for r in recipients:
        kind = by.get(r.key, channels.CONSOLE) if r.kind == "officer" else channels.kind(address if r.to else "")
        unreached = r.kind == "person" and kind == channels.CONSOLE
        state = "unreached" if unreached else "written"
        made.append(Delivery(recipient=r, round=number, at=now, channel=kind, state=state))
    Delivery.objects.bulk_create(made, batch_size=2000)


def post(now: dt.datetime, send: channels.Send = channels.send) -> int:
    """Send what was written and nobody has taken yet; how many were sent. In quiet hours what is urgent alone; for who
    is away, to his stand-in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notice_delivery SET state = 'unsure', touched = now(), fault = %s WHERE state = 'sending' "
            "AND touched < now() - make_interval(secs => %s)",
            ["发送时进程中断，是否送达不明 · the process ended while sending", LOST_S],
        )
        cursor.execute("SELECT localtimestamp - %s", [planning.QUARTER])
        (before,) = cursor.fetchone()
    again = Q(state="failed", tries__lt=planning.TRIES, touched__lt=before)
    by_officer = {c.officer: c for c in Channel.objects.select_related("gateway")}
    waiting = Delivery.objects.filter(Q(state="written") | again).filter(_awake(by_officer, now))
    waiting = waiting.filter(Q(recipient__notice__until=None) | Q(recipient__notice__until__gt=now))
    away = telling.aways(now)
    sent = 0
    for delivery in waiting.select_related("recipient__notice__gateway").order_by("at", "pk")[:AT_ONCE]:
        mine = Delivery.objects.filter(pk=delivery.pk, state=delivery.state)
        if not mine.update(state="sending", touched=Now(), tries=F("tries") + 1):
            continue  # another process took it
        recipient = delivery.recipient
        notice, whom = recipient.notice, recipient.key
        if recipient.kind == "officer":
            whom = away.get(whom, whom)
            address = arranging.address(by_officer.get(whom))
        else:
            address = _address(notice, recipient)
        fault = send(address, whom, notice.title, text(notice, delivery.round))
        Delivery.objects.filter(pk=delivery.pk).update(
            state="failed" if fault else "sent", fault=fault, channel=channels.kind(address), touched=Now()
        )
        sent += not fault
    return sent


def _awake(by_officer: dict[str, Channel], now: dt.datetime) -> Q:
    """Deliveries that may go now: what is urgent, and to whom is not in his quiet hours."""
    quiet = {o: planning.Habit(c.quiet_from, c.quiet_to).quiet(now) for o, c in by_officer.items()}
    theirs = Q(
        recipient__kind="officer", recipient__key__in=[o for o, is_so in quiet.items() if is_so != USUAL.quiet(now)]
    )
    return Q(recipient__notice__urgent=True) | (theirs if USUAL.quiet(now) else ~theirs)


def _address(notice: Notice, recipient: Recipient) -> str:
    gateway = notice.gateway
    if gateway is None or gateway.ended or not recipient.to:
        return ""
    return channels.filled(gateway.address, recipient.to)


def text(notice: Notice, number: int) -> str:
    """What is sent: the text; of a reminder, that it is one; where the desk is, to those who have an account there."""
    lines = [f"（提醒 {number} · reminder {number}）"] if number else []
    lines.append(notice.text)
    desk = os.environ.get("BIHUAN_ADDRESS", "").rstrip("/")
    if desk and not audiences.AUDIENCES[notice.audience].public:
        lines.append(f"{desk}/notices/{notice.pk}/")
    return "\n".join(lines)
