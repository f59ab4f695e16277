"""The desk in a real browser (Debian's Chromium): a hole closes on an open page when its fact is recorded elsewhere, keys
move through lists, pages fit from 360 pixels to a wall, axe finds nothing serious, and no page is refused anything by
its own security policy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from bihuan.live.auditor import Auditor
from tests.browser import SIZES, chromium_started, desk_served, serious, wide
from tests.desk.test_pages import pages

PASSWORD = "牡丹江 2022"


@pytest.fixture(scope="module")
def served(county: dt.datetime) -> Iterator[str]:
    """The address of the desk, served by a thread of this process; 李四 may sign in."""
    from bihuan.access.models import Account

    if not Account.objects.filter(username="lisi").exists():  # of another module's tests
        Account.objects.create_user("lisi", PASSWORD, name="李四", role="值班", whole=True)
    with desk_served() as address:
        yield address


@pytest.fixture(scope="module")
def addresses(county: dt.datetime) -> dict[str, str]:
    """Of one page of each kind; looked up before the browser's loop runs, which Django's database will not share."""
    return pages()


OFFICERS = "officer,name\n"
FILES = {
    "import_read": ("officers.csv", OFFICERS),
    "import_seen": ("officers.csv", OFFICERS + "O900001,郑一\nO000128,郑二\nO900002,\n"),
    "import_wrong": ("officers.csv", OFFICERS + "O900001,\n"),
    "import_refused": ("随便.csv", "甲,乙\n1,2\n"),
    "import_done": ("officers.csv", OFFICERS + "O900003,郑三\nO900004,\n"),
}
"""Page of an import → the file's name and what stands in it."""


