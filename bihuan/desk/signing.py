"""Signing in (登录): django-allauth and django-axes in the desk's own words, Chinese and English.

Neither speaks Chinese here (the desk has pairs of words, not catalogues; axes has no Chinese at all), so every sentence
that they could say stands below.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from bihuan.access import scope
from bihuan.desk.viewing import Viewing

SAID = {
    "username_password_mismatch": (
        "账号名或口令不对，或账号已经结束。请核对大小写后再试。",
        "The account or the password is wrong, or the account has ended. Check capitals and try again.",
    ),
    "too_many_login_attempts": (
        "试的次数太多了，请过几分钟再试。",
        "Too many attempts. Try again in a few minutes.",
    ),
    "rate_limited": ("请求太频繁，请稍候再试。", "Too many requests. Try again a little later."),
    "account_inactive": ("账号已经结束。", "The account has ended."),
    "enter_current_password": ("现在的口令不对。", "The present password is wrong."),
    "incorrect_password": ("口令不对。", "The password is wrong."),
    "incorrect_code": (
        "验证码不对。请看手机上的当前验证码，并核对手机时间。",
        "The code is wrong. Take the one shown now, and check the phone's clock.",
    ),
    "cannot_delete_authenticator": ("两步验证现在不能关闭。", "The second factor can't be turned off now."),
    "cannot_generate_recovery_codes": ("请先打开两步验证。", "Turn the second factor on first."),
    "password_too_short": ("口令至少要 10 个字符。", "A password has at least 10 characters."),
    "password_too_common": ("这个口令太常见，容易被猜到。", "This password is too common."),
    "password_entirely_numeric": ("口令不能全是数字。", "A password is not all figures."),
    "password_too_similar": ("口令不能和账号名、姓名相近。", "A password is not like the account's name."),
    "password_differs": ("两次输入的新口令不一样。", "The two new passwords differ."),
    "required": ("有一项没有填。", "Something was left empty."),
    "max_length": ("太长了。", "That is too long."),
}
"""What is wrong, by the codes of Django and allauth."""


def viewing() -> Viewing:
    """How the page is looked at whose form is being read."""
    return getattr(context.request, "viewing", None) or Viewing()


def said(code: str) -> str:
    """The sentence for a code, in the page's language."""
    return viewing().of(SAID.get(code, ("没有成功，请核对后再试。", "That did not work. Check it and try again.")))


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; messages are ours."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        return ValidationError(said(code), code=code)

    def reauthenticate(self, user: Any, password: str) -> bool:
        with scope.held(scope.DOOR):  # where wrong passwords are counted
            return bool(super().reauthenticate(user, password))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page itself shows what was done."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts have no address."""

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        from django.urls import reverse

        return reverse("account")


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are kept encrypted: who reads the table has none of them."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        return ValidationError(said(code), code=code)

    def get_totp_issuer(self) -> str:
        return "闭环 Bihuan"

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts have no address."""


def _box() -> Fernet:
    digest = hashlib.sha256(b"bihuan second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


class SignInForm(LoginForm):
    """Account and password."""

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else field_name


def faults(form: Any) -> list[str]:
    """What is wrong with a form, each sentence once. Each error has a code, but that two passwords differ."""
    codes = {
        error.code or ("password_differs" if field == "password2" else "")
        for field, errors in form.errors.as_data().items()
        for error in errors
    }
    return sorted(said(code) for code in codes)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """Too many wrong passwords of one account from one place."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    shown = {"viewing": getattr(request, "viewing", Viewing()), "minutes": minutes, "request": request}
    return HttpResponse(render_to_string("desk/locked.html", shown, request), status=429)
