"""How the desk writes: through the living loop's acts alone, in the name of who is signed in."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from bihuan.desk.viewing import Asked


class Actor:
    """Who acts, as the living loop wants to know it."""

    def __init__(self, asked: Asked) -> None:
        self.name = asked.user.get_username()
        self.user = asked.user

    def may(self, act: str, ledger: str, rows: Any) -> bool:
        """Whoever is signed in may write; roles come beneath."""
        return bool(self.user.is_authenticated)


def _acts() -> Any:
    return import_module("bihuan.live.actions")


def save(asked: Asked, ledger: str, row: dict[str, str], token: str | None) -> Any:
    """Record one row. What it gives says in ``rejects`` what could not be read; then nothing is written."""
    return _acts().save_rows(Actor(asked), ledger, [row], token=token)


def retract(asked: Asked, ledger: str, key: str, token: str | None) -> Any:
    """Withdraw one row."""
    return _acts().retract(Actor(asked), ledger, [key], token=token)


def preview(asked: Asked, folder: Path) -> Any:
    """What an import of these files would do."""
    return _acts().preview_import(Actor(asked), folder)


def take_in(asked: Asked, folder: Path) -> Any:
    """Import these files."""
    return _acts().import_folder(Actor(asked), folder)
