"""The stored holes, brought to what an audit found: opened, changed, closed, reopened; their spans; word to the pages.

One implementation for an audit of everything and for that of a few subjects: they differ in what was looked at, the
*scope*. What was looked at and not found is closed; there is no other way to close a hole.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bihuan.live.events import CHANNEL
from bihuan.live.found import COLUMNS, FACTS

Connection = psycopg.Connection[Any]

AUDIT_LOCK = 7103
"""Advisory lock: whoever brings the stored holes up to date."""

NAMED = 200
"""Ids that an event carries."""


@dataclass(frozen=True)
class Scope:
    """What was looked at of one loop: its holes whose ``column`` (subject or item) is in ``values``; no column: all."""

    hole: str
    column: str = ""
    values: tuple[str, ...] = ()


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
    found: Sequence[Sequence[Any]] | Path,
    scopes: Sequence[Scope] | None,
    now: dt.datetime,
    done: Callable[[Connection], None] | None = None,
) -> Moves:
    """In one transaction: the stored holes within ``scopes`` (None: all there are) become what was ``found`` (rows of
    found.COLUMNS, or a file of them). ``done`` runs in it at the end (what was audited is no longer due)."""
    with con.transaction(), con.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])
        _take(cursor, found)
        moves = Moves()
        if _looked_at(cursor, scopes):
            moves = _move(cursor, now)
            _tell(cursor, moves, now)
        if done is not None:
            done(con)
    return moves


def _take(cursor: psycopg.Cursor[Any], found: Sequence[Sequence[Any]] | Path) -> None:
    """Make ``found``, and the empty ``moving``. The tables stay in the session: to drop them would make its driver
    forget what it prepared, and to make them each time costs more than the few rows that they mostly hold."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    facts = ", ".join(f'"{name}" {kind}' for name, kind in FACTS.items())
    moving = f"id bigint, was text, became text, hole text, subject text, item text, {facts}"
    cursor.execute("SELECT to_regclass('pg_temp.found')")
    if cursor.fetchone() == (None,):
        cursor.execute(f"CREATE TEMP TABLE found ({typed}) ON COMMIT DELETE ROWS")
        cursor.execute(f"CREATE TEMP TABLE moving ({moving}) ON COMMIT DELETE ROWS")
    if isinstance(found, Path):
        with found.open("rb") as file, cursor.copy("COPY found FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute("ANALYZE found")
    elif found:
        with cursor.copy("COPY found FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)


IDENTITY = "h.hole = f.hole AND h.subject = f.subject AND h.item = f.item"


def _looked_at(cursor: psycopg.Cursor[Any], scopes: Sequence[Scope] | None) -> int:
    """Fill ``moving``: every identity whose stored row is not what was found; ``became`` is its state from now on.
    How many there are."""
    facts = ", ".join(f'f."{c}"' for c in FACTS)
    listed = ", ".join(f'"{c}"' for c in FACTS)
    differs = " OR ".join(f'h."{c}" IS DISTINCT FROM f."{c}"' for c in FACTS)
    cursor.execute(
        f"INSERT INTO moving (id, was, became, hole, subject, item, {listed}) SELECT h.id, h.state, f.state, "
        f"f.hole, f.subject, f.item, {facts} FROM found f LEFT JOIN live_hole h ON {IDENTITY} "
        f"WHERE h.id IS NULL OR h.state <> f.state OR {differs}"
    )
    number = cursor.rowcount
    gone = f"h.state IN ('open', 'pending') AND NOT EXISTS (SELECT 1 FROM found f WHERE {IDENTITY})"
    into = "INSERT INTO moving (id, was, became, hole, subject, item) "
    into += "SELECT h.id, h.state, 'closed', h.hole, h.subject, h.item FROM live_hole h"
    if scopes is None:
        cursor.execute(f"{into} WHERE {gone}")
        return number + cursor.rowcount
    whole = [scope.hole for scope in scopes if not scope.column]
    if whole:
        cursor.execute(f"{into} WHERE h.hole = ANY(%s) AND {gone}", [whole])
        number += cursor.rowcount
    for column in ("subject", "item"):
        some = [(scope.hole, value) for scope in scopes if scope.column == column for value in scope.values]
        if some:
            asked = "unnest(%s::text[], %s::text[]) s(hole, value)"
            cursor.execute(
                f"{into} JOIN {asked} ON h.hole = s.hole AND h.{column} = s.value WHERE {gone}",
                [[hole for hole, _ in some], [value for _, value in some]],
            )
            number += cursor.rowcount
    return number


def _move(cursor: psycopg.Cursor[Any], now: dt.datetime) -> Moves:
    columns = ", ".join(f'"{c}"' for c in FACTS)
    at = {"now": now}
    # New ones.
    cursor.execute(
        f"""WITH made AS (
            INSERT INTO live_hole (hole, subject, item, state, {columns}, first_seen, opened_at, reopened, moved)
            SELECT hole, subject, item, became, {columns},
                   CASE WHEN became = 'open' THEN %(now)s::timestamp END,
                   CASE WHEN became = 'open' THEN %(now)s::timestamp END, 0, 0
            FROM moving WHERE id IS NULL RETURNING id, hole, subject, item)
        UPDATE moving m SET id = made.id FROM made
        WHERE m.hole = made.hole AND m.subject = made.subject AND m.item = made.item""",
        at,
    )
    # Still there, or there again.
    facts = ", ".join(f'"{c}" = m."{c}"' for c in FACTS)
    cursor.execute(
        f"""UPDATE live_hole h SET {facts}, state = m.became,
            reopened = h.reopened + (m.became = 'open' AND m.was <> 'open' AND h.first_seen IS NOT NULL)::int,
            first_seen = CASE WHEN m.became = 'open' THEN coalesce(h.first_seen, %(now)s) ELSE h.first_seen END,
            opened_at = CASE WHEN m.became = 'open' AND m.was <> 'open' THEN %(now)s ELSE h.opened_at END,
            closed_at = CASE WHEN m.became = 'open' THEN NULL WHEN m.was = 'open' THEN %(now)s ELSE h.closed_at END
        FROM moving m WHERE h.id = m.id AND m.was IS NOT NULL AND m.became <> 'closed'""",
        at,
    )
    # No longer there. What was only to be done, and was, was never a hole.
    cursor.execute(
        """UPDATE live_hole h SET state = 'closed', escalated_to = NULL,
            closed_at = CASE WHEN m.was = 'open' THEN %(now)s ELSE h.closed_at END
        FROM moving m WHERE h.id = m.id AND m.became = 'closed'""",
        at,
    )
    cursor.execute(
        "DELETE FROM live_hole h USING moving m WHERE h.id = m.id AND m.became = 'closed' AND h.first_seen IS NULL"
    )
    cursor.execute(
        "INSERT INTO live_span (of_id, since, opened_at) SELECT id, since, %(now)s FROM moving "
        "WHERE became = 'open' AND was IS DISTINCT FROM 'open'",
        at,
    )
    cursor.execute(
        "UPDATE live_span s SET closed_at = %(now)s FROM moving m "
        "WHERE s.of_id = m.id AND s.closed_at IS NULL AND m.was = 'open' AND m.became <> 'open'",
        at,
    )
    cursor.execute("SELECT id, was, became FROM moving ORDER BY id")
    moves = Moves()
    for id_, was, became in cursor.fetchall():
        if became == "open" and was != "open":
            moves.opened.append(id_)
        elif was == "open" and became != "open":
            moves.closed.append(id_)
        else:
            moves.changed.append(id_)
    return moves


def _tell(cursor: psycopg.Cursor[Any], moves: Moves, now: dt.datetime) -> None:
    cursor.execute(
        "SELECT array_agg(DISTINCT left(h.area, 6)) FILTER (WHERE h.area IS NOT NULL), "
        "array_agg(DISTINCT split_part(h.hole, '.', 1)) FROM moving m JOIN live_hole h ON h.id = m.id"
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
        "INSERT INTO live_event (at, kind, said) VALUES (%s, 'holes', %s) RETURNING id", [now, json.dumps(said)]
    )
    event = cursor.fetchone()
    assert event is not None
    cursor.execute("UPDATE live_hole h SET moved = %s FROM moving m WHERE h.id = m.id", [event[0]])
    cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def differences(con: Connection, found: Path, most: int = 50) -> tuple[int, list[dict[str, Any]]]:
    """How the stored holes differ from what a full audit found: their number, and the first ones. Nothing is moved."""
    with con.transaction(force_rollback=True), con.cursor() as cursor:
        _take(cursor, found)
        number = _looked_at(cursor, None)
        listed = sql.SQL(", ").join(sql.SQL("h.{0} IS DISTINCT FROM m.{0}").format(sql.Identifier(c)) for c in FACTS)
        cursor.execute(
            sql.SQL(
                "SELECT m.hole, m.subject, m.item, m.was, m.became, ARRAY[{}] FROM moving m "
                "LEFT JOIN live_hole h ON h.id = m.id ORDER BY m.hole, m.subject, m.item LIMIT {}"
            ).format(listed, sql.Literal(most))
        )
        told = []
        for hole, subject, item, was, became, flags in cursor.fetchall():
            columns = (
                [c for c, differs in zip(FACTS, flags, strict=True) if differs] if was and became != "closed" else []
            )
            told.append(
                {"hole": hole, "subject": subject, "item": item, "live": was, "audit": became, "columns": columns}
            )
        return number, told


def said(difference: Mapping[str, Any]) -> tuple[str, str]:
    """A difference as a sentence, in Chinese and English."""
    name = "/".join(part for part in (difference["hole"], difference["subject"], difference["item"]) if part)
    live, audit = difference["live"] or "–", difference["audit"]
    columns = ", ".join(difference["columns"])
    return (
        f"{name}：活账 {live}，全面查漏 {audit}" + (f"（{columns} 不同）" if columns else ""),
        f"{name}: live {live}, full audit {audit}" + (f" ({columns} differ)" if columns else ""),
    )
