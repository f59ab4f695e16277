"""Who was told of a hole, to whom it is handed, what is attached: seen and done on its page; none of it closes it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.live import clock
from bihuan.live.models import Hole
from bihuan.pressure import telling
from bihuan.pressure.models import Attachment, Reassignment
from tests.desk.conftest import Browser
from tests.desk.test_pages import a_hole, address_of

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)


def upload(browser: Browser, hole: Any, content: bytes) -> int:
    file = SimpleUploadedFile("门口.png", content)
    return int(browser.client.post(address_of(hole) + "/attach", {"file": file, "note": "已敲门"}).status_code)


def test_who_was_told_stands_on_the_page(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    assert "还没有告知" in browser.get(address_of(hole) + "/pressure").content.decode()
    telling.run(clock.now(), lambda *_: "")
    page = browser.get(address_of(hole) + "/pressure")
    assert {(t["to"], t["state"][0]) for t in page.context["told"]} >= {(hole.owner_name, "已发")}
    assert "/pressure" in browser.get(address_of(hole)).content.decode()


def test_a_hole_is_handed_on_with_a_reason_and_stays_open(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    other = Hole.objects.exclude(owner=hole.owner).exclude(owner=None).values_list("owner", flat=True).first()
    path = address_of(hole) + "/reassign"
    assert browser.client.post(path, {"officer": other, "reason": " "}).status_code == 422
    assert browser.client.post(path, {"officer": "没有这人", "reason": "出差"}).status_code == 422
    assert not Reassignment.objects.exists()
    assert browser.client.post(path, {"officer": other, "reason": "出差"}).status_code == 302
    made = Reassignment.objects.get()
    assert (made.of_id, made.officer, made.reason, made.by) == (hole.pk, other, "出差", "zhangsan")
    after = Hole.objects.get(pk=hole.pk)
    assert (after.state, after.owner) == ("open", hole.owner)


def test_photos_are_kept_once_and_other_files_are_refused(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    assert [upload(browser, hole, PHOTO), upload(browser, hole, PHOTO)] == [302, 302]
    assert [upload(browser, hole, b"<script>"), upload(browser, hole, b"")] == [422, 422]
    kept = Attachment.objects.get()
    answer = browser.get(f"{address_of(hole)}/files/{kept.digest}")
    assert (answer.content, answer.headers["Content-Type"]) == (PHOTO, "image/png")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"{address_of(hole)}/files/{'0' * 64}").status_code == 404
    assert Hole.objects.get(pk=hole.pk).state == "open"
