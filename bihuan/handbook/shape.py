"""What a loop's compiled obligations say that its declaration does not: how they fall due, and whether its rows name
owners, roles or severities of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bihuan.kernel.program import Program, Said

if TYPE_CHECKING:
    from sqlglot.exp import Expression

SEVERITIES = ("急", "重", "常")


@dataclass(frozen=True)
class Shape:
    """``kinds``: deadline, state, foreseen. ``roles`` and ``severities``: those that its rows may take, in the order of
    ladders and of print. ``named``: its rows may name the owner. ``final``: some of them cannot be made good though its
    loop is not final."""

    kinds: frozenset[str]
    roles: tuple[str, ...]
    severities: tuple[str, ...]
    named: bool
    final: bool


def shape(said: Said, program: Program) -> Shape:
    """The shape of a loop's obligations."""
    sql = next(o.sql for o in program.obligations if o.name == said.hole)
    kinds, roles, severities, named, final = _read(sql, program.dialect)
    return Shape(
        kinds=kinds,
        roles=tuple(r for r in program.ladders if r in roles) if roles else (said.role,),
        severities=tuple(s for s in SEVERITIES if s in severities) if severities else (said.severity,),
        named=named,
        final=final,
    )


@cache
def _read(sql: str, dialect: str) -> tuple[frozenset[str], frozenset[str], frozenset[str], bool, bool]:
    kinds = frozenset(re.findall(r"'(deadline|state|foreseen)' AS \"ob_kind\"", sql))
    roles, severities = (_overrides(sql, column, dialect) for column in ("ob_role", "ob_severity"))
    return kinds, roles, severities, _filled(sql, "ob_taken"), _filled(sql, "ob_final")


def _filled(sql: str, column: str) -> bool:
    """Whether some row may fill a column that the forms leave empty by default."""
    passed = r'"t\d+"\."' + column + '"'
    every = len(re.findall(f'AS "{column}"', sql))
    return every > len(re.findall(rf'(?:{passed}|CAST\(NULL AS \w+\)|NULL) AS "{column}"', sql))


def _overrides(sql: str, column: str, dialect: str) -> frozenset[str]:
    """The words that a column may take; none where no row fills it."""
    if not _filled(sql, column):
        return frozenset()
    import sqlglot

    return frozenset(_words(sqlglot.parse_one(sql, dialect=dialect), column, set()))


def _words(tree: Expression, column: str, seen: set[str]) -> Iterator[str]:
    """The literal results of every expression that gives a column, also by way of another column."""
    from sqlglot import exp

    seen.add(column)
    for alias in tree.find_all(exp.Alias):
        if alias.alias == column:
            yield from _results(tree, alias.this, seen)


def _results(tree: Expression, value: Expression, seen: set[str]) -> Iterator[str]:
    from sqlglot import exp

    if isinstance(value, exp.Literal) and value.is_string:
        yield str(value.this)
    elif isinstance(value, exp.Case):
        for branch in value.args["ifs"]:
            yield from _results(tree, branch.args["true"], seen)
        if value.args.get("default") is not None:
            yield from _results(tree, value.args["default"], seen)
    elif isinstance(value, exp.Cast | exp.Paren):
        yield from _results(tree, value.this, seen)
    elif isinstance(value, exp.Coalesce | exp.If):
        for part in value.iter_expressions():
            yield from _results(tree, part, seen)
    elif isinstance(value, exp.Column) and value.name not in seen:
        yield from _words(tree, value.name, seen)
