"""Databases of the tests' own: an empty one with all tables, and one with a county in it that is served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from bihuan.access import accounts, ground, scope
from bihuan.access.accounts import Asked
from bihuan.access.models import Account
from bihuan.live import clock
from tests.access import county
from tests.own_postgres import as_tested, connect_to, own_database


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The owner's address of an empty database with all tables."""
    with own_database() as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[None]:
    """The owner's connection; what a test writes is gone after it."""
    connect_to(server)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


NOW = dt.datetime(2022, 1, 6, 14)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The owner's address of the county's database, with accounts; Django is connected as the desk's role."""
    with own_database() as url:
        county.write()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_people (person, name, phone, area) VALUES (%s, '赵大', %s, '610723001001')",
                [county.DOCUMENT, county.PHONE],
            )
        clock.set_to(NOW)
        accounts.add(Asked("all", "值班", whole=True), "test")
        accounts.add(Asked("county", "值班", area="610723"), "test")
        accounts.add(Asked("east", "干部", area="610723001001"), "test")
        accounts.add(Asked("hotel", "单位", unit="HOTEL"), "test")
        accounts.add(Asked("duty", "干部", area="610723001001", officer="O1", by_duty=True), "test")
        Account.objects.update(new_password=False)
        opened = ground.open_desk(url, county.SECRET)
        settings.BIHUAN_SCOPE_KEY = opened["BIHUAN_SCOPE_KEY"]
        connect_to(opened["DATABASE_URL"])
        with as_tested():
            yield url
        settings.BIHUAN_SCOPE_KEY = ""


@pytest.fixture
def rows(served: str) -> Iterator[psycopg.Connection]:
    """The owner's own connection."""
    with psycopg.connect(served, autocommit=True) as con:
        yield con


def signed_in(username: str) -> Client:
    client = Client()
    with scope.held(scope.DOOR):
        client.force_login(Account.objects.get(username=username))
    return client


def shown(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, (path, answer.status_code)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()  # type: ignore[arg-type]
