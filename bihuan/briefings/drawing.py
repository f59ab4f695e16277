"""Computing a briefing and drawing it as PDF and Word: what the worker does of it (:mod:`bihuan.briefings.tasks`).

Each may be done again where a worker was killed in the midst of it: a content that is there stays, and so does a file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bihuan.access import scope
from bihuan.briefings import acts, content, document, pdf, reading, word
from bihuan.briefings.models import Briefing, Drawn, Rerun
from bihuan.live import tables

LANGS, ENDINGS = ("zh", "en"), ("pdf", "docx")
SAID_S = 0.7
"""Seconds at least between two words of progress."""


def make(pk: int) -> None:
    """Compute a draft's content and freeze it, whole or not at all; nothing where that was done."""
    with scope.system():
        briefing = Briefing.objects.filter(pk=pk).first()
    if briefing is None or briefing.digest:
        return
    try:
        made = computed(briefing, _said(pk))
    except Exception as error:  # told on the page
        with scope.system():
            Briefing.objects.filter(pk=pk, digest="").update(fault=f"{type(error).__name__}: {error}"[:500])
        raise
    with scope.system():
        Briefing.objects.filter(pk=pk, digest="").update(
            content=made, digest=content.digest(made), fault="", step="", share=100
        )


def computed(briefing: Briefing, progress: content.Progress | None = None) -> dict[str, Any]:
    """The content, from the ledgers as the database knew them when the briefing was drafted."""
    with scope.system(), reading.loaded(briefing.known) as con:
        wanted = content.Wanted(briefing.area, briefing.as_of, briefing.since)
        return content.compute(con, tables.program(), wanted, progress)


def _said(pk: int) -> Callable[[str, int, int], None]:
    """Keeps how far it is, for the page; two audits are nine tenths of it."""
    last, audits, before = time.monotonic(), 0, 0.0

    def progress(what: str, done: int, total: int) -> None:
        nonlocal last, audits, before
        share = done / max(total, 1)
        audits += share < before
        before = share
        if time.monotonic() - last > SAID_S:
            last = time.monotonic()
            with scope.system():
                Briefing.objects.filter(pk=pk, digest="").update(
                    step=what, share=min(90, round(45 * (min(audits, 1) + share)))
                )

    return progress


def draw(pk: int) -> int:
    """Draw the files of a briefing, as it is now, that are not there yet; how many. A draft's go with its release."""
    with scope.system():
        briefing = Briefing.objects.select_related("corrects").filter(pk=pk).first()
        if briefing is None or briefing.content is None:
            return 0
        number = briefing.named
        there = set(Drawn.objects.filter(briefing=briefing, number=number).values_list("lang", "ending"))
    drawn = 0
    for lang in LANGS:
        written = document.write(briefing.content, acts.about(briefing), lang, briefing.base)
        for ending in ENDINGS:
            if (lang, ending) in there:
                continue
            body, fault = b"", ""
            try:
                body = pdf.render(written) if ending == "pdf" else word.render(written)
            except pdf.NoPdf as none:
                fault = none.zh if lang == "zh" else none.en
            with scope.system():
                _, fresh = Drawn.objects.get_or_create(
                    briefing=briefing, lang=lang, ending=ending, number=number, defaults={"body": body, "fault": fault}
                )
            drawn += fresh
    with scope.system():
        Drawn.objects.filter(briefing=briefing).exclude(number=number).delete()
    return drawn


def repeat(pk: int) -> None:
    """Compute again, and keep the digest."""
    with scope.system():
        again = Rerun.objects.select_related("briefing").filter(pk=pk, digest="").first()
    if again is None:
        return
    try:
        made = computed(again.briefing)
    except Exception as error:
        with scope.system():
            Rerun.objects.filter(pk=pk).update(fault=f"{type(error).__name__}: {error}"[:500])
        raise
    with scope.system():
        Rerun.objects.filter(pk=pk).update(digest=content.digest(made), program=made["program"], fault="")
