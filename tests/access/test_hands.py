"""Pages of holes that were handed over or are a stand-in's: found, closed, counted under whoever acts."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bihuan.access import accounts, scope
from bihuan.access.accounts import Asked, Wrong
from bihuan.desk import tokens
from tests.access.conftest import shown, signed_in


@pytest.fixture
def handed(rows: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """measure.gap of the north village, O2's, is handed to O1 of the east village."""
    rows.execute("UPDATE live_hole SET evidence = 'measures:M2' WHERE hole = 'measure.gap'")
    rows.execute("UPDATE live_hole SET owner = 'O2' WHERE hole = 'venue.day'")
    rows.execute(
        "INSERT INTO pressure_reassignment (of_id, at, by, officer, reason) "
        "SELECT id, '2022-01-06', 'x', 'O1', '就近' FROM live_hole WHERE hole = 'measure.gap'"
    )
    yield rows
    rows.execute("TRUNCATE pressure_reassignment, pressure_delegation")
    rows.execute("UPDATE live_hole SET evidence = NULL WHERE hole = 'measure.gap'")
    rows.execute("UPDATE live_hole SET owner = 'O1' WHERE hole = 'venue.day'")
    rows.execute("DELETE FROM ledger_measures WHERE measure = 'M77'")


def hole(name: str, subject: str) -> str:
    return "/holes/" + tokens.seal("hole", f"{name}/{subject}/")


def test_the_hole_and_its_form_open_and_nothing_else(handed: psycopg.Connection) -> None:
    duty, east = signed_in("duty"), signed_in("east")
    assert east.get(hole("measure.gap", "李四")).status_code == 404
    page = shown(duty, hole("measure.gap", "李四"))
    assert "集中隔离" in page  # the row that it rests on
    assert duty.get(hole("site.failed", "HOTEL")).status_code == 404
    shown(duty, hole("measure.gap", "李四") + "/pressure")
    form = {
        "measure": "M77",
        "person": "李四",
        "ground": "来返",
        "kind": "居家隔离",
        "area": "610723001002",
        "since": "2022-01-06 08:00",
    }
    to = "/ledgers/measures/new?for=" + tokens.seal("hole", "measure.gap/李四/")
    shown(duty, "/ledgers/measures/new", **{"for": tokens.seal("hole", "measure.gap/李四/")})
    assert east.post(to, form).status_code == 404
    assert east.post("/ledgers/measures/new", form).status_code == 403
    assert duty.post(to, form).status_code == 302
    assert duty.post("/ledgers/measures/new", form | {"measure": "M78", "person": "王二"}).status_code == 403
    said = handed.execute("SELECT recorded_by, in_home FROM ledger_measures WHERE measure = 'M77'").fetchone()
    assert said == ("duty", "610723001002")
    found = duty.post("/search", {"q": "王二"})
    assert found.status_code == 200 and "/of/person/" not in found.content.decode()


def test_my_work_and_the_owners_filter_know_it(handed: psycopg.Connection) -> None:
    duty, county = signed_in("duty"), signed_in("county")
    mine = shown(duty, "/mine/")
    assert mine.count("data-row") == 2 and "改派" in mine
    assert shown(county, "/mine/", officer="O2").count("data-row") == 2  # site.failed, venue.day
    rows = {o: shown(county, "/holes/", owner=o).count("<tr data-row") for o in ("O1", "O2")}
    assert rows == {"O1": 2, "O2": 2}
    groups = shown(county, "/holes/", group="owner")
    assert "owner=O1" in groups and "owner=O2" in groups
    assert "→ 王五" in shown(county, "/holes/", owner="O1")


def test_who_stands_in_has_it_as_his_own(handed: psycopg.Connection) -> None:
    handed.execute(
        "INSERT INTO pressure_delegation (officer, delegate, since, until, reason, at, by, ended) "
        "VALUES ('O2', 'O1', '2022-01-01', '2022-02-01', '', '2022-01-01', 'x', false)"
    )
    duty, county = signed_in("duty"), signed_in("county")
    assert duty.get(hole("site.failed", "HOTEL")).status_code == 200
    mine = shown(duty, "/mine/")
    assert mine.count("data-row") == 4 and "代赵六" in mine
    assert shown(county, "/holes/", owner="O1").count("<tr data-row") == 4
    assert shown(county, "/holes/", owner="O2").count("<tr data-row") == 2
    groups = shown(county, "/holes/", group="owner")
    assert "owner=O1" in groups and "owner=O2" not in groups  # one line: who acts


def test_an_account_of_an_officer_of_elsewhere_is_not_made(served: str, rows: psycopg.Connection) -> None:
    with scope.held(scope.SYSTEM):
        chief, _ = accounts.add(Asked("chief2", "管理员", area="610723001"), "test")
        accounts.add(Asked("faraway", "干部", area="610999"), "test")
    try:
        with scope.held(scope.Scope.of(chief)):
            with pytest.raises(Wrong, match="outside your area"):
                accounts.add(Asked("x", "干部", area="610723001001", officer="O2"), "chief2")
            with pytest.raises(Wrong, match="already"):  # a name that is taken somewhere else
                accounts.add(Asked("faraway", "干部", area="610723001001"), "chief2")
            accounts.add(Asked("x", "干部", area="610723001001", officer="O1"), "chief2")
    finally:
        rows.execute("DELETE FROM access_account WHERE username IN ('chief2', 'faraway', 'x')")


def test_a_stream_ends_with_its_session(served: str, rows: psycopg.Connection) -> None:
    """Somebody who holds the cookie of an account whose duty has ended hears no more."""
    from bihuan.live import events as live

    def stream(username: str) -> Iterator[str]:
        answer = signed_in(username).get("/events")
        told = (part.decode() for part in answer.streaming_content)  # type: ignore[attr-defined]
        assert next(told).startswith("retry")
        return told

    rows.execute("DELETE FROM live_event")
    told = stream("duty")
    rows.execute("UPDATE ledger_duties SET until = '2022-01-06 13:00' WHERE duty = 'D1'")
    try:
        live.HUB.round(ask=True)
        assert "reload" in next(told)
        with pytest.raises(StopIteration):
            next(told)
    finally:
        rows.execute("UPDATE ledger_duties SET until = NULL WHERE duty = 'D1'")
