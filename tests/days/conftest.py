"""One desk for all days: ``bihuan serve --demo`` as a headquarters starts it, its accounts, and a browser.

Each day works on holes of its own, so that the days may come in any order.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium_started

BIHUAN = (sys.executable, "-m", "bihuan.cli")
NOW = "2022-01-06T14:00"
PASSWORD = "牡丹江 2022"
START_S = 240
"""Seconds that a start may take on a machine that is busy with other tests."""

OWN = Path(__file__).parents[2] / "examples" / "own-file" / "own.toml"
"""Ledgers of the county's own: in the desk's data directory they are part of it."""

HOTEL = "U000351"
"""An isolation hotel of the demo county, in which most can go wrong."""
TOWN = "610723109"

# Name → role and binding, as the shell's `bihuan user add` takes them.
ACCOUNTS: dict[str, dict[str, Any]] = {
    "zhihuibu": {"role": "值班", "name": "张三", "whole": True},
    "xianzhi": {"role": "值班", "name": "李四", "area": "610723"},
    **{
        f"zhuanban{n}": {"role": "专班", "group": group, "name": f"{group}组", "area": "6107"}
        for n, group in enumerate(("流调", "隔离", "检测", "物资", "疫苗", "口岸", "冷链"))
    },
    "zhen": {"role": "干部", "name": "王五", "area": TOWN, "officer": "O000128"},
    "jiudian": {"role": "单位", "name": "赵六", "unit": HOTEL},
    "ducha": {"role": "督查", "name": "钱七", "area": "6107"},
}
FIRST_PASSWORD = "xianzhi"
"""The account whose password somebody else knows: it changes it when it first signs in."""

MAKE = """
import json, sys
from bihuan.live import installation
with installation.opened(sys.argv[1]) as here:
    here.set_up()
    from bihuan.access import accounts, scope
    from bihuan.access.models import Account
    asked = json.loads(sys.argv[2])
    with scope.system():
        for name, given in asked.items():
            accounts.add(accounts.Asked(username=name, **given), by="tests", password=sys.argv[3])
        Account.objects.exclude(username=sys.argv[4]).update(new_password=False)
"""


@dataclass
class Desk:
    """Where it answers, where its data lie, its first administrator's password."""

    address: str
    data: Path
    administrator: str

    def shell(self, *words: object) -> subprocess.CompletedProcess[str]:
        """``bihuan …`` on the same data."""
        return subprocess.run(
            [*BIHUAN, *map(str, words), "--data", str(self.data)], capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """A running desk on the demo county; the accounts of ACCOUNTS may sign in to it."""
    import json

    data = Path(tempfile.mkdtemp(prefix="bihuan-days-"))
    data.chmod(0o711)  # the database may run as somebody else
    (data / "desk" / "own").mkdir(parents=True)
    shutil.copy(OWN, data / "desk" / "own")
    said = data / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [*BIHUAN, "serve", "--demo", "--now", NOW, "--port", "0", "--data", str(data / "desk")],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    try:
        began = time.monotonic()
        while True:
            text = said.read_text(encoding="utf-8")
            address, password = re.search(r"http://\S+:\d+", text), re.search(r"口令 ([^\s（]+)", text)
            if address and password and "Ctrl-C" in text:
                break
            assert process.poll() is None and time.monotonic() - began < START_S, text
            time.sleep(0.2)
        made = [sys.executable, "-c", MAKE, str(data / "desk"), json.dumps(ACCOUNTS), PASSWORD, FIRST_PASSWORD]
        subprocess.run(made, check=True)
        yield Desk(address[0], data / "desk", password[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium(desk: Desk) -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


class Day:
    """Somebody's day: signed in, with as many pages open as wanted; what the browser complains of is kept."""

    def __init__(self, browser: Browser, desk: Desk, username: str, password: str = PASSWORD, **options: Any) -> None:
        self.desk = desk
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1366, "height": 900}, locale="zh-CN", accept_downloads=True, **options
        )
        self.context.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.page = self._tab()
        self.page.goto(f"{desk.address}/login")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.locator("form.sign-in button[type=submit]").click()
        expect(self.page.locator(".who")).to_be_visible()

    def _tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        return page

    def open(self, path: str) -> Page:
        """A further page."""
        page = self._tab()
        page.goto(self.desk.address + path)
        return page

    def hole(self, hole: str, about: str = "") -> tuple[Page, Page]:
        """The list that holds an open hole and is left open; and the hole's own page, from its list."""
        listed = self.open(f"/holes/?hole={hole}")
        rows = listed.locator("tr[data-row] a.say").filter(has_text=about)
        expect(rows).to_have_count(1)
        own = self.open(rows.get_attribute("href") or "")
        expect(own.locator(".state").first).to_contain_text("未闭合")
        return listed, own

    def close(self) -> None:
        self.context.close()
        assert not self.complaints


@pytest.fixture
def day(chromium: Browser, desk: Desk) -> Iterator[Callable[..., Day]]:
    """Begin somebody's day; all that were begun end with the test."""
    begun: list[Day] = []

    def begin(username: str, password: str = PASSWORD, **options: Any) -> Day:
        begun.append(Day(chromium, desk, username, password, **options))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()
