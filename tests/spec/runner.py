"""Runs the cases of a spec on the embedded engine: rows straight into typed tables, one loop, its obligations out."""

from __future__ import annotations

from collections import Counter
from functools import cache

import duckdb

from bihuan.audit import programs
from bihuan.domains import catalogue
from bihuan.domains.specs import Case, Row
from bihuan.engines import duckdb as engine
from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.program import Program, compile_program

TYPES = {"int": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "time": "TIMESTAMP"}
STATES = {"holes": "open", "pending": "pending", "late": "late"}
SHOWN = {"closed_at", "since", "due", "opens"}


FEW = 3
"""Up to so many holes are compiled alone (seconds each); for more the whole program, once for all."""

asked: set[str] = set()
"""The holes whose cases this session runs."""


@cache
def program(hole: str) -> Program:
    if len(asked) > FEW:
        return programs.load()
    loops = [loop for loop in catalogue.loops() if loop.hole == hole]
    return compile_program(catalogue.ledgers(), catalogue.parameters(), catalogue.views(), loops)


@cache
def connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    for ledger in catalogue.ledgers():
        columns = ", ".join(f'"{c.name}" {TYPES.get(c.type, "VARCHAR")}' for c in ledger.all_columns)
        con.execute(f"CREATE TABLE ledger_{ledger.name} ({columns}, _source INTEGER, _row BIGINT, _only BOOLEAN)")
    return con


def value(column: Column, cell: str) -> object:
    if cell == "":
        return None
    if column.type == "bool":
        assert cell in ("是", "否"), f"{column.name}: {cell}"
        return cell == "是"
    if column.type == "one":
        assert cell in column.choices, f"{column.name}: {cell} is none of {column.choices}"
    return cell


def fill(con: duckdb.DuckDBPyConnection, ledger: Ledger, rows: list[Row]) -> None:
    names = {c.name for c in ledger.all_columns}
    keys = Counter(tuple(row.get(k, "") for k in ledger.key) for row in rows)
    for number, row in enumerate(rows, 2):
        assert set(row) <= names, f"{ledger.name} has no column {set(row) - names}"
        cells = [value(c, row.get(c.name, "")) for c in ledger.all_columns]
        only = keys[tuple(row.get(k, "") for k in ledger.key)] == 1
        marks = ", ".join("?" for _ in range(len(cells) + 3))
        con.execute(f"INSERT INTO ledger_{ledger.name} VALUES ({marks})", [*cells, 0, number, only])


def shown(cell: object, column: str) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if column in SHOWN else str(cell)  # type: ignore[attr-defined]


def stated(cell: str, column: str) -> str:
    return (cell + ":00")[:19] if column in SHOWN and len(cell) == 16 else cell


def run(case: Case) -> dict[str, list[Row]]:
    """What comes out, cut to the columns that the case states: {holes, pending, late: rows}."""
    con = connection()
    ledgers = {ledger.name: ledger for ledger in catalogue.ledgers()}
    unknown = set(case.ledgers) - set(ledgers)
    assert not unknown, f"no ledger is called {unknown}"
    try:
        for name, rows in case.ledgers.items():
            fill(con, ledgers[name], rows)
        engine.run(program(case.hole), con, case.now, only={case.hole}, states=tuple(STATES.values()))
        out: dict[str, list[Row]] = {}
        for name, state in STATES.items():
            cursor = con.execute("SELECT * FROM holes WHERE state = ?", [state])
            heads = [d[0] for d in cursor.description]
            want = case.expected.get(name, [])
            columns = list(want[0]) if want else ["subject", "item"]
            out[name] = [
                {c: shown(dict(zip(heads, row, strict=True))[c], c) for c in columns} for row in cursor.fetchall()
            ]
        return out
    finally:
        for name in case.ledgers:
            con.execute(f"DELETE FROM ledger_{name}")


def expected(case: Case, name: str) -> list[Row]:
    return [{c: stated(v, c) for c, v in row.items()} for row in case.expected.get(name, [])]
