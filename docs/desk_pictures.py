"""Draws the pictures of docs/desk.md anew, every page in both languages: ``make pictures``.

It starts a desk of its own on the demo county, walks through its pages as the first administrator, and stops it. Some
pages alone: ``python -m docs.desk_pictures area hole``.
"""

from __future__ import annotations

import io
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page

from tests.browser import chromium_started

HERE = Path(__file__).parent
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
NOW = "2022-01-06T14:00"
START_S = 240
HOLE = "/holes/?hole=measure.gap"


def first_hole(page: Page) -> None:
    page.locator("tr[data-row] a.say").first.click()
    page.locator(".about").wait_for()


def form_of_hole(page: Page) -> None:
    first_hole(page)
    page.locator(".remedy a.btn-primary").click()
    page.locator(".row-form").wait_for()


def subject_of_hole(page: Page) -> None:
    first_hole(page)
    page.locator(".facts a").first.click()
    page.locator(".ring").wait_for()


def pressure_of_hole(page: Page) -> None:
    first_hole(page)
    page.goto(page.url.split("?")[0] + "/pressure")


def first_row(page: Page) -> None:
    page.locator("tr[data-row] th a").first.click()
    page.locator(".version").first.wait_for()


def try_order(page: Page) -> None:
    page.fill("#id-document", "洋疫指发〔2022〕3号")
    page.fill("#id-value", "0")
    page.locator("form.row-form button[type=submit]").first.click()
    page.locator(".effect").wait_for()


def preview(page: Page) -> None:
    head = "编号,区划代码,等级,起始\n"
    rows = "RX001,610113,高,2022-01-05\nRX002,61011x,中,2022-01-05\n"
    page.set_input_files("#files", {"name": "风险地区.csv", "mimeType": "text/csv", "buffer": (head + rows).encode()})
    page.locator("form.row-form button[type=submit]").click()
    page.locator(".rejects").wait_for()


def draft(page: Page) -> None:
    page.locator("form[action*='/briefings/new'] button[type=submit]").click()
    page.locator("article.brief").wait_for(timeout=120_000)
    page.locator(".btn-list a.btn", has_text="Word").wait_for(timeout=120_000)


def send(page: Page) -> None:
    page.fill("#title", "返乡人员核查延长至 1 月 10 日")
    page.fill("#text", "各镇街 1 月 10 日 18:00 前完成返乡人员核查，逐户落实健康监测。")
    page.fill("#area", "610723")
    page.select_option("#to", "duties:镇干部")
    page.locator("button[value=send]").click()
    page.locator(".notice-text").wait_for()
    for _ in range(60):  # until the worker has sent it
        if page.locator("tbody tr th").count():
            break
        page.wait_for_timeout(1000)
        page.goto(page.url.split("?")[0])


def audited(page: Page) -> None:
    page.locator(".figures").wait_for(timeout=120_000)


PAGES = {
    "overview": ("/", None),
    "wall": ("/?wall=1", None),
    "then": ("/?at=2022-01-05T08:00", audited),
    "holes": ("/holes/", None),
    "groups": ("/holes/?group=owner", None),
    "hole": (HOLE, first_hole),
    "pressure": (HOLE, pressure_of_hole),
    "person": (HOLE, subject_of_hole),
    "unit": ("/of/unit/U000351", None),
    "lot": ("/of/lot/L000035", None),
    "area": ("/of/area/610723", None),
    "loops": ("/loops/", None),
    "mine": ("/mine/?officer=O000881", None),
    "ledgers": ("/ledgers/", None),
    "ledger": ("/ledgers/measures/", None),
    "row": ("/ledgers/measures/", first_row),
    "form": (HOLE, form_of_hole),
    "import": ("/import/", preview),
    "orders": ("/orders/", None),
    "try": ("/orders/try?area=610723&key=beds_per_10k", try_order),
    "instructions": ("/instructions/", None),
    "inspections": ("/inspections/?n=6&seed=2022-01-06&kind=农贸市场&kind=隔离点&kind=养老院", None),
    "tickets": ("/tickets/", None),
    "rosters": ("/rosters/", None),
    "notice": ("/notices/new", send),
    "notices": ("/notices/", None),
    "telling": ("/telling/?officer=O000881", None),
    "gateways": ("/gateways/", None),
    "briefing": ("/briefings/", draft),
    "briefings": ("/briefings/", None),
    "accounts": ("/accounts/", None),
    "looks": ("/account/looks", None),
}
ON_PHONE = ("overview", "holes", "hole", "mine")


def keep(page: Page, name: str, lang: str) -> None:
    folder = HERE / "desk"
    folder.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.save(folder / f"{name}-{lang}.webp", quality=72, method=6)


def walk(context: BrowserContext, address: str, names: tuple[str, ...], lang: str, after: str = "") -> None:
    context.add_cookies([{"name": "bihuan_lang", "value": lang, "url": address}])
    for name in names:
        path, then = PAGES[name]
        page = context.new_page()
        page.goto(address + path)
        if then is not None:
            then(page)
        page.wait_for_timeout(500)
        keep(page, name + after, lang)
        page.close()


def draw(address: str, username: str, password: str, names: tuple[str, ...]) -> None:
    """The pages named; a browser of each language, as somebody of that language has one."""
    with chromium_started() as browser:
        for lang, locale in (("zh", "zh-CN"), ("en", "en-GB")):
            context = browser.new_context(viewport=DESK, locale=locale)
            context.add_cookies([{"name": "bihuan_lang", "value": lang, "url": address}])
            page = context.new_page()
            page.goto(address + "/login")
            keep(page, "login", lang)
            page.fill("#id_username", username)
            page.fill("#id_password", password)
            page.locator("form.sign-in button[type=submit]").click()
            page.locator(".side").wait_for()
            phone = browser.new_context(viewport=PHONE, locale=locale, storage_state=context.storage_state())
            walk(context, address, names, lang)
            walk(phone, address, tuple(n for n in ON_PHONE if n in names), lang, "-phone")


@contextmanager
def desk() -> Iterator[tuple[str, str]]:
    """A desk on the demo county, in a folder of its own: its address, its first administrator's password."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-pictures-"))
    folder.chmod(0o711)  # the database may run as somebody else
    said = folder / "said.txt"
    with said.open("wb") as out:
        words = ["serve", "--demo", "--now", NOW, "--port", "0", "--data", str(folder / "data")]
        process = subprocess.Popen(
            [sys.executable, "-m", "bihuan.cli", *words], stdout=out, stderr=subprocess.STDOUT, env=None
        )
    try:
        for _ in range(START_S * 5):
            text = said.read_text(encoding="utf-8")
            address, password = re.search(r"http://\S+:\d+", text), re.search(r"口令 ([^\s（]+)", text)
            if address and password and "Ctrl-C" in text:
                break
            if process.poll() is not None:
                break
            time.sleep(0.2)
        if not (address and password):
            raise SystemExit(text)
        time.sleep(10)  # its first audit
        yield address[0], password[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with desk() as (address, password):
        draw(address, "admin", password, tuple(sys.argv[1:]) or tuple(PAGES))
