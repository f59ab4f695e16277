"""A full audit on schedule holds no saved row up, and takes nothing back that was audited while it ran."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from bihuan.live import actions
from bihuan.live.auditor import Auditor
from tests.live.test_rounds import NOW, open_holes, ticket


def held_up(
    monkeypatch: pytest.MonkeyPatch, which: Callable[[dict[str, Any]], bool]
) -> tuple[threading.Event, threading.Event]:
    """Looks that ``which`` picks by how they are asked for wait, once they have found what they find: the first event
    says that one did, the second lets it go on."""
    looked, go_on = threading.Event(), threading.Event()
    look = Auditor._look

    def slowly(self: Auditor, *args: Any, **more: Any) -> Any:
        found = look(self, *args, **more)
        if which(more):
            looked.set()
            assert go_on.wait(60)
        return found

    monkeypatch.setattr(Auditor, "_look", slowly)
    return looked, go_on


def solved(name: str, text: str, now: dt.datetime) -> None:
    """A ticket is answered and solved."""
    row = {"ticket": name, "kind": "求助", "area": "610723001", "received_at": dt.datetime(2022, 1, 1), "text": text}
    done = dict.fromkeys(("answered_at", "resolved_at"), dt.datetime(2022, 1, 1, 1))
    assert actions.save_rows(actions.SYSTEM, "tickets", [row | done], now=now).batch is not None


@pytest.mark.long
def test_a_saved_row_is_audited_while_a_full_audit_runs(
    con: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.save_rows(
        actions.SYSTEM, "areas", [{"area": "610723", "name": "洋县"}, {"area": "610723001", "name": "洋州镇"}]
    )
    now = NOW
    auditor = Auditor(con, clock=lambda: now)
    looked, go_on = held_up(monkeypatch, lambda more: threading.current_thread().name == "audit beside")
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
        solved("T2", "缺粮", now)
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
    looked, go_on = held_up(monkeypatch, lambda more: bool(more.get("only")))

    def due() -> set[str]:
        return {row[0] for row in con.execute("SELECT hole FROM live_due").fetchall()}

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
        solved("T2", "缺粮", now)
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
