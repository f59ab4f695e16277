"""In whose sight the database is asked.

Books are kept over all rows, whoever writes one; pages are told that something moved, whoever moved it. A layer above
that hides rows (bihuan.access) says how that sight is had; without one everything is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Sight = Callable[[], AbstractContextManager[None]]

whole: Sight = nullcontext
"""Every row: which version of a key is the last, whether a reference names anything."""

herald: Sight = nullcontext
"""That something moved, and nothing of what."""
