"""How views reach rows: through these functions alone. Each gives what this viewer may see, as the page is looked at
(moment and area); roles and row-level security go beneath them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from bihuan.access import rules
from bihuan.desk import knowledge, then
from bihuan.desk.models import Snapshot, Then
from bihuan.desk.viewing import Asked
from bihuan.domains import catalogue
from bihuan.domains.fields import LedgerRow
from bihuan.kernel.ledger import Ledger
from bihuan.live import clock, tables
from bihuan.live.models import Hole, Span

LEVELS = (2, 4, 6, 9, 12, 15)
"""Digits of a province, city, county, town, village, grid."""


def now(asked: Asked) -> dt.datetime:
    """The moment for which the page speaks."""
    return asked.viewing.at or clock.now()


# ── holes ────────────────────────────────────────────────────────────────────


def access_holes(asked: Asked) -> QuerySet[Hole]:
    """Holes, to-dos and closed holes in the area looked at."""
    return in_area(cast("QuerySet[Hole]", _holes(asked)), asked.viewing.area)


def _holes(asked: Asked) -> QuerySet[Any]:
    if asked.viewing.at is None:
        return _reached(asked, Hole.objects.all())
    return _reached_then(asked, Then.objects.filter(snapshot=snapshot(asked)))


def snapshot(asked: Asked) -> Snapshot:
    """What is kept of the earlier moment that the page looks at; asked for once a request. Raises then.NotReady."""
    found: Snapshot | None = getattr(asked, "bihuan_snapshot", None)
    if found is None:
        assert asked.viewing.at is not None
        found = asked.bihuan_snapshot = then.snapshot(asked.viewing.at)
    return found


def _reached(asked: Asked, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What the policy lets be seen of holes or their spans, said once more as indexes hold it, where that is a small
    part."""
    area, unit = (str(getattr(asked.user, word, "")) for word in ("area", "unit"))
    table = rows.model._meta.db_table
    hole = f"{table}.{'of_id' if rows.model is Span else 'id'}"
    if len(area) >= NARROW:
        where, params = rules.lies(table, "%s", "%s"), [area, f"{area}:"] * 4
    elif unit:
        own = "SELECT h.id FROM live_hole h WHERE h.unit = %s OR (h.subject_kind = 'unit' AND h.subject = %s)"
        where, params = f"{hole} = ANY (ARRAY({own}))", [unit, unit]
    else:
        return rows
    return rows.extra(where=[f"({where} OR {hole} = ANY ((SELECT bihuan_entrusted())::bigint[]))"], params=params)


