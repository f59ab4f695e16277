"""Jobs (Procrastinate): what takes long or comes round on schedule. Each may run twice and has its effect once."""

from __future__ import annotations

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

STALLED_S = 30
"""A job whose worker has not been heard of for so long is taken up by another."""


@app.periodic(cron="* * * * * 7-59/15")
@app.task(name="live.retry_stalled", queue="live", queueing_lock="live.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed are put back, each whatever becomes of the others. Between the quarters of a minute
    at which other tasks come round."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # its like waits already: the next time it comes round, or another killed one
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        except ConnectorException:
            logging.warning("job %s (%s) was not put back", job.id, job.task_name, exc_info=True)


@app.periodic(cron="17 3 * * *")
@app.task(name="live.tidy", queue="live", queueing_lock="live.tidy")
def tidy(timestamp: int) -> None:
    """Events that no page waits for any more, and jobs that are done."""
    from bihuan.live import clock, events
    from bihuan.live.models import Event

    Event.objects.filter(at__lt=clock.now() - events.KEEP).delete()
