"""What is done about a hole beside the fact that closes it: who was told, to whom it is handed, photos and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import access
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views.hole import find
from bihuan.exchange import cells
from bihuan.live import clock
from bihuan.pressure import channels, evidence
from bihuan.pressure.models import Attachment, Message, Reassignment, Telling

HANDS = frozenset({"值班", "专班", "干部", "管理员"})
"""Roles of accounts that hand a hole to another officer."""

Pair = tuple[str, str]


def may_reassign(asked: Asked, row: Any) -> bool:
    """Whether the account may hand the hole on: by its role, or because the hole is its officer's."""
    officer = getattr(asked.user, "officer", "")
    held = row.state == "open" and asked.viewing.at is None
    return held and (getattr(asked.user, "role", "") in HANDS or bool(officer and officer == row.owner))


def pressing(asked: Asked, token: str) -> HttpResponse:
    """The page: who was told, to whom the hole was handed, what was attached."""
    return _page(asked, token)


def _page(asked: Asked, token: str, fault: Pair | None = None) -> HttpResponse:
    row = find(asked, token)
    named = {"of__hole": row.hole, "of__subject": row.subject, "of__item": row.item}
    tellings = Telling.objects.filter(**named)
    if asked.viewing.at:
        handed = Reassignment.objects.filter(**named, at__lte=asked.viewing.at)
        attached = Attachment.objects.filter(**named, at__lte=asked.viewing.at)
    else:
        handed = Reassignment.objects.filter(**named)
        attached = Attachment.objects.filter(**named)
    told = _sent(list(tellings.order_by("pk")), asked.viewing.at)
    moves = list(handed.order_by("at", "pk"))
    officers = {t.officer for t, _ in told} | {t.recipient for t, _ in told} | {m.officer for m in moves}
    names = access.names_of(asked, "officers", sorted(officers))
    states = dict(Message.STATES)
    return show(
        asked,
        "pressing.html",
        "holes",
        hole=row,
        token=token,
        fault=fault,
        told=[
            {
                "at": m["at"],
                "to": names.get(t.recipient, t.recipient),
                "for": names.get(t.officer, t.officer) if t.officer != t.recipient else "",
                "why": (t.get_why_display(), t.why),
                "attempt": t.attempt + 1,
                "by": channels.shown(m["channel"]),
                "state": (states[m["state"]], m["state"]),
                "fault": m["fault"],
            }
            for t, m in told
        ],
        moves=[{"move": m, "name": names.get(m.officer, m.officer)} for m in moves],
        attached=attached.defer("content").order_by("at", "pk"),
        may_reassign=may_reassign(asked, row),
        form=asked.POST,
        status=422 if fault else 200,
    )


def _sent(tellings: list[Telling], until: dt.datetime | None) -> list[tuple[Telling, dict[str, Any]]]:
    """Each telling with when and how its message went, in time order. What the message says is its recipient's: it
    tells of other holes too."""
    rows = access.query("SELECT * FROM bihuan_sent(%s)", [[t.message_id for t in tellings]]) if tellings else []
    sent = {row["id"]: row for row in rows if until is None or row["at"] <= until}
    told = [(t, sent[t.message_id]) for t in tellings if t.message_id in sent]
    return sorted(told, key=lambda one: (one[1]["at"], one[0].pk))


@require_POST
def reassign(asked: Asked, token: str) -> HttpResponse:
    """Hand the hole to another officer, with a reason. Whose it is by the rules does not change."""
    row = find(asked, token)
    if not may_reassign(asked, row):
        raise PermissionDenied
    officer = cells.normal(asked.POST.get("officer", ""))
    reason = asked.POST.get("reason", "").strip()[:1000]
    if not reason:
        return _page(asked, token, ("改派要写明事由", "Say why the hole is handed on"))
    if not officer or not access.names_of(asked, "officers", [officer]):
        return _page(
            asked,
            token,
            (
                f"台账“责任人员”里没有编号“{officer}”：请填人员编号",
                f"No officer has the number “{officer}”: give one that has",
            ),
        )
    by = asked.user.get_username()
    Reassignment.objects.create(of_id=row.pk, at=clock.now(), by=by, officer=officer, reason=reason)
    return HttpResponseRedirect(address(asked.viewing, "pressing", token))


@require_POST
def attach(asked: Asked, token: str) -> HttpResponse:
    """Keep a photo or file beside the hole; the same one twice is kept once."""
    row = _live(asked, find(asked, token))
    file = asked.FILES.get("file")
    if file is None:
        return _page(asked, token, ("请选一个照片或 PDF 文件", "Choose a photo or a PDF file"))
    name = str(file.name)[:200]
    try:
        kept = evidence.clean(name, file.read(evidence.MOST_BYTES + 1))
    except evidence.Refused as refused:
        return _page(asked, token, (refused.zh, refused.en))
    Attachment.objects.get_or_create(
        of_id=row.pk,
        digest=kept.digest,
        defaults={
            "at": clock.now(),
            "by": asked.user.get_username(),
            "name": name,
            "kind": kept.kind,
            "size": len(kept.content),
            "content": kept.content,
            "note": asked.POST.get("note", "").strip()[:1000],
        },
    )
    return HttpResponseRedirect(address(asked.viewing, "pressing", token))


def _live(asked: Asked, row: Any) -> Any:
    if asked.viewing.at:
        raise PermissionDenied  # the past is read, not written
    return row


def attachment(asked: Asked, token: str, digest: str) -> HttpResponse:
    """The file, as a download."""
    row = find(asked, token)
    named = {"of__hole": row.hole, "of__subject": row.subject, "of__item": row.item}
    kept = Attachment.objects.filter(**named, digest=digest).first()
    if kept is None:
        raise Http404("no such file")
    response = HttpResponse(bytes(kept.content), content_type=kept.kind)
    ending = evidence.ENDINGS[kept.kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{digest[:12]}.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
