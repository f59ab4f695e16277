"""Joins as the forms need them: attach columns, the first answer, the last one before.

All of them keep every row of the left table and never add one. Inequalities stand only in inner joins behind an
equality, and what was found is joined back by equality alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

On = str | Sequence[str] | Mapping[str, str]
"""Columns that must be equal: one name, several, or {left name: right name}."""

Where = Callable[[ir.Table], Any]


def _pairs(on: On) -> list[tuple[str, str]]:
    if isinstance(on, str):
        return [(on, on)]
    if isinstance(on, Mapping):
        return list(on.items())
    return [(name, name) for name in on]


def columns_of(on: On) -> list[str]:
    """The left table's columns of a join."""
    return [left for left, _ in _pairs(on)]


# Columns are selected by name, not as expressions of the tables joined: where the right side was made from the left,
# Ibis would take a column of the left for the one of the right that came from it. So the right side's names are new.


def _right(facts: ir.Table, on: On, columns: Mapping[str, Any]) -> ir.Table:
    return facts.select(
        **{f"on_{r}": facts[r] for _, r in _pairs(on)}, **{f"new_{name}": value for name, value in columns.items()}
    )


def _equal(on: On) -> list[Any]:
    return [(left, f"on_{r}") for left, r in _pairs(on)]


def _joined(rows: ir.Table, joined: ir.Table, columns: Iterable[str]) -> ir.Table:
    """The columns of rows, and the new ones under their own names."""
    columns = list(columns)
    kept = [c for c in rows.columns if c not in columns]
    return joined.select(*kept, **{c: joined[f"new_{c}"] for c in columns})


def attach(rows: ir.Table, facts: ir.Table, on: On, **columns: Any) -> ir.Table:
    """Rows with further columns from the one fact that matches; null where none does.

    ``columns``: new name = expression over ``facts``. ``facts`` must hold at most one row a key.
    """
    return _joined(rows, rows.left_join(_right(facts, on, columns), _equal(on)), columns)


def matching(rows: ir.Table, facts: ir.Table, on: On, where: Where | None = None, **columns: Any) -> ir.Table:
    """Each row once for each fact that matches (inner join), with the named columns of the fact.

    ``where(row)`` narrows it further; ``row`` has the columns of both, the named ones under their names, so
    inequalities stand behind the equality: ``where=lambda r: (r.left_at >= r.since) & (r.left_at < r.until)``.
    """
    joined = _joined(rows, rows.inner_join(_right(facts, on, columns), _equal(on)), columns)
    return joined if where is None else joined.filter(where)


def having(rows: ir.Table, facts: ir.Table, on: On) -> ir.Table:
    """The rows for which some fact matches."""
    return rows.semi_join(_right(facts, on, {}), _equal(on))


def lacking(rows: ir.Table, facts: ir.Table, on: On) -> ir.Table:
    """The rows for which no fact matches."""
    return rows.anti_join(_right(facts, on, {}), _equal(on))


def first_answer(
    rows: ir.Table,
    facts: ir.Table,
    on: On,
    at: str = "at",
    since: str | None = None,
    until: str | None = None,
    name: str = "answered",
) -> ir.Table:
    """*Answer*: the moment of the first fact that counts for each row, as a further column (null: none yet).

    ``at`` is the fact's moment; with ``since`` (a column of rows) only facts at or after it count, with ``until`` only
    those at or before it. Facts that do not count are filtered away before.
    """
    return _answer(rows, facts, on, at, since, until, name, latest=False)


def last_answer(
    rows: ir.Table,
    facts: ir.Table,
    on: On,
    at: str = "at",
    since: str | None = None,
    until: str | None = None,
    name: str = "last",
) -> ir.Table:
    """The moment of the last fact that counts for each row; arguments as for :func:`first_answer`."""
    return _answer(rows, facts, on, at, since, until, name, latest=True)


def _answer(
    rows: ir.Table,
    facts: ir.Table,
    on: On,
    at: str,
    since: str | None,
    until: str | None,
    name: str,
    *,
    latest: bool,
) -> ir.Table:
    pairs = _pairs(on)
    best = ibis._.new_at.max() if latest else ibis._.new_at.min()
    right = _right(facts, on, {"at": facts[at]}).filter(lambda f: f.new_at.notnull())
    if since is None and until is None:
        found = right.group_by([f"on_{r}" for _, r in pairs]).agg(**{f"new_{name}": best})
        return _joined(rows, rows.left_join(found, _equal(on)), [name])
    ends = [e for e in (since, until) if e is not None]
    keys = {left: f"ask_{left}" for left, _ in pairs} | {e: f"end_{e}" for e in ends}
    asked = rows.select(**{ask: rows[c] for c, ask in keys.items()}).distinct()
    met = asked.inner_join(right, [(f"ask_{left}", f"on_{r}") for left, r in pairs])
    if since is not None:
        met = met.filter(met.new_at >= met[f"end_{since}"])
    if until is not None:
        met = met.filter(met.new_at <= met[f"end_{until}"])
    found = met.group_by(list(keys.values())).agg(**{f"new_{name}": best})
    return _joined(rows, rows.left_join(found, list(keys.items())), [name])


def pick(rows: ir.Table, by: str | Sequence[str], order: Sequence[Any]) -> ir.Table:
    """Of the rows with one ``by``, the first in ``order``."""
    keys = [by] if isinstance(by, str) else list(by)
    window = ibis.window(group_by=[rows[k] for k in keys], order_by=list(order))
    ranked = rows.mutate(pick_rank=ibis.row_number().over(window))
    return ranked.filter(ranked.pick_rank == 0).drop("pick_rank")


def standing(rows: ir.Table, by: str | Sequence[str], at: str, broken: Any, name: str = "stood_from") -> ir.Table:
    """Of what is broken at its last moment: ``by`` and since when it has been, without a break.

    The rows are all the moments (``at``) at which each ``by`` may have come to be broken, or to be whole again.
    """
    keys = [by] if isinstance(by, str) else list(by)
    rows = rows.select(*keys, at_=rows[at], broken_=broken)
    whole = rows.filter(~rows.broken_).group_by(keys).agg(whole_at=ibis._.at_.max())
    rows = attach(rows, whole, keys, whole_at=ibis._.whole_at)
    run = rows.filter(rows.broken_ & (rows.whole_at.isnull() | (rows.at_ > rows.whole_at)))
    return run.group_by(keys).agg(**{name: run.at_.min()})
