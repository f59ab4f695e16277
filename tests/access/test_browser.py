"""Signing in, one's own account, accounts, looks, and stating a purpose, in a real browser: at a desk and on a phone, in
both languages; axe finds nothing serious, nothing is wider than the screen, no page is refused anything by its policy.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from bihuan.access import accounts, scope
from bihuan.access.accounts import Asked
from bihuan.desk import tokens
from tests.access.county import DOCUMENT, PHONE
from tests.browser import chromium_started, desk_served, serious, sized, wide

pytestmark = pytest.mark.long

PASSWORD = "牡丹江 2022 春"
SHOTS = os.environ.get("BIHUAN_SHOTS", "")
"""A folder to which every page is drawn, to be looked at."""


@pytest.fixture(scope="module")
def address(served: str) -> Iterator[str]:
    with scope.held(scope.SYSTEM):
        accounts.add(Asked("manager", "管理员", name="周管理", whole=True), "test", PASSWORD)
        accounts.add(Asked("cadre", "干部", name="王五", area="610723001001", officer="O1"), "test", PASSWORD)
        accounts.add(Asked("fresh", "网格员", name="孙新", area="610723001001"), "test", PASSWORD)
    with psycopg.connect(served, autocommit=True) as con:
        con.execute("UPDATE access_account SET new_password = false WHERE username <> 'fresh'")
        con.execute("DELETE FROM axes_accessattempt")
    with desk_served() as address:
        yield address


@pytest.fixture(scope="module")
def chromium(address: str) -> Iterator[Browser]:
    with chromium_started() as browser:
        yield browser


class Seat:
    """Somebody at a screen of one size, who reads one language."""

    def __init__(self, browser: Browser, address: str, size: str, lang: str) -> None:
        self.address, self.size, self.lang = address, size, lang
        self.context = browser.new_context()
        self.context.set_default_timeout(30_000)
        self.context.add_cookies([{"name": "bihuan_lang", "value": lang, "url": address}])
        self.page = self.context.new_page()
        sized(self.page, size)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        self.go("/login")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.click("form.sign-in button[type=submit]")
        return self.page

    def looked_at(self, name: str) -> None:
        """The page as it stands: drawn, no wider than the screen, nothing serious to axe."""
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SHOTS) / f"{name}-{self.size}-{self.lang}.png", full_page=True)
        assert not wide(self.page, self.size), name
        found = serious(self.page)
        assert not found, (name, found)
        assert not self.faults, (name, self.faults)

    def two(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en


@pytest.fixture(params=[(size, lang) for size in ("desk", "phone") for lang in ("zh", "en")], ids="-".join)
def seat(chromium: Browser, address: str, served: str, request: Any) -> Iterator[Seat]:
    cache.clear()  # how often somebody failed
    with psycopg.connect(served, autocommit=True) as con:
        con.execute("DELETE FROM axes_accessattempt")
        con.execute("DELETE FROM mfa_authenticator")
        con.execute("UPDATE access_account SET until = NULL WHERE username IN ('cadre', 'manager')")
    made = Seat(chromium, address, *request.param)
    yield made
    made.context.close()


def code_of(secret: str) -> str:
    """What an authenticator shows just now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_signing_in_and_being_locked_out(seat: Seat) -> None:
    seat.go("/login")
    seat.looked_at("login")
    for _ in range(4):
        page = seat.sign_in("cadre", "wrong")
        expect(page.get_by_role("alert")).to_contain_text(seat.two("账号名或口令不对", "password is wrong"))
    seat.looked_at("login-wrong")
    page = seat.sign_in("cadre", "wrong")
    expect(page.locator("h1")).to_contain_text(seat.two("登录已锁定", "Signing in is locked"))
    seat.looked_at("locked")


def test_ones_own_account_and_the_second_factor(seat: Seat) -> None:
    page = seat.sign_in("cadre")
    page = seat.go("/account/")
    seat.looked_at("account")
    page = seat.go("/account/password")
    seat.looked_at("password")
    page = seat.go("/account/second/on")
    if page.url.split("?")[0].endswith("/account/confirm"):
        seat.looked_at("confirm")
        page.fill("input[type=password]", PASSWORD)
        page.click("main form button[type=submit]")
    secret = page.locator("p.mono").inner_text().strip()
    seat.looked_at("second-on")
    page.fill("#id_code", code_of(secret))
    page.click("main form button[type=submit]")
    expect(page).to_have_url(re.compile("/account/second/codes"))
    seat.looked_at("second-codes")
    spare = page.locator("ul.codes li").first.inner_text()
    seat.go("/account/")
    seat.looked_at("account-second")
    seat.context.clear_cookies(name="sessionid")
    page = seat.sign_in("cadre")
    expect(page).to_have_url(re.compile("/login/code"))
    seat.looked_at("second-ask")
    page.fill("input[name=code]", spare)
    page.click("form.sign-in button[type=submit], main form button[type=submit]")
    expect(page.locator(".who")).to_have_text("王五")


def test_a_first_password_is_changed_first(seat: Seat) -> None:
    page = seat.sign_in("fresh")
    expect(page).to_have_url(re.compile("/account/password"))
    seat.looked_at("password-first")


def test_accounts_are_managed(seat: Seat, served: str) -> None:
    with psycopg.connect(served, autocommit=True) as con:
        con.execute("DELETE FROM access_account WHERE username = 'li.new'")
    seat.sign_in("manager")
    page = seat.go("/accounts/")
    seat.looked_at("accounts")
    page.fill("#a-username", "li.new")
    page.fill("#a-name", "李新")
    page.select_option("#a-role", "网格员")
    page.fill("#a-place", "61072300100x")
    page.click("main form.card button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text(seat.two("不是区划代码", "is no area code"))
    seat.looked_at("accounts-fault")
    page.fill("#a-place", "610723001001")
    page.click("main form.card button[type=submit]")
    expect(page.get_by_role("status")).to_contain_text("li.new")
    seat.looked_at("accounts-made")
    row = page.locator("tr", has_text="li.new")
    row.get_by_role("button", name=seat.two("结束", "End"), exact=True).click()
    expect(page.locator("tr", has_text="li.new")).to_contain_text(seat.two("已结束", "ended"))


def test_a_purpose_is_stated_and_who_looked_is_told(seat: Seat, served: str) -> None:
    person = "/of/person/" + tokens.seal("person", DOCUMENT)
    seat.sign_in("cadre")
    page = seat.go(person)
    expect(page.locator("main")).not_to_contain_text(PHONE)
    page.locator("details.purpose > summary").click()
    seat.looked_at("purpose")
    page.select_option("#purpose", "上门联系")
    page.fill("#words", "入户核对")
    page.locator("form.purpose-form button").click()
    expect(page.locator("main")).to_contain_text(PHONE)
    seat.looked_at("purpose-stated")
    page = seat.go("/account/looks")
    expect(page.locator("tr[data-row]").first).to_contain_text("上门联系：入户核对")
    seat.looked_at("looks")
    seat.go("/ledgers/people/whole?q=" + "赵")
    seat.looked_at("whole")
    page.select_option("#purpose", "其他")
    page.locator("main form.card button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text(seat.two("请写明", "say what it is for"))
    seat.looked_at("whole-fault")
