"""Jobs of notices. Each may run twice, also at once, and has its effect once."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * * */15")
@app.task(name="notices.send", queue="live", queueing_lock="notices.send")
def send(timestamp: int) -> None:
    """What is due goes out; who has not read it is reminded."""
    from bihuan.notices import sending

    sending.run()
