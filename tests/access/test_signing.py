"""Signing in: passwords, lockout, the second factor, the first password that somebody else knows."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.access import accounts, scope
from bihuan.access.accounts import Asked
from bihuan.access.models import Account
from tests.access.conftest import shown, signed_in

PASSWORD = "correct horse battery"


@pytest.fixture
def account(served: str, rows: psycopg.Connection) -> Account:
    """An account that has a password of its own."""
    with scope.held(scope.SYSTEM):
        Account.objects.filter(username="fresh").update(username="gone")
        made, _ = accounts.add(Asked("fresh", "干部", area="610723001001"), "test", PASSWORD)
        Account.objects.filter(pk=made.pk).update(new_password=False)
    rows.execute("DELETE FROM axes_accessattempt")
    cache.clear()
    yield made
    rows.execute("DELETE FROM mfa_authenticator")
    rows.execute("DELETE FROM access_account WHERE username = 'fresh'")


def sign_in(client: Client, username: str, password: str, lang: str = "zh") -> object:
    client.cookies["bihuan_lang"] = lang
    return client.post("/login", {"username": username, "password": password})


@pytest.mark.parametrize(("lang", "said"), [("zh", "账号名或口令不对"), ("en", "The account or the password is wrong")])
def test_a_wrong_password_is_told_in_both_languages(account: Account, lang: str, said: str) -> None:
    answer = sign_in(Client(), "fresh", "wrong", lang)
    assert answer.status_code == 200 and said in answer.content.decode()


def test_the_right_password_opens_the_desk(account: Account) -> None:
    client = Client()
    assert sign_in(client, "fresh", PASSWORD).headers["Location"] == "/"
    shown(client, "/holes/")
    assert client.post("/logout").headers["Location"] == "/login"
    assert client.get("/holes/").status_code == 302


def test_five_wrong_passwords_lock(account: Account) -> None:
    client = Client()
    for _ in range(4):
        assert sign_in(client, "fresh", "wrong").status_code == 200
    for lang, said in (("zh", "登录已锁定"), ("en", "Signing in is locked")):
        answer = sign_in(client, "fresh", "wrong", lang)
        assert answer.status_code == 429 and said in answer.content.decode()
    assert sign_in(Client(), "fresh", PASSWORD).status_code == 429  # the right one comes too late
    assert sign_in(Client(REMOTE_ADDR="10.1.2.3"), "fresh", PASSWORD).status_code == 302  # nobody else is locked


def test_what_has_ended_cannot_sign_in(account: Account, rows: psycopg.Connection) -> None:
    rows.execute("UPDATE access_account SET until = '2022-01-01' WHERE username = 'fresh'")
    assert "已经结束" in sign_in(Client(), "fresh", PASSWORD).content.decode()


def test_a_first_password_is_changed_before_anything_else(account: Account, rows: psycopg.Connection) -> None:
    rows.execute("UPDATE access_account SET new_password = true WHERE username = 'fresh'")
    client = Client()
    sign_in(client, "fresh", PASSWORD)
    for path in ("/", "/holes/", "/ledgers/people/", "/account/"):
        assert client.get(path).headers["Location"] == "/account/password"
    form = {"oldpassword": PASSWORD, "password1": "a new one 2022", "password2": "a new one 2022"}
    for wrong, said in (
        ({"oldpassword": "x"}, "现在的口令不对"),
        ({"password2": "y"}, "两次输入的新口令不一样"),
        ({"password1": "short", "password2": "short"}, "至少要 10 个字符"),
        ({"password1": "20220106142", "password2": "20220106142"}, "不能全是数字"),
        ({"password1": "qwertyuiop", "password2": "qwertyuiop"}, "太常见"),
    ):
        answer = client.post("/account/password", form | wrong)
        assert answer.status_code == 200 and said in answer.content.decode(), said
    assert client.post("/account/password", form).headers["Location"] == "/account/"
    assert "干部" in shown(client, "/account/")
    other = Client()
    assert sign_in(other, "fresh", PASSWORD).status_code == 200
    assert sign_in(other, "fresh", "a new one 2022").status_code == 302


def test_the_second_factor(account: Account, rows: psycopg.Connection) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    client = Client()
    sign_in(client, "fresh", PASSWORD)
    confirm = client.get("/account/second/on").headers["Location"]
    assert confirm.startswith("/account/confirm?")
    assert "口令不对" in client.post(confirm, {"password": "wrong"}).content.decode()
    assert client.post(confirm, {"password": PASSWORD}).headers["Location"] == "/account/second/on"
    page = shown(client, "/account/second/on")
    secret = re.search(r'class="mono">([A-Z2-7]{16,})<', page)[1]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    wrong = client.post("/account/second/on", {"code": "000000"})
    assert "验证码不对" in wrong.content.decode()
    assert client.post("/account/second/on", {"code": code}).headers["Location"] == "/account/second/codes"
    spare = re.findall(r"<li>(\d+)</li>", shown(client, "/account/second/codes"))
    assert len(spare) == 10
    kept = rows.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator").fetchone()[0]
    assert secret not in kept  # encrypted

    other = Client()
    assert sign_in(other, "fresh", PASSWORD).headers["Location"].startswith("/login/code")
    assert other.get("/holes/").status_code == 302  # not in yet
    assert "验证码不对" in other.post("/login/code", {"code": "000000"}).content.decode()
    assert other.post("/login/code", {"code": spare[0]}).headers["Location"] == "/"
    shown(other, "/holes/")
    third = Client()
    sign_in(third, "fresh", PASSWORD)
    assert "验证码不对" in third.post("/login/code", {"code": spare[0]}).content.decode()  # once alone

    assert client.post("/account/second/off").headers["Location"] == "/account/second"
    assert "两步验证没有打开" in shown(client, "/account/second")


@pytest.mark.usefixtures("served")
def test_nobody_signs_up() -> None:
    client = Client()
    for path in ("/signup", "/accounts/signup/", "/account/signup"):
        assert client.get(path).status_code in (302, 404)
    with scope.held(scope.DOOR):
        east = Account.objects.get(username="east")
    with scope.held(scope.Scope.of(east)):
        from django.db import DatabaseError, transaction

        with pytest.raises(DatabaseError), transaction.atomic():
            Account.objects.create(username="self", role="管理员", whole=True)
    shown(signed_in("east"), "/account/")
