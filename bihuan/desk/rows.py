"""Rows of a ledger as its page lists them: filtered by the address, a page at a time, at the same cost at any depth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bihuan.access import places, rules
from bihuan.desk import access, knowledge, listing, tokens, trails
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells
from bihuan.kernel.ledger import Column, Ledger
from bihuan.live import tables

PREFIX = "f."
"""Before a column's name in the address: f.outcome=在, f.at.from=2022-01-05."""
ENDS = {
    ".from": ("≥", "{} >= %s"),
    ".to": ("<", "{} < %s"),
    ".after": (">", "{} > %s"),
    ".by": ("≤", "{} <= %s"),
    ".not_by": ("– / >", "({0} IS NULL OR {0} > %s)"),
}
"""Behind the name of a moment's column: what its chip says, and the condition. ``not_by``: empty, or later."""
REACHED = 5000
"""Rows above which a ledger's list is filtered by what the account is bound to, whatever the policies filter."""
LATEST = 20_000
"""Rows, of whomever, among which a page of an area's is looked for before all of the area's are sorted."""
SCATTERED = 1000
"""Rows of an area or a unit in a large ledger that are counted for the list of ledgers."""
SORTABLE = 100_000
"""Rows up to which a ledger may be sorted by any moment; above it only by what every ledger has an index for."""


@dataclass(frozen=True)
class Chip:
    """A filter in force: its word in the address, its column, what it says."""

    word: str
    column: Column
    says: str
    text: str


@dataclass
class Wanted:
    """What an address asks of a ledger. ``faults``: what could not be read."""

    chips: list[Chip] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    q: str = ""
    sort: str = ""
    size: int = 0  # of the ledger
    faults: list[tuple[str, str]] = field(default_factory=list)


def read(asked: Asked, ledger: Ledger, size: int) -> Wanted:
    """The filters of an address."""
    wanted = Wanted(size=size)
    for column in ledger.columns:
        for end in ("", *ENDS) if column.is_moment else ("",):
            word = f"{PREFIX}{column.name}{end}"
            text = tokens.unword(asked.GET.get(word, "").strip())
            if text and not _found_by(column, ledger) and begins(asked, ledger, size):
                wanted.faults.append(
                    (
                        f"这本台账太大，不能按“{column.heading}”筛选，已略去：请先选乡镇，或按编号、人员、单位、时间、选项筛选",
                        f"this ledger is too large to be filtered by {column.name}, which is left out: choose a town, "
                        "or filter by number, person, unit, moment or choice",
                    )
                )
            elif text:
                _filter(wanted, ledger, column, word, end, text)
    wanted.q = tokens.unword(asked.GET.get("q", "").strip())
    if wanted.q:
        _search(wanted, ledger, begins=begins(asked, ledger, size))
    wanted.sort = asked.GET.get("sort", "")
    if wanted.sort not in sorts(ledger, size):
        wanted.sort = ""
    return wanted


def _found_by(column: Column, ledger: Ledger) -> bool:
    """Whether a filter by a column reads no large ledger from end to end: an index holds it, or it is a moment, whose
    rows lie together."""
    held = (ledger.key[0], *tables.indexed(ledger), *tables.filtered(ledger))
    return column.is_moment or column.name in held


def sorts(ledger: Ledger, size: int) -> dict[str, tuple[str, str]]:
    """How the list may be sorted: word of the address → what it is called."""
    made = {"": ("最新登记在前", "Latest recorded first"), "key": (f"按{ledger[ledger.key[0]].heading}", "By number")}
    if size <= SORTABLE:
        made |= {
            c.name: (f"按{c.heading}，新的在前", f"By {c.english or c.name}, newest first")
            for c in ledger.columns
            if c.is_moment
        }
    return made


def _filter(wanted: Wanted, ledger: Ledger, column: Column, word: str, end: str, text: str) -> None:
    name = f'l."{column.name}"'
    if text == "-" and not end:
        wanted.conditions.append(f"{name} IS NULL")
        wanted.chips.append(Chip(word, column, "=", "-"))
        return
    try:
        person = column.refers == "people" or (ledger.name == "people" and column.name == "person")
        value = cells.reader(column, column.name in ledger.key, person)(text)
    except cells.Unreadable:
        fault = (
            f"“{column.heading}”的筛选值“{text}”读不出，已略去",
            f"the filter '{text}' of {column.name} can't be read",
        )
        wanted.faults.append(fault)
        return
    if column.type == "area":
        wanted.conditions.append(f"({name} >= %s AND {name} < %s)")
        wanted.values += [value, f"{value}:"]
    elif end:
        wanted.conditions.append(ENDS[end][1].format(name))
        wanted.values.append(value)
    elif column.type == "time" and isinstance(value, dt.datetime) and value.time() == dt.time():
        wanted.conditions.append(f"({name} >= %s AND {name} < %s)")
        wanted.values += [value, value + dt.timedelta(days=1)]
    else:
        wanted.conditions.append(f"{name} = %s")
        wanted.values.append(value)
    wanted.chips.append(Chip(word, column, ENDS[end][0] if end else "", text))


