"""Who hears of what (谁听得到): many open streams at once, each in its own scope.

The rules of the table of events say it, as they do to whoever reads it: a function of the database that is nobody's but
the caller's looks at the events in one scope after the other, in one statement.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from bihuan.access import scope
from bihuan.access.models import Account
from bihuan.access.scope import Scope

HEARD = """
CREATE OR REPLACE FUNCTION bihuan_heard(scopes text[], after bigint, until bigint)
RETURNS TABLE (listener int, event bigint) LANGUAGE plpgsql AS $$
DECLARE before text := coalesce(current_setting('bihuan.scope', true), '');
BEGIN
  FOR n IN 1 .. coalesce(cardinality(scopes), 0) LOOP
    PERFORM set_config('bihuan.scope', scopes[n], true);
    RETURN QUERY SELECT n, e.id FROM public.live_event e WHERE e.id > after AND e.id <= until ORDER BY e.id;
  END LOOP;
  PERFORM set_config('bihuan.scope', before, true);
END $$"""
"""It runs as whoever calls it: the policies are in force, and a scope that is not signed shows nothing."""


@dataclass(frozen=True)
class Listener:
    """Whose stream it is: the account as it was when the stream was opened, what it might see, its session."""

    account: int
    password: str
    session: str
    whose: Scope


def heard(listeners: Sequence[Listener | None], after: int, until: int) -> list[list[int] | None]:
    """As bihuan.live.sight.heard. None as a listener: the owner's own, who hears everything."""
    if not listeners:
        return []
    with transaction.atomic():
        going = _going([one for one in listeners if one is not None])
        secret = scope.key()
        scopes = [*dict.fromkeys(one.whose for one in going), scope.HERALD]
        found = dict[Scope, list[int]]((whose, []) for whose in scopes)
        with connection.cursor() as cursor:
            signed = ["" if secret is None else _signed(whose, secret) for whose in scopes]
            cursor.execute("SELECT listener, event FROM bihuan_heard(%s::text[], %s, %s)", [signed, after, until])
            for listener, event in cursor.fetchall():
                found[scopes[listener - 1]].append(event)
    return [found[scope.HERALD] if one is None else found[one.whose] if one in going else None for one in listeners]


def _signed(whose: Scope, secret: bytes) -> str:
    return whose.signed(secret, connection.connection.info.backend_pid, time.time() + scope.LASTS_S)


def _going(listeners: Sequence[Listener]) -> set[Listener]:
    """Those whose sessions are there still, and whose accounts have neither ended nor been bound to something else, nor
    changed their passwords."""
    from django.contrib.sessions.models import Session

    from bihuan.access.middleware import over

    with scope.held(scope.DOOR):
        accounts = Account.objects.in_bulk({one.account for one in listeners})
        keys = {one.session for one in listeners}
        there = set(Session.objects.filter(session_key__in=keys).values_list("session_key", flat=True))
        ended = {pk for pk, account in accounts.items() if over(account)}
    return {
        one
        for one in listeners
        if one.session in there
        and one.account in accounts.keys() - ended
        and accounts[one.account].password == one.password
        and Scope.of(accounts[one.account]) == one.whose
    }
