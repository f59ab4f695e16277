"""What the desk keeps for its users: views saved under a name, what was said of a hole."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SavedView(models.Model):
    """存下的筛选 (filters of the list of holes, under a name of their user's)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.TextField()
    query = models.TextField(blank=True)  # of the address

    class Meta:
        db_table = "desk_view"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="desk_view_name")]


class Comment(models.Model):
    """情况说明：对一个漏洞说的话；说了不等于闭合 (what was said of a hole; saying closes nothing)."""

    hole = models.TextField()  # its identity: hole/subject/item
    at = models.DateTimeField()  # by the system's clock
    by = models.TextField()
    text = models.TextField()

    class Meta:
        db_table = "desk_comment"
        indexes = [models.Index(fields=["hole", "at"], name="desk_comment_of")]


class Snapshot(models.Model):
    """回看：一个时刻按当时所知查出的全部漏洞 (the holes of an earlier moment, audited as known then)."""

    at = models.DateTimeField()
    imports = models.BigIntegerField()  # the last import that it knows: a later one may tell of earlier days
    ready = models.BooleanField(default=False)
    began = models.DateTimeField(db_default=Now())
    seconds = models.FloatField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        db_table = "desk_snapshot"
        constraints = [models.UniqueConstraint(fields=["at", "imports"], name="desk_snapshot_of")]


class Then(models.Model):
    """当时的漏洞 (a hole as known at an earlier moment): the columns of ``bihuan.live.models.Hole`` that pages read."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE)
    hole = models.TextField()
    subject = models.TextField()
    item = models.TextField(blank=True)
    state = models.TextField()
    severity = models.TextField()
    subject_kind = models.TextField()
    area = models.TextField(null=True)
    unit = models.TextField(null=True)
    person = models.TextField(null=True)
    role = models.TextField(null=True)
    opens = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    owner = models.TextField(null=True)
    owner_name = models.TextField(null=True)
    escalated_to = models.TextField(null=True)
    order = models.TextField(null=True)
    evidence = models.TextField(null=True)
    text_zh = models.TextField(default="")
    text_en = models.TextField(default="")
    remedy_zh = models.TextField(default="")
    remedy_en = models.TextField(default="")

    class Meta:
        db_table = "desk_then"
        indexes = [
            models.Index(fields=["snapshot", "state", "severity", "since"], name="desk_then_list"),
            models.Index(fields=["snapshot", "subject"], name="desk_then_subject"),
        ]


class Tally(models.Model):
    """当时的数：同一样的当时漏洞有几个 (how many holes of an earlier moment are alike in what pages count them by)."""

    KINDS: ClassVar = [("standing", "现状"), ("since", "新增"), ("closed", "闭合")]

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE)
    kind = models.TextField(choices=KINDS)  # what stands; what began, or closed, hour by hour
    hole = models.TextField(blank=True)
    state = models.TextField(blank=True)
    severity = models.TextField(blank=True)
    area = models.TextField(null=True)  # of its town, where it lies lower
    owner = models.TextField(null=True)  # of open ones
    hour = models.DateTimeField(null=True)  # in which they began, or closed
    n = models.BigIntegerField()
    since = models.DateTimeField(null=True)  # the earliest
    lasted = models.DurationField(null=True)  # of those that closed, altogether
    timed = models.BigIntegerField(default=0)  # how many of them tell how long they lasted

    class Meta:
        db_table = "desk_tally"
        indexes = [models.Index(fields=["snapshot", "kind", "state"], name="desk_tally_of")]


class Upload(models.Model):
    """上传：有人要导入的文件，看过会改什么、登了账没有 (files that somebody wants imported, and how far that is).

    The files themselves, what they would do and what they did lie in a folder of the data directory
    (:mod:`bihuan.desk.uploads`). A row that is added, or asked for, is a job of the worker.
    """

    READING, SEEN, ASKED, DONE, REFUSED, FAILED = "reading", "seen", "asked", "done", "refused", "failed"
    STATES: ClassVar = [
        (READING, "在读"),
        (SEEN, "待登账"),
        (ASKED, "在登账"),
        (DONE, "已登账"),
        (REFUSED, "不能登账"),
        (FAILED, "没有做成"),
    ]

    token = models.TextField(unique=True)  # of its folder, its address and its act of writing
    by_account = models.BigIntegerField()
    at = models.DateTimeField()  # by the system's clock
    began: Any = models.DateTimeField(db_default=Now())
    files = models.JSONField()  # their names, as they were given
    lang = models.TextField(default="zh")  # in which progress is told
    state = models.TextField(choices=STATES, default=READING)
    counts = models.JSONField(default=dict)  # new, changed, withdrawn, same, rejected: rows

    class Meta:
        db_table = "desk_upload"
        indexes = [models.Index(fields=["by_account", "-id"], name="desk_upload_own")]

    @property
    def going(self) -> bool:
        """Whether the worker is at it."""
        return self.state in (self.READING, self.ASKED)
