"""Which tables must hold rows where a stage may hold any: what surely has none is not run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from bihuan.kernel.flow import Flow, Node

Asks = Any
"""What must hold rows where a stage may: True (it may hold some whatever does), a table, or ``all`` or ``any`` with
several of these."""


def asks(flow: Flow, given: Collection[str]) -> Asks:
    """What must hold rows where a stage may, by its flow; tables that are ``given`` always hold some."""
    return _asks(flow, len(flow) - 1, given, {})


def _asks(flow: Flow, place: int, given: Collection[str], known: dict[int, Asks]) -> Asks:
    if place not in known:
        known[place] = _of_node(flow, flow[place], given, known)
    return known[place]


def _of_node(flow: Flow, node: Node, given: Collection[str], known: dict[int, Asks]) -> Asks:
    kind = node["k"]
    if kind == "table":
        return node["name"] in given or node["name"]
    if kind == "union":
        return _several(any, [_asks(flow, of, given, known) for of in node["of"]])
    if kind == "all" or (kind == "group" and not node["keys"]):
        return True
    if kind == "join":
        needed = [0, *(right for how, right, _ in node["links"] if how in ("inner", "semi", "cross"))]
        return _several(all, [_asks(flow, node["of"][place], given, known) for place in needed])
    return _asks(flow, node["of"], given, known)


def _several(how: Callable[[Iterable[object]], bool], parts: Sequence[Asks]) -> Asks:
    if how is any and True in parts:
        return True
    apart: list[Asks] = []
    for part in parts:
        same = part[1] if isinstance(part, tuple) and part[0] is how else [part]
        apart += [p for p in same if p not in apart and p is not True]
    return (how, apart) if len(apart) > 1 else apart[0] if apart else True


def met(asked: Asks, filled: Collection[str]) -> bool:
    """Whether the tables that are ``filled`` are enough."""
    if isinstance(asked, str):
        return asked in filled
    if isinstance(asked, bool):
        return asked
    how, parts = asked
    return bool(how(met(part, filled) for part in parts))
