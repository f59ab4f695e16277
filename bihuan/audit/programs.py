"""The compiled program, kept: compiling takes seconds, a small county's audit does not.

One file in the cache folder, named by a digest of what it was made from: the sources of the kernel and the rooms
(paths, sizes, moments of change), the packages of a county's own (their versions, and what is written in their files),
the versions of Ibis and DuckDB. Where nothing changed, a run imports neither Ibis nor Django.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import bihuan
from bihuan.domains import declared, own
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    from bihuan.kernel.flow import Flow
    from bihuan.kernel.uses import Uses

Progress = Callable[[str, int, int], None]

SOURCES = ("kernel", "domains")
KEEP = 4
"""Compiled programs that stay in the cache: a few versions side by side, not every one there ever was."""


def load(progress: Progress | None = None, anew: bool = False) -> Program:
    """The program of every room's loops: from the cache, else compiled and kept. ``progress(hole, done, total)`` is
    called while it is compiled. ``anew`` compiles it whatever the cache holds."""
    found = None if anew else kept()
    if found is not None:
        return found
    program = _compile(progress)
    path = _path()
    if path is not None:
        _keep(path, program.to_json())
    return program


@dataclass(frozen=True)
class Live:
    """What the living loop audits a few subjects with: the program for PostgreSQL; of its every stage and loop the flow
    (bihuan.kernel.flow) and what it uses (bihuan.kernel.uses)."""

    program: Program
    flows: dict[str, Flow]
    uses: dict[str, Uses]

    def to_json(self) -> str:
        used = {name: uses.to_lists() for name, uses in self.uses.items()}
        return json.dumps([self.program.to_json(), self.flows, used], ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Live:
        from bihuan.kernel.uses import Uses

        program, flows, used = json.loads(text)
        return Live(Program.from_json(program), flows, {name: Uses.from_lists(data) for name, data in used.items()})


def live(progress: Progress | None = None, anew: bool = False) -> Live:
    """The same program for PostgreSQL, kept as :func:`load` keeps its own."""
    path = _path("live")
    if path is not None and not anew:
        try:
            return Live.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not there, or damaged
    flows: dict[str, Flow] = {}
    used: dict[str, Uses] = {}
    made = Live(_compile(progress, "postgres", flows, used), flows, used)
    if path is not None:
        _keep(path, made.to_json())
    return made


def kept() -> Program | None:
    """The program that the cache holds for the sources as they are now; None where it must be compiled."""
    path = _path()
    return _read(path) if path is not None else None


def _path(kind: str = "program") -> Path | None:
    folder = cache_folder()
    return folder / f"{kind}-{digest()}.json" if folder else None


def _compile(
    progress: Progress | None,
    dialect: str = "duckdb",
    flows: dict[str, Flow] | None = None,
    used: dict[str, Uses] | None = None,
) -> Program:
    from bihuan.domains import catalogue
    from bihuan.kernel.program import compile_program

    with own.blamed():
        return compile_program(
            catalogue.ledgers(),
            catalogue.parameters(),
            catalogue.views(),
            catalogue.loops(),
            catalogue.families(),
            catalogue.rooms(),
            dialect=dialect,
            progress=progress,
            flows=flows,
            used=used,
        )


def digest() -> str:
    """What the program is made from, in 16 hexadecimal digits."""
    made = hashlib.sha256()
    for line in (*_sources(), *_packages(), *_own()):
        made.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return made.hexdigest()[:16]


def _sources() -> Iterator[str]:
    root = Path(bihuan.__file__).parent
    yield str(root)
    for room in SOURCES:
        for path in sorted((root / room).rglob("*.py")):
            about = path.stat()
            yield f"{path} {about.st_size} {about.st_mtime_ns}"


def _packages() -> Iterator[str]:
    for name in ("ibis-framework", "duckdb", "sqlglot"):
        yield f"{name} {metadata.version(name)}"


def _own() -> Iterator[str]:
    """A county's own packages. By what is written in their files: they are small, and one that is being worked on may
    be put in place by tools that keep the moments of change."""
    for room in own.registered():
        yield f"{room.name} {room.package} {room.version}"
        for path in own.sources(room):
            yield f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    for path in declared.files():
        yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def cache_folder() -> Path | None:
    """$BIHUAN_CACHE, else bihuan in the user's cache folder, else one in the temporary folder; each must be this user's
    alone. None where none of them can be written."""
    named = os.environ.get("BIHUAN_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    candidates = [Path(named)] if named else [Path(home) / "bihuan"]
    candidates.append(Path(tempfile.gettempdir()) / f"bihuan-{os.getuid() if hasattr(os, 'getuid') else 'cache'}")
    return next((folder for folder in candidates if _ours(folder)), None)


def _ours(folder: Path) -> bool:
    """Whether the folder can be written, by nobody but this user: what is in it will be run as SQL."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        about = folder.stat()
    except (OSError, RuntimeError):  # RuntimeError: no home directory
        return False
    if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & stat.S_IWOTH):
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _read(path: Path) -> Program | None:
    try:
        return Program.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or damaged: it is compiled anew and replaced


def _keep(path: Path, text: str) -> None:
    """Write it whole or not at all; a full disk costs the next run its speed, nothing else."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
        alike = f"{path.name.partition('-')[0]}-*.json"
        kept = sorted(path.parent.glob(alike), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in kept[KEEP:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
