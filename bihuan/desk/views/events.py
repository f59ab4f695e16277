"""What moves, told to open pages as it happens: server-sent events."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse

from bihuan.desk.viewing import Asked


def events(asked: Asked) -> HttpResponse | StreamingHttpResponse:
    """The stream. Pages are told that something moved, never what: what a viewer may see, the page asks for anew."""
    if find_spec("bihuan.live.events") is None:
        return HttpResponse(status=204)  # a browser that gets this asks no more
    last = asked.headers.get("Last-Event-ID", "")
    stream: Any = import_module("bihuan.live.events").stream(int(last) if last.isdigit() else None, told)
    connection.close()  # the stream may last for hours: it must not keep a connection
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def told(event: Any) -> dict[str, Any] | None:
    """What of an event a page needs to know."""
    said: dict[str, Any] = event.said
    kept = {"holes": ("areas", "loops"), "rows": ("ledger",)}.get(event.kind)
    return {word: said.get(word) for word in kept} if kept else None
