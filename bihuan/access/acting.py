"""Who acts (经办): an account, as the living loop wants to know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.access import roles
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
