"""A round leaves nothing that the next would have to read past, and what it can't hold is audited all the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg

from bihuan.live import actions
from bihuan.live.auditor import Auditor

NOW = dt.datetime(2022, 1, 6, 14)


def ticket(name: str, text: str) -> None:
    row = {"ticket": name, "kind": "求助", "area": "610723001", "received_at": dt.datetime(2022, 1, 1), "text": text}
    assert actions.save_rows(actions.SYSTEM, "tickets", [row], now=NOW).batch is not None


def open_holes(con: psycopg.Connection[Any], subject: str) -> list[str]:
    query = "SELECT hole FROM live_hole WHERE state = 'open' AND subject = %s ORDER BY 1"
    return [hole for (hole,) in con.execute(query, [subject]).fetchall()]


def test_a_round_leaves_no_page_behind_and_what_no_page_holds_is_audited_all_the_same(
    con: psycopg.Connection[Any],
) -> None:
    areas = [{"area": "610723", "name": "洋县"}, {"area": "610723001", "name": "洋州镇"}]
    actions.save_rows(actions.SYSTEM, "areas", areas)
    actions.save_rows(actions.SYSTEM, "officers", [{"officer": "O1", "name": "王五"}])
    auditor = Auditor(con, clock=lambda: NOW)
    try:
        auditor.full()
        session = auditor.rounds.bench().con
        kept = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
        before = session.execute(kept).fetchone()
        ticket("T1", "缺药")
        auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T1")
        assert session.execute(kept).fetchone() == before

        ticket("T2", "缺药" * 5_000)
        auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T2")
        assert auditor.verify() == (0, [])
    finally:
        auditor.close()