def begins(asked: Asked, ledger: Ledger, size: int) -> bool:
    """Whether the box of a list looks up numbers and the beginnings of names and telephones: of a large ledger, every
    text of which could not be read through for a page."""
    return size > SORTABLE and not access.reach(asked, ledger, "l", True).narrow


def _search(wanted: Wanted, ledger: Ledger, begins: bool) -> None:
    """What is typed into the box: a key, a document, or a part of a text (``begins``: its beginning)."""
    plain = cells.normal(wanted.q)
    plain = plain.upper() if len(plain) == 18 else plain
    same = [k for k in ledger.key if ledger[k].type in ("text", "ref")]
    same += [c.name for c in ledger.columns if (c.type == "ref" or (begins and c.matched)) and c.name not in ledger.key]
    parts = [f'l."{name}" = %s' for name in same]
    values = [plain] * len(same)
    if begins:
        for name in tables.searched(ledger):
            sql, span = beginning(f'l."{name}"', wanted.q)
            parts.append(sql)
            values += span
    else:
        like = "%" + wanted.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        others = [k for k in ledger.key if k not in same]
        parts += [f'l."{k}"::text = %s' for k in others]
        texts = [c.name for c in ledger.columns if c.type == "text" and c.name not in ledger.key]
        parts += [f'l."{name}" ILIKE %s' for name in texts]
        values += [plain] * len(others) + [like] * len(texts)
    wanted.conditions.append("(" + " OR ".join(parts or ["false"]) + ")")
    wanted.values += values


def beginning(column: str, text: str) -> tuple[str, list[str]]:
    """SQL: a column begins with a text, as its index (tables.searched) and the policies beneath it let it be found:
    LIKE is no such condition."""
    text = text.strip()
    return f'({column} COLLATE "C" >= %s AND {column} COLLATE "C" < %s)', [text, text + "\U0010ffff"]


@dataclass(frozen=True)
class Row:
    """One row: its key, its cells in the ledger's order."""

    key: str
    cells: list[tuple[Column, str]]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    after: str | None
    first: bool


def _where(asked: Asked, ledger: Ledger, wanted: Wanted) -> tuple[str, list[Any], access.Reach]:
    """SQL, its values, and by what its rows are found."""
    held, values = access.effective_sql(ledger, "l", asked.viewing.at)
    reach = access.reach(asked, ledger, "l", wanted.size > REACHED)
    sql = " AND ".join((held, reach.sql, *wanted.conditions))
    return sql, [*values, *reach.values, *wanted.values], reach


Sql = tuple[str, list[Any]]


def _latest(ledger: Ledger, county: str, most: int, further: Sql = ("true", [])) -> Sql:
    """SQL: the ids of the latest rows of a county that stand and meet a further condition, at most so many: of each of
    the places by which a row may lie there, in the order of an index."""
    parts = [_by_place(ledger, one, most, further) for one in rules.of_county("l", county)]
    union = " UNION ".join(f"({sql})" for sql, _ in parts)
    return f"SELECT id FROM ({union}) x ORDER BY id DESC LIMIT {most}", [v for _, own in parts for v in own]


def _by_place(ledger: Ledger, of: tuple[str, list[str]], most: int, further: Sql = ("true", [])) -> Sql:
    """The same by one of these places alone."""
    held, _ = access.effective_sql(ledger, "l", None)
    sql = f"{held} AND {of[0]} AND {further[0]}"
    values = [*of[1], *further[1]]
    return f'SELECT l.id FROM "{access.table(ledger)}" l WHERE {sql} ORDER BY l.id DESC LIMIT {most}', values


def _most_places(ledger: Ledger, county: str) -> tuple[str, list[str]]:
    """Of a county's conditions the one by which most rows lie there: a person's home, where rows are about people."""
    by = "in_home" if places.sources(ledger, knowledge.ledgers()).person else "in_place"
    return rules.of_county("l", county)[rules.COUNTIES.index(by)]


