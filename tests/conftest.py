"""The compiled program of these tests lies beside them, whatever other copies of the code keep elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("BIHUAN_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "bihuan"))
