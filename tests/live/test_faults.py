"""What keeps an installation from its database is a sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bihuan.live import faults, installation, postgres
from bihuan.live.installation import Installation
from bihuan.live.postgres import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own with users who may too little, and a database that holds no Chinese."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-faults-"))
    folder.chmod(0o711)
    server = Server(folder)
    try:
        with server.used():
            with psycopg.connect(server.url(), autocommit=True) as con:
                con.execute("CREATE ROLE weak LOGIN PASSWORD 'p'")
                con.execute("CREATE ROLE full_up LOGIN PASSWORD 'p' CONNECTION LIMIT 0")
                con.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("url", "zh", "en"),
    [
        ("mysql://a@b/c", "不是 PostgreSQL 地址", "no address of a PostgreSQL"),
        ("postgresql://127.0.0.1:1/x", "没有服务器应答", "no server answers"),
        ("postgresql://a:b@nowhere.invalid/x", "找不到这台主机", "no such host"),
        ("postgresql://weak:wrong@/bihuan?host={sockets}", "用户或口令不对", "user or password is wrong"),
        ("postgresql://weak:p@/nowhere?host={sockets}", "没有这个库", "no such database"),
        ("postgresql://weak:p@/bihuan?host={sockets}", "请授予 CREATE 权限", "grant CREATE"),
        ("postgresql://full_up:p@/bihuan?host={sockets}", "连接太多", "too many connections"),
        ("postgresql://bihuan:{password}@/ascii?host={sockets}", "ENCODING 'UTF8'", "ENCODING 'UTF8'"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_to_be_so(server: Server, url: str, zh: str, en: str) -> None:
    with pytest.raises(faults.Fault) as fault:
        installation.check(url.format(sockets=server.sockets, password=server.password))
    assert zh in fault.value.zh
    assert en in fault.value.en


@pytest.mark.parametrize(
    ("error", "zh"),
    [
        (psycopg.errors.DiskFull("could not extend file: No space left on device"), "磁盘满了"),
        (psycopg.errors.AdminShutdown("terminating connection due to administrator command"), "terminating"),
        (psycopg.errors.InsufficientPrivilege("must be owner of table ledger_people"), "没有这个权限"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"), "只读"),
        (psycopg.errors.DeadlockDetected("deadlock detected"), "重新运行"),
        (psycopg.errors.UndefinedTable("relation does not exist"), None),  # an error of the program's
        (KeyError("nothing of the database's"), None),
    ],
)
def test_what_the_database_breaks_off_is_told_from_errors_of_the_program(error: Exception, zh: str | None) -> None:
    fault = faults.of_database(error)
    assert fault is None if zh is None else fault is not None and zh in fault.zh


@pytest.mark.parametrize(
    ("name", "holds", "zh"),
    [
        ("postgres/PG_VERSION", "9", "PostgreSQL 9 建的"),
        ("postgres/PG_VERSION", "", "读不出 PG_VERSION"),
        ("password", None, "缺少"),
        ("password", "of another one", "不是这个数据库的"),
    ],
)
def test_a_data_directory_that_is_damaged_is_said_to_be_so(
    server: Server, name: str, holds: str | None, zh: str
) -> None:
    """The server that runs there meanwhile is left as it is."""
    path = server.folder / name
    before, was = path.read_bytes(), path.stat()
    again = Server(server.folder)
    if name != "password":
        again._postmaster = lambda: None  # type: ignore[method-assign]  # as if it did not run
    try:
        path.unlink()
        if holds is not None:
            path.write_text(holds)
        with pytest.raises(faults.Fault) as fault:
            again.start()
        assert zh in fault.value.zh
    finally:
        path.write_bytes(before)
        path.chmod(was.st_mode)
        os.chown(path, was.st_uid, was.st_gid)


def test_a_key_that_was_cut_off_is_nobodys_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIHUAN_SECRET_KEY", raising=False)
    here = Installation(tmp_path, "", None)
    assert len(here.secret_key()) >= installation.LEAST_KEY
    assert here.secret_key() == here.secret_key()
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(faults.Fault):
        here.secret_key()


def test_an_export_that_is_cut_off_leaves_no_half_folder(
    con: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bihuan.live import actions, exports

    actions.save_rows(actions.SYSTEM, "areas", [{"area": "610723", "name": "洋县"}])
    whole = exports._ledger

    def full(con_: psycopg.Connection, ledger: Any, folder: Path, lang: str) -> int:
        if ledger.name == "people":
            assert list(folder.iterdir())
            raise OSError(28, "No space left on device")
        return whole(con_, ledger, folder, lang)

    monkeypatch.setattr(exports, "_ledger", full)
    with pytest.raises(OSError, match="No space"):
        exports.export(con, tmp_path / "out", "zh")
    assert list((tmp_path / "out").iterdir()) == []
    monkeypatch.undo()
    assert exports.export(con, tmp_path / "out", "zh") == {"areas": 1}


def test_a_full_log_is_put_aside_in_place_of_the_one_before_and_the_server_writes_on(server: Server) -> None:
    with server.log.open("ab") as log:
        log.write(b"x" * (postgres.MOST_BYTES + 1))
    before = server.log.with_name("postgres.log.1")
    before.write_text("the one before")
    server.put_log_aside()
    assert before.stat().st_size > postgres.MOST_BYTES and before.stat().st_mode & 0o077 == 0
    assert server.log.stat().st_size == 0
    with psycopg.connect(server.url(), autocommit=True) as con, pytest.raises(psycopg.Error):
        con.execute("SELECT 1 / 0")
    assert b"division by zero" in server.log.read_bytes()
    server.put_log_aside()
    assert server.log.stat().st_size > 0
