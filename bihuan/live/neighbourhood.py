"""The neighbourhood of what moved: which results may change (bihuan.live.touching), and which rows those results stand
on (bihuan.live.needing). The loop is then run as it is, on those rows, and gives for these subjects what it would give
on all rows.
"""

from __future__ import annotations

import datetime as dt

from bihuan.live.fetching import Fetcher
from bihuan.live.lineage import Lineage
from bihuan.live.moved import Moved
from bihuan.live.needing import Needing
from bihuan.live.relations import Values, Want, Wide
from bihuan.live.touching import Touching


class Neighbourhood:
    """For one round of what moved."""

    def __init__(self, lineage: Lineage, fetcher: Fetcher, now: dt.datetime, moved: Moved) -> None:
        self.lineage = lineage
        self._needing = Needing(lineage, fetcher, now, moved)
        self._touching = Touching(self._needing)
        self._results: set[str] = set()

    @property
    def asked(self) -> set[str]:
        """The stages that the results stand on; of others no row matters."""
        return self._needing.met(self._results)

    def touched(self, hole: str) -> tuple[str, Values] | None:
        """The column by which a loop's holes are told apart (ob_subject or ob_item), and its values of those that may
        change by what moved; None: none may. Raises Wide."""
        rows = self._touching.stage(hole)
        if rows is None:
            return None
        column = self.lineage.scope(hole)
        values = rows.values(column)
        if values is None:
            raise Wide(f"{hole}: nothing is known of {column}")
        return (column, values) if values else None

    def stands(self, hole: str) -> bool:
        """Whether a loop has anything to stand on, of what was needed."""
        return hole in self._results

    def needed(self, hole: str, column: str, values: Values) -> bool:
        """Load every row on which the loop's results about these subjects or items stand; False: surely none has any.
        Raises Wide."""
        rows = self._needing.stage(hole, column, Want(values))
        if rows.empty():
            return False
        self._results.add(hole)
        return True
