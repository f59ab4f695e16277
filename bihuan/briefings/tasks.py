"""Jobs of briefings, asked for by the rows themselves (migration 0002). Each may run twice and has its effect once."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="briefings.draw", queue="briefings")
def draw(*, pk: int) -> None:
    """Compute what is not computed, draw what is not drawn."""
    from bihuan.briefings import drawing

    drawing.make(pk)
    drawing.draw(pk)


@app.task(name="briefings.repeat", queue="briefings")
def repeat(*, pk: int) -> None:
    """Compute a briefing again."""
    from bihuan.briefings import drawing

    drawing.repeat(pk)
