"""The compiled program of these tests lies beside them, whatever other copies of the code keep elsewhere; Django is as
the desk has it: whoever comes first would otherwise set it up for all."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("BIHUAN_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "bihuan"))

import django
from django.conf import settings

from bihuan.desk import settings as desk

if not settings.configured:
    settings.configure(**{name: getattr(desk, name) for name in dir(desk) if name.isupper()})
    django.setup()
