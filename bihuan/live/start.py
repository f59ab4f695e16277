"""What a start does to the database: migrations, the clock, the demo county, the first administrator."""

from __future__ import annotations

import datetime as dt
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from bihuan.live.supervisor import Supervisor

READY_S = 60.0


def migrate() -> None:
    """All migrations, by themselves; two starts at once wait for each other."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7102)")
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(7102)")


def set_clock(now: dt.datetime | None) -> None:
    """The system's clock at ``now``; None: the machine's."""
    from bihuan.live import clock

    clock.set_to(now)


def first_administrator() -> str | None:
    """Make ``admin`` where there is no administrator; the password, which nobody can read again."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model()
    if users.objects.administrators().exists():
        return None
    password = secrets.token_urlsafe(12)
    users.objects.create_superuser("admin", password=password)
    return password


def demo(progress: Callable[[str, int, int], None]) -> None:
    """The demo county where no ledger holds a row."""
    raise NotImplementedError


def ready(address: str, supervisor: Supervisor) -> bool:
    """Wait until the desk answers; False where it was told to end before."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    began = time.monotonic()
    while time.monotonic() - began < READY_S and not supervisor.ended.wait(0.1):
        try:
            with opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            continue
    return not supervisor.ended.is_set()
