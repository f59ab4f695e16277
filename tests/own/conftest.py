"""The two worked examples, installed as a county would install them; and small packages made for a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = {"own-loop": "village_broadcasts", "own-ledger": "rural_works"}
"""Folder of an example → the package in it."""


@dataclass
class Place:
    """An environment of its own: a folder of installed packages, a cache of compiled programs."""

    site: Path
    cache: Path
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.env = {**os.environ, "PYTHONPATH": str(self.site), "BIHUAN_CACHE": str(self.cache), "PYTHONUTF8": "1"}
        self.env.pop("BIHUAN_LANG", None)

    def run(self, *argv: object, module: str = "bihuan.cli") -> subprocess.CompletedProcess[str]:
        told = subprocess.run(
            [sys.executable, "-m", module, *map(str, argv)], env=self.env, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in told.stdout + told.stderr or module != "bihuan.cli", told.stderr
        return told

    def python(self, script: str) -> str:
        told = subprocess.run([sys.executable, "-c", script], env=self.env, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        return told.stdout.strip()


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Both examples, built and installed by pip."""
    home = tmp_path_factory.mktemp("county")
    sources = []
    for name in EXAMPLES:
        # A build leaves its own files beside the source: not in the repository.
        sources.append(shutil.copytree(ROOT / "examples" / name, home / name))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    how = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(home / "site")]
    subprocess.run([*pip, *how, *map(str, sources)], check=True, capture_output=True)
    (home / "cache").mkdir(mode=0o700)
    return Place(home / "site", home / "cache")


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Place]:
    """Install a package made of texts: ``package({"loops.py": "…"})``; its name is ``own_room``."""

    def make(files: dict[str, str], entry: str = "own_room") -> Place:
        site = tmp_path / "site"
        for name, text in {"__init__.py": "", **files}.items():
            path = site / "own_room" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        info = site / "own_room-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-room\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[bihuan.loops]\nown_room = {entry}\n", encoding="utf-8")
        (tmp_path / "cache").mkdir(mode=0o700, exist_ok=True)
        return Place(site, tmp_path / "cache")

    return make
