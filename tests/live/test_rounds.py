"""A round leaves nothing that the next would have to read past; what it can't hold, and what no row dates, is audited
to the same holes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg

from bihuan.engines.postgres import UNTIDY
from bihuan.live import actions, imports
from bihuan.live.auditor import Auditor
from bihuan.live.mirror import changes

NOW = dt.datetime(2022, 1, 6, 14)


def ticket(name: str, text: str) -> None:
    row = {"ticket": name, "kind": "求助", "area": "610723001", "received_at": dt.datetime(2022, 1, 1), "text": text}
    assert actions.save_rows(actions.SYSTEM, "tickets", [row], now=NOW).batch is not None


def open_holes(con: psycopg.Connection[Any], subject: str) -> list[str]:
    query = "SELECT hole FROM live_hole WHERE state = 'open' AND subject = %s ORDER BY 1"
    return [hole for (hole,) in con.execute(query, [subject]).fetchall()]


def test_rows_whose_audit_is_not_like_others(con: psycopg.Connection[Any], tmp_path: Path) -> None:
    areas = [{"area": "610723", "name": "洋县"}, {"area": "610723001", "name": "洋州镇"}]
    actions.save_rows(actions.SYSTEM, "areas", areas)
    actions.save_rows(actions.SYSTEM, "officers", [{"officer": "O1", "name": "王五"}])
    clock = [NOW]
    auditor = Auditor(con, clock=lambda: clock[-1])
    try:
        auditor.full()

        # A round leaves no page behind.
        session = auditor.rounds.bench().con
        kept = (
            "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = pg_my_temp_schema() "
            "AND relname NOT LIKE 'kept_%'"  # what stands on orders stays
        )
        before = session.execute(kept).fetchone()
        ticket("T1", "缺药")
        auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T1")
        assert session.execute(kept).fetchone() == before
        # Nor do many rounds, where nobody has time to tidy up.
        sizes = []
        for n in range(UNTIDY + 1):
            ticket(f"T{n + 10}", "缺药")
            assert auditor.local(changes(con), NOW)
            sizes.append(session.execute(kept).fetchone())
        assert before in sizes

        # What no page holds is audited over everything.
        ticket("T2", "缺药" * 5_000)
        auditor.catch_up()
        assert "ticket.late" in open_holes(con, "T2")
        assert auditor.verify() == (0, [])

        # Of a task without recorded_at no row says when it was given: what was found first stays, by all audits.
        (tmp_path / "tasks.csv").write_text(
            "task,title,area,officer,due\nK1,消杀,610723001,O1,2022-01-08\nK2,巡查,610723001,,2022-01-08\n"
        )
        imports.import_folder(actions.SYSTEM, tmp_path)
        auditor.catch_up()
        stood = "SELECT state, opens, due FROM live_hole WHERE hole = 'task.overdue' AND subject = 'K1'"
        assert con.execute(stood).fetchone() == ("pending", NOW, dt.datetime(2022, 1, 8))
        clock.append(NOW + dt.timedelta(hours=3))
        assert auditor.verify() == (0, [])
        auditor.full()
        assert con.execute(stood).fetchone() == ("pending", NOW, dt.datetime(2022, 1, 8))
        # A date that a row says is followed all the same.
        (tmp_path / "tasks.csv").write_text("task,title,area,officer,due\nK1,消杀,610723001,O1,2022-01-07\n")
        imports.import_folder(actions.SYSTEM, tmp_path)
        auditor.catch_up()
        assert con.execute(stood).fetchone() == ("pending", NOW, dt.datetime(2022, 1, 7))
        assert auditor.verify() == (0, [])
    finally:
        auditor.close()
