"""What is kept of pressure: by which channel an officer is told, who was told what and when, who stands in for whom,
whom a hole was handed to. None of it closes a hole.

Officers are named by their key in the ledger of officers; moments are by the system's clock where nothing else is said.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bihuan.live.models import Hole

QUIET_FROM, QUIET_TO = 22, 7
"""Hours of the night in which nothing but 急 is told, where the officer named no others."""


class Gateway(models.Model):
    """网关：管理员设好的短信、邮件或群机器人，地址含密钥 (a gateway for messages that an administrator set up).

    Whoever answers for something in its area may be reached by it.
    """

    name = models.TextField(unique=True)
    area = models.TextField(blank=True)  # "" everywhere
    address = models.TextField()  # of Apprise, with {to}; it holds a secret and is shown to nobody
    at = models.DateTimeField()
    by = models.TextField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "pressure_gateway"


class Channel(models.Model):
    """通知渠道：一名责任人员怎样收到通知 (how an officer is told); without one, on the worker's console."""

    officer = models.TextField(unique=True)
    address = models.TextField(blank=True)  # of Apprise, a robot's; it holds a secret. Empty: by the gateway
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, null=True, related_name="channels")
    to = models.TextField(
        blank=True, db_default=""
    )  # of a gateway: the phone number or mail address. Neither: the console
    quiet_from = models.SmallIntegerField(default=QUIET_FROM)  # an hour, 0 to 23; equal to quiet_to: no quiet hours
    quiet_to = models.SmallIntegerField(default=QUIET_TO)
    at = models.DateTimeField()
    by = models.TextField(blank=True)

    class Meta:
        db_table = "pressure_channel"


class Delegation(models.Model):
    """代办：责任人员外出期间由谁代收代办 (who stands in for an officer, for a span)."""

    officer = models.TextField()
    delegate = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()  # the first moment at which it no longer holds
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField()
    ended = models.BooleanField(default=False)  # called off

    class Meta:
        db_table = "pressure_delegation"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="pressure_delegation_span"),
            models.CheckConstraint(condition=~Q(officer=F("delegate")), name="pressure_delegation_other"),
        ]
        indexes = [models.Index(fields=["officer", "since"], name="pressure_delegation_of")]


class Reassignment(models.Model):
    """改派：一个漏洞交给别人办，写明事由 (a hole handed to another officer, with the reason). It holds for the stretch
    in which the hole stood open then; ``owner`` of the hole stays what the rules say."""

    of = models.ForeignKey(Hole, on_delete=models.CASCADE, related_name="reassignments")
    at = models.DateTimeField()
    by = models.TextField()
    officer = models.TextField()
    reason = models.TextField()

    class Meta:
        db_table = "pressure_reassignment"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="pressure_reassignment_reason")]


class Message(models.Model):
    """消息：发给一名责任人员的一条消息 (one message to one officer).

    ``state``: written → sending → sent or failed; unsure: the process ended while it was being sent, so nobody knows,
    and it is not sent twice.
    """

    STATES: ClassVar = [
        ("written", "待发"),
        ("sending", "在发"),
        ("sent", "已发"),
        ("failed", "未发出"),
        ("unsure", "不明"),
    ]

    recipient = models.TextField()  # an officer
    at = models.DateTimeField()
    quarter = models.DateTimeField(null=True)  # of a digest: the quarter of an hour that it is for; null: 急 alone
    channel = models.TextField()  # console, wecombot, mailto …: what was used, never its address
    title = models.TextField()
    text = models.TextField()
    state = models.TextField(choices=STATES, default="written")
    fault = models.TextField(blank=True)
    touched: Any = models.DateTimeField(db_default=Now())  # by the machine's clock: when ``state`` last moved

    class Meta:
        db_table = "pressure_message"
        constraints = [models.UniqueConstraint(fields=["recipient", "quarter"], name="pressure_message_digest")]
        indexes = [models.Index(fields=["state"], name="pressure_message_state")]


class Telling(models.Model):
    """告知：为哪个漏洞、因何、告诉了谁 (of which hole somebody was told, and why)."""

    WHYS: ClassVar = [("opened", "责任人"), ("reassigned", "改派"), ("escalated", "升级")]

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tellings")
    of = models.ForeignKey(Hole, on_delete=models.CASCADE, related_name="tellings")
    opened_at = models.DateTimeField()  # of the stretch in which the hole stood open
    officer = models.TextField()  # whose it is
    recipient = models.TextField()  # who was told: the officer, or who stands in for him
    why = models.TextField(choices=WHYS)
    attempt = models.SmallIntegerField(default=0)  # a message that could not be sent is tried again

    class Meta:
        db_table = "pressure_telling"
        constraints = [
            models.UniqueConstraint(
                fields=["of", "opened_at", "recipient", "why", "attempt"], name="pressure_telling_once"
            )
        ]


class Attachment(models.Model):
    """附件：照片或文件，说明一个漏洞的情况；不闭合 (a photo or file that shows how a hole stands; it closes nothing).

    In the database, so that who sees the hole sees it, and nobody else.
    """

    of = models.ForeignKey(Hole, on_delete=models.CASCADE, related_name="attachments")
    at = models.DateTimeField()
    by = models.TextField()
    name = models.TextField()
    kind = models.TextField()  # image/jpeg …, by what it begins with
    size = models.IntegerField()  # bytes
    digest = models.TextField()  # SHA-256
    content = models.BinaryField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "pressure_attachment"
        constraints = [models.UniqueConstraint(fields=["of", "digest"], name="pressure_attachment_once")]
