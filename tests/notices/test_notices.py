"""On a real PostgreSQL: a notice goes to whom the ledgers say, once, by the channels that they have; who has read it is
known, who has not is reminded; what goes to the public is a release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from bihuan.access.scope import Scope
from bihuan.cli import main
from bihuan.live import clock
from bihuan.notices import audiences, sending, writing
from bihuan.notices.models import Delivery, Notice, Recipient
from bihuan.notices.writing import Asked, Refused
from bihuan.pressure import arranging
from bihuan.pressure.arranging import Way
from tests.access import county
from tests.notices.conftest import NOW

HOUR = dt.timedelta(hours=1)
SMS = "jsons://secret@gw.example/send?:mobile={to}"


@dataclass
class Recorder:
    """A channel that records; ``fault``: what it answers."""

    fault: str = ""
    told: list[tuple[str, str, str]] = field(default_factory=list)  # recipient, address, text

    def __call__(self, address: str, recipient: str, title: str, text: str) -> str:
        self.told.append((recipient, address, text))
        return self.fault

    def at(self, now: dt.datetime) -> list[str]:
        """Run the job; who was told by it."""
        self.told.clear()
        clock.set_to(now)
        sending.run(now, self)
        return sorted(recipient for recipient, *_ in self.told)


def asked(**given: Any) -> Asked:
    whole = {"title": "防寒", "text": "今夜降温，查看独居老人。", "area": "610723", "audience": "duties", **given}
    return Asked(**whole)


def written(**given: Any) -> Notice:
    return writing.write(asked(**given), "wang", "王值班")


def states() -> dict[str, str]:
    return dict(Delivery.objects.filter(round=0).values_list("recipient__key", "state"))


@pytest.mark.parametrize(
    ("audience", "which", "area", "wanted"),
    [
        ("duties", "", "610723", "O1 O2"),
        ("duties", "村干部", "610723", "O1 O2"),
        ("duties", "镇干部", "610723", ""),
        ("duties", "", "610723001", "O1"),
        ("duties", "", "610724", ""),
        ("roster", "12", "610723", "O1"),
        ("roster", "72", "610723", "O1 O2"),
        ("roster", "72", "610723002", "O2"),
        ("units", "", "610723", "CLINIC HOTEL LAB SHOP"),
        ("units", "诊所", "610723", "CLINIC"),
        ("units", "诊所", "610723002", ""),
        ("groups", "六十岁以上", "610723", "老一 老二"),
        ("groups", "", "610723002", "王二"),
        ("measures", "", "610723", "张三 李四"),
        ("measures", "集中隔离", "610723", "李四"),
        ("people", "", "610723001001", "张三 老一"),
    ],
)
def test_whom_an_audience_reaches(now: dt.datetime, audience: str, which: str, area: str, wanted: str) -> None:
    found = audiences.found(audience, which, area, now)
    assert sorted(one.key for one in found) == sorted(wanted.split())


def test_a_notice_goes_out_once_by_the_channels_that_people_have(now: dt.datetime) -> None:
    arranging.set_channel("O2", Way(robot="wecombot://0123456789abcdef"), by="O2")
    made = written()
    channel = Recorder()
    assert channel.at(now) == ["O1", "O2"]
    assert {who: address for who, address, _ in channel.told} == {"O1": "", "O2": "wecombot://0123456789abcdef"}
    assert channel.at(now + HOUR) == []
    made.refresh_from_db()
    assert made.sent_at == now and made.row == ""  # an internal one is no release
    assert states() == {"O1": "sent", "O2": "sent"}


def test_a_scheduled_notice_waits_and_finds_its_audience_then(now: dt.datetime) -> None:
    written(send_at=now + HOUR, area="610723001")
    channel = Recorder()
    assert channel.at(now) == [] and not Recipient.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_duties (duty, officer, role, area, since, latest) "
            "VALUES ('D9', 'O2', '网格员', '610723001', '2022-01-06 14:30', true)"
        )
    assert channel.at(now + HOUR) == ["O1", "O2"]


def test_one_that_is_called_off_or_over_never_goes_out(now: dt.datetime) -> None:
    first = written(send_at=now + HOUR)
    writing.call_off(first)
    written(send_at=now + HOUR, until=now + 2 * HOUR)
    assert Recorder().at(now + 3 * HOUR) == []
    assert not Recipient.objects.exists()
    first.refresh_from_db()
    with pytest.raises(Refused, match="over already"):
        writing.call_off(first)


def test_at_night_what_is_urgent_alone_goes_out(now: dt.datetime) -> None:
    arranging.set_channel("O2", Way(), (0, 0), by="O2")
    night = now.replace(hour=23)
    clock.set_to(night)
    written()
    channel = Recorder()
    assert channel.at(night) == ["O2"]  # keeps no quiet hours
    written(urgent=True, title="急")
    assert channel.at(night + HOUR) == ["O1", "O2"]
    assert channel.at(night + 9 * HOUR) == ["O1"]
    arranging.set_channel("O1", Way(), (12, 15), by="O1")
    clock.set_to(now)
    written()
    assert channel.at(now) == ["O2"]


def test_who_is_away_is_told_by_his_stand_in(now: dt.datetime) -> None:
    arranging.delegate("O1", "O2", now, now + 24 * HOUR, "出差", by="O1")
    written(area="610723001")
    assert Recorder().at(now) == ["O2"]
    assert list(Recipient.objects.values_list("key", flat=True)) == ["O1"]


def test_who_has_not_read_it_is_reminded_and_nobody_else(now: dt.datetime) -> None:
    made = written(remind_h=2, until=now + 20 * HOUR)
    channel = Recorder()
    channel.at(now)
    writing.read(made.recipients.filter(key="O2"))
    assert channel.at(now + HOUR) == []
    assert channel.at(now + 2 * HOUR) == ["O1"]
    assert "提醒 1" in channel.told[0][2]
    assert [channel.at(now + n * HOUR) for n in (3, 4, 5, 6)] == [[], ["O1"], [], ["O1"]]
    assert channel.at(now + 7.9 * HOUR) == []  # three times by itself
    made.refresh_from_db()
    writing.remind(made)
    with pytest.raises(Refused, match="after 1 h"):
        made.refresh_from_db()
        writing.remind(made)
    assert channel.at(now + 7.95 * HOUR) == ["O1"]
    assert writing.acknowledge(made.recipients.filter(key="O1"), "o1") == 1
    assert writing.acknowledge(made.recipients.filter(key="O1"), "o1") == 0
    clock.set_to(now + 19 * HOUR)
    made.refresh_from_db()
    writing.remind(made)
    assert channel.at(now + 19 * HOUR) == []
    assert Recipient.objects.get(key="O1").acked_by == "o1"


def test_what_a_channel_refused_is_tried_three_times(now: dt.datetime) -> None:
    written(area="610723001")
    channel = Recorder(fault="渠道没有收下")
    tried = []
    for _ in range(5):
        tried.append(len(channel.at(now)))
        Delivery.objects.update(touched=dt.datetime(2020, 1, 1))
    assert tried == [1, 1, 1, 0, 0]
    assert list(Delivery.objects.values_list("state", "tries", "fault")) == [("failed", 3, "渠道没有收下")]


def test_a_run_that_is_killed_is_made_good_and_sends_nothing_twice(now: dt.datetime) -> None:
    written()
    sending.plan(now)
    sending.plan(now)
    Delivery.objects.filter(recipient__key="O1").update(state="sending", touched=dt.datetime(2020, 1, 1))
    assert Recorder().at(now) == ["O2"]
    assert states() == {"O1": "unsure", "O2": "sent"}


def test_to_the_public_it_is_a_release_with_its_row(now: dt.datetime) -> None:
    gateway = arranging.add_gateway("县短信", "610723", SMS, by="admin")
    public = {"audience": "groups", "which": "六十岁以上", "gateway": gateway.pk}
    for wrong, said in (
        ({"gateway": None}, "网关"),
        ({}, "审批人"),
        ({"as_of": now}, "审批人"),
        ({"as_of": now + HOUR, "approved_by": "李主任"}, "还没有到"),
    ):
        with pytest.raises(Refused) as refused:
            written(**public | wrong)
        assert said in refused.value.zh
    made = written(**public, as_of=now - HOUR, approved_by="李主任")
    channel = Recorder()
    assert channel.at(now) == ["老一"]
    assert channel.told[0][1] == SMS.replace("{to}", "13800000001")
    assert states() == {"老一": "sent", "老二": "unreached"}
    made.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title, as_of, released_at, channel, area, approved_by, recorded_by FROM ledger_notices "
            "WHERE notice = %s AND latest",
            [made.row],
        )
        assert cursor.fetchall() == [("防寒", now - HOUR, now, "短信", "610723", "李主任", "wang")]
    assert channel.at(now + 30 * HOUR) == []


def test_a_unit_is_reached_by_its_phone_or_on_its_page(now: dt.datetime) -> None:
    gateway = arranging.add_gateway("县短信", "610723", SMS, by="admin")
    written(audience="units", gateway=gateway.pk)
    channel = Recorder()
    assert len(channel.at(now)) == 4
    by = dict(Delivery.objects.values_list("recipient__key", "channel"))
    assert by == {"CLINIC": "jsons", "HOTEL": "console", "LAB": "console", "SHOP": "console"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "标题"),
        ({"text": ""}, "内容"),
        ({"title": "长" * 61}, "60 字"),
        ({"text": "长" * 2001}, "2000 字"),
        ({"area": ""}, "区划代码"),
        ({"audience": "villagers"}, "发给谁"),
        ({"which": "村霸"}, "没有“村霸”"),
        ({"gateway": 10**6}, "网关"),
        ({"until": NOW}, "晚于"),
        ({"send_at": NOW + HOUR, "until": NOW + HOUR}, "晚于"),
        ({"remind_h": 1000}, "240"),
    ],
)
def test_what_cannot_go_out_is_said(now: dt.datetime, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        written(**wrong)
    assert said in refused.value.zh and not Notice.objects.exists()


def test_the_shell_writes_shows_and_ends(
    now: dt.datetime,
    served: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", served)
    (tmp_path / "text").write_text("今夜降温", encoding="utf-8")

    def run(*argv: str) -> tuple[int, str]:
        code = main(["notice", *argv, "--data", str(tmp_path)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out + said.err

    form = ("--title", "防寒", "--text", str(tmp_path / "text"), "--area", "610723")
    code, said = run("send", *form, "--to", "duties:村干部")
    assert code == 0 and "2 个对象" in said
    number = str(Notice.objects.get().pk)
    for wrong in (("--to", "villagers"), ("--to", "people"), ("--to", "duties", "--gateway", "没有")):
        assert run("send", *form, *wrong)[0] == 2
    sending.run(now, Recorder(fault="渠道没有收下"))
    assert "防寒" in run("list")[1]
    code, said = run("show", number, "--lang", "en")
    assert code == 0 and "failed" in said and "赵六" in said
    assert run("remind", number)[0] == 2  # just sent
    assert [run("end", number)[0], run("end", number)[0], run("show", "9999999")[0]] == [0, 2, 2]


# ── as the desk's role ───────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def desk(served: str) -> county.Desk:
    with psycopg.connect(served, autocommit=True) as con:
        con.execute(
            "INSERT INTO notice (id, title, text, area, audience, which, urgent, remind_h, approved_by, send_at, by, "
            "by_name, at, sent_at, row) SELECT n, 'N' || n, '', area, 'duties', '', false, 0, '', now(), '', '', now(), "
            "now(), '' FROM (VALUES (901, '610723'), (902, '610723001'), (903, '610723002')) v(n, area)"
        )
        con.execute(
            'INSERT INTO notice_recipient (id, notice_id, kind, key, name, "to", area, acked_by) VALUES '
            "(901, 901, 'officer', 'O1', '', '', '610723', ''), (902, 901, 'officer', 'O2', '', '', '610723', ''), "
            "(903, 902, 'unit', 'HOTEL', '', '', '610723001', ''), (904, 903, 'person', '王二', '', '', '610723002', '')"
        )
        con.execute(
            "INSERT INTO notice_delivery (recipient_id, round, at, channel, state, tries, fault) "
            "SELECT id, 0, now(), '', 'sent', 1, '' FROM notice_recipient"
        )
    return county.Desk(county.desk_url(served))


OFFICER = Scope("user", 9, area="610723001001", officer="O1")


@pytest.mark.parametrize(
    ("scope", "notices", "recipients"),
    [
        (Scope("user", 7, whole=True), "N901 N902 N903", {901, 902, 903, 904}),
        (county.COUNTY, "N901 N902 N903", {901, 902, 903, 904}),
        (county.TOWN, "N902", {903}),
        (OFFICER, "N901", {901}),
        (county.HOTEL, "N902", {903}),
        (county.CLINIC, "", set()),
    ],
)
def test_a_notice_is_seen_by_who_covers_its_area_and_by_whom_it_reaches(
    desk: county.Desk, scope: Scope, notices: str, recipients: set[int]
) -> None:
    assert desk.sees(scope, "notice", "title") == set(notices.split())
    assert desk.sees(scope, "notice_recipient", "id") == recipients
    assert desk.sees(scope, "notice_delivery", "recipient_id") == recipients


def test_one_says_for_oneself_alone_that_one_has_read_it(desk: county.Desk) -> None:
    with desk.scope(OFFICER):
        assert desk.con.execute("UPDATE notice_recipient SET read_at = now()").rowcount == 1
    with desk.scope(county.COUNTY):
        assert desk.con.execute("UPDATE notice_recipient SET read_at = now()").rowcount == 0
    for sql in (
        "UPDATE notice_recipient SET key = 'O1'",
        "UPDATE notice SET text = 'x'",
        "DELETE FROM notice_recipient",
        "UPDATE notice_delivery SET state = 'sent'",
        "INSERT INTO notice_delivery (recipient_id, round, at, channel, state, tries, fault) "
        "VALUES (901, 1, now(), '', 'sent', 1, '')",
    ):
        with desk.scope(county.COUNTY), pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.con.execute(sql)
    with desk.scope(county.TOWN), pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.con.execute(
            "INSERT INTO notice (title, text, area, audience, which, urgent, remind_h, approved_by, send_at, by, "
            "by_name, at, row) VALUES ('', '', '610723', 'duties', '', false, 0, '', now(), '', '', now(), '')"
        )
