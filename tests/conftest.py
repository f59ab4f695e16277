"""The compiled program of these tests lies beside them, whatever other copies of the code keep elsewhere; Django is as
the desk has it: whoever comes first would otherwise set it up for all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as generated

from tests.fuzz import record

os.environ.setdefault("BIHUAN_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "bihuan"))

import django
from django.conf import settings

from bihuan.desk import settings as desk

if not settings.configured:
    settings.configure(**{name: getattr(desk, name) for name in dir(desk) if name.isupper()})
    django.setup()

# The suite draws the same examples every time; `make fuzz` draws many others, and prints how to draw a failing one again.
generated.register_profile("short", derandomize=True, deadline=None, max_examples=30)
generated.register_profile("suite", derandomize=True, deadline=None, max_examples=80)
generated.register_profile("fuzz", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "5000")), print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "short")
generated.load_profile(PROFILE)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Commands that a test runs within this process set its environment: it is as before after the test."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


started = time.monotonic()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A long run of generated examples is recorded."""
    if PROFILE == "fuzz" and not hasattr(session.config, "workerinput"):
        drawn = f"{generated().max_examples} examples a test"
        record("kernel", drawn, "", session.testscollected, session.testsfailed, time.monotonic() - started)
