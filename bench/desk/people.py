"""Who works at the desk in the load test: fifty accounts, as the mission's table has them, bound to where holes are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

COUNTY = "610723"
NUMBER = 50
AS_OF = "2022-01-05T14:00"
"""The earlier moment that is looked at."""


def accounts() -> list[dict[str, Any]]:
    """Make them, or bring them up to date; what each is. Django is set up, as the owner."""
    from bihuan.access.models import Account

    made = []
    for given in _wanted():
        given |= {"password": "", "new_password": False}
        Account.objects.update_or_create(username=given["username"], defaults=given)
        made.append(given)
    return made


def sessions(path: Path) -> None:
    """Sign everybody in, and write down the sessions, a line each: fifty passwords at once from one address are what
    the desk slows down, and no part of the walk."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from bihuan.access.models import Account
    from bihuan.access.sessions import SessionStore

    keys = []
    for account in Account.objects.filter(username__startswith="load").order_by("username"):
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        keys.append(session.session_key)
    path.write_text("\n".join(keys), encoding="ascii")


def session(path: Path, number: int) -> str:
    """The session of one of the fifty."""
    return path.read_text(encoding="ascii").splitlines()[number]


def _wanted() -> list[dict[str, Any]]:
    towns = _column(
        "SELECT left(area, 9) FROM live_hole WHERE state = 'open' AND length(area) >= 9 AND area LIKE %s "
        "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 10",
        COUNTY + "%",
    )
    officers = _rows(
        "SELECT h.owner, min(d.area) FROM live_hole h JOIN ledger_duties d ON d.officer = h.owner AND d.latest "
        "WHERE h.state = 'open' AND length(d.area) >= 12 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 12"
    )
    units = _column(
        "SELECT unit FROM (SELECT unit FROM ledger_measures WHERE unit IS NOT NULL AND latest GROUP BY 1 "
        "ORDER BY count(*) DESC, 1 LIMIT 5) a UNION ALL (SELECT unit FROM ledger_check_ins WHERE latest GROUP BY 1 "
        "ORDER BY count(*) DESC, 1 LIMIT 3)"
    )
    named = [{"role": "值班", "whole": True}] * 8 + [{"role": "值班", "area": COUNTY}] * 6
    named += [{"role": "专班", "area": COUNTY, "group": g} for g in ("流调", "隔离", "检测", "疫苗")]
    named += [{"role": "督查", "area": COUNTY}] * 2
    named += [{"role": "干部", "area": town} for town in towns]
    named += [{"role": "网格员", "area": area, "officer": officer} for officer, area in officers]
    named += [{"role": "单位", "unit": unit} for unit in units]
    named += [{"role": "干部", "area": COUNTY}] * (NUMBER - len(named))  # where some kind has fewer
    blank = {"whole": False, "area": "", "unit": "", "group": "", "officer": ""}
    return [blank | given | {"username": f"load{n:02}", "name": f"压测{n:02}"} for n, given in enumerate(named)]


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _column(query: str, *values: Any) -> list[Any]:
    return [row[0] for row in _rows(query, *values)]
