"""Accounts: what one is bound to, when it ends, who may write what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from bihuan.access import accounts, roles
from bihuan.access.accounts import Asked, Wrong
from bihuan.access.models import Account
from bihuan.live import clock

pytestmark = pytest.mark.usefixtures("database")


def make(username: str, role: str = "干部", **given: object) -> Account:
    return accounts.add(Asked(username, role, **given), by="test")[0]  # type: ignore[arg-type]


def test_an_account_is_bound_to_one_thing() -> None:
    assert make("a", area="610723000000").area == "610723"
    assert make("b", "值班", whole=True).bound == "all"
    assert make("c", "单位", unit="Ｕ1").unit == "U1"
    for given in ({}, {"area": "6107", "unit": "U1"}, {"whole": True, "area": "6107"}):
        with pytest.raises(Wrong):
            make("d", "值班", **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(username="e", role="值班", whole=True, area="6107")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(username="e", role="值班")


@pytest.mark.parametrize(
    ("role", "given", "said"),
    [
        ("村长", {"area": "61"}, "没有角色“村长”"),
        ("网格员", {"whole": True}, "“网格员”的账号要绑定到一个区划"),
        ("单位", {"area": "61"}, "“单位”的账号要绑定到一个单位"),
        ("值班", {"area": "61x"}, "不是区划代码"),
        ("值班", {"area": "61", "group": "流调"}, "专班“流调”不行"),
        ("专班", {"area": "61", "group": "歌舞"}, "专班“歌舞”不行"),
        ("值班", {"area": "61", "officer": "O404"}, "没有编号 O404"),
        ("值班", {"area": "61", "by_duty": True}, "要写明人员编号"),
        ("值班", {"area": "61", "until": dt.datetime(2020, 1, 1)}, "已经过去"),
    ],
)
def test_what_cannot_be_made_says_why(role: str, given: dict[str, object], said: str) -> None:
    with pytest.raises(Wrong) as wrong:
        make("x", role, **given)
    assert said in wrong.value.zh and wrong.value.en


def test_an_account_name_is_one_persons() -> None:
    make("张三", area="61")
    with pytest.raises(Wrong, match="already"):
        make(" 张三 ", area="61")
    with pytest.raises(Wrong):
        make("a b", area="61")


def test_what_has_ended_cannot_sign_in() -> None:
    from django.contrib.auth import authenticate
    from django.test import RequestFactory

    request = RequestFactory().post("/login")
    account, password = accounts.add(Asked("a", "干部", area="61"), by="test")
    assert authenticate(request, username="a", password=password) == account
    accounts.end(account, clock.now() + dt.timedelta(hours=1))
    assert account.is_active
    accounts.end(account)
    assert not account.is_active
    assert authenticate(request, username="a", password=password) is None


def test_the_last_administrator_stays() -> None:
    from bihuan.live import start

    assert start.first_administrator()
    assert start.first_administrator() is None
    first = accounts.find("admin")
    with pytest.raises(Wrong, match="last administrator"):
        accounts.end(first)
    make("b", "管理员", area="6107")
    with pytest.raises(Wrong):
        accounts.end(first)
    make("c", "管理员", whole=True)
    accounts.end(first)
    assert start.first_administrator() is None


def test_a_new_password_replaces_the_old_one() -> None:
    account, old = accounts.add(Asked("a", "干部", area="61"), by="test")
    new = accounts.renew(account)
    assert account.check_password(new) and not account.check_password(old) and account.new_password


def test_roles_write_their_ledgers() -> None:
    assert roles.writes("网格员", "", "verifications") and not roles.writes("网格员", "", "cases")
    assert roles.writes("专班", "流调", "contacts") and not roles.writes("专班", "流调", "stocks")
    assert roles.writes("专班", "", "stocks") and roles.writes("管理员", "", "orders")
    assert not roles.writes("督查", "", "people") and not roles.writes("居民", "", "people")


def test_roles_name_ledgers_that_there_are() -> None:
    from bihuan.domains import catalogue

    named = {x for role in roles.ROLES.values() for x in role.writes} | {x for g in roles.GROUPS.values() for x in g}
    assert named - {"*"} <= {ledger.name for ledger in catalogue.ledgers()}
    assert set(roles.GROUP_ENGLISH) == set(roles.GROUPS)
