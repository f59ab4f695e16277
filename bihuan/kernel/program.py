"""The compiled program: loops and views as SQL of one engine, with what the loops say of themselves.

Compiling the Ibis expressions takes seconds, a small county's audit does not; so it is done once and kept (JSON), with
the as-of time as a mark in the text. A run that finds its program imports neither Ibis nor Django.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bihuan.kernel.ledger import Ledger

if TYPE_CHECKING:
    from bihuan.kernel.flow import Flow
    from bihuan.kernel.loops import Loop, Tables, View
    from bihuan.kernel.parameters import Parameter
    from bihuan.kernel.uses import Uses


def family(hole: str) -> str:
    """The family of loops that a hole belongs to: the word before the point."""
    return hole.split(".", maxsplit=1)[0]


@dataclass(frozen=True)
class Stage:
    """One named stage: a ledger as known or a view (``hole`` empty), or one loop's obligations."""

    name: str
    sql: str
    needs: tuple[str, ...]
    is_ledger: bool = False


@dataclass(frozen=True)
class Said:
    """What a loop says of itself, without its function."""

    hole: str
    name: tuple[str, str]
    severity: str
    role: str
    subject: str
    item: str
    source: str
    rule: tuple[str, str]
    reason: tuple[str, str]
    remedy: tuple[str, str]
    orders: tuple[str, ...]
    final: bool
    module: str  # where its function stands

    @property
    def family(self) -> str:
        return family(self.hole)


@dataclass(frozen=True)
class Program:
    """Everything an engine needs: stages in the order in which they stand on one another, the loops' obligations, and
    the last stages, which stand on the obligations; the table ``holes`` is the last of all."""

    dialect: str
    ledgers: tuple[Ledger, ...]
    parameters: tuple[Parameter, ...]
    stages: tuple[Stage, ...]
    loops: tuple[Said, ...]
    obligations: tuple[Stage, ...]
    last: tuple[Stage, ...]
    inputs: dict[str, dict[str, str]]  # tables that the engine makes: name → columns and Ibis types
    ladders: dict[str, tuple[str, ...]]  # role → those it falls to
    families: dict[str, tuple[str, str]]  # family of loops → its title in Chinese and English
    rooms: dict[str, tuple[str, str]]  # package → what lives in it, in Chinese and English
    now_mark: str

    def at(self, sql: str, now: str) -> str:
        """A stage's SQL with the as-of time ``now`` (an SQL expression) in place of its mark."""
        return sql.replace(self.now_mark, now)

    def room(self, said: Said) -> str:
        """The package of the room that a loop is declared in."""
        inside = [p for p in self.rooms if said.module == p or said.module.startswith(f"{p}.")]
        return max(inside, key=len, default="")

    def title(self, family: str) -> tuple[str, str]:
        """A family's title in Chinese and English; one that nobody named goes by its own word."""
        return self.families.get(family, (family, family))

    def to_json(self) -> str:
        from dataclasses import asdict

        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Program:
        from bihuan.kernel.parameters import Parameter

        data = json.loads(text)
        return Program(
            dialect=data["dialect"],
            ledgers=tuple(Ledger.from_dict(x) for x in data["ledgers"]),
            parameters=tuple(Parameter(**_tuples(x)) for x in data["parameters"]),
            stages=tuple(Stage(**_tuples(x)) for x in data["stages"]),
            loops=tuple(Said(**_tuples(x)) for x in data["loops"]),
            obligations=tuple(Stage(**_tuples(x)) for x in data["obligations"]),
            last=tuple(Stage(**_tuples(x)) for x in data["last"]),
            inputs=data["inputs"],
            ladders={role: tuple(rungs) for role, rungs in data["ladders"].items()},
            families={name: tuple(title) for name, title in data["families"].items()},
            rooms={name: tuple(title) for name, title in data["rooms"].items()},
            now_mark=data["now_mark"],
        )


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {
        k: tuple(tuple(i) if isinstance(i, list) else i for i in v) if isinstance(v, list) else v
        for k, v in data.items()
    }


@dataclass
class Known:
    """What loops that are compiled one at a time share: the tables as expressions, and the stages compiled so far."""

    tables: Tables | None = None
    stages: dict[str, Stage] = field(default_factory=dict)


