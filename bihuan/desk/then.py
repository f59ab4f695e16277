"""Holes of an earlier moment, as known then: the ledgers of that moment, audited by the same compiled program.

A moment is audited once and kept; a page that asks for one that is not ready waits and asks again. Rows that are
recorded on pages carry the moment at which they were, so they change no earlier one; an import may, and then the moment
is audited anew.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, QuerySet

from bihuan.access import scope
from bihuan.audit import run
from bihuan.desk import knowledge
from bihuan.desk.models import Snapshot, Then
from bihuan.live import copies
from bihuan.live.models import Batch

if TYPE_CHECKING:
    import duckdb

KEEP = 24
"""Moments that are kept."""
LOST_S = 900
"""Seconds after which an audit that nobody finished is taken for lost."""
HOURS = 48
"""How far back openings and closings are told hour by hour."""
CLOSED_D = 7
"""Days over which the time to close is averaged."""
TOWN = 9
"""Digits of a town: tallies go no further down."""
STATES = {"open": "open", "pending": "pending", "late": "closed"}
COLUMNS = (
    *("hole", "subject", "item", "state", "severity", "subject_kind", "area", "unit", "opens", "due", "since"),
    *("closed_at", "owner", "owner_name", "escalated_to", "order", "evidence"),
)


class NotReady(Exception):
    """The moment is being audited: ask again."""


class Failed(Exception):
    """The moment could not be audited."""


def holes(at: dt.datetime) -> QuerySet[Any]:
    """The holes of a moment. Raises NotReady until they are there."""
    return Then.objects.filter(snapshot=snapshot(at))


def snapshot(at: dt.datetime) -> Snapshot:
    """What is kept of a moment. Raises NotReady until it is there."""
    with scope.system():  # one snapshot for all; who sees what of it, its rules say
        found = _snapshot(at)
    if found.fault:
        raise Failed(found.fault)
    if not found.ready:
        raise NotReady
    return found


def _snapshot(at: dt.datetime) -> Snapshot:
    """The snapshot of a moment; where there is none its audit begins, in a thread of this process."""
    mark = last_import()
    found = Snapshot.objects.filter(at=at, imports=mark).first()
    if found is not None and not found.ready and not found.fault and _lost(found):
        found.delete()
        found = None
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = Snapshot.objects.create(at=at, imports=mark)
    except IntegrityError:  # somebody else asked in the same moment
        return Snapshot.objects.get(at=at, imports=mark)
    transaction.on_commit(lambda: threading.Thread(target=_take, args=(made.pk,), daemon=True).start())
    return made


def _lost(snapshot: Snapshot) -> bool:
    """Whether whoever audited it was stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM localtimestamp - %s)", [snapshot.began])
        row = cursor.fetchone()
    return row is not None and float(row[0]) > LOST_S


def _take(pk: int) -> None:
    """As a thread: the fault, if there is one, is kept for the page to tell."""
    try:
        with scope.system():
            take(Snapshot.objects.get(pk=pk))
    except Exception as error:  # told on the page; the next version of the ledgers begins anew
        with scope.system():
            Snapshot.objects.filter(pk=pk).update(fault=f"{type(error).__name__}: {error}"[:500])
        raise
    finally:
        connection.close()


def take(snapshot: Snapshot) -> None:
    """Audit a moment and keep what was found, whole or not at all."""
    began = time.perf_counter()
    rows = audited(snapshot.at)
    with transaction.atomic():
        _keep(snapshot, rows)
        _tally(snapshot)
        snapshot.ready, snapshot.seconds = True, time.perf_counter() - began
        snapshot.save()
        old = Snapshot.objects.exclude(pk=snapshot.pk).order_by("-began").values_list("pk", flat=True)[KEEP:]
        Snapshot.objects.filter(pk__in=list(old)).delete()


def last_import() -> int:
    """The last import that there was."""
    return int(Batch.objects.filter(kind="import").aggregate(last=Max("pk"))["last"] or 0)


def audited(at: dt.datetime) -> list[dict[str, Any]]:
    """Every hole, to-do and late closing at ``at``, in both languages."""
    with scope.system(), loaded(knowledge.ledgers()) as con:
        return find(con, at)


