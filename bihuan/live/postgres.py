"""The database server: one that is given (DATABASE_URL), or one of our own, started on a data directory.

Ours listens on a Unix socket alone, asks for a password, and never runs as root: where we are root it runs as postgres
or nobody.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from bihuan.live import guard
from bihuan.live.faults import Fault
from bihuan.live.programs import Programs, Somebody, enters, number, programs, reachable, somebody

NAME = "bihuan"
"""Of the database and of the role that owns it."""

START_S = 60.0
STOP_S = 30.0
LEFT_S = 10.0
"""How long the processes of a server that was killed may take to notice."""
MOST_BYTES = 5_000_000
"""A fuller log is put aside as ``postgres.log.1``, in place of the one before."""
SOCKET_LENGTH = 90
"""Paths of sockets longer than some 100 bytes are refused by the system."""


class Server:
    """A server of our own on ``folder`` (made when first started)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = folder / "postgres"
        self.log = folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None  # where we started it
        self._from = 0  # where in the log this start begins

    @property
    def sockets(self) -> Path:
        """Where its socket is: beside the data, or where the path would be too long in the temporary folder."""
        near = self.folder / "socket"
        if len(str(near)) <= SOCKET_LENGTH:
            return near
        return Path(tempfile.gettempdir()) / f"bihuan-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]}"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text(encoding="ascii").strip()

    def url(self, database: str = NAME) -> str:
        """How to reach it: a DATABASE_URL."""
        return f"postgresql://{NAME}:{quote(self.password)}@/{database}?host={quote(str(self.sockets))}"

    @contextmanager
    def used(self) -> Iterator[None]:
        """Within it the server runs: started by whoever comes first, stopped once nobody uses it any more (``guard``
        sees to that, also where we are killed). Raises Fault."""
        with (self.folder / "users.lock").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guard stops it
            self.start()
            try:
                yield
            finally:
                if _alone(users):
                    self.stop()

    def start(self) -> None:
        """Start it unless it runs; of several who come at once one does, and the others wait. Raises Fault."""
        with (self.folder / "start.lock").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if self._postmaster() is None:
                self._launch()
            self._await()
            self._database()

    def _postmaster(self) -> int | None:
        """The process that is the server, where one runs: a pid that a crash left behind may be somebody else's now."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if guard.alive(pid) and self._works(pid) else None

    def _works(self, pid: int) -> bool:
        """Whether a process is one of this server's: all of them work in the cluster."""
        about = Path(f"/proc/{pid}")
        try:
            return (about / "cwd").samefile(self.cluster)
        except PermissionError:  # root in a container that may not look; ours would be ours to look at
            return os.geteuid() == 0 and (about / "comm").read_text().strip() == "postgres"
        except OSError:
            return not Path("/proc/self").exists()

    def _forget(self) -> None:
        """Wait for what a killed server left running, and take the pid away that it left: by now it may be somebody
        else's, whom PostgreSQL would take for its server, and not start."""
        until = time.monotonic() + LEFT_S
        while any(self._works(int(p.name)) for p in Path("/proc").glob("[0-9]*")):
            if time.monotonic() > until:
                return
            time.sleep(0.1)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make(self, made: Programs, who: Somebody) -> None:
        """initdb: whole or not at all, so that a start that was cut off leaves nothing half made."""
        part = self.folder / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        secret = self.folder / "password"
        if not secret.exists():
            handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(24))
        part.mkdir(mode=0o700)
        if who.uid is not None:
            os.chown(part, who.uid, who.gid or 0)
            if not enters(part, who):
                part.rmdir()
                raise Fault(
                    f"用户 {who.name} 进不了 {self.folder}（数据库不能以 root 运行）："
                    "请换一个 --data，如 /var/lib/bihuan",
                    f"user {who.name} can't enter {self.folder} (the database can't run as root): "
                    "choose another --data, such as /var/lib/bihuan",
                )
        with tempfile.NamedTemporaryFile("w", prefix="bihuan-", encoding="ascii") as file:
            file.write(self.password)
            file.flush()
            if who.uid is not None:
                os.chown(file.name, who.uid, who.gid or 0)
            done = subprocess.run(
                [
                    *(made["initdb"], "-D", str(part), "-U", NAME, "-E", "UTF8", "--locale=C"),
                    *("--auth=scram-sha-256", f"--pwfile={file.name}", "--no-instructions"),
                ],
                capture_output=True,
                text=True,
                cwd="/",
                **who.as_them,  # type: ignore[call-overload]
            )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Fault(
                f"数据库建不起来：{''.join(last)}。请检查 {self.folder} 的权限和磁盘空间",
                f"the database could not be made: {''.join(last)}. Check permission and free space of {self.folder}",
            )
        with (part / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(SETTINGS)
        part.rename(self.cluster)

    def _launch(self) -> None:
        who = somebody()
        major = self.cluster / "PG_VERSION"
        made = reachable(programs(self._major() if major.exists() else None), who, self.folder)
        if not major.exists():
            self._make(made, who)
        self._forget()
        sockets = self.sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        if who.uid is not None:
            os.chown(sockets, who.uid, who.gid or 0)
        self.put_log_aside()
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._from = log.tell()
            self.process = subprocess.Popen(
                [made["postgres"], "-D", str(self.cluster), "-k", str(sockets), *SAYS],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us: we stop the server last
                **who.as_them,  # type: ignore[call-overload]
            )
        subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(self.folder / "users.lock"), str(self.process.pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def _major(self) -> int:
        """The version that made the cluster."""
        found = number((self.cluster / "PG_VERSION").read_text(errors="replace").strip())
        if not found:
            raise Fault(
                f"{self.cluster} 里的数据坏了（读不出 PG_VERSION）：请从备份放回，或用 --data 换一个目录",
                f"the data in {self.cluster} are damaged (PG_VERSION can't be read): put them back from a backup, or "
                "name another directory with --data",
            )
        return found

    def _await(self) -> None:
        """Until it answers."""
        import psycopg

        began = time.monotonic()
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=3).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise Fault(
                        f"{self.folder / 'password'} 里的口令不是这个数据库的：请从备份放回原来的文件",
                        f"the password in {self.folder / 'password'} is not this database's: put the file back that "
                        "was made with it",
                    ) from error
            except FileNotFoundError as error:
                raise Fault(
                    f"数据目录里缺少 {self.folder / 'password'}（数据库的口令）：请从备份放回",
                    f"{self.folder / 'password'} is missing (the database's password): put it back from a backup",
                ) from error
            ended = self._postmaster() is None if self.process is None else self.process.poll() is not None
            if ended or time.monotonic() - began > START_S:
                raise Fault(
                    f"数据库起不来：{self._last_word()}。全部记录见 {self.log}",
                    f"the database does not start: {self._last_word()}. See {self.log}",
                )
            time.sleep(0.05)

    def put_log_aside(self) -> None:
        """Where the log has grown too large. The server goes on writing to the file that it has, at its end: so that is
        copied, and cut."""
        if not self.log.exists() or self.log.stat().st_size <= MOST_BYTES:
            return
        before = self.log.with_name(self.log.name + ".1")
        before.unlink(missing_ok=True)
        shutil.copy2(self.log, before)  # whoever may not read the one may not read the other
        os.truncate(self.log, 0)
        self._from = 0

    def _last_word(self) -> str:
        """What its log says of this start."""
        with self.log.open("rb") as log:
            log.seek(self._from)
            lines = log.read().decode(errors="replace").strip().splitlines()
        told = [line for line in lines if "FATAL" in line or "ERROR" in line or "PANIC" in line]
        return (told or lines or ["?"])[-1]

    def _database(self) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as con:
            if con.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                con.execute(f"CREATE DATABASE {NAME}")

    def alive(self) -> bool:
        """Whether the server runs, whoever started it."""
        return self._postmaster() is not None if self.process is None else self.process.poll() is None

    def stop(self) -> None:
        """Stop what we started: open transactions are rolled back, nothing is lost."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)  # fast shutdown
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()


SAYS = ("-c", "listen_addresses=", "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse")
"""No network; and its log repeats no statement and no key of a row that failed: names and numbers stand in them."""


def _alone(users: IO[str]) -> bool:
    """Whether nobody else holds the lock that we share."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


SETTINGS = """
# 闭环 · bihuan
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""
