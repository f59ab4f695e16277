"""What is kept of briefings: the frozen content, who drafted and who released it, and every later computation of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Briefing(models.Model):
    """通报：草稿 → 签发。内容算出即不再改；签发后整行不再改（数据库里有触发器守着）。

    (A briefing: drafted, then released. Its content never changes once it is there, the whole row never once it is
    released: a trigger of the database sees to that. One that corrects another is a new one and names it.)
    """

    area = models.TextField(blank=True)  # "" all areas
    as_of = models.DateTimeField()
    since = models.DateTimeField()  # compared with what was known then
    note = models.TextField(blank=True)  # said by who drafted it
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    known: Any = models.JSONField()  # bihuan.briefings.reading.Known
    drafted_by = models.TextField()  # an account
    drafted_name = models.TextField()  # 张三
    drafted_at = models.DateTimeField()  # by the system's clock
    began = models.DateTimeField(db_default=Now())  # by the machine's clock
    base = models.TextField(blank=True, default="")  # the desk's address as its drafter reaches it: figures lead there
    step = models.TextField(blank=True, default="")  # while it is computed: what is being done,
    share = models.SmallIntegerField(default=0)  # and how much of the whole is, in hundredths
    fault = models.TextField(blank=True)
    content: Any = models.JSONField(null=True)
    digest = models.TextField(blank=True)
    released_by = models.TextField(blank=True)
    released_name = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    year = models.IntegerField(null=True)
    number = models.IntegerField(null=True)  # within its area and year

    class Meta:
        db_table = "briefing"
        indexes = [models.Index(fields=["area", "-as_of"], name="briefing_area")]
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "number"], name="briefing_number"),
            models.CheckConstraint(
                condition=Q(released_at=None) | (~Q(released_name="") & ~Q(digest="") & Q(number__isnull=False)),
                name="briefing_released",
            ),
        ]

    @property
    def released(self) -> bool:
        return self.released_at is not None

    @property
    def named(self) -> str:
        """通报〔2022〕3 号 without its first word: 〔2022〕3; "" of a draft."""
        return f"〔{self.year}〕{self.number}" if self.number else ""


class Rerun(models.Model):
    """重算：按当时所知再算一次，摘要是否相同 (a briefing computed again from what was known then: the same or not)."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="reruns")
    at = models.DateTimeField()  # by the system's clock
    by = models.TextField()
    began = models.DateTimeField(db_default=Now())
    digest = models.TextField(blank=True)  # "" until it is done
    program: Any = models.JSONField(null=True)
    fault = models.TextField(blank=True)

    class Meta:
        db_table = "briefing_rerun"


class Drawn(models.Model):
    """成文：画好的 PDF 或 Word；草稿、签发各一份 (a briefing drawn as PDF or Word, as a draft and as released)."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="drawn")
    lang = models.TextField()
    ending = models.TextField()  # pdf, docx
    number = models.TextField(blank=True)  # 〔2022〕3; "" of a draft
    body = models.BinaryField()
    fault = models.TextField(blank=True)  # why there is none
    at: Any = models.DateTimeField(db_default=Now())  # by the machine's clock

    class Meta:
        db_table = "briefing_drawn"
        constraints = [
            models.UniqueConstraint(fields=["briefing", "lang", "ending", "number"], name="briefing_drawn_once")
        ]
