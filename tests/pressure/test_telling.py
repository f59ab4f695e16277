"""On a real PostgreSQL: a hole is told once, to whom it is due, by a channel that records; nothing leaves the machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bihuan.live.models import Hole
from bihuan.pressure import channels, console, keeping, telling
from bihuan.pressure.models import Attachment, Channel, Delegation, Message, Reassignment, Telling

pytestmark = pytest.mark.usefixtures("holes")

DAY = dt.datetime(2022, 1, 5)
MORNING = DAY.replace(hour=9)


def later(minutes: int) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


@dataclass
class Recorder:
    """A channel that records; ``fault``: what it answers."""

    fault: str = ""
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, address: str, recipient: str, title: str, text: str) -> str:
        self.told.append((recipient, title, text))
        return self.fault

    def at(self, now: dt.datetime) -> list[tuple[str, str]]:
        """Run the job; who was told what by it."""
        self.told.clear()
        telling.run(now, self)
        return sorted((recipient, title) for recipient, title, _ in self.told)


def hole(severity: str = "重", **given: Any) -> Hole:
    fresh = {"subject": f"S{Hole.objects.count()}", "owner": "O1", "area": "610723001001", **given}
    return Hole.objects.create(
        hole="arrival.silent", state="open", severity=severity, subject_kind="person", since=DAY, opened_at=DAY, **fresh
    )


TWO = "闭环：2 个漏洞（重 2）· 2 holes (2 serious)"
ONE = "闭环：1 个漏洞（重 1）· 1 hole (1 serious)"
URGENT = "闭环：1 个漏洞（急 1）· 1 hole (1 urgent)"


def test_open_holes_are_one_digest_an_owner_and_are_told_once() -> None:
    channel = Recorder()
    assert channel.at(MORNING) == [("O1", TWO), ("O2", TWO)]
    assert channel.at(MORNING) == []
    assert channel.at(later(60)) == []
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert Telling.objects.count() == 4


def test_what_comes_within_the_quarter_waits_for_the_next() -> None:
    channel = Recorder()
    channel.at(MORNING)
    hole()
    assert channel.at(later(5)) == []
    hole()
    assert channel.at(later(15)) == [("O1", TWO)]


def test_urgent_goes_at_once_by_day_and_night_and_the_rest_in_the_morning() -> None:
    channel = Recorder()
    channel.at(MORNING)
    hole("急")
    assert channel.at(later(1)) == [("O1", URGENT)]
    night = MORNING.replace(hour=23)
    hole("急"), hole()
    assert channel.at(night) == [("O1", URGENT)]
    assert channel.at(night + dt.timedelta(hours=2)) == []
    assert channel.at(MORNING + dt.timedelta(days=1)) == [("O1", ONE)]


def test_escalation_is_told_once_to_whom_it_went_up_and_again_when_that_changes() -> None:
    channel = Recorder()
    channel.at(MORNING)
    aged = Hole.objects.filter(owner="O1").first()
    assert aged is not None
    Hole.objects.filter(pk=aged.pk).update(escalated_to="O2")
    assert channel.at(later(20)) == [("O2", ONE)]
    assert "已升级到你" in channel.told[0][2]
    assert channel.at(later(40)) == []
    Hole.objects.filter(pk=aged.pk).update(escalated_to="O3")
    assert channel.at(later(60)) == [("O3", ONE)]


def test_a_hole_that_closed_is_told_no_more_and_one_that_came_back_is() -> None:
    channel = Recorder()
    channel.at(MORNING)
    again = hole()
    Hole.objects.filter(pk=again.pk).update(state="closed")
    assert channel.at(later(20)) == []
    Hole.objects.filter(pk=again.pk).update(state="open", opened_at=later(30))
    assert channel.at(later(40)) == [("O1", ONE)]
    Hole.objects.filter(pk=again.pk).update(state="open", opened_at=later(50))  # closed and open again in between
    assert channel.at(later(60)) == [("O1", ONE)]


def test_who_is_away_is_told_by_his_delegate() -> None:
    Delegation.objects.create(officer="O1", delegate="O3", since=DAY, until=later(60), at=DAY, by="wang", reason="开会")
    channel = Recorder()
    assert channel.at(MORNING) == [("O2", TWO), ("O3", TWO)]
    assert "代王五" in next(text for who, _, text in channel.told if who == "O3")
    assert channel.at(later(15)) == []
    assert channel.at(later(60)) == [("O1", TWO)]  # back, he hears what stands open


def test_a_hole_that_is_handed_on_is_told_to_whom_it_went() -> None:
    channel = Recorder()
    one = Hole.objects.filter(owner="O1").first()
    assert one is not None
    Reassignment.objects.create(of=one, at=MORNING, by="wang", officer="O9", reason="王五在隔离")
    assert channel.at(MORNING) == [("O1", ONE), ("O2", TWO), ("O9", ONE)]
    Reassignment.objects.create(of=one, at=later(10), by="wang", officer="O8", reason="换人")
    assert channel.at(later(20)) == [("O8", ONE)]
    Hole.objects.filter(pk=one.pk).update(opened_at=later(30))  # another stretch: the rules' owner has it
    assert channel.at(later(40)) == [("O1", ONE)]


def test_a_reassignment_wants_a_reason() -> None:
    one = Hole.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reassignment.objects.create(of=one, at=MORNING, by="wang", officer="O9", reason="")


def test_a_channel_that_refuses_is_tried_three_times_and_its_fault_is_kept() -> None:
    channel = Recorder(fault="渠道没有收下")
    Hole.objects.exclude(owner="O2").delete()
    tries = [len(channel.at(later(15 * n))) for n in range(5)]
    assert tries == [1, 1, 1, 0, 0]
    assert set(Message.objects.values_list("state", "fault")) == {("failed", "渠道没有收下")}


def test_a_run_that_is_killed_between_writing_and_sending_is_made_good_by_the_next() -> None:
    telling.write(MORNING)
    assert Recorder().at(later(1)) != []
    assert Message.objects.filter(state="sent").count() == 2


def test_a_run_that_is_killed_while_it_sends_is_not_sent_twice() -> None:
    telling.write(MORNING)
    Message.objects.update(state="sending")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pressure_message SET touched = now() - interval '1 hour'")
    channel = Recorder()
    assert channel.at(later(20)) == []
    assert set(Message.objects.values_list("state", flat=True)) == {"unsure"}


def test_the_console_takes_one_line_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    telling.run(MORNING)
    assert capsys.readouterr().err.splitlines() == [f"通知 → O1：{TWO}", f"通知 → O2：{TWO}"]


def test_where_there_is_a_data_directory_the_console_is_a_file_in_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIHUAN_DATA", str(tmp_path))
    monkeypatch.setattr(console, "MOST_BYTES", 1)
    telling.run(MORNING)
    assert capsys.readouterr().err == ""
    lines = [(tmp_path / name).read_text(encoding="utf-8") for name in ("notices.log.1", "notices.log")]
    assert [line[20:] for line in lines] == [f"通知 → {o}：{TWO}\n" for o in ("O1", "O2")]
    assert (tmp_path / "notices.log").stat().st_mode & 0o077 == 0


def test_own_quiet_hours() -> None:
    Channel.objects.create(officer="O1", quiet_from=8, quiet_to=12, at=DAY)
    channel = Recorder()
    assert channel.at(MORNING) == [("O2", TWO)]
    assert channel.at(MORNING.replace(hour=12)) == [("O1", TWO)]


@pytest.mark.parametrize("address", ["", "wecombot://abcdef", "mailto://someone:secret@mail.example"])
def test_addresses_that_are_understood(address: str) -> None:
    channels.check(address)


@pytest.mark.parametrize("address", ["syslog://", "http://10.0.0.1/", "wecombot://", "村里的喇叭"])
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(channels.BadAddress):
        channels.check(address)


def test_what_was_told_is_kept_for_a_year_and_longer_while_its_hole_stands() -> None:
    telling.run(MORNING, Recorder())
    closed = Hole.objects.filter(owner="O1").first()
    assert closed is not None
    Hole.objects.filter(owner="O1").update(state="closed", closed_at=MORNING)
    for hole in (closed, Hole.objects.filter(owner="O2").first()):
        Attachment.objects.create(
            of=hole, at=MORNING, by="", name="a", kind="image/png", size=1, digest="d", content=b"x"
        )
    Delegation.objects.create(officer="O1", delegate="O3", since=DAY, until=MORNING, at=DAY, by="", reason="")
    assert sum(keeping.tidy(MORNING + keeping.KEEP).values()) == 0
    late = MORNING + keeping.KEEP + dt.timedelta(minutes=1)
    assert keeping.tidy(late) == {"tellings": 2, "messages": 1, "delegations": 1, "attachments": 1}
    assert list(Message.objects.values_list("recipient", flat=True)) == ["O2"]
    assert Recorder().at(late) == []  # O2 is not told of his standing holes again
