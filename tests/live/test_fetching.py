"""What is read of the ledgers for a round: what was too much stays too much; statements outlive what the driver forgets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest

from bihuan.audit import programs
from bihuan.engines.statements import Statements, texts
from bihuan.live import actions, fetching, tables
from bihuan.live.fetching import Fetcher
from bihuan.live.lineage import Lineage
from bihuan.live.moved import Moved
from bihuan.live.neighbourhood import Neighbourhood
from bihuan.live.relations import Want, Wide

NOW = dt.datetime(2022, 1, 6, 14)
AREAS = [{"area": "610723", "name": "洋县"}, {"area": "610723001", "name": "洋州镇", "parent": "610723"}]


def test_what_was_too_much_to_read_is_not_taken_for_nothing(
    con: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.save_rows(actions.SYSTEM, "areas", AREAS)
    fetcher = Fetcher(Statements(con))
    with monkeypatch.context() as few:
        few.setattr(fetching, "MOST", 0)
        few.setattr(fetching, "_query", fetching._query.__wrapped__)  # kept queries have the limit in them
        for _ in range(2):
            with pytest.raises(Wide):
                fetcher.read("areas", "area", Want(frozenset({"610723"})))
    assert len(fetcher.read("areas", "area", Want(frozenset({"610723001"}))).rows) == 1


def test_where_a_key_stands_is_known_of_what_was_read(con: psycopg.Connection[Any]) -> None:
    actions.save_rows(actions.SYSTEM, "areas", AREAS)
    fetcher = Fetcher(Statements(con))
    columns = frozenset({("areas", "area"), ("areas", "parent"), ("units", "area")})
    assert len(fetcher.read("areas", "area", Want(frozenset({"610723001"}))).rows) == 1
    asked = fetcher.asked
    for key in ("610723001", "610723"):
        assert not fetcher.nowhere(columns, frozenset({key}))
    assert fetcher.asked == asked  # it says so itself: as its own key, and as the area above
    assert fetcher.nowhere(columns, frozenset({"610724"}))
    assert fetcher.asked == asked + 1


@pytest.mark.parametrize("patient", ["P7", "P40"])
def test_of_a_crowd_none_is_read_who_met_no_case(con: psycopg.Connection[Any], patient: str) -> None:
    """A check-in at a market touches the cases that were there, whose contacts are all looked at again; where there
    were none, nobody who was there is read."""
    entered = dt.datetime(2022, 1, 5, 9)
    at_market = {"unit": "U1", "at": entered}
    people = [{"person": f"P{n}", "name": "王五", "area": "610723001"} for n in range(41)]
    there = {
        "areas": AREAS,
        "people": people,
        "units": [{"unit": "U1", "name": "市场", "kind": "农贸市场", "area": "610723001"}],
        "cases": [{"case": "C1", "person": patient, "kind": "确诊", "positive_at": entered, "reported_at": entered}],
        "check_ins": [{**at_market, "person": f"P{n}"} for n in range(31)],
    }
    for ledger, rows in there.items():
        assert actions.save_rows(actions.SYSTEM, ledger, rows, now=NOW).batch is not None
    live = programs.live()
    fetcher, moved = Fetcher(Statements(con)), Moved()
    (id_,) = con.execute("SELECT max(id) FROM ledger_check_ins").fetchone() or (0,)
    moved.add("check_ins", fetcher.versions("check_ins", id_, id_), [id_])
    near = Neighbourhood(Lineage(live.flows, live.uses, tables.ledgers()), fetcher, NOW, moved)
    if patient == "P7":
        assert near.touched("contact.missed") == ("ob_item", {"C1"})
    else:
        assert near.touched("contact.missed") is None
        assert not fetcher.loaded.get("check_ins")


def test_a_statement_is_prepared_anew_where_the_driver_had_all_forgotten(con: psycopg.Connection[Any]) -> None:
    statements = Statements(con)
    value = texts(['a "b"\\', "汉"])
    asked = "SELECT unnest($1::text[]), timestamp '2022-01-06 14:00'"
    expected = [(text, dt.datetime(2022, 1, 6, 14)) for text in ('a "b"\\', "汉")]
    assert statements.rows(asked, value) == expected
    con.execute("DEALLOCATE ALL")
    assert statements.rows(asked, value) == expected
    with pytest.raises(psycopg.errors.DivisionByZero):
        statements.rows("SELECT 1 / 0")
    assert statements.rows(asked, value) == expected


def test_a_connection_that_is_lost_is_told_as_the_driver_tells_it(served: str, con: psycopg.Connection[Any]) -> None:
    with psycopg.connect(served, autocommit=True) as lost:
        statements = Statements(lost)
        assert statements.rows("SELECT 1") == [(1,)]
        con.execute("SELECT pg_terminate_backend(%s, 10000)", [lost.info.backend_pid])
        for ask in (lambda: statements.rows("SELECT 1"), lambda: statements.command("BEGIN")):
            with pytest.raises(psycopg.OperationalError):
                ask()
