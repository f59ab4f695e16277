"""Every write to the ledgers is one act: permission, one transaction, what moved for the audit, word to the pages.

An act stands whole or not at all, and a token makes it stand once. Nothing is overwritten: a change is a further
version, a withdrawal one more (docs/decisions/0003, 0004).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import IntegrityError, connection, transaction

from bihuan.kernel.ledger import Ledger
from bihuan.live import clock, events, masked, sight, standing, tables
from bihuan.live.models import Batch, Change
from bihuan.live.reading import Reject, Row, read


class Actor(Protocol):
    """Who acts. ``act``: save, retract or import; of an import ``rows`` is empty and ``ledger`` one of those in it."""

    @property
    def name(self) -> str: ...

    def may(self, act: str, ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> bool: ...


@dataclass(frozen=True)
class System:
    """The system itself, and whoever sits at its shell: may all."""

    name: str = ""

    def may(self, act: str, ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> bool:
        return True


SYSTEM = System()


class Refused(PermissionError):
    """The actor may not do this; nothing was written."""

    def __init__(self, act: str, ledger: Ledger) -> None:
        super().__init__(f"may not {act} {ledger.name}")
        self.act, self.ledger = act, ledger


@dataclass
class Saved:
    """What an act did: its batch (None: nothing was written), the rows' ids, the rows that were rejected."""

    batch: Batch | None = None
    ids: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def save_rows(
    actor: Actor,
    ledger: str,
    rows: Sequence[Mapping[str, object]],
    *,
    token: str | None = None,
    now: dt.datetime | None = None,
) -> Saved:
    """Write rows of a ledger, new ones or new versions, recorded at this moment; all of them or none.

    Cells as text or typed. Raises Refused, and KeyError for a column that the ledger does not have.
    """
    about = tables.ledgers()[ledger]
    given = masked.kept(about, [_own(row) for row in rows])
    typed, rejects = read(about, given, tables.program().parameters, held)
    if rejects or not typed:
        return Saved(rejects=rejects)
    return _write(actor, "save", about, typed, token, now)


def retract(
    actor: Actor,
    ledger: str,
    keys: Sequence[str | Sequence[object]],
    *,
    token: str | None = None,
    now: dt.datetime | None = None,
) -> Saved:
    """Withdraw rows from this moment on. A key is its text, or several columns' cells. Unknown keys are rejects."""
    about = tables.ledgers()[ledger]
    rows = [
        dict(zip(about.key, [key] if isinstance(key, str) else key, strict=True)) | {"retracted": True} for key in keys
    ]
    typed, rejects = read(about, rows, tables.program().parameters, held)
    last = latest(about, [tuple(row[k] for k in about.key) for row in typed])
    for number, row in enumerate(typed):
        if tuple(row[k] for k in about.key) not in last:
            said = "|".join(str(row[k]) for k in about.key)
            rejects.append(Reject(number, about.key[0], said, "unknown reference", UNKNOWN_KEY))
    if rejects or not typed:
        return Saved(rejects=rejects)
    # A withdrawal keeps what it withdraws to be read; only its key and the flag count.
    typed = [{**last[tuple(row[k] for k in about.key)], **row} for row in typed]
    return _write(actor, "retract", about, typed, token, now)


UNKNOWN_KEY = ("没有这个编号的行：请核对编号", "no row has this key: check it")


def _own(row: Mapping[str, object]) -> dict[str, object]:
    """Without what an act says by itself: when and by whom it was recorded."""
    return {name: value for name, value in row.items() if name not in ("recorded_at", "recorded_by", "retracted")}


def held(ledger: str, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that some row of the ledger has, in effect or not."""
    key = tables.quoted(tables.ledgers()[ledger].key[0])
    found: set[str] = set()
    with sight.whole(), connection.cursor() as cursor:
        for first in range(0, len(keys), 50_000):
            part = list(keys[first : first + 50_000])
            cursor.execute(f"SELECT DISTINCT {key} FROM {tables.table(ledger)} WHERE {key} = ANY(%s)", [part])
            found.update(row[0] for row in cursor.fetchall())
    return found


def latest(ledger: Ledger, keys: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], Row]:
    """Key → the columns of its last version, of those of ``keys`` that the ledger has."""
    if not keys:
        return {}
    columns = [c.name for c in ledger.columns]
    first = tables.quoted(ledger.key[0])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {tables.listed(ledger.columns)} FROM {tables.table(ledger)} WHERE latest AND {first} = ANY(%s)",
            [[key[0] for key in keys]],
        )
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    wanted = set(keys)
    found = {tuple(row[k] for k in ledger.key): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def _write(
    actor: Actor, act: str, ledger: Ledger, rows: list[Row], token: str | None, now: dt.datetime | None
) -> Saved:
    if not actor.may(act, ledger, rows):
        raise Refused(act, ledger)
    moment = now or clock.now()
    rows = [{**row, "recorded_at": moment, "recorded_by": actor.name or None} for row in rows]
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                at=moment, kind=act, by=actor.name, token=token, counts={ledger.name: len(rows)}
            )
            ids = insert(ledger, rows, batch.id)
            moved(batch, {ledger.name: (min(ids), max(ids))}, {ledger.name: len(rows)})
    except IntegrityError:
        first = Batch.objects.filter(token=token).first() if token else None
        if first is None:
            raise
        return Saved(first)
    return Saved(batch, ids)


def insert(ledger: Ledger, rows: Sequence[Row], batch: int) -> list[int]:
    """Add versions of rows (within a transaction); their ids. What they replace no longer stands, and what was to
    become known later than they no longer will: the last word said on a page is the one that holds."""
    names = [c.name for c in ledger.all_columns]
    one = "(" + ", ".join(["%s"] * (len(names) + 1)) + ")"
    values = [value for row in rows for value in (*(row.get(n) for n in names), batch)]
    with connection.cursor() as cursor:
        standing.lock(cursor, ledger, [tuple(row[k] for k in ledger.key) for row in rows])
        cursor.execute(
            f"INSERT INTO {tables.table(ledger)} ({tables.listed(ledger.all_columns)}, from_batch) "
            f"VALUES {', '.join([one] * len(rows))} RETURNING id",
            values,
        )
        ids = [row[0] for row in cursor.fetchall()]
        standing.settle(cursor, ledger, batch, min(ids), max(ids), last_word=True)
    return ids


def moved(batch: Batch, spans: Mapping[str, tuple[int, int]], counts: Mapping[str, int]) -> None:
    """Say to the audit and to the pages which rows an act wrote (within its transaction)."""
    Change.objects.bulk_create(
        Change(batch=batch.id, ledger=ledger, first=first, last=last) for ledger, (first, last) in spans.items()
    )
    for ledger, n in counts.items():
        events.tell("rows", {"ledger": ledger, "batch": batch.id, "n": n})
    events.wake()
