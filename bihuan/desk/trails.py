"""Rows of all ledgers on one time line: those on which a hole rests, those that name a person, a unit, a lot.

One statement for all ledgers (UNION ALL), each with its own limit, so that a page costs one query however many there
are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bihuan.audit.trail import About
from bihuan.desk import access, knowledge
from bihuan.desk.viewing import Asked
from bihuan.kernel.ledger import Column, Ledger
from bihuan.live import tables

MOST = 15
"""Rows of one ledger: those nearest to what is asked about."""

MANY = 20_000
"""Rows of a ledger above which not all are read that name something."""

ROLLS = ("areas", "units", "officers", "people", "posts")
"""Ledgers whose rows are no events: they stand where they were recorded."""

ASIDE = ("recorded_at", "recorded_by", "retracted")


@dataclass(frozen=True)
class Line:
    """One row on the line. ``rests``: the hole's own evidence. ``held``: the version that stands."""

    at: dt.datetime | None
    ledger: Ledger
    key: str
    cells: tuple[tuple[Column, str], ...]
    rests: bool
    held: bool


def lines(asked: Asked, named: About, ledgers: Iterable[str], near: dt.datetime | None = None) -> list[Line]:
    """The rows of ``ledgers`` that have, name or rest on the keys, in time order; of each ledger the MOST that lie
    nearest to ``near`` (None: the newest)."""
    near = near or access.now(asked)
    parts: list[str] = []
    values: list[Any] = []
    every = knowledge.ledgers()
    large = access.sizes()
    for name in sorted(set(ledgers), key=list(every).index):
        ledger = every[name]
        wanted, evident = _wanted(ledger, named)
        if not wanted:
            continue
        held, also = access.effective_sql(ledger, "l", asked.viewing.at)
        known = access.known_sql(ledger, "l", asked.viewing.at)
        narrow = large.get(name, 0) > MANY
        condition, own = _narrowed(ledger, known, wanted, evident, near) if narrow else _any(wanted)
        moment = _moment_sql(ledger)
        parts.append(
            f"(SELECT '{name}' AS ledger, {moment} AS at, {evident[0]} AS rests, ({held}) AS held, "
            f'to_jsonb(l) AS cells FROM "{access.table(ledger)}" l '
            f"WHERE l.replaced_by IS NULL AND {known[0]} AND ({condition}) "
            f"ORDER BY 3 DESC, {_distance(ledger)} LIMIT {MOST})"
        )
        values += [*evident[1], *also, *known[1], *own, near, near]
    if not parts:
        return []
    found = access.query(" UNION ALL ".join(parts), values)
    made = [_line(every[row["ledger"]], row) for row in found]
    return sorted(made, key=lambda x: (x.at is not None, x.at or dt.datetime.min))


def more(asked: Asked, named: About, shown: list[Line]) -> list[tuple[Ledger, str, str]]:
    """Ledgers of which a line shows only the nearest rows: (ledger, column that names the subject, key)."""
    counts: dict[str, int] = {}
    for line in shown:
        counts[line.ledger.name] = counts.get(line.ledger.name, 0) + 1
    made = []
    for name, number in counts.items():
        ledger = knowledge.ledgers()[name]
        for column in ledger.columns:
            keys = named.keys.get(column.refers, set())
            if number >= MOST and keys:
                made.append((ledger, column.name, next(iter(keys))))
                break
    return made


Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class _Wanted:
    """A condition on rows. ``column``: it says that this column holds one of ``keys``."""

    sql: str
    values: list[Any]
    column: str = ""
    keys: tuple[str, ...] = ()


def _wanted(ledger: Ledger, named: About) -> tuple[list[_Wanted], Sql]:
    """Conditions, one of which a row must meet; and the one that says whether it is evidence."""
    cited = sorted(named.evidence.get(ledger.name, set()))
    own = sorted(named.keys.get(ledger.name, set()))
    wanted = [_Wanted(*_of_keys(ledger, listed)) for listed in (cited, own) if listed]
    for column in ledger.columns:
        target = "areas" if column.type == "area" else column.refers
        if target and not (ledger.name == target == "areas"):
            keys = named.keys.get(target, set())
            if target not in ("areas", "officers"):
                keys = keys | named.evidence.get(target, set())
            if keys:
                listed = sorted(keys)
                wanted.append(_Wanted(f'l."{column.name}" = ANY(%s)', [listed], column.name, tuple(listed)))
    return wanted, _of_keys(ledger, cited) if cited else ("false", [])


