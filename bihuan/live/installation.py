"""An installation: which database, which data directory, and who uses it just now.

``DATABASE_URL`` points at a server that is somebody else's; without it a server of our own runs on the data directory,
started by whoever comes first and stopped by whoever leaves last.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bihuan.domains import declared
from bihuan.live.faults import Fault, of_database, why
from bihuan.live.postgres import Server
from bihuan.live.programs import LEAST

SETTINGS = "bihuan.desk.settings"
LEAST_KEY = 32
"""Characters of a key that nobody guesses."""


@dataclass
class Installation:
    """What ``opened`` gives. ``server`` is None where DATABASE_URL points at one."""

    folder: Path
    url: str
    server: Server | None

    def environment(self) -> dict[str, str]:
        """What every process of this installation finds in its environment."""
        own = self.folder / "own"
        given = os.environ.get(declared.VARIABLE, "")
        named = [p for p in (given, str(own) if own.is_dir() and str(own) not in given else "") if p]
        return {
            **({declared.VARIABLE: os.pathsep.join(named)} if named else {}),
            "DATABASE_URL": self.url,
            "BIHUAN_DATA": str(self.folder),
            "BIHUAN_SECRET_KEY": self.secret_key(),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", SETTINGS),
        }

    def secret_key(self) -> str:
        """The key of sessions and signatures: made once, kept in the data directory."""
        given = os.environ.get("BIHUAN_SECRET_KEY")
        if given:
            return given
        path = self.folder / "secret_key"
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())  # an empty one after a power cut would be nobody's key
            with suppress(FileExistsError):
                os.link(part, path)  # the first of two that start at once
            part.unlink()
        key = path.read_text(encoding="ascii", errors="replace").strip()
        if len(key) < LEAST_KEY:
            raise Fault(
                f"{path} 是空的或坏了：请从备份放回；没有备份就删掉它，大家要重新登录，两步验证要重新打开",
                f"{path} is empty or damaged: put it back from a backup; without one remove it, and everybody signs in "
                "again and sets up the second factor anew",
            )
        return key

    def set_up(self) -> None:
        """Django, on this installation's database."""
        os.environ.update(self.environment())
        # What a lost connection means we say ourselves.
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        import django

        django.setup()


def default_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where data lie unless --data says otherwise: /var/lib/bihuan for root, else in the user's data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/bihuan")
    home = environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    return Path(home) / "bihuan"


@contextmanager
def opened(data: str | None, *, serving: bool = False) -> Iterator[Installation]:
    """The installation of ``--data`` (or the default), its database running. Raises Fault; what the database breaks off
    within it becomes one.

    ``serving``: as its only server; a second one is told so.
    """
    try:
        with _opened(data, serving) as here:
            yield here
    except Fault:
        raise
    except Exception as error:
        fault = of_database(error)
        if fault is None:
            raise
        raise fault from error


@contextmanager
def _opened(data: str | None, serving: bool) -> Iterator[Installation]:
    folder = Path(data).absolute() if data else default_folder()
    _make(folder)
    url = os.environ.get("DATABASE_URL", "")
    with _locked(folder / "serving.lock") if serving else _nothing():
        if url:
            check(url)
            yield Installation(folder, url, None)
            return
        server = Server(folder)
        with server.used():
            yield Installation(folder, server.url(), server)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise Fault(
            f"数据目录 {folder} 用不了（{error.strerror}）：请用 --data 换一个可写的文件夹",
            f"the data directory {folder} can't be used ({error.strerror}): name another with --data",
        ) from error


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = file.read().strip()
            zh, en = (f"（{where}）", f" ({where})") if where else ("", "")
            raise Fault(
                f"这个数据目录上已经有一个 bihuan serve 在运行{zh}：请用它，或先停掉它，或用 --data 换一个目录",
                f"a bihuan serve runs on this data directory already{en}: use it, stop it first, "
                "or name another directory with --data",
            ) from None
        yield


def say_where(folder: Path, where: str) -> None:
    """Tell a second start where the first one serves."""
    with (folder / "serving.lock").open("r+") as file:
        file.truncate(0)
        file.write(where)


def check(url: str) -> None:
    """Raise Fault where DATABASE_URL is no address of a PostgreSQL that can be used."""
    import psycopg

    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.lstrip("/"):
        raise Fault(
            "DATABASE_URL 不是 PostgreSQL 地址：请写成 postgresql://用户:口令@主机:端口/库名",
            "DATABASE_URL is no address of a PostgreSQL: write postgresql://user:password@host:port/database",
        )
    where = parts.hostname or parse_qs(parts.query).get("host", ["?"])[0]
    try:
        with psycopg.connect(url, connect_timeout=10) as con:
            version = con.info.server_version // 10000
            can = con.execute("SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')").fetchone()
            encoding = con.info.parameter_status("server_encoding")
    except (psycopg.Error, ValueError, UnicodeError) as error:
        zh, en = why(error)
        raise Fault(
            f"连不上 DATABASE_URL 指的数据库（{where}）：{zh}。也可以去掉 DATABASE_URL，用自带的数据库",
            f"the database of DATABASE_URL ({where}) can't be reached: {en}. Or unset DATABASE_URL for a database of "
            "our own",
        ) from error
    if encoding != "UTF8":
        raise Fault(
            f"{where} 上的库编码是 {encoding}，存不好汉字：请用 ENCODING 'UTF8' 另建一个库",
            f"the database at {where} is encoded as {encoding}: make one with ENCODING 'UTF8'",
        )
    if version < LEAST:
        raise Fault(
            f"{where} 的 PostgreSQL 是 {version}，至少要 {LEAST}",
            f"PostgreSQL at {where} is {version}; {LEAST} is the least",
        )
    if not can or not can[0]:
        raise Fault(
            f"{where} 上的用户不能建表：请授予 CREATE 权限，或换一个用户",
            f"the user may not make tables at {where}: grant CREATE, or name another user",
        )
