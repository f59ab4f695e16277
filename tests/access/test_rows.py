"""Row-level security: who sees which rows, asked in raw SQL as the desk's own role."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bihuan.access.scope import DOOR, HERALD, SYSTEM, Scope
from tests.access import county
from tests.access.county import ALL, CLINIC, COUNTY, EAST, HOTEL, NORTH, TOWN, Desk
from tests.own_postgres import connect_to, own_database

REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def owner() -> Iterator[str]:
    """The owner's address of a database that holds the county."""
    with own_database() as url:
        county.write()
        yield url


@pytest.fixture(scope="module")
def desk(owner: str) -> Iterator[Desk]:
    desk = Desk(county.desk_url(owner))
    yield desk
    desk.con.close()


@pytest.fixture
def rows(owner: str) -> Iterator[psycopg.Connection]:
    """The owner's own connection; rolled back."""
    with psycopg.connect(owner) as con:
        yield con
        con.rollback()


SEEN = {
    # ledger, column: county, town, east village, north village, hotel, clinic
    ("areas", "name"): ("洋县 洋州镇 东村 西村 华阳镇 北村",) * 6,
    ("orders", '"order"'): ("R1",) * 6,
    ("officers", "officer"): ("O1 O2",) * 6,
    ("posts", "post"): ("P1 P2",) * 6,
    ("units", "unit"): ("HOTEL CLINIC LAB SHOP", "CLINIC LAB SHOP", "CLINIC", "HOTEL", "HOTEL", "CLINIC"),
    ("duties", "duty"): ("D1 D2", "D1", "D1", "D2", "", ""),
    ("absences", "absence"): ("B1 B2", "B1", "B1", "B2", "", ""),
    ("shifts", "shift"): ("S1 S2", "S1", "S1", "S2", "S2", ""),
    ("people", "person"): ("张三 李四 王二 外人", "张三 李四", "张三", "李四 王二", "李四 王二", "李四 王二"),
    ("arrivals", "arrival"): ("A1 A2 A4", "A1 A2", "A1", "A2", "", ""),
    ("sightings", "sighting"): ("G1 G2", "G1 G2", "G1", "G2", "", ""),
    ("verifications", "verification"): ("V1 V2 V4", "V1 V2", "V1", "V2", "", ""),
    ("measures", "measure"): ("M1 M2", "M1 M2", "M1", "M2", "M2", "M2"),
    ("monitoring", "row"): ("T1 T2", "T1 T2", "T1", "T2", "T2", "T2"),
    ("samples", "sample"): ("X1 X2 X3", "X1 X2", "X1", "X2 X3", "X2 X3", "X2 X3"),
    ("clinic_visits", "visit"): ("C1 C2", "C1 C2", "C1 C2", "C1 C2", "", "C1 C2"),
    ("transfers", "transfer"): ("H1", "H1", "H1", "H1", "H1", "H1"),
    ("staff", "row"): ("F1", "", "", "F1", "F1", ""),
    ("inspections", "inspection"): ("I1", "I1", "", "", "", ""),
    ("findings", "finding"): ("N1", "N1", "", "", "", ""),
    ("cases", '"case"'): ("K1", "", "", "K1", "", ""),
    ("contacts", "contact"): ("L1", "L1", "L1", "L1", "", ""),
}
SCOPES = (COUNTY, TOWN, EAST, NORTH, HOTEL, CLINIC)


@pytest.mark.parametrize(("ledger", "column"), SEEN, ids=[name for name, _ in SEEN])
def test_who_sees_which_rows(desk: Desk, ledger: str, column: str) -> None:
    for scope, wanted in zip(SCOPES, SEEN[ledger, column], strict=True):
        assert desk.sees(scope, f"ledger_{ledger}", column) == set(wanted.split()), (ledger, scope)
    whole = desk.sees(ALL, f"ledger_{ledger}", column)
    assert whole == desk.sees(SYSTEM, f"ledger_{ledger}", column)
    assert len(whole) == len(county.LEDGERS[ledger].splitlines()) - 1


