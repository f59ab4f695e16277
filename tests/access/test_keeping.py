"""What is kept about people has an end, set in one place, and every table is known there."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest
from django.db import connection

from bihuan.access import keeping, rules
from bihuan.live import clock

NOW = dt.datetime(2030, 1, 6, 14)


@pytest.fixture
def now(database: None) -> dt.datetime:
    clock.set_to(NOW)
    return clock.now()


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def add(table: str, **values: object) -> int:
    with connection.cursor() as cursor:
        names, marks = ", ".join(f'"{n}"' for n in values), ", ".join(["%s"] * len(values))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *", list(values.values()))
        return int(cursor.fetchone()[0]) if table != "django_session" else 0


def hole(subject: str, state: str, closed: dt.datetime | None) -> int:
    return add(
        "live_hole", hole="arrival.silent", subject=subject, item="", state=state, severity="重", subject_kind="person",
        text_zh="", text_en="", remedy_zh="", remedy_en="", reopened=0, moved=0, closed_at=closed, opened_at=NOW,
    )  # fmt: skip


def test_every_table_has_a_term_or_says_why_not() -> None:
    named = {table for term in keeping.TERMS for table in term.tables} | set(keeping.STAY)
    assert set(rules.TABLES) <= named, set(rules.TABLES) - named
    assert set(keeping.STAY) <= set(rules.TABLES)
    for term in keeping.TERMS:
        assert bool(term.over) + bool(term.done_by) == 1 or term.tables == (keeping.UPLOADS,)
        assert not term.over or len(term.over) == len(term.tables)


def test_the_readme_tells_every_term() -> None:
    text = Path(keeping.__file__).with_name("README.md").read_text(encoding="utf-8")
    for term in keeping.TERMS:
        assert f"| {term.what[0]} {term.what[1]} | {keeping.said(term.keeps)} |" in text, term.what


@pytest.mark.parametrize(("late", "left"), [(-2, 1), (2, 0)])
def test_looks_end(now: dt.datetime, late: int, left: int) -> None:
    account = add(
        "access_account", username="x", password="", name="", role="值班", group="", whole=True, area="", unit="",
        officer="", by_duty=False, made_by="", new_password=False,
    )  # fmt: skip
    at = now - keeping.LOOKS - dt.timedelta(seconds=late)
    add(
        "access_look",
        at=at,
        by_account=account,
        username="x",
        name="",
        role="",
        person="p",
        where="row",
        why="",
        address="",
    )
    keeping.tidy(now)
    assert count("access_look") == left


@pytest.mark.parametrize(("late", "left"), [(-2, 2), (2, 1)])
def test_closed_holes_end_with_all_that_hangs_on_them(now: dt.datetime, late: int, left: int) -> None:
    closed = now - 2 * keeping.YEAR - dt.timedelta(seconds=late)
    for subject, state, at in (("old", "closed", closed), ("open", "open", None)):
        of = hole(subject, state, at)
        add("live_span", of_id=of, opened_at=closed, closed_at=at)
        add("pressure_reassignment", of_id=of, at=closed, by="x", officer="O", reason="x")
        add(
            "pressure_attachment", of_id=of, at=closed, by="x", name="x", kind="image/png", size=1, digest="x",
            content=b"x", note="",
        )  # fmt: skip
        add("desk_comment", hole=f"arrival.silent/{subject}", at=closed, by="x", text="x")
    keeping.tidy(now)
    for table in ("live_hole", "live_span", "pressure_reassignment", "pressure_attachment", "desk_comment"):
        assert count(table) == left, table


def test_what_is_open_never_ends(now: dt.datetime) -> None:
    hole("open", "open", None)
    hole("again", "open", now - 20 * keeping.YEAR)
    keeping.tidy(now)
    assert count("live_hole") == 2


def test_more_holes_than_go_at_once(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    old = now - 3 * keeping.YEAR
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO live_hole (hole, subject, item, state, severity, subject_kind, text_zh, text_en, remedy_zh, "
            "remedy_en, reopened, moved, closed_at) SELECT 'x.y', i::text, '', 'closed', '重', 'person', '', '', '', '', "
            "0, 0, %s FROM generate_series(1, %s) i",
            [old, 2 * keeping.AT_ONCE + 7],
        )
    assert keeping.tidy(now)["live_hole"] == 2 * keeping.AT_ONCE + 7


def test_sessions_sign_ins_accounts_and_views_of_the_past_end(now: dt.datetime) -> None:
    machine = now - clock.ahead()
    add("django_session", session_key="a", session_data="", expire_date=machine - keeping.DAY)
    add("django_session", session_key="b", session_data="", expire_date=machine + keeping.DAY)
    for days in (179, 181):
        stamp = machine - days * keeping.DAY
        add(
            "axes_accesslog", user_agent="", username="x", http_accept="", path_info="", attempt_time=stamp,
            session_hash="",
        )  # fmt: skip
    for days in (6, 8):
        of = add("desk_snapshot", at=now - days * keeping.DAY, imports=0, ready=True, began=machine - days * keeping.DAY,
                 seconds=0, fault="")  # fmt: skip
        add("desk_then", snapshot_id=of, hole="x", subject="x", item="", state="open", severity="重",
            subject_kind="person", text_zh="", text_en="", remedy_zh="", remedy_en="")  # fmt: skip
        add("desk_tally", snapshot_id=of, kind="standing", hole="x", state="open", severity="重", n=1, timed=0)
    for name, until in (("old", now - keeping.YEARS_3 - keeping.DAY), ("new", now - keeping.DAY), ("on", None)):
        account = add(
            "access_account", username=name, password="", name="", role="值班", group="", whole=True, area="", unit="",
            officer="", by_duty=False, made_by="", new_password=False, until=until,
        )  # fmt: skip
        add("desk_view", user_id=account, name="x", query="")
    keeping.tidy(now)
    left = {"django_session": 1, "axes_accesslog": 1, "access_account": 2}
    left |= dict.fromkeys(("desk_snapshot", "desk_then", "desk_tally"), 1)
    assert {table: count(table) for table in left} == left
    assert count("desk_view") == 2


def test_uploads_that_nobody_imported_are_taken_away(now: dt.datetime, tmp_path: Path) -> None:
    from django.test import override_settings

    for name, age in (("old", 25), ("new", 23)):
        folder = tmp_path / keeping.UPLOADS / name
        folder.mkdir(parents=True)
        (folder / "x.csv").write_text("x")
        os.utime(folder, (time.time() - age * 3600,) * 2)
    with override_settings(BIHUAN_DATA=str(tmp_path)):
        assert keeping.tidy(now)[keeping.UPLOADS] == 1
    assert [f.name for f in (tmp_path / keeping.UPLOADS).iterdir()] == ["new"]


def test_notices_end_with_whom_they_reached(now: dt.datetime) -> None:
    for sent, until in ((now - 2 * keeping.YEAR, None), (now - 2 * keeping.YEAR, now), (now - keeping.DAY, None)):
        of = add(
            "notice", title="x", text="x", area="610723", audience="officers", which="", urgent=False, remind_h=0,
            approved_by="", send_at=sent, until=until, by="x", by_name="", at=sent, sent_at=sent, row="",
        )  # fmt: skip
        to = add(
            "notice_recipient",
            notice_id=of,
            kind="person",
            key="x",
            name="x",
            to="13800000000",
            area="610723",
            acked_by="",
        )
        add("notice_delivery", recipient_id=to, round=0, tries=1, at=sent, channel="console", state="sent", fault="")
    keeping.tidy(now)
    assert [count(t) for t in ("notice", "notice_recipient", "notice_delivery")] == [2, 2, 2]
