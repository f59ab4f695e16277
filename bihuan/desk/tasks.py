"""Jobs of uploads, asked for by the rows themselves (migration 0003). Each may run twice and has its effect once."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

AGAIN = RetryStrategy(max_attempts=10, wait=5, retry_exceptions={OperationalError, InterfaceError})
"""A database that was away for a moment is no fault of the file's."""


@app.task(name="desk.see", queue="uploads", retry=AGAIN)
def see(*, pk: int) -> None:
    """Read the files; keep what they would do."""
    from bihuan.desk import uploads

    uploads.see(pk)


@app.task(name="desk.take", queue="uploads", retry=AGAIN)
def take(*, pk: int) -> None:
    """Write what was seen."""
    from bihuan.desk import uploads

    uploads.take(pk)
