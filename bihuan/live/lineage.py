"""Lineage: what can be said of the flow of a program once and for all, whatever its rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bihuan.kernel.flow import Flow, Node
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.uses import NONE, ROWS, Columns, Uses

Based = frozenset[tuple[str, str]]
"""Columns of ledgers: (ledger, column)."""

Matched = tuple[str, str, str, Based]
"""Rows of a ledger by a column, those alone of which another column stands in one of some columns of ledgers."""

Given = tuple[tuple[str, Any], ...]
"""Columns of which it is known that they equal a constant: what contradicts it is left out."""


SHARED = 2
"""From this on of ``Lineage._few`` a column's value is that of many rows."""

KEPT = 500
"""Of how many kinds of changes (these columns of those ledgers) it is kept through what they may pass."""


class Lineage:
    """Of one program. Answers are kept: the flows never change, and each round asks the same again."""

    def __init__(self, flows: Mapping[str, Flow], uses: Mapping[str, Uses], ledgers: Mapping[str, Ledger]) -> None:
        self.flows, self.ledgers = flows, ledgers
        self._uses_of, self._resolved = uses, dict[str, Uses]()
        self._used: dict[str, dict[str, frozenset[str]]] = {}
        self._based: dict[tuple[str, str], Based | None] = {}
        self._based_places: dict[tuple[int, int, str], Based | None] = {}
        self._reach: dict[str, frozenset[str]] = {}
        self._passing: dict[frozenset[tuple[str, frozenset[str] | None]], Passing] = {}
        self._told: dict[tuple[int, int, str], int] = {}
        self._brings: dict[tuple[int, int, str], Sequence[tuple[str, str]]] = {}
        self._matched: dict[tuple[int, int, int, str], Matched | None] = {}
        self._parts: dict[tuple[int, int, Given], tuple[int, ...]] = {}
        self._against: dict[tuple[int, int, Given], bool] = {}
        self._names = {name: {c.name for c in g.all_columns} for name, g in ledgers.items()}

    def scope(self, hole: str) -> str:
        """The column by which a loop's holes are told apart: ob_item where it is the key of a ledger's row, else
        ob_subject."""
        based = self.based(hole, "ob_item")
        if based is not None and len(based) == 1:
            ((ledger, column),) = based
            if ledger in self.ledgers and self.ledgers[ledger].key == (column,):
                return "ob_item"
        return "ob_subject"

    # ── what a change of a column may change ────────────────────────────────────────────────────

    def uses(self, name: str) -> Mapping[str, frozenset[str]]:
        """Ledger → those of its columns that a stage's rows and values stand on, its rows coming and going apart."""
        if name not in self._used:
            found: dict[str, set[str]] = {}
            for ledger, column in self._resolve(name).all():
                found.setdefault(ledger, set()).add(column)
            self._used[name] = {ledger: frozenset(columns) for ledger, columns in found.items()}
        return self._used[name]

    def _resolve(self, name: str) -> Uses:
        """What a stage uses, told of ledgers."""
        if name not in self._resolved:
            if name in self.ledgers or name not in self._uses_of:
                return Uses()
            self._resolved[name] = Uses()  # a stage that grows stands on itself
            direct = self._uses_of[name]
            columns = {column: self._of_ledgers(used) for column, used in direct.columns.items()}
            self._resolved[name] = Uses(self._of_ledgers(direct.rows), columns)
        return self._resolved[name]

    def _of_ledgers(self, columns: Columns) -> Columns:
        found: set[tuple[str, str]] = set()
        for table, column in columns:
            if table in self.ledgers:
                found.add((table, column))
            else:
                inner = self._resolve(table)
                found |= inner.rows if column == ROWS else inner.columns.get(column, NONE)
        return frozenset(found)

    # ── ledgers beneath ─────────────────────────────────────────────────────────────────────────

    def reach(self, name: str) -> frozenset[str]:
        """The ledgers from which rows may flow into a stage."""
        if name in self.ledgers:
            return frozenset({name})
        if name not in self.flows:
            return frozenset()
        if name not in self._reach:
            self._reach[name] = frozenset()  # a stage that grows stands on itself
            found = [self.reach(node["name"]) for node in self.flows[name] if node["k"] == "table"]
            self._reach[name] = frozenset().union(*found)
        return self._reach[name]

    def passing(self, changed: Mapping[str, frozenset[str] | None]) -> Passing:
        """What may pass up of rows that moved: ledger → the columns that changed; None: rows may have come or gone."""
        asked = frozenset(changed.items())
        if asked not in self._passing:
            if len(self._passing) >= KEPT:
                self._passing.clear()
            self._passing[asked] = Passing(self, changed)
        return self._passing[asked]

    # ── columns of ledgers that a column comes from ─────────────────────────────────────────────

    def based(self, name: str, column: str) -> Based | None:
        """The columns of ledgers from which a stage's column comes, as they are; None: it is made, or not known."""
        if name in self.ledgers:
            return frozenset({(name, column)}) if column in self._names[name] else None
        if name not in self.flows:
            return None
        asked = (name, column)
        if asked not in self._based:
            self._based[asked] = None
            flow = self.flows[name]
            self._based[asked] = self.based_at(flow, len(flow) - 1, column)
        return self._based[asked]

    def based_at(self, flow: Flow, place: int, column: str) -> Based | None:
        """The same, of a node's column."""
        asked = (id(flow), place, column)
        if asked not in self._based_places:
            self._based_places[asked] = self._based_of(flow, place, column)
        return self._based_places[asked]

    def _based_of(self, flow: Flow, place: int, column: str) -> Based | None:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            return self.based(node["name"], column)
        if kind in ("where", "with", "set"):
            return self.based_at(flow, node["of"], column)
        if kind == "union":
            found = [self.based_at(flow, of, column) for of in node["of"]]
        elif kind in ("rows", "group", "join"):
            of = node["of"] if kind == "join" else [node["of"]]
            sources = {**node["cols"], **node.get("keys", {})}.get(column)
            if sources is None or any(s[0] == "const" or s[2] != "" for s in sources):
                return None
            found = [self.based_at(flow, of[s[0]], s[1]) for s in sources]
        else:
            return None
        if any(f is None for f in found):
            return None
        return frozenset().union(*[f for f in found if f is not None])

    def plain(self, flow: Flow, place: int, column: str) -> tuple[str, str] | None:
        """The ledger and its column that a column is, where the node is nothing but that ledger's rows."""
        node = flow[place]
        if node["k"] == "table":
            return (node["name"], column) if node["name"] in self.ledgers else None
        if node["k"] == "rows":
            sources = node["cols"].get(column)
            if sources is not None and len(sources) == 1 and sources[0][0] != "const" and sources[0][2] == "":
                return self.plain(flow, node["of"], sources[0][1])
        return None

    def plainly(self, flow: Flow, place: int, column: str) -> str | None:
        """The same of a ledger whose key the column is."""
        found = self.plain(flow, place, column)
        return found[0] if found is not None and self.ledgers[found[0]].key == (found[1],) else None

    def matched(self, flow: Flow, join: int, place: int, column: str) -> Matched | None:
        """Where a table of a join is a ledger of which many rows share a ``column``, and an inner join leaves most of
        them out: by which rows of other ledgers. None: not so."""
        asked = (id(flow), join, place, column)
        if asked not in self._matched:
            self._matched[asked] = self._matched_of(flow, flow[join], place, column)
        return self._matched[asked]

    def _matched_of(self, flow: Flow, node: Node, place: int, column: str) -> Matched | None:
        plain = self.plain(flow, node["of"][place], column)
        if plain is None or not self._unwindowed(flow, node["of"][place]) or self._few(*plain) < SHARED:
            return None
        for how, _, pairs in node["links"]:
            for sides in pairs if how == "inner" else ():
                if any(len(side) != 1 or side[0][0] == "const" or side[0][2] != "" for side in sides):
                    continue
                ends = {side[0][0]: side[0][1] for side in sides}
                if place not in ends or len(ends) != 2:
                    continue
                by = self.plain(flow, node["of"][place], ends.pop(place))
                ((other, of),) = ends.items()
                based = self.based_at(flow, node["of"][other], of)
                if by is not None and by != plain and based:
                    return *plain, by[1], based
        return None

    def _unwindowed(self, flow: Flow, place: int) -> bool:
        """Whether a node that is nothing but a ledger's rows computes nothing over several of them."""
        node = flow[place]
        return node["k"] == "table" or (not node["windows"] and self._unwindowed(flow, node["of"]))

    def brings(self, flow: Flow, place: int, column: str) -> Sequence[tuple[str, str]]:
        """The columns of ledgers of which every row brings its value into a node's column; keys of ledgers first."""
        asked = (id(flow), place, column)
        if asked not in self._brings:
            found = self._brings_of(flow, place, column)
            self._brings[asked] = sorted(found, key=lambda pair: self.ledgers[pair[0]].key != (pair[1],))
        return self._brings[asked]

    def _brings_of(self, flow: Flow, place: int, column: str) -> list[tuple[str, str]]:
        node = flow[place]
        kind = node["k"]
        if kind == "union":
            return [pair for of in node["of"] for pair in self._brings_of(flow, of, column)]
        if kind == "set" or (kind == "where" and node["filled"] and not node["windows"]):
            return self._brings_of(flow, node["of"], column)
        plain = self.plain(flow, place, column)
        return [plain] if plain is not None else []

    def telling(self, flow: Flow, of: int, sources: list[list[Any]]) -> int:
        """How few rows share a value of a column: the lower, the fewer."""
        return max((self._telling(flow, of, source[1]) for source in sources), default=0)

    def _telling(self, flow: Flow, of: int, column: str) -> int:
        asked = (id(flow), of, column)
        if asked not in self._told:
            based = self.based_at(flow, of, column)
            self._told[asked] = 9 if based is None else max((self._few(*pair) for pair in based), default=0)
        return self._told[asked]

    def _few(self, ledger: str, column: str) -> int:
        about = self.ledgers[ledger]
        kind = about[column]
        if kind.type == "one":
            return 8
        if kind.matched:
            return 3
        return 0 if about.key == (column,) else 1 if kind.refers == "people" else 2 if kind.refers else 4

    # ── what is given ───────────────────────────────────────────────────────────────────────────

    def parts(self, flow: Flow, place: int, given: Given) -> tuple[int, ...]:
        """The nodes of which a union is made, unions within it parted too, without those that contradict."""
        asked = (id(flow), place, given)
        if asked not in self._parts:
            found: list[int] = []
            for of in flow[place]["of"]:
                if not self.contradicts(flow, of, given):
                    found += self.parts(flow, of, given) if flow[of]["k"] == "union" else [of]
            self._parts[asked] = tuple(found)
        return self._parts[asked]

    def contradicts(self, flow: Flow, place: int, given: Given) -> bool:
        """Whether no row of a node can have what is given."""
        if not given:
            return False
        asked = (id(flow), place, given)
        if asked not in self._against:
            self._against[asked] = False  # a stage that grows stands on itself
            self._against[asked] = self._contradicts(flow, place, given)
        return self._against[asked]

    def _contradicts(self, flow: Flow, place: int, given: Given) -> bool:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            inner = self.flows.get(node["name"])
            return inner is not None and self.contradicts(inner, len(inner) - 1, given)
        if kind == "union":
            return not self.parts(flow, place, given)
        if kind in ("set", "with"):
            return self.contradicts(flow, node["of"], given)
        if kind == "where":
            if any(node["is"].get(name, value) != value for name, value in given):
                return True
            return self.contradicts(flow, node["of"], with_(given, node["is"]))
        if kind not in ("rows", "join"):
            return False
        inside: dict[str, Any] = {}
        for name, value in given:
            sources = node["cols"].get(name)
            if sources is None or len(sources) != 1:
                continue
            if sources[0][0] == "const":
                if sources[0][1] != value:
                    return True
            elif sources[0][0] == 0 and sources[0][2] == "":
                inside[sources[0][1]] = value
        return self.contradicts(flow, node["of"][0] if kind == "join" else node["of"], with_((), inside))


