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
    return HttpResponse(render_to_string("desk/fault.html", context), status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where it is the database that is gone."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return page(request, "gone", 503, reload=request.method == "GET")
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
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if refused(exception):
            undo(request)
            return page(request, "refused", 403)
        if isinstance(exception, OperationalError | InterfaceError):
            return page(request, "gone", 503, reload=request.method == "GET")
        if isinstance(exception, then.NotReady | then.Failed):
            context = {"viewing": request.viewing, "fault": str(exception), "request": request}
            status = 503 if context["fault"] else 202
            return HttpResponse(render_to_string("desk/wait.html", context), status=status)
        return None
