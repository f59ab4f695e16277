"""Debian's Chromium, and what is asked of every page in it: that it is no wider than its screen, and that axe finds nothing
serious."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, expect, sync_playwright

AXE = Path(__file__).parent / "axe" / "axe.min.js"
SIZES = {"phone": (360, 740), "desk": (1366, 900), "wall": (2560, 1440)}
SLOW_MS = 20_000
"""Most that a page is waited for: the machine may be busy with other tests."""
HEADINGS = ("page-has-heading-one", "heading-order", "empty-heading")
"""What axe calls moderate and a page must not have either: who listens finds his way by headings."""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def desk_served() -> Iterator[str]:
    """The address of the desk, served by a thread of this process on Django's database as it is then."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def chromium_started() -> Iterator[Browser]:
    """It asks nobody but the pages that it is sent to."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=[
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
            ],
        )
        expect.set_options(timeout=SLOW_MS)
        yield browser
        browser.close()


def sized(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})


def wide(page: Page, size: str) -> bool:
    """Whether the page, as wide as that screen, must be moved sideways."""
    sized(page, size)
    return bool(page.evaluate("document.documentElement.scrollWidth") > SIZES[size][0])


def serious(page: Page) -> list[tuple[str, str, str]]:
    """(rule, place, what to do) of what axe finds on the page as it stands; axe comes past the policy of the page."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (v["id"], str(v["nodes"][0]["target"]), v["nodes"][0]["failureSummary"])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical") or v["id"] in HEADINGS
    ]
