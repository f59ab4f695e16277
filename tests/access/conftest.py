"""A database of the tests' own with all tables; what a test writes is gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.own_postgres import connect_to, own_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The owner's address of an empty database with all tables."""
    from bihuan.live import start

    with own_server() as url:
        connect_to(url)
        start.migrate()
        yield url


@pytest.fixture
def database(server: str) -> Iterator[None]:
    """The owner's connection; what a test writes is gone after it."""
    connect_to(server)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
