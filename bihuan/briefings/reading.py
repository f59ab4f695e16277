"""The ledgers of the database as it knew them when a briefing was made.

Rows are only ever added, so what was known is told by the batches that were written by then: a later row, even one that
tells of earlier days or takes another's place, is left out when a briefing is computed again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from bihuan.live import copies, tables

if TYPE_CHECKING:
    import duckdb

Known = Mapping[str, Any]
"""``batch``: the last batch that was there; ``without``: earlier ones that were still being written."""


def known() -> Known:
    """What the database knows now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM live_batch ORDER BY id")
        there = [int(row[0]) for row in cursor.fetchall()]
    last = there[-1] if there else 0
    return {"batch": last, "without": sorted(set(range(1, last)) - set(there))}


def was_known(alias: str, known: Known) -> str:
    """SQL: row ``alias`` had been written by then."""
    sql = f"coalesce({alias}.from_batch, 0) <= {int(known['batch'])}"
    without = ", ".join(str(int(n)) for n in known["without"])
    return f"{sql} AND coalesce({alias}.from_batch, 0) NOT IN ({without})" if without else sql


@contextmanager
def loaded(known: Known) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of the engine with ``ledger_<name>`` of every ledger."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="bihuan-briefing-") as folder:
        con = duckdb.connect(str(Path(folder) / "ledgers.duckdb"))
        con.execute("SET autoinstall_known_extensions = false; SET enable_progress_bar = false; SET threads = 2")
        try:
            for ledger in tables.ledgers().values():
                later = f"SELECT 1 FROM {tables.table(ledger)} n WHERE n.id = l.replaced_by AND {was_known('n', known)}"
                copies.fill(con, ledger, f"{was_known('l', known)} AND NOT EXISTS ({later})")
            yield con
        finally:
            con.close()