@pytest.fixture(scope="module")
def imported(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of one page of each state that an import of 李四's may be in: being read, seen, of no use, written."""
    from bihuan.access.models import Account
    from bihuan.desk import uploads
    from bihuan.desk.models import Upload

    with override_settings(BIHUAN_DATA=str(tmp_path_factory.mktemp("data"))):
        account = Account.objects.get(username="lisi")
        kept = {
            page: uploads.keep(account, [(SimpleUploadedFile(name, text.encode()), name)], "zh")
            for page, (name, text) in FILES.items()
        }
        for page, upload in kept.items():
            if page != "import_read":
                uploads.see(upload.pk)
        Upload.objects.filter(pk=kept["import_done"].pk).update(state=Upload.ASKED)
        uploads.take(kept["import_done"].pk)
        states = {page: Upload.objects.get(pk=upload.pk).state for page, upload in kept.items()}
        assert list(states.values()) == ["reading", "seen", "seen", "refused", "done"]
        yield {page: f"/import/{upload.token}/" for page, upload in kept.items()}


@pytest.fixture(scope="module")
def chromium(served: str, addresses: dict[str, str], imported: dict[str, str]) -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(served: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of somebody who has signed in through the page."""
    page = chromium.new_page()
    page.goto(f"{served}/holes/")
    page.fill("#id_username", "lisi")
    page.fill("#id_password", PASSWORD)
    page.click("form.sign-in button[type=submit]")
    expect(page).to_have_url(re.compile("/holes/$"))
    expect(page.locator(".who")).to_have_text("李四")
    path = tmp_path_factory.mktemp("session") / "cookies.json"
    page.context.storage_state(path=path)
    page.context.close()
    return path


class Desk:
    """Pages of one session; what the browser complains of is kept."""

    def __init__(self, browser: Browser, address: str, cookies: Path, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(storage_state=cookies, **options)
        self.context.set_default_timeout(60_000)  # a machine that is busy with other tests
        self.context.set_default_navigation_timeout(60_000)
        self.complaints: list[str] = []

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda m: self.complaints.append(f"{path}: {m.text}") if m.type in ("error", "warning") else None,
        )
        page.goto(self.address + path)
        return page

    def language(self, lang: str) -> None:
        self.context.add_cookies([{"name": "bihuan_lang", "value": lang, "url": self.address}])


@pytest.fixture
def desk(served: str, chromium: Browser, session: Path) -> Iterator[Desk]:
    made = Desk(chromium, served, session, viewport={"width": 1366, "height": 900})
    yield made
    made.context.close()


def audit(database: str) -> None:
    """What the worker does when rows have moved."""
    with psycopg.connect(database, autocommit=True) as con:
        auditor = Auditor(con)
        auditor.catch_up()
        auditor.close()


def test_a_hole_closes_on_an_open_page_once_its_fact_is_recorded_on_another(desk: Desk, database: str) -> None:
    listed = desk.open("/holes/?hole=measure.untested")
    rows = listed.locator("tr[data-row]")
    number = rows.count()
    assert number > 0
    page = desk.open("/holes/?hole=measure.untested")
    page.locator("tr[data-row] a.say").first.click()
    expect(page.locator(".state")).to_contain_text("未闭合")
    expect(page.locator(".tick-missing")).to_be_visible()
    page.locator(".remedy a.btn-primary").click()
    expect(page.locator("h1")).to_contain_text("核酸检测")
    page.locator("form.row-form button[type=submit]").click()
    expect(page.locator(".notice")).to_contain_text("已登记")
    audit(database)
    expect(rows).to_have_count(number - 1, timeout=10_000)
    expect(page.locator(".state")).to_contain_text("已闭合", timeout=10_000)
    assert not desk.complaints


def test_a_cell_that_cannot_be_read_is_said_beside_it(desk: Desk) -> None:
    page = desk.open("/ledgers/people/new")
    page.fill("#id-person", "610723199210250031")
    page.fill("#id-name", "测试")
    page.fill("#id-area", "610723001")
    page.locator("#id-area").press("Tab")
    expect(page.locator("#id-area ~ .known")).to_have_text("洋州街道")
    page.locator("form.row-form button[type=submit]").click()
    expect(page.locator(".faulty .fault")).to_contain_text("校验不通过")


def test_keys_move_through_a_list_and_open_a_row(desk: Desk) -> None:
    page = desk.open("/holes/")
    second = page.locator("tr[data-row]").nth(1).locator("a.say")
    wanted = second.get_attribute("href")
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tr.at a.say")).to_have_attribute("href", wanted or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.address + (wanted or ""))
    page.wait_for_load_state()  # it listens to keys by then
    page.keyboard.press("/")
    expect(page.locator("[data-key='/']")).to_be_focused()


def test_the_language_is_chinese_first_and_changes_by_a_switch(desk: Desk) -> None:
    desk.context.set_extra_http_headers({"Accept-Language": "en-GB,en;q=0.9"})
    page = desk.open("/holes/?sev=急")
    expect(page.locator("h1")).to_have_text("漏洞")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Holes")
    expect(page).to_have_url(re.compile(r"sev="))
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("漏洞")


def test_the_control_of_the_moment_goes_back_and_returns(desk: Desk) -> None:
    page = desk.open("/ledgers/measures/")
    page.locator(".moment button").first.click()
    page.fill("#at", "2022-01-05T08:00")
    page.locator(".moment form button[type=submit]").click()
    expect(page.locator(".then, .sign-in h1").first).to_be_visible()
    expect(page.locator(".then")).to_contain_text("2022-01-05 08:00", timeout=60_000)
    page.get_by_role("link", name="回到实时").first.click()
    expect(page.locator(".then")).to_have_count(0)


ALIKE = (
    "wall",
    "pending",
    "closed",
    "by_unit",
    "by_area",
    "by_loop",
    "people",
    "row_edit",
    "officer",
    "all_orders",
    "keys",
)
"""Pages that are made as another one is, which axe is not asked about a second time."""


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_fit_from_a_phone_to_a_wall_are_refused_nothing_and_axe_finds_nothing_serious(
    served: str, chromium: Browser, session: Path, addresses: dict[str, str], imported: dict[str, str], lang: str
) -> None:
    desk = Desk(chromium, served, session)
    desk.language(lang)
    too_wide, found = [], []
    for name, path in (addresses | imported).items():
        page = desk.open(path)
        for size in SIZES:
            if wide(page, size):
                too_wide.append((name, size))
            if size != "wall" and name not in ALIKE:
                found += [(name, size, *what) for what in serious(page)]
        page.close()
    desk.context.close()
    unread = [
        c for c in desk.complaints if not re.search(r"/import/.*422 \(Unprocessable", c)
    ]  # what it says of itself
    assert (too_wide, found, unread) == ([], [], [])


def test_the_names_of_all_areas_above_a_grid_fit_beside_the_rest_of_the_top(desk: Desk) -> None:
    page = desk.open("/tickets/?in=610723119901001")
    expect(page.locator(".trail")).to_contain_text("李家坝村第1网格")
    for width in (360, 768, 1024, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.close()


def test_the_keyboard_alone_reaches_everything(desk: Desk) -> None:
    """The first stop skips to the content; every stop shows where it is; menus open by Enter and close by Escape, which
    gives the focus back."""
    page = desk.open("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")
    page = desk.open("/")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(STOP))
    inside = [place for place, _, _ in seen]
    assert inside == sorted(inside), "the head, the menu, the content, in the order in which they stand"
    assert {0, 1, 2} <= set(inside)
    assert all(shown for _, shown, _ in seen), [name for _, shown, name in seen if not shown]
    for button, menu in (
        (".moment > button", ".moment .dropdown-menu"),
        (".top-end .dropdown > button", ".dropdown-menu"),
    ):
        control = page.locator(button).first
        control.focus()
        page.keyboard.press("Enter")
        expect(page.locator(menu + ".show")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(menu + ".show")).to_have_count(0)
        expect(control).to_be_focused()
    # On a phone the menu is a panel.
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator(".top-menu").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#nav.show")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#nav.show")).to_have_count(0)
    expect(page.locator(".top-menu")).to_be_focused()


STOP = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const part = at.closest('#main') ? 2 : at.closest('.side') ? 1 : 0;
  const ring = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return [part, box.width > 1 && box.height > 1 && (ring || at.matches('svg *')), at.outerHTML.slice(0, 120)];
}"""
"""Where the focus is: 0 the head, 1 the menu, 2 the content; whether it can be seen there; what it is."""
