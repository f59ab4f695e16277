"""A county's own rooms (县里自己的房间): packages that bring ledgers, parameters and loops of their own.

A package registers under the entry point group ``bihuan.loops``; each entry names a package (a room: ``models``,
``orders``, ``views``, ``loops``, ``specs``, as in the house) or one module that holds loops alone. Nothing here imports
them: that is the catalogue's part, and only where something must be compiled.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

GROUP = "bihuan.loops"


@dataclass(frozen=True)
class Own:
    """One registered room: the name of its entry, the package or module that it names, and the version installed."""

    name: str
    package: str
    version: str

    @property
    def top(self) -> str:
        return self.package.split(".", maxsplit=1)[0]


class Broken(Exception):
    """A county's own package cannot be used: what is wrong, where, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@cache
def registered() -> tuple[Own, ...]:
    """Every own room that is installed here, by the name of its entry. Imports none of them."""
    found = {
        (entry.name, entry.module): Own(entry.name, entry.module, entry.dist.version if entry.dist else "")
        for entry in entry_points(group=GROUP)
    }
    return tuple(found[key] for key in sorted(found))


@cache
def folder(top: str) -> Path | None:
    """Where a top package, or a module that stands for one, lies; it is not imported. None: nowhere, or no file."""
    spec = find_spec(top)
    if spec is None:
        return None
    places = spec.submodule_search_locations
    if places:
        return Path(next(iter(places)))
    return Path(spec.origin) if spec.origin else None


def sources(own: Own) -> Iterator[Path]:
    """The files of Python that an own room may consist of: all of its top package."""
    place = folder(own.top)
    if place is not None and place.is_dir():
        yield from sorted(place.rglob("*.py"))
    elif place is not None and place.is_file():
        yield place


def specs(own: Own) -> Path | None:
    """The folder of an own room's spec tests: ``specs`` in the package, or beside the module, that it names."""
    place = folder(own.top)
    if place is None:
        return None
    for part in own.package.split(".")[1:]:
        place = place / part
    return (place if place.is_dir() else place.parent) / "specs"


@contextmanager
def blamed() -> Iterator[None]:
    """What goes wrong inside a county's own package is told as such: :class:`Broken` names the package, the line and
    the error. Other errors pass."""
    try:
        yield
    except Broken:
        raise
    except Exception as error:
        told = _blame(error)
        if told is None:
            raise
        raise told from error


def _blame(error: Exception) -> Broken | None:
    """The own package in whose lines an error arose, if it was one."""
    steps = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        steps.append((error.filename, error.lineno))
    for own in registered():
        if isinstance(error, ModuleNotFoundError) and error.name in (own.top, own.package):
            return Broken(
                f"县里自己的包 {own.name} 登记的模块 {own.package} 找不到：请重新安装它，或卸载它",
                f"the county's own package {own.name} names the module {own.package}, which is not there: install it "
                "anew, or uninstall it",
            )
        files = {str(path) for path in sources(own)}
        mine = [(file, line) for file, line in steps if file in files]
        if mine:
            file, line = mine[-1]
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            return Broken(
                f"县里自己的包 {own.name} 用不了：{file} 第 {line} 行，{what}；请改正它，或卸载它",
                f"the county's own package {own.name} cannot be used: {file}, line {line}, {what}; mend it, or "
                "uninstall it",
            )
    return None
