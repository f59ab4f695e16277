"""The neighbourhood of what moved: which results may change, and which rows those results stand on.

Both are read off the flow of the compiled program (bihuan.kernel.flow), whatever loops it holds: nothing here knows a
rule. Upwards, from rows that moved to the subjects of a loop (:meth:`Neighbourhood.touched`); downwards, from a few
subjects to every row that any part of the loop may need of them (:meth:`Neighbourhood.needed`). The loop is then run as
it is, on those rows, and gives for these subjects what it would give on all rows.

Where that can't be said of a few rows (``Wide``), the loop is audited over everything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bihuan.kernel.flow import Flow, Node
from bihuan.kernel.program import Program
from bihuan.live import tables
from bihuan.live.fetching import Fetcher, Row
from bihuan.live.relations import ANY, NOTHING, Later, Made, Read, Rows, Values, Want, Wide, Widened, together

Given = tuple[tuple[str, Any], ...]
"""Columns of which it is known that they equal a constant: what contradicts it is left out."""


class Neighbourhood:
    """For one round of what moved: what was asked once is not asked again."""

    def __init__(self, program: Program, flows: Mapping[str, Flow], fetcher: Fetcher, now: dt.datetime) -> None:
        self.program, self.flows, self.fetcher, self.now = program, flows, fetcher, now
        self.moved: Mapping[str, list[Row]] = {}
        self._ledgers = tables.ledgers()
        self._touched: dict[str, Rows | Wide | None] = {}
        self._wholes: dict[str, Rows | Wide] = {}
        self._needed: dict[tuple[str, str, Want, Given], Rows] = {}
        self._begun: set[tuple[str, str, Want, Given]] = set()
        self._based: dict[tuple[str, str], frozenset[tuple[str, str]] | None] = {}

    # ── what is asked ───────────────────────────────────────────────────────────────────────────

    def move(self, moved: Mapping[str, list[Row]]) -> None:
        """These rows moved: ledger → every version, old and new, of their keys."""
        self.moved, self._touched = moved, {}

    def touched(self, hole: str) -> tuple[str, Values] | None:
        """The column by which a loop's holes are told apart (ob_subject or ob_item), and its values of those that may
        change by what moved; None: none may. Raises Wide."""
        rows = self._stage_touched(hole)
        if rows is None:
            return None
        column = self.scope(hole)
        values = rows.values(column)
        if values is None:
            raise Wide(f"{hole}: nothing is known of {column}")
        return (column, values) if values else None

    def needed(self, hole: str, column: str, values: Values) -> bool:
        """Load every row on which the loop's results about these subjects or items stand; False: surely none has any.
        Raises Wide."""
        return not self._stage(hole, column, Want(values), ()).empty()

    def scope(self, hole: str) -> str:
        """ob_item where it is the key of a ledger's row, else ob_subject."""
        based = self.based(hole, "ob_item")
        if based is not None and len(based) == 1:
            ((ledger, column),) = based
            if ledger in self._ledgers and self._ledgers[ledger].key == (column,):
                return "ob_item"
        return "ob_subject"

    # ── downwards: the rows that are needed ─────────────────────────────────────────────────────

    def _stage(self, name: str, column: str, want: Want, given: Given) -> Rows:
        if name in self._ledgers:
            if not want:
                return NOTHING
            if column not in self.fetcher.places[name]:
                return self.fetcher.whole(name)
            return self.fetcher.read(name, column, want)
        if name not in self.flows:
            return ANY
        asked = (name, column, want, given)
        if asked not in self._needed:
            if asked in self._begun:
                raise Wide(f"{name} stands on itself")
            self._begun.add(asked)
            flow = self.flows[name]
            self._needed[asked] = self._node(flow, len(flow) - 1, column, want, given)
        return self._needed[asked]

    def _node(self, flow: Flow, place: int, column: str, want: Want, given: Given = ()) -> Rows:
        """The rows of a node whose ``column`` is wanted, all that they stand on being loaded."""
        node = flow[place]
        kind = node["k"]
        if not want:
            return NOTHING
        if kind == "table":
            return self._stage(node["name"], column, want, given)
        if kind == "union":
            return together([self._node(flow, of, column, want, given) for of in node["of"]])
        if kind == "set":
            return self._set(flow, node, column, want, given)
        if kind == "where":
            given = _with(given, node["is"])
            inner = self._node(flow, node["of"], column, want, given)
            return self._whole_windows(flow, node, inner, [[0, column, ""]])
        if kind == "rows":
            return self._rows(flow, node, column, want, given)
        if kind == "group":
            sources = node["keys"].get(column)
            of = node["of"]
            inner = self._whole(flow, of) if sources is None else self._shared(flow, of, sources, want)
            return Made({0: inner}, {**node["cols"], **node["keys"]}, [inner] if node["keys"] else [])
        if kind == "join":
            return self._join(flow, node, column, want, given)
        if kind == "with":
            for aside in node["whole"]:
                self._whole(flow, aside)
            return self._node(flow, node["of"], column, want, given)
        return self._whole(flow, place)

    def _set(self, flow: Flow, node: Node, column: str, want: Want, given: Given) -> Rows:
        """One row brings a value into a set: what surely is in needs no other (the rows that say so are loaded)."""
        if node["column"] != column or want.begins:
            return self._node(flow, node["of"], column, want, given)
        sure = self._surely_in(flow, node["of"], column, want.exact)
        rest = self._node(flow, node["of"], column, Want(want.exact - sure), given)
        return together([rest, Later(column, Want(sure), lambda: ANY)]) if sure else rest

    def _by(self, read: Callable[[str, Want], Rows], sources: Sequence[list[Any]], want: Want) -> Rows:
        """The rows of a table in which one of several sources is wanted."""
        return together([read(source[1], want.before(source[2])) for source in sources if source[0] != "const"])

    def _rows(self, flow: Flow, node: Node, column: str, want: Want, given: Given) -> Rows:
        sources = node["cols"].get(column)
        inside: list[tuple[str, Any]] = []
        for name, value in given:
            these = node["cols"].get(name)
            if these is not None and len(these) == 1:
                if these[0][0] == "const":
                    if these[0][1] != value:
                        return NOTHING
                elif these[0][2] == "" and not node["windows"]:
                    inside.append((these[0][1], value))
        if sources is None or any(s[0] == "const" and want.met(str(s[1])) for s in sources):
            inner = self._whole(flow, node["of"])
        else:
            held = tuple(sorted(inside, key=str))
            inner = self._by(lambda c, w: self._node(flow, node["of"], c, w, held), sources, want)
            inner = self._whole_windows(flow, node, inner, sources)
        return Made({0: inner}, node["cols"], [inner])

    def _whole_windows(self, flow: Flow, node: Node, inner: Rows, asked: list[list[Any]] | None) -> Rows:
        """What is computed over a partition needs all of it, unless all of it was asked for."""
        if inner is NOTHING:
            return inner
        more = []
        for parts in node["windows"]:
            plain = [p[0] for p in parts if p is not None and len(p) == 1 and p[0][0] != "const"]
            if asked is not None and len(asked) == 1 and asked[0] in plain:
                continue
            more.append(self._partition(flow, node["of"], parts, inner))
        return together([inner, *more])

    def _partition(self, flow: Flow, of: int, parts: list[Any], inner: Rows) -> Rows:
        for part in parts:
            if part is None:
                continue
            values = self._values(inner, part)
            if values is not None:
                return self._shared(flow, of, part, Want(values))
        return self._whole(flow, of)

    def _values(self, inner: Rows, sources: Sequence[list[Any]]) -> Values | None:
        return Made({0: inner}, {"": [list(s) for s in sources]}).values("")

    def _join(self, flow: Flow, node: Node, column: str, want: Want, given: Given) -> Rows:
        sources = node["cols"].get(column)
        if sources is None or any(s[0] == "const" for s in sources):
            return self._whole_join(flow, node)
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
            rows = self._node(flow, node["of"][place], name, asked, tuple(sorted(held.get(place, {}).items())))
            if rows.empty():
                continue
            bound[place] = rows
            found.append(self._bind(flow, node, bound, read=True))
        return together(found)

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
                    ledger = self._plainly(flow, node["of"][right], other[0][1])
                    if ledger is not None:
                        want = Want(want.exact - self._certain(ledger, want.exact))
                elif how in ("semi", "inner") and len(pairs) == 1:
                    rows = self._node(flow, node["of"][right], other[0][1], want)
                    values = rows.values(other[0][1])
                    if rows.empty() or (values is not None and not values & want.exact):
                        return Want()
                    bound[right] = rows
                    if values is not None:
                        want = Want(want.exact & values)
                if not want:
                    return want
        return want

    def _plainly(self, flow: Flow, place: int, column: str) -> str | None:
        """The ledger whose key the column is, where the node is nothing but that ledger's rows."""
        node = flow[place]
        if node["k"] == "table":
            ledger = self._ledgers.get(node["name"])
            return node["name"] if ledger is not None and ledger.key == (column,) else None
        if node["k"] == "rows":
            sources = node["cols"].get(column)
            if sources is not None and len(sources) == 1 and sources[0][0] != "const" and sources[0][2] == "":
                return self._plainly(flow, node["of"], sources[0][1])
        return None

    def _bind(self, flow: Flow, node: Node, bound: dict[int, Rows], read: bool) -> Rows:
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
                bound[place] = self._whole(flow, node["of"][place])
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
        ready.sort(key=lambda pair: self._telling(flow, node["of"][right], pair[1]))
        for left, other in ready:
            values = Made(bound, {"": left}).values("")
            if values is None:
                continue
            return self._later(flow, node["of"][right], other, Want(values))
        return self._whole(flow, node["of"][right])

    def _bind_left(self, flow: Flow, node: Node, bound: dict[int, Rows], pairs: list[Any], right: int) -> bool:
        """The left side of a link whose right side is bound."""
        open_ = [
            p for p in pairs if len({s[0] for s in p[0]}) == 1 and p[0][0][0] != "const" and p[0][0][0] not in bound
        ]
        open_.sort(key=lambda pair: self._telling(flow, node["of"][pair[0][0][0]], pair[0]))
        for left, other in open_:
            values = Made(bound, {"": other}).values("")
            if values is None:
                continue
            place = left[0][0]
            bound[place] = self._later(flow, node["of"][place], left, Want(values))
            return True
        return False

    def _shared(self, flow: Flow, of: int, sources: list[list[Any]], want: Want) -> Rows:
        return self._by(lambda c, w: self._node(flow, of, c, w), sources, want)

    def _later(self, flow: Flow, of: int, sources: list[list[Any]], want: Want) -> Rows:
        if len(sources) == 1 and sources[0][2] == "":
            column = sources[0][1]
            return Later(column, want, lambda: self._node(flow, of, column, want))
        return self._shared(flow, of, sources, want)

    def _telling(self, flow: Flow, of: int, sources: list[list[Any]]) -> int:
        """How few rows share a value of a column: the lower, the fewer."""
        based = [self._based_at(flow, of, source[1]) for source in sources]
        if any(b is None for b in based):
            return 9
        worst = 0
        for ledger, column in (pair for b in based if b for pair in b):
            about = self._ledgers.get(ledger)
            if about is None:
                return 9
            kind = about[column]
            rank = 0 if about.key == (column,) else 1 if kind.refers == "people" else 2 if kind.refers else 4
            worst = max(worst, 8 if kind.type == "one" else 3 if kind.matched else rank)
        return worst

    # ── everything ──────────────────────────────────────────────────────────────────────────────

    def _whole(self, flow: Flow, place: int) -> Rows:
        """Every row of a node. Raises Wide where a ledger beneath it is not small."""
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            return self._whole_stage(node["name"])
        if kind == "union":
            return together([self._whole(flow, of) for of in node["of"]])
        if kind == "join":
            return self._whole_join(flow, node)
        if kind == "with":
            for aside in node["whole"]:
                self._whole(flow, aside)
            return self._whole(flow, node["of"])
        if kind == "all":
            for of in node["of"]:
                self._whole(flow, of)
            return ANY
        inner = self._whole(flow, node["of"])
        if kind in ("where", "set"):
            return inner
        return Made({0: inner}, {**node["cols"], **node.get("keys", {})})

    def _whole_stage(self, name: str) -> Rows:
        if name in self._ledgers:
            return self.fetcher.whole(name)
        if name not in self.flows:
            return ANY
        if name not in self._wholes:
            self._wholes[name] = ANY  # a stage that grows stands on itself
            flow = self.flows[name]
            try:
                self._wholes[name] = self._whole(flow, len(flow) - 1)
            except Wide as wide:
                self._wholes[name] = wide
        found = self._wholes[name]
        if isinstance(found, Wide):
            raise found
        return found

    def _whole_join(self, flow: Flow, node: Node) -> Rows:
        return Made({place: self._whole(flow, of) for place, of in enumerate(node["of"])}, node["cols"])

    # ── upwards: what may change ────────────────────────────────────────────────────────────────

    def _stage_touched(self, name: str) -> Rows | None:
        if name in self._ledgers:
            rows = self.moved.get(name)
            return Read(rows, self.fetcher.places[name]) if rows else None
        if name not in self.flows:
            return None
        if name not in self._touched:
            self._touched[name] = None  # a stage that grows stands on itself
            flow = self.flows[name]
            try:
                self._touched[name] = self._node_touched(flow, len(flow) - 1)
            except Wide as wide:
                self._touched[name] = wide
        found = self._touched[name]
        if isinstance(found, Wide):
            raise found
        return found

    def _node_touched(self, flow: Flow, place: int) -> Rows | None:
        """The rows of a node that may come, go or change; None: none."""
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            return self._stage_touched(node["name"])
        if kind == "all":
            if any(self._node_touched(flow, of) is not None for of in node["of"]):
                raise Wide("it stands on all rows")
            return None
        if kind == "union":
            found = [rows for of in node["of"] if (rows := self._node_touched(flow, of)) is not None]
            return together(found) if found else None
        if kind == "join":
            return self._join_touched(flow, node)
        if kind == "with":
            if any(self._node_touched(flow, of) is not None for of in node["whole"]):
                raise Wide("a value stands on all rows")
            return self._node_touched(flow, node["of"])
        inner = self._node_touched(flow, node["of"])
        if inner is None:
            return None
        if kind == "set":
            return self._set_touched(flow, node, inner)
        if kind == "group":
            return self._group_touched(flow, node, inner)
        for parts in node["windows"]:
            inner = self._window_touched(flow, node, inner, parts)
        return inner if kind == "where" else Made({0: inner}, node["cols"])

    def _set_touched(self, flow: Flow, node: Node, inner: Rows) -> Rows | None:
        """What is in a set by another row as well neither comes nor goes with this one."""
        column = node["column"]
        values = inner.values(column) if column is not None else None
        if values is None:
            return inner
        left = values - self._surely_in(flow, node["of"], column, values)
        return Later(column, Want(left), lambda: inner) if left else None

    def _surely_in(self, flow: Flow, place: int, column: str, values: Values) -> Values:
        """Those of the values that a row that did not move surely brings."""
        node = flow[place]
        kind = node["k"]
        if kind == "union":
            found: set[str] = set()
            for of in node["of"]:
                found |= self._surely_in(flow, of, column, values - found)
            return frozenset(found)
        if kind == "set" or (kind == "where" and node["filled"] and not node["windows"]):
            return self._surely_in(flow, node["of"], column, values)
        ledger = self._plainly(flow, place, column)
        return self._certain(ledger, values) if ledger is not None and values else frozenset()

    def _certain(self, ledger: str, values: Values) -> Values:
        """Those keys of a ledger that are surely in effect, before and after what moved."""
        key = self.fetcher.places[ledger][self._ledgers[ledger].key[0]]
        moved = {row[key] for row in self.moved.get(ledger, ())}
        return frozenset(self.fetcher.certain(ledger, values - moved, self.now))

    def _window_touched(self, flow: Flow, node: Node, inner: Rows, parts: list[Any]) -> Rows:
        if not any(part is not None and self._values(inner, part) is not None for part in parts):
            raise Wide("computed over all rows")
        plain = [p[0][1] for p in parts if p is not None and len(p) == 1 and p[0][0] != "const" and p[0][2] == ""]
        return Widened(inner, plain, lambda: self._partition(flow, node["of"], parts, inner))

    def _group_touched(self, flow: Flow, node: Node, inner: Rows) -> Rows:
        for sources in node["keys"].values():
            values = self._values(inner, sources) if sources is not None else None
            if sources is None or values is None:
                continue
            plain = [s[1] for these in node["keys"].values() for s in these or () if s[0] != "const"]
            members = Widened(inner, plain, partial(self._shared, flow, node["of"], sources, Want(values)))
            return Made({0: members}, {**node["cols"], **node["keys"]})
        raise Wide("a figure over all rows")

    def _join_touched(self, flow: Flow, node: Node) -> Rows | None:
        found = []
        for place, of in enumerate(node["of"]):
            rows = self._node_touched(flow, of)
            if rows is None:
                continue
            for how, right, pairs in node["links"]:
                if right == place and not pairs:
                    raise Wide(f"every row meets every other ({how})")
            if place == 0 and (self._surely_out(flow, node, rows) or self._meets_nothing(flow, node, rows)):
                continue
            found.append(self._bind(flow, node, {place: rows}, read=False))
        return together(found) if found else None

    def _surely_out(self, flow: Flow, node: Node, rows: Rows) -> bool:
        """Whether all these rows are left out by an anti join, before and after what moved."""
        for how, right, pairs in node["links"]:
            if how != "anti" or len(pairs) != 1:
                continue
            left, other = pairs[0]
            values = Made({0: rows}, {"": left}).values("")
            if values is None or len(other) != 1 or other[0][2] != "":
                continue
            ledger = self._plainly(flow, node["of"][right], other[0][1])
            if ledger is not None and values and values <= self._certain(ledger, values):
                return True
        return False

    def _meets_nothing(self, flow: Flow, node: Node, rows: Rows) -> bool:
        """Whether these rows of the first table have no match that an inner or semi join asks for, before and after
        what moved."""
        for how, right, pairs in node["links"]:
            if (
                how not in ("inner", "semi")
                or len(pairs) != 1
                or self._node_touched(flow, node["of"][right]) is not None
            ):
                continue
            left, other = pairs[0]
            if any(s[0] not in (0, "const") for s in left):
                continue
            values = Made({0: rows}, {"": left}).values("")
            if values is not None and self._later(flow, node["of"][right], other, Want(values)).empty():
                return True
        return False

    # ── columns of ledgers that a column comes from ─────────────────────────────────────────────

    def based(self, name: str, column: str) -> frozenset[tuple[str, str]] | None:
        """The columns of ledgers from which a stage's column comes, as they are; None: it is made, or not known."""
        if name in self._ledgers:
            return frozenset({(name, column)}) if column in self.fetcher.places[name] else None
        if name not in self.flows:
            return None
        asked = (name, column)
        if asked not in self._based:
            self._based[asked] = None
            flow = self.flows[name]
            self._based[asked] = self._based_at(flow, len(flow) - 1, column)
        return self._based[asked]

    def _based_at(self, flow: Flow, place: int, column: str) -> frozenset[tuple[str, str]] | None:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            return self.based(node["name"], column)
        if kind in ("where", "with", "set"):
            return self._based_at(flow, node["of"], column)
        if kind == "union":
            found = [self._based_at(flow, of, column) for of in node["of"]]
        elif kind in ("rows", "group", "join"):
            of = node["of"] if kind == "join" else [node["of"]]
            sources = {**node["cols"], **node.get("keys", {})}.get(column)
            if sources is None or any(s[0] == "const" or s[2] != "" for s in sources):
                return None
            found = [self._based_at(flow, of[s[0]], s[1]) for s in sources]
        else:
            return None
        if any(f is None for f in found):
            return None
        return frozenset().union(*[f for f in found if f is not None])


def _with(given: Given, said: Mapping[str, Any]) -> Given:
    return tuple(sorted({**dict(given), **said}.items(), key=str)) if said else given


def _moved_to(columns: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The same columns, of the table at another place."""
    return {
        name: None if sources is None else [s if s[0] == "const" else [place, *s[1:]] for s in sources]
        for name, sources in columns.items()
    }
