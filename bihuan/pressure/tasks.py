"""Jobs of pressure. Each may run twice, also at once, and has its effect once."""

from __future__ import annotations

from procrastinate.contrib.django import app

_done: tuple[object, ...] | None = None
"""What the last run of this process found everything to depend on."""


@app.periodic(cron="* * * * * */15")
@app.task(name="pressure.tell", queue="live", queueing_lock="pressure.tell")
def tell(timestamp: int) -> None:
    """Whoever must act is told: 急 within a quarter of a minute, the rest in digests."""
    global _done
    from bihuan.live import clock
    from bihuan.pressure import telling

    now = clock.now()
    before = telling.mark(now)
    if before is None or before != _done:
        telling.run(now)
        _done = before


@app.periodic(cron="41 3 * * *")
@app.task(name="pressure.tidy", queue="live", queueing_lock="pressure.tidy")
def tidy(timestamp: int) -> None:
    """What has been kept for its time is taken away."""
    from bihuan.pressure import keeping

    keeping.tidy()
