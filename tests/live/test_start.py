"""What a start does to the clock of the demo county."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest

from bihuan.live import clock, models, start

pytestmark = pytest.mark.usefixtures("con")


def test_the_demo_countys_clock_starts_where_its_story_ends() -> None:
    start.set_demo_clock()
    now, machine = clock.now(), clock.machine()
    assert now.time() < dt.time(14, 1) and now.hour == 14
    assert dt.timedelta(0) <= machine - now < dt.timedelta(days=1, minutes=1)


def test_it_goes_on_where_it_stopped(con: psycopg.Connection[Any]) -> None:
    models.Batch.objects.create(at=dt.datetime(2022, 1, 6, 14), kind="import", token=start.DEMO)
    models.Batch.objects.create(at=dt.datetime(2022, 1, 6, 15, 30), kind="save")
    start.set_clock(None)
    start.set_demo_clock()
    assert clock.now() - dt.datetime(2022, 1, 6, 15, 30) < dt.timedelta(minutes=1)
    models.Clock.objects.update(audited=dt.datetime(2022, 1, 6, 16))
    start.set_demo_clock()
    assert clock.now() - dt.datetime(2022, 1, 6, 16) < dt.timedelta(minutes=1)


def test_of_other_ledgers_it_stays_the_machines() -> None:
    models.Batch.objects.create(at=dt.datetime(2022, 1, 6, 14), kind="import")
    start.set_clock(None)
    start.set_demo_clock()
    assert not clock.is_set()
