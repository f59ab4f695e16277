"""What an audit found, in the shape in which it is stored: one row an identity, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.audit import texts
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    import duckdb

FACTS = {
    "severity": "text",
    "subject_kind": "text",
    "area": "text",
    "unit": "text",
    "person": "text",
    "seek": "text",
    "role": "text",
    "taken": "text",
    "opens": "timestamp",
    "due": "timestamp",
    "since": "timestamp",
    "owner": "text",
    "owner_name": "text",
    "escalated_to": "text",
    "order": "text",
    "evidence": "text",
    "text_zh": "text",
    "text_en": "text",
    "remedy_zh": "text",
    "remedy_en": "text",
}
"""Columns of a stored hole that an audit says, with PostgreSQL's types."""

COLUMNS = {"hole": "text", "subject": "text", "item": "text", "state": "text", **FACTS}
"""What is found: an identity, its state (open or pending), and what is said of it."""

STATES = ("open", "pending")


def gather(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """Make ``found`` of what the engine left in ``con`` (``holes`` and ``aged``). Of one that is open and has more to
    come under the same identity, the open one is told."""
    for lang in ("zh", "en"):
        texts.word(con, program, lang)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE said_{lang} AS SELECT hole, subject, item, state, text, remedy FROM printed"
        )
    same = "(hole, subject, item, state)"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE found AS
        SELECT h.hole, coalesce(h.subject, '') AS subject, coalesce(h.item, '') AS item, h.state,
               h.severity, h.subject_kind, h.area, h.unit, a.person, a.seek, a.role, a.taken, h.opens, h.due, h.since,
               h.owner, h.owner_name, h.escalated_to, h."order", h.evidence,
               z.text AS text_zh, e.text AS text_en, z.remedy AS remedy_zh, e.remedy AS remedy_en
        FROM holes h
        JOIN (SELECT hole, ob_subject AS subject, ob_item AS item, ob_state AS state, ob_person AS person,
                     ob_seek AS seek, role, ob_taken AS taken FROM aged) a USING {same}
        JOIN said_zh z USING {same} JOIN said_en e USING {same}
        WHERE h.state IN ('open', 'pending')
        QUALIFY row_number() OVER (PARTITION BY h.hole, h.subject, h.item ORDER BY h.state) = 1"""
    )


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The rows of ``found``."""
    listed = ", ".join(f'"{c}"' for c in COLUMNS)
    return con.execute(f"SELECT {listed} FROM found").fetchall()


def to_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """``found`` as PostgreSQL's COPY reads it."""
    listed = ", ".join(f'"{c}"' for c in COLUMNS)
    target = str(path).replace("'", "''")
    con.execute(
        f"COPY (SELECT {listed} FROM found) TO '{target}' (FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE *)"
    )
