"""A database of the tests' own with the small county in it; what a test writes is gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.access import county
from tests.own_postgres import connect_to, own_database


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The owner's address of the database that holds the county and its four holes."""
    with own_database() as url:
        county.write()
        yield url


@pytest.fixture
def holes(served: str) -> Iterator[None]:
    """The owner's connection to it."""
    connect_to(served)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
