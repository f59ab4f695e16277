"""Pages of notices: written with a look at whom they reach, sent by the worker, read and acknowledged, with their record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from bihuan.live import clock
from bihuan.notices import sending
from bihuan.notices.models import Delivery, Notice, Recipient
from bihuan.pressure import arranging
from tests.desk.conftest import AsDesk, Browser
from tests.desk.test_pages import IDENTITY, a_hole

FORM = {"title": "防寒", "text": "今夜降温，查看独居老人。", "area": "610723", "to": "duties:网格员", "remind_h": "0"}


def signed_in(username: str, **given: Any) -> Browser:
    client = AsDesk()
    client.force_login(get_user_model().objects.create(username=username, name="某人", **given))
    return Browser(client)


def post(browser: Browser, **given: str) -> Any:
    return browser.client.post("/notices/new", FORM | given)


def sent(browser: Browser, **given: str) -> Notice:
    """Written on the page and sent by the worker's job."""
    assert post(browser, act="send", **given).status_code == 302
    sending.run(clock.now(), lambda *_: "")
    return Notice.objects.latest("pk")


def test_whom_it_reaches_is_seen_before_anything_is_sent(browser: Browser) -> None:
    answer = post(browser, act="count")
    number = answer.context["reached"]["number"]
    assert number > 5 and f"现在会发给 {number} 个对象" in answer.content.decode()
    assert not Notice.objects.exists()
    assert "今夜降温" in answer.content.decode()  # what was typed stays
    made = sent(browser)
    assert made.recipients.count() == number
    assert (made.by, made.by_name, made.area) == ("zhangsan", "张三", "610723")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "标题"),
        ({"to": ""}, "发给谁"),
        ({"area": "洋县"}, "区划代码"),
        ({"send_at": "明天"}, "读不出时间"),
        ({"remind_h": "两"}, "整小时"),
        ({"to": "people"}, "短信网关"),
    ],
)
def test_what_cannot_go_out_is_said(browser: Browser, wrong: dict[str, str], said: str) -> None:
    answer = post(browser, act="send", **wrong)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Notice.objects.exists()


def test_who_may_write_and_where(browser: Browser) -> None:
    for role, given in {"网格员": {"area": "610723"}, "督查": {"whole": True}, "单位": {"unit": "U000001"}}.items():
        other = signed_in(role, role=role, **given)
        assert other.get("/notices/new").status_code == 403
        assert "写通知" not in other.get("/notices/").content.decode()
    town = signed_in("town", role="值班", area="610723001")
    assert post(town, act="send").status_code == 422
    assert post(town, act="send", area="610723001").status_code == 302


def test_it_is_read_acknowledged_and_its_record_kept(browser: Browser) -> None:
    officer = str(a_hole("measure.gap").owner)
    made = sent(browser, to="duties")
    grid = signed_in("grid", role="网格员", area="610723", officer=officer)
    inbox = grid.get("/notices/").content.decode()
    assert "防寒" in inbox and "未读" in inbox
    own = Recipient.objects.get(notice=made, key=officer)
    page = grid.get(f"/notices/{made.pk}/")
    assert "确认收到" in page.content.decode()
    own.refresh_from_db()
    assert own.read_at is not None and own.acked_at is None
    assert grid.client.post(f"/notices/{made.pk}/ack").status_code == 302
    own.refresh_from_db()
    assert (own.acked_by, own.acked_at is not None) == ("grid", True)
    assert browser.client.post(f"/notices/{made.pk}/ack").status_code == 403  # it was not sent to him
    record = browser.get(f"/notices/{made.pk}/", who="acked")
    assert [r.key for r, *_ in record.context["listed"]] == [officer]
    counts = {name: n for name, _, n in record.context["filters"]}
    whole = made.recipients.count()
    assert counts == {"all": whole, "unread": whole - 1, "read": 1, "acked": 1, "unsent": 0}
    listed = browser.get("/notices/").context["ours"][0]
    assert (listed[0], listed[3]["number"], listed[3]["read"], listed[3]["acked"]) == (made, whole, 1, 1)


def test_those_who_have_not_read_it_are_reminded_by_a_button(browser: Browser) -> None:
    made = sent(browser)
    assert "刚发过" in browser.client.post(f"/notices/{made.pk}/remind", follow=True).content.decode()
    Notice.objects.filter(pk=made.pk).update(sent_at=clock.now() - dt.timedelta(hours=2))
    Delivery.objects.update(at=clock.now() - dt.timedelta(hours=2))
    assert browser.client.post(f"/notices/{made.pk}/remind").status_code == 302
    sending.run(clock.now(), lambda *_: "")
    assert Delivery.objects.filter(round=1, state="sent").count() == made.recipients.count()
    assert browser.client.post(f"/notices/{made.pk}/end").status_code == 302
    made.refresh_from_db()
    assert made.until is not None
    assert "已经结束" in browser.client.post(f"/notices/{made.pk}/end", follow=True).content.decode()
    grid = signed_in("grid", role="网格员", area="610723")
    assert grid.client.post(f"/notices/{made.pk}/end").status_code == 403


def test_to_residents_it_is_a_release_and_their_numbers_are_masked(browser: Browser) -> None:
    gateway = arranging.add_gateway("县短信", "610723", "jsons://secret@gw.example/?:mobile={to}", by="admin")
    given = {"to": "measures", "gateway": str(gateway.pk), "as_of": "2022-01-06T12:00", "approved_by": "李主任"}
    made = sent(browser, **given)
    made.refresh_from_db()
    for lang in ("zh", "en"):
        page = browser.get(f"/notices/{made.pk}/", lang=lang).content.decode()
        assert not IDENTITY.findall(page) and "secret" not in page
    assert browser.get(f"/ledgers/notices/?q={made.row}").context["number"] == 1
    assert "李主任" in page


def test_of_an_earlier_moment_only_what_was_there_is_shown(browser: Browser) -> None:
    made = sent(browser)
    before = browser.get("/notices/", at="2022-01-05T08:00")
    assert before.status_code == 200 and not before.context["ours"] and not before.context["may_write"]
    assert browser.get(f"/notices/{made.pk}/", at="2022-01-05T08:00").status_code == 404