def compile_program(
    ledgers: Iterable[Ledger],
    parameters: Iterable[Parameter],
    views: Iterable[View],
    loops: Iterable[Loop],
    families: Mapping[str, tuple[str, str]] | None = None,
    rooms: Mapping[str, tuple[str, str]] | None = None,
    dialect: str = "duckdb",
    progress: Any = None,
    known: Known | None = None,
    flows: dict[str, Flow] | None = None,
    used: dict[str, Uses] | None = None,
) -> Program:
    """Compile every stage alone (stack.md: 2.3 s against 13 s as one expression). ``progress(name, done, total)``.

    ``known`` holds what was compiled before of the same ledgers, views and dialect, and takes what is compiled now: who
    compiles loops one at a time pays once for what they share. ``flows``, where given, takes the flow of every stage
    and loop by its name (:mod:`bihuan.kernel.flow`), ``used`` what each uses (:mod:`bihuan.kernel.uses`).
    """
    import ibis

    from bihuan.kernel import holes as holes_
    from bihuan.kernel.flow import flow, grown_flow
    from bihuan.kernel.ladders import LADDERS
    from bihuan.kernel.loops import INPUTS, tables
    from bihuan.kernel.moments import now
    from bihuan.kernel.uses import uses

    ledgers, loops = tuple(ledgers), tuple(loops)
    known = Known() if known is None else known
    t = known.tables = known.tables or tables(ledgers, (*views, *holes_.VIEWS))

    def sql(expression: Any) -> str:
        text = str(ibis.to_sql(expression, dialect=dialect))
        # PostgreSQL takes the T between a date and a clock for an ordinal (17TH) unless it is quoted.
        return text.replace("DDTHH24", 'DD"T"HH24') if dialect == "postgres" else text

    stages = known.stages

    def add(name: str) -> None:
        if name in stages or name in INPUTS:
            return
        expression, growth, needs = t.stage(name)
        for need in needs:
            add(need)
        text = sql(expression) if growth is None else grown(name, sql(expression), sql(growth))
        stages[name] = Stage(name, text, needs, is_ledger=name in t.ledgers)
        if flows is not None and name not in t.ledgers:
            flows[name] = flow(expression) if growth is None else grown_flow(expression, growth)
        if used is not None and name not in t.ledgers:
            used[name] = uses(expression) if growth is None else uses(expression, growth)

    obligations = []
    for done, loop in enumerate(loops):
        if progress is not None:
            progress(loop.hole, done, len(loops))
        t.needs = set()
        found = holes_.gather(loop.hole, loop.find(t))
        if flows is not None:
            flows[loop.hole] = flow(found)
        if used is not None:
            used[loop.hole] = uses(found)
        needs = tuple(sorted(t.needs))
        obligations.append(Stage(loop.hole, sql(found), needs))
        for need in needs:
            add(need)
    for ledger in ledgers:
        add(ledger.name)
    for last in holes_.VIEWS:
        add(last.name)
    names = [v.name for v in holes_.VIEWS]
    mark = sql(ibis.literal(1).name("x").as_table().mutate(n=now()))
    return Program(
        dialect=dialect,
        ledgers=ledgers,
        parameters=tuple(parameters),
        stages=tuple(s for s in stages.values() if s.name not in names),
        loops=tuple(_said(loop) for loop in loops),
        obligations=tuple(obligations),
        last=tuple(stages[name] for name in names),
        inputs=INPUTS,
        ladders=LADDERS,
        families=dict(families or {}),
        rooms=dict(rooms or {}),
        now_mark=_mark(mark),
    )


def grown(name: str, start: str, step: str) -> str:
    """The SQL of a stage that grows (:class:`bihuan.kernel.loops.View`): standard SQL, as every engine reads it."""
    return f'WITH RECURSIVE "{name}" AS (({start}) UNION ALL ({step})) SELECT * FROM "{name}"'


def _mark(sql: str) -> str:
    """How the dialect writes the as-of time's sentinel."""
    import re

    found = re.search(r"(\S*MAKE_TIMESTAMP\([^)]*\)|CAST\('1111[^']*' AS \w+(\(\d+\))?\)|TIMESTAMP '1111[^']*')", sql)
    if found is None:
        raise ValueError(f"the as-of time's mark was not found in: {sql}")
    return found.group(1)


def _said(loop: Loop) -> Said:
    return Said(**{name: getattr(loop, name) for name in Said.__dataclass_fields__})
