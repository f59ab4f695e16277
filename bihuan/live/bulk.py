"""Many rows at once: what a layer above keeps beside the rows, worked out for all of them in one statement.

Rows that are written one by one have it from triggers. An import of millions would wait for them a row at a time, so
the layer that lays those triggers (bihuan.access) says the same in sets. Without one nothing is kept beside.
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


Derive = Callable[[Ledger], Beside | None]
Order = Callable[[Sequence[Ledger]], list[Ledger]]

beside: Derive = lambda ledger: None  # noqa: E731
"""What is kept beside the rows of a ledger; None: nothing, or whoever writes here is not the owner."""

order: Order = list
"""Ledgers in the order in which they are to be written: whoever is named first."""
