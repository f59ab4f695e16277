"""How long what the desk keeps about people stays (保存期限): every term in one table, carried out by one nightly job.

A term is as short as what the record is for allows (个人信息保护法第十九条); who looked at whom is kept for three years
(第五十六条). Tables of a term are named here, or in ``STAY`` with the reason why they have none: a test knows all
tables. docs/decisions/0008 says why rows of ledgers are not among them yet.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from bihuan.access import rules
from bihuan.live import clock, events
from bihuan.pressure import keeping as pressure

DAY = dt.timedelta(days=1)
YEAR = 365 * DAY
YEARS_3 = 3 * YEAR
LOOKS = YEARS_3
SHIFT = dt.timedelta(hours=12)
UPLOADS = "uploads"
"""The folder of files that wait for their import."""
OF_A_MOMENT = "snapshot_id IN (SELECT s.id FROM desk_snapshot s WHERE s.began < %(stamped)s)"
"""SQL: rows that are kept of an earlier moment whose time is over."""
AT_ONCE = 5000
"""Closed holes that one statement takes away: others go on meanwhile."""


@dataclass(frozen=True)
class Term:
    """``what`` is kept ``keeps`` long, counted ``since``. ``over``: SQL per table, true of rows whose time is over:
    ``%(old)s`` is the moment before which that is so by the system's clock, ``%(stamped)s`` by the machine's,
    ``%(now)s`` the machine's present. None: ``done_by``, another job, carries it out."""

    what: tuple[str, str]
    keeps: dt.timedelta
    since: tuple[str, str]
    tables: tuple[str, ...]
    over: tuple[str, ...] = ()
    done_by: str = ""


_CLOSED = (
    f"(SELECT h.id FROM live_hole h WHERE h.state = 'closed' AND h.closed_at < %(old)s ORDER BY h.id LIMIT {AT_ONCE})"
)
_SENT = "(SELECT n.id FROM notice n WHERE n.sent_at < %(old)s AND coalesce(n.until, n.sent_at) < %(old)s)"
_SAID_OF_NONE = f"at < %(old)s AND NOT {rules.SAID_OF}"

TERMS = (
    Term(
        ("查阅记录", "who looked at whom"),
        LOOKS,
        ("查阅", "the look"),
        ("access_look",),
        ("at < %(old)s",),
    ),
    Term(
        ("会话", "sessions"),
        SHIFT,
        ("登录", "signing in"),
        ("django_session",),
        ("expire_date < %(now)s",),
    ),
    Term(
        ("登录记录、失败次数", "sign-ins and failures"),
        180 * DAY,
        ("登录", "signing in"),
        ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog"),
        (
            "access_attempt_id IN (SELECT a.id FROM axes_accessattempt a WHERE a.attempt_time < %(stamped)s)",
            *("attempt_time < %(stamped)s",) * 3,
        ),
    ),
    Term(
        ("已结束的账号", "accounts that have ended"),
        YEARS_3,
        ("账号结束", "its end"),
        ("desk_view", "mfa_authenticator", "account_emailaddress", "access_account"),
        (*("user_id IN (SELECT a.id FROM access_account a WHERE a.until < %(old)s)",) * 3, "until < %(old)s"),
    ),
    Term(
        ("已闭合的漏洞：句子、开合、改派、附件", "closed holes: sentences, stretches, hand-overs, files"),
        2 * YEAR,
        ("闭合", "their closing"),
        ("live_span", "pressure_reassignment", "pressure_telling", "pressure_attachment", "live_hole"),
        (*(f"of_id IN {_CLOSED}",) * 4, f"id IN {_CLOSED}"),
    ),
    Term(
        ("情况说明", "comments"),
        2 * YEAR,
        ("写下，且漏洞已不在", "being written, once the hole is gone"),
        ("desk_comment",),
        (_SAID_OF_NONE,),
    ),
    Term(
        ("附件（照片、文件）", "evidence files"),
        pressure.KEEP,
        ("漏洞闭合", "their hole's closing"),
        ("pressure_attachment",),
        done_by="pressure.tidy",
    ),
    Term(
        ("告知、通知、代办", "tellings, messages, delegations"),
        pressure.KEEP,
        ("发出；代办结束", "sending; a delegation's end"),
        ("pressure_telling", "pressure_message", "pressure_delegation"),
        done_by="pressure.tidy",
    ),
    Term(
        ("发布的通知：对象、送达", "notices: to whom, whether they got there"),
        YEAR,
        ("发出", "their sending"),
        ("notice_delivery", "notice_recipient", "notice"),
        (
            f"recipient_id IN (SELECT r.id FROM notice_recipient r WHERE r.notice_id IN {_SENT})",
            f"notice_id IN {_SENT}",
            f"id IN {_SENT}",
        ),
    ),
    Term(
        ("回看（某一时刻的漏洞）", "holes as of an earlier moment"),
        7 * DAY,
        ("算出", "being computed"),
        ("desk_then", "desk_tally", "desk_snapshot"),
        (*[OF_A_MOMENT] * 2, "began < %(stamped)s"),
    ),
    Term(
        ("页面的动静", "events for pages"),
        events.KEEP,
        ("发生", "they happened"),
        ("live_event",),
        done_by="live.tidy",
    ),
    Term(
        ("上传的文件、预览、退回的行", "files uploaded, what was seen of them, rejected rows"),
        DAY,
        ("上传", "the upload"),
        (UPLOADS,),
    ),
    Term(
        ("导入的经过：文件名、行数", "imports on the desk: names of files, numbers of rows"),
        7 * DAY,
        ("上传", "the upload"),
        ("desk_upload",),
        ("began < %(stamped)s",),
    ),
)

