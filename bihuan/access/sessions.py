"""Sessions (会话) in the database, looked at from the door alone: whoever is signed in reads nobody's."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as Stored

from bihuan.access import scope


class SessionStore(Stored):
    """As Django's, each statement in the scope of the door."""

    @classmethod
    def get_model_class(cls) -> Any:
        from django.contrib.sessions.models import Session

        return Session

    def load(self) -> Any:
        with scope.held(scope.DOOR):
            return super().load()

    def exists(self, session_key: str) -> Any:
        with scope.held(scope.DOOR):
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:
        with scope.held(scope.DOOR):
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with scope.held(scope.DOOR):
            super().delete(session_key)
