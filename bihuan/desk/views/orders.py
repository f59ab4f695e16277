"""措施: what is in force where, since when, from which document; where a level differs from the one above, and on what
ground."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from bihuan.desk import access, forms, knowledge, whatif, writing
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views.hole import UNITS
from bihuan.desk.views.row import fresh_key
from bihuan.kernel.parameters import Parameter
from bihuan.live import clock

MOST = 14
"""Areas side by side."""


@dataclass(frozen=True)
class Order:
    """One live row of the ledger of orders."""

    order: str
    area: str
    key: str
    value: str
    document: str
    ground: str
    since: Any
    until: Any


@dataclass(frozen=True)
class Cell:
    """A parameter in one area. ``own``: an order of that very area; otherwise it comes from above. ``differs``: from
    the nearest order above; then it wants a ground."""

    value: str
    own: Order | None
    source: Order | None
    differs: bool

    @property
    def unfounded(self) -> bool:
        return self.differs and self.own is not None and not self.own.ground


@dataclass(frozen=True)
class Line:
    """A parameter across the areas."""

    key: str
    meaning: tuple[str, str]
    unit: tuple[str, str]
    default: str
    cells: list[Cell]
    what: str  # what stands for * in the key


def in_force(asked: Asked, area: str | None = None) -> list[Order]:
    """The live orders of an area (the one looked at), of what lies within it and of all above it; of one area and key
    the one with the latest since, then the last key (loops.md, Orders)."""
    ledger = knowledge.ledgers()["orders"]
    held, values = access.effective_sql(ledger, "l", asked.viewing.at)
    now, area = access.now(asked), asked.viewing.area if area is None else area
    found = access.query(
        f"""SELECT DISTINCT ON (l.area, l.key) l."order", l.area, l.key, l.value, l.document, l.ground, l.since, l.until
        FROM ledger_orders l WHERE {held} AND l.since <= %s AND (l.until IS NULL OR l.until > %s)
        AND (l.area = ANY(%s) OR (l.area >= %s AND l.area < %s))
        ORDER BY l.area, l.key, l.since DESC, l."order" DESC""",
        [*values, now, now, access.path(area), area, f"{area}:"],
    )
    return [Order(**{k: "" if v is None and k not in ("since", "until") else v for k, v in r.items()}) for r in found]


def orders(asked: Asked) -> HttpResponse:
    """The matrix."""
    found = in_force(asked)
    q = asked.GET.get("q", "").strip()
    every = asked.GET.get("all") == "1"
    columns = sorted({o.area for o in found} | ({asked.viewing.area} if asked.viewing.area else set()), key=_breadth)
    names = access.names_of(asked, "areas", columns)
    rows = [line for line in _lines(found, columns[:MOST], every or bool(q)) if _meant(line, q)]
    return show(
        asked,
        "orders.html",
        "orders",
        columns=[(code, names.get(code, code)) for code in columns[:MOST]],
        more=max(0, len(columns) - MOST),
        rows=rows,
        q=q,
        every=every,
        unfounded=sum(1 for line in rows for c in line.cells if c.unfounded),
    )


def _breadth(code: str) -> tuple[int, str]:
    return len(code), code


def _meant(line: Line, q: str) -> bool:
    return not q or any(q.casefold() in text.casefold() for text in (line.key, *line.meaning))


def _lines(found: list[Order], columns: list[str], every: bool) -> list[Line]:
    by_key: dict[str, dict[str, Order]] = {}
    for order in found:
        by_key.setdefault(order.key, {})[order.area] = order
    lines = []
    for parameter in knowledge.program().parameters:
        own = dict(parameter.defaults())
        keys = [k for k in by_key if parameter.matches(k)]
        if every:
            keys += [k for k in own if k not in keys and not k.endswith("*")]
        for key in keys:
            lines.append(_line(parameter, key, own.get(key, parameter.default), by_key.get(key, {}), columns))
    return lines


def _line(parameter: Parameter, key: str, default: str, own: dict[str, Order], columns: list[str]) -> Line:
    what = key.removeprefix(parameter.key[:-1]) if parameter.starred else ""
    cells = []
    for code in columns:
        above = [own[c] for c in access.path(code) if c in own]
        here = own.get(code)
        upper = next((o for o in reversed(above) if o.area != code), None)
        source = here or upper
        cells.append(
            Cell(source.value if source else default, here, source, bool(here and upper and here.value != upper.value))
        )
    return Line(key, (parameter.zh, parameter.en), UNITS[parameter.unit], default, cells, what)


TRIED = 60
"""Holes of each kind that a trial lists."""


def attempt(asked: Asked) -> HttpResponse:
    """Try a change: what it would open and close; then save it."""
    ledger = knowledge.ledgers()["orders"]
    now = clock.now()
    if asked.method != "POST":
        given = {c.name: asked.GET.get(c.name, "") for c in ledger.columns}
        given["area"] = given["area"] or asked.viewing.area
        given["order"] = given["order"] or fresh_key(ledger, now)
        given["since"] = given["since"] or f"{now:%Y-%m-%d %H:%M}"
        return _trial(asked, forms.made(ledger, given))
    row = forms.posted(ledger, asked.POST)
    faults = whatif.checked(row)
    form = forms.made(ledger, row)
    if not faults and asked.POST.get("save"):
        saved = writing.save(asked, ledger, row, asked.POST.get("token") or None)
        if not saved.rejects:
            messages.success(asked, asked.viewing.two("已登记，重查随后完成", "Recorded; the audit follows"))
            return HttpResponseRedirect(address(asked.viewing, "orders"))
        faults = {r.column: r.advice for r in saved.rejects}
    for field in form.fields:
        field.fault = asked.viewing.of(faults[field.column.name]) if field.column.name in faults else ""
    if faults:
        return _trial(asked, form, status=422)
    effect = whatif.effect(row, now)
    shown: dict[str, Any] = {
        "opens": [SimpleNamespace(**h) for h in effect.opens[:TRIED]],
        "closes": [SimpleNamespace(**h) for h in effect.closes[:TRIED]],
    }
    return _trial(asked, form, effect=effect, loops=[knowledge.loops()[h] for h in effect.holes], **shown)


def _trial(asked: Asked, form: forms.Form, status: int = 200, **context: Any) -> HttpResponse:
    keys = [(k, (p.zh, p.en)) for p in knowledge.program().parameters for k, _ in p.defaults() if not k.endswith("*")]
    given = {field.column.name: field.value for field in form.fields}
    held = _now_in_force(asked, given["key"], given["area"]) if given["key"] else None
    return show(asked, "order_try.html", "orders", status=status, form=form, keys=keys, held=held, **context)


def _now_in_force(asked: Asked, key: str, area: str) -> dict[str, Any] | None:
    """What a parameter is in an area before the change: its value, the order that says so, its area's name."""
    parameter = next((p for p in knowledge.program().parameters if p.matches(key)), None)
    if parameter is None:
        return None
    own = {o.area: o for o in in_force(asked, area) if o.key == key}
    line = _line(parameter, key, dict(parameter.defaults()).get(key, parameter.default), own, [area])
    (cell,) = line.cells
    order = cell.source
    place = access.names_of(asked, "areas", [order.area]).get(order.area, order.area) if order else ""
    return {"line": line, "order": order, "place": place, "value": cell.value}