def test_a_row_that_says_nothing_of_its_place_is_the_whole_countrys(desk: Desk) -> None:
    assert "T9" in desk.sees(ALL, "ledger_monitoring", "row")
    assert "T9" not in desk.sees(COUNTY, "ledger_monitoring", "row")


def test_holes_are_seen_where_they_lie_and_by_their_owner(desk: Desk) -> None:
    seen = {scope: desk.sees(scope, "live_hole", "hole") for scope in SCOPES}
    assert seen[COUNTY] == {"arrival.silent", "measure.gap", "site.failed", "venue.day"}
    assert seen[TOWN] == {"arrival.silent", "measure.gap", "venue.day"}  # 李四 is at home there
    assert seen[EAST] == {"arrival.silent"}
    assert seen[NORTH] == seen[HOTEL] == {"measure.gap", "site.failed"}
    assert seen[CLINIC] == set()
    assert desk.sees(Scope("user", 9, area="610723001001", officer="O1"), "live_hole", "hole") == {
        "arrival.silent",
        "venue.day",
    }
    for scope in SCOPES:
        assert len(desk.sees(scope, "live_span", "of_id")) == len(seen[scope]), scope


def test_without_a_scope_nothing_is_seen(desk: Desk, owner: str) -> None:
    """No table but those that tell nothing of anybody."""
    from bihuan.access import rules

    with psycopg.connect(owner) as con:
        tables = [r[0] for r in con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    for table in tables:
        try:
            number = desk.con.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        except REFUSED:
            assert table not in rules.TABLES
            continue
        if table not in ("live_clock", "django_content_type"):
            assert number == (0,), table
    for scope in (DOOR, HERALD):
        with desk.scope(scope):
            assert not desk.keys("ledger_people", "person") and not desk.keys("live_hole", "hole")


def test_a_scope_cannot_be_forged(desk: Desk) -> None:
    import time

    def people() -> int:
        return len(desk.keys("ledger_people", "person"))

    with desk.scope(EAST):
        assert people() == 1
        said = desk.con.execute("SELECT current_setting('bihuan.scope')").fetchone()
        assert said is not None
        for forged in (
            said[0].replace("610723001001", "610723"),
            "0" * 64 + '{"k":"user","w":true,"x":9e9,"c":0}',
            '{"k":"system"}',
            said[0][:-1],
            "x",
        ):
            desk.con.execute("SELECT set_config('bihuan.scope', %s, true)", [forged])
            assert people() == 0, forged
    with desk.scope(ALL, until=time.time() - 1):
        assert people() == 0
    with desk.scope(ALL, backend=1):
        assert people() == 0
    with pytest.raises(REFUSED):
        desk.con.execute("SELECT * FROM access_seal")


def test_the_transaction_ends_and_so_does_the_scope(desk: Desk) -> None:
    with desk.scope(ALL):
        assert len(desk.keys("ledger_people", "person")) == 4
    assert not desk.keys("ledger_people", "person")


def test_counts_and_joins_and_search_obey(desk: Desk) -> None:
    with desk.scope(EAST):
        one = "SELECT count(*) FROM ledger_people"
        assert desk.con.execute(one).fetchone() == (1,)
        assert desk.con.execute("SELECT count(*) FROM ledger_people WHERE name LIKE '%'").fetchone() == (1,)
        joined = "SELECT count(*) FROM ledger_samples s JOIN ledger_people p USING (person)"
        assert desk.con.execute(joined).fetchone() == (1,)
        with desk.con.cursor() as cursor, cursor.copy("COPY (SELECT person FROM ledger_people) TO STDOUT") as copy:
            assert list(copy.rows()) == [("张三",)]
        with pytest.raises(psycopg.Error):  # a whole table is not copied past the policies
            desk.con.execute("COPY ledger_people FROM '/etc/passwd'")


def test_the_role_owns_nothing_and_passes_nothing_by(desk: Desk, owner: str) -> None:
    with psycopg.connect(owner) as con:
        name = desk.con.info.user
        row = con.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = %s",
            [name],
        ).fetchone()
        assert row == (False,) * 5
        owned = "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = %s)"
        assert con.execute(owned, [name]).fetchone() == (0,)
        unsafe = (
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') "
            "AND NOT relrowsecurity AND has_table_privilege(%s, oid, 'SELECT, INSERT, UPDATE, DELETE')"
        )
        assert con.execute(unsafe, [name]).fetchall() == []
    for ddl in (
        "CREATE TABLE mine (a int)",
        "ALTER TABLE ledger_people DISABLE ROW LEVEL SECURITY",
        "DROP POLICY bihuan_select ON ledger_people",
        "SET ROLE bihuan",
        "CREATE OR REPLACE FUNCTION bihuan_whole() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "TRUNCATE ledger_people",
    ):
        with pytest.raises(REFUSED), desk.con.transaction():
            desk.con.execute(ddl)