STAY = {
    "live_batch": "每次写入的经过：谁、何时、几行，没有个人信息 acts of writing, without anybody's data",
    "live_change": "审计之后即销去 gone once audited",
    "live_audit": "查账的经过 audits",
    "live_clock": "系统时钟 the clock",
    "django_content_type": "程序自己的 the program's own",
    "briefing": "签发的通报是档案，没有个人信息 released briefings are records, without anybody's data",
    "briefing_rerun": "随通报 with its briefing",
    "briefing_drawn": "随通报 with its briefing",
    "pressure_channel": "一人一行，换了就没有了 one an officer, replaced",
    "pressure_gateway": "管理员设的 set by administrators",
}
"""Tables of the desk without a term, and why."""


def tidy(now: dt.datetime | None = None) -> dict[str, int]:
    """Take away what has been kept for its time, by the owner of the database; rows of each table, folders of files."""
    now = now or clock.now()
    machine = now - clock.ahead()
    gone: dict[str, int] = {}
    for term in TERMS:
        values = {"old": now - term.keeps, "stamped": machine - term.keeps, "now": machine}
        for table, number in _take_away(term, values):
            gone[table] = gone.get(table, 0) + number
    gone[UPLOADS] = _uploads()
    return gone


def _take_away(term: Term, values: dict[str, dt.datetime]) -> Iterator[tuple[str, int]]:
    """One term's rows, all of its tables together; holes piece by piece."""
    number = AT_ONCE if term.over else 0
    while number == AT_ONCE:
        number = 0
        with transaction.atomic(), connection.cursor() as cursor:
            for table, over in zip(term.tables, term.over, strict=True):
                cursor.execute(f"DELETE FROM {table} WHERE {over}", values)
                number = int(cursor.rowcount)
                yield table, number
        number = number if term.tables[-1] == "live_hole" else 0


def _uploads() -> int:
    """Folders of files that somebody uploaded more than a day ago; how many."""
    if not settings.BIHUAN_DATA:
        return 0
    folder, number = Path(settings.BIHUAN_DATA) / UPLOADS, 0
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.is_dir() and time.time() - one.stat().st_mtime > DAY.total_seconds():
            shutil.rmtree(one, ignore_errors=True)
            number += 1
    return number


def said(span: dt.timedelta) -> str:
    """A term in words: 3 年 years, 12 小时 hours."""
    if span < DAY:
        return f"{span // dt.timedelta(hours=1)} 小时 hours"
    return f"{span.days // 365} 年 years" if span.days % 365 == 0 else f"{span.days} 天 days"
