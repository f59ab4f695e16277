"""What moved: rows of ledgers that were written, with every version of their keys."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bihuan.kernel.ledger import Ledger
from bihuan.live import tables

Row = tuple[Any, ...]
"""The columns of a row of a ledger, and its id."""


@cache
def places() -> dict[str, dict[str, int]]:
    """Ledger → column → its place in a row."""
    return {name: {c.name: i for i, c in enumerate(g.all_columns)} for name, g in tables.ledgers().items()}


def known(ledger: Ledger, row: Row) -> dt.datetime:
    """The moment at which a version became known (loops.md, *Known*)."""
    where, default = places()[ledger.name], ledger.default_known
    at = row[where["recorded_at"]]
    if at is None and default is not None:
        at = row[where[default.name]]
        if isinstance(at, dt.date) and not isinstance(at, dt.datetime):
            at = dt.datetime.combine(at, dt.time())
    return at or dt.datetime.min


def surely(ledger: Ledger, versions: Sequence[Row], now: dt.datetime) -> bool:
    """Whether some version is known, and none withdraws the row."""
    gone = places()[ledger.name]["retracted"]
    return any(known(ledger, row) <= now for row in versions) and not any(row[gone] for row in versions)


@dataclass
class Moved:
    """``rows``: ledger → every version, old and new, of the keys of the rows that moved; ``fresh``: ledger → ids of the
    versions that were not there before."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    fresh: dict[str, set[int]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return sum(map(len, self.rows.values()))

    def add(self, ledger: str, rows: Sequence[Row], fresh: Iterable[int]) -> None:
        self.rows.setdefault(ledger, []).extend(rows)
        self.fresh.setdefault(ledger, set()).update(fresh)

    def ids(self, ledger: str) -> frozenset[int]:
        """Of every version of the keys that moved."""
        return frozenset(row[-1] for row in self.rows.get(ledger, ()))

    def certain_before(self, ledger: str, now: dt.datetime) -> set[str]:
        """Those of the keys that moved which surely were in effect before."""
        about = tables.ledgers()[ledger]
        return {key[0] for key, rows in self._keys(about).items() if surely(about, self._old(about, rows), now)}

    def changed(self, ledger: str, now: dt.datetime) -> frozenset[str] | None:
        """The columns in which rows of a ledger, as known, are not what they were; None: some may have come or gone."""
        about = tables.ledgers()[ledger]
        found: set[str] = set()
        for rows in self._keys(about).values():
            columns = _changed(about, self._old(about, rows), rows, now)
            if columns is None:
                return None
            found |= columns
        return frozenset(found)

    def _keys(self, ledger: Ledger) -> dict[Row, list[Row]]:
        """The versions by their key."""
        where = [places()[ledger.name][column] for column in ledger.key]
        found: dict[Row, list[Row]] = defaultdict(list)
        for row in self.rows.get(ledger.name, ()):
            found[tuple(row[place] for place in where)].append(row)
        return found

    def _old(self, ledger: Ledger, rows: Sequence[Row]) -> list[Row]:
        fresh = self.fresh[ledger.name]
        return [row for row in rows if row[-1] not in fresh]


def _changed(ledger: Ledger, old: Sequence[Row], rows: Sequence[Row], now: dt.datetime) -> set[str] | None:
    """The same of one key: ``old`` are the versions before, ``rows`` all of them."""
    where = places()[ledger.name]
    happens = [*ledger.event_columns, *(ledger[name] for name in ledger.event_where or ())]
    if ledger.default_known is not None:
        happens.append(ledger.default_known)
    moments = [known(ledger, row) for row in rows]
    if (
        not old
        or any(row[where["retracted"]] for row in rows)
        or max(moments) > now
        or min(moments) < min(known(ledger, row) for row in old)
        or any(row[where[c.name]] != rows[0][where[c.name]] for row in rows for c in happens)
    ):
        return None
    before, after = (max(some, key=lambda row: (known(ledger, row), row[-1])) for some in (old, rows))
    found = {column.name for column in ledger.columns if before[where[column.name]] != after[where[column.name]]}
    place = where["recorded_at"]
    if _first(row[place] for row in old) != _first(row[place] for row in rows):
        found |= {"recorded_at", "recorded"}
    return found


def _first(moments: Iterable[dt.datetime | None]) -> dt.datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
