"""Pages of pressure, notices and briefings in a real browser: a day of somebody who arranges how he is told, writes a
notice and has a briefing released; they fit from a phone to a wall, and axe finds nothing serious."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bihuan.live import clock
from tests.browser import SIZES, serious, wide
from tests.desk.test_browser import PASSWORD, Desk, chromium, imported, served  # noqa: F401
from tests.desk.test_pages import a_hole, address_of

SHOTS = os.environ.get("BIHUAN_SHOTS", "")
"""A folder for pictures of the pages, to be looked at."""


def apart(work: Callable[[], object]) -> None:
    """In a thread of its own: Django's database will not be asked in that of the browser's loop."""
    from django.db import connection

    faults: list[BaseException] = []

    def done() -> None:
        try:
            work()
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]


def worker() -> None:
    """What the worker's jobs do: messages, notices."""
    from bihuan.notices import sending
    from bihuan.pressure import telling

    telling.run(clock.now(), lambda *_: "")
    sending.run(clock.now(), lambda *_: "")


def drawn(pk: int) -> None:
    from bihuan.briefings import tasks

    tasks.draw(pk=pk)


@pytest.fixture(scope="module")
def addresses(county: object) -> Iterator[dict[str, str]]:
    """Accounts of an officer, who is an administrator too, and of a second duty officer; a hole of the first. What was
    written is gone afterwards."""
    from bihuan.access.models import Account
    from bihuan.briefings.models import Briefing
    from bihuan.notices.models import Delivery, Notice, Recipient
    from bihuan.pressure.models import Attachment, Channel, Delegation, Gateway, Message, Reassignment, Telling

    gap = a_hole("measure.gap")
    Account.objects.create_user("wangwu", PASSWORD, name="王五", role="管理员", whole=True, officer=gap.owner)
    Account.objects.create_user("zhaoliu", PASSWORD, name="赵六", role="值班", whole=True)
    yield {"hole": address_of(gap), "pressure": address_of(gap) + "/pressure", "officer": str(gap.owner)}
    for model in (
        Telling,
        Message,
        Attachment,
        Reassignment,
        Channel,
        Delegation,
        Delivery,
        Recipient,
        Notice,
        Gateway,
    ):
        model.objects.all().delete()
    Briefing.objects.filter(released_at=None).delete()
    Account.objects.filter(username__in=("wangwu", "zhaoliu")).delete()


def signed_in(browser: Browser, address: str, name: str, folder: Path) -> Path:
    """Cookies of an account."""
    page = browser.new_page()
    page.set_default_timeout(120_000)  # a machine that is busy with other tests
    page.goto(f"{address}/keys")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("form.sign-in button[type=submit]")
    expect(page).to_have_url(re.compile("/keys$"), timeout=60_000)
    path = folder / f"{name}.json"
    page.context.storage_state(path=path)
    page.context.close()
    return path


@pytest.fixture(scope="module")
def cookies(
    addresses: dict[str, str],
    served: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cookies")
    return {name: signed_in(chromium, served, name, folder) for name in ("wangwu", "zhaoliu")}


@pytest.fixture
def desk(served: str, chromium: Browser, cookies: dict[str, Path]) -> Iterator[Desk]:  # noqa: F811
    """王五, who is an officer and an administrator."""
    made = Desk(chromium, served, cookies["wangwu"], viewport={"width": 1366, "height": 900})
    yield made
    made.context.close()


def submit(page: Page, form: str) -> None:
    page.locator(f"form[action^='{form}'] button[type=submit]").last.click()


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 400), (120, 150, 170)).save(out, "JPEG")
    return out.getvalue()


def test_an_officer_arranges_how_he_is_told_and_sees_that_he_was(desk: Desk, addresses: dict[str, str]) -> None:
    page = desk.open("/gateways/")
    page.fill("#name", "县短信")
    page.fill("#address", "jsons://secret@gw.example/send?:mobile={to}")
    submit(page, "/gateways/set")
    expect(page.locator("tr[data-row] th")).to_have_text("县短信")
    page = desk.open("/telling/")
    page.get_by_label("短信网关 · 县短信").check()
    page.get_by_label("手机号").fill("13800000000")
    page.select_option("#quiet_from", "23")
    submit(page, "/telling/channel")
    expect(page.locator(".notice")).to_contain_text("已存下")
    expect(page.locator("header").filter(has_text="现在")).to_contain_text("短信网关")
    other = "O000001" if addresses["officer"] != "O000001" else "O000002"
    page.fill("#delegate", other)
    page.locator("#delegate").press("Tab")
    expect(page.locator("#delegate ~ .known")).not_to_have_text("")
    page.fill("#until", "2022-01-08T08:00")
    page.fill("#reason", "去市里开会")
    submit(page, "/telling/delegate")
    expect(page.locator(".plain li")).to_contain_text("去市里开会")
    page.get_by_role("button", name="提前结束").click()
    expect(page.locator(".plain li")).to_have_text("没有")
    apart(worker)
    page = desk.open("/told/")
    expect(page.locator("tr[data-row]").first).to_contain_text("已发")
    page.locator("summary").first.click()
    expect(page.locator("details a.say").first).to_be_visible()
    assert not desk.complaints


