"""One run: the ledgers of a connection as of a time → the engine → holes with owners, in words.

What the exchange read comes in as plain values, so that audit and exchange do not know each other.
"""

from __future__ import annotations

import datetime as dt
import difflib
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bihuan.audit import judged, texts
from bihuan.engines import duckdb as engine
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]

SERIOUS = ("急", "重")
"""Severities that make the command's exit code 1."""


class UnknownLoop(LookupError):
    """No loop and no family of loops has this name; ``near`` are the nearest ones."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.near = name, near


@dataclass(frozen=True)
class Count:
    """How many of one hole, severity and state there are."""

    hole: str
    severity: str
    state: str
    number: int


@dataclass
class Result:
    """What a run found. The rows stand in the connection's table ``printed`` (texts.COLUMNS and ``state``)."""

    now: dt.datetime
    counts: list[Count] = field(default_factory=list)
    unjudged: dict[str, list[str]] = field(default_factory=dict)  # absent ledger → holes not judged, or only in part
    by_default: bool = False  # no ledger of orders: every parameter is at its default
    without_area: int = 0  # holes left out by an area because they have none
    seconds: float = 0.0

    def number(self, severities: Collection[str] = ("急", "重", "常"), state: str = "open") -> int:
        return sum(c.number for c in self.counts if c.state == state and c.severity in severities)

    @property
    def serious(self) -> bool:
        """Whether any open hole is 急 or 重."""
        return self.number(SERIOUS) > 0


def chosen(program: Program, names: Iterable[str]) -> tuple[str, ...]:
    """The holes that are meant: by hole (arrival.silent), family (arrival), or Chinese or English name. Raises
    UnknownLoop; no name at all means every hole."""
    every = {s.hole: s for s in program.loops}
    found: set[str] = set()
    for name in names:
        asked = name.strip().rstrip(".*").casefold()
        own = [h for h in every if h == asked or every[h].family == asked]
        own = own or [h for h, s in every.items() if asked in (n.casefold() for n in s.name)]
        own = own or [h for h, s in every.items() if asked in (n.casefold() for n in program.title(s.family))]
        if not own:
            raise UnknownLoop(name, nearest(program, name))
        found.update(own)
    return tuple(sorted(found or every))


def nearest(program: Program, name: str) -> tuple[str, ...]:
    """The holes, families and names most like this one, at most three."""
    words = {s.family: s.family for s in program.loops}
    words |= {word: s.hole for s in program.loops for word in (s.hole, *s.name)}
    near = difflib.get_close_matches(name.strip(), words, 5, 0.5)
    return tuple(dict.fromkeys(words[n] for n in near))[:3]


def audit(
    con: duckdb.DuckDBPyConnection,
    program: Program,
    now: dt.datetime,
    *,
    lang: str = "zh",
    only: Iterable[str] = (),
    area: str = "",
    states: Collection[str] = ("open",),
    absent: Collection[str] = (),
    progress: Progress | None = None,
) -> Result:
    """Audit the ledgers in ``con`` (``ledger_<name>``) as of ``now``.

    ``only``: holes, families or names (default all; raises UnknownLoop). ``area``: only holes in this area code.
    ``states``: open, late, pending. ``absent``: the ledgers that no file held.
    """
    started = time.perf_counter()
    holes = chosen(program, only)
    also = [ledger.name for ledger in texts.named_ledgers(program)]
    engine.run(program, con, now, only=set(holes), states=states, also=also, progress=progress)
    read = judged.reads(program)
    result = Result(now, unjudged=judged.unjudged(program, absent, holes))
    result.by_default = "orders" in absent and any("orders" in read[h] for h in holes)
    if area:
        result.without_area = _one(con, "SELECT count(*) FROM holes WHERE area IS NULL AND state = 'open'")
        # Not in place: the engine's table keeps the order of print.
        con.execute(f"CREATE OR REPLACE TEMP TABLE holes AS FROM holes WHERE starts_with(area, '{_code(area)}')")
    texts.word(con, program, lang)
    rows = con.execute("SELECT hole, severity, state, count(*) FROM printed GROUP BY ALL ORDER BY ALL").fetchall()
    result.counts = [Count(*row) for row in rows]
    result.seconds = time.perf_counter() - started
    return result


def _code(area: str) -> str:
    if not area.isascii() or not area.isdigit():
        raise ValueError(f"no area code: {area}")
    return area


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = con.execute(sql).fetchone()
    return int(found[0]) if found else 0
