"""``bihuan user``: accounts from the shell of whoever runs the desk."""

from __future__ import annotations

import argparse
import datetime as dt

from bihuan.cli import aligned, glue
from bihuan.cli.words import Stop, Words


def user(asked: argparse.Namespace, words: Words) -> int:
    """Add, list or end accounts, or give one a new password."""
    from bihuan.live import faults, installation

    try:
        with installation.opened(asked.data) as here:
            here.set_up()
            from bihuan.live import start

            start.migrate()
            return ACTS[asked.act](asked, words)
    except faults.Fault as fault:
        raise Stop(fault.zh, fault.en) from fault


def _moment(text: str | None, words: Words) -> dt.datetime | None:
    return glue.moment(text, words) if text else None


def _add(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.access import accounts

    wanted = accounts.Asked(
        username=asked.username,
        role=asked.role,
        name=asked.name,
        group=asked.group,
        whole=asked.all,
        area=asked.area,
        unit=asked.unit,
        officer=asked.officer,
        by_duty=asked.by_duty,
        until=_moment(asked.until, words),
    )
    try:
        account, password = accounts.add(wanted, by="bihuan user")
    except accounts.Wrong as wrong:
        raise Stop(wrong.zh, wrong.en) from wrong
    print(words(f"账号 {account.username}（{account.role}）", f"account {account.username} ({account.about.english})"))
    _tell(password, words)
    return 0


def _tell(password: str, words: Words) -> None:
    print(
        words(
            f"口令 {password}（只显示这一次，首次登录须更改）",
            f"password {password} (shown this once; to be changed at the first sign-in)",
        )
    )


def _list(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.access import roles
    from bihuan.access.models import Account
    from bihuan.live import clock

    rows = []
    for account in Account.objects.order_by("role", "username"):
        bound = {"all": words("全部", "all"), "area": account.area, "unit": account.unit}[account.bound]
        ends = f"{account.until:%Y-%m-%d %H:%M}" if account.until else ""
        if account.by_duty and not ends:
            ends = words("随包保责任", "with its duty")
        over = account.until is not None and account.until <= clock.now()
        state = words("已结束", "ended") if over else words("在用", "in use")
        about = account.role if words.lang == "zh" else account.about.english
        group = account.group if words.lang == "zh" else roles.GROUP_ENGLISH.get(account.group, account.group)
        rows.append([account.username, account.name, about, group, bound, account.officer, ends, state])
    heads = ("账号", "姓名", "角色", "专班", "范围", "人员", "结束", "状态")
    english = ("account", "name", "role", "group", "bound to", "officer", "ends", "state")
    print(*aligned.table([heads if words.lang == "zh" else english, *rows]), sep="\n")
    return 0


def _end(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.access import accounts

    try:
        account = accounts.find(asked.username)
        accounts.end(account, _moment(asked.at, words))
    except accounts.Wrong as wrong:
        raise Stop(wrong.zh, wrong.en) from wrong
    at = f"{account.until:%Y-%m-%d %H:%M:%S}"
    print(words(f"账号 {account.username} 于 {at} 结束", f"account {account.username} ends at {at}"))
    return 0


def _password(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.access import accounts

    try:
        _tell(accounts.renew(accounts.find(asked.username)), words)
    except accounts.Wrong as wrong:
        raise Stop(wrong.zh, wrong.en) from wrong
    return 0


def _is(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.access import accounts

    try:
        officer = accounts.names(accounts.find(asked.username), asked.officer)
    except accounts.Wrong as wrong:
        raise Stop(wrong.zh, wrong.en) from wrong
    print(
        words(f"账号 {asked.username} 是 {officer}", f"the account {asked.username} is {officer}")
        if officer
        else words(f"账号 {asked.username} 不再对应责任人员", f"the account {asked.username} is no officer any more")
    )
    return 0


ACTS = {"add": _add, "list": _list, "end": _end, "password": _password, "officer": _is}
