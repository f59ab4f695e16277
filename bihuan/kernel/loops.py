"""What a loop (闭环) is, and the tables that it sees.

A loop is a plain function from tables to obligations, declared with its name, rule, reason and remedy in both
languages, its severity, owner role and source. A view is a named stage that several loops share, computed once a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from bihuan.kernel import facts, moments
from bihuan.kernel.forms import GATHERED
from bihuan.kernel.ledger import Ledger

Severity = Literal["急", "重", "常"]
"""急 risk is loose now; 重 the loop is broken; 常 upkeep. Holes print in this order."""
SEVERITIES: tuple[Severity, ...] = ("急", "重", "常")

Role = Literal["县级领导", "镇干部", "村干部", "网格员", "医务人员", "民警", "志愿者", "部门监管", "单位主体"]

Both = tuple[str, str]
"""A sentence in Chinese and in English."""

INPUTS: dict[str, dict[str, str]] = {
    "parameters": {"key": "string", "value": "string"},
    "loops": {"hole": "string", "severity": "string", "role": "string", "subject_kind": "string", "final": "boolean"},
    "ladders": {"role": "string", "step": "int64", "rung": "string"},
    "obligations": GATHERED,
}
"""Tables that the engine fills: every parameter's default, what the loops say of themselves, who stands above whom, and
the obligations that the loops gave."""


@dataclass(frozen=True)
class Loop:
    """One hole of the catalogue and the function that finds its obligations.

    ``orders`` names the parameters it reads. ``final`` marks what cannot be made good: it stays while its row stands,
    until a finding that names it was remedied and re-checked (整改闭环). Sentences may use {subject} {item} {unit}
    {area} {opens} {due} {since} {until} (of what is foreseen: up to when it lasts, in words).
    """

    hole: str
    name: Both
    severity: Severity
    role: Role
    subject: str  # kind of the subject: person, unit, lot, post, area, officer …
    source: str  # S-number and the source's words
    rule: Both
    reason: Both
    remedy: Both
    find: Callable[[Tables], ir.Table]
    item: str = ""  # what tells several of one subject apart
    orders: tuple[str, ...] = ()
    final: bool = False

    @property
    def family(self) -> str:
        return self.hole.split(".", maxsplit=1)[0]

    @property
    def module(self) -> str:
        """Where its function stands."""
        return self.find.__module__


@dataclass(frozen=True)
class Family:
    """What the loops whose names begin alike are called together: ``Family("arrival", ("返乡来返", "arrivals"))``."""

    name: str
    title: Both


@dataclass(frozen=True)
class View:
    """A named stage: computed once, used by many loops.

    With ``grow`` it is grown: to the rows of ``build`` are added those that ``grow`` makes of them, then those that it
    makes of these, until it makes none (a recursive query). ``grow`` must come to an end by itself, give the columns of
    ``build`` in their order, and ask its second argument, the rows of the last round, once and in one join.
    """

    name: str
    build: Callable[[Tables], ir.Table]
    grow: Callable[[Tables, ir.Table], ir.Table] | None = None


def loop(hole: str, **about: Any) -> Callable[[Callable[[Tables], ir.Table]], Loop]:
    """Declare a loop: ``@loop("arrival.unverified", name=("未核查", "Not verified"), …)``."""

    def declare(find: Callable[[Tables], ir.Table]) -> Loop:
        return Loop(hole=hole, find=find, **about)

    return declare


def view(build: Callable[[Tables], ir.Table]) -> View:
    """Declare a view; its name is the function's."""
    return View(name=build.__name__, build=build)


@dataclass
class Tables:
    """What loops and views see: ``t.arrivals`` (a ledger, as known), ``t.graded_arrivals`` (a view), ``t["name"]``.

    Each is an unbound table with a name, so that every stage compiles alone; ``needs`` gathers the names that were
    asked for since it was last emptied.
    """

    ledgers: dict[str, Ledger]
    views: dict[str, View]
    needs: set[str] = field(default_factory=set)
    _known: dict[str, ir.Table] = field(default_factory=dict)
    _stages: dict[str, tuple[ir.Table, ir.Table | None, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def now(self) -> ir.TimestampScalar:
        return moments.now()

    def __getitem__(self, name: str) -> ir.Table:
        self.needs.add(name)
        if name not in self._known:
            self._known[name] = self._named(name)
        return self._known[name]

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def _named(self, name: str) -> ir.Table:
        if name in INPUTS:
            return ibis.table(INPUTS[name], name=name)
        return ibis.table(self.stage(name)[0].schema(), name=name)

    def stage(self, name: str) -> tuple[ir.Table, ir.Table | None, tuple[str, ...]]:
        """The expression of a ledger as known or of a view, what it grows by (None: it does not), and the names of the
        tables it stands on."""
        if name not in self._stages:
            outer, self.needs = self.needs, set()
            growth = None
            if name in self.ledgers:
                expression = facts.in_effect(self.ledgers[name])
            elif name in self.views:
                seen = self.views[name]
                expression = seen.build(self)
                if seen.grow is not None:
                    growth = seen.grow(self, ibis.table(expression.schema(), name=name))
            else:
                raise KeyError(f"no ledger and no view is called {name}")
            self._stages[name] = (expression, growth, tuple(sorted(self.needs)))
            self.needs = outer
        return self._stages[name]


def tables(ledgers: Iterable[Ledger], views: Iterable[View]) -> Tables:
    return Tables({ledger.name: ledger for ledger in ledgers}, {v.name: v for v in views})
