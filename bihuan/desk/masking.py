"""Identity and phone numbers as the desk shows them: masked, but for those people for whom a purpose was stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from bihuan.access import purposes
from bihuan.audit import masking

_whole: ContextVar[frozenset[str]] = ContextVar("whole", default=frozenset())
"""The numbers that this request shows whole."""
_open: ContextVar[bool] = ContextVar("open", default=False)
"""Whether all numbers are shown whole: in a file whose purpose was stated."""


@contextmanager
def all_whole() -> Iterator[None]:
    """Within it no number is hidden: of a file for which a purpose was stated, and recorded of everybody in it."""
    mark = _open.set(True)
    try:
        yield
    finally:
        _open.reset(mark)


def masked(text: str) -> str:
    """The text, with identity and mobile phone numbers hidden (bihuan.audit.masking)."""
    if _open.get():
        return text
    whole = _whole.get()
    if not whole:
        return masking.masked(text)
    parts = re.split("(" + "|".join(map(re.escape, sorted(whole, key=len, reverse=True))) + ")", text)
    return "".join(part if part in whole else masking.masked(part) for part in parts)


def masked_document(text: str) -> str:
    """A whole document number hidden, of whatever kind."""
    return text if _open.get() or text in _whole.get() else masking.masked_document(text)


def masked_about(text: str, hole: Any) -> str:
    """What is said of a hole: identity and phone numbers hidden, and the document of whom it is about, of whatever
    kind that is."""
    subject = getattr(hole, "subject", None) if getattr(hole, "subject_kind", None) == "person" else None
    documents = {d for d in (subject, getattr(hole, "person", None)) if d} - _whole.get()
    for document in documents:
        word = rf"(?<![0-9A-Za-z]){re.escape(document)}(?![0-9A-Za-z])"
        text = masked_document(document).join(re.split(word, text))
    return masked(text)


class WholeNumbersMiddleware:
    """Shows those numbers whole for which this session has stated a purpose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        people = list(purposes.opened(request)) if request.user.is_authenticated else []
        mark = _whole.set(frozenset(numbers_of(people)))
        try:
            return self.get_response(request)
        finally:
            _whole.reset(mark)


def numbers_of(people: list[str]) -> set[str]:
    """Documents and phone numbers of people."""
    if not people:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT phone FROM ledger_people WHERE person = ANY(%s) AND phone <> ''", [people])
        return {*people, *(row[0] for row in cursor.fetchall())}
