"""Holes of an earlier moment, as known then: the ledgers of that moment, audited by the same compiled program.

A moment is audited once and kept; a page that asks for one that is not ready waits and asks again. Rows that are
recorded on pages carry the moment at which they were, so they change no earlier one; an import may, and then the moment
is audited anew.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, QuerySet

from bihuan.access import bulk, scope
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
    with tempfile.TemporaryDirectory(prefix="bihuan-then-") as folder, transaction.atomic():
        path = Path(folder) / "found.csv"
        with scope.system(), loaded(knowledge.ledgers()) as con:
            _audit(con, snapshot.at)
            _to_csv(con, path)
        _keep(snapshot, path)
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


def _audit(con: duckdb.DuckDBPyConnection, at: dt.datetime, only: tuple[str, ...] = ()) -> None:
    """Leave ``found`` in a connection: what its ledgers give at ``at``, in the columns of MOMENT, a row for each state
    of an identity (of late closings the last); ``only`` of these holes."""
    program = knowledge.program()
    run.audit(con, program, at, lang="zh", only=only, states=tuple(STATES))
    con.execute("CREATE OR REPLACE TEMP TABLE found_zh AS FROM printed")
    run.texts.word(con, program, "en")
    states = " ".join(f"WHEN '{word}' THEN '{state}'" for word, state in STATES.items())
    said = {
        "subject": "coalesce(z.subject, '')",
        "item": "coalesce(z.item, '')",
        "state": f"CASE z.state {states} END",
        "person": "CASE WHEN z.subject_kind = 'person' THEN z.subject END",
        **{f"{word}_{lang}": f"{lang[0]}.{word}" for word in ("text", "remedy") for lang in ("zh", "en")},
    }
    listed = ", ".join(said.get(c, f'z."{c}"') + f' AS "{c}"' for c in bulk.MOMENT)
    same = ("hole", "subject", "item", "state", "opens", "since", "closed_at")
    joined = " AND ".join(f"e.{c} IS NOT DISTINCT FROM z.{c}" for c in same)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {listed} FROM found_zh z JOIN printed e ON {joined} "
        "QUALIFY row_number() OVER (PARTITION BY z.hole, z.subject, z.item, z.state ORDER BY z.closed_at DESC) = 1"
    )


def _to_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """``found`` as PostgreSQL's COPY reads it. The same hole may stand open and closed late at once: a page shows the
    open one."""
    listed = ", ".join(f'"{c}"' for c in bulk.MOMENT)
    first = "CASE state WHEN 'open' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END"
    one = f"row_number() OVER (PARTITION BY hole, subject, item ORDER BY {first}) = 1"
    con.execute(
        f"COPY (SELECT {listed} FROM found QUALIFY {one}) TO '{path}' "
        "(FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE *)"
    )


def find(con: duckdb.DuckDBPyConnection, at: dt.datetime, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What the ledgers of a connection give at ``at``, in both languages; ``only`` of these holes."""
    _audit(con, at, only)
    return [dict(zip(bulk.MOMENT, row, strict=True)) for row in con.execute("SELECT * FROM found").fetchall()]


def _keep(snapshot: Snapshot, path: Path) -> None:
    """Written as imports are, all at once, by the function of the database that says where each hole lies."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in bulk.MOMENT.items())
    with scope.system(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")  # of what else this transaction wrote
        cursor.execute(f"CREATE TEMP TABLE incoming ({typed}) ON COMMIT DROP")
        with path.open("rb") as file, cursor.copy("COPY incoming FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute("ANALYZE incoming")
        cursor.execute("SELECT bihuan_take_then(%s)", [snapshot.pk])


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
    with scope.system(), connection.cursor() as cursor:
        cursor.execute(_TALLY.format(places=_PLACES.format(town=TOWN)), values)
        cursor.execute("SELECT bihuan_then_told()")


def _load(con: duckdb.DuckDBPyConnection, needed: Collection[str]) -> None:
    """Ledgers' rows from PostgreSQL into ``ledger_<name>``, as the engine wants them: in the order of writing."""
    for ledger in knowledge.ledgers().values():
        copies.fill(con, ledger, "l.replaced_by IS NULL" if ledger.name in needed else "false")