def _reached_then(asked: Asked, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same of the holes of an earlier moment."""
    area, unit = (str(getattr(asked.user, word, "")) for word in ("area", "unit"))
    moment = snapshot(asked).pk
    if len(area) >= NARROW:
        where, params = rules.lies("desk_then", "%s", "%s"), [area, f"{area}:"] * 4
    elif unit:
        where = "desk_then.unit = %s OR (desk_then.subject_kind = 'unit' AND desk_then.subject = %s)"
        params = [unit, unit]
    else:
        return rows
    entrusted = (
        "SELECT t.id FROM live_hole h JOIN desk_then t ON t.snapshot_id = %s AND t.subject = h.subject "
        "AND t.hole = h.hole AND t.item = h.item WHERE h.id = ANY ((SELECT bihuan_entrusted())::bigint[])"
    )
    return rows.extra(where=[f"({where} OR desk_then.id = ANY (ARRAY({entrusted})))"], params=[*params, moment])


def access_holes_in(asked: Asked, area: str) -> QuerySet[Hole]:
    """Holes in one area, whatever area is looked at."""
    return in_area(cast("QuerySet[Hole]", _holes(asked)), area)


def access_holes_at(asked: Asked, at: dt.datetime) -> QuerySet[Any]:
    """Holes as known at another moment than the page's, in the area looked at."""
    return in_area(then.holes(at), asked.viewing.area)


def access_hole(asked: Asked, hole: str, subject: str, item: str) -> Hole | None:
    """One hole by its identity, wherever it lies."""
    return cast("Hole | None", _holes(asked).filter(hole=hole, subject=subject, item=item).first())


def open_by_unit(asked: Asked) -> dict[str, dict[str, int]]:
    """Unit → open holes there by severity, in the area looked at."""
    counts = {
        "urgent": Count("pk", filter=Q(severity="急")),
        "serious": Count("pk", filter=Q(severity="重")),
        "routine": Count("pk", filter=Q(severity="常")),
    }
    found = access_holes(asked).filter(state="open", unit__isnull=False).values("unit").annotate(**counts)
    return {r["unit"]: {word: r[word] for word in counts} for r in found}


def open_and_pending(asked: Asked, kind: str, subjects: list[str]) -> QuerySet[Hole]:
    """Holes and to-dos of several subjects of one kind, to-dos first, so that a hole wins where both are told."""
    found = access_holes(asked).filter(subject_kind=kind, subject__in=subjects, state__in=("open", "pending"))
    return found.order_by("-state", "pk")


def access_holes_of(asked: Asked, kind: str, key: str) -> QuerySet[Hole]:
    """Holes about a person, a unit …, or for which it is sought as its owner's."""
    about = Q(subject_kind=kind, subject=key)
    also = {"person": Q(person=key), "unit": Q(unit=key), "officer": Q(owner=key)}.get(kind)
    return cast("QuerySet[Hole]", _holes(asked).filter(about | also if also else about))


def access_spans(asked: Asked) -> QuerySet[Any]:
    """The stretches in which holes stood open (``since``, ``closed_at``), in the area looked at; of an earlier moment
    as far as its ledgers tell."""
    if asked.viewing.at:
        return access_holes(asked).filter(state__in=("open", "closed"))
    return in_area(_reached(asked, Span.objects.all()), asked.viewing.area, "of__area")


def access_spans_of(asked: Asked, hole: Any) -> QuerySet[Span]:
    """The stretches in which one hole stood open, the latest first."""
    named = {"of__hole": hole.hole, "of__subject": hole.subject, "of__item": hole.item}
    spans = Span.objects.filter(**named).order_by("-opened_at", "-pk")
    return spans.filter(opened_at__lte=asked.viewing.at) if asked.viewing.at else spans


def access_holes_on(asked: Asked, cited: str) -> QuerySet[Hole]:
    """Holes and to-dos that rest on a row (ledger:key), in the area looked at."""
    holes = access_holes(asked).filter(state__in=("open", "pending"))
    if asked.viewing.at:
        return holes.filter(evidence__contains=cited)
    with connection.cursor() as cursor:
        cursor.execute("SELECT bihuan_resting(%s)", [cited])
        return holes.filter(pk__in=cursor.fetchone()[0])


def access_person(asked: Asked, person: str) -> bool:
    """Whether anything about a person may be seen: his row on the roll, or a hole about him."""
    found = query("SELECT 1 FROM ledger_people l WHERE l.person = %s LIMIT 1", [person])
    return bool(found) or access_holes_of(asked, "person", person).exists()


def in_area(rows: QuerySet[Any], area: str, column: str = "area") -> QuerySet[Any]:
    """Rows whose area is ``area`` or lies in it. Codes are digits: the prefix is a range that an index serves."""
    if not area:
        return rows
    return rows.filter(**{f"{column}__gte": area, f"{column}__lt": area + ":"})


RANK = Case(
    When(severity="急", then=Value(0)),
    When(severity="重", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
"""The order of severities."""


# ── rows of ledgers ──────────────────────────────────────────────────────────


def model_of(ledger: str) -> type[LedgerRow]:
    """The model of a ledger. Raises KeyError where there is no such ledger."""
    return _models()[ledger]


def _models() -> dict[str, type[LedgerRow]]:
    return {model.ledger.name: model for model in catalogue.models()}


def known_sql(ledger: Ledger, alias: str, at: dt.datetime | None) -> tuple[str, list[Any]]:
    """SQL: the row was known at ``at`` (None: it is in the database)."""
    return (f"{tables.known(ledger, alias)} <= %s", [at]) if at else ("true", [])


def effective_sql(ledger: Ledger, alias: str, at: dt.datetime | None) -> tuple[str, list[Any]]:
    """SQL: row ``alias`` is the version of its key that stands, at ``at`` (None: of all there are), and is not
    withdrawn. Its values are to be passed."""
    if at is None:
        return f"{alias}.latest AND {alias}.retracted IS NOT TRUE", []

    known, key = tables.known(ledger, alias), tables.same_key(ledger, "later", alias)
    last = [f"({tables.void(a)}, {tables.known(ledger, a)}, {a}.id)" for a in ("later", alias)]
    sql = (
        f"{alias}.replaced_by IS NULL AND {alias}.retracted IS NOT TRUE AND {known} <= %s"
        f" AND NOT EXISTS (SELECT 1 FROM {tables.table(ledger)} later WHERE {key} AND later.replaced_by IS NULL"
        f" AND {last[0]} > {last[1]} AND {tables.known(ledger, 'later')} <= %s)"
    )
    return sql, [at, at]


def table(ledger: Ledger) -> str:
    return tables.table(ledger)


def query(sql: str, values: list[Any]) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [c[0] for c in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sizes() -> dict[str, int]:
    """Ledger → its rows, all versions, as the database estimates them: exact counts of millions take their time."""
    found = query(
        "SELECT relname AS name, greatest(reltuples, 0)::bigint AS n FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relname LIKE 'ledger\\_%%'",
        [],
    )
    return {r["name"].removeprefix("ledger_"): int(r["n"]) for r in found}


def scope_sql(ledger: Ledger, alias: str, area: str, at: dt.datetime | None = None) -> tuple[str, list[Any]]:
    """SQL: the row lies in ``area``. Now: by its own place, the home of whom it is about, or a further one of its
    places (bihuan.access.places), as indexes hold them. At an earlier moment: by the first of its columns that gives a
    place, an area, a unit, a person, and where that unit or person was known to be then."""
    if not area:
        return "true", []
    span = [area, area + ":"]
    if at is None:
        return rules.lies(alias, "%s", "%s"), span * 4
    areas = [c.name for c in ledger.columns if c.type == "area"]
    if ledger.name in ("arrivals", "transfers", "livestock_moves"):
        areas = ["to_area"]
    parts = [f'({alias}."{a}" >= %s AND {alias}."{a}" < %s)' for a in areas]
    values = span * len(areas)
    if not areas:
        for target, column in (("units", "unit"), ("people", "person")):
            refs = [c.name for c in ledger.columns if c.refers == target]
            held, also = effective_sql(knowledge.ledgers()[target], "p", at)
            for ref in refs:
                parts.append(
                    f'EXISTS (SELECT 1 FROM ledger_{target} p WHERE p."{column}" = {alias}."{ref}" '
                    f"AND {held} AND p.area >= %s AND p.area < %s)"
                )
                values += [*also, *span]
    return (f"({' OR '.join(parts)})", values) if parts else ("true", [])


NARROW = then.TOWN
"""Digits of a town: of it and of what lies below, a list's rows are few enough to be sorted."""


@dataclass(frozen=True)
class Reach:
    """What a list of a ledger is filtered by, so that an index finds it: the area looked at, or, where that is no
    narrower, what the account is bound to. Which rows it may see at all, the policies say; of a large ledger it lists
    those of its area or unit, and what lies elsewhere and is entrusted to it is reached from its hole.
    ``narrow``: the rows are a few, and sorted quicker than found in order. ``county``: it is a county of a large ledger
    that is listed, whose rows an index holds in order (rules.of_county), however far they lie from each other."""

    sql: str
    values: list[Any]
    narrow: bool
    county: str = ""


def reach(asked: Asked, ledger: Ledger, alias: str, large: bool) -> Reach:
    """Of a ledger; ``large``: to be filtered by what the account is bound to also where the policies do it."""
    area, at, account = asked.viewing.area, asked.viewing.at, asked.user
    sql, values = scope_sql(ledger, alias, area, at)
    own = str(getattr(account, "area", ""))
    unit = str(getattr(account, "unit", ""))
    one = area
    if large and not rules.is_open(ledger):
        if own and not area.startswith(own):
            also, more = scope_sql(ledger, alias, own)
            one = own if own.startswith(area) else ""
            sql, values, area = f"({sql} AND {also})", [*values, *more], max(own, area, key=len)
        elif unit:
            sql = f"({sql} AND {rules.of_unit(ledger, knowledge.ledgers(), alias)})"
            return Reach(sql, values, True)
    here = large and at is None
    return Reach(sql, values, here and len(area) >= NARROW, one if here and len(one) == rules.COUNTY else "")


def within_reach(asked: Asked, area: str, unit: str = "") -> bool:
    """Whether holes of an area or unit are the account's to see: an empty list of somewhere else says nothing."""
    account = asked.user
    if account.whole or (account.unit and account.unit == unit):
        return True
    return bool(account.area) and (area.startswith(account.area) or account.area.startswith(area or "-"))


def area_of(asked: Asked) -> str:
    """The area looked at; where none is chosen, that to which the account is bound."""
    return asked.viewing.area or str(getattr(asked.user, "area", ""))


# ── areas ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Place:
    """One area as far as a page needs it."""

    area: str
    name: str
    population: int | None = None


def access_places(asked: Asked, condition: str, values: list[Any]) -> list[Place]:
    """Areas in effect that meet a condition on ``l``, by code."""
    ledger = knowledge.ledgers()["areas"]
    held, also = effective_sql(ledger, "l", asked.viewing.at)
    rows = query(
        f"SELECT l.area, l.name, l.population FROM ledger_areas l WHERE {held} AND {condition} ORDER BY l.area",
        [*also, *values],
    )
    return [Place(r["area"], r["name"], r["population"]) for r in rows]


def path(area: str) -> list[str]:
    """The codes of an area and all above it, the highest first."""
    return [area[:n] for n in LEVELS if n <= len(area)]


def below(area: str) -> int:
    """Digits of the level right below an area's; of its own at the lowest."""
    return next((n for n in LEVELS if n > len(area)), LEVELS[-1])


NAMES = {"officers": "officer", "units": "unit", "areas": "area", "people": "person", "posts": "post", "lots": "lot"}


def names_of(asked: Asked, ledger: str, keys: list[str]) -> dict[str, str]:
    """Key → name, of rows of a ledger as far as they have one; one query."""
    return {key: name for (_, key), name in access_names(asked, {ledger: set(keys)}).items()}


def access_names(asked: Asked, wanted: dict[str, set[str]]) -> dict[tuple[str, str], str]:
    """(ledger, key) → name, for all ledgers at once; one query."""
    parts: list[str] = []
    values: list[Any] = []
    for ledger, keys in wanted.items():
        if keys and ledger in NAMES:
            key, column = NAMES[ledger], "product" if ledger == "lots" else "name"
            held, also = effective_sql(knowledge.ledgers()[ledger], "l", asked.viewing.at)
            parts.append(
                f'SELECT \'{ledger}\' AS ledger, l."{key}" AS key, l."{column}" AS name '
                f'FROM "ledger_{ledger}" l WHERE l."{key}" = ANY(%s) AND {held}'
            )
            values += [sorted(keys), *also]
    if not parts:
        return {}
    return {(r["ledger"], r["key"]): r["name"] for r in query(" UNION ALL ".join(parts), values) if r["name"]}


def named(columns: Iterable[tuple[Any, str]]) -> dict[str, set[str]]:
    """Of cells (column, text): ledger → the keys that they name, for :func:`access_names`."""
    wanted: dict[str, set[str]] = {}
    for column, text in columns:
        target = "areas" if column.type == "area" else column.refers
        if text and target in NAMES:
            wanted.setdefault(target, set()).add(text)
    return wanted
