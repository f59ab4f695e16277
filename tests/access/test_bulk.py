"""Places worked out for many rows at once are those that the triggers give them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bihuan.access import bulk, scope
from bihuan.live import actions, imports, tables
from bihuan.live import bulk as many
from tests.access import county
from tests.cities.city import build, write
from tests.own_postgres import connect_to, own_database


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    """The owner's address of an empty database with all tables."""
    with own_database() as url:
        yield url


def _emptied() -> None:
    with connection.cursor() as cursor:
        every = ", ".join(tables.table(g) for g in tables.ledgers())
        cursor.execute(f"TRUNCATE {every}, live_batch, live_change")


def _places() -> dict[str, list[Any]]:
    """Of every ledger: its rows' keys and versions, and where each is. Without the measures and arrivals of people on no
    roll: one by one they also are where they themselves were seen before."""
    found = {}
    rolled = "WHERE EXISTS (SELECT 1 FROM ledger_people p WHERE p.person = l.person)"
    with connection.cursor() as cursor:
        for ledger in tables.ledgers().values():
            where = rolled if ledger.name in ("arrivals", "measures") else ""
            cursor.execute(
                f"SELECT {tables.keys(ledger)}, recorded_at, from_line, latest, replaced_by IS NULL, in_place, in_home, "
                f"in_also FROM {tables.table(ledger)} l {where}"
            )
            found[ledger.name] = sorted((*row[:-1], sorted(row[-1] or ())) for row in map(_sortable, cursor.fetchall()))
    return found


def _sortable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*("" if v is None else str(v) for v in row[:-1]), row[-1])


def _city(seed: int, people: int, folder: Path) -> Path:
    """A random city. Somebody on no roll is where his arrival or measure is: here one arrival and no measure, since one
    by one a second would also be where the first one was."""
    city = build(seed, people)
    known = {row["person"] for row in city.rows["people"]}
    seen = set(known)
    city.rows["arrivals"] = [r for r in city.rows["arrivals"] if r["person"] in known or _first(seen, r["person"])]
    city.rows["measures"] = [r for r in city.rows["measures"] if r["person"] in known]
    write(city, folder)
    return folder


def _first(seen: set[str], person: str) -> bool:
    new = person not in seen
    seen.add(person)
    return new


def _halves(folder: Path) -> list[Path]:
    """The folder, before it every other line of it: what is imported finds some of what it names, and some of it anew."""
    first = folder.parent / f"{folder.name}-first"
    first.mkdir()
    for path in folder.glob("*.csv"):
        head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (first / path.name).write_text("".join((head, *lines[::2])), encoding="utf-8")
    return [first, folder]


