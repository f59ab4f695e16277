"""Rows of the database for an audit of its own: a ledger at a time, by the connection that Django has."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.live import mirror, tables

if TYPE_CHECKING:
    import duckdb

    from bihuan.kernel.ledger import Ledger


def fill(con: duckdb.DuckDBPyConnection, ledger: Ledger, where: str) -> None:
    """Make ``ledger_<name>`` in ``con`` of the rows ``l`` that meet a condition, ``_row`` being their id."""
    from django.db import connection

    mirror.create(con, ledger)
    names = ", ".join(map(tables.quoted, (c.name for c in ledger.all_columns)))
    chosen = f"SELECT {tables.listed(ledger.all_columns, 'l.')}, l.id FROM {tables.table(ledger)} l WHERE {where}"
    with tempfile.NamedTemporaryFile(prefix="bihuan-", suffix=".csv") as file:
        with connection.cursor() as cursor, cursor.copy(f"COPY ({chosen}) TO STDOUT ({mirror.COPY})") as copy:
            for block in copy:
                file.write(block)
        file.flush()
        if file.tell() == 0:
            return
        kinds = {n: k for n, k in mirror.columns(ledger).items() if n not in ("_source", "_only")}
        con.execute(
            f"INSERT INTO ledger_{ledger.name} SELECT {names}, 0, _row, "
            f"count(*) OVER (PARTITION BY {tables.keys(ledger)}) = 1 "
            f"FROM {mirror.copied_rows(Path(file.name), kinds)}"
        )
