"""A PostgreSQL of the tests' own, all tables in it, accounts of several kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from bihuan.desk.database import from_url


def connect_to(url: str) -> None:
    """Django's connection of this thread, to this address."""
    databases = {"default": from_url(url)}
    settings.DATABASES = databases
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        connection.close()
        del connections["default"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's address of an empty database with all tables."""
    from bihuan.live import start
    from bihuan.live.postgres import Server

    folder = tmp_path_factory.mktemp("access")
    for path in (folder, *folder.parents):  # the server may run as somebody else
        if path not in (Path(path.anchor), Path("/tmp")):
            path.chmod(path.stat().st_mode | 0o711)
    own = Server(folder)
    own.start()
    connect_to(own.url())
    start.migrate()
    yield own.url()
    connection.close()
    own.stop()


@pytest.fixture
def database(server: str) -> Iterator[None]:
    """The owner's connection; what a test writes is gone after it."""
    connect_to(server)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
