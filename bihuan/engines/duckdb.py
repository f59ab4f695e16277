"""The embedded engine: a compiled program over the ledgers of one DuckDB connection; holes out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bihuan.kernel.program import Program, Stage

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]


VIEW_ABOVE = 200_000
"""Rows from which a ledger as known stays a view: below it, planning the view anew for each loop costs more than the
copy, above it the copy costs memory."""


@dataclass
class Run:
    """What a run took: seconds of each stage, by name, and rows of obligations by loop."""

    seconds: dict[str, float] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)


def literal(now: dt.datetime) -> str:
    return f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'"


def run(
    program: Program,
    con: duckdb.DuckDBPyConnection,
    now: dt.datetime,
    *,
    only: Collection[str] | None = None,
    states: Collection[str] = ("open",),
    also: Collection[str] = (),
    progress: Progress | None = None,
) -> Run:
    """Audit the ledgers in ``con`` (tables ``ledger_<name>``) as of ``now``; leaves the table ``holes``.

    ``only``: the holes to look for (default all). ``states``: open, late, pending. The columns of ``holes`` are
    those of :func:`bihuan.kernel.holes.holes`. ``also``: ledgers and views that are made though no loop asks for them.
    """
    at = literal(now)
    took = Run()
    wanted = [o for o in program.obligations if only is None or o.name in only]
    needed = _closure(program, wanted, also)
    total, done = len(needed) + len(wanted) + len(program.last), 0

    def tell(name: str) -> None:
        nonlocal done
        if progress is not None:
            progress(name, done, total)
        done += 1

    def make(stage: Stage) -> None:
        tell(stage.name)
        started = time.perf_counter()
        kind = "VIEW" if stage.is_ledger and _size(con, stage.name) > VIEW_ABOVE else "TABLE"
        con.execute(f'CREATE TEMP {kind} "{stage.name}" AS {program.at(stage.sql, at)}')
        took.seconds[stage.name] = time.perf_counter() - started

    # What stages share is a stage already. What else stands twice in one statement are filters of a big ledger, and
    # DuckDB would keep the whole ledger for the second use, though its join may want one row of it.
    con.execute("SET disabled_optimizers = 'common_subplan'")
    _clear(con, [s.name for s in (*program.stages, *program.last)])
    _inputs(program, con)
    for stage in needed:
        make(stage)
    wanted_states = f"ob_state IN ({', '.join(repr(s) for s in states)})"
    if "late" not in states:
        # What state says too, in a form that the planner carries down to the scan: closed obligations are the many.
        wanted_states += " AND ob_closed IS NULL"
    for stage in wanted:
        tell(stage.name)
        started = time.perf_counter()
        sql = program.at(stage.sql, at)
        rows = con.execute(f"INSERT INTO obligations SELECT * FROM ({sql}) WHERE {wanted_states}").fetchone()
        took.seconds[stage.name] = time.perf_counter() - started
        took.found[stage.name] = int(rows[0]) if rows else 0
    for stage in program.last:
        make(stage)
    return took


TYPES = {"string": "VARCHAR", "timestamp(6)": "TIMESTAMP", "int64": "BIGINT", "boolean": "BOOLEAN"}


def _inputs(program: Program, con: duckdb.DuckDBPyConnection) -> None:
    """The tables that the program itself fills, and the empty one that gathers the obligations."""
    for name, columns in program.inputs.items():
        kinds = ", ".join(f'"{c}" {TYPES[kind]}' for c, kind in columns.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({kinds})")
    insert(con, "parameters", [row for p in program.parameters for row in p.defaults()])
    insert(con, "loops", [(s.hole, s.severity, s.role, s.subject, s.final) for s in program.loops])
    insert(con, "ladders", [(role, i, up) for role, rungs in program.ladders.items() for i, up in enumerate(rungs)])


def _clear(con: duckdb.DuckDBPyConnection, names: Collection[str]) -> None:
    """Drop what an earlier run on this connection left: a stage may have been a view then and a table now."""
    left = con.execute(
        "SELECT table_type, table_name FROM information_schema.tables WHERE table_catalog = 'temp'"
    ).fetchall()
    for kind, name in left:
        if name in names:
            con.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} temp."{name}"')


def _size(con: duckdb.DuckDBPyConnection, ledger: str) -> int:
    found = con.execute(f"SELECT count(*) FROM ledger_{ledger}").fetchone()
    return int(found[0]) if found else 0


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Some rows, as literals: executemany plans anew for each, and a parameter of any kind loads pandas (a second)."""
    for first in range(0, len(rows), 1000):
        chunk = rows[first : first + 1000]
        con.execute(f"INSERT INTO {table} VALUES {', '.join(map(_values, chunk))}")


def _values(row: tuple[object, ...]) -> str:
    return "(" + ", ".join(map(_literal, row)) + ")"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _closure(program: Program, wanted: Iterable[Stage], also: Iterable[str]) -> list[Stage]:
    """The stages on which the wanted loops and the last query stand, in order."""
    stages = {s.name: s for s in program.stages}
    needed: set[str] = set()

    def need(name: str) -> None:
        if name in stages and name not in needed:
            needed.add(name)
            for other in stages[name].needs:
                need(other)

    for name in (*also, *(n for stage in (*wanted, *program.last) for n in stage.needs)):
        need(name)
    return [s for s in program.stages if s.name in needed]
