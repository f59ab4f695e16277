"""Tables read ahead when the desk starts: all that fit into the memory that is to be filled, and nothing beyond."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from bihuan.live import warming

WHOLE = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"


def _can(con: psycopg.Connection[Any]) -> bool:
    row = con.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_prewarm'").fetchone()
    return row is not None


def test_all_is_read_or_as_much_as_fits(con: psycopg.Connection[Any]) -> None:
    if not _can(con):
        pytest.skip("this PostgreSQL comes without pg_prewarm")
    con.execute("INSERT INTO ledger_areas (area, name) VALUES ('610723', '洋县')")
    whole = con.execute(WHOLE).fetchone()
    assert whole is not None
    assert warming.read(con, 10**12) == whole[0] > 100_000
    assert 0 < warming.read(con, 100_000) <= 100_000
    assert warming.read(con, 0) == 0


def test_a_database_that_is_gone_stops_nobody() -> None:
    thread = warming.begin("postgresql://nobody@/nothing?host=/nowhere")
    thread.join(30)
    assert not thread.is_alive()
