"""Pages by which an officer says how he is told and who stands in, sees what he was told; gateways of administrators."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from bihuan.live import clock
from bihuan.live.models import Hole
from bihuan.pressure import arranging, telling
from bihuan.pressure.models import Channel, Delegation, Gateway, Message
from tests.desk.conftest import AsDesk, Browser
from tests.desk.test_pages import a_hole

SMS = "jsons://secret@gw.example/send?:mobile={to}"


def signed_in(username: str = "somebody", **given: Any) -> Browser:
    client = AsDesk()
    client.force_login(get_user_model().objects.create(username=username, name="某人", **given))
    return Browser(client)


@pytest.fixture
def officer(browser: Browser) -> str:
    return str(a_hole("measure.gap").owner)


@pytest.fixture
def own(officer: str) -> Browser:
    """Signed in as that officer."""
    return signed_in(role="干部", area="610723", officer=officer)


def test_an_officer_arranges_his_channel_and_quiet_hours(own: Browser, officer: str) -> None:
    gateway = arranging.add_gateway("县短信", "610723", SMS, by="admin")
    page = own.get("/telling/").content.decode()
    assert "县短信" in page and "secret" not in page
    form = {"way": str(gateway.pk), f"to{gateway.pk}": "13800000000", "quiet_from": "23", "quiet_to": "6"}
    assert own.client.post("/telling/channel", form).status_code == 302
    made = Channel.objects.get(officer=officer)
    assert (made.gateway_id, made.to, made.quiet_from, made.quiet_to) == (gateway.pk, "13800000000", 23, 6)
    bad = own.client.post("/telling/channel", form | {f"to{gateway.pk}": "家里"})
    assert bad.status_code == 422 and "手机号" in bad.content.decode()
    for robot in ("jsons://10.0.0.1/", ""):
        answer = own.client.post("/telling/channel", form | {"way": "robot", "robot": robot})
        assert answer.status_code == 422
    assert own.client.post("/telling/channel", form | {"way": "", "quiet_from": "x"}).status_code == 422
    assert Channel.objects.get(officer=officer) == made


def test_a_robots_address_is_kept_and_never_shown(own: Browser, officer: str) -> None:
    form = {"way": "robot", "robot": "wecombot://0123456789abcdef", "quiet_from": "22", "quiet_to": "7"}
    assert own.client.post("/telling/channel", form).status_code == 302
    assert "0123456789abcdef" not in own.get("/telling/").content.decode()
    assert own.client.post("/telling/channel", form | {"robot": "", "quiet_to": "8"}).status_code == 302
    made = Channel.objects.get(officer=officer)
    assert (made.address, made.quiet_to) == ("wecombot://0123456789abcdef", 8)


def test_somebody_elses_arrangements_are_an_administrators(own: Browser, officer: str) -> None:
    other = str(Hole.objects.exclude(owner=officer).exclude(owner=None).values_list("owner", flat=True)[0])
    assert own.get("/telling/", officer=other).status_code == 403
    form = {"officer": other, "way": "", "quiet_from": "1", "quiet_to": "2"}
    assert own.client.post("/telling/channel", form).status_code == 403
    admin = signed_in("admin2", role="管理员", whole=True)
    assert admin.client.post("/telling/channel", form).status_code == 302
    assert Channel.objects.get().officer == other


def test_an_officer_has_somebody_stand_in_and_ends_it(own: Browser, officer: str) -> None:
    other = str(Hole.objects.exclude(owner=officer).exclude(owner=None).values_list("owner", flat=True)[0])
    form = {"delegate": other, "since": "2022-01-06T14:00", "until": "2022-01-08T08:00", "reason": "出差"}
    for wrong in ({"reason": ""}, {"until": "后天"}, {"delegate": officer}, {"until": "2022-01-06T13:00"}):
        answer = own.client.post("/telling/delegate", form | wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert own.client.post("/telling/delegate", form).status_code == 302
    made = Delegation.objects.get()
    assert (made.officer, made.delegate, made.by) == (officer, other, "somebody")
    assert "出差" in own.get("/telling/").content.decode()
    assert own.client.post(f"/telling/delegate/{made.pk}/end").status_code == 302
    made.refresh_from_db()
    assert made.ended


def test_what_an_officer_was_told_stands_on_his_page(own: Browser, officer: str) -> None:
    telling.run(clock.now(), lambda *_: "渠道没有收下")
    page = own.get("/told/")
    assert page.context["listed"] and {t["message"].recipient for t in page.context["listed"]} == {officer}
    said = page.content.decode()
    assert "渠道没有收下" in said and "未发出" in said
    assert own.client.post("/telling/trial").status_code == 302
    assert own.client.post("/telling/trial").status_code == 422
    assert Message.objects.filter(recipient=officer, title=arranging.TRIAL).count() == 1


def test_without_an_officer_the_page_says_so(browser: Browser) -> None:
    assert "对上责任人员" in browser.get("/telling/").content.decode()
    assert browser.get("/told/").status_code == 200


def test_gateways_are_set_up_by_administrators(browser: Browser) -> None:
    assert browser.get("/gateways/").status_code == 403
    assert browser.client.post("/gateways/set", {"name": "x", "address": SMS}).status_code == 403
    admin = signed_in(role="管理员", area="610723")
    form = {"name": "县短信", "area": "610723", "address": SMS}
    assert admin.client.post("/gateways/set", form | {"area": ""}).status_code == 422
    assert admin.client.post("/gateways/set", form | {"area": "6107"}).status_code == 422
    assert admin.client.post("/gateways/set", form | {"address": "ftp://x/{to}"}).status_code == 422
    assert admin.client.post("/gateways/set", form).status_code == 302
    page = admin.get("/gateways/").content.decode()
    assert "县短信" in page and "secret" not in page
    assert admin.client.post("/gateways/set", {"name": "县短信", "end": "1"}).status_code == 302
    assert Gateway.objects.get().ended
