"""The connections of a web process, after the database was killed: nobody waits for one that is dead."""

from __future__ import annotations

import psycopg
from django.db import connections

from bihuan.desk.database import from_url
from bihuan.desk.pooled.base import DatabaseWrapper
from tests.own_postgres import own_database

KEPT = 6
"""As in a web process."""


def test_all_connections_that_were_cut_off_are_replaced_by_whoever_finds_the_first() -> None:
    """The pool's own check has met three of them when its five seconds are over."""
    with own_database() as url:
        entry = {**from_url(url), "OPTIONS": {"pool": {"min_size": KEPT, "timeout": 5}}}
        wrapper = DatabaseWrapper(connections.configure_settings({"default": entry})["default"], "cut_off")
        wrapper.pool.open(wait=True)
        try:
            with psycopg.connect(url, autocommit=True) as con:
                cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
                assert con.execute(f"{cut} AND pid <> pg_backend_pid()").fetchone() >= (KEPT,)
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT 1")
                assert cursor.fetchone() == (1,)
        finally:
            wrapper.close()
            wrapper.close_pool()
