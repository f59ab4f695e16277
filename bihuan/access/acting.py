"""Who acts (经办): an account, as the living loop wants to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bihuan.access import ground, roles, scope
from bihuan.access.models import Account
from bihuan.kernel.ledger import Ledger


@dataclass(frozen=True)
class Actor:
    """An account that writes. Which ledgers, its role says; whose rows, the database (``rules``)."""

    account: Account

    @property
    def name(self) -> str:
        return str(self.account.username)

    def may(self, act: str, ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> bool:
        return roles.writes(self.account.role, self.account.group, ledger.name)


@contextmanager
def in_name_of(account: Account) -> Iterator[Actor]:
    """The database is asked as the desk asks it for this account: as its role, in its scope, within one transaction.
    For jobs of the worker, which is the owner of the tables and sees everything otherwise."""
    secret = scope.key() or bytes.fromhex(ground.scope_key(settings.SECRET_KEY))
    with transaction.atomic(), scope.lent(secret):
        _say(f'SET LOCAL ROLE "{ground.role()}"; SET LOCAL search_path = public, pg_temp')
        with scope.held(scope.Scope.of(account)):
            yield Actor(account)
        _say("RESET ROLE; RESET search_path")


def _say(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
