"""What a browser may do with the desk's pages: scripts and styles of our own files alone, none written in a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",  # Tabler's form controls draw their marks as data
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)


METHODS = ("GET", "HEAD", "POST")
"""What the desk is asked by; a page would otherwise take any other for one that shows it."""


class ContentSecurityPolicyMiddleware:
    """The same strict policy on every answer. No browser and no proxy keeps one (our own static files aside): what one
    person may see, the next at the same screen may not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        allowed = request.method in METHODS
        response = self.get_response(request) if allowed else HttpResponseNotAllowed(METHODS)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers["Content-Security-Policy"] = POLICY
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response
