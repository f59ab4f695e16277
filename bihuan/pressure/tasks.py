"""Jobs of pressure. Each may run twice and has its effect once."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * * */15")
@app.task(name="pressure.tell", queue="live", lock="pressure.tell", queueing_lock="pressure.tell")
def tell(timestamp: int) -> None:
    """Whoever must act is told: 急 within a quarter of a minute, the rest in digests."""
    from bihuan.pressure import telling

    telling.run()
