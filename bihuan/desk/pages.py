"""What every page shows around its content: menu, area, moment, counts; and how a view renders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.desk import access, tallies, then
from bihuan.desk.access import Place
from bihuan.desk.viewing import Asked, Viewing
from bihuan.live import clock
from bihuan.notices import writing


@dataclass
class Item:
    """One line of the menu."""

    name: str  # of the address
    icon: str
    title: tuple[str, str]
    count: int = 0


MENU = (
    ("overview", "home", ("总览", "Overview")),
    ("holes", "alert-triangle", ("漏洞", "Holes")),
    ("mine", "checklist", ("我的待办", "My work")),
    ("loops", "refresh", ("闭环", "Loops")),
    ("ledgers", "table", ("台账", "Ledgers")),
    ("orders", "adjustments", ("措施标准", "Orders")),
    ("instructions", "sitemap", ("批示任务", "Instructions")),
    ("inspections", "clipboard-check", ("督查", "Inspections")),
    ("tickets", "headset", ("诉求", "Tickets")),
    ("rosters", "calendar", ("值班", "Rosters")),
    ("areas", "map-pin", ("区域", "Areas")),
    ("notices", "bell", ("通知", "Notices")),
    ("briefings", "speakerphone", ("通报", "Briefings")),
)


@dataclass
class Scope:
    """The area looked at: all above it, and what lies right below. ``unit``: the name of the unit to which the account
    is bound, which looks at nothing else."""

    path: list[Place] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)
    unit: str = ""


def scope(asked: Asked) -> Scope:
    """One query: the areas above, and those right below (where no area is chosen, the account's own; where it has none,
    the topmost of the tree, and on down to where it branches)."""
    if unit := str(getattr(asked.user, "unit", "")):
        return Scope(unit=access.names_of(asked, "units", [unit]).get(unit, unit))
    area = access.area_of(asked)
    if area:
        codes = access.path(area)
        deep = access.below(area)
        found = access.access_places(
            asked,
            "(l.area = ANY(%s) OR (l.area > %s AND l.area < %s AND length(l.area) = %s))",
            [codes, area, area + ":", deep],
        )
        return Scope([p for p in found if p.area in codes], [p for p in found if p.area not in codes])
    found = access.access_places(asked, "length(l.area) <= 6", [])
    path: list[Place] = []
    here = ""
    while True:
        under = [p for p in found if p.area.startswith(here) and len(p.area) > len(here)]
        level = min((len(p.area) for p in under), default=0)
        children = [p for p in under if len(p.area) == level]
        if len(children) != 1:
            return Scope(path, children)
        path.append(children[0])
        here = children[0].area


def around(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what base.html needs."""
    viewing: Viewing = getattr(request, "viewing", Viewing())
    context: dict[str, Any] = {"viewing": viewing}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    asked = cast("Asked", request)
    if request.resolver_match is None or (viewing.at and not _audited(asked)):
        return context
    menu = [Item(name, icon, title) for name, icon, title in MENU]
    menu[1].count = tallies.open_holes(asked)
    if viewing.at is None and (user.officer or user.unit):
        unread = writing.to({user.officer} - {""}, user.unit).filter(read_at=None).order_by()
        next(item for item in menu if item.name == "notices").count = unread.count()
    note = None
    if clock.is_set():
        note = (
            f"系统时钟是设定的，从设定的时刻走起；机器时间 {clock.machine():%Y-%m-%d %H:%M}",
            f"The system's clock was set and runs on from there; the machine's says {clock.machine():%Y-%m-%d %H:%M}",
        )
    return context | {
        "nav": menu,
        "now": access.now(asked),
        "scope": scope(asked),
        "clock_note": note,
        "kept": [(k, v) for k, values in request.GET.lists() for v in values],
    }


def _audited(asked: Asked) -> bool:
    """Whether the moment looked at can be shown; the page that waits for it has no menu."""
    try:
        access.access_holes(asked)
    except (then.NotReady, then.Failed):
        return False
    return True


def show(asked: Asked, template: str, section: str, /, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page; a part of one, where HTMX asks for it and the template has that part."""
    return render(asked, f"desk/{template}", {"section": section} | context, status=status)
