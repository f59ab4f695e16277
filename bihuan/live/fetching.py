"""Rows of the ledgers, read from the database by what stands in a column: all versions of every key that was met."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from bihuan.engines.statements import Statements, numbers, texts
from bihuan.kernel.moments import LEVELS
from bihuan.kernel.uses import Columns
from bihuan.live import tables
from bihuan.live.moved import Row, places, surely
from bihuan.live.relations import Read, Values, Want, Wide, once

MOST = 2_000
"""Rows that are read at once for a few subjects; where there are more, the loop is audited over everything."""

SMALL = 5_000
"""Rows of a ledger that may be read whole."""

SEVERAL, MANY = 4, 50
"""From how many columns on, and up to how many keys, it is asked first which of them have any row."""

SELDOM = ("areas",)
"""Ledgers whose keys stand in many columns, of which few are asked for: before it is read, it is not asked first."""


@cache
def _query(name: str, column: str, how: str) -> str:
    """Rows by a column, with every version of their keys."""
    condition = {"is": "{0} = ANY($1)", "begins": "starts_with({0}, $1)"}[how].format(tables.quoted(column))
    return _versions_where(name, condition, of_key=tables.ledgers()[name].key == (column,))


@cache
def _matched_query(name: str, column: str, by: str, columns: Columns) -> str | None:
    """The same of those rows whose column ``by`` stands in one of some columns; None: no index tells that."""
    if not all(place in _named() for place in columns):
        return None
    met = " OR ".join(
        f"EXISTS (SELECT FROM {tables.table(of)} m WHERE m.{tables.quoted(c)} = r.{tables.quoted(by)} "
        "AND m.replaced_by IS NULL)"
        for of, c in ((tables.ledgers()[other], c) for other, c in sorted(columns))
    )
    return _versions_where(name, f"{tables.quoted(column)} = ANY($1) AND ({met})")


def _versions_where(name: str, condition: str, of_key: bool = False) -> str:
    """Every version of the keys of which some version ``r`` meets a condition. ``of_key``: the key decides it."""
    ledger = tables.ledgers()[name]
    table, columns, keys = tables.table(ledger), tables.listed(ledger.all_columns), tables.keys(ledger)
    if not of_key:
        condition = f"({keys}) IN (SELECT {keys} FROM {table} r WHERE {condition} AND replaced_by IS NULL)"
    return f"SELECT {columns}, id FROM {table} WHERE {condition} AND replaced_by IS NULL LIMIT {MOST + 1}"


@cache
def _whole_query(name: str) -> str:
    ledger = tables.ledgers()[name]
    columns = tables.listed(ledger.all_columns)
    return f"SELECT {columns}, id FROM {tables.table(ledger)} WHERE replaced_by IS NULL LIMIT {SMALL + 1}"


@cache
def _versions_query(name: str) -> str:
    ledger = tables.ledgers()[name]
    table, columns, keys = tables.table(ledger), tables.listed(ledger.all_columns), tables.keys(ledger)
    moved = f"SELECT {keys} FROM {table} WHERE id BETWEEN $1 AND $2"
    return f"SELECT {columns}, id FROM {table} WHERE ({keys}) IN ({moved}) LIMIT {MOST + 1}"


@cache
def _named() -> dict[tuple[str, str], str]:
    """(ledger, column) → the ledger whose keys stand there, its own key too."""
    found = {}
    for name, ledger in tables.ledgers().items():
        for column in ledger.columns:
            of = "areas" if column.type == "area" else column.refers or (name if ledger.key == (column.name,) else "")
            if of and column.name in (ledger.key[0], *tables.indexed(ledger)):
                found[name, column.name] = of
    return found


@cache
def _naming(ledger: str) -> list[str]:
    """The columns of a ledger in which keys stand."""
    return [column for name, column in _named() if name == ledger]


@cache
def _all_named(columns: Columns) -> str | None:
    """The ledger whose keys stand in all these columns; None: there is none, or it can't be asked cheaply."""
    found = {_named().get(place) for place in columns}
    return found.pop() if len(found) == 1 else None


@cache
def _places_named(of: str) -> tuple[list[tuple[str, str]], str]:
    """The columns in which keys of a ledger stand; and a query: which of some keys stand in which of them."""
    columns = [place for place, named in _named().items() if named == of]
    asked = (
        f"SELECT {n}, key FROM unnest($1::text[]) key WHERE EXISTS "
        f"(SELECT FROM {tables.table(name)} WHERE {tables.quoted(column)} = key AND replaced_by IS NULL)"
        for n, (name, column) in enumerate(columns)
    )
    return columns, " UNION ALL ".join(asked)


@cache
def _brought_query(name: str, column: str) -> str | None:
    """One row in effect for each of some values of a column; None: it can't be said plainly of this ledger."""
    ledger = tables.ledgers()[name]
    if ledger.event_where is not None:
        return None
    columns, column = tables.listed(ledger.all_columns), tables.quoted(column)
    happened = "".join(f" AND {tables.quoted(c.name)}::timestamp <= $2::timestamp" for c in ledger.event_columns)
    row = (
        f"SELECT {columns}, id FROM {tables.table(ledger)} r WHERE {column} = value AND replaced_by IS NULL AND latest "
        f"AND retracted IS NOT TRUE AND {tables.known(ledger, 'r')} <= $2::timestamp{happened} "
        "AND id <> ALL($3::bigint[]) LIMIT 1"
    )
    return f"SELECT found.* FROM unnest($1::text[]) value CROSS JOIN LATERAL ({row}) found"


