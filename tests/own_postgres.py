"""A PostgreSQL of the tests' own, and Django's connection turned to it."""

from __future__ import annotations

import atexit
import fcntl
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.test.utils import _TestState, setup_test_environment, teardown_test_environment

from bihuan.desk.database import from_url


@contextmanager
def own_server() -> Iterator[str]:
    """The owner's address of an empty database. Not in pytest's own folder, which pytest closes to others whenever it
    starts anywhere: the server may run as somebody else."""
    from bihuan.live.postgres import Server

    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    server = Server(folder)
    try:
        with server.used():
            try:
                yield server.url()
            finally:
                if hasattr(connections._connections, "default"):
                    connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


PREFIX = "bihuan-test-"


def _sweep() -> None:
    """Take away what runs that were killed left behind: their servers have ended, nobody holds the lock."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with (folder / "users.lock").open("r+") as users:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, somebody else's, or hardly there yet


@contextmanager
def own_database(*, durable: bool = False) -> Iterator[str]:
    """The owner's address of an empty database with all tables; Django's connection is turned to it. ``durable``: it
    writes as those of a county do, for whoever measures."""
    from bihuan.live import start

    server, name = _laid(durable), f"tests_{next(_numbers)}"
    with psycopg.connect(_named(server, "postgres"), autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name} TEMPLATE bihuan")
        try:
            connect_to(_named(server, name))
            start.migrate()  # the roles of this one
            yield _named(server, name)
        finally:
            if hasattr(connections._connections, "default"):
                connection.close()
            con.execute(f"DROP DATABASE {name} WITH (FORCE)")


_numbers = itertools.count(1)


@cache
def _laid(durable: bool) -> str:
    """The address of a database with all tables that others are copied from, on a server that ends with this process;
    unless ``durable`` it would not outlive a fall of the machine."""
    from bihuan.live import start

    kept = ExitStack()
    atexit.register(kept.close)
    url = kept.enter_context(own_server())
    if not durable:
        with psycopg.connect(url, autocommit=True) as con:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                con.execute(f"ALTER SYSTEM SET {name} = off")
            con.execute("SELECT pg_reload_conf()")
    connect_to(url)
    start.migrate()
    connection.close()
    return url


def _named(url: str, database: str) -> str:
    return url.replace("/bihuan?", f"/{database}?")


def connect_to(url: str) -> None:
    """Django's connection of this thread, to this address."""
    from bihuan.live import clock

    databases = {"default": from_url(url)}
    settings.DATABASES = databases
    connections.settings = connections.configure_settings(databases)
    if hasattr(connections._connections, "default"):
        connection.close()
        del connections["default"]
    clock._read = None  # of the database before


@contextmanager
def as_tested() -> Iterator[None]:
    """Django's settings for tests; within such an environment nothing more is to be done."""
    if hasattr(_TestState, "saved_data"):
        yield
        return
    setup_test_environment()
    try:
        yield
    finally:
        teardown_test_environment()
