"""Which versions of a row stand, and which is the last: the bookkeeping beside rows that are only ever added.

Two that write one key wait for each other; an import lets pages go on and holds a ledger only while it settles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from bihuan.kernel.ledger import Ledger
from bihuan.live import sight, tables


def _number(*words: object) -> int:
    """A number for an advisory lock."""
    digest = hashlib.blake2b(repr(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock(cursor: Any, ledger: Ledger, keys: Sequence[tuple[Any, ...]]) -> None:
    """Before a few rows are written: nobody else writes these keys until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(ledger.name)])
    for number in sorted({_number(ledger.name, *key) for key in keys}):
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def lock_whole(cursor: Any, ledger: Ledger) -> None:
    """Before many rows are settled: nobody else writes this ledger until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(ledger.name)])


def settle(cursor: Any, ledger: Ledger, batch: int, first: int, last: int, *, last_word: bool = False) -> None:
    """Say what stands for the keys of the rows that ``batch`` wrote, ids ``first`` to ``last``.

    ``last_word``: a version that would become known later than they is replaced too.
    """
    with sight.whole():  # of all versions, whoever wrote them
        _settle(cursor, ledger, batch, first, last, last_word)


def _settle(cursor: Any, ledger: Ledger, batch: int, first: int, last: int, last_word: bool) -> None:
    table = tables.table(ledger)
    written = f"w.from_batch = {batch} AND w.id BETWEEN {first} AND {last}"
    replaces = f"({tables.same_version(ledger, 'o', 'w')})"
    if last_word:
        later = f"{tables.known(ledger, 'o')} > {tables.known(ledger, 'w')} AND NOT {tables.void('w')}"
        replaces = f"{tables.same_key(ledger, 'o', 'w')} AND ({replaces} OR {later})"
    cursor.execute(
        f"UPDATE {table} o SET replaced_by = w.id, latest = false FROM {table} w "
        f"WHERE {written} AND o.id < w.id AND o.replaced_by IS NULL AND {replaces}"
    )
    keys = tables.keys(ledger, "o.")
    cursor.execute(
        f"UPDATE {table} r SET latest = (r.id = l.last_id) FROM ("
        f"SELECT DISTINCT ON ({keys}) {keys}, o.id AS last_id FROM {table} o WHERE o.replaced_by IS NULL AND EXISTS ("
        f"SELECT 1 FROM {table} w WHERE {written} AND {tables.same_key(ledger, 'w', 'o')}) "
        f"ORDER BY {keys}, {tables.order(ledger, 'o')}) l "
        f"WHERE {tables.same_key(ledger, 'r', 'l')} AND r.replaced_by IS NULL AND r.latest <> (r.id = l.last_id)"
    )
