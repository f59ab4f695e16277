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


DEMO = "demo"
"""Token of the act that wrote the demo county."""


def set_demo_clock() -> None:
    """The clock of the demo county, where nobody names a moment. Its story ends at two in the afternoon; if time went
    on while nobody tells on, all its people would be late by the next morning. So the clock starts there, and later
    where it stopped with the desk. Of a database with other ledgers the clock stays the machine's."""
    from django.db.models import Max

    from bihuan.live import clock, models

    if not models.Batch.objects.exists():
        clock.set_to(_told(clock.now()))
    elif models.Batch.objects.filter(token=DEMO).exists():
        known = models.Clock.objects.values_list("audited", flat=True).first()
        written = models.Batch.objects.aggregate(at=Max("at"))["at"]
        clock.set_to(max(moment for moment in (known, written) if moment is not None))


def _told(now: dt.datetime) -> dt.datetime:
    """The moment for which the demo county's story is told: the last two in the afternoon that has passed."""
    from bihuan.demo import AS_OF

    told = dt.datetime.combine(now.date(), AS_OF.time())
    return told - dt.timedelta(days=int(told > now))


def demo(progress: Callable[[str, int, int], None]) -> bool:
    """The demo county where no ledger holds a row; False where some do."""
    from bihuan.demo import write
    from bihuan.live import actions, clock, imports, models

    if models.Batch.objects.exists():
        return False
    told = _told(clock.now())
    with tempfile.TemporaryDirectory(prefix="bihuan-demo-") as folder:
        write(Path(folder), as_of=told, progress=lambda what, share: progress(what, round(share * 100), 100))
        imports.import_folder(actions.System("演示"), Path(folder), token=DEMO, progress=progress)
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
