"""What the living loop keeps beside the ledgers: holes and their history, acts of writing, events, audits, the clock.

Moments are local time by the system's clock (:mod:`bihuan.live.clock`), to the second.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from bihuan.domains.fields import LocalTime


class Batch(models.Model):
    """登账：一次写入，整批成立或整批不成立 (one act of writing; all of it stands or none)."""

    KINDS: ClassVar = [("save", "录入"), ("retract", "作废"), ("import", "导入")]

    at = LocalTime()  # by the system's clock
    kind = models.TextField(choices=KINDS)
    by = models.TextField(blank=True)  # who wrote it: an account's name
    token = models.TextField(null=True, unique=True)  # the caller's own name of this act: a second time does nothing
    sources = models.JSONField(default=list)  # of an import: [file, sheet], by from_source of its rows
    counts = models.JSONField(
        default=dict
    )  # ledger → {"new": n, "changed": n, "withdrawn": n, "same": n, "rejected": n}

    class Meta:
        db_table = "live_batch"


class Change(models.Model):
    """动账：一次写入动了哪本台账的哪些行，审计之后销去 (rows written and not audited yet; gone once they are)."""

    batch = models.BigIntegerField()
    ledger = models.TextField()
    first = models.BigIntegerField()  # ids of the rows
    last = models.BigIntegerField()

    class Meta:
        db_table = "live_change"


class Due(models.Model):
    """待查：要在全部台账上重查的闭环 (a loop to be audited over everything; gone once it is)."""

    hole = models.TextField(primary_key=True)

    class Meta:
        db_table = "live_due"


class Moment(models.Model):
    """时刻：到那时要重查的对象，只因时间过去 (who is to be audited again then, by the passing of time alone)."""

    at = LocalTime()
    hole = models.TextField(blank=True)  # empty: a row one of whose own moments comes then
    by = models.TextField()  # subject or item; of a row its ledger
    value = models.TextField()  # of a row its id

    class Meta:
        db_table = "live_moment"
        indexes = [models.Index(fields=["at"], name="live_moment_at")]


class Hole(models.Model):
    """漏洞：一个身份一行，发现、闭合、再现都在这一行 (one row an identity, for good)."""

    STATES: ClassVar = [("open", "未闭合"), ("pending", "待办"), ("closed", "已闭合")]

    hole = models.TextField()  # arrival.silent …
    subject = models.TextField()
    item = models.TextField(blank=True)
    state = models.TextField(choices=STATES)
    severity = models.TextField()
    subject_kind = models.TextField()
    area = models.TextField(null=True)  # the hole's area; access goes by it
    unit = models.TextField(null=True)
    person = models.TextField(null=True)  # where its owner is sought
    seek = models.TextField(null=True)
    role = models.TextField(null=True)
    taken = models.TextField(null=True)
    opens = LocalTime(null=True)
    due = LocalTime(null=True)
    since = LocalTime(null=True)  # the moment it became a hole, by the facts
    owner = models.TextField(null=True)
    owner_name = models.TextField(null=True)
    escalated_to = models.TextField(null=True)
    order = models.TextField(null=True)
    evidence = models.TextField(null=True)  # ledger:key, comma-separated
    text_zh = models.TextField(default="")
    text_en = models.TextField(default="")
    remedy_zh = models.TextField(default="")
    remedy_en = models.TextField(default="")
    first_seen = LocalTime(null=True)  # an audit first found it open
    opened_at = LocalTime(null=True)  # an audit found it open, this time
    closed_at = LocalTime(null=True)  # an audit no longer found it; null while open
    reopened = models.IntegerField(default=0)  # how often it came back
    moved = models.BigIntegerField(default=0)  # the event that last moved it

    class Meta:
        db_table = "live_hole"
        constraints = [models.UniqueConstraint(fields=["hole", "subject", "item"], name="live_hole_id")]
        indexes = [
            models.Index(fields=["state", "severity", "since", "hole", "subject", "item"], name="live_hole_list"),
            models.Index(fields=["state", "area"], name="live_hole_area"),
            models.Index(fields=["state", "owner"], name="live_hole_owner"),
            models.Index(fields=["subject"], name="live_hole_subject"),
            models.Index(fields=["person"], name="live_hole_person"),
            models.Index(fields=["unit"], name="live_hole_unit"),
            models.Index(fields=["closed_at"], name="live_hole_closed"),
            models.Index(fields=["hole", "item"], name="live_hole_item"),
        ]

    @property
    def identity(self) -> str:
        """hole/subject/item, without the last where it is empty: how a finding names it."""
        return "/".join(part for part in (self.hole, self.subject, self.item) if part)


class Span(models.Model):
    """一次开合：漏洞的一段 (one stretch in which a hole stood open)."""

    of = models.ForeignKey(Hole, on_delete=models.CASCADE, related_name="spans")
    since = LocalTime(null=True)
    opened_at = LocalTime()
    closed_at = LocalTime(null=True)

    class Meta:
        db_table = "live_span"
        indexes = [
            models.Index(fields=["opened_at"], name="live_span_opened"),
            models.Index(fields=["closed_at"], name="live_span_closed"),
        ]


class Event(models.Model):
    """动静：告诉打开着的页面的事 (what open pages are told)."""

    at = LocalTime()
    kind = models.TextField()  # holes, rows, audit, clock
    said: Any = models.JSONField(default=dict)

    class Meta:
        db_table = "live_event"


class Audit(models.Model):
    """查账：一次全面查漏，及它与活账的差异 (a full audit, and how it differed from the live state)."""

    as_of = LocalTime()
    began = LocalTime()  # by the system's clock
    seconds = models.FloatField(default=0)
    rows = models.BigIntegerField(default=0)
    holes = models.IntegerField(default=0)
    differences = models.IntegerField(default=0)
    sample = models.JSONField(default=list)  # the first differences, each a sentence in Chinese and in English

    class Meta:
        db_table = "live_audit"


class Clock(models.Model):
    """系统时钟：比机器的时钟快多少秒，查到何时 (how far ahead of the machine's, and until when time was audited)."""

    id = models.SmallIntegerField(primary_key=True)
    ahead = models.BigIntegerField(default=0)  # seconds
    audited = LocalTime(null=True)  # as of when the stored holes are

    class Meta:
        db_table = "live_clock"
