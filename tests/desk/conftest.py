"""A PostgreSQL of the tests' own with the demo county in it, its holes found; pages asked for as a browser would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.own_postgres import as_tested, connect_to, own_database

NOW = dt.datetime(2022, 1, 6, 14)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """An empty database with all tables; pages ask it as the desk's own role."""
    from bihuan.access import ground

    with own_database() as url:
        ground.open_desk(url, "tests")
        turn_to(url)
        with as_tested():
            yield url
        settings.BIHUAN_SCOPE_KEY = ""


def turn_to(url: str) -> None:
    """Ask this database: tests of other folders may have turned to theirs in between."""
    from bihuan.access import ground

    connect_to(url)
    settings.BIHUAN_SCOPE_KEY = ground.scope_key("tests")


@pytest.fixture(scope="module", autouse=True)
def turned(request: pytest.FixtureRequest) -> None:
    """Before all else of a module that asks the database."""
    items = [item for item in request.session.items if item.path == request.node.path]
    if any("database" in getattr(item, "fixturenames", ()) for item in items):
        turn_to(request.getfixturevalue("database"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo county's ledgers as files."""
    from bihuan.demo import write

    made = tmp_path_factory.mktemp("county")
    write(made, people=3000, as_of=NOW)
    return made


@pytest.fixture(scope="session")
def county(database: str, folder: Path) -> dt.datetime:
    """The demo county in the database, audited; its as-of time is the system's clock."""
    import psycopg

    from bihuan.live import clock, imports
    from bihuan.live.actions import SYSTEM
    from bihuan.live.auditor import Auditor

    clock.set_to(NOW)
    imports.import_folder(SYSTEM, folder)
    with psycopg.connect(database, autocommit=True) as con:
        auditor = Auditor(con)
        auditor.full()
        auditor.close()
    return NOW


THEN = dt.datetime(2022, 1, 5, 18)
"""An earlier moment at which pages are looked at."""


@pytest.fixture(scope="session")
def then(county: dt.datetime) -> dt.datetime:
    """An earlier moment, audited as known then."""
    from bihuan.access import scope
    from bihuan.desk import then as audited
    from bihuan.desk.models import Snapshot

    with scope.system():
        audited.take(Snapshot.objects.create(at=THEN, imports=audited.last_import()))
    return THEN


@pytest.fixture
def rolled_back(database: str) -> Iterator[None]:
    """What a test writes is gone after it."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class AsDesk(Client):
    """A client whose requests ask the database as the desk's role, who sees what the rules let it see."""

    def request(self, **request: Any) -> Any:
        from bihuan.access import ground

        with connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL ROLE "{ground.role()}"')
        try:
            return super().request(**request)
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")


@dataclass
class Browser:
    """Asks for pages as somebody who is signed in."""

    client: Client

    def get(self, path: str, lang: str = "zh", **query: str) -> Any:
        self.client.cookies["bihuan_lang"] = lang
        return self.client.get(path, query)

    def queries(self, path: str, **query: str) -> int:
        """How many statements a page takes; without the clock's, which a process asks for once a second, and those of
        its transaction."""
        with CaptureQueriesContext(connection) as seen:
            answer = self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code)
        beside = ("SAVEPOINT", "RELEASE", "SET LOCAL", "RESET")
        asked = [q["sql"] for q in seen.captured_queries]
        return sum("live_clock" not in sql and not sql.startswith(beside) for sql in asked)


@pytest.fixture
def browser(county: dt.datetime, rolled_back: None) -> Browser:
    """Signed in as 张三, duty officer of everything."""
    user = get_user_model().objects.create(username="zhangsan", name="张三", role="值班", whole=True)
    client = AsDesk()
    client.force_login(user)
    return Browser(client)
