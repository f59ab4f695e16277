"""Making and ending accounts: what is asked for, checked; sentences where it cannot be done."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from bihuan.access import roles
from bihuan.access.models import Account
from bihuan.exchange import cells
from bihuan.live import clock

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
"""Without letters and figures that are mistaken for each other when a password is read out."""


class Wrong(ValueError):
    """An account that cannot be made: why, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Asked:
    """What somebody asks of an account. ``area`` and ``unit`` empty with ``whole`` False: bound to nothing yet."""

    username: str
    role: str
    name: str = ""
    group: str = ""
    whole: bool = False
    area: str = ""
    unit: str = ""
    officer: str = ""
    by_duty: bool = False
    until: dt.datetime | None = None


def fresh_password() -> str:
    """A password to be handed over and changed at the first sign-in: 14 characters, 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(14))


def add(asked: Asked, by: str, password: str | None = None) -> tuple[Account, str]:
    """Make an account; it and its first password. Raises Wrong."""
    asked = check(asked)
    password = password or fresh_password()
    given = {**asked.__dict__}
    username = given.pop("username")
    try:
        with transaction.atomic():
            account = Account.objects.create_user(username, password, made_by=by, new_password=True, **given)
    except IntegrityError as error:  # of an account that whoever asks does not see
        raise _taken(username) from error
    return account, password


def _taken(username: str) -> Wrong:
    return Wrong(f"已经有账号 {username}：请换一个名字", f"there is an account {username} already: choose another")


def check(asked: Asked) -> Asked:
    """What is asked, its codes normalised. Raises Wrong."""
    username = cells.normal(asked.username)
    if not re.fullmatch(r"[\w.@+-]{1,64}", username):
        raise Wrong(
            f"账号名“{asked.username}”不行：只用字母、汉字、数字和 . @ + - _，不超过 64 个字",
            f"'{asked.username}' is no account name: letters, figures and . @ + - _ only, at most 64",
        )
    if Account.objects.filter(username=username).exists():
        raise _taken(username)
    role = roles.ROLES.get(asked.role)
    if role is None:
        listed = "、".join(roles.ROLES)
        raise Wrong(f"没有角色“{asked.role}”：可选 {listed}", f"no role is called '{asked.role}': {listed}")
    if asked.group and (role.word != "专班" or asked.group not in roles.GROUPS):
        listed = "、".join(roles.GROUPS)
        raise Wrong(f"专班“{asked.group}”不行：专班角色可选 {listed}", f"a group is one of {listed}, of the role 专班")
    area = _area(asked.area)
    bound = [word for word, is_so in (("all", asked.whole), ("area", area), ("unit", asked.unit)) if is_so]
    if len(bound) != 1 or bound[0] not in role.bound:
        _bound(role)
    if asked.by_duty and not asked.officer:
        raise Wrong("随包保责任结束的账号要写明人员编号", "an account that ends with a duty needs its officer")
    officer = _officer(asked.officer) if asked.officer else ""
    if asked.until is not None and asked.until <= clock.now():
        raise Wrong(
            f"结束时间 {asked.until:%Y-%m-%d %H:%M} 已经过去：请写以后的时间",
            f"{asked.until:%Y-%m-%d %H:%M} is past: name a later end",
        )
    return Asked(
        **{
            **asked.__dict__,
            "username": username,
            "name": asked.name or officer,
            "area": area,
            "unit": cells.normal(asked.unit),
        }
    )


def _area(text: str) -> str:
    if not text:
        return ""
    try:
        return cells.area(text)
    except cells.Unreadable as error:
        raise Wrong(
            f"“{text}”不是区划代码：请填 2、4、6、9、12 或 15 位数字，如 610723",
            f"'{text}' is no area code: it has 2, 4, 6, 9, 12 or 15 digits, e.g. 610723",
        ) from error


def _bound(role: roles.Role) -> None:
    zh = {"all": "全部", "area": "一个区划", "unit": "一个单位"}
    en = {"all": "everything", "area": "an area", "unit": "a unit"}
    words = [word for word in ("all", "area", "unit") if word in role.bound]
    raise Wrong(
        f"“{role.word}”的账号要绑定到{'或'.join(zh[w] for w in words)}（只绑一个）",
        f"an account of role {role.word} is bound to {' or '.join(en[w] for w in words)}, and to one alone",
    )


def _officer(officer: str) -> str:
    """His name. Raises Wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ledger_officers WHERE officer = %s ORDER BY latest DESC LIMIT 1", [officer])
        found = cursor.fetchone()
        if found is None:
            raise Wrong(
                f"台账“责任人员”里没有编号 {officer}：请核对，或先登记",
                f"no officer has the number {officer}: check it, or record the officer first",
            )
        cursor.execute("SELECT NOT row_security_active('access_account') OR bihuan_answers_within(%s)", [officer])
        if not cursor.fetchone()[0]:
            raise Wrong(
                f"{officer} 的包保责任不在你的辖区之内：请由上级设这个账号",
                f"{officer} answers for somewhere outside your area: have a higher level make the account",
            )
    return str(found[0] or "")


def find(username: str) -> Account:
    """An account by its name. Raises Wrong."""
    account = Account.objects.filter(username=cells.normal(username)).first()
    if account is None:
        raise Wrong(
            f"没有账号 {username}：bihuan user list 列出全部", f"there is no account {username}: see bihuan user list"
        )
    return account


def names(account: Account, officer: str) -> str:
    """Say which officer of the ledger an account is, or that it is none (empty): whose work it sees as its own, and who
    is told through it. The officer's number. Raises Wrong."""
    officer = cells.normal(officer)
    if officer:
        _officer(officer)
    elif account.by_duty:
        raise Wrong(
            f"账号 {account.username} 随包保责任结束，不能没有责任人员",
            f"the account {account.username} ends with its officer's duties: it can't be without one",
        )
    account.officer = officer
    account.save(update_fields=["officer"])
    return officer


def end(account: Account, at: dt.datetime | None = None) -> None:
    """End an account, now or at a moment. Raises Wrong for the last administrator of everything."""
    others = Account.objects.administrators().exclude(pk=account.pk)
    if account.manages and account.whole and not others.exists():
        raise Wrong(
            f"{account.username} 是最后一位管理员：请先另加一位",
            f"{account.username} is the last administrator: make another one first",
        )
    account.end(at)


def again(account: Account) -> None:
    """Let an account that has ended go on, without an end."""
    account.until = None
    account.save(update_fields=["until"])


def renew(account: Account) -> str:
    """A new password, to be changed at the next sign-in; every session of the account ends."""
    password = fresh_password()
    account.set_password(password)
    account.new_password = True
    account.save(update_fields=["password", "new_password"])
    return password
