"""账号管理: who may sign in and sees what; for those who manage accounts, within their own area."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.access import accounts, roles
from bihuan.access.models import Account
from bihuan.desk import access
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells


def listed(asked: Asked) -> HttpResponse:
    """The accounts that one manages, and the form of a new one."""
    _manages(asked)
    given: dict[str, Any] = {"role": "网格员"}
    made = password = fault = None
    if asked.method == "POST":
        given = {name: asked.POST.get(name, "").strip() for name in FIELDS}
        try:
            made, password = accounts.add(_asked(asked, given), asked.user.username)
            given = {"role": given["role"]}
        except accounts.Wrong as wrong:
            fault = asked.viewing.two(wrong.zh, wrong.en)
    rows = list(Account.objects.order_by("role", "username"))
    names = access.access_names(
        asked, {"areas": {a.area for a in rows}, "units": {a.unit for a in rows}, "officers": {a.officer for a in rows}}
    )
    for row in rows:
        row.place = names.get(("areas", row.area)) or names.get(("units", row.unit)) or row.area or row.unit
        row.group_english = roles.GROUP_ENGLISH.get(row.group, row.group)
        row.officer_name = names.get(("officers", row.officer), row.officer)
    return show(
        asked,
        "accounts.html",
        "",
        status=422 if fault else 200,
        accounts=rows,
        given=given,
        fault=fault,
        made=made,
        password=password,
        roles=roles.ROLES.values(),
        groups=[(word, asked.viewing.two(word, english)) for word, english in roles.GROUP_ENGLISH.items()],
        whole=asked.user.whole,
    )


FIELDS = ("username", "name", "role", "group", "bound", "place", "officer", "by_duty", "until")


def _asked(asked: Asked, given: dict[str, str]) -> accounts.Asked:
    """What the form says, for the one who makes it: nobody makes an account that sees more than he does."""
    until: dt.datetime | None = None
    if given["until"]:
        try:
            until = cells.moment(given["until"])
        except cells.Unreadable as error:
            raise accounts.Wrong(
                f"读不出结束时间“{given['until']}”：请写成 2022-02-01 08:00",
                f"'{given['until']}' is no time: write 2022-02-01 08:00",
            ) from error
    made = accounts.check(
        accounts.Asked(
            username=given["username"],
            role=given["role"],
            name=given["name"],
            group=given["group"] if given["role"] == "专班" else "",
            whole=given["bound"] == "all",
            area=given["place"] if given["bound"] == "area" else "",
            unit=given["place"] if given["bound"] == "unit" else "",
            officer=given["officer"],
            by_duty=bool(given["by_duty"]),
            until=until,
        )
    )
    own: Account = asked.user
    inside = own.whole or (made.area and made.area.startswith(own.area)) or (made.unit and _in_area(made.unit))
    if not inside:
        raise accounts.Wrong(
            f"只能设本辖区（{own.area}）之内的账号", f"only accounts within your own area ({own.area}) can be made"
        )
    return made


def _in_area(unit: str) -> bool:
    """Whether a unit is one that the manager sees."""
    return bool(access.query("SELECT 1 FROM ledger_units l WHERE l.unit = %s AND l.latest LIMIT 1", [unit]))


def _manages(asked: Asked) -> None:
    if not asked.user.manages:
        raise PermissionDenied("does not manage accounts")


@require_POST
def change(asked: Asked, pk: int) -> HttpResponse:
    """End an account, let it go on, give it a new password, say which officer it is."""
    _manages(asked)
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        raise Http404("no such account")
    act = asked.POST.get("act", "")
    two = asked.viewing.two
    try:
        if act == "end":
            accounts.end(account)
            said = two(f"账号 {account.username} 已结束", f"The account {account.username} has ended")
        elif act == "officer":
            if account.pk == asked.user.pk:
                raise accounts.Wrong(
                    "自己的账号是哪位责任人员，由另一位管理员来对，或在服务器上用 bihuan user officer",
                    "another administrator says which officer you are, or bihuan user officer on the server",
                )
            officer = accounts.names(account, asked.POST.get("officer", ""))
            said = two(
                f"账号 {account.username} 已对上 {officer}" if officer else f"账号 {account.username} 不再对应责任人员",
                f"The account {account.username} is {officer or 'no officer any more'}",
            )
        elif act == "again":
            accounts.again(account)
            said = two(f"账号 {account.username} 恢复使用", f"The account {account.username} goes on")
        else:
            password = accounts.renew(account)
            said = two(
                f"账号 {account.username} 的新口令：{password}（只显示这一次，登录后须更改）",
                f"New password of {account.username}: {password} (shown this once, to be changed after signing in)",
            )
        messages.success(asked, said)
    except accounts.Wrong as wrong:
        messages.error(asked, two(wrong.zh, wrong.en))
    return HttpResponseRedirect(address(asked.viewing, "accounts"))
