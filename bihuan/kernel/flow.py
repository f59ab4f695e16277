"""How rows flow into a stage: which columns of which tables its rows come from, and by which columns it joins.

Kept of an expression is what is needed to say of it *without evaluating it*: which rows of each ledger are needed for
the results about a few subjects, and the results about which subjects may change when some rows do. Conditions and
values are left out: both answers may be too large, never too small. The living loop asks (bihuan.live.neighbourhood).

A flow is a list of nodes, each of them plain data (it is kept as JSON beside the program):

``{"k": "table", "name"}``                  a ledger as known, a view, or a table of the engine's
``{"k": "rows", "of", "cols", "windows"}``  columns computed from the rows of another node; ``windows``: the columns of
                                            each partition over which something was computed
``{"k": "where", "of", "is", "windows"}``   rows left out; ``is``: columns that equal a constant; ``among``: those that
                                            are one of some; ``filled``: none but those of an empty column are left out
``{"k": "set", "of", "column"}``            each row once; ``column``: the only one, where there is but one
``{"k": "join", "of", "links", "cols"}``    ``links``: how, which table is joined, pairs of columns that must be equal
``{"k": "group", "of", "keys", "cols"}``    one row a group
``{"k": "union", "of"}``                    the rows of several
``{"k": "with", "of", "whole"}``            the rows of one, computed with all rows of others
``{"k": "all", "of"}``                      anything else: it may need every row

A *source* of a column is ``[place, column, form]``: in which of the node's tables (``of``), which column, and how it
was made of it: "" as it is, ``["cut", n]`` the first n characters, ``["before", text]`` with a text before it,
``["behind", text]`` behind it; ``["const", value]`` in place of all is a constant. A column has a list of sources of
which each row takes one (coalesce, case), or null where nothing is known of it. What tells rows apart (pairs, keys of
groups, parts of windows) is told of texts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

Node = dict[str, Any]
Flow = list[Node]
"""The nodes of one stage; the last is the stage itself."""

Source = list[Any]


def flow(expression: ir.Table) -> Flow:
    """The flow of a table expression."""
    return compact(_Reader().read(expression.op()))


def compact(nodes: Flow) -> Flow:
    """The same flow in fewer nodes: columns computed of computed ones, or of those of a join, are told at once; what
    only passes columns on is left out. Each round goes through all of it."""
    made: Flow = []
    place: list[int] = []
    for node in nodes:
        node = _placed(node, place)
        if node["k"] == "rows" and not node["windows"]:
            inner = made[node["of"]]
            if all(found == [[0, name, ""]] for name, found in node["cols"].items()) and inner["k"] != "group":
                place.append(node["of"])
                continue
            if inner["k"] == "join" or (inner["k"] == "rows" and not inner["windows"]):
                columns = _through(node["cols"], inner["cols"])
                node = node if columns is None else {**inner, "cols": columns}
        made.append(node)
        place.append(len(made) - 1)
    last = place[-1]
    kept = {last}
    for of in range(last, -1, -1):
        if of in kept:
            kept.update(_inner(made[of]))
    order = {old: new for new, old in enumerate(sorted(kept))}
    return [_placed(made[old], order) for old in sorted(kept)]


def _inner(node: Node) -> list[int]:
    of = node.get("of", [])
    return [*(of if isinstance(of, list) else [of]), *node.get("whole", ())]


def _placed(node: Node, place: Sequence[int] | Mapping[int, int]) -> Node:
    """The node, the nodes that it is made of standing elsewhere."""
    moved = dict(node)
    for name in ("of", "whole"):
        if name in node:
            moved[name] = [place[of] for of in node[name]] if isinstance(node[name], list) else place[node[name]]
    return moved


def _through(
    outer: Mapping[str, list[Source] | None], inner: Mapping[str, list[Source] | None]
) -> dict[str, list[Source] | None] | None:
    """The sources of columns that are made of others, told by the sources of those; None: it can't be told so."""
    told: dict[str, list[Source] | None] = {}
    for name, sources_ in outer.items():
        found: list[Source] | None = [] if sources_ is not None else None
        for source in sources_ or ():
            if source[0] == "const":
                more: list[Source] | None = [source]
            else:
                _, column, form = source
                more = inner.get(column)
                if more is not None and form != "":
                    if any(s[0] == "const" or s[2] != "" for s in more):
                        return None
                    more = [[s[0], s[1], form] for s in more]
            found = None if found is None or more is None else found + [s for s in more if s not in found]
        told[name] = found
    return told


