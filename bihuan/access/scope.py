"""The scope (范围) in which the database is asked: said by the application, signed, believed until the transaction
ends.

The desk's role sees no row without one (``rules``). A scope is set with ``set_config(…, true)``: commit and rollback
forget it, so a pooled connection carries nobody's sight on to the next. SQL that somebody smuggled in cannot make one:
it is signed with a key that no table shows, for this connection alone, and only until its expiry.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

if TYPE_CHECKING:
    from bihuan.access.models import Account

LASTS_S, LASTS_JOB_S = 900, 6 * 3600
"""How long a scope is believed, within its transaction; that of a job."""


@dataclass(frozen=True)
class Scope:
    """Who asks. ``kind``: user; door (nobody yet: sessions and passwords); herald (tells pages that something moved);
    system (bookkeeping and audits, which see everything)."""

    kind: str
    account: int = 0
    whole: bool = False
    area: str = ""
    unit: str = ""
    officer: str = ""
    manages: bool = False

    @staticmethod
    def of(account: Account) -> Scope:
        """What an account may see."""
        return Scope(
            kind="user",
            account=account.pk,
            whole=account.whole,
            area=account.area,
            unit=account.unit,
            officer=account.officer,
            manages=account.manages,
        )

    def signed(self, key: bytes, backend: int, until: float) -> str:
        """As the database believes it: the signature, then what is claimed."""
        claims: dict[str, Any] = {"k": self.kind, "x": until, "c": backend}
        if self.kind in ("user", "system"):
            claims |= {"a": self.account, "w": self.whole, "p": self.area, "u": self.unit, "o": self.officer}
            claims["m"] = self.manages
        body = json.dumps(claims, ensure_ascii=False)
        return hmac.new(key, body.encode(), hashlib.sha256).hexdigest() + body


DOOR = Scope("door")
HERALD = Scope("herald")
SYSTEM = Scope("system")


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks by which HMAC is made of SHA-256 (RFC 2104), as the database keeps the key."""
    block = key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


_lent: ContextVar[bytes | None] = ContextVar("lent", default=None)
"""The key by which the owner's own process asks as the desk does, for a job that somebody asked for."""


@contextmanager
def lent(secret: bytes) -> Iterator[None]:
    """Within it scopes are signed with this key, and believed for as long as a job may take."""
    mark = _lent.set(secret)
    try:
        yield
    finally:
        _lent.reset(mark)


def key() -> bytes | None:
    """The key of this process; None where it is nobody's desk but the owner's own (worker, shell): it sees all."""
    if _lent.get() is not None:
        return _lent.get()
    given = getattr(settings, "BIHUAN_SCOPE_KEY", "")
    return bytes.fromhex(given) if given else None


@contextmanager
def held(scope: Scope) -> Iterator[None]:
    """The database is asked in this scope; in a transaction of its own where there is none yet."""
    secret = key()
    if secret is None:
        yield
        return
    if not connection.in_atomic_block:
        with transaction.atomic(), held(scope):
            yield
        return
    before = getattr(connection, "bihuan_scope", None)
    _say(scope, secret)
    try:
        yield
    finally:
        connection.bihuan_scope = before
        if not _broken():
            _set("") if before is None else _say(before, secret)


def enter(scope: Scope) -> None:
    """From here on to the end of the transaction, or to the next word."""
    secret = key()
    if secret is not None:
        _say(scope, secret)


def system() -> Any:
    """Sees every row: bookkeeping of versions, an audit as of an earlier moment; never what a user asked for. Whoever
    asked before remains the one who writes."""
    before = getattr(connection, "bihuan_scope", None) or SYSTEM
    return held(replace(before, kind="system"))


def lies_in(area: str | None, unit: str | None) -> bool:
    """Whether something computed over all rows is whoever asks' to see, by its area or its unit."""
    now: Scope | None = getattr(connection, "bihuan_scope", None)
    if key() is None or (now is not None and (now.kind == "system" or now.whole)):
        return True
    if now is None or now.kind != "user":
        return False
    return bool((now.area and (area or "").startswith(now.area)) or (now.unit and unit == now.unit))


def herald() -> Any:
    """Sees that something moved, and nothing of what."""
    return held(HERALD)


def _say(scope: Scope, secret: bytes) -> None:
    connection.ensure_connection()
    lasts = LASTS_S if _lent.get() is None else LASTS_JOB_S
    _set(scope.signed(secret, connection.connection.info.backend_pid, time.time() + lasts))
    connection.bihuan_scope = scope


def _set(said: str) -> None:
    import psycopg

    # Bound by the server: what stands in pg_stat_activity is $1, not a scope. A database that went is told as Django
    # tells it: pages and streams know that it is gone by Django's errors.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT set_config('bihuan.scope', %s, true)", [said])


def _broken() -> bool:
    """Whether the transaction failed: rolled back, it forgets what was set in it."""
    from psycopg.pq import TransactionStatus

    raw = connection.connection
    return raw is None or raw.closed or raw.info.transaction_status != TransactionStatus.INTRANS
