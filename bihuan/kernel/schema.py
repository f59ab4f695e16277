"""The Ibis schema of a ledger as the exchange writes it."""

from __future__ import annotations

from bihuan.kernel.ledger import Ledger

TYPES = {"int": "int64", "real": "float64", "bool": "boolean", "date": "date", "time": "timestamp(6)"}


def ibis_schema(ledger: Ledger) -> dict[str, str]:
    """Column → Ibis type (all may be null): the contract's columns, what every ledger takes beside them, and where the
    row stood: ``_source`` index of its file and sheet, ``_row`` in it, ``_only`` whether no other row has its key."""
    columns = {c.name: TYPES.get(c.type, "string") for c in ledger.all_columns}
    return {**columns, "_source": "int32", "_row": "int64", "_only": "boolean"}
