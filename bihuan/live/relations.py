"""Rows of a relation, as far as they are known without evaluating it: what values a column may have among them.

Never too few: ``values`` may hold values that no row has, and None says that any value may be there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

Values = frozenset[str]
Source = list[Any]


class Wide(Exception):
    """It can't be said of a few rows alone: all of them may matter, or too many."""


K = TypeVar("K")
R = TypeVar("R")


def once(known: dict[K, R | Wide], key: K, make: Callable[[], R], *meanwhile: R) -> R:
    """What ``make`` gives, made when it is first asked for; ``meanwhile``: what it is to itself, where it may stand on
    itself. Raises Wide whenever it did."""
    if key not in known:
        known.update((key, found) for found in meanwhile)
        try:
            known[key] = make()
        except Wide as wide:
            known[key] = wide
    found = known[key]
    if isinstance(found, Wide):
        raise found
    return found


class Want(NamedTuple):
    """What is asked for of a column: these values, and all that begin with one of these. (A tuple: thousands of times
    a round it is looked up what was asked before.)"""

    exact: Values = frozenset()
    begins: Values = frozenset()

    def __bool__(self) -> bool:
        return bool(self.exact or self.begins)

    def met(self, value: str) -> bool:
        return value in self.exact or any(value.startswith(b) for b in self.begins)

    def before(self, form: Any) -> Want:
        """What is asked for of a column from which another was made by ``form``, when this is asked of the other."""
        if form == "":
            return self
        kind, what = form
        if kind == "cut":
            short = frozenset(v for v in self.exact if len(v) < what)
            whole = frozenset(v for v in self.exact if len(v) == what)
            return Want(short, whole | self.begins)
        if kind == "before":
            begins = [b for b in self.begins if b.startswith(what) or what.startswith(b)]
            return Want(
                frozenset(v[len(what) :] for v in self.exact if v.startswith(what)),
                frozenset(b[len(what) :] for b in begins),
            )
        if self.begins:
            raise Wide("begins before what is put behind")
        return Want(frozenset(v[: len(v) - len(what)] for v in self.exact if v.endswith(what)))


def made(values: Values, form: Any) -> Values:
    """The values that ``form`` makes of these."""
    if form == "":
        return values
    kind, what = form
    if kind == "cut":
        return frozenset(v[:what] for v in values)
    if kind == "before":
        return frozenset(what + v for v in values)
    return frozenset(v + what for v in values)


class Rows:
    """Some rows of a relation."""

    def values(self, column: str) -> Values | None:
        """The values that a column may have; None: not known."""
        return None

    def told(self, column: str) -> frozenset[Any] | None:
        """The same, of columns of any type, as far as nothing has to be read for it."""
        return None

    def empty(self) -> bool:
        """Whether there is certainly no row."""
        return False


class Nothing(Rows):
    """No row."""

    def values(self, column: str) -> Values | None:
        return frozenset()

    def told(self, column: str) -> frozenset[Any] | None:
        return frozenset()

    def empty(self) -> bool:
        return True


NOTHING = Nothing()
ANY = Rows()
"""Rows of which nothing is known: tables that the engine itself fills."""


class Kept(Rows):
    """Rows of which everything is worked out once."""

    def __init__(self) -> None:
        self._kept: dict[str, Values | None] = {}
        self._empty: bool | None = None

    def values(self, column: str) -> Values | None:
        if column not in self._kept:
            self._kept[column] = self._values(column)
        return self._kept[column]

    def _values(self, column: str) -> Values | None:
        raise NotImplementedError

    def empty(self) -> bool:
        if self._empty is None:
            self._empty = self._is_empty()
        return self._empty

    def _is_empty(self) -> bool:
        raise NotImplementedError


def joined(all_: Iterable[frozenset[Any] | None]) -> frozenset[Any] | None:
    """The values of several; None: of one of them they are not known."""
    found: frozenset[Any] = frozenset()
    for values in all_:
        if values is None:
            return None
        found = found | values if found else values
    return found


def valued(of: Mapping[int, Rows], sources: Sequence[Source] | None) -> Values | None:
    """The values of a column that comes from these ``sources`` (bihuan.kernel.flow)."""
    if sources is None:
        return None
    return _of_source(of, sources[0]) if len(sources) == 1 else joined(_of_source(of, source) for source in sources)


