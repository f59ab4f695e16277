"""In whose sight the database is asked.

Books are kept over all rows, whoever writes one; pages are told that something moved, whoever moved it. A layer above
that hides rows (bihuan.access) says how that sight is had; without one everything is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Sight = Callable[[], AbstractContextManager[None]]

whole: Sight = nullcontext
"""Every row: which version of a key is the last, whether a reference names anything."""

herald: Sight = nullcontext
"""That something moved, and nothing of what."""


Heard = Callable[[Sequence[Any], int, int], list[list[int] | None]]


def _everything(listeners: Sequence[Any], after: int, until: int) -> list[list[int] | None]:
    from bihuan.live.models import Event

    every = list(Event.objects.filter(id__gt=after, id__lte=until).order_by("id").values_list("id", flat=True))
    return [every for _ in listeners]


heard: Heard = _everything
"""Of many listeners at once (whoever a stream says that it is), the ids of the events after one and up to another that
each may be told of; None for one who may hear no more."""
