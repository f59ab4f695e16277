"""Who looked at whom (查阅记录): every view of a person, when, by whom, from where, and why.

Only added to. Shown to the officers of the person's area, and to the account itself; taken away when its time is over
(``keeping``) by the owner of the database alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpRequest

from bihuan.live import clock

if TYPE_CHECKING:
    from bihuan.access.models import Account

AGAIN = dt.timedelta(minutes=10)
"""The same person, looked at by the same account on the same kind of page within this time, is one look: pages that
refresh themselves would tell of nobody's doing."""

WHERE = {
    "person": ("个人页", "person's page"),
    "hole": ("漏洞页", "page of a hole"),
    "row": ("台账行", "row of a ledger"),
    "form": ("登记表", "form"),
    "file": ("导出文件", "file"),
    "numbers": ("完整号码", "whole numbers"),
    "whole": ("完整号码的文件", "file of whole numbers"),
    "import": ("导入预览", "preview of an import"),
    "lookup": ("查对", "looked up in a form"),
}
"""On which page, or in what."""


def record(request: HttpRequest, persons: Collection[str], where: str, why: str = "") -> None:
    """Somebody who is signed in sees these people. ``why``: the purpose stated; empty: their numbers are masked."""
    account: Account = request.user
    if not persons:
        return
    again = AGAIN if not why and where not in ("file", "whole") else dt.timedelta()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO access_look (at, by_account, username, name, role, person, "where", why, address) '
            "SELECT %(now)s, %(account)s, %(username)s, %(name)s, %(role)s, p, %(where)s, %(why)s, %(address)s "
            "FROM unnest(%(persons)s::text[]) p WHERE NOT EXISTS (SELECT 1 FROM access_look l "
            'WHERE l.by_account = %(account)s AND l.person = p AND l."where" = %(where)s AND l.why = %(why)s '
            "AND l.at > %(since)s AND l.at <= %(now)s)",
            {
                "now": clock.now(),
                "since": clock.now() - again,
                "account": account.pk,
                "username": account.username,
                "name": account.name,
                "role": account.role,
                "persons": sorted(set(persons)),
                "where": where,
                "why": why,
                "address": request.META.get("REMOTE_ADDR", ""),
            },
        )