def grown_flow(start: ir.Table, step: ir.Table) -> Flow:
    """The flow of a stage that grows (bihuan.kernel.loops.View): it may need every row of what it is made of."""
    reader = _Reader()
    whole = [reader.node(start.op()), reader.node(step.op())]
    reader.nodes.append({"k": "all", "of": whole})
    return reader.nodes


class _Reader:
    def __init__(self) -> None:
        self.nodes: Flow = []
        self.places: dict[Any, int] = {}

    def read(self, op: Any) -> Flow:
        last = self.node(op)
        if last != len(self.nodes) - 1:
            columns = {name: [[0, name, ""]] for name in op.schema.names}
            self.nodes.append({"k": "rows", "of": last, "cols": columns, "windows": []})
        return self.nodes

    def node(self, op: Any) -> int:
        if op not in self.places:
            self.places[op] = self._made(op)
        return self.places[op]

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _made(self, op: Any) -> int:
        import ibis.expr.operations as ops

        if isinstance(op, ops.UnboundTable):
            return self._add({"k": "table", "name": op.name})
        if isinstance(op, ops.JoinReference | ops.DropColumns | ops.Sort):
            return self.node(op.parent)
        if isinstance(op, ops.Distinct):
            names = list(op.schema.names)
            return self._add({"k": "set", "of": self.node(op.parent), "column": names[0] if len(names) == 1 else None})
        if isinstance(op, ops.Project):
            of = self.node(op.parent)
            within = {op.parent: 0}
            columns = {name: sources(value, within) for name, value in op.values.items()}
            node = {"k": "rows", "of": of, "cols": columns, "windows": _windows(op.values.values(), within)}
            return self._beside(self._add(node), op.values.values())
        if isinstance(op, ops.Filter):
            of = self.node(op.parent)
            within = {op.parent: 0}
            node = {"k": "where", "of": of, "is": _constants(op.predicates, within)}
            node["among"] = _among(op.predicates, within)
            node["windows"] = _windows(op.predicates, within)
            node["filled"] = all(isinstance(p, ops.NotNull) and isinstance(p.arg, ops.Field) for p in op.predicates)
            return self._beside(self._add(node), op.predicates)
        if isinstance(op, ops.JoinChain):
            return self._join(op)
        if isinstance(op, ops.Aggregate):
            of = self.node(op.parent)
            within = {op.parent: 0}
            keys = {name: _texts(value, within) for name, value in op.groups.items()}
            columns = {name: sources(value, within) for name, value in op.metrics.items()}
            node = {"k": "group", "of": of, "keys": keys, "cols": columns}
            return self._beside(self._add(node), op.metrics.values())
        if isinstance(op, ops.Union):
            return self._add({"k": "union", "of": [self.node(op.left), self.node(op.right)]})
        return self._add({"k": "all", "of": [self.node(child) for child in _relations(op)]})

    def _join(self, op: Any) -> int:
        import ibis.expr.operations as ops

        tables = [op.first, *(link.table for link in op.rest)]
        of = [self.node(table) for table in tables]
        within = {table: place for place, table in enumerate(tables)}
        links = []
        for place, link in enumerate(op.rest, start=1):
            pairs = []
            for predicate in link.predicates:
                if isinstance(predicate, ops.Equals):
                    left, right = _texts(predicate.left, within), _texts(predicate.right, within)
                    if _only_of(right, place) and not _only_of(left, place):
                        pairs.append([left, right])
                    elif _only_of(left, place):
                        pairs.append([right, left])
            links.append([link.how, place, pairs])
        columns = {name: sources(value, within) for name, value in op.values.items()}
        return self._add({"k": "join", "of": of, "links": links, "cols": columns})

    def _beside(self, place: int, values: Any) -> int:
        """Tables that stand in values (a scalar subquery) are needed whole."""
        import ibis.expr.operations as ops

        asked = [n.rel for value in values for n in value.find(ops.ScalarSubquery, filter=ops.Value)]
        if not asked:
            return place
        return self._add({"k": "with", "of": place, "whole": [self.node(rel) for rel in asked]})


def _only_of(found: list[Source] | None, place: int) -> bool:
    return found is not None and bool(found) and all(source[0] == place for source in found)


def _relations(op: Any) -> list[Any]:
    import ibis.expr.operations as ops

    return [child for child in op.args if isinstance(child, ops.Relation)]


def _windows(values: Any, within: Mapping[Any, int]) -> list[list[list[Source] | None]]:
    import ibis.expr.operations as ops

    found = [window for value in values for window in value.find(ops.WindowFunction, filter=ops.Value)]
    return [[_texts(column, within) for column in window.group_by] for window in found]


def _texts(value: Any, within: Mapping[Any, int]) -> list[Source] | None:
    return sources(value, within) if value.dtype.is_string() else None


