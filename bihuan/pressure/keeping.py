"""How long pressure is kept (保存): what was told for a year, evidence for a year after its hole closed."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from bihuan.live import clock

KEEP = dt.timedelta(days=365)

STANDING = """EXISTS (SELECT 1 FROM pressure_telling t JOIN live_hole h ON h.id = t.of_id
  WHERE t.message_id = m.id AND h.state = 'open' AND h.opened_at = t.opened_at)"""
"""SQL over messages: one of a hole that still stands open as it did then; without it its owner would be told anew."""


def tidy(now: dt.datetime | None = None) -> dict[str, int]:
    """Take away what has been kept for its time; how much of each kind."""
    old = (now or clock.now()) - KEEP
    gone = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE over ON COMMIT DROP AS SELECT m.id FROM pressure_message m "
            f"WHERE m.at < %s AND m.state NOT IN ('written', 'sending') AND NOT {STANDING}",
            [old],
        )
        for kind, sql in (
            ("tellings", "DELETE FROM pressure_telling WHERE message_id IN (SELECT id FROM over)"),
            ("messages", "DELETE FROM pressure_message WHERE id IN (SELECT id FROM over)"),
            ("delegations", "DELETE FROM pressure_delegation WHERE until < %(old)s"),
            (
                "attachments",
                "DELETE FROM pressure_attachment a USING live_hole h "
                "WHERE h.id = a.of_id AND h.state = 'closed' AND h.closed_at < %(old)s AND a.at < %(old)s",
            ),
        ):
            cursor.execute(sql, {"old": old})
            gone[kind] = int(cursor.rowcount)
        cursor.execute("DROP TABLE over")
    return gone