class Passing:
    """Through which stages and nodes a change may pass. ``changed``: as for :meth:`Lineage.passing`."""

    def __init__(self, lineage: Lineage, changed: Mapping[str, frozenset[str] | None]) -> None:
        self._lineage, self._changed = lineage, changed
        self._stages: dict[str, bool] = {}
        self._nodes: dict[int, Sequence[int]] = {}

    def may(self, name: str) -> bool:
        """Whether anything that a stage stands on changed: rows that came or went, or a column that it uses."""
        if name not in self._stages:
            self._stages[name] = self._may(name)
        return self._stages[name]

    def _may(self, name: str) -> bool:
        reach = self._lineage.reach(name)
        for ledger, columns in self._changed.items():
            if ledger in reach and (
                columns is None
                or name == ledger
                or not columns.isdisjoint(self._lineage.uses(name).get(ledger, frozenset()))
            ):
                return True
        return False

    def through(self, flow: Flow) -> Sequence[int]:
        """The nodes of a flow through which the change may pass, in their order."""
        if id(flow) not in self._nodes:
            found: dict[int, None] = {}
            for place, node in enumerate(flow):
                if node["k"] == "table":
                    may = self.may(node["name"])
                else:
                    of = node["of"] if isinstance(node["of"], list) else [node["of"]]
                    may = any(other in found for other in (*of, *node.get("whole", ())))
                if may:
                    found[place] = None
            self._nodes[id(flow)] = list(found)
        return self._nodes[id(flow)]


def with_(given: Given, said: Mapping[str, Any]) -> Given:
    return tuple(sorted({**dict(given), **said}.items(), key=str)) if said else given
