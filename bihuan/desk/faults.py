"""What a page says when something is not as it should be: a sentence, and what to do; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from bihuan.access.middleware import refused, undo
from bihuan.desk import then
from bihuan.desk.viewing import Viewing

RELOAD_MS = 3000

SAID: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "gone": (
        ("数据库暂时连不上", "The database can't be reached just now"),
        (
            "已登记的都在。本页每三秒重试一次，恢复后自行回来。",
            "What was recorded is safe. This page tries again by itself.",
        ),
    ),
    "unsaved": (
        ("数据库暂时连不上", "The database can't be reached just now"),
        (
            "这一次没有得到确认。填的内容还在：稍候请再送一次，已登记的不会登两遍。",
            "This was not acknowledged. What you filled in is kept: send it again in a moment; nothing counts twice.",
        ),
    ),
    "kept": (
        ("数据库暂时连不上", "The database can't be reached just now"),
        (
            "这一次没有得到确认。请稍候返回，再送一次。",
            "This was not acknowledged. Go back in a moment and send it again.",
        ),
    ),
    "broken": (
        ("这一页出错了", "This page failed"),
        (
            "没有写入任何东西。请重试；再出错请告诉管理员，写明时间和网址。",
            "Nothing was written. Try again; if it fails once more, tell an administrator the time and the address.",
        ),
    ),
    "missing": (
        ("没有这一页", "There is no such page"),
        (
            "可能已作废、网址有误，或不在你的管辖范围内。请从总览或搜索进入。",
            "It was withdrawn, the address is wrong, or it lies outside your area. Start from the overview or search.",
        ),
    ),
    "sent": (
        ("这个地址只收表单", "This address only takes a form"),
        (
            "没有写入任何东西。请返回原来的页面再送一次，或从总览进入。",
            "Nothing was written. Go back to the page of the form and send it again, or start from the overview.",
        ),
    ),
    "refused": (
        ("你的账号不能做这件事", "Your account may not do this"),
        (
            "没有写入任何东西。需要权限的，请找管理员。",
            "Nothing was written. Ask an administrator if you need to.",
        ),
    ),
    "csrf": (
        ("这一页开得太久了", "This page was open for too long"),
        (
            "没有写入任何东西。请返回、刷新后再提交。",
            "Nothing was written. Go back, load it anew, and send it again.",
        ),
    ),
}
"""What is wrong, and what to do."""


def page(request: HttpRequest, what: str, status: int, reload: bool = False) -> HttpResponse:
    """A page of its own, which asks the database for nothing."""
    viewing = getattr(request, "viewing", Viewing())
    title, advice = SAID[what]
    context = {"viewing": viewing, "title": title, "advice": advice, "reload": RELOAD_MS if reload else 0}
    if what == "unsaved":
        context |= {"again": _sent(request), "address": request.get_full_path()}
    return HttpResponse(render_to_string("desk/fault.html", context), status=status)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The form that was sent, to be sent again as it is: its token sees to it that it counts once."""
    return [(name, value) for name in request.POST for value in request.POST.getlist(name)]


def _gone(request: HttpRequest) -> HttpResponse:
    """The database is away. What somebody typed is not lost with it; passwords and files are sent anew by himself."""
    if request.method != "POST":
        return page(request, "gone", 503, reload=request.method == "GET")
    secret = any(name.startswith(("password", "oldpassword", "code")) for name in request.POST)
    return page(request, "kept" if secret or request.FILES else "unsaved", 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where it is the database that is gone."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return _gone(request)
    return page(request, "broken", 500)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, "missing", 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, "refused", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that is too old."""
    return page(request, "csrf", 403)


class FaultsMiddleware:
    """What a view raises and is no error of the program's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != 405:
            return answer
        # Whoever signs in anew in the midst of sending a form is led to where it was to go, without it.
        said = page(request, "sent", 405)
        said["Allow"] = answer["Allow"]
        return said

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if refused(exception):
            undo(request)
            return page(request, "refused", 403)
        if isinstance(exception, OperationalError | InterfaceError):
            return _gone(request)
        if isinstance(exception, then.NotReady | then.Failed):
            context = {"viewing": request.viewing, "fault": str(exception), "request": request}
            status = 503 if context["fault"] else 202
            return HttpResponse(render_to_string("desk/wait.html", context), status=status)
        return None