def _any(wanted: Iterable[_Wanted]) -> Sql:
    wanted = list(wanted)
    return " OR ".join(one.sql for one in wanted), [value for one in wanted for value in one.values]


def _narrowed(ledger: Ledger, known: Sql, wanted: list[_Wanted], evident: Sql, near: dt.datetime) -> Sql:
    """The conditions, narrowed to so many rows of a large ledger as a line may show: of each key the MOST before a
    moment and the MOST after it, as the index of a column with the row's own event holds them. Of what is named by tens
    of thousands of rows (a laboratory's samples) the others are not read."""
    held = [one for one in wanted if one.column in tables.with_event(ledger)]
    others = [one for one in wanted if one not in held]
    parts: list[Sql] = []
    for one in held:
        name, event = (f'l."{c}"' for c in (one.column, ledger.event_columns[0].name))
        for key in one.keys:
            parts.append((f"{name} = %s AND {event} <= %s ORDER BY {event} DESC", [key, near]))
            parts.append((f"{name} = %s AND {event} > %s ORDER BY {event}", [key, near]))
    if others:
        sql, own = _any(others)
        first = f"{evident[0]} DESC, " if evident[1] else ""
        parts.append((f"({sql}) ORDER BY {first}{_distance(ledger)}", [*own, *evident[1], near, near]))
    begins = f'SELECT l.id FROM "{access.table(ledger)}" l WHERE l.replaced_by IS NULL AND {known[0]}'
    found = " UNION ALL ".join(f"({begins} AND {sql} LIMIT {MOST})" for sql, _ in parts)
    return f"l.id = ANY (ARRAY({found}))", [value for _, own in parts for value in (*known[1], *own)]


def _of_keys(ledger: Ledger, listed: list[str]) -> tuple[str, list[Any]]:
    """SQL: a row has one of these keys, as the index of keys finds it."""
    first, *further = ledger.key
    if not further:
        return f'l."{first}" = ANY(%s)', [listed]
    whole = " || '|' || ".join(f'l."{k}"::text' for k in ledger.key)
    beginnings = sorted({key.partition("|")[0] for key in listed})
    return f'(l."{first}" = ANY(%s) AND {whole} = ANY(%s))', [beginnings, listed]


def _moments(ledger: Ledger) -> list[str]:
    """The columns that place a row on the line, the best first: its own event, its beginning, any moment."""
    if ledger.name in ROLLS:
        return ["recorded_at"]
    moments = [c for c in ledger.columns if c.is_moment]
    began = [c for c in moments if c.name == "since"]
    first = dict.fromkeys(c.name for c in (*ledger.event_columns, *began, *moments))
    return [*first, "recorded_at"]


def _moment_sql(ledger: Ledger) -> str:
    return "coalesce(" + ", ".join(f'l."{name}"::timestamp' for name in _moments(ledger)) + ")"


def _distance(ledger: Ledger) -> str:
    """How far a row lies from a moment, which is to be passed twice."""
    return f"abs(extract(epoch FROM coalesce({_moment_sql(ledger)}, %s) - %s))"


def _line(ledger: Ledger, row: dict[str, Any]) -> Line:
    cells = row["cells"] if isinstance(row["cells"], dict) else json.loads(row["cells"])
    shown = tuple(
        (column, said(column, cells[column.name]))
        for column in ledger.columns
        if cells.get(column.name) is not None and column.name not in ASIDE
    )
    key = "|".join(str(cells[k]) for k in ledger.key)
    return Line(row["at"], ledger, key, shown, row["rests"], row["held"])


def said(column: Column, value: Any) -> str:
    """A cell in words: 是, 2022-01-06 14:00, 36.5."""
    if value is None:
        return ""
    if column.type == "bool":
        return "是" if value else "否"
    if column.type == "time":
        text = value.isoformat() if isinstance(value, dt.datetime) else str(value)
        return text.replace("T", " ")[:19].removesuffix(":00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
