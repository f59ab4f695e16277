"""How a page is looked at: in which language, at which moment, within which area.

Moment and area stand in the address (``?at=2022-01-06T14:00&in=610723``), so that an address shows everybody the same
figures; every link of a page carries them on (tag ``to``). The language is the account's browser's: a cookie, set by
the switch on every page. Accept-Language is not asked: the desk is Chinese first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from bihuan.desk import tokens
from bihuan.exchange import cells

Lang = Literal["zh", "en"]
COOKIE = "bihuan_lang"
AT, IN = "at", "in"


@dataclass(frozen=True)
class Viewing:
    """``at`` None: live, by the system's clock. ``area`` empty: everything the viewer may see. ``faults``: what in the
    address could not be read, as sentences in both languages."""

    lang: Lang = "zh"
    at: dt.datetime | None = None
    area: str = ""
    faults: tuple[tuple[str, str], ...] = field(default=())

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def two(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def of(self, both: tuple[str, str]) -> str:
        return both[0] if self.zh else both[1]

    def carried(self) -> dict[str, str]:
        """What every link carries on."""
        carried = {AT: f"{self.at:%Y-%m-%dT%H:%M}"} if self.at else {}
        return carried | ({IN: self.area} if self.area else {})


def read(request: HttpRequest) -> Viewing:
    """From cookie and address. What cannot be read is left out and said."""
    lang: Lang = "en" if request.COOKIES.get(COOKIE) == "en" else "zh"
    faults: list[tuple[str, str]] = []
    at: dt.datetime | None = None
    asked = request.GET.get(AT, "").strip()
    if asked:
        try:
            at = cells.moment(asked)
        except cells.Unreadable:
            at = None
        if at is None or not 1900 <= at.year <= 9000:
            at = None
            faults.append(
                (
                    f"读不出截至时间“{asked}”，已按实时显示：请写成 2022-01-06T14:00",
                    f"'{asked}' is no time, so this is live: write 2022-01-06T14:00",
                )
            )
    area = request.GET.get(IN, "").strip()
    if area:
        try:
            area = cells.area(area)
        except cells.Unreadable:
            faults.append(
                (
                    f"“{area}”不是区划代码，已显示全部：应为 2、4、6、9、12 或 15 位数字",
                    f"'{area}' is no area code, so all areas are shown: it has 2, 4, 6, 9, 12 or 15 digits",
                )
            )
            area = ""
    return Viewing(lang, at, area, tuple(faults))


class ViewingMiddleware:
    """Gives every request its ``viewing``. An identity number that somebody typed into a filter is sealed before it
    stands in an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        plain = {k: v for k, v in request.GET.items() if tokens.word(v) != v}
        if plain and request.method == "GET":
            query = request.GET.copy()
            for word, value in plain.items():
                query[word] = tokens.word(value)
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        request.viewing = read(request)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-CN" if request.viewing.zh else "en")
        return response


class Asked(HttpRequest):
    """A request as the desk's views get it."""

    viewing: Viewing
    user: Any  # an account (bihuan.access.models)
