"""The system's clock: the machine's, or one that was set (``bihuan serve --now``) and runs on from there.

The same in every process: the offset stands in the database. Local time of China (UTC+8), as ledgers hold it, to the
second, without a zone.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

ZONE = dt.timezone(dt.timedelta(hours=8))
FRESH_S = 1.0
"""How long a process believes the offset that it read."""

_read: tuple[float, dt.timedelta] | None = None


def machine() -> dt.datetime:
    """The machine's time, as local time of China."""
    return dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)


def ahead() -> dt.timedelta:
    """How far the system's clock is ahead of the machine's; zero where nobody set it."""
    global _read
    if _read is None or time.monotonic() - _read[0] > FRESH_S:
        from bihuan.live.models import Clock

        row = Clock.objects.filter(pk=1).first()
        _read = (time.monotonic(), dt.timedelta(seconds=row.ahead if row else 0))
    return _read[1]


def now() -> dt.datetime:
    """The moment at which the system is."""
    return machine() + ahead()


def moment(con: psycopg.Connection[Any]) -> dt.datetime:
    """The same, read at once from the database: for who must not believe what it read before."""
    row = con.execute("SELECT ahead FROM live_clock WHERE id = 1").fetchone()
    return machine() + dt.timedelta(seconds=row[0] if row else 0)


def is_set() -> bool:
    """Whether the system's clock is not the machine's: every page says so."""
    return abs(ahead()) > dt.timedelta(seconds=1)


def set_to(moment: dt.datetime | None) -> None:
    """Start the system's clock at ``moment``; None: back to the machine's."""
    global _read
    from bihuan.live.models import Clock

    offset = 0 if moment is None else round((moment - machine()).total_seconds())
    Clock.objects.update_or_create(pk=1, defaults={"ahead": offset})
    _read = None
