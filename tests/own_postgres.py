"""A PostgreSQL of the tests' own, and Django's connection turned to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from bihuan.desk.database import from_url


@contextmanager
def own_server() -> Iterator[str]:
    """The owner's address of an empty database. Not in pytest's own folder, which pytest closes to others whenever it
    starts anywhere: the server may run as somebody else."""
    from bihuan.live.postgres import Server

    folder = Path(tempfile.mkdtemp(prefix="bihuan-test-"))
    folder.chmod(0o711)
    server = Server(folder)
    server.start()
    try:
        yield server.url()
    finally:
        if hasattr(connections._connections, "default"):
            connection.close()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def connect_to(url: str) -> None:
    """Django's connection of this thread, to this address."""
    databases = {"default": from_url(url)}
    settings.DATABASES = databases
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        connection.close()
        del connections["default"]
