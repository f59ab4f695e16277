"""What moves, told to open pages as it happens: server-sent events."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse

from bihuan.access.hearing import Listener
from bihuan.access.models import Account
from bihuan.access.scope import Scope
from bihuan.desk.viewing import Asked
from bihuan.live import events as live
from bihuan.live.models import Event


def events(asked: Asked) -> StreamingHttpResponse:
    """The stream. Pages are told that something moved that the viewer may see, never what: that the page asks for anew.
    It ends with the session."""
    last = asked.headers.get("Last-Event-ID", "")
    account: Account = asked.user
    listener = Listener(account.pk, account.password, asked.session.session_key or "", Scope.of(account))
    stream = live.stream(int(last) if last.isdigit() else None, told, listener)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


KEPT: dict[str, tuple[str, ...]] = {"holes": (), "rows": ("ledger",), "reload": (), "clock": ()}


def told(event: Event) -> dict[str, Any] | None:
    """What of an event a page needs to know; None: nothing."""
    if event.kind not in KEPT:
        return None
    return {word: event.said.get(word) for word in KEPT[event.kind]}