def test_every_table_is_named_by_a_rule(owner: str) -> None:
    """A new table is closed to the desk until somebody says who sees it: in rules.TABLES, or rules.HIDDEN."""
    from bihuan.access import rules

    with psycopg.connect(owner) as con:
        tables = {r[0] for r in con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    known = {*rules.TABLES, *rules.HIDDEN}
    unnamed = {t for t in tables if not t.startswith(("ledger_", "procrastinate_")) and t not in known}
    assert not unnamed


# ── writing ──────────────────────────────────────────────────────────────────

SAVE = "INSERT INTO ledger_monitoring (row, person, at) VALUES (%s, %s, '2022-01-05 08:00')"


def test_rows_are_added_within_the_scope_alone(desk: Desk) -> None:
    with desk.scope(EAST):
        desk.con.execute(SAVE, ["T10", "张三"])
        assert "T10" in desk.keys("ledger_monitoring", "row")
    with desk.scope(EAST), pytest.raises(REFUSED), desk.con.transaction():
        desk.con.execute(SAVE, ["T10", "李四"])
    with desk.scope(HOTEL):
        desk.con.execute(SAVE, ["T10", "李四"])
        with pytest.raises(REFUSED), desk.con.transaction():
            desk.con.execute(SAVE, ["T11", "张三"])


def test_a_row_of_a_stranger_is_the_writers(desk: Desk) -> None:
    with desk.scope(EAST):
        desk.con.execute(SAVE, ["T10", "谁也不认识"])
        assert "T10" in desk.keys("ledger_monitoring", "row")


def test_somebody_elses_row_is_not_written_over(desk: Desk) -> None:
    with desk.scope(EAST), pytest.raises(REFUSED), desk.con.transaction():
        desk.con.execute(SAVE, ["T2", "张三"])  # the key of 李四's row
    add = "INSERT INTO ledger_people (person, name, area) VALUES ('王二', '王二', '610723001001')"
    with desk.scope(EAST), pytest.raises(REFUSED), desk.con.transaction():
        desk.con.execute(add)
    with desk.scope(COUNTY):
        desk.con.execute(add)


def test_rows_are_never_changed_or_taken_away(desk: Desk) -> None:
    with desk.scope(ALL):
        for sql in (
            "UPDATE ledger_people SET area = '610723'",
            "UPDATE ledger_people SET in_place = '610723'",
            "DELETE FROM ledger_people",
            "UPDATE live_hole SET state = 'closed'",
            "DELETE FROM live_hole",
            "INSERT INTO live_hole (hole, subject, item, state) VALUES ('x', 'y', '', 'closed')",
            "DELETE FROM live_batch",
        ):
            with pytest.raises(REFUSED), desk.con.transaction():
                desk.con.execute(sql)
        assert desk.con.execute("UPDATE ledger_people SET latest = false").rowcount == 0


# ── rows move ────────────────────────────────────────────────────────────────


def test_who_moves_takes_the_rows_about_him_along(desk: Desk, rows: psycopg.Connection) -> None:
    """By the owner, as an import or the worker does; what the desk then sees, through a policy by hand."""
    rows.execute("UPDATE ledger_people SET latest = false WHERE person = '张三'")
    rows.execute("INSERT INTO ledger_people (person, name, area) VALUES ('张三', '张三', '610723002001')")

    def where(table: str, key: str) -> tuple[str, str]:
        found = rows.execute(f"SELECT in_place, in_home FROM ledger_{table} WHERE {key}").fetchone()
        assert found is not None
        return found  # type: ignore[return-value]

    assert where("monitoring", "row = 'T1'") == (None, "610723002001")
    assert where("arrivals", "arrival = 'A1'") == ("610723001001", "610723002001")
    assert where("verifications", "verification = 'V1'") == ("610723001001", "610723002001")
    assert where("contacts", "contact = 'L1'")[1] == "610723002001"
    assert rows.execute("SELECT in_home FROM live_hole WHERE hole = 'arrival.silent'").fetchone() == ("610723002001",)
    assert rows.execute(
        "SELECT s.in_home FROM live_span s JOIN live_hole h ON h.id = s.of_id WHERE hole = 'arrival.silent'"
    ).fetchone() == ("610723002001",)


def test_a_unit_that_moves_takes_its_rows_along(rows: psycopg.Connection) -> None:
    rows.execute("UPDATE ledger_units SET latest = false WHERE unit = 'CLINIC'")
    rows.execute("INSERT INTO ledger_units (unit, name, kind, area) VALUES ('CLINIC', 'x', '诊所', '610723002')")
    assert rows.execute("SELECT DISTINCT in_place FROM ledger_clinic_visits").fetchall() == [("610723002",)]


def test_an_older_version_that_comes_later_moves_nothing(rows: psycopg.Connection) -> None:
    """An import brings a version that is not the last: it is written as the last, and then settled."""
    add = "INSERT INTO ledger_people (person, name, area, recorded_at) VALUES ('张三', '张三', '610723002001', '2020-01-01') RETURNING id"
    (id_,) = rows.execute(add).fetchone()  # type: ignore[misc]
    rows.execute("UPDATE ledger_people SET latest = false WHERE id = %s", [id_])
    assert rows.execute("SELECT in_home FROM ledger_monitoring WHERE row = 'T1'").fetchone() == ("610723001001",)


def test_a_stranger_who_is_put_on_the_roll_is_at_home_then(rows: psycopg.Connection) -> None:
    rows.execute("INSERT INTO ledger_people (person, name, area) VALUES ('生人', '生人', '610723001002')")
    assert rows.execute("SELECT in_home FROM ledger_monitoring WHERE row = 'T9'").fetchone() == ("610723001002",)


def test_rows_from_before_the_rules_are_placed_when_they_are_laid(owner: str, rows: psycopg.Connection) -> None:
    from django.db import connection

    from bihuan.access import ground
    from bihuan.domains import catalogue

    tables = [f"ledger_{g.name}" for g in catalogue.ledgers()] + ["live_hole", "live_span"]
    ask = " UNION ALL ".join(f"SELECT '{t}', id, in_place, in_home, in_also FROM {t}" for t in tables)
    before = set(map(str, rows.execute(ask).fetchall()))
    rows.rollback()
    connect_to(owner)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"ALTER TABLE {table} DROP COLUMN in_place CASCADE, DROP COLUMN in_home CASCADE, DROP COLUMN in_also CASCADE"
            )
        cursor.execute("DELETE FROM access_laid")
    ground.lay()
    assert set(map(str, rows.execute(ask).fetchall())) == before


# ── the tests themselves ─────────────────────────────────────────────────────


@pytest.mark.parametrize("ledger", ["people", "monitoring", "samples"])
def test_these_tests_fail_where_the_policy_is_taken_away(desk: Desk, owner: str, ledger: str) -> None:
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute(f"ALTER TABLE ledger_{ledger} DISABLE ROW LEVEL SECURITY")
        try:
            with pytest.raises(AssertionError):
                test_who_sees_which_rows(desk, ledger, dict(SEEN.keys())[ledger])
        finally:
            con.execute(f"ALTER TABLE ledger_{ledger} ENABLE ROW LEVEL SECURITY")
