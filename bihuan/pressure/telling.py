"""Telling (告知): what is due to be told is planned, written down, then sent; each message once.

Written in one transaction under a lock, so two runs at once plan nothing twice; sent by whoever takes a written message
first. A run that is killed while it sends leaves its message ``unsure``: told or not, it is not sent again.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from bihuan.live import clock, tables
from bihuan.pressure import arranging, channels, planning, wording
from bihuan.pressure.models import QUIET_FROM, QUIET_TO, Channel, Delegation, Message

LOCK = 7107
"""Advisory lock: whoever plans messages."""
LOST_S = 300
"""Seconds after which a message that is being sent is taken for one whose process ended."""
USUAL = planning.Habit(QUIET_FROM, QUIET_TO)

# Every hole that stands open with whose it is, and to whom it has gone up; without what was told of this stretch.
# away: officer → who stands in. What was told is looked up as one set, not hole by hole: README.md.
DUE = """
WITH away AS (SELECT * FROM unnest(%(away)s::text[], %(in)s::text[]) AS t(officer, stand_in)),
handed AS (
  SELECT DISTINCT ON (r.of_id) r.of_id, r.officer FROM pressure_reassignment r JOIN live_hole h ON h.id = r.of_id
  WHERE h.state = 'open' AND r.at >= h.opened_at ORDER BY r.of_id, r.at DESC, r.id DESC),
wanted AS (
  SELECT h.id, h.opened_at, h.severity, h.hole, h.area, h.since, coalesce(r.officer, h.owner) AS officer,
         CASE WHEN r.officer IS NULL THEN 'opened' ELSE 'reassigned' END AS why
  FROM live_hole h LEFT JOIN handed r ON r.of_id = h.id WHERE h.state = 'open'
  UNION ALL
  SELECT h.id, h.opened_at, h.severity, h.hole, h.area, h.since, h.escalated_to, 'escalated'
  FROM live_hole h LEFT JOIN handed r ON r.of_id = h.id
  WHERE h.state = 'open' AND h.escalated_to IS DISTINCT FROM coalesce(r.officer, h.owner)),
addressed AS (
  SELECT w.*, coalesce(a.stand_in, w.officer) AS recipient FROM wanted w LEFT JOIN away a ON a.officer = w.officer
  WHERE w.officer IS NOT NULL),
failed AS (
  SELECT t.of_id, t.opened_at, t.recipient, t.why, count(*) AS n, max(m.at) AS tried
  FROM pressure_message m JOIN pressure_telling t ON t.message_id = m.id WHERE m.state = 'failed' GROUP BY 1, 2, 3, 4)
SELECT w.id, w.opened_at, w.severity, w.officer, w.why, w.hole, w.area, w.since, w.recipient,
       coalesce(f.n, 0), f.tried
FROM addressed w
LEFT JOIN failed f ON (f.of_id, f.opened_at, f.recipient, f.why) = (w.id, w.opened_at, w.recipient, w.why)
WHERE coalesce(f.n, 0) < %(tries)s AND NOT EXISTS (
  SELECT 1 FROM pressure_telling t JOIN pressure_message m ON m.id = t.message_id
  WHERE (t.of_id, t.opened_at, t.recipient, t.why) = (w.id, w.opened_at, w.recipient, w.why) AND m.state <> 'failed')
"""


def mark(now: dt.datetime) -> tuple[object, ...] | None:
    """What everything that is due depends on: unless it has moved since a run, another run finds nothing new. None
    where it cannot be told, since a refused message waits for its next try."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(id) FROM live_event WHERE kind = 'holes'), "
            "(SELECT max(id) FROM pressure_reassignment), (SELECT max(at) FROM pressure_channel), "
            "EXISTS (SELECT 1 FROM pressure_message "
            "WHERE state IN ('written', 'sending') OR state = 'failed' AND at > %s)",
            [now - planning.TRIES * 2 * planning.QUARTER],
        )
        holes, handed, habits, waiting = cursor.fetchone()
    if waiting:
        return None
    return (planning.quarter_of(now), holes, handed, habits, *sorted(aways(now).items()))


def run(now: dt.datetime | None = None, send: channels.Send = channels.send) -> int:
    """Tell what is due now; the number of messages that were sent."""
    now = now or clock.now()
    write(now)
    return post(send)


