"""What an audit found, in the shape in which it is stored: one row an identity, in both languages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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


def query(zh: str, en: str) -> str:
    """SQL: what the engine found (``holes`` and ``aged``), worded in the tables ``zh`` and ``en``. Of one that is open
    and has more to come under the same identity, the open one is told."""
    same = "(hole, subject, item, state)"
    columns = {
        "subject": "coalesce(h.subject, '')",
        "item": "coalesce(h.item, '')",
        "person": "a.person",
        "seek": "a.seek",
        "role": "a.role",
        "taken": "a.taken",
        "text_zh": "z.text",
        "text_en": "e.text",
        "remedy_zh": "z.remedy",
        "remedy_en": "e.remedy",
    }
    told = {c: columns.get(c, 'h."' + c + '"') for c in COLUMNS}
    listed = ", ".join(f'{value} AS "{c}"' for c, value in told.items())
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    return f"""
        SELECT {names} FROM (
            SELECT {listed}, row_number() OVER (PARTITION BY h.hole, h.subject, h.item ORDER BY h.state) AS place
            FROM holes h
            JOIN (SELECT hole, ob_subject AS subject, ob_item AS item, ob_state AS state, ob_person AS person,
                         ob_seek AS seek, role, ob_taken AS taken FROM aged) a USING {same}
            JOIN {zh} z USING {same} JOIN {en} e USING {same}
            WHERE h.state IN ('open', 'pending')) AS told
        WHERE place = 1"""


def gather(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """Make ``found`` of what the engine left in ``con``."""
    for lang in ("zh", "en"):
        texts.word(con, program, lang)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE said_{lang} AS SELECT hole, subject, item, state, text, remedy FROM printed"
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE found AS {query('said_zh', 'said_en')}")


@contextmanager
def file() -> Iterator[Path]:
    """A file for what an audit finds, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        yield Path(folder) / "found.csv"


def to_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """``found`` as PostgreSQL's COPY reads it."""
    listed = ", ".join(f'"{c}"' for c in COLUMNS)
    target = str(path).replace("'", "''")
    con.execute(
        f"COPY (SELECT {listed} FROM found) TO '{target}' (FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE *)"
    )
