"""What comes round on schedule."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="29 3 * * *")
@app.task(name="access.tidy", queue="live", queueing_lock="access.tidy")
def tidy(timestamp: int) -> None:
    """What has been kept for its time is taken away."""
    from bihuan.access import keeping

    keeping.tidy()
