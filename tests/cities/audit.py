"""A folder of ledgers audited twice, in this process: by the engine and by the reference, in one form.

The form is (state, hole, subject, item) → (since, closed_at, owner, severity, area, escalated_to, owner_name) for every open, pending
and late obligation, and the rejects beside it. The engine's program is compiled once for everybody (its cache).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from bihuan.audit import programs
from bihuan.engines import duckdb as engine
from bihuan.exchange.read import read as take_in
from bihuan.kernel.program import Program
from tests.reference import Hole, World, all_of
from tests.reference import read as read_slowly

Id = tuple[str, ...]
COLUMNS = ("since", "closed_at", "owner", "severity", "area", "escalated_to", "owner_name")
STATES = ("open", "pending", "late")


@dataclass(frozen=True)
class Audit:
    """What one of the two found."""

    holes: dict[Id, tuple[Any, ...]]
    rejects: frozenset[Id]

    @property
    def open(self) -> dict[Id, tuple[Any, ...]]:
        return {key[1:]: value for key, value in self.holes.items() if key[0] == "open"}


@cache
def program() -> Program:
    return programs.load()


@cache
def judged() -> frozenset[str]:
    """The holes that the engine looks for."""
    return frozenset(loop.hole for loop in program().loops)


def by_engine(folder: Path, now: datetime, only: frozenset[str] | None = None) -> Audit:
    """What the engine finds in a folder of ledgers."""
    con = duckdb.connect(config={"threads": 1})
    try:
        take_in(folder, con, program().ledgers, program().parameters)
        engine.run(program(), con, now, states=STATES, only=only)
        rows = con.execute(f"SELECT state, hole, subject, item, {', '.join(COLUMNS)} FROM holes").fetchall()
        rejects = con.execute('SELECT file, CAST("row" AS VARCHAR), "column", value, reason FROM rejects').fetchall()
    finally:
        con.close()
    found = {tuple(r[:4]): tuple(r[4:]) for r in rows}
    assert len(found) == len(rows), "two holes of one id"
    return Audit(found, frozenset(rejects))


def by_reference(folder: Path, now: datetime) -> Audit:
    """What the reference finds in the same folder."""
    rows, rejects = read_slowly(folder)
    officers = World({"officers": rows["officers"]}, now)
    return Audit(
        slowly(all_of(rows, now), officers),
        frozenset((r.file, str(r.row), r.column, r.value, r.reason) for r in rejects),
    )


def slowly(holes: list[Hole], officers: World) -> dict[Id, tuple[Any, ...]]:
    """The reference's holes in the common form; a name where the officer's row stands."""
    found: dict[Id, tuple[Any, ...]] = {}
    for h in holes:
        owner = officers.get("officers", h.owner)
        up = h.escalated_to if h.state == "open" else None
        found[(h.state, *h.id)] = (h.since, h.closed_at, h.owner, h.severity, h.area, up, owner and owner["name"])
    return found


def differences(want: Audit, got: Audit, names: frozenset[str] | None = None) -> list[tuple[str, Id, Any, Any]]:
    """(missing, extra or the columns that differ; id; by the reference; by the engine); ``names``: of these holes alone."""
    found: list[tuple[str, Id, Any, Any]] = []
    for key in sorted(want.holes.keys() | got.holes.keys()):
        a, b = want.holes.get(key), got.holes.get(key)
        if a != b and (names is None or key[1] in names):
            found.append((_kind(a, b), key, a, b))
    found += [("missing", ("reject", *r), r, None) for r in sorted(want.rejects - got.rejects)]
    found += [("extra", ("reject", *r), None, r) for r in sorted(got.rejects - want.rejects)]
    return found


def _kind(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> str:
    if a is None or b is None:
        return "missing" if b is None else "extra"
    return "/".join(c for c, x, y in zip(COLUMNS, a, b, strict=True) if x != y)
