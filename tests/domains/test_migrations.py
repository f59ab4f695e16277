"""The migrations are as the models are: nobody finds changes that he did not make."""

from __future__ import annotations

import os
import subprocess
import sys

from bihuan.domains import catalogue


def test_no_migration_is_missing() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "bihuan.desk.settings"}
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", *catalogue.ROOMS]
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
