"""Small tables for the kernel's own tests. The as-of time is the sentinel that stands for it in compiled SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bihuan.kernel.moments import NOW_SENTINEL

NOW = NOW_SENTINEL


def hours(n: float) -> dt.datetime:
    """So many hours from the as-of time."""
    return NOW + dt.timedelta(hours=n)


def table(schema: dict[str, str], rows: list[dict[str, Any]]) -> ir.Table:
    kinds = {
        "string": pa.string(),
        "boolean": pa.bool_(),
        "int64": pa.int64(),
        "int32": pa.int32(),
        "float64": pa.float64(),
    }
    arrow = pa.schema([(n, kinds.get(k, pa.timestamp("us"))) for n, k in schema.items()])
    return ibis.memtable(pa.Table.from_pylist(rows, schema=arrow), schema=ibis.schema(schema))


def rows(expression: ir.Table) -> list[dict[str, Any]]:
    return expression.to_pyarrow().to_pylist()