def write(now: dt.datetime) -> int:
    """Plan and write down the messages of this moment; how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        planned = planning.plan(_due(now), _habits(), USUAL, _digested(now), now)
        if planned:
            _keep(planned, now)
    return len(planned)


def aways(now: dt.datetime) -> dict[str, str]:
    """Officer → who is told in his place now."""
    held = Delegation.objects.filter(ended=False, since__lte=now, until__gt=now).order_by("at", "pk")
    return planning.stand_ins((planning.Away(d.officer, d.delegate, d.since, d.until) for d in held), now)


def asked(away: Mapping[str, str]) -> dict[str, object]:
    """The values that DUE takes. ``away``: officer → who is told in his place."""
    return {"away": list(away), "in": list(away.values()), "tries": planning.TRIES}


def _due(now: dt.datetime) -> list[planning.Due]:
    names = {said.hole: said.name for said in tables.program().loops}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # it would take longer than the question
        cursor.execute(DUE, asked(aways(now)))
        return [
            planning.Due(
                hole=id_,
                opened_at=opened_at,
                severity=severity,
                officer=officer,
                why=why,
                name=names.get(hole, (hole, hole)),
                area=area or "",
                since=since,
                recipient=recipient,
                attempt=attempt,
                tried=tried,
            )
            for id_, opened_at, severity, officer, why, hole, area, since, recipient, attempt, tried in cursor
        ]


def _habits() -> dict[str, planning.Habit]:
    return {c.officer: planning.Habit(c.quiet_from, c.quiet_to) for c in Channel.objects.all()}


def _digested(now: dt.datetime) -> dict[str, dt.datetime]:
    rows = Message.objects.filter(quarter=planning.quarter_of(now)).values_list("recipient").annotate(Max("quarter"))
    return dict(rows)


def _keep(planned: list[planning.Planned], now: dt.datetime) -> None:
    areas = _names("areas", "area", {d.area for p in planned for d in p.dues[: wording.LINES] if d.area})
    officers = _names("officers", "officer", {d.officer for p in planned for d in p.dues if d.officer != d.recipient})
    reached = {
        c.officer: channels.kind(arranging.address(c))
        for c in Channel.objects.filter(officer__in={p.recipient for p in planned}).select_related("gateway")
    }
    address = os.environ.get("BIHUAN_ADDRESS", "")  # of the desk, as its users reach it
    messages = Message.objects.bulk_create(
        Message(
            recipient=p.recipient,
            at=now,
            quarter=p.quarter,
            channel=reached.get(p.recipient, channels.CONSOLE),
            title=wording.title(p),
            text=wording.text(p, areas, officers, address),
        )
        for p in planned
    )
    columns = "message_id, of_id, opened_at, officer, recipient, why, attempt"
    with connection.cursor() as cursor, cursor.copy(f"COPY pressure_telling ({columns}) FROM STDIN") as copy:
        for message, p in zip(messages, planned, strict=True):
            for d in p.dues:
                copy.write_row((message.pk, d.hole, d.opened_at, d.officer, d.recipient, d.why, d.attempt))


def _names(ledger: str, key: str, keys: Iterable[str]) -> Mapping[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, name FROM {tables.table(ledger)} "
            f"WHERE latest AND retracted IS NOT TRUE AND {key} = ANY(%s)",
            [sorted(keys)],
        )
        return dict(cursor.fetchall())


def post(send: channels.Send = channels.send) -> int:
    """Send what was written and nobody has taken yet; how many were sent. In no transaction: what was sent stays so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pressure_message SET state = 'unsure', touched = now(), fault = %s WHERE state = 'sending' "
            "AND touched < now() - make_interval(secs => %s)",
            ["发送时进程中断，是否送达不明 · the process ended while sending", LOST_S],
        )
    sent = 0
    for message in Message.objects.filter(state="written").order_by("at", "pk"):
        if not Message.objects.filter(pk=message.pk, state="written").update(state="sending", touched=Now()):
            continue  # another process took it
        address = arranging.address(Channel.objects.filter(officer=message.recipient).first())
        fault = send(address, message.recipient, message.title, message.text)
        done = {"state": "failed" if fault else "sent", "fault": fault, "channel": channels.kind(address)}
        Message.objects.filter(pk=message.pk).update(**done, touched=Now())
        sent += not fault
    return sent