def test_a_photo_stands_beside_the_hole_and_closes_nothing(desk: Desk, addresses: dict[str, str]) -> None:
    page = desk.open(addresses["pressure"])
    page.set_input_files("#file", {"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.fill("#note", "敲门无人应")
    submit(page, addresses["hole"] + "/attach")
    expect(page.locator(".shots img")).to_be_visible()
    expect(page.locator(".shots img")).to_have_js_property("naturalWidth", 640)
    page.set_input_files("#file", {"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": photo()[:-300]})
    submit(page, addresses["hole"] + "/attach")
    expect(page.get_by_role("alert")).to_contain_text("打不开")
    # Whom he means he knows by name; the number goes into the field by itself.
    page.fill("#officer", "张")
    page.locator("#officer").press("Tab")
    first = page.locator("#officer ~ .known button").first
    number = first.get_attribute("data-fill") or ""
    first.click()
    expect(page.locator("#officer")).to_have_value(number)
    expect(page.locator("#officer ~ .known")).to_have_text(re.compile("^张"))
    page.fill("#reason", "在隔离")
    submit(page, addresses["hole"] + "/reassign")
    expect(page.locator(".plain li")).to_contain_text("在隔离")
    page.locator(".crumbs a").nth(1).click()
    expect(page.locator(".state")).to_contain_text("未闭合")
    assert [c for c in desk.complaints if "422" not in c] == []


def write(desk: Desk) -> Page:
    """A notice, sent: its page."""
    page = desk.open("/notices/new")
    page.fill("#title", "今夜降温")
    page.fill("#text", "请各村查看独居老人和住在路边的人。\n明早八点前回报。")
    page.fill("#area", "610723")
    page.select_option("#to", "duties")
    page.get_by_role("button", name="看看发给谁").click()
    expect(page.locator(".notice")).to_contain_text("个对象")
    page.get_by_role("button", name="发出").click()
    expect(page.locator("h1")).to_have_text("今夜降温")
    return page


def draft(desk: Desk) -> tuple[Page, int]:
    """A briefing that was asked for: its page, its number."""
    page = desk.open("/briefings/")
    page.fill("#note", "晨会用")
    page.get_by_role("button", name="拟稿").click()
    expect(page.locator("progress")).to_be_visible()
    return page, int(re.findall(r"/briefings/(\d+)/", page.url)[0])


def test_a_notice_is_written_read_and_acknowledged(desk: Desk) -> None:
    page = write(desk)
    apart(worker)
    page.reload()
    expect(page.locator(".chips")).to_contain_text("未读")
    page.get_by_role("button", name="确认收到").click()
    expect(page.locator(".chip").filter(has_text="已确认")).to_contain_text("1")
    expect(page.get_by_role("button", name="确认收到")).to_have_count(0)
    assert not desk.complaints


@pytest.mark.long
def test_a_briefing_shows_by_itself_when_it_is_done_and_is_released_by_another(
    desk: Desk,
    served: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    cookies: dict[str, Path],
) -> None:
    page, pk = draft(desk)
    apart(lambda: drawn(pk))
    expect(page.locator(".brief h2").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="签发")).to_have_count(0)  # not by who drafted it
    with page.expect_download() as saved:
        page.get_by_role("link", name="PDF").click()
    assert saved.value.suggested_filename.startswith("通报草稿-2022")
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF-")
    other = Desk(chromium, served, cookies["zhaoliu"], viewport={"width": 1366, "height": 900})
    second = other.open(page.url.removeprefix(served))
    second.on("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="签发").click()
    expect(second.locator(".crumbs")).to_contain_text("〔2022〕")
    expect(second.locator(".facts")).to_contain_text("赵六")
    expect(second.locator("[data-reload]")).to_contain_text("正在画")  # those of the draft are not given out
    apart(lambda: drawn(pk))
    expect(second.get_by_role("link", name="Word")).to_be_visible(timeout=20_000)
    other.context.close()
    assert not desk.complaints and not other.complaints


SEEN = ("/gateways/", "/telling/", "/told/", "/notices/", "/notices/new", "/briefings/")


@pytest.fixture(scope="module")
def written(served: str, chromium: Browser, cookies: dict[str, Path]) -> tuple[str, str]:  # noqa: F811
    """Addresses of a notice that was sent and of a briefing that was drawn."""
    made = Desk(chromium, served, cookies["wangwu"], viewport={"width": 1366, "height": 900})
    notice = write(made).url.removeprefix(served)
    apart(worker)
    page, pk = draft(made)
    apart(lambda: drawn(pk))
    briefing = page.url.removeprefix(served)
    made.context.close()
    return notice, briefing


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_they_fit_from_a_phone_to_a_wall_and_axe_finds_nothing_serious(
    served: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    cookies: dict[str, Path],
    addresses: dict[str, str],
    written: tuple[str, str],
    lang: str,
) -> None:
    desk = Desk(chromium, served, cookies["wangwu"])
    desk.language(lang)
    too_wide, found = [], []
    for path in (*SEEN, addresses["pressure"], *written):
        page = desk.open(path)
        for size in SIZES:
            if wide(page, size):
                too_wide.append((path, size))
            if size == "wall":
                continue
            found += [(path, size, *what) for what in serious(page)]
            if SHOTS:
                name = re.sub(r"\W+", "-", path)[:24].strip("-")
                page.screenshot(path=f"{SHOTS}/{name}-{lang}-{size}.png", full_page=True)
        page.close()
    desk.context.close()
    assert (too_wide, found, desk.complaints) == ([], [], [])
