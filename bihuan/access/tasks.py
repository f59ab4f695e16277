"""What comes round on schedule: records whose time is over are taken away."""

from __future__ import annotations

import datetime as dt

from procrastinate.contrib.django import app

SIGNED_IN = dt.timedelta(days=180)
"""How long it is kept who signed in from where."""


@app.periodic(cron="29 3 * * *")
@app.task(name="access.tidy", queue="live", queueing_lock="access.tidy")
def tidy(timestamp: int) -> None:
    """Looks that have been kept for their time, sessions that are over, sign-ins of long ago."""
    from axes.models import AccessAttempt, AccessFailureLog, AccessLog
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from bihuan.access import looks

    looks.tidy()
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=now - SIGNED_IN).delete()
