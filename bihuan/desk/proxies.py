"""From where a request came, where proxies stand before the desk.

Each writes the address of whoever asked it at the end of X-Forwarded-For. Anybody else may write there too: only those
that the installation names are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(said: str) -> list[Network]:
    """Addresses and networks, parted by commas. Raises ValueError for what is neither."""
    return [ipaddress.ip_network(part.strip(), strict=False) for part in said.split(",") if part.strip()]


def client(peer: str, forwarded: str, trusted: Iterable[Network]) -> str:
    """Who asked: ``peer``, or behind proxies that are trusted, what the foremost of them wrote of whoever asked it."""
    trusted = list(trusted)
    for told in reversed(forwarded.split(",")):
        if not _within(peer, trusted) or (address := _read(told)) is None:
            break
        peer = str(address)
    return peer


def _within(text: str, trusted: Iterable[Network]) -> bool:
    address = _read(text)
    return address is not None and any(address in network for network in trusted)


def _read(text: str) -> Address | None:
    """An address as proxies write it: also with a port, or of IPv4 in the dress of IPv6."""
    text = text.strip()
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


class ProxiesMiddleware:
    """REMOTE_ADDR is that of whoever asked: for what is recorded of looks, and for locks after wrong passwords."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = networks(settings.BIHUAN_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.trusted:
            forwarded = request.headers.get("X-Forwarded-For", "")
            request.META["REMOTE_ADDR"] = client(request.META.get("REMOTE_ADDR", ""), forwarded, self.trusted)
        return self.get_response(request)
