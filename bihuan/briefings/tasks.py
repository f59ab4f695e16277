"""Jobs of briefings, asked for by the rows themselves (migration 0002). Each may run twice and has its effect once."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

AGAIN = RetryStrategy(max_attempts=10, wait=5, retry_exceptions={OperationalError, InterfaceError})
"""A database that was away for a moment is no fault of the briefing's."""


@app.task(name="briefings.draw", queue="briefings", retry=AGAIN)
def draw(*, pk: int) -> None:
    """Compute what is not computed, draw what is not drawn."""
    from bihuan.briefings import drawing

    drawing.make(pk)
    drawing.draw(pk)


@app.task(name="briefings.repeat", queue="briefings", retry=AGAIN)
def repeat(*, pk: int) -> None:
    """Compute a briefing again."""
    from bihuan.briefings import drawing

    drawing.repeat(pk)