def page(asked: Asked, ledger: Ledger, wanted: Wanted) -> Page:
    """A page of the list. One query, of a small part of a large ledger at most two."""
    where, values, reach = _where(asked, ledger, wanted)
    place, narrow = asked.GET.get("after"), reach.narrow
    if wanted.sort == "key":
        key = f'l."{ledger.key[0]}"' + (" || ''" if narrow else "")
        kinds: tuple[type, ...] = (str, int)
        order, further = f"{key}, l.id", f"({key}, l.id) > (%s, %s)"
    elif wanted.sort:
        moment = f'l."{wanted.sort}"::timestamp'
        kinds = (dt.datetime, int)
        order, further = f"{moment} DESC, l.id DESC", f"({moment}, l.id) < (%s, %s)"
        where += f" AND {moment} IS NOT NULL"
    else:
        kinds = (int,)
        # Of a few rows the planner would look for the next 51 through all others: -id has no index to go through.
        order, further = ("-l.id", "-l.id > -%s") if narrow else ("l.id DESC", "l.id < %s")
    seen = listing.unmark(place, kinds)
    if seen:
        where += f" AND {further}"
        values += seen
    first = "l.id" if not wanted.sort else order.split(",")[0].removesuffix(" DESC")
    begins = f'SELECT l.*, {first} AS _sort FROM "{access.table(ledger)}" l'
    select = f"{begins} WHERE {where}"
    most = listing.PAGE + 1
    found: list[dict[str, Any]] = []
    if narrow and not wanted.sort:
        # Where rows of the area come thick, the page is among the latest ones of all; where not, there are few of them.
        end = f"(SELECT pg_sequence_last_value(pg_get_serial_sequence('{access.table(ledger)}', 'id')::regclass))"
        end = str(int(seen[0])) if seen else end
        among = f"l.id > {end} - {LATEST} AND l.id <= {end}"
        found = access.query(f"{select} AND {among} ORDER BY l.id DESC LIMIT {most}", values)
    if reach.county and not wanted.sort:
        conditions = " AND ".join([*wanted.conditions, *(["l.id < %s"] if seen else [])]) or "true"
        ids, values = _latest(ledger, reach.county, most, (conditions, [*wanted.values, *(seen or [])]))
        found = access.query(f"{begins} WHERE l.id = ANY (ARRAY({ids})) ORDER BY l.id DESC LIMIT {most}", values)
    elif len(found) < most:
        found = access.query(f"{select} ORDER BY {order} LIMIT {most}", values)
    shown = found[: listing.PAGE]
    after = None
    if len(found) > listing.PAGE:
        last = shown[-1]
        after = listing.mark([last["_sort"], last["id"]] if wanted.sort else [last["id"]])
    return Page([_row(ledger, r) for r in shown], after, seen is None)


def _row(ledger: Ledger, found: dict[str, Any]) -> Row:
    return Row(key_of(ledger, found), [(c, trails.said(c, found[c.name])) for c in ledger.columns])


def key_of(ledger: Ledger, found: dict[str, Any]) -> str:
    """A row's key as evidence cites it and as addresses hold it: its parts joined by |."""
    return "|".join(str(found[k]) for k in ledger.key)


def by_key(ledger: Ledger, key: str) -> tuple[str, list[Any]]:
    """SQL: the rows ``l`` of one key, as an index serves it."""
    parts = key.split("|") if len(ledger.key) > 1 else [key]
    if len(parts) != len(ledger.key):
        return "false", []
    values: list[Any] = []
    for name, part in zip(ledger.key, parts, strict=True):
        if ledger[name].type == "time":
            try:
                values.append(dt.datetime.fromisoformat(part))
            except ValueError:
                return "false", []
        else:
            values.append(part)
    return " AND ".join(f'l."{k}" = %s' for k in ledger.key), values


def versions(asked: Asked, ledger: Ledger, key: str) -> list[dict[str, Any]]:
    """Every version of one row, known by the moment looked at, the first one first; ``standing`` marks the present."""
    where, values = by_key(ledger, key)
    known, then = access.known_sql(ledger, "l", asked.viewing.at)
    held, also = access.effective_sql(ledger, "l", asked.viewing.at)
    scope, within = access.scope_sql(ledger, "l", asked.viewing.area)
    return access.query(
        f"SELECT l.*, ({held}) AS standing, b.at AS written_at, b.kind AS written_how, b.by AS written_by, b.sources "
        f'FROM "{access.table(ledger)}" l LEFT JOIN live_batch b ON b.id = l.from_batch '
        f"WHERE {where} AND {known} AND {scope} "
        "ORDER BY coalesce(l.recorded_at, '-infinity'), l.id",
        [*also, *values, *then, *within],
    )


