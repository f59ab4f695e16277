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
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

from bihuan.desk.database import from_url

NOW = dt.datetime(2022, 1, 6, 14)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database with all tables."""
    from django.core.management import call_command

    from bihuan.live.postgres import Server

    folder = tmp_path_factory.mktemp("desk")
    for path in (folder, *folder.parents):
        if path != Path(path.anchor) and path.stat().st_uid == Path("/tmp").stat().st_uid and path != Path("/tmp"):
            path.chmod(path.stat().st_mode | 0o711)
    server = Server(folder)
    server.start()
    databases = {"default": from_url(server.url())}
    settings.DATABASES = databases
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        del connections["default"]
    call_command("migrate", verbosity=0)
    setup_test_environment()
    yield server.url()
    teardown_test_environment()
    connection.close()
    server.stop()


@pytest.fixture(scope="session")
def county(database: str, tmp_path_factory: pytest.TempPathFactory) -> dt.datetime:
    """The demo county in the database, audited; its as-of time is the system's clock."""
    import psycopg

    from bihuan.demo import write
    from bihuan.live import clock, imports
    from bihuan.live.actions import SYSTEM
    from bihuan.live.auditor import Auditor

    folder = tmp_path_factory.mktemp("county")
    write(folder, people=3000, as_of=NOW)
    clock.set_to(NOW)
    imports.import_folder(SYSTEM, folder)
    with psycopg.connect(database, autocommit=True) as con:
        auditor = Auditor(con)
        auditor.full()
        auditor.close()
    return NOW


@pytest.fixture
def rolled_back(database: str) -> Iterator[None]:
    """What a test writes is gone after it."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Browser:
    """Asks for pages as somebody who is signed in."""

    client: Client

    def get(self, path: str, lang: str = "zh", **query: str) -> Any:
        self.client.cookies["bihuan_lang"] = lang
        return self.client.get(path, query)

    def queries(self, path: str, **query: str) -> int:
        """How many statements a page takes; without the clock's, which a process asks for once a second."""
        with CaptureQueriesContext(connection) as seen:
            answer = self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code)
        return sum("live_clock" not in q["sql"] for q in seen.captured_queries)


@pytest.fixture
def browser(county: dt.datetime, rolled_back: None) -> Browser:
    """Signed in as 张三, duty officer of everything."""
    user = get_user_model().objects.create(username="zhangsan", name="张三", role="值班", whole=True)
    client = Client()
    client.force_login(user)
    return Browser(client)
