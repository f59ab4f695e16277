"""What a stage stands on: which columns of which tables decide which rows it has, and what stands in its columns.

More than :mod:`bihuan.kernel.flow` follows, which asks where *values* come from: here conditions, orders and whatever a
value is computed from count too. A row of which none of these columns changed changes nothing of the stage. Too many
may be named, never too few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

Columns = frozenset[tuple[str, str]]
"""Columns of the tables that a stage is made of: (table, column); the column ROWS: which rows the table has."""

ROWS = ""

NONE: Columns = frozenset()


@dataclass(frozen=True)
class Uses:
    """``rows``: what decides which rows there are; ``columns``: column → what decides its values beside that."""

    rows: Columns = NONE
    columns: Mapping[str, Columns] = field(default_factory=dict)

    def all(self) -> Columns:
        """Whatever decides anything of the stage."""
        return self.rows.union(*self.columns.values())

    def to_lists(self) -> list[Any]:
        """Plain data, kept as JSON beside the program."""
        return [sorted(self.rows), {name: sorted(found) for name, found in self.columns.items()}]

    @staticmethod
    def from_lists(data: list[Any]) -> Uses:
        rows, columns = data
        return Uses(_columns(rows), {name: _columns(found) for name, found in columns.items()})


def _columns(pairs: Iterable[Iterable[str]]) -> Columns:
    return frozenset((table, column) for table, column in pairs)


def uses(*expressions: ir.Table) -> Uses:
    """What a table expression uses; of several (a stage that grows), every row of each on everything."""
    reader = _Reader()
    if len(expressions) == 1:
        return reader.of(expressions[0].op())
    rows = NONE.union(*(reader.of(expression.op()).all() for expression in expressions))
    return Uses(rows, dict.fromkeys(expressions[0].columns, NONE))


class _Reader:
    def __init__(self) -> None:
        self._known: dict[Any, Uses] = {}

    def of(self, op: Any) -> Uses:
        if op not in self._known:
            self._known[op] = self._of(op)
        return self._known[op]

    def _of(self, op: Any) -> Uses:
        import ibis.expr.operations as ops

        if isinstance(op, ops.UnboundTable):
            rows = frozenset({(op.name, ROWS)})
            return Uses(rows, {name: frozenset({(op.name, name)}) for name in op.schema.names})
        if isinstance(op, ops.JoinReference | ops.Sort):
            return self.of(op.parent)
        if isinstance(op, ops.DropColumns):
            inner = self.of(op.parent)
            return Uses(inner.rows, {name: inner.columns[name] for name in op.schema.names})
        if isinstance(op, ops.Filter):
            inner = self.of(op.parent)
            return Uses(inner.rows | self._values(op.predicates), inner.columns)
        if isinstance(op, ops.Distinct):
            inner = self.of(op.parent)
            return Uses(inner.all(), inner.columns)
        if isinstance(op, ops.Project):
            rows = self.of(op.parent).rows | self._values(v for v in op.values.values() if v.find(ops.Unnest))
            return Uses(rows, {name: self._values([value]) for name, value in op.values.items()})
        if isinstance(op, ops.JoinChain):
            met = [self.of(table).rows for table in (op.first, *(link.table for link in op.rest))]
            asked = [self._values(link.predicates) for link in op.rest]
            return Uses(NONE.union(*met, *asked), {name: self._values([value]) for name, value in op.values.items()})
        if isinstance(op, ops.Aggregate):
            rows = self.of(op.parent).rows | self._values(op.groups.values())
            values = {**op.groups, **op.metrics}
            return Uses(rows, {name: self._values([value]) for name, value in values.items()})
        if isinstance(op, ops.Union) and not op.distinct:
            left, right = self.of(op.left), self.of(op.right)
            return Uses(left.rows | right.rows, {n: left.columns[n] | right.columns[n] for n in op.schema.names})
        whole = NONE.union(*(self.of(child).all() for child in op.args if isinstance(child, ops.Relation)))
        return Uses(
            whole | self._values(v for v in op.args if isinstance(v, ops.Value)), dict.fromkeys(op.schema, NONE)
        )

    def _values(self, values: Iterable[Any]) -> Columns:
        """What values are computed from; of a table that stands in one (a subquery), all of it."""
        import ibis.expr.operations as ops

        found: set[tuple[str, str]] = set()
        for value in values:
            for of in value.find(ops.Field, filter=ops.Value):
                found |= self.of(of.rel).columns[of.name]
            for of in value.find(ops.Subquery, filter=ops.Value):
                found |= self.of(of.rel).all()
        return frozenset(found)
