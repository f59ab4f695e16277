"""What a start does to the database: migrations, the clock, the demo county, the first administrator."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bihuan.live.supervisor import Supervisor

READY_S = 60.0


def migrate() -> None:
    """All migrations, by themselves; two starts at once wait for each other."""
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    from bihuan.live import tables

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7102)")
    try:
        call_command("migrate", verbosity=0, interactive=False)
        tables.ensure()
        for app in apps.get_app_configs():
            getattr(app, "lay", lambda: None)()  # what an app lays on tables that are there
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


def demo(progress: Callable[[str, int, int], None]) -> bool:
    """The demo county where no ledger holds a row; False where some do."""
    from bihuan.demo import AS_OF, write
    from bihuan.live import actions, clock, imports, models

    if models.Batch.objects.exists():
        return False
    # Its story is told for two in the afternoon: the last one that the clock has passed.
    told = dt.datetime.combine(clock.now().date(), AS_OF.time())
    told -= dt.timedelta(days=int(told > clock.now()))
    with tempfile.TemporaryDirectory(prefix="bihuan-demo-") as folder:
        write(Path(folder), as_of=told, progress=lambda what, share: progress(what, round(share * 100), 100))
        imports.import_folder(actions.System("演示"), Path(folder), token="demo", progress=progress)
    return True


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