def _all_of(predicates: Any) -> list[Any]:
    """Conditions that must all be met, each by itself."""
    import ibis.expr.operations as ops

    found, waiting = [], list(predicates)
    while waiting:
        predicate = waiting.pop()
        if isinstance(predicate, ops.And):
            waiting += [predicate.left, predicate.right]
        else:
            found.append(predicate)
    return found


def _constants(predicates: Any, within: Mapping[Any, int]) -> dict[str, str | int]:
    """Columns of which a condition says that they equal a constant."""
    import ibis.expr.operations as ops

    said: dict[str, str | int] = {}
    for predicate in _all_of(predicates):
        if isinstance(predicate, ops.Field) and predicate.rel in within:
            said[predicate.name] = True
        elif isinstance(predicate, ops.Equals):
            sides = (predicate.left, predicate.right)
            for a, b in (sides, sides[::-1]):
                field = isinstance(a, ops.Field) and a.rel in within
                if field and isinstance(b, ops.Literal) and isinstance(b.value, str | int):
                    said[a.name] = b.value
    return said


def _among(predicates: Any, within: Mapping[Any, int]) -> dict[str, list[str | int]]:
    """Columns of which a condition says that they are one of some constants."""
    import ibis.expr.operations as ops

    said: dict[str, list[str | int]] = {}
    for predicate in _all_of(predicates):
        if (
            isinstance(predicate, ops.InValues)
            and isinstance(predicate.value, ops.Field)
            and predicate.value.rel in within
        ):
            options = [option.value for option in predicate.options if isinstance(option, ops.Literal)]
            if len(options) == len(predicate.options) and all(isinstance(o, str | int) for o in options):
                said[predicate.value.name] = options
    return said


def sources(value: Any, within: Mapping[Any, int]) -> list[Source] | None:
    """Where the values of a column come from; None: not known. ``within``: the tables that it may be of."""
    import ibis.expr.operations as ops

    if isinstance(value, ops.Alias):
        return sources(value.arg, within)
    if isinstance(value, ops.Field):
        return [[within[value.rel], value.name, ""]] if value.rel in within else None
    if isinstance(value, ops.Literal):
        if value.value is None:
            return []
        return [["const", value.value]] if isinstance(value.value, str | int) else None
    if isinstance(value, ops.Cast):
        same = value.arg.dtype.is_string() and value.to.is_string()
        return sources(value.arg, within) if same or value.arg.dtype.is_null() else None
    if isinstance(value, ops.Coalesce):
        return _any(value.arg, within)
    if isinstance(value, ops.IfElse):
        return _any((value.true_expr, value.false_null_expr), within)
    if isinstance(value, ops.SearchedCase | ops.SimpleCase):
        return _any((*value.results, value.default), within)
    if isinstance(value, ops.NullIf):
        return sources(value.left, within)
    if isinstance(value, ops.Unnest):
        return sources(value.arg, within)
    if isinstance(value, ops.Array):
        return _any(value.exprs, within)
    if isinstance(value, ops.Min | ops.Max | ops.First | ops.Last | ops.Arbitrary | ops.ArgMin | ops.ArgMax):
        return sources(value.arg, within)
    if isinstance(value, ops.Substring):
        return _cut(value, within)
    if isinstance(value, ops.StringConcat):
        return _concat(value, within)
    return None


def _any(values: Any, within: Mapping[Any, int]) -> list[Source] | None:
    found: list[Source] = []
    for value in values:
        one = sources(value, within)
        if one is None:
            return None
        found += [source for source in one if source not in found]
    return found


def _cut(value: Any, within: Mapping[Any, int]) -> list[Source] | None:
    import ibis.expr.operations as ops

    inner = sources(value.arg, within)
    plain = inner is not None and all(source[0] != "const" and source[2] == "" for source in inner)
    from_start = isinstance(value.start, ops.Literal) and value.start.value == 0
    if inner is None or not plain or not from_start or not isinstance(value.length, ops.Literal):
        return None
    return [[place, column, ["cut", value.length.value]] for place, column, _ in inner]


def _concat(value: Any, within: Mapping[Any, int]) -> list[Source] | None:
    import ibis.expr.operations as ops

    if len(value.arg) != 2:
        return None
    first, second = value.arg
    fixed, form, rest = (first, "before", second) if isinstance(first, ops.Literal) else (second, "behind", first)
    inner = sources(rest, within)
    if not isinstance(fixed, ops.Literal) or inner is None or not isinstance(fixed.value, str):
        return None
    if any(source[0] == "const" or source[2] != "" for source in inner):
        return None
    return [[place, column, [form, fixed.value]] for place, column, _ in inner]
