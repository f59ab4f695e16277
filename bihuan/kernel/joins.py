"""Joins as the forms need them: attach columns, the first answer, the last one before.

All of them keep every row of the left table and never add one. Inequalities stand only in inner joins behind an
equality, and what was found is joined back by equality alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

On = str | Sequence[str] | Mapping[str, str]
"""Columns that must be equal: one name, several, or {left name: right name}."""

Where = Callable[[ir.Table, ir.Table], Any]


def _pairs(on: On) -> list[tuple[str, str]]:
    if isinstance(on, str):
        return [(on, on)]
    if isinstance(on, Mapping):
        return list(on.items())
    return [(name, name) for name in on]


def attach(rows: ir.Table, facts: ir.Table, on: On, **columns: Any) -> ir.Table:
    """Rows with further columns from the one fact that matches; null where none does.

    ``columns``: new name = expression over ``facts``. ``facts`` must hold at most one row a key.
    """
    pairs = _pairs(on)
    right = facts.select(**{f"on_{r}": facts[r] for _, r in pairs}, **columns)
    joined = rows.left_join(right, [rows[left] == right[f"on_{r}"] for left, r in pairs])
    return joined.select(*[rows[c] for c in rows.columns if c not in columns], *[right[c] for c in columns])


def matching(rows: ir.Table, facts: ir.Table, on: On, where: Where | None = None, **columns: Any) -> ir.Table:
    """Each row once for each fact that matches (inner join), with the named columns of the fact.

    ``where(rows, facts)`` narrows it further; its second argument has the columns named here and no others, so
    inequalities stand behind the equality: ``where=lambda a, r: (a.left_at >= r.since) & (a.left_at < r.until)``.
    """
    pairs = _pairs(on)
    right = facts.select(**{f"on_{r}": facts[r] for _, r in pairs}, **columns)
    meets: list[Any] = [rows[left] == right[f"on_{r}"] for left, r in pairs]
    if where is not None:
        meets.append(where(rows, right))
    joined = rows.inner_join(right, meets)
    return joined.select(*[rows[c] for c in rows.columns if c not in columns], *[right[c] for c in columns])


def having(rows: ir.Table, facts: ir.Table, on: On) -> ir.Table:
    """The rows for which some fact matches."""
    right = facts.select(**{f"on_{r}": facts[r] for _, r in _pairs(on)})
    return rows.semi_join(right, [rows[left] == right[f"on_{r}"] for left, r in _pairs(on)])


def lacking(rows: ir.Table, facts: ir.Table, on: On) -> ir.Table:
    """The rows for which no fact matches."""
    right = facts.select(**{f"on_{r}": facts[r] for _, r in _pairs(on)})
    return rows.anti_join(right, [rows[left] == right[f"on_{r}"] for left, r in _pairs(on)])


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
    right = facts.select(**{f"on_{r}": facts[r] for _, r in pairs}, on_at=facts[at]).filter(lambda f: f.on_at.notnull())
    if since is None and until is None:
        found = right.group_by([f"on_{r}" for _, r in pairs]).agg(
            on_found=right.on_at.max() if latest else right.on_at.min()
        )
        joined = rows.left_join(found, [rows[left] == found[f"on_{r}"] for left, r in pairs])
        return joined.select(*[rows[c] for c in rows.columns if c != name], found.on_found.name(name))
    ends = [e for e in (since, until) if e is not None]
    asked = rows.select(**{f"ask_{left}": rows[left] for left, _ in pairs}, **{f"end_{e}": rows[e] for e in ends})
    asked = asked.distinct()
    meets: list[Any] = [asked[f"ask_{left}"] == right[f"on_{r}"] for left, r in pairs]
    if since is not None:
        meets.append(right.on_at >= asked[f"end_{since}"])
    if until is not None:
        meets.append(right.on_at <= asked[f"end_{until}"])
    met = asked.inner_join(right, meets)
    keys = [f"ask_{left}" for left, _ in pairs] + [f"end_{e}" for e in ends]
    found = met.group_by(keys).agg(on_found=met.on_at.max() if latest else met.on_at.min())
    back = [rows[left] == found[f"ask_{left}"] for left, _ in pairs] + [rows[e] == found[f"end_{e}"] for e in ends]
    joined = rows.left_join(found, back)
    return joined.select(*[rows[c] for c in rows.columns if c != name], found.on_found.name(name))


def pick(rows: ir.Table, by: str | Sequence[str], order: Sequence[Any]) -> ir.Table:
    """Of the rows with one ``by``, the first in ``order``."""
    keys = [by] if isinstance(by, str) else list(by)
    window = ibis.window(group_by=[rows[k] for k in keys], order_by=list(order))
    ranked = rows.mutate(pick_rank=ibis.row_number().over(window))
    return ranked.filter(ranked.pick_rank == 0).drop("pick_rank")
