"""A database of the tests' own, emptied before each test; Django's connection is turned to it, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from tests.own_postgres import connect_to, own_database


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The owner's address of an empty database with all tables."""
    before = settings.DATABASES
    with own_database() as url:
        back_to(before)
        yield url


def back_to(databases: Any) -> None:
    """Turn Django's connection to these databases."""
    settings.DATABASES = databases
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        connection.close()
        del connections["default"]


@pytest.fixture
def con(served: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of psycopg to the empty database, in autocommit; Django's is to the same."""
    before = settings.DATABASES
    connect_to(served)
    try:
        with psycopg.connect(served, autocommit=True) as con:
            empty(con)
            yield con
    finally:
        back_to(before)


def empty(con: psycopg.Connection[Any]) -> None:
    """No ledger holds a row, nothing was audited."""
    held = con.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND (tablename LIKE 'ledger\\_%' OR tablename LIKE 'live\\_%')"
    ).fetchall()
    con.execute(f"TRUNCATE {', '.join(name for (name,) in held)} RESTART IDENTITY CASCADE")