def _of_source(of: Mapping[int, Rows], source: Source) -> Values | None:
    if source[0] == "const":
        return frozenset({source[1]}) if isinstance(source[1], str) else frozenset()
    place, name, form = source
    values = of[place].values(name)
    return values if form == "" or values is None else made(values, form)


def said(of: Mapping[int, Rows], sources: Sequence[Source] | None) -> frozenset[Any] | None:
    """The same of columns of any type, as far as nothing has to be read for it."""
    return joined(_said_of(of, source) for source in sources) if sources is not None else None


def _said_of(of: Mapping[int, Rows], source: Source) -> frozenset[Any] | None:
    if source[0] == "const":
        return frozenset({source[1]})
    return of[source[0]].told(source[1]) if source[2] == "" else None


class Read(Kept):
    """Rows that were read from a ledger."""

    def __init__(self, rows: Sequence[tuple[Any, ...]], places: Mapping[str, int]) -> None:
        super().__init__()
        self.rows, self.places = rows, places

    def _values(self, column: str) -> Values | None:
        if column not in self.places:
            return None
        place = self.places[column]
        found = {row[place] for row in self.rows}
        if any(value is not None and not isinstance(value, str) for value in found):
            return None
        return frozenset(value for value in found if value is not None)

    def told(self, column: str) -> frozenset[Any] | None:
        if column not in self.places:
            return None
        place = self.places[column]
        return frozenset(row[place] for row in self.rows)

    def _is_empty(self) -> bool:
        return not self.rows


class Later(Rows):
    """Rows of which one column's values are known before they are read."""

    def __init__(self, column: str, want: Want, read: Callable[[], Rows]) -> None:
        self.column, self.want, self._read = column, want, read
        self._rows: Rows | None = None

    def now(self) -> Rows:
        if self._rows is None:
            self._rows = self._read()
        return self._rows

    def values(self, column: str) -> Values | None:
        if column == self.column and self._rows is None and not self.want.begins:
            return self.want.exact
        return self.now().values(column)

    def told(self, column: str) -> frozenset[Any] | None:
        if self._rows is not None:
            return self._rows.told(column)
        return self.want.exact if column == self.column and not self.want.begins else None

    def empty(self) -> bool:
        return self.now().empty()


class Widened(Rows):
    """Rows, and all others that share the values of some ``columns`` with them; those are read when they are asked for
    another column."""

    def __init__(self, rows: Rows, columns: Collection[str], read: Callable[[], Rows]) -> None:
        self.rows, self.columns, self._read = rows, columns, read
        self._all: Rows | None = None

    def values(self, column: str) -> Values | None:
        if column in self.columns:
            return self.rows.values(column)
        if self._all is None:
            self._all = together([self.rows, self._read()])
        return self._all.values(column)

    def told(self, column: str) -> frozenset[Any] | None:
        if column in self.columns:
            return self.rows.told(column)
        return self._all.told(column) if self._all is not None else None

    def empty(self) -> bool:
        return self.rows.empty()


class Made(Kept):
    """Rows whose columns come from those of others: ``columns`` as in bihuan.kernel.flow."""

    def __init__(
        self, of: Mapping[int, Rows], columns: Mapping[str, list[Source] | None], needed: Sequence[Rows] = ()
    ) -> None:
        super().__init__()
        self.of, self.columns, self.needed = of, columns, needed

    def _values(self, column: str) -> Values | None:
        return valued(self.of, self.columns.get(column))

    def told(self, column: str) -> frozenset[Any] | None:
        return said(self.of, self.columns.get(column))

    def _is_empty(self) -> bool:
        return any(rows.empty() for rows in self.needed)


class Several(Kept):
    """The rows of several together."""

    def __init__(self, of: Sequence[Rows]) -> None:
        super().__init__()
        self.of = of

    def _values(self, column: str) -> Values | None:
        return joined(rows.values(column) for rows in self.of)

    def told(self, column: str) -> frozenset[Any] | None:
        return joined(rows.told(column) for rows in self.of)

    def _is_empty(self) -> bool:
        return all(rows.empty() for rows in self.of)


def together(of: Sequence[Rows]) -> Rows:
    """The rows of all these."""
    kept = [rows for rows in of if rows is not NOTHING]
    if not kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else Several(kept)
