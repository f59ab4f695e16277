"""Downwards: from a few values of a stage's column to every row of the ledgers on which the results about them stand.

What is read is told by the flow of the compiled program (bihuan.kernel.flow), whatever loops it holds: nothing here
knows a rule. Where it can't be said of a few rows, it is ``Wide``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bihuan.kernel.flow import Flow, Node
from bihuan.live.fetching import Fetcher
from bihuan.live.lineage import Based, Given, Lineage, with_
from bihuan.live.moved import Moved
from bihuan.live.relations import ANY, NOTHING, Later, Made, Rows, Source, Values, Want, Wide, once, together, valued

PLAIN = ("table", "where", "rows", "with")
"""Kinds of nodes that ask one other at most: to look up whether they did takes as long."""


class Needing:
    """For one round of what moved: what was asked once is not asked again."""

    def __init__(self, lineage: Lineage, fetcher: Fetcher, now: dt.datetime, moved: Moved) -> None:
        self.lineage, self.fetcher, self.now, self.moved = lineage, fetcher, now, moved
        self.flows, self.ledgers = lineage.flows, lineage.ledgers
        self._within: dict[int, set[str]] = {}  # flow → stages of which rows were met in it
        self._wholes: dict[str, Rows | Wide] = {}
        self._whole_places: dict[tuple[int, int], Rows | Wide] = {}
        self._needed: dict[tuple[str, str, Want, Given], Rows] = {}
        self._places: dict[tuple[int, int, str, Want, Given], Rows] = {}
        self._begun: set[tuple[str, str, Want, Given]] = set()

    def stage(self, name: str, column: str, want: Want, given: Given = ()) -> Rows:
        """The rows of a stage whose ``column`` is wanted, all that they stand on being loaded. Raises Wide."""
        if name in self.ledgers:
            if not want:
                return NOTHING
            if column not in self.fetcher.places[name]:
                return self.fetcher.whole(name)
            return self.fetcher.read(name, column, want)
        if name not in self.flows:
            return ANY
        if not want or self._stands_nowhere(self.lineage.based(name, column), want):
            return NOTHING
        asked = (name, column, want, given)
        if asked not in self._needed:
            if asked in self._begun:
                raise Wide(f"{name} stands on itself")
            self._begun.add(asked)
            flow = self.flows[name]
            self._needed[asked] = self.node(flow, len(flow) - 1, column, want, given)
        return self._needed[asked]

    def node(self, flow: Flow, place: int, column: str, want: Want, given: Given = ()) -> Rows:
        """The same, of a node."""
        if not want or (given and self.lineage.contradicts(flow, place, given)):
            return NOTHING
        if flow[place]["k"] in PLAIN:
            return self._node(flow, place, column, want, given)
        asked = (id(flow), place, column, want, given)
        if asked not in self._places:
            self._places[asked] = self._node(flow, place, column, want, given)
        return self._places[asked]

    def _node(self, flow: Flow, place: int, column: str, want: Want, given: Given) -> Rows:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            rows = self.stage(node["name"], column, want, given)
            if not rows.empty():
                self._meets(flow, node["name"])
            return rows
        if kind == "union":
            parts = [
                of
                for of in self.lineage.parts(flow, place, given)
                if not self._stands_nowhere(self.lineage.based_at(flow, of, column), want)
            ]
            return together([self.node(flow, of, column, want, given) for of in parts])
        if kind == "set":
            return self._set(flow, node, column, want, given)
        if kind == "where":
            given = with_(given, node["is"])
            inner = self.node(flow, node["of"], column, want, given)
            return self._whole_windows(flow, node, inner, [[0, column, ""]])
        if kind == "rows":
            return self._rows(flow, node, column, want, given)
        if kind == "group":
            sources = node["keys"].get(column)
            of = node["of"]
            inner = self.whole(flow, of) if sources is None else self.shared(flow, of, sources, want)
            return Made({0: inner}, {**node["cols"], **node["keys"]}, [inner] if node["keys"] else [])
        if kind == "join":
            return self._join(flow, place, column, want, given)
        if kind == "with":
            for aside in node["whole"]:
                self.whole(flow, aside)
            return self.node(flow, node["of"], column, want, given)
        return self.whole(flow, place)

    def _meets(self, flow: Flow, name: str) -> None:
        self._within.setdefault(id(flow), set()).add(name)

    def met(self, names: Iterable[str]) -> set[str]:
        """These stages and all that they stand on, views and ledgers, as far as rows of them were met, which must
        therefore be made; of any other no row matters to them."""
        found, waiting = set[str](), list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._within.get(id(self.flows[name]), ()) if name in self.flows else ()
        return found

    def _stands_nowhere(self, based: Based | None, want: Want) -> bool:
        """Whether no row of the ledgers from which a column comes has any of the values that are wanted."""
        if not based or want.begins:
            return False
        return self.fetcher.nowhere(based, want.exact)

    def _set(self, flow: Flow, node: Node, column: str, want: Want, given: Given) -> Rows:
        """One row brings a value into a set: what surely is in needs no other (the rows that say so are loaded)."""
        if node["column"] != column or want.begins:
            return self.node(flow, node["of"], column, want, given)
        sure = self.surely_in(flow, node["of"], column, want.exact)
        rest = self.node(flow, node["of"], column, Want(want.exact - sure), given)
        return together([rest, Later(column, Want(sure), lambda: ANY)]) if sure else rest

    def _by(self, read: Callable[[str, Want], Rows], sources: Sequence[list[Any]], want: Want) -> Rows:
        """The rows of a table in which one of several sources is wanted."""
        return together([read(source[1], want.before(source[2])) for source in sources if source[0] != "const"])

    def _rows(self, flow: Flow, node: Node, column: str, want: Want, given: Given) -> Rows:
        sources = node["cols"].get(column)
        inside: list[tuple[str, Any]] = []
        for name, value in given if not node["windows"] else ():
            these = node["cols"].get(name)
            if these is not None and len(these) == 1 and these[0][0] != "const" and these[0][2] == "":
                inside.append((these[0][1], value))
        if sources is None or _constant(sources, want):
            inner = self.whole(flow, node["of"])
        else:
            held = tuple(sorted(inside, key=str))
            inner = self._by(lambda c, w: self.node(flow, node["of"], c, w, held), sources, want)
            inner = self._whole_windows(flow, node, inner, sources)
        return Made({0: inner}, node["cols"], [inner])

    def _whole_windows(self, flow: Flow, node: Node, inner: Rows, asked: list[list[Any]] | None) -> Rows:
        """What is computed over a partition needs all of it, unless all of it was asked for."""
        if inner is NOTHING or not node["windows"]:
            return inner
        more = []
        for parts in node["windows"]:
            plain = [p[0] for p in parts if p is not None and len(p) == 1 and p[0][0] != "const"]
            if asked is not None and len(asked) == 1 and asked[0] in plain:
                continue
            more.append(self.partition(flow, node["of"], parts, inner))
        return together([inner, *more])

    def partition(self, flow: Flow, of: int, parts: list[Any], inner: Rows) -> Rows:
        for part in parts:
            if part is None:
                continue
            values = valued({0: inner}, part)
            if values is not None:
                return self.shared(flow, of, part, Want(values))
        return self.whole(flow, of)

    def _join(self, flow: Flow, join: int, column: str, want: Want, given: Given) -> Rows:
        node = flow[join]
        sources = node["cols"].get(column)
        if sources is None or _constant(sources, want):
            return self._whole_join(flow, node)
        sources = [source for source in sources if source[0] != "const"]
        held: dict[int, dict[str, Any]] = {}
        for name, value in given:
            these = node["cols"].get(name)
            if these is not None and len(these) == 1 and these[0][0] != "const" and these[0][2] == "":
                held.setdefault(these[0][0], {})[these[0][1]] = value
        found = []
        for place, name, form in sources:
            asked = want.before(form)
            bound: dict[int, Rows] = {}
            asked = self._first_right(flow, node, place, name, asked, bound)
            if not asked:
                continue
            of = node["of"][place]
            rows = self._matched(flow, join, place, name, asked)
            if rows is None:
                rows = self.node(flow, of, name, asked, tuple(sorted(held.get(place, {}).items())))
            if rows.empty():
                continue
            bound[place] = rows
            found.append(self.bind(flow, node, bound, read=True))
        return together(found)

    def _matched(self, flow: Flow, join: int, place: int, column: str, want: Want) -> Rows | None:
        """The rows of a ledger by a column that many of them share, without those that an inner join surely leaves out:
        whoever was at a market are many, the cases among them few. None: not to be told so."""
        matched = self.lineage.matched(flow, join, place, column) if not want.begins else None
        read = self.fetcher.matched(*matched, want.exact) if matched is not None else None
        return self._seen_through(flow, flow[join]["of"][place], read) if read is not None else None

    def _seen_through(self, flow: Flow, place: int, read: Rows) -> Rows:
        """Rows of a ledger as a node that is nothing but these has them."""
        node = flow[place]
        if node["k"] != "table":
            inner = self._seen_through(flow, node["of"], read)
            return Made({0: inner}, node["cols"], [inner])
        if not read.empty():
            self._meets(flow, node["name"])
        return read

    def _first_right(self, flow: Flow, node: Node, place: int, name: str, want: Want, bound: dict[int, Rows]) -> Want:
        """Where the rows are told by the very column that is asked for, look first at the side that decides: an inner
        or semi join without a match needs nothing, and an anti join nothing of what surely matches."""
        if place != 0 or want.begins:
            return want
        for how, right, pairs in node["links"]:
            for left, other in pairs:
                if left != [[0, name, ""]] or len(other) != 1 or other[0][2] != "":
                    continue
                if how == "anti":
                    ledger = self.lineage.plainly(flow, node["of"][right], other[0][1])
                    if ledger is not None:
                        self._meets(flow, ledger)
                        want = Want(want.exact - self.certain(ledger, want.exact))
                elif how in ("semi", "inner") and len(pairs) == 1:
                    rows = self.node(flow, node["of"][right], other[0][1], want)
                    values = rows.values(other[0][1])
                    if rows.empty() or (values is not None and not values & want.exact):
                        return Want()
                    bound[right] = rows
                    if values is not None:
                        want = Want(want.exact & values)
                if not want:
                    return want
        return want

    def bind(self, flow: Flow, node: Node, bound: dict[int, Rows], read: bool) -> Rows:
        """All tables of a join, from those that are bound already, by what must be equal. ``read``: everything is
        loaded; else only what is asked for later."""
        links = list(node["links"])
        waiting = True
        while waiting:
            waiting = False
            for how, right, pairs in links:
                if right in bound:
                    if self._bind_left(flow, node, bound, pairs, right):
                        waiting = True
                    continue
                if not read and how in ("semi", "anti"):
                    continue
                made = self._bind_right(flow, node, bound, pairs, right)
                if made is None:
                    continue
                waiting = True
                bound[right] = made
                if read and how in ("inner", "semi") and made.empty():
                    return NOTHING
        for place in range(len(node["of"])):
            if place not in bound and (read or not self._aside(node, place)):
                bound[place] = self.whole(flow, node["of"][place])
        if read:
            for rows in bound.values():
                rows.empty()  # what waits is read
        needed = [bound[0]] + [bound[r] for how, r, _ in links if how == "inner" and r in bound]
        return Made(bound, node["cols"], needed)

    def _aside(self, node: Node, place: int) -> bool:
        return any(right == place and how in ("semi", "anti") for how, right, _ in node["links"])

    def _bind_right(self, flow: Flow, node: Node, bound: dict[int, Rows], pairs: list[Any], right: int) -> Rows | None:
        """The right side of a link by the pair that tells most; None: its left side is not bound yet."""
        ready = [pair for pair in pairs if all(s[0] == "const" or s[0] in bound for s in pair[0])]
        if not ready:
            return None
        ready.sort(key=lambda pair: self.lineage.telling(flow, node["of"][right], pair[1]))
        for left, other in ready:
            values = valued(bound, left)
            if values is None:
                continue
            return self.later(flow, node["of"][right], other, Want(values))
        return self.whole(flow, node["of"][right])

    def _bind_left(self, flow: Flow, node: Node, bound: dict[int, Rows], pairs: list[Any], right: int) -> bool:
        """The left side of a link whose right side is bound."""
        open_ = [
            p for p in pairs if len({s[0] for s in p[0]}) == 1 and p[0][0][0] != "const" and p[0][0][0] not in bound
        ]
        open_.sort(key=lambda pair: self.lineage.telling(flow, node["of"][pair[0][0][0]], pair[0]))
        for left, other in open_:
            values = valued(bound, other)
            if values is None:
                continue
            place = left[0][0]
            bound[place] = self.later(flow, node["of"][place], left, Want(values))
            return True
        return False

    def shared(self, flow: Flow, of: int, sources: list[list[Any]], want: Want) -> Rows:
        return self._by(lambda c, w: self.node(flow, of, c, w), sources, want)

    def later(self, flow: Flow, of: int, sources: list[list[Any]], want: Want) -> Rows:
        if len(sources) == 1 and sources[0][2] == "":
            column = sources[0][1]
            return Later(column, want, lambda: self.node(flow, of, column, want))
        return self.shared(flow, of, sources, want)

    # ── everything ──────────────────────────────────────────────────────────────────────────────

    def whole(self, flow: Flow, place: int) -> Rows:
        """Every row of a node. Raises Wide where a ledger beneath it is not small."""
        return once(self._whole_places, (id(flow), place), lambda: self._whole(flow, place))

    def _whole(self, flow: Flow, place: int) -> Rows:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            self._meets(flow, node["name"])
            return self.whole_stage(node["name"])
        if kind == "union":
            return together([self.whole(flow, of) for of in node["of"]])
        if kind == "join":
            return self._whole_join(flow, node)
        if kind == "with":
            for aside in node["whole"]:
                self.whole(flow, aside)
            return self.whole(flow, node["of"])
        if kind == "all":
            for of in node["of"]:
                self.whole(flow, of)
            return ANY
        inner = self.whole(flow, node["of"])
        if kind in ("where", "set"):
            return inner
        return Made({0: inner}, {**node["cols"], **node.get("keys", {})})

    def whole_stage(self, name: str) -> Rows:
        if name in self.ledgers:
            return self.fetcher.whole(name)
        if name not in self.flows:
            return ANY
        flow = self.flows[name]
        # ANY: a stage that grows stands on itself.
        return once(self._wholes, name, lambda: self.whole(flow, len(flow) - 1), ANY)

    def _whole_join(self, flow: Flow, node: Node) -> Rows:
        return Made({place: self.whole(flow, of) for place, of in enumerate(node["of"])}, node["cols"])

    # ── what surely is there ────────────────────────────────────────────────────────────────────

    def surely_in(self, flow: Flow, place: int, column: str, values: Values) -> Values:
        """Those of the values that a row that did not move surely brings."""
        brings, found = self.lineage.brings(flow, place, column), Values()
        # What is known already is asked first.
        for ledger, of in sorted(brings, key=lambda pair: not self.fetcher.is_whole(pair[0])):
            rest = values - found
            if not rest:
                break
            self._meets(flow, ledger)
            if self.ledgers[ledger].key == (of,):
                found |= self.certain(ledger, rest)
            else:
                found |= self.fetcher.brought(ledger, of, rest, self.now, self.moved.ids(ledger))
        return found

    def certain(self, ledger: str, values: Values) -> Values:
        """Those keys of a ledger that are surely in effect, before and after what moved."""
        sure = self.fetcher.certain(ledger, values, self.now)
        if self.moved.rows.get(ledger):
            key = self.fetcher.places[ledger][self.ledgers[ledger].key[0]]
            sure -= {row[key] for row in self.moved.rows[ledger]} - self.moved.certain_before(ledger, self.now)
        return frozenset(sure)


def _constant(sources: Sequence[Source], want: Want) -> bool:
    """Whether some rows of a column are wanted for a constant, whatever they are."""
    return any(source[0] == "const" and want.met(str(source[1])) for source in sources)
