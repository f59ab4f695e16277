"""Upwards: from rows that moved to the subjects of a loop whose holes they may open, close or change."""

from __future__ import annotations

from functools import partial
from typing import Any

from bihuan.kernel.flow import Flow, Node
from bihuan.live.needing import Needing
from bihuan.live.relations import Later, Made, Read, Rows, Want, Wide, Widened, once, said, together, valued

Known = dict[int, Rows | None]
"""Node of a flow → its rows that may come, go or change."""


class Touching:
    """``needing`` reads what the way up asks for, and knows what moved."""

    def __init__(self, needing: Needing) -> None:
        self.needing, self.lineage = needing, needing.lineage
        self.flows, self.ledgers = needing.flows, needing.ledgers
        self.moved = {name: rows for name, rows in needing.moved.rows.items() if rows}
        self.passing = self.lineage.passing({name: needing.moved.changed(name, needing.now) for name in self.moved})
        self._stages: dict[str, Rows | Wide | None] = {}

    def stage(self, name: str) -> Rows | None:
        """The rows of a stage that may come, go or change; None: none. Raises Wide."""
        if not self.passing.may(name):
            return None
        if name in self.ledgers:
            return Read(self.moved[name], self.needing.fetcher.places[name])
        # None: a stage that grows stands on itself.
        return once(self._stages, name, lambda: self._flow(self.flows[name]), None)

    def _flow(self, flow: Flow) -> Rows | None:
        """The same, of the last node of a flow; each stands on some before it."""
        known: Known = {}
        for place in self.passing.through(flow):
            known[place] = self._node(flow, flow[place], known)
        return known.get(len(flow) - 1)

    def _node(self, flow: Flow, node: Node, known: Known) -> Rows | None:
        kind = node["k"]
        if kind == "table":
            return self.stage(node["name"])
        if kind == "all":
            if any(known.get(of) is not None for of in node["of"]):
                raise Wide("it stands on all rows")
            return None
        if kind == "union":
            found = [rows for of in node["of"] if (rows := known.get(of)) is not None]
            return together(found) if found else None
        if kind == "join":
            return self._join(flow, node, known)
        if kind == "with":
            if any(known.get(of) is not None for of in node["whole"]):
                raise Wide("a value stands on all rows")
            return known.get(node["of"])
        inner = known.get(node["of"])
        if inner is None:
            return None
        if kind == "set":
            return self._set(flow, node, inner)
        if kind == "group":
            return self._group(flow, node, inner)
        if kind == "where" and _left_out(node, inner):
            return None
        for parts in node["windows"]:
            inner = self._window(flow, node, inner, parts)
        return inner if kind == "where" else Made({0: inner}, node["cols"])

    def _set(self, flow: Flow, node: Node, inner: Rows) -> Rows | None:
        """What is in a set by another row as well neither comes nor goes with this one."""
        column = node["column"]
        values = inner.values(column) if column is not None else None
        if values is None:
            return inner
        left = values - self.needing.surely_in(flow, node["of"], column, values)
        return Later(column, Want(left), lambda: inner) if left else None

    def _window(self, flow: Flow, node: Node, inner: Rows, parts: list[Any]) -> Rows:
        if not any(part is not None and valued({0: inner}, part) is not None for part in parts):
            raise Wide("computed over all rows")
        plain = [p[0][1] for p in parts if p is not None and len(p) == 1 and p[0][0] != "const" and p[0][2] == ""]
        return Widened(inner, plain, lambda: self.needing.partition(flow, node["of"], parts, inner))

    def _group(self, flow: Flow, node: Node, inner: Rows) -> Rows:
        for sources in node["keys"].values():
            values = valued({0: inner}, sources) if sources is not None else None
            if sources is None or values is None:
                continue
            plain = [s[1] for these in node["keys"].values() for s in these or () if s[0] != "const"]
            members = Widened(inner, plain, partial(self.needing.shared, flow, node["of"], sources, Want(values)))
            return Made({0: members}, {**node["cols"], **node["keys"]})
        raise Wide("a figure over all rows")

    def _join(self, flow: Flow, node: Node, known: Known) -> Rows | None:
        found = []
        for place, of in enumerate(node["of"]):
            rows = known.get(of)
            if rows is None:
                continue
            for how, right, pairs in node["links"]:
                if right == place and not pairs:
                    raise Wide(f"every row meets every other ({how})")
            if place == 0:
                vain = self._surely_out(flow, node, rows) or self._meets_nothing(flow, node, rows, known)
            else:
                vain = self._met_by_none(flow, node, place, rows)
            if vain:
                continue
            found.append(self.needing.bind(flow, node, {place: rows}, read=False))
        return together(found) if found else None

    def _surely_out(self, flow: Flow, node: Node, rows: Rows) -> bool:
        """Whether all these rows are left out by an anti join, before and after what moved."""
        for how, right, pairs in node["links"]:
            if how != "anti" or len(pairs) != 1:
                continue
            left, other = pairs[0]
            values = valued({0: rows}, left)
            if values is None or len(other) != 1 or other[0][2] != "":
                continue
            ledger = self.lineage.plainly(flow, node["of"][right], other[0][1])
            if ledger is not None and values and values <= self.needing.certain(ledger, values):
                return True
        return False

    def _meets_nothing(self, flow: Flow, node: Node, rows: Rows, known: Known) -> bool:
        """Whether these rows of the first table have no match that an inner or semi join asks for, before and after
        what moved."""
        for how, right, pairs in node["links"]:
            if how not in ("inner", "semi") or len(pairs) != 1 or known.get(node["of"][right]) is not None:
                continue
            left, other = pairs[0]
            if any(s[0] not in (0, "const") for s in left):
                continue
            values = valued({0: rows}, left)
            if values is not None and self.needing.later(flow, node["of"][right], other, Want(values)).empty():
                return True
        return False

    def _met_by_none(self, flow: Flow, node: Node, place: int, rows: Rows) -> bool:
        """Whether no row of the first table names any of these rows of another. (Those that moved are looked at by
        themselves.)"""
        for _, right, pairs in node["links"]:
            for left, other in pairs if right == place else ():
                if len(left) != 1 or left[0][0] != 0 or left[0][2] != "":
                    continue
                based = self.lineage.based_at(flow, node["of"][0], left[0][1])
                told = said({place: rows}, other) if based else None
                if based and told is not None and self.needing.fetcher.nowhere(based, told - {None}):
                    return True
        return False


def _left_out(node: Node, rows: Rows) -> bool:
    """Whether a condition surely leaves out all these rows: a column must be what it is in none of them."""
    for name, among in (*((name, [value]) for name, value in node["is"].items()), *node["among"].items()):
        told = rows.told(name)
        if told is not None and told.isdisjoint(among):
            return True
    return False
