"""Who was told of a hole, to whom it is handed, what is attached: seen and done on its page; none of it closes it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from bihuan.live import clock
from bihuan.live.models import Hole
from bihuan.pressure import evidence, telling
from bihuan.pressure.models import Attachment, Reassignment
from tests.desk.conftest import Browser
from tests.desk.test_pages import a_hole, address_of


def photo(form: str = "JPEG", **saved: Any) -> bytes:
    """A small picture, wider than high, dark on the left."""
    drawn = Image.new("RGB", (64, 32), (250, 250, 250))
    drawn.paste((10, 10, 10), (0, 0, 32, 32))
    out = io.BytesIO()
    drawn.save(out, form, **saved)
    return out.getvalue()


def taken_in_the_village() -> bytes:
    """With what a phone writes into a file: where, when, by which phone, and that it was held upright."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "PhoneMaker", 6  # make; turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (33.0, 13.0, 22.0)  # latitude
    return photo(exif=exif, comment=b"secret place")


PHOTO = photo("PNG")


def upload(browser: Browser, hole: Any, content: bytes) -> int:
    file = SimpleUploadedFile("门口.png", content)
    return int(browser.client.post(address_of(hole) + "/attach", {"file": file, "note": "已敲门"}).status_code)


def test_who_was_told_stands_on_the_page(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    assert "还没有告知" in browser.get(address_of(hole) + "/pressure").content.decode()
    telling.run(clock.now(), lambda *_: "")
    page = browser.get(address_of(hole) + "/pressure")
    assert {(t["to"], t["state"][0]) for t in page.context["told"]} >= {(hole.owner_name, "已发")}
    shown = browser.get(address_of(hole))
    assert "/pressure" in shown.content.decode()
    assert {(t["name"], t["state"][0]) for t in shown.context["told"]} >= {(hole.owner_name, "已发")}


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
    cut = photo()[:-200]
    huge = b"%PDF-" + bytes(evidence.MOST_BYTES)
    heic = b"\0\0\0\x18ftypheic" + bytes(40)
    for bad in (b"<script>", b"", PHOTO[:40], cut, huge, b"%PDF-1.7 cut off", heic, b"\x89PNG\r\n\x1a\n" + bytes(64)):
        assert upload(browser, hole, bad) == 422, bad[:20]
    kept = Attachment.objects.get()
    answer = browser.get(f"{address_of(hole)}/files/{kept.digest}")
    assert answer.headers["Content-Type"] == "image/png" and answer.content == bytes(kept.content)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"{address_of(hole)}/files/{'0' * 64}").status_code == 404
    assert Hole.objects.get(pk=hole.pk).state == "open"


def test_where_and_with_what_a_photo_was_taken_is_left_out(browser: Browser) -> None:
    before = taken_in_the_village()
    assert b"PhoneMaker" in before and b"secret place" in before
    hole = a_hole("measure.gap")
    assert upload(browser, hole, before) == 302
    content = bytes(Attachment.objects.get().content)
    assert b"PhoneMaker" not in content and b"secret place" not in content and b"Exif" not in content
    with Image.open(io.BytesIO(content)) as drawn:
        assert not drawn.getexif() and drawn.size == (32, 64)  # upright, as it was held
        assert drawn.getpixel((16, 5)) < (60, 60, 60) and drawn.getpixel((16, 60)) > (200, 200, 200)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "P"), ("PNG", "RGBA"), ("PNG", "I;16"), ("WEBP", "RGB"), ("JPEG", "L")]
)
def test_pictures_of_every_kind_stay_what_they_show(form: str, mode: str) -> None:
    out = io.BytesIO()
    drawn = Image.new("RGB", (40, 40), (200, 30, 30))
    (Image.new("I;16", (40, 40), 9000) if mode == "I;16" else drawn.convert(mode)).save(out, form)
    kept = evidence.clean("a", out.getvalue())
    with Image.open(io.BytesIO(kept.content)) as opened, Image.open(io.BytesIO(out.getvalue())) as first:
        near = zip(opened.convert("RGB").getpixel((20, 20)), first.convert("RGB").getpixel((20, 20)), strict=True)
        assert all(abs(a - b) < 12 for a, b in near)


def test_a_picture_that_is_far_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_PIXELS", 1000)
    with pytest.raises(evidence.Refused, match="pixels"):
        evidence.clean("a", PHOTO)
    monkeypatch.setattr(evidence, "MOST_PIXELS", 10_000)
    monkeypatch.setattr(evidence, "LONGEST", 16)
    with Image.open(io.BytesIO(evidence.clean("a", PHOTO).content)) as opened:
        assert opened.size == (16, 8)


def test_a_picture_that_is_cut_off_is_refused_though_whoever_draws_pdfs_would_take_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 60).save(out, "JPEG")
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(evidence.Refused, match="again"):
        evidence.clean("a", out.getvalue()[:-300])
    assert ImageFile.LOAD_TRUNCATED_IMAGES
