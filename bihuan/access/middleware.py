"""Every request in a transaction, in the scope of whoever asks.

``TransactionMiddleware`` stands outside sessions and accounts and opens at the door; ``ScopeMiddleware`` stands right
inside of them and narrows to what the account may see. What a view wrote before it failed is rolled back. A stream runs
after the transaction: it has no scope, and sees nothing unless it takes one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from bihuan.access import scope
from bihuan.access.models import Account
from bihuan.access.scope import Scope
from bihuan.live import clock
from bihuan.live.actions import Refused

Answer = Callable[[HttpRequest], HttpResponseBase]

OUTSIDE = frozenset({"/healthz"})
"""Addresses that are answered without the database."""

ENDED = "access.ended"
"""In the session of whoever was signed out: the account or its duty has ended."""


class TransactionMiddleware:
    """One transaction a request, begun at the door."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in OUTSIDE:
            return self.get_response(request)
        with transaction.atomic():
            scope.enter(scope.DOOR)
            response = self.get_response(request)
        if response.streaming and not connection.in_atomic_block:
            connection.close()  # it may run for hours, and must not keep a connection meanwhile
        return response


class ScopeMiddleware:
    """The scope of the account that is signed in; one that has ended is signed out."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        account: Any = request.user
        named = SESSION_KEY in request.session  # also where the account has ended, and so is nobody's
        if named and (not account.is_authenticated or over(account)):
            logout(request)
            request.session[ENDED] = True
            return redirect(reverse("login"))
        if account.is_authenticated:
            if account.new_password and request.path not in map(
                reverse, ("account_change_password", "logout", "language")
            ):
                return redirect(reverse("account_change_password"))
            scope.enter(Scope.of(account))
        savepoint = transaction.savepoint() if connection.in_atomic_block else None
        request.bihuan_savepoint = savepoint
        response = self.get_response(request)
        if not connection.closed_in_transaction:
            scope.enter(scope.DOOR)  # whoever answers outside of us saves the session
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What the view did is undone; what is said of it, others say."""
        undo(request)
        return None


def undo(request: HttpRequest) -> None:
    """Roll back what the view wrote; what was read of the session stays."""
    savepoint = getattr(request, "bihuan_savepoint", None)
    if savepoint is not None:
        transaction.savepoint_rollback(savepoint)


def over(account: Account) -> bool:
    """Whether an account has ended, by itself or with the last of its officer's duties."""
    now = clock.now()
    if account.until is not None and account.until <= now:
        return True
    if not account.by_duty:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT bihuan_on_duty(%s, %s)", [account.officer, now])
        return not cursor.fetchone()[0]


def refused(exception: BaseException) -> bool:
    """Whether a rule refused: a row outside of the account's area or unit, a ledger that is not its role's."""
    if isinstance(exception, Refused):
        return True
    cause = exception.__cause__ if isinstance(exception, DatabaseError) else None
    return getattr(cause, "sqlstate", "") == "42501"
