"""Runs spec tests of loops: rows straight into typed tables, one loop, its obligations out.

The house's own specs run by it, and so do those of a county's own package::

    import pytest
    from bihuan.testing import cases, check

    @pytest.mark.parametrize("case", cases("own_room"), ids=str)
    def test_spec(case):
        check(case)

``lacking`` and ``stray`` say whether every loop of a package has a spec that finds it and one that does not.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import duckdb

from bihuan.audit import programs
from bihuan.domains import catalogue, specs
from bihuan.domains.specs import EXPECTATIONS, Case, Row
from bihuan.engines import duckdb as engine
from bihuan.kernel.ledger import Column, Ledger
from bihuan.kernel.program import Known, Program, compile_program

TYPES = {"int": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "time": "TIMESTAMP"}
STATES = {"holes": "open", "pending": "pending", "late": "late"}
SHOWN = {"closed_at", "since", "due", "opens"}


def cases(package: str) -> list[Case]:
    """Every case of the specs of a package: the room of a county's own, or one of the house. Raises SpecError."""
    return [case for path in specs.paths(package) for case in specs.read(path)]


def check(case: Case) -> None:
    """Run a case; AssertionError where something else comes out than it expects. ``pending`` and ``late`` are compared
    only where the case states them."""
    found = run(case)
    for name in STATES:
        if name == "holes" or name in case.expected:
            got, want = _sorted(found[name]), _sorted(expected(case, name))
            assert got == want, f"{case.name}: {name} are {_told(got)}, expected {_told(want)}"


def lacking(package: str) -> list[str]:
    """The loops of a package without a case that finds a hole, or without one that finds none."""
    told = cases(package)
    without = []
    for loop in catalogue.loops():
        if loop.module == package or loop.module.startswith(f"{package}."):
            broken = [bool(c.expected.get("holes")) for c in told if c.hole == loop.hole]
            without += [loop.hole] if not any(broken) or all(broken) else []
    return without


def stray(package: str) -> list[str]:
    """The specs of a package that are no loop's, or stand in a file of another name."""
    known = {loop.hole for loop in catalogue.loops()}
    return [
        path.name
        for path in specs.paths(package)
        if any(case.hole not in known or case.hole != path.stem for case in specs.read(path))
    ]


_shared = Known()
_whole = cache(programs.kept)


@cache
def program(hole: str) -> Program:
    """One loop, compiled alone; where the whole program is compiled already, that one."""
    whole = _whole()
    if whole is not None and any(said.hole == hole for said in whole.loops):
        return whole
    loops = [loop for loop in catalogue.loops() if loop.hole == hole]
    if not loops:
        raise LookupError(f"no loop is called {hole}: is its package installed, and registered under bihuan.loops?")
    return compile_program(catalogue.ledgers(), catalogue.parameters(), catalogue.views(), loops, known=_shared)


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A connection with every ledger as an empty table; who fills one empties it again."""
    con = duckdb.connect(config={"threads": 1})
    for ledger in catalogue.ledgers():
        columns = ", ".join(f'"{c.name}" {TYPES.get(c.type, "VARCHAR")}' for c in ledger.all_columns)
        con.execute(f"CREATE TABLE ledger_{ledger.name} ({columns}, _source INTEGER, _row BIGINT, _only BOOLEAN)")
    return con


def run(case: Case) -> dict[str, list[Row]]:
    """What comes out, cut to the columns that the case states: {holes, pending, late: rows}."""
    con = connection()
    ledgers = {ledger.name: ledger for ledger in catalogue.ledgers()}
    unknown = set(case.ledgers) - set(ledgers)
    names = ", ".join(sorted(unknown))
    assert not unknown, f"{case.name}: no ledger is called {names} (what comes out: {', '.join(EXPECTATIONS)})"
    try:
        for name, rows in case.ledgers.items():
            _fill(con, ledgers[name], rows)
        engine.run(program(case.hole), con, case.now, only={case.hole}, states=tuple(STATES.values()))
        out: dict[str, list[Row]] = {}
        for name, state in STATES.items():
            cursor = con.execute("SELECT * FROM holes WHERE state = ?", [state])
            heads = [d[0] for d in cursor.description]
            want = case.expected.get(name, [])
            columns = list(want[0]) if want else ["subject", "item"]
            assert set(columns) <= set(heads), f"{case.name}: {name} have no column {sorted(set(columns) - set(heads))}"
            out[name] = [
                {c: _shown(dict(zip(heads, row, strict=True))[c], c) for c in columns} for row in cursor.fetchall()
            ]
        return out
    finally:
        for name in case.ledgers:
            con.execute(f"DELETE FROM ledger_{name}")


def expected(case: Case, name: str) -> list[Row]:
    """The rows that a case expects, moments written in full."""
    return [{c: _stated(v, c) for c, v in row.items()} for row in case.expected.get(name, [])]


def _fill(con: duckdb.DuckDBPyConnection, ledger: Ledger, rows: list[Row]) -> None:
    names = {c.name for c in ledger.all_columns}
    keys = Counter(tuple(row.get(k, "") for k in ledger.key) for row in rows)
    for number, row in enumerate(rows, 2):
        assert set(row) <= names, f"{ledger.name} has no column {sorted(set(row) - names)}"
        cells = [_value(c, row.get(c.name, "")) for c in ledger.all_columns]
        only = keys[tuple(row.get(k, "") for k in ledger.key)] == 1
        marks = ", ".join("?" for _ in range(len(cells) + 3))
        con.execute(f"INSERT INTO ledger_{ledger.name} VALUES ({marks})", [*cells, 0, number, only])


def _value(column: Column, cell: str) -> object:
    if cell == "":
        return None
    if column.type == "bool":
        assert cell in ("是", "否"), f"{column.name}: {cell}"
        return cell == "是"
    if column.type == "one":
        assert cell in column.choices, f"{column.name}: {cell} is none of {column.choices}"
    return cell


def _shown(cell: object, column: str) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if column in SHOWN else str(cell)  # type: ignore[attr-defined]


def _stated(cell: str, column: str) -> str:
    return (cell + ":00")[:19] if column in SHOWN and len(cell) == 16 else cell


def _sorted(found: list[Row]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted(row.items())) for row in found)


def _told(found: list[tuple[tuple[str, str], ...]]) -> str:
    return "; ".join(", ".join(f"{c} {v or '–'}" for c, v in row) for row in found) or "none"
