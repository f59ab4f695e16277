"""The page of accounts: who manages them, within which area."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.access import accounts, scope
from bihuan.access.accounts import Asked
from tests.access.conftest import shown, signed_in

NEW = {"username": "new", "name": "新人", "role": "网格员", "bound": "area", "place": "610723001001"}


@pytest.fixture
def managers(rows: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """boss manages everything, chief the county."""
    with scope.held(scope.SYSTEM):
        accounts.add(Asked("boss", "管理员", whole=True), "test")
        accounts.add(Asked("chief", "管理员", area="610723001"), "test")
    rows.execute("UPDATE access_account SET new_password = false")
    cache.clear()
    yield rows
    rows.execute("DELETE FROM access_account WHERE made_by IN ('boss', 'chief') OR username IN ('boss', 'chief')")


def listed(client: Client) -> set[str]:
    return set(re.findall(r'<th scope="row" class="nowrap">(\w+)', shown(client, "/accounts/")))


def test_who_does_not_manage_sees_no_page(managers: psycopg.Connection) -> None:
    for name in ("east", "county", "hotel"):
        assert signed_in(name).get("/accounts/").status_code == 403
        assert signed_in(name).post("/accounts/1", {"act": "end"}).status_code == 403
        assert "账号管理" not in shown(signed_in(name), "/holes/")


def test_a_manager_sees_the_accounts_of_its_area(managers: psycopg.Connection) -> None:
    """An officer's account goes by his name."""
    assert listed(signed_in("boss")) >= {"all", "county", "east", "hotel", "王五", "boss", "chief"}
    assert listed(signed_in("chief")) == {"east", "王五", "chief"}


def test_an_account_is_made_and_signs_in(managers: psycopg.Connection) -> None:
    page = signed_in("chief").post("/accounts/", NEW).content.decode()
    password = re.search(r'<b class="mono">(\w+)</b>', page)[1]  # type: ignore[index]
    made = managers.execute("SELECT role, area, made_by, new_password FROM access_account WHERE username = 'new'")
    assert made.fetchone() == ("网格员", "610723001001", "chief", True)
    client = Client()
    assert client.post("/login", {"username": "new", "password": password}).status_code == 302
    assert client.get("/holes/").headers["Location"] == "/account/password"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": "610723002"}, "只能设本辖区（610723001）之内的账号"),
        ({"place": "6107"}, "只能设本辖区"),
        ({"bound": "all", "role": "值班"}, "只能设本辖区"),
        ({"bound": "unit", "role": "单位", "place": "HOTEL"}, "只能设本辖区"),
        ({"bound": "unit"}, "“网格员”的账号要绑定到一个区划"),
        ({"username": "east"}, "已经有账号"),
        ({"until": "明年"}, "读不出结束时间"),
    ],
)
def test_what_a_manager_cannot_make(managers: psycopg.Connection, wrong: dict[str, str], said: str) -> None:
    answer = signed_in("chief").post("/accounts/", NEW | wrong)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert managers.execute("SELECT count(*) FROM access_account WHERE username = 'new'").fetchone() == (0,)


def test_the_database_keeps_a_manager_to_its_area(managers: psycopg.Connection) -> None:
    """Beneath the page: whatever SQL."""
    from django.db import DatabaseError, transaction

    from bihuan.access.models import Account

    with scope.held(scope.DOOR):
        chief = Account.objects.get(username="chief")
    with scope.held(scope.Scope.of(chief)):
        assert Account.objects.filter(username="county").update(until=None) == 0
        for given in ({"whole": True}, {"area": "610723"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Account.objects.create(username="more", role="管理员", **given)


def test_an_account_is_told_which_officer_it_is(managers: psycopg.Connection) -> None:
    """By a manager of the area in which the officer answers, of another's account."""
    said = "SELECT officer FROM access_account WHERE username = %s"
    (pk,) = managers.execute("SELECT id FROM access_account WHERE username = 'east'").fetchone()  # type: ignore[misc]
    (own,) = managers.execute("SELECT id FROM access_account WHERE username = 'chief'").fetchone()  # type: ignore[misc]
    inside, outside = "O1", "O2"
    chief = signed_in("chief")
    try:
        chief.post(f"/accounts/{pk}", {"act": "officer", "officer": inside})
        assert managers.execute(said, ["east"]).fetchone() == (inside,)
        for number in ("O999999", outside):
            chief.post(f"/accounts/{pk}", {"act": "officer", "officer": number})
            assert managers.execute(said, ["east"]).fetchone() == (inside,)
        chief.post(f"/accounts/{own}", {"act": "officer", "officer": inside})
        assert "由另一位管理员" in shown(chief, "/accounts/")
        assert managers.execute(said, ["chief"]).fetchone() == ("",)
        chief.post(f"/accounts/{pk}", {"act": "officer", "officer": ""})
        assert managers.execute(said, ["east"]).fetchone() == ("",)
    finally:
        managers.execute("UPDATE access_account SET officer = '' WHERE username = 'east'")


def test_an_account_is_ended_renewed_and_goes_on(managers: psycopg.Connection) -> None:
    boss = signed_in("boss")
    east = signed_in("east")
    (pk,) = managers.execute("SELECT id FROM access_account WHERE username = 'east'").fetchone()  # type: ignore[misc]
    boss.post(f"/accounts/{pk}", {"act": "end"})
    assert east.get("/holes/").status_code == 302
    assert "已结束" in shown(boss, "/accounts/")
    boss.post(f"/accounts/{pk}", {"act": "again"})
    shown(signed_in("east"), "/holes/")
    boss.post(f"/accounts/{pk}", {"act": "password"})
    assert "新口令" in shown(boss, "/accounts/")
    managers.execute("UPDATE access_account SET new_password = false")
    (own,) = managers.execute("SELECT id FROM access_account WHERE username = 'boss'").fetchone()  # type: ignore[misc]
    boss.post(f"/accounts/{own}", {"act": "end"})
    assert "最后一位管理员" in shown(boss, "/accounts/")
