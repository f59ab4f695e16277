"""How the desk writes: through the living loop's acts alone, in the name of who is signed in."""

from __future__ import annotations

from collections.abc import Mapping

from bihuan.access.acting import Actor
from bihuan.desk.viewing import Asked
from bihuan.kernel.ledger import Ledger
from bihuan.live import actions
from bihuan.live.actions import Saved


def save(asked: Asked, ledger: Ledger, row: Mapping[str, str], token: str | None) -> Saved:
    """Record one row. ``rejects`` say what could not be read; then nothing is written. Raises actions.Refused."""
    # A cell that was emptied is empty in the new version.
    whole = {column.name: row.get(column.name, "") for column in ledger.columns}
    return actions.save_rows(Actor(asked.user), ledger.name, [whole], token=token)


def retract(asked: Asked, ledger: Ledger, key: str, token: str | None) -> Saved:
    """Withdraw one row. Raises actions.Refused."""
    parts = key.split("|") if len(ledger.key) > 1 else key
    return actions.retract(Actor(asked.user), ledger.name, [parts], token=token)
