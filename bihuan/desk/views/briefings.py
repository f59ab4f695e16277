"""通报: a briefing drafted for an area and a moment, looked at with every figure led to its rows, released by a named
person, found again unchanged, computed again."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.access.models import Account
from bihuan.briefings import acts, document
from bihuan.briefings.models import Briefing
from bihuan.desk import access
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells

SHOWN = 100
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


TITLES = {"pdf": "PDF", "docx": "Word"}


def _account(asked: Asked) -> Account:
    if not isinstance(asked.user, Account):
        raise PermissionDenied
    return asked.user


def _briefing(asked: Asked, pk: int) -> Briefing:
    """One that this account may read. Raises Http404."""
    found = acts.seen(_account(asked)).select_related("corrects").filter(pk=pk).first()
    if found is None:
        raise Http404("no such briefing")
    return found


def briefings(asked: Asked, fault: tuple[str, str] | None = None) -> HttpResponse:
    """What there is, the newest first, and the form for another one."""
    account, area = _account(asked), asked.viewing.area or _account(asked).area
    now = access.now(asked).replace(second=0)
    corrects = _corrected(asked)
    if corrects is not None:
        area, now = corrects.area, corrects.as_of
    last = acts.last_released(area, now)
    every = acts.seen(account).select_related("corrects").defer("content", "known").order_by("-as_of", "-pk")[:SHOWN]
    names = access.names_of(asked, "areas", sorted({b.area for b in every if b.area} | ({area} if area else set())))
    form = {
        "as_of": asked.POST.get("as_of") or f"{now:%Y-%m-%dT%H:%M}",
        "since": asked.POST.get("since") or f"{(last.as_of if last else now - acts.DAY):%Y-%m-%dT%H:%M}",
        "note": asked.POST.get("note", ""),
    }
    return show(
        asked,
        "briefings.html",
        "briefings",
        status=422 if fault else 200,
        briefings=[(b, names.get(b.area, b.area)) for b in every],
        area=area,
        area_name=names.get(area, area),
        refused=acts.why_not_draft(account, area),
        corrects=corrects,
        last=last,
        form=form,
        fault=fault,
    )


def _corrected(asked: Asked) -> Briefing | None:
    """The released briefing that is to be corrected, as the address or the form says."""
    word = asked.POST.get("corrects") or asked.GET.get("corrects", "")
    if not word.isdigit():
        return None
    return acts.seen(_account(asked)).filter(pk=int(word), released_at__isnull=False).first()


@require_POST
def draft(asked: Asked) -> HttpResponse:
    """Draft one; its content is computed meanwhile."""
    moments = {}
    for word in ("as_of", "since"):
        text = asked.POST.get(word, "")
        try:
            moments[word] = cells.moment(text)
        except cells.Unreadable:
            said = (f"读不出时间“{text}”：请写成 2022-01-06T14:00", f"'{text}' is no time: write 2022-01-06T14:00")
            return briefings(asked, said)
    corrects = _corrected(asked)
    wanted = acts.Asked(
        corrects.area if corrects else asked.viewing.area or _account(asked).area,
        **moments,
        note=asked.POST.get("note", ""),
        corrects=corrects.pk if corrects else None,
        base=asked.build_absolute_uri("/"),
    )
    try:
        made = acts.draft(_account(asked), wanted)
    except acts.Refused as refused:
        return briefings(asked, (refused.zh, refused.en))
    return HttpResponseRedirect(address(asked.viewing, "briefing", made.pk))


def briefing(asked: Asked, pk: int) -> HttpResponse:
    """One, as its document; while it is computed and drawn the page waits, and says how far it is."""
    found = _briefing(asked, pk)
    account = _account(asked)
    reruns = list(found.reruns.order_by("-pk")[:10])
    going = [r for r in reruns if not r.digest and not r.fault and not acts.lost(r.began)]
    made = None
    files: dict[str, str] = {}
    if found.content is not None:
        made = document.write(found.content, acts.about(found), asked.viewing.lang, "/")
        drawn = found.drawn.filter(lang=asked.viewing.lang, number=found.named)
        files = dict(drawn.order_by("ending").values_list("ending", "fault"))
    lost = found.content is None and not found.fault and acts.lost(found.began)
    return show(
        asked,
        "briefing.html",
        "briefings",
        briefing=found,
        document=made,
        files=[(title, ending, files.get(ending)) for ending, title in TITLES.items()],
        waits=(made is None and not found.fault and not lost) or bool(going),
        draws=made is not None and len(files) < len(TITLES),
        lost=lost,
        refused=acts.why_not_release(account, found),
        drafted=account.username == found.drafted_by,
        may_draft=acts.why_not_draft(account, found.area) is None,
        reruns=reruns,
        corrected_by=list(found.corrected_by.filter(released_at__isnull=False).order_by("pk")),
    )


@require_POST
def act(asked: Asked, pk: int, act: str) -> HttpResponse:
    """Release it, discard it, compute it again."""
    found = _briefing(asked, pk)
    here = address(asked.viewing, "briefing", pk)
    try:
        if act == "release":
            acts.release(_account(asked), found)
        elif act == "discard":
            acts.discard(_account(asked), found)
            here = address(asked.viewing, "briefings")
        elif act == "rerun" and found.content is not None:
            acts.rerun(_account(asked).username, found)
        else:
            raise Http404("no such act")
    except acts.Refused as refused:
        messages.error(asked, asked.viewing.two(refused.zh, refused.en))
    return HttpResponseRedirect(here)


def as_file(asked: Asked, pk: int, ending: str) -> HttpResponse:
    """The document as PDF or Word, in the page's language, as the worker drew it; its figures are led to this desk."""
    found = _briefing(asked, pk)
    if ending not in TYPES or found.content is None:
        raise Http404("no such file")
    drawn = found.drawn.filter(lang=asked.viewing.lang, number=found.named, ending=ending).first()
    if drawn is None:
        messages.info(asked, asked.viewing.two("文件还在画，好了再下载", "It is being drawn: load it once it is done"))
        return HttpResponseRedirect(address(asked.viewing, "briefing", pk))
    if drawn.fault:
        return HttpResponse(drawn.fault, status=503, content_type="text/plain; charset=utf-8")
    number = found.named or asked.viewing.two("草稿", "draft")
    name = f"{asked.viewing.two('通报', 'briefing')}{number}-{found.as_of:%Y%m%d-%H%M}.{ending}"
    answer = HttpResponse(bytes(drawn.body), content_type=TYPES[ending])
    answer.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}"
    return answer
