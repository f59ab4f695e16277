"""Many rows at once: what a layer above keeps beside the rows, worked out for all of them in one statement.

Rows that are written one by one have it from triggers. An import of millions would wait for them a row at a time, so
the layer that lays those triggers (bihuan.access) says the same in sets. Without one nothing is kept beside.

Whoever writes in somebody's name is not believed where a row is. His rows a function of the database writes, which
works that out itself and holds every row to what he may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bihuan.kernel.ledger import Ledger


@dataclass(frozen=True)
class Beside:
    """Columns that are kept beside a ledger's, their values as SQL over rows ``i``, and the joins that these need.

    ``switch``: the setting by which, within a statement, the triggers leave rows alone; only the owner is believed."""

    columns: str
    values: str
    joins: str
    switch: str


OUTSIDE = "rows are outside"
"""What such a function says where rows are not in sight of whoever writes them. Its detail: how many, a stroke, and the
first of them as source:line, comma-separated."""

Derive = Callable[[Ledger], Beside | None]
Order = Callable[[Sequence[Ledger]], list[Ledger]]
Through = Callable[[Ledger], str | None]

beside: Derive = lambda ledger: None  # noqa: E731
"""What is kept beside the rows of a ledger; None: nothing, or whoever writes here is not the owner."""

through: Through = lambda ledger: None  # noqa: E731
"""The function that writes what is ``incoming`` of a ledger: it takes the batch and gives the number of rows; None:
whoever writes here writes himself."""

order: Order = list
"""Ledgers in the order in which they are to be written: whoever is named first."""
