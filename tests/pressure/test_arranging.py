"""How an officer is told, who stands in, by which gateways: from the functions that pages use, from the shell, and as the
desk's role sees them."""

from __future__ import annotations

import datetime as dt
import io

import psycopg
import pytest

from bihuan.access.scope import Scope
from bihuan.cli import main
from bihuan.live import clock
from bihuan.live.models import Hole
from bihuan.pressure import arranging, telling
from bihuan.pressure.arranging import Refused, Way
from bihuan.pressure.models import Channel, Delegation, Gateway, Message
from tests.access import county

NOW = dt.datetime(2022, 1, 6, 14)
SMS = "jsons://secret@gw.example/send?:mobile={to}"
MAIL = "mailtos://user:secret@mail.example?to={to}"
ROBOT = "wecombot://0123456789abcdef"


@pytest.fixture
def now(holes: None) -> None:
    clock.set_to(NOW)


@pytest.fixture
def sms(now: None) -> Gateway:
    return arranging.add_gateway("县短信", "610723001", SMS, by="admin")


def test_a_gateway_reaches_the_officers_of_its_area_alone(sms: Gateway) -> None:
    everywhere = arranging.add_gateway("邮件", "", MAIL, by="admin")
    assert arranging.gateways("O1") == [sms, everywhere] or arranging.gateways("O1") == [everywhere, sms]
    assert arranging.gateways("O2") == [everywhere]  # answers for 610723002001
    made = arranging.set_channel("O1", Way(sms.pk, "138-0000 0000"), by="O1")
    assert arranging.address(made) == "jsons://secret@gw.example/send?:mobile=13800000000"
    made = arranging.set_channel("O2", Way(everywhere.pk, " a&b@mail.cn"), by="O2")
    assert arranging.address(made) == "mailtos://user:secret@mail.example?to=a%26b%40mail.cn"


@pytest.mark.parametrize(
    ("way", "quiet", "said"),
    [
        (Way(robot="mailto://u:p@smtp.example"), (22, 7), "管理员设好的网关"),
        (Way(robot="jsons://10.0.0.1/"), (22, 7), "管理员设好的网关"),
        (Way(robot="wecombot://"), (22, 7), "不完整"),
        (Way(gateway=10**6), (22, 7), "不在该责任人员的辖区"),
        (Way(), (22, 24), "整点"),
    ],
)
def test_what_an_officer_cannot_arrange(now: None, way: Way, quiet: tuple[int, int], said: str) -> None:
    with pytest.raises(Refused) as refused:
        arranging.set_channel("O1", way, quiet, by="O1")
    assert said in refused.value.zh and not Channel.objects.exists()


def test_a_number_that_is_none_is_said(sms: Gateway) -> None:
    for to in ("", "张三", "a@b.cn"):
        with pytest.raises(Refused, match="phone number"):
            arranging.set_channel("O1", Way(sms.pk, to), by="O1")
    with pytest.raises(Refused, match="no officer"):
        arranging.set_channel("O9", Way(), by="O9")


