"""What is kept of a notice: what it says and to whom it goes, each of those, and every time that it was sent to one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bihuan.pressure.models import Gateway


class Notice(models.Model):
    """通知：写一次，按渠道发给一个区域里的一类人或单位 (written once, sent to those of one kind in an area).

    Whom it reaches is looked up when it goes out. It is over at ``until``, or when it is called off: then nobody is
    reminded any more, and what has not gone out stays where it is.
    """

    title = models.TextField()
    text = models.TextField()
    area = models.TextField()
    audience = models.TextField()  # a word of audiences.AUDIENCES
    which = models.TextField(blank=True)  # of the audience: a role, a kind of unit …; "" all
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, null=True, related_name="notices")
    urgent = models.BooleanField(default=False)  # also in quiet hours
    remind_h = models.SmallIntegerField(default=0)  # hours after which who has not read it is reminded; 0: nobody
    as_of = models.DateTimeField(null=True)  # to the public: its figures hold as of then
    approved_by = models.TextField(blank=True)  # to the public: who approved it
    send_at = models.DateTimeField()  # by the system's clock
    until = models.DateTimeField(null=True)
    by = models.TextField()  # an account
    by_name = models.TextField()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # it went out
    again_at = models.DateTimeField(null=True)  # somebody asked then that those who have not read it be reminded
    row = models.TextField(blank=True)  # to the public: its key in the ledger of releases (信息发布)

    class Meta:
        db_table = "notice"
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("send_at")), name="notice_until"),
            models.CheckConstraint(condition=Q(remind_h__gte=0), name="notice_remind"),
        ]
        indexes = [
            models.Index(fields=["area", "-send_at"], name="notice_area"),
            models.Index(fields=["send_at"], condition=Q(sent_at=None), name="notice_due"),
        ]


class Recipient(models.Model):
    """对象：通知发给的一名责任人员、一个单位或一个人 (one whom a notice goes to)."""

    KINDS: ClassVar = [("officer", "责任人员"), ("unit", "单位"), ("person", "人员")]

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="recipients")
    kind = models.TextField(choices=KINDS)
    key = models.TextField()
    name = models.TextField()
    to = models.TextField(blank=True)  # a unit's or person's phone
    area = models.TextField()  # of the notice: who covers it sees the record
    read_at = models.DateTimeField(null=True)
    acked_at = models.DateTimeField(null=True)  # said that he got it
    acked_by = models.TextField(blank=True)

    class Meta:
        db_table = "notice_recipient"
        constraints = [models.UniqueConstraint(fields=["notice", "kind", "key"], name="notice_recipient_once")]
        indexes = [models.Index(fields=["kind", "key", "-notice"], name="notice_recipient_of")]


class Delivery(models.Model):
    """送达：向一个对象发一次；第几次提醒 (one sending to one recipient, the first or a reminder).

    ``state``: written → sending → sent or failed; unsure where the process ended while sending: not sent again;
    unreached where there is no phone.
    """

    STATES: ClassVar = [
        ("written", "待发"),
        ("sending", "在发"),
        ("sent", "已发"),
        ("failed", "未发出"),
        ("unsure", "不明"),
        ("unreached", "没有号码"),
    ]

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    round = models.SmallIntegerField(default=0)  # 0 the first time, then reminders
    at = models.DateTimeField()  # by the system's clock
    channel = models.TextField()
    state = models.TextField(choices=STATES, default="written")
    tries = models.SmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    touched: Any = models.DateTimeField(db_default=Now())  # by the machine's clock

    class Meta:
        db_table = "notice_delivery"
        constraints = [models.UniqueConstraint(fields=["recipient", "round"], name="notice_delivery_once")]
        indexes = [
            models.Index(fields=["state"], condition=~Q(state="sent"), name="notice_delivery_open"),
        ]
