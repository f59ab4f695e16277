"""Holes of elsewhere that are an officer's to see to: he sees the hole and what closing it needs, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bihuan.access.scope import Scope
from tests.access import county
from tests.access.county import EAST, Desk
from tests.own_postgres import own_database

REFUSED = psycopg.errors.InsufficientPrivilege
OUR = Scope("user", 11, area="610723001001", officer="O1")
"""An account of the east village, of the officer O1."""


@pytest.fixture(scope="module")
def owner() -> Iterator[str]:
    with own_database() as url:
        county.write()
        with psycopg.connect(url, autocommit=True) as con:
            # venue.day lies in the west village and is O1's by the rules: not here, where each sight is counted.
            con.execute("UPDATE live_hole SET owner = 'O2' WHERE hole = 'venue.day'")
            con.execute("UPDATE live_hole SET evidence = 'measures:M2' WHERE hole = 'measure.gap'")
        yield url


@pytest.fixture(scope="module")
def desk(owner: str) -> Iterator[Desk]:
    desk = Desk(county.desk_url(owner))
    yield desk
    desk.con.close()


@pytest.fixture
def rows(owner: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner, autocommit=True) as con:
        yield con
        con.execute("TRUNCATE pressure_reassignment, pressure_delegation")
        con.execute("UPDATE live_hole SET state = 'open', closed_at = NULL, opened_at = '2022-01-05'")


def hand(con: psycopg.Connection, hole: str, officer: str, at: str = "2022-01-05 12:00") -> None:
    con.execute(
        "INSERT INTO pressure_reassignment (of_id, at, by, officer, reason) "
        "SELECT id, %s, 'x', %s, 'x' FROM live_hole WHERE hole = %s",
        [at, officer, hole],
    )


def away(
    con: psycopg.Connection, officer: str, delegate: str, since: str = "2020-01-01", until: str = "2100-01-01"
) -> None:
    con.execute(
        "INSERT INTO pressure_delegation (officer, delegate, since, until, reason, at, by, ended) "
        "VALUES (%s, %s, %s, %s, '', '2020-01-01', 'x', false)",
        [officer, delegate, since, until],
    )


def holes(desk: Desk, scope: Scope = OUR) -> set[str]:
    return desk.sees(scope, "live_hole", "hole")


def everything(desk: Desk, scope: Scope) -> dict[str, set[object]]:
    """Ledger → the keys that are seen, of every ledger of the county."""
    columns = {"monitoring": "row", "staff": "row"}
    found = {}
    for ledger, text in county.LEDGERS.items():
        column = columns.get(ledger, text.split(",")[0])
        found[ledger] = desk.sees(scope, f"ledger_{ledger}", f'"{column}"')
    return found


def test_a_hole_that_is_handed_over_is_seen_with_its_rows_and_nothing_else(
    desk: Desk, rows: psycopg.Connection
) -> None:
    before = everything(desk, OUR)
    assert holes(desk) == {"arrival.silent"}
    hand(rows, "measure.gap", "O1")
    assert holes(desk) == {"arrival.silent", "measure.gap"}
    assert len(desk.sees(OUR, "live_span", "of_id")) == 2
    after = everything(desk, OUR)
    more = {ledger: after[ledger] - before[ledger] for ledger in after if after[ledger] != before[ledger]}
    # 李四 on the roll, the measure that is cited, his arrival, and the hotel in which he is.
    assert more == {"people": {"李四"}, "measures": {"M2"}, "arrivals": {"A2"}, "units": {"HOTEL"}}
    assert holes(desk, EAST) == {"arrival.silent"}  # an account of the same village without an officer


def test_handed_on_it_is_gone(desk: Desk, rows: psycopg.Connection) -> None:
    hand(rows, "measure.gap", "O1")
    hand(rows, "measure.gap", "O9", at="2022-01-05 13:00")
    assert holes(desk) == {"arrival.silent"}


def test_it_holds_for_the_stretch_in_which_it_was_handed_over(desk: Desk, rows: psycopg.Connection) -> None:
    hand(rows, "measure.gap", "O1")
    rows.execute("UPDATE live_hole SET state = 'closed', closed_at = localtimestamp WHERE hole = 'measure.gap'")
    assert "measure.gap" in holes(desk)  # what became of it
    rows.execute("UPDATE live_hole SET closed_at = localtimestamp - interval '3 days' WHERE hole = 'measure.gap'")
    assert "measure.gap" not in holes(desk)
    rows.execute(
        "UPDATE live_hole SET state = 'open', closed_at = NULL, opened_at = '2022-01-06' WHERE hole = 'measure.gap'"
    )
    assert "measure.gap" not in holes(desk)  # reopened: whoever the rules name has it


@pytest.mark.parametrize(
    ("aways", "seen"),
    [
        ([("O2", "O1")], True),
        ([("O2", "O9"), ("O9", "O1")], True),  # who stands in is away himself
        ([("O2", "O9"), ("O9", "O2")], False),
        ([("O2", "O1"), ("O1", "O9")], False),  # away himself he stands in for nobody
        ([("O2", "O9", "2020-01-01"), ("O2", "O1", "2021-01-01")], True),  # the later one holds
        ([("O2", "O1", "2020-01-01"), ("O2", "O9", "2021-01-01")], False),
        ([("O2", "O1", "2020-01-01", "2020-02-01")], False),
        ([("O2", "O1", "2099-01-01")], False),
    ],
)
def test_who_stands_in_sees_the_holes_of_whom_he_stands_in_for(
    desk: Desk, rows: psycopg.Connection, aways: list[tuple[str, ...]], seen: bool
) -> None:
    for one in aways:
        away(rows, *one)
    theirs = {"measure.gap", "site.failed", "venue.day"}
    assert holes(desk) == {"arrival.silent"} | (theirs if seen else set())


def test_a_delegation_that_was_called_off_gives_nothing(desk: Desk, rows: psycopg.Connection) -> None:
    away(rows, "O2", "O1")
    rows.execute("UPDATE pressure_delegation SET ended = true")
    assert holes(desk) == {"arrival.silent"}


SAVE = "INSERT INTO ledger_measures (measure, person, ground, kind, unit, area, since) VALUES "


def test_what_closes_it_is_recorded_and_nothing_else(desk: Desk, rows: psycopg.Connection) -> None:
    further = SAVE + "('M9', '李四', '来返', '居家隔离', NULL, '610723001002', '2022-01-06')"
    other = SAVE + "('M9', '王二', '来返', '居家隔离', NULL, '610723002001', '2022-01-06')"
    corrected = SAVE + "('M2', '李四', '来返', '集中隔离', 'HOTEL', '610723002001', '2022-01-02')"
    beside = "INSERT INTO ledger_clinic_visits (visit, person, unit, at) VALUES ('C9', '李四', 'HOTEL', '2022-01-06')"
    for sql in (further, corrected):
        with desk.scope(OUR), pytest.raises(REFUSED), desk.con.transaction():
            desk.con.execute(sql)
    hand(rows, "measure.gap", "O1")
    for sql in (further, corrected):
        with desk.scope(OUR):
            desk.con.execute(sql + " RETURNING id")
    for sql in (other, beside):
        with desk.scope(OUR), pytest.raises(REFUSED), desk.con.transaction():
            desk.con.execute(sql)


def test_as_of_pages_know_what_is_entrusted(desk: Desk, rows: psycopg.Connection) -> None:
    rows.execute("INSERT INTO desk_snapshot (at, imports, ready, seconds, fault) VALUES ('2022-01-05', 0, true, 0, '')")
    rows.execute(
        "INSERT INTO desk_then (snapshot_id, hole, subject, item, state, severity, subject_kind, area, owner, text_zh, "
        "text_en, remedy_zh, remedy_en) SELECT s.id, h.hole, h.subject, h.item, 'open', h.severity, h.subject_kind, "
        "h.area, h.owner, '', '', '', '' FROM desk_snapshot s, live_hole h"
    )
    try:
        assert desk.sees(OUR, "desk_then", "hole") == {"arrival.silent"}
        hand(rows, "measure.gap", "O1")
        assert desk.sees(OUR, "desk_then", "hole") == {"arrival.silent", "measure.gap"}
    finally:
        rows.execute("TRUNCATE desk_snapshot, desk_then, desk_tally")


def test_the_database_and_the_planner_of_messages_agree_on_who_stands_in(desk: Desk, rows: psycopg.Connection) -> None:
    import random

    from bihuan.pressure import planning

    drawn = random.Random(3)
    names = ["O1", "O2", "O3", "O4", "O5"]
    for _ in range(40):
        rows.execute("TRUNCATE pressure_delegation")
        aways = []
        for year in range(2010, 2010 + drawn.randint(1, 6)):
            officer, delegate = drawn.sample(names, 2)
            away(rows, officer, delegate, f"{year}-01-01")
            import datetime as dt

            aways.append(planning.Away(officer, delegate, dt.datetime(year, 1, 1), dt.datetime(2100, 1, 1)))
        told = planning.stand_ins(aways, dt.datetime(2022, 1, 6))
        for me in names:
            with desk.scope(Scope("user", 11, area="61", officer=me)):
                (found,) = desk.con.execute("SELECT bihuan_offices()").fetchone()  # type: ignore[misc]
            assert set(found) == {me} | {o for o, d in told.items() if d == me}, (me, aways)