class Fetcher:
    """Reads each thing once. ``loaded``: ledger → id → row, all that was read: what an audit of it stands on."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.loaded: dict[str, dict[int, Row]] = {}
        self.places = places()
        self._met: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._read: dict[tuple[str, str | Values], list[Row] | Wide] = {}  # query, value → what it gave
        self._begun: dict[tuple[str, str, str], list[Row]] = {}
        self._whole: dict[str, list[Row]] = {}
        self._brought: dict[tuple[str, str], dict[str, bool]] = {}
        self._standing: dict[tuple[str, frozenset[str]], set[tuple[str, str]] | None] = {}
        self._stands: dict[str, dict[str, set[tuple[str, str]]]] = {}  # ledger → key → where it stands
        self._seen: dict[tuple[str, str], set[str]] = {}  # column in which keys stand → those that were read there
        self._moved: dict[str, set[str]] = {}  # ledger → keys in rows that moved, not asked for yet
        self.asked = 0

    def read(self, ledger: str, column: str, want: Want, *, surely: bool = False) -> Read:
        """The versions of rows whose ``column`` is wanted; every version of their keys is loaded. ``surely``: there
        mostly are some, it is not asked first."""
        if ledger in self._whole:
            place = self.places[ledger][column]
            rows = [r for r in self._whole[ledger] if r[place] is not None and want.met(r[place])]
            return Read(rows, self.places[ledger])
        found: dict[int, Row] = {}
        met = self._met.setdefault((ledger, column), {})
        missing = want.exact.difference(met)
        if missing:
            self._ask(ledger, column, missing, met, surely)
        for value in want.exact:
            found |= {row[-1]: row for row in met[value]}
        for begin in want.begins:
            if (ledger, column, begin) not in self._begun:
                place = self.places[ledger][column]
                rows = self._rows(ledger, _query(ledger, column, "begins"), begin)
                self._begun[ledger, column, begin] = [r for r in rows if (r[place] or "").startswith(begin)]
            found |= {row[-1]: row for row in self._begun[ledger, column, begin]}
        return Read(list(found.values()), self.places[ledger])

    def _ask(self, ledger: str, column: str, values: Values, met: dict[str, list[Row]], surely: bool) -> None:
        surely = surely or _named().get((ledger, column)) in SELDOM
        some = values if surely else values - self._nowhere(ledger, column, values)
        rows = self._rows(ledger, _query(ledger, column, "is"), some) if some else []
        met.update((value, []) for value in values)
        place = self.places[ledger][column]
        for row in rows:
            if row[place] in some:
                met[row[place]].append(row)

    def matched(self, ledger: str, column: str, by: str, columns: Columns, values: Values) -> Read | None:
        """The versions of those rows by a column whose column ``by`` stands in one of some columns, every version of
        their keys being loaded; None: they are read already, or it can't be asked so."""
        query = _matched_query(ledger, column, by, columns)
        if query is None or ledger in self._whole or not values.difference(self._met.get((ledger, column), ())):
            return None
        place = self.places[ledger][column]
        rows = [row for row in self._rows(ledger, query, values) if row[place] in values]
        return Read(rows, self.places[ledger])

    def nowhere(self, columns: Columns, keys: frozenset[str]) -> bool:
        """Whether surely no row has any of these keys in any of these columns."""
        of = _all_named(columns)
        if of is None:
            return False
        if any(place in columns and not keys.isdisjoint(seen) for place, seen in self._seen.items()):
            return False
        asked = (of, keys)
        if asked not in self._standing:
            stands = self._where(of, keys)
            unknown = {key for key in keys if key not in stands}
            self._standing[asked] = None if unknown else set().union(*(stands[key] for key in keys))
        standing = self._standing[asked]
        return standing is not None and columns.isdisjoint(standing)

    def _nowhere(self, ledger: str, column: str, keys: Values) -> set[str]:
        """Those of the keys that no row has there."""
        of, place = _named().get((ledger, column)), (ledger, column)
        rest = keys - self._seen.get(place, frozenset())
        if of is None or not rest:
            return set()
        stands = self._where(of, rest)
        return {key for key in rest if place not in stands.get(key, (place,))}

    def _where(self, of: str, keys: Collection[str]) -> Mapping[str, Collection[tuple[str, str]]]:
        """Key of a ledger → the columns in which it stands, asked at once for all in which it may: most of these are
        asked for next, and most are empty. Of many keys some are missing."""
        known = self._stands.setdefault(of, {})
        missing = [key for key in keys if key not in known]
        columns, query = _places_named(of)
        if missing and len(columns) >= SEVERAL and len(missing) <= MANY:
            self.asked += 1
            missing = sorted(self._beside(of, missing) - known.keys())
            known.update((key, set()) for key in missing)
            for n, key in self.statements.rows(query, texts(missing)):
                known[key].add(columns[n])
        return known

    def _beside(self, of: str, keys: Iterable[str]) -> set[str]:
        """These keys of a ledger and what is mostly asked for next: those that stand in the rows that moved, and the
        areas above. To ask for some more at once costs nothing."""
        found = self._moved.pop(of, set()).union(keys)
        return {key[:n] for key in found for n in (0, *LEVELS, len(key))} if of == "areas" else found

    def _rows(self, name: str, query: str, value: str | Values) -> list[Row]:
        """What a query gives of a ledger, asked once. Raises Wide whenever it did: what was not read is not empty."""

        def ask() -> list[Row]:
            self.asked += 1
            rows = self.statements.rows(query, value.encode() if isinstance(value, str) else texts(sorted(value)))
            if len(rows) > MOST:
                raise Wide(f"more than {MOST} rows of {name} are asked for")
            self._load(name, rows)
            return rows

        return once(self._read, (query, value), ask)

    def whole(self, ledger: str) -> Read:
        """Every row of a small ledger. Raises Wide where it is not small."""
        if ledger not in self._whole:
            self.asked += 1
            rows = self.statements.rows(_whole_query(ledger))
            if len(rows) > SMALL:
                raise Wide(f"{ledger} has more than {SMALL} rows")
            self._whole[ledger] = rows
            self._load(ledger, rows)
        return Read(self._whole[ledger], self.places[ledger])

    def versions(self, ledger: str, first: int, last: int) -> list[Row]:
        """Every version, standing or replaced, of the keys of the rows with these ids: what they were and are."""
        self.asked += 1
        rows = self.statements.rows(_versions_query(ledger), b"%d" % first, b"%d" % last)
        if len(rows) > MOST:
            raise Wide(f"more than {MOST} rows of {ledger} moved")
        for column in _naming(ledger) if len(rows) <= MANY else ():
            of, place = _named()[ledger, column], self.places[ledger][column]
            self._moved.setdefault(of, set()).update(row[place] for row in rows if row[place] is not None)
        return rows

    def _load(self, ledger: str, rows: Sequence[Row]) -> None:
        self.loaded.setdefault(ledger, {}).update((row[-1], row) for row in rows)
        for column in _naming(ledger):
            place = self.places[ledger][column]
            self._seen.setdefault((ledger, column), set()).update(row[place] for row in rows)

    def brought(
        self, ledger: str, column: str, values: Values, now: dt.datetime, but: Collection[int] = ()
    ) -> frozenset[str]:
        """Those values of a column in which keys stand that a row surely brings, now and from now on, other than the
        rows ``but``; one such row of each is loaded."""
        query = _brought_query(ledger, column)
        if query is None or (ledger, column) not in _named():
            return frozenset()
        place, known = self.places[ledger][column], self._brought.setdefault((ledger, column), {})
        missing = values.difference(known)
        known.update((value, False) for value in missing)
        if ledger in self._whole:
            sure = self._brought_by_whole(ledger, column, missing, now, but)
            known.update((value, True) for value in sure)
            missing -= sure
        missing -= self._nowhere(ledger, column, missing)
        if missing:
            self.asked += 1
            rows = self.statements.rows(query, texts(sorted(missing)), str(now).encode(), numbers(sorted(but)))
            self._load(ledger, rows)
            known.update((row[place], True) for row in rows)
        return frozenset(value for value in values if known[value])

    def _brought_by_whole(
        self, ledger: str, column: str, values: Values, now: dt.datetime, but: Collection[int]
    ) -> frozenset[str]:
        """The same by the rows of a ledger that was read whole, where it is plain: a key with one version."""
        about, places = tables.ledgers()[ledger], self.places[ledger]
        if about.event_columns:
            return frozenset()
        rows, place, keys = self._whole[ledger], places[column], [places[key] for key in about.key]
        versions = Counter(tuple(row[key] for key in keys) for row in rows)
        return frozenset(
            row[place]
            for row in rows
            if row[place] in values
            and row[-1] not in but
            and versions[tuple(row[key] for key in keys)] == 1
            and surely(about, [row], now)
        )

    def is_whole(self, ledger: str) -> bool:
        """Whether every row of a ledger was read."""
        return ledger in self._whole

    def certain(self, ledger: str, values: Iterable[str], now: dt.datetime) -> set[str]:
        """Those keys of a ledger that are surely in effect from now on: nothing withdraws them, nothing is to come."""
        about = tables.ledgers()[ledger]
        if len(about.key) != 1 or about.event_columns or about.event_where is not None:
            return set()
        self.read(ledger, about.key[0], Want(frozenset(values)), surely=True)
        met = self._met.get((ledger, about.key[0]), {})
        if ledger in self._whole:
            place = self.places[ledger][about.key[0]]
            met = {}
            for row in self._whole[ledger]:
                met.setdefault(row[place], []).append(row)
        return {value for value in values if surely(about, met.get(value, ()), now)}
