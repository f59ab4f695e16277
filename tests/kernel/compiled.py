"""A form compiled once, and run on the small random tables of each example: compiling takes a thousand times as long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
from hypothesis import strategies as st

from bihuan.kernel.moments import NOW_SENTINEL

NOW = NOW_SENTINEL
"""The as-of time of these tests is the mark that stands for it in compiled SQL."""

KINDS = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "date": "DATE",
}
"""Of all others, which are moments: TIMESTAMP."""

Row = dict[str, Any]
SECOND = dt.timedelta(seconds=1)


def hours(n: float) -> dt.datetime:
    """So many hours from the as-of time."""
    return NOW + dt.timedelta(hours=n)


def literal(value: Any) -> str:
    """A value in SQL; statements with parameters are planned anew for each row."""
    if value is None:
        return "NULL"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


class Compiled:
    """``build`` gets the named tables (in the order of ``schemas``) and gives the expression that is run."""

    def __init__(self, schemas: dict[str, dict[str, str]], build: Callable[..., ir.Table]) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.schemas = schemas
        for name, schema in schemas.items():
            columns = ", ".join(f'"{c}" {KINDS.get(kind, "TIMESTAMP")}' for c, kind in schema.items())
            self.con.execute(f'CREATE TABLE "{name}" ({columns})')
        tables = [ibis.table(ibis.schema(schema), name=name) for name, schema in schemas.items()]
        self.sql = str(ibis.to_sql(build(*tables), dialect="duckdb"))

    def rows(self, *given: list[Row]) -> list[Row]:
        """What comes out of these rows; every table's rows in the order of ``schemas``."""
        for (name, schema), rows in zip(self.schemas.items(), given, strict=True):
            self.con.execute(f'DELETE FROM "{name}"')
            if rows:
                cells = ", ".join("(" + ", ".join(literal(r.get(c)) for c in schema) + ")" for r in rows)
                self.con.execute(f'INSERT INTO "{name}" VALUES {cells}')
        found = self.con.execute(self.sql)
        heads = [d[0] for d in found.description]
        return [dict(zip(heads, row, strict=True)) for row in found.fetchall()]


# Few moments, so that they meet; some a second beside them.
moments = st.builds(
    lambda h, s: NOW + dt.timedelta(hours=h) + s * SECOND, st.integers(-4, 4), st.sampled_from([0, 0, 0, 0, 1, -1])
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Seldom nothing."""
    return st.one_of(st.none(), strategy, strategy)


def tables(most: int = 6, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    """Some rows, each with its number in ``row``."""
    rows = st.lists(st.fixed_dictionaries(columns), max_size=most)
    return rows.map(lambda found: [{"row": str(n), **row} for n, row in enumerate(found)])


def alike(found: list[Row], *columns: str) -> list[tuple[Any, ...]]:
    """The rows as sorted tuples of these columns."""
    return sorted((tuple(r[c] for c in columns) for r in found), key=repr)