def count(asked: Asked, ledger: Ledger, wanted: Wanted) -> tuple[int, bool]:
    """How many rows, at most listing.COUNTED, and whether that is all."""
    where, values, reach = _where(asked, ledger, wanted)
    some = f'SELECT 1 FROM "{access.table(ledger)}" l WHERE {where} LIMIT {listing.COUNTED + 1}'
    if reach.county and not wanted.conditions:
        # Mostly one place tells that there are more than are counted.
        some, values = _by_place(ledger, _most_places(ledger, reach.county), listing.COUNTED + 1)
        if access.query(f"SELECT count(*) AS n FROM ({some}) x", values)[0]["n"] > listing.COUNTED:
            return listing.COUNTED, False
        some, values = _latest(ledger, reach.county, listing.COUNTED + 1)
    found = access.query(f"SELECT count(*) AS n FROM ({some}) x", values)
    number = int(found[0]["n"])
    return min(number, listing.COUNTED), number <= listing.COUNTED


def each(asked: Asked, ledger: Ledger, wanted: Wanted, most: int) -> Iterator[tuple[Any, ...]]:
    """Every row that is meant, as values in the order of ``all_columns``, for a file; fetched in pieces."""
    where, values, _ = _where(asked, ledger, wanted)
    names = ", ".join(f'l."{c.name}"' for c in ledger.all_columns)
    sql = f'SELECT {names} FROM "{access.table(ledger)}" l WHERE {where} ORDER BY l.id LIMIT {most}'
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        while True:
            piece = cursor.fetchmany(5000)
            if not piece:
                return
            yield from piece


@dataclass(frozen=True)
class Count:
    """How many rows. ``about``: as the database estimates it; ``more``: there are more than were counted."""

    number: int
    about: bool = False
    more: bool = False


def counts(asked: Asked, ledgers: list[Ledger], estimated: dict[str, int]) -> dict[str, Count]:
    """Ledger → rows that stand; at most two queries. Of a ledger beyond listing.COUNTED the database's estimate is told
    to whoever sees all of it; to others their own rows, as far as they are counted: they lie scattered, and each is
    read by itself."""
    parts: dict[str, Sql] = {}
    most: set[str] = set()
    whole: dict[str, Sql] = {}  # of those of which one place told a part
    every = getattr(asked.user, "whole", False) and not asked.viewing.area
    for ledger in ledgers:
        name, large = ledger.name, estimated.get(ledger.name, 0) > listing.COUNTED
        if large and every:
            continue
        held, also = access.effective_sql(ledger, "l", asked.viewing.at)
        reach = access.reach(asked, ledger, "l", estimated.get(name, 0) > REACHED)
        sql = f'SELECT 1 FROM "{access.table(ledger)}" l WHERE {held} AND {reach.sql}'
        if large:
            most.add(name)
            sql += f" LIMIT {SCATTERED + 1}"
        parts[name] = sql, [*also, *reach.values]
        if large and reach.county:
            parts[name] = _by_place(ledger, _most_places(ledger, reach.county), SCATTERED + 1)
            whole[name] = _latest(ledger, reach.county, SCATTERED + 1)
    found = _counted(parts)
    found |= _counted({name: sql for name, sql in whole.items() if found[name] <= SCATTERED})
    made = {}
    for ledger in ledgers:
        name = ledger.name
        if name not in found:
            made[name] = Count(estimated.get(name, 0), about=True)
        elif name in most and found[name] > SCATTERED:
            made[name] = Count(SCATTERED, more=True)
        else:
            made[name] = Count(found[name])
    return made


def _counted(parts: Mapping[str, Sql]) -> dict[str, int]:
    """How many rows each of these gives; one query."""
    if not parts:
        return {}
    counts = [f"SELECT '{name}' AS name, count(*) AS n FROM ({sql}) x" for name, (sql, _) in parts.items()]
    values = [value for _, own in parts.values() for value in own]
    return {r["name"]: int(r["n"]) for r in access.query(" UNION ALL ".join(counts), values)}