@contextmanager
def loaded(needed: Collection[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of the engine with the ledgers of the database, those of ``needed`` filled, the others empty."""
    import duckdb

    con = duckdb.connect(":memory:")
    con.execute("SET autoinstall_known_extensions = false; SET threads = 2")
    try:
        _load(con, needed)
        yield con
    finally:
        con.close()


def find(con: duckdb.DuckDBPyConnection, at: dt.datetime, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What the ledgers of a connection give at ``at``, in both languages; ``only`` of these holes."""
    program = knowledge.program()
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for lang in ("zh", "en"):
        if lang == "zh":
            run.audit(con, program, at, lang=lang, only=only, states=tuple(STATES))
        else:
            run.texts.word(con, program, lang)
        listed = ", ".join(f'h."{c}"' for c in COLUMNS)
        for row in con.execute(
            f"SELECT {listed}, p.text, p.remedy FROM holes h JOIN printed p USING (hole, subject, item, state)"
        ).fetchall():
            cells = dict(zip((*COLUMNS, f"text_{lang}", f"remedy_{lang}"), row, strict=True))
            key = (cells["hole"], cells["subject"] or "", cells["item"] or "", cells["state"])
            found.setdefault(key, {}).update(cells)
    return [_tidy(row) for row in found.values()]


def _tidy(row: dict[str, Any]) -> dict[str, Any]:
    row["state"] = STATES[row["state"]]
    row["person"] = row["subject"] if row["subject_kind"] == "person" else None
    for word in ("subject", "item"):
        row[word] = row[word] or ""
    return row


def _keep(snapshot: Snapshot, rows: list[dict[str, Any]]) -> None:
    # The same hole may stand open and closed late at once; a page shows the open one.
    order = {"open": 0, "pending": 1, "closed": 2}
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: order[r["state"]]):
        seen.setdefault((row["hole"], row["subject"], row["item"]), row)
    Then.objects.bulk_create([Then(snapshot=snapshot, **row) for row in seen.values()], batch_size=2000)


_PLACES = """left(area, {town}), left(in_place, {town}), left(in_home, {town}),
CASE WHEN in_also IS NOT NULL THEN ARRAY(SELECT DISTINCT left(a, {town}) FROM unnest(in_also) a ORDER BY 1) END"""

_TALLY = """
INSERT INTO desk_tally (snapshot_id, kind, hole, state, severity, owner, hour, since, lasted, timed, n,
  area, in_place, in_home, in_also)
SELECT %(of)s, 'standing', hole, state, severity, CASE WHEN state = 'open' THEN owner END, NULL::timestamp, min(since),
  NULL::interval, 0, count(*), {places} FROM desk_then WHERE snapshot_id = %(of)s GROUP BY 3, 4, 5, 6, 12, 13, 14, 15
UNION ALL
SELECT %(of)s, 'since', '', '', '', NULL, date_trunc('hour', since), min(since), NULL, 0, count(*), {places}
FROM desk_then WHERE snapshot_id = %(of)s AND state IN ('open', 'closed') AND since > %(since)s AND since <= %(at)s
GROUP BY 7, 12, 13, 14, 15
UNION ALL
SELECT %(of)s, 'closed', '', '', '', NULL, date_trunc('hour', closed_at), min(since), sum(closed_at - since),
  count(since), count(*), {places}
FROM desk_then WHERE snapshot_id = %(of)s AND state IN ('open', 'closed') AND closed_at > %(closed)s
  AND closed_at <= %(at)s GROUP BY 7, 12, 13, 14, 15
"""


def _tally(snapshot: Snapshot) -> None:
    """Count the holes of a moment, in sight of all of them."""
    values = {
        "of": snapshot.pk,
        "at": snapshot.at,
        "since": snapshot.at - dt.timedelta(hours=HOURS + 1),
        "closed": snapshot.at - dt.timedelta(days=CLOSED_D),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TALLY.format(places=_PLACES.format(town=TOWN)), values)


def _load(con: duckdb.DuckDBPyConnection, needed: Collection[str]) -> None:
    """Ledgers' rows from PostgreSQL into ``ledger_<name>``, as the engine wants them: in the order of writing."""
    for ledger in knowledge.ledgers().values():
        copies.fill(con, ledger, "l.replaced_by IS NULL" if ledger.name in needed else "false")
