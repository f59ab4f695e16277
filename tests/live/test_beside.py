"""A full audit on schedule holds no saved row up, and takes nothing back that was audited while it ran."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import psycopg
import pytest

from bihuan.live import actions
from bihuan.live.auditor import Auditor
from tests.live.test_rounds import NOW, open_holes, ticket


@pytest.mark.long
def test_a_saved_row_is_audited_while_a_full_audit_runs(
    con: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.save_rows(
        actions.SYSTEM, "areas", [{"area": "610723", "name": "洋县"}, {"area": "610723001", "name": "洋州镇"}]
    )
    now = NOW
    auditor = Auditor(con, clock=lambda: now)
    looked, go_on = threading.Event(), threading.Event()
    look = Auditor._look

    def slowly(self: Auditor, *args: Any, **more: Any) -> Any:
        found = look(self, *args, **more)
        if threading.current_thread().name == "audit beside":
            looked.set()
            assert go_on.wait(60)
        return found

    monkeypatch.setattr(Auditor, "_look", slowly)
    try:
        ticket("T1", "缺药")
        ticket("T2", "缺粮")
        auditor.full()
        # Two errors, of which one is mended by what moves meanwhile.
        con.execute("UPDATE live_hole SET severity = '常' WHERE hole = 'ticket.late'")
        auditor.prove()
        assert looked.wait(60)
        now += dt.timedelta(seconds=1)
        ticket("T3", "缺药")
        row = {"ticket": "T2", "answered_at": dt.datetime(2022, 1, 1, 1), "resolved_at": dt.datetime(2022, 1, 1, 1)}
        said = {"kind": "求助", "area": "610723001", "received_at": dt.datetime(2022, 1, 1), "text": "缺粮", **row}
        assert actions.save_rows(actions.SYSTEM, "tickets", [said], now=now).batch is not None
        auditor.catch_up()
        assert auditor.proving
        assert "ticket.late" in open_holes(con, "T3") and "ticket.late" not in open_holes(con, "T2")
        go_on.set()
        while auditor.proving:
            auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T3") and "ticket.late" not in open_holes(con, "T2")
        recorded = con.execute("SELECT differences, sample FROM live_audit ORDER BY id DESC LIMIT 1").fetchone()
        assert recorded is not None and recorded[0] == 1 and "ticket.late/T1" in recorded[1][0][0]
        assert auditor.verify() == (0, [])
    finally:
        go_on.set()
        auditor.close()


@pytest.mark.long
def test_a_saved_row_is_audited_while_what_is_due_over_everything_runs(
    con: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it says stands; what comes to be due meanwhile is audited again."""
    now = NOW
    auditor = Auditor(con, clock=lambda: now)
    looked, go_on = threading.Event(), threading.Event()
    look = Auditor._look

    def slowly(self: Auditor, *args: Any, **more: Any) -> Any:
        found = look(self, *args, **more)
        if more.get("only"):
            looked.set()
            assert go_on.wait(60)
        return found

    def due() -> set[str]:
        return {row[0] for row in con.execute("SELECT hole FROM live_due").fetchall()}

    monkeypatch.setattr(Auditor, "_look", slowly)
    try:
        ticket("T1", "缺药")
        ticket("T2", "缺粮")
        auditor.full()
        # What the rows say of T1 is stored otherwise; of T2 it is right.
        con.execute("UPDATE live_hole SET severity = '常' WHERE hole = 'ticket.late' AND subject = 'T1'")
        con.execute("INSERT INTO live_due VALUES ('ticket.late')")
        auditor.catch_up(gently=True)
        assert looked.wait(60)
        now += dt.timedelta(seconds=1)
        ticket("T3", "缺药")
        row = {"ticket": "T2", "answered_at": dt.datetime(2022, 1, 1, 1), "resolved_at": dt.datetime(2022, 1, 1, 1)}
        said = {"kind": "求助", "area": "610723001", "received_at": dt.datetime(2022, 1, 1), "text": "缺粮", **row}
        assert actions.save_rows(actions.SYSTEM, "tickets", [said], now=now).batch is not None
        auditor.catch_up(gently=True)
        assert "ticket.late" in open_holes(con, "T3") and "ticket.late" not in open_holes(con, "T2")
        assert "ticket.late" in due()
        auditor._noted.add("ticket.late")  # as a row does that can't be said to touch few
        go_on.set()
        auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T3") and "ticket.late" not in open_holes(con, "T2")
        (severity,) = con.execute(
            "SELECT severity FROM live_hole WHERE hole = 'ticket.late' AND subject = 'T1'"
        ).fetchone() or (None,)
        assert severity != "常" and due() == set()
        assert auditor.verify() == (0, [])
    finally:
        go_on.set()
        auditor.close()
