"""Whoever asks through proxies: those that are named are believed, nobody else."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from bihuan.desk.proxies import ProxiesMiddleware


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ("", "10.0.0.1", "192.0.2.7", "10.0.0.1"),  # nobody is named
        ("10.0.0.1", "10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "192.0.2.9", "192.0.2.7", "192.0.2.9"),  # not a proxy of ours
        ("10.0.0.1", "10.0.0.1", "127.0.0.1, 192.0.2.7", "192.0.2.7"),  # what the visitor himself wrote before
        ("10.0.0.0/24, ::1", "::1", "192.0.2.7, 10.0.0.3", "192.0.2.7"),  # one behind the other
        ("10.0.0.0/24", "10.0.0.1", "10.0.0.3", "10.0.0.3"),  # within the network of the proxies
        ("10.0.0.1", "::ffff:10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", "10.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "", "192.0.2.7", ""),
    ],
)
def test_the_address_is_what_the_foremost_trusted_proxy_wrote(
    proxies: str, peer: str, forwarded: str, expected: str
) -> None:
    seen: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    with override_settings(BIHUAN_PROXIES=proxies):
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        ProxiesMiddleware(answer)(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))
    assert seen == [expected]