@pytest.mark.parametrize(
    ("name", "area", "address", "said"),
    [
        ("", "", SMS, "名称"),
        ("短信", "61072", SMS, "区划代码"),
        ("短信", "", "jsons://gw.example/send", "{to}"),
        ("短信", "", "file:///etc/passwd?{to}", "不认识"),
        ("短信", "", "json://gw.example/?:m={to}", "不认识"),  # a secret would go in the clear
    ],
)
def test_gateways_that_cannot_be_set_up(now: None, name: str, area: str, address: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        arranging.add_gateway(name, area, address, by="admin")
    assert said in refused.value.zh and "passwd" not in refused.value.zh


def test_a_gateway_that_is_taken_down_leaves_the_console(sms: Gateway) -> None:
    made = arranging.set_channel("O1", Way(sms.pk, "13800000000"), by="O1")
    assert arranging.end_gateway("县短信") and not arranging.end_gateway("县短信")
    assert arranging.address(Channel.objects.get(pk=made.pk)) == ""
    again = arranging.add_gateway("县短信", "610723001", SMS, by="admin")
    assert again.pk == sms.pk and arranging.address(Channel.objects.get(pk=made.pk)) != ""


def test_messages_go_by_what_was_arranged(sms: Gateway) -> None:
    arranging.set_channel("O1", Way(sms.pk, "13800000000"), (0, 0), by="O1")
    arranging.set_channel("O2", Way(robot=ROBOT), (0, 0), by="O2")
    sent: list[tuple[str, str]] = []
    telling.run(NOW, lambda address, recipient, *_: sent.append((recipient, address)) or "")
    assert sorted(sent) == [("O1", SMS.replace("{to}", "13800000000")), ("O2", ROBOT)]
    assert dict(Message.objects.values_list("recipient", "channel")) == {"O1": "jsons", "O2": "wecombot"}


def test_a_trial_message_is_sent_once_a_minute(now: None) -> None:
    Hole.objects.update(state="closed")
    arranging.trial("O1")
    with pytest.raises(Refused):
        arranging.trial("O1")
    sent: list[str] = []
    assert telling.run(NOW, lambda address, recipient, *_: sent.append(recipient) or "") == 1
    assert sent == ["O1"]


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("officer", "to", "since", "until", "reason", "said"),
    [
        ("O1", "O1", NOW, NOW + DAY, "出差", "别人"),
        ("O1", "O9", NOW, NOW + DAY, "出差", "O9"),
        ("O1", "O2", NOW, NOW, "出差", "晚于"),
        ("O1", "O2", NOW - 2 * DAY, NOW, "出差", "已经过去"),
        ("O1", "O2", NOW, NOW + 91 * DAY, "出差", "90 天"),
        ("O1", "O2", NOW, NOW + DAY, "  ", "事由"),
    ],
)
def test_delegations_that_cannot_be(
    now: None, officer: str, to: str, since: dt.datetime, until: dt.datetime, reason: str, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        arranging.delegate(officer, to, since, until, reason, by=officer)
    assert said in refused.value.zh and not Delegation.objects.exists()


def test_a_delegation_ends_when_it_is_called_off(now: None) -> None:
    made = arranging.delegate("O1", "O2", NOW, NOW + DAY, "出差", by="O1")
    assert telling.aways(NOW) == {"O1": "O2"}
    assert not arranging.call_off("O2", made.pk)  # somebody else's
    assert list(arranging.delegations("O2")) == [made]
    assert arranging.call_off("O1", made.pk)
    assert telling.aways(NOW) == {} and not arranging.delegations("O1")


# ── the shell ────────────────────────────────────────────────────────────────


def test_the_shell_arranges(
    now: None,
    served: str,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", served)

    def run(*argv: str) -> tuple[int, str]:
        code = main([*argv, "--data", str(tmp_path)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out + said.err

    monkeypatch.setattr("sys.stdin", io.StringIO(SMS + "\n"))
    assert run("gateway", "add", "县短信", "--area", "610723001", "--address", "-")[0] == 0
    code, said = run("gateway", "list")
    assert code == 0 and "县短信" in said and "secret" not in said
    assert run("channel", "set", "O1", "--gateway", "县短信", "--to", "13800000000")[0] == 0
    assert "13800000000" in run("channel", "list")[1]
    assert run("channel", "set", "O2", "--gateway", "县短信", "--to", "13800000000")[0] == 2
    assert run("channel", "set", "O1", "--quiet", "late")[0] == 2
    assert run("gateway", "add", "另一个", "--address", str(tmp_path) + "/none")[0] == 2
    assert run("delegate", "add", "O1", "--to", "O2", "--until", "2022-01-08", "--reason", "出差")[0] == 0
    number = str(Delegation.objects.get().pk)
    assert "赵六" in run("delegate", "list")[1]
    telling.run(NOW, lambda *_: "渠道没有收下")
    code, said = run("told", "O2", "--lang", "en")
    assert code == 0 and "failed" in said and "渠道没有收下" in said
    assert run("delegate", "end", "O1", number)[0] == 0
    assert run("delegate", "end", "O1", number)[0] == 2
    assert run("told", "O9")[0] == 2
    assert run("gateway", "end", "县短信")[0] == 0


# ── as the desk's role ───────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def desk(served: str) -> county.Desk:
    with psycopg.connect(served, autocommit=True) as con:
        con.execute(
            "INSERT INTO pressure_gateway (name, area, address, at, by, ended) VALUES "
            "('all', '', 'x', now(), '', false), ('county', '610723', 'x', now(), '', false), "
            "('town', '610723001', 'x', now(), '', false)"
        )
    return county.Desk(county.desk_url(served))


def test_addresses_of_gateways_are_seen_by_administrators_of_their_area_alone(desk: county.Desk) -> None:
    def seen(**given: object) -> set[str]:
        return desk.sees(Scope("user", 9, **given), "pressure_gateway", "name")  # type: ignore[arg-type]

    assert seen(whole=True, manages=True) == {"all", "county", "town"}
    assert seen(area="610723", manages=True) == {"county", "town"}
    assert seen(area="610723001", manages=True) == {"town"}
    assert seen(whole=True) == seen(area="610723", officer="O1") == seen(unit="HOTEL") == set()
    with desk.scope(Scope("user", 9, area="610723001", manages=True)), pytest.raises(psycopg.Error):
        desk.con.execute(
            "INSERT INTO pressure_gateway (name, area, address, at, by, ended) "
            "VALUES ('mine', '610723', 'x', now(), '', false)"
        )


def test_a_message_is_written_to_oneself_alone(desk: county.Desk) -> None:
    add = (
        "INSERT INTO pressure_message (recipient, at, channel, title, text, state, fault) "
        "VALUES (%s, now(), '', '', '', 'written', '')"
    )
    with desk.scope(Scope("user", 9, area="610723", officer="O1")):
        desk.con.execute(add, ["O1"])
    with desk.scope(Scope("user", 9, area="610723", officer="O1")), pytest.raises(psycopg.Error):
        desk.con.execute(add, ["O2"])


def test_a_gateway_of_somewhere_else_is_nobodys_channel(desk: county.Desk, served: str) -> None:
    with psycopg.connect(served) as con:
        ids = dict(con.execute("SELECT name, id FROM pressure_gateway").fetchall())
    add = (
        "INSERT INTO pressure_channel (officer, address, gateway_id, quiet_from, quiet_to, at, by) "
        "VALUES ('O2', '', %s, 22, 7, now(), '')"
    )
    north = Scope("user", 9, area="610723002", officer="O2")
    with desk.scope(north):
        desk.con.execute(add, [ids["county"]])
    with desk.scope(north), pytest.raises(psycopg.Error, match="somewhere else"):
        desk.con.execute(add, [ids["town"]])
