"""What stops the system or an act: a sentence in both languages that says what is wrong and what to do."""

from __future__ import annotations

import re


class Fault(Exception):
    """Something that its reader can mend; shown as it is, without a traceback."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en

    def said(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


KNOWN: tuple[tuple[str, str, str, str], ...] = (
    (
        "53100",
        "No space left on device",
        "磁盘满了，请腾出空间后重新运行",
        "the disk is full: make room and run it again",
    ),
    (
        "53300",
        "too many (clients|connections)|remaining connection slots",
        "连接太多，请稍后再试，或调大 max_connections",
        "it has too many connections: try again later, or raise max_connections",
    ),
    (
        "28P01",
        "password authentication failed|no password supplied",
        "用户或口令不对，请核对",
        "user or password is wrong: check them",
    ),
    ("3D000", "database .* does not exist", "没有这个库，请先建库", "there is no such database: make it first"),
    (
        "28000",
        "role .* does not exist|no pg_hba.conf entry",
        "服务器不让这个用户登录，请核对用户和 pg_hba.conf",
        "the server lets this user not in: check the user and pg_hba.conf",
    ),
    (
        "",
        "Connection refused|No such file or directory",
        "那里没有服务器应答，请核对主机和端口，看它是否在运行",
        "no server answers there: check host and port, and whether it runs",
    ),
    (
        "",
        "resolve host|could not translate host",
        "找不到这台主机，请核对主机名",
        "there is no such host: check its name",
    ),
    ("", "timeout expired|timed out", "等不到应答，请检查网络", "it does not answer in time: check the network"),
    (
        "57P03",
        "starting up|shutting down|recovery mode",
        "数据库正在启动或停止，请稍候再试",
        "it is just starting or stopping: try again shortly",
    ),
    (
        "42501",
        "",
        "用户没有这个权限，请换拥有这些表的用户",
        "the user lacks this right: use the one who owns the tables",
    ),
    (
        "25006",
        "",
        "库是只读的（备机？），请指向可写的库",
        "it is read-only (a standby?): name one that can be written",
    ),
    (
        "40P01|40001|55P03",
        "",
        "与别的写入撞上了，请重新运行",
        "it met another write: run it again",
    ),
)
"""SQLSTATEs, or what a message holds (failed connections have no SQLSTATE), and what that means."""


REFUSES = ("42501", "25006")
"""Rights that are lacking, a database that is read-only."""


def why(error: BaseException) -> tuple[str, str]:
    """What an error of the database means and what to do, in both languages; the database's own words where nobody
    knows better."""
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""
    raw = " ".join(str(error).split()).rstrip("?!.")
    for states, holds, zh, en in KNOWN:
        if (state and state in states.split("|")) or (holds and re.search(holds, raw)):
            return f"{zh}（{raw}）", f"{en} ({raw})"
    return raw, raw


def of_database(error: BaseException) -> Fault | None:
    """What cut a command off: the database went away, refused or is full. None where it was none of that."""
    import psycopg

    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if not isinstance(cause, psycopg.Error):
        return None
    gone = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    if not gone and cause.sqlstate not in REFUSES:
        return None
    zh, en = why(cause)
    return Fault(
        f"数据库中断了：{zh}。已确认写入的都在，没有做完的都没有写入；恢复后重新运行即可，导两遍等于导一遍",
        f"the database broke off: {en}. What was acknowledged is there, what was not finished is not; run it again "
        "once it is back: importing twice changes nothing",
    )
