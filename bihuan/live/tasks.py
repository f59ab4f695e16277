"""Jobs (Procrastinate): what takes long or comes round on schedule. Each may run twice and has its effect once."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

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


@app.task(name="live.import_folder", queue="live", pass_context=True)
def import_folder(
    context: JobContext, *, path: str, by: str, token: str, lang: str = "zh", remove: bool = False
) -> None:
    """Import a folder or file in the background; pages hear of it by the events ``import`` with this token.

    ``remove``: the folder is the import's own (an upload) and goes when it is done.
    """
    from bihuan.exchange.problems import NothingToRead
    from bihuan.live import actions, events, imports

    told = -1

    def progress(what: str, done: int, total: int) -> None:
        nonlocal told
        share = 100 * done // max(total, 1)
        if share != told:
            told = share
            events.tell("import", {"token": token, "what": what, "share": share})

    said: dict[str, Any]
    try:
        made = imports.import_folder(actions.System(by), Path(path), lang=lang, progress=progress, token=token)
        counts = {name: counts.to_dict() for name, counts in made.counts.items()}
        said = {"counts": counts, "rejected": made.rejected, "rejects": made.rejects[:100]}
        said["problems"] = [problem.said(lang) for problem in made.problems]
        said["batch"] = made.batch.id if made.batch else None
    except NothingToRead as nothing:
        said = {"failed": nothing.said(lang), "problems": [problem.said(lang) for problem in nothing.problems]}
    events.tell("import", {"token": token, "done": True, **said})
    if remove:
        shutil.rmtree(path, ignore_errors=True)