def _written(folders: list[Path]) -> dict[str, list[Any]]:
    _emptied()
    for folder in folders:
        imports.import_folder(actions.SYSTEM, folder)
    return _places()


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 8])
def test_many_rows_are_placed_as_one_by_one(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    folder = _city(seed, 200, tmp_path / "city")
    at_once = _written([folder])
    monkeypatch.setattr(many, "beside", lambda ledger: None)
    one_by_one = _written([folder])
    assert at_once == one_by_one
    placed = [row for rows in at_once.values() for row in rows if row[-3] or row[-2]]
    assert len(placed) > 500 and any(row[-1] for row in placed)


@pytest.mark.long
def test_what_was_there_before_is_placed_by_what_comes(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _city(5, 200, tmp_path / "city")
    both = _halves(folder)
    at_once = _written(both)
    monkeypatch.setattr(many, "beside", lambda ledger: None)
    assert at_once == _written(both)


@pytest.mark.long
def test_statements_for_many_rows_do_what_those_for_few_do(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above places.MANY rows the triggers plan what follows anew: here, above none."""
    from bihuan.access import ground, places

    folder = _city(5, 150, tmp_path / "city")
    both = _halves(folder)
    few = _written(both)
    with monkeypatch.context() as patch:
        patch.setattr(places, "MANY", 0)
        ground.lay()
        try:
            assert few == _written(both)
        finally:
            patch.undo()
            ground.lay()


@pytest.mark.long
def test_a_desk_writes_many_rows_as_the_owner_does(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the function of the database, in the scope of whoever sees everything; into ledgers that are half full."""
    from django.conf import settings

    from bihuan.access import ground, scope

    both = _halves(_city(5, 150, tmp_path / "city"))
    by_owner = _written(both)
    _emptied()
    opened = ground.open_desk(empty, county.SECRET)
    connect_to(opened["DATABASE_URL"])
    monkeypatch.setattr(settings, "BIHUAN_SCOPE_KEY", opened["BIHUAN_SCOPE_KEY"])
    try:
        for folder in both:
            with scope.held(scope.Scope("user", account=1, whole=True)):
                imports.import_folder(actions.SYSTEM, folder)
    finally:
        monkeypatch.undo()
        connect_to(empty)
    assert by_owner == _places()


def test_no_code_of_a_desks_own_runs_as_the_owner(empty: str) -> None:
    """What a desk calls incoming is read by the owner's function: only where reading it runs nothing."""
    desk = county.Desk(county.desk_url(empty))
    columns = ", ".join(
        f"NULL::{tables.sql_type(c)} AS {tables.quoted(c.name)}" for c in tables.ledgers()["areas"].all_columns
    )
    rows = f"SELECT {columns}, 0 AS from_source, 1::bigint AS from_line, 1::bigint AS from_batch"
    steal = "CREATE FUNCTION pg_temp.steal() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'"
    ways = (
        f"CREATE TEMP VIEW incoming AS {rows} WHERE pg_temp.steal() = 1",
        f"CREATE TEMP TABLE incoming AS {rows}; ALTER TABLE incoming ADD CHECK (pg_temp.steal() = 1)",
        f"CREATE TEMP TABLE incoming AS {rows}; CREATE INDEX ON incoming ((pg_temp.steal() + from_source))",
        f"CREATE DOMAIN pg_temp.odd AS int CHECK (pg_temp.steal() = 1); CREATE TEMP TABLE incoming AS {rows}; "
        "ALTER TABLE incoming ALTER from_source TYPE pg_temp.odd",
        "SELECT 1",
    )
    try:
        for way in ways:
            with desk.scope(county.EAST), pytest.raises(Exception, match="plain temporary table"):
                desk.con.execute(f"{steal}; {way}")
                desk.con.execute("SELECT bihuan_take_areas(1)")
    finally:
        desk.con.close()


def test_an_earlier_moment_is_the_systems_to_write(empty: str) -> None:
    """And by a plain table too; nobody writes it in his own name."""
    desk = county.Desk(county.desk_url(empty))
    columns = ", ".join(f'"{name}" {kind}' for name, kind in bulk.MOMENT.items())
    take, rows = "SELECT bihuan_take_then(1)", f"CREATE TEMP TABLE incoming ({columns})"
    try:
        for whose, way, said in (
            (county.EAST, rows, "the system's to write"),
            (scope.Scope("user", account=1, whole=True), rows, "the system's to write"),
            (scope.SYSTEM, f"{rows}; ALTER TABLE incoming ADD CHECK (true)", "plain temporary table"),
        ):
            with desk.scope(whose), pytest.raises(Exception, match=said):
                desk.con.execute(way)
                desk.con.execute(take)
        with desk.scope(county.EAST), pytest.raises(Exception, match="the system's to tell"):
            desk.con.execute("SELECT bihuan_then_told()")
        with desk.scope(scope.SYSTEM):
            desk.con.execute(rows)
            assert desk.con.execute(take).fetchone() == (0,)
            desk.con.execute("SELECT bihuan_then_told()")
    finally:
        desk.con.close()


def test_whoever_is_named_is_written_first() -> None:
    every = list(tables.ledgers().values())
    names = [ledger.name for ledger in bulk.order(every)]
    assert sorted(names) == sorted(ledger.name for ledger in every)
    for first, then in (
        ("units", "posts"),
        ("people", "measures"),
        ("arrivals", "measures"),
        ("cases", "contacts"),
        ("contacts", "measures"),
        ("measures", "samples"),
        ("duties", "officers"),
        ("officers", "absences"),
        ("lots", "samples"),
    ):
        assert names.index(first) < names.index(then), (first, then)


def test_only_the_owner_is_believed(empty: str) -> None:
    """A desk that says that its rows come with their places has them placed all the same."""
    _emptied()
    county.write()
    desk = county.Desk(county.desk_url(empty))
    try:
        with desk.scope(county.EAST):
            desk.con.execute("SELECT set_config('bihuan.bulk', 'on', true)")
            desk.con.execute(
                "INSERT INTO ledger_people (person, name, area, in_place) VALUES ('新人', '新人', '610723001001', '99')"
            )
            found = desk.con.execute("SELECT in_place FROM ledger_people WHERE person = '新人'").fetchone()
            assert found == ("610723001001",)
        with desk.scope(county.EAST), pytest.raises(Exception, match="row-level security"):
            desk.con.execute(
                "INSERT INTO ledger_people (person, area, in_place) SELECT '新人', '610723002001', '610723001001' "
                "FROM (SELECT set_config('bihuan.bulk', 'on', true), set_config('bihuan.scope', '', true)) x"
            )
        with desk.con.transaction(force_rollback=True):
            desk.con.execute("SELECT set_config('bihuan.bulk', 'on', true)")
            with pytest.raises(Exception, match="row-level security"):
                desk.con.execute("INSERT INTO ledger_people (person, area) VALUES ('新人', '610723001001')")
    finally:
        desk.con.close()
