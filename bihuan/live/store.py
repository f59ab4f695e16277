"""The stored holes, brought to what an audit found: opened, changed, closed, reopened; their spans; word to the pages.

One implementation for an audit of everything and for that of a few subjects: they differ in what was looked at, the
*scope*. What was looked at and not found is closed; there is no other way to close a hole.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from bihuan.live.events import CHANNEL
from bihuan.live.found import COLUMNS, FACTS

Connection = psycopg.Connection[Any]

AUDIT_LOCK = 7103
"""Advisory lock: whoever brings the stored holes up to date."""

MANY = 1000
"""Holes that move at once, after which the database tidies up for those who count them."""

NAMED = 200
"""Ids that an event carries."""


@dataclass(frozen=True)
class Scope:
    """What was looked at of one loop: its holes whose ``column`` (subject or item) is in ``values``; no column: all."""

    hole: str
    column: str = ""
    values: tuple[str, ...] = ()


Found = Sequence[Sequence[Any]] | Path
"""What was found: rows of found.COLUMNS, or a file of them."""

PLACES = {"subject": 1, "item": 2}
"""Where a row of found.COLUMNS tells them."""


def within(row: Sequence[Any], scopes: Sequence[Scope]) -> bool:
    """Whether a row of found.COLUMNS is of what was looked at."""
    return any(
        row[0] == scope.hole and (not scope.column or row[PLACES[scope.column]] in scope.values) for scope in scopes
    )


@dataclass
class Moves:
    """What an audit moved: ids of holes."""

    opened: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.opened) + len(self.closed) + len(self.changed)


def bring(
    con: Connection,
    found: Found,
    scopes: Sequence[Scope] | None,
    now: dt.datetime,
    done: Callable[[Connection], None] | None = None,
) -> Moves:
    """In one transaction: the stored holes within ``scopes`` (None: all there are) become what was ``found`` (rows of
    found.COLUMNS, or a file of them). ``done`` runs in it at the end (what was audited is no longer due)."""
    with con.transaction(), con.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])
        t = _take(cursor, found)
        moving = _looked_at(cursor, t, found, scopes, now)
        moves = Moves()
        if moving:
            moves = _move(cursor, t, moving, now)
            _tell(cursor, t, moves, now)
        if done is not None:
            done(con)
    if moves.number > MANY and con.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        # Counts are read off an index, where the table need not be asked whether its rows stand.
        con.execute("VACUUM (ANALYZE) live_hole, live_span")
    return moves


class _Tables(NamedTuple):
    """The tables of what was found, and of what moves by it."""

    found: str
    moving: str


def _take(cursor: psycopg.Cursor[Any], found: Found) -> _Tables:
    """Make ``found``, and the empty ``moving``. The tables stay in the session: to drop them would make its driver
    forget what it prepared, and to make them each time costs more than the few rows that they mostly hold. An audit of
    everything has its own: a plan for few rows would be a bad one for it."""
    t = _Tables("found_all", "moving_all") if isinstance(found, Path) else _Tables("found", "moving")
    typed = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    facts = ", ".join(f'"{name}" {kind}' for name, kind in FACTS.items())
    moving = f"id bigint, was text, became text, hole text, subject text, item text, {facts}"
    cursor.execute(f"SELECT to_regclass('pg_temp.{t.found}')")
    if cursor.fetchone() == (None,):
        cursor.execute(f"CREATE TEMP TABLE {t.found} ({typed}) ON COMMIT DELETE ROWS")
        cursor.execute(f"CREATE TEMP TABLE {t.moving} ({moving}) ON COMMIT DELETE ROWS")
    if isinstance(found, Path):
        with found.open("rb") as file, cursor.copy(f"COPY {t.found} FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute(f"ANALYZE {t.found}")
    elif found:
        with cursor.copy(f"COPY {t.found} FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)
    return t


def _keep(cursor: psycopg.Cursor[Any], t: _Tables, now: dt.datetime, *, whatever: bool = False) -> None:
    """What no row dates is so since the as-of time (loops.md, *Known*), whatever that is: what stands open, or to be
    done, already keeps the moments at which it was first found so. What is to be done keeps them until its due time
    (``whatever``: beyond it): by no row is it ever late."""
    cursor.execute(
        f"UPDATE {t.found} f SET opens = h.opens, due = h.due, since = h.since, text_zh = h.text_zh, "
        f"text_en = h.text_en, escalated_to = h.escalated_to FROM live_hole h WHERE {IDENTITY} "
        "AND f.state = 'open' AND h.state = 'open' AND f.since = %s AND h.since < f.since",
        [now],
    )
    moves_on = "f.due - f.opens IS NOT DISTINCT FROM h.due - h.opens"  # its due time is not said by a row either
    kept = ", ".join(
        f"{c} = CASE WHEN {moves_on} THEN h.{c} ELSE f.{c} END" for c in ("due", "since", "text_zh", "text_en")
    )
    cursor.execute(
        f"UPDATE {t.found} f SET opens = h.opens, {kept} FROM live_hole h WHERE {IDENTITY} "
        "AND f.state = 'pending' AND h.state = 'pending' AND f.opens = %(now)s AND h.opens < f.opens "
        f"AND (%(whatever)s OR NOT ({moves_on}) OR h.due IS NULL OR h.due > %(now)s)",
        {"now": now, "whatever": whatever},
    )


IDENTITY = "h.hole = f.hole AND h.subject = f.subject AND h.item = f.item"


Moving = Mapping[tuple[str | None, str], int]
"""What a stored hole was (None: there is none) and what it becomes → how many do."""


def _looked_at(
    cursor: psycopg.Cursor[Any],
    t: _Tables,
    found: Found,
    scopes: Sequence[Scope] | None,
    now: dt.datetime,
    *,
    whatever: bool = False,
) -> Moving:
    """Fill ``moving``: every identity whose stored row is not what was ``found``; ``became`` is its state from now on.
    ``whatever``: of :func:`_keep`."""
    number: dict[tuple[str | None, str], int] = defaultdict(int)

    def fill(columns: str, rows: str, values: Sequence[Any] = ()) -> None:
        cursor.execute(
            f"WITH new AS (INSERT INTO {t.moving} (id, was, became, hole, subject, item{columns}) {rows} "
            "RETURNING was, became) SELECT was, became, count(*) FROM new GROUP BY 1, 2",
            values,
        )
        for was, became, n in cursor.fetchall():
            number[was, became] += n

    if found:  # a file, or some rows
        _keep(cursor, t, now, whatever=whatever)
        facts = ", ".join(f'f."{c}"' for c in FACTS)
        listed = ", ".join(f'"{c}"' for c in FACTS)
        differs = " OR ".join(f'h."{c}" IS DISTINCT FROM f."{c}"' for c in FACTS)
        fill(
            f", {listed}",
            f"SELECT h.id, h.state, f.state, f.hole, f.subject, f.item, {facts} "
            f"FROM {t.found} f LEFT JOIN live_hole h ON {IDENTITY} "
            f"WHERE h.id IS NULL OR h.state <> f.state OR {differs}",
        )
    gone = f"h.state IN ('open', 'pending') AND NOT EXISTS (SELECT 1 FROM {t.found} f WHERE {IDENTITY})"
    stored = "SELECT h.id, h.state, 'closed', h.hole, h.subject, h.item FROM live_hole h"
    if scopes is None:
        fill("", f"{stored} WHERE {gone}")
        return number
    parts, values = [], list[Any]()
    whole = [scope.hole for scope in scopes if not scope.column]
    if whole:
        parts.append(f"{stored} WHERE h.hole = ANY(%s) AND {gone}")
        values.append(whole)
    for column in ("subject", "item"):
        some = [(scope.hole, value) for scope in scopes if scope.column == column for value in scope.values]
        if some:
            asked = "unnest(%s::text[], %s::text[]) s(hole, value)"
            parts.append(f"{stored} JOIN {asked} ON h.hole = s.hole AND h.{column} = s.value WHERE {gone}")
            values += [[hole for hole, _ in some], [value for _, value in some]]
    if parts:
        fill("", " UNION ".join(parts), values)
    return number


def _move(cursor: psycopg.Cursor[Any], t: _Tables, moving: Moving, now: dt.datetime) -> Moves:
    columns = ", ".join(f'"{c}"' for c in FACTS)

    def move(some: bool, sql: str) -> None:
        if some:
            cursor.execute(sql, {"now": now})

    # New ones.
    move(
        any(was is None for was, _ in moving),
        f"""WITH made AS (
            INSERT INTO live_hole (hole, subject, item, state, {columns}, first_seen, opened_at, reopened, moved)
            SELECT hole, subject, item, became, {columns},
                   CASE WHEN became = 'open' THEN %(now)s::timestamp END,
                   CASE WHEN became = 'open' THEN %(now)s::timestamp END, 0, 0
            FROM {t.moving} WHERE id IS NULL RETURNING id, hole, subject, item)
        UPDATE {t.moving} m SET id = made.id FROM made
        WHERE m.hole = made.hole AND m.subject = made.subject AND m.item = made.item""",
    )
    # Still there, or there again.
    facts = ", ".join(f'"{c}" = m."{c}"' for c in FACTS)
    move(
        any(was is not None and became != "closed" for was, became in moving),
        f"""UPDATE live_hole h SET {facts}, state = m.became,
            reopened = h.reopened + (m.became = 'open' AND m.was <> 'open' AND h.first_seen IS NOT NULL)::int,
            first_seen = CASE WHEN m.became = 'open' THEN coalesce(h.first_seen, %(now)s) ELSE h.first_seen END,
            opened_at = CASE WHEN m.became = 'open' AND m.was <> 'open' THEN %(now)s ELSE h.opened_at END,
            closed_at = CASE WHEN m.became = 'open' THEN NULL WHEN m.was = 'open' THEN %(now)s ELSE h.closed_at END
        FROM {t.moving} m WHERE h.id = m.id AND m.was IS NOT NULL AND m.became <> 'closed'""",
    )
    # No longer there. What was only to be done, and was, was never a hole.
    gone = any(became == "closed" for _, became in moving)
    move(
        gone,
        f"""UPDATE live_hole h SET state = 'closed', escalated_to = NULL,
            closed_at = CASE WHEN m.was = 'open' THEN %(now)s ELSE h.closed_at END
        FROM {t.moving} m WHERE h.id = m.id AND m.became = 'closed'""",
    )
    move(
        gone,
        f"DELETE FROM live_hole h USING {t.moving} m WHERE h.id = m.id AND m.became = 'closed' "
        "AND h.first_seen IS NULL",
    )
    move(
        any(became == "open" != was for was, became in moving),
        f"INSERT INTO live_span (of_id, since, opened_at) SELECT id, since, %(now)s FROM {t.moving} "
        "WHERE became = 'open' AND was IS DISTINCT FROM 'open'",
    )
    move(
        any(was == "open" != became for was, became in moving),
        f"UPDATE live_span s SET closed_at = %(now)s FROM {t.moving} m "
        "WHERE s.of_id = m.id AND s.closed_at IS NULL AND m.was = 'open' AND m.became <> 'open'",
    )
    cursor.execute(f"SELECT id, was, became FROM {t.moving} ORDER BY id")
    moves = Moves()
    for id_, was, became in cursor.fetchall():
        if became == "open" and was != "open":
            moves.opened.append(id_)
        elif was == "open" and became != "open":
            moves.closed.append(id_)
        else:
            moves.changed.append(id_)
    return moves


def _tell(cursor: psycopg.Cursor[Any], t: _Tables, moves: Moves, now: dt.datetime) -> None:
    cursor.execute(
        "SELECT array_agg(DISTINCT left(h.area, 6)) FILTER (WHERE h.area IS NOT NULL), "
        f"array_agg(DISTINCT split_part(h.hole, '.', 1)) FROM {t.moving} m JOIN live_hole h ON h.id = m.id"
    )
    areas, loops = cursor.fetchone() or ([], [])
    said = {
        "opened": len(moves.opened),
        "closed": len(moves.closed),
        "changed": len(moves.changed),
        "ids": [*moves.opened, *moves.closed, *moves.changed][:NAMED],
        "areas": areas or [],
        "loops": loops or [],
    }
    cursor.execute(
        "WITH event AS (INSERT INTO live_event (at, kind, said) VALUES (%s, 'holes', %s) RETURNING id), "
        f"told AS (UPDATE live_hole h SET moved = event.id FROM event, {t.moving} m WHERE h.id = m.id) "
        "SELECT pg_notify(%s, '') FROM event",
        [now, json.dumps(said), CHANNEL],
    )


@dataclass(frozen=True)
class Difference:
    """A stored hole that is not as it was found. ``live``: its stored state, None where there is none; ``found``: what
    it was found as, closed where it was not; ``columns``: what is said of it otherwise, where it is still there."""

    hole: str
    subject: str
    item: str
    live: str | None
    found: str
    columns: tuple[str, ...]
    severity: str | None = None
    opens: dt.datetime | None = None
    since: dt.datetime | None = None
    due: dt.datetime | None = None
    """When what is stored is due."""


def differences(
    con: Connection,
    found: Found,
    now: dt.datetime,
    scopes: Sequence[Scope] | None = None,
    most: int | None = 50,
    ahead: bool = False,
) -> tuple[int, list[Difference]]:
    """How the stored holes within ``scopes`` (None: all) differ from what was found as of ``now``: their number, and
    the first ``most`` of them (None: all). ``ahead``: stored ones are of a time before, and what no row dates moves on
    by its due time. Nothing is moved."""
    with con.transaction(), con.cursor() as cursor:  # a ROLLBACK would have the driver forget what it prepared
        t = _take(cursor, found)
        number = sum(_looked_at(cursor, t, found, scopes, now, whatever=not ahead).values())
        listed = ", ".join(f'h."{c}" IS DISTINCT FROM m."{c}"' for c in FACTS)
        cursor.execute(
            f"SELECT m.hole, m.subject, m.item, m.was, m.became, ARRAY[{listed}], m.severity, m.opens, m.since, h.due "
            f"FROM {t.moving} m LEFT JOIN live_hole h ON h.id = m.id ORDER BY m.hole, m.subject, m.item LIMIT %s",
            [most],
        )
        told = []
        for hole, subject, item, live, became, flags, *rest in cursor.fetchall():
            there = live is not None and became != "closed"
            columns = tuple(c for c, differs in zip(FACTS, flags, strict=True) if differs and there)
            told.append(Difference(hole, subject, item, live, became, columns, *rest))
        return number, told


def said(difference: Difference) -> tuple[str, str]:
    """A difference as a sentence, in Chinese and English."""
    name = "/".join(part for part in (difference.hole, difference.subject, difference.item) if part)
    live, audit, columns = difference.live or "–", difference.found, ", ".join(difference.columns)
    return (
        f"{name}：活账 {live}，全面查漏 {audit}" + (f"（{columns} 不同）" if columns else ""),
        f"{name}: live {live}, full audit {audit}" + (f" ({columns} differ)" if columns else ""),
    )
