"""What somebody does who can slip SQL of his own into a request: as the desk's role, in the scope of his account."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bihuan.access.scope import DOOR, Scope
from bihuan.live import tables
from tests.access import county
from tests.access.county import ALL, COUNTY, EAST, HOTEL, NORTH, Desk
from tests.own_postgres import own_database

REFUSED = psycopg.errors.InsufficientPrivilege
FORGET = "set_config('bihuan.scope', '', true)"


@pytest.fixture(scope="module")
def owner() -> Iterator[str]:
    with own_database() as url:
        county.write()
        with psycopg.connect(url, autocommit=True) as con:
            for name, role, area in (("chief", "管理员", "610723001"), ("east", "干部", "610723001001")):
                con.execute(
                    'INSERT INTO access_account (username, password, name, role, "group", whole, area, unit, officer, '
                    "by_duty, made_by, new_password) VALUES (%s, '', '', %s, '', false, %s, '', '', false, '', false)",
                    [name, role, area],
                )
        yield url


@pytest.fixture(scope="module")
def desk(owner: str) -> Iterator[Desk]:
    desk = Desk(county.desk_url(owner))
    yield desk
    desk.con.close()


def of(owner: str, username: str, **more: object) -> Scope:
    with psycopg.connect(owner) as con:
        row = con.execute("SELECT id, area FROM access_account WHERE username = %s", [username]).fetchone()
    assert row is not None
    return Scope("user", row[0], area=row[1], **more)  # type: ignore[arg-type]


def refused(desk: Desk, sql: str, values: object = ()) -> bool:
    try:
        with desk.con.transaction():
            done = desk.con.execute(sql, values)  # type: ignore[arg-type]
    except REFUSED:
        return True
    return done.rowcount == 0


def test_a_scope_that_is_forgotten_in_mid_statement_opens_nothing(desk: Desk, owner: str) -> None:
    """Triggers run after a row was computed, policies are worked out once: what stood between them must not matter."""
    first = "SELECT 'T30', '张三', '2022-01-05'::timestamp UNION ALL "
    over = "INSERT INTO ledger_monitoring (row, person, at) "
    over += f"{first} SELECT 'T2', '张三' || {FORGET}, '2022-01-05'::timestamp"  # 李四's key
    with desk.scope(EAST), pytest.raises(REFUSED), desk.con.transaction():
        desk.con.execute(over)
    placed = "INSERT INTO ledger_monitoring (row, person, at, in_place) "
    placed += "SELECT 'T30', '张三', '2022-01-05'::timestamp, '610723001001' UNION ALL "
    placed += f"SELECT 'T31', '外人' || {FORGET}, '2022-01-05'::timestamp, '610723001001'"
    with desk.scope(EAST), pytest.raises(REFUSED), desk.con.transaction():
        desk.con.execute("SELECT set_config('bihuan.bulk', 'on', true)")
        desk.con.execute(placed)
    chief = of(owner, "chief", manages=True)
    with desk.scope(chief):
        assert refused(desk, f"UPDATE access_account SET name = name || {FORGET}, area = '61' WHERE username = 'chief'")
        assert refused(desk, f"UPDATE access_account SET name = name || {FORGET}, area = '61'")


def test_a_table_of_ones_own_stands_before_none_of_the_desks(desk: Desk) -> None:
    with desk.scope(EAST):
        desk.con.execute("CREATE TEMP TABLE ledger_people (person text); CREATE TEMP TABLE access_account (id int)")
        assert desk.keys("ledger_people", "person") == {"张三"}
        desk.con.execute("SET LOCAL search_path = pg_temp, public")
        desk.con.execute("CREATE TEMP TABLE ledger_monitoring AS SELECT 1 AS x")
        over = "INSERT INTO public.ledger_monitoring (row, person, at) VALUES ('T2', '张三', '2022-01-05')"
        assert refused(desk, over)


def test_nobody_raises_himself(desk: Desk, owner: str) -> None:
    chief, east = of(owner, "chief", manages=True), of(owner, "east")
    for scope in (chief, east):
        with desk.scope(scope):
            for change in (
                "whole = true, area = ''",
                "area = '610723'",
                "area = '610723001001'",
                "officer = 'O2'",
                "role = '管理员', username = 'x'",
                "until = '2099-01-01'",
            ):
                own = f"UPDATE access_account SET {change} WHERE id = {scope.account} "
                if (scope is chief and change.startswith("until")) or change == f"area = '{scope.area}'":
                    continue
                assert refused(desk, own), (scope, change)
    with desk.scope(chief):  # nor somebody of his area, above or beside himself
        for change in ("whole = true, area = ''", "area = '610723'", "area = '610723002'", "officer = 'O2'"):
            assert refused(desk, f"UPDATE access_account SET {change} WHERE username = 'east'"), change
        assert not refused(desk, "UPDATE access_account SET officer = 'O1' WHERE username = 'east'")
    add = (
        'INSERT INTO access_account (username, password, name, role, "group", whole, area, unit, officer, by_duty, '
        "made_by, new_password) VALUES ('n', '', '', '干部', '', false, '610723001001', '', %s, false, '', false)"
    )
    with desk.scope(chief):
        assert refused(desk, add, ["O2"])  # of the north village
        assert not refused(desk, add, ["O1"])


def test_an_end_is_not_put_off_by_who_ends(desk: Desk, owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute("UPDATE access_account SET until = '2098-01-01' WHERE username = 'chief'")
    chief = of(owner, "chief", manages=True)
    with desk.scope(chief):
        for until in ("'2099-01-01'", "NULL"):
            assert refused(desk, f"UPDATE access_account SET until = {until} WHERE id = {chief.account}")
        assert not refused(desk, f"UPDATE access_account SET until = '2097-01-01' WHERE id = {chief.account}")


ADD_CHANNEL = "INSERT INTO pressure_channel (officer, address, quiet_from, quiet_to, at, by) VALUES (%s, %s, 22, 7, '2022-01-06', '')"


def test_gateways_are_set_by_who_manages_accounts_and_read_by_nobody_else(desk: Desk, owner: str) -> None:
    east, chief = of(owner, "east", officer="O1"), of(owner, "chief", manages=True)
    with desk.scope(east):
        for kind in ("jsons", "forms", "JSONS", "Forms"):
            assert refused(desk, ADD_CHANNEL, ["O1", f"{kind}://10.0.0.1/x"]), kind
        assert refused(desk, ADD_CHANNEL, ["O2", "wecombot://key"])
        assert not refused(desk, ADD_CHANNEL, ["O1", "wecombot://key"])
        assert refused(desk, "UPDATE pressure_channel SET address = 'jsons://10.0.0.1/'")
        assert refused(desk, "UPDATE pressure_channel SET officer = 'O2'")
    with desk.scope(chief):
        assert refused(desk, ADD_CHANNEL, ["O2", "jsons://sms.example/"])  # who answers for somewhere else
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute(ADD_CHANNEL, ["O1", "jsons://sms.example/?token=secret"])
        con.execute(ADD_CHANNEL, ["O2", "jsons://sms.example/?token=secret"])
    try:
        with desk.scope(east):  # his own quiet hours, the gateway as it was set
            assert not refused(desk, "UPDATE pressure_channel SET quiet_from = 23")
        assert desk.sees(east, "pressure_channel", "officer") == {"O1"}
        assert desk.sees(chief, "pressure_channel", "officer") == {"O1"}
        assert desk.sees(EAST, "pressure_channel", "officer") == set()
    finally:
        with psycopg.connect(owner, autocommit=True) as con:
            con.execute("TRUNCATE pressure_channel")


def test_nobody_delegates_for_an_officer_of_elsewhere(desk: Desk, owner: str) -> None:
    add = (
        "INSERT INTO pressure_delegation (officer, delegate, since, until, reason, at, by, ended) "
        "VALUES (%s, %s, '2022-01-01', '2022-02-01', '', '2022-01-01', '', false)"
    )
    east, chief = of(owner, "east", officer="O1"), of(owner, "chief", manages=True)
    for scope in (east, chief):
        with desk.scope(scope):
            assert refused(desk, add, ["O2", "O1"])
            assert not refused(desk, add, ["O1", "O2"])
    with desk.scope(EAST):
        assert refused(desk, add, ["O1", "O2"])


def test_nothing_is_said_in_anothers_name_or_of_what_is_not_seen(desk: Desk, owner: str) -> None:
    east = of(owner, "east")
    say = "INSERT INTO desk_comment (hole, at, by, text) VALUES (%s, '2022-01-06', 'east', 'x')"
    with desk.scope(east):
        assert not refused(desk, say, ["arrival.silent/张三"])
        assert refused(desk, say, ["measure.gap/李四"])
        assert refused(desk, say, ["no.hole/x"])
        look = (
            'INSERT INTO access_look (at, by_account, username, name, role, person, "where", why, address) '
            "VALUES ('2022-01-06', %s, 'chief', '别人', '管理员', '张三', 'person', '', '')"
        )
        assert refused(desk, look, [east.account + 1])
        assert not refused(desk, look, [east.account])
        assert desk.con.execute("SELECT username, name, role FROM access_look").fetchall() == [("east", "", "干部")]
        event = (
            "INSERT INTO live_event (at, kind, said, by_account, in_place) VALUES ('2022-01-06', 'rows', '{}', %s, %s)"
        )
        assert refused(desk, event, [east.account + 1, "610723001001"])
        assert refused(desk, event, [east.account, "610723002001"])
        assert not refused(desk, event, [east.account, "610723001001"])
        batch = "INSERT INTO live_batch (at, kind, by, sources, counts, by_account) VALUES ('2022-01-06', 'save', 'x', '[]', '{}', 1000)"
        assert refused(desk, batch)
        assert refused(
            desk, "INSERT INTO desk_snapshot (at, imports, ready, seconds, fault) VALUES ('2022-01-05', 0, true, 0, '')"
        )


def test_functions_that_look_at_everything_tell_nobody_of_it(desk: Desk, owner: str) -> None:
    """Whatever the role may call that runs as the owner."""
    with desk.scope(EAST):
        assert refused(desk, "SELECT bihuan_stranger('外人')")
        for who in ("O1", "O2", "O404"):
            assert desk.con.execute("SELECT bihuan_on_duty(%s, '2022-01-05')", [who]).fetchone() == (False,)
        for call in ("bihuan_entrusted()", "bihuan_offices()", "bihuan_cared()", "bihuan_entrusted_rows('people')"):
            assert desk.con.execute(f"SELECT {call}").fetchone() == (None,)
        assert desk.con.execute("SELECT bihuan_reached_by(1, 'O2')").fetchone() in ((False,), (None,))
        assert desk.con.execute("SELECT bihuan_answers_within('O2'), bihuan_writer()").fetchone() == (False, EAST.area)
    with desk.scope(Scope("user", 3, area="610723001001", officer="O1")):
        assert desk.con.execute("SELECT bihuan_on_duty('O1', '2022-01-05')").fetchone() == (True,)
        assert desk.con.execute("SELECT bihuan_on_duty('O2', '2022-01-05')").fetchone() == (False,)
    with desk.scope(DOOR):
        assert desk.con.execute("SELECT bihuan_on_duty('O2', '2022-01-05')").fetchone() == (True,)
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute("UPDATE live_hole SET evidence = 'measures:M1,people:张三'")
        every = con.execute("SELECT count(*) FROM live_hole").fetchone()
    for scope, n in ((EAST, 1), (NORTH, 2), (COUNTY, every and every[0]), (DOOR, 0), (Scope("user", 9), 0)):
        with desk.scope(scope):
            found = desk.con.execute("SELECT cardinality(bihuan_resting('people:张三'))").fetchone()
            seen = desk.con.execute("SELECT count(*) FROM live_hole").fetchone()
            assert found == seen == (n,), scope
    named = {
        *("bihuan_scope", "bihuan_writer", "bihuan_cared", "bihuan_on_duty", "bihuan_offices", "bihuan_entrusted"),
        *("bihuan_entrusted_rows", "bihuan_answers_within", "bihuan_told_within", "bihuan_sent"),
        *("bihuan_reached_by", "bihuan_resting", "bihuan_take_then", "bihuan_then_told"),
        *(f"bihuan_take_{name}" for name in tables.ledgers()),
    }
    with psycopg.connect(owner) as con:
        found = con.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
            "AND prorettype <> 'trigger'::regtype AND has_function_privilege(%s, oid, 'EXECUTE')",
            [desk.con.info.user],
        ).fetchall()
    assert {name for (name,) in found} == named  # a further one is tried here first


def test_many_rows_are_written_where_they_may_be_seen_alone(desk: Desk) -> None:
    """By the function that an import on the desk calls; of nobody's it writes nothing."""
    ledger = tables.ledgers()["people"]
    columns = ", ".join(f"{tables.quoted(c.name)} {tables.sql_type(c)}" for c in ledger.all_columns)
    made = (
        f"CREATE TEMP TABLE incoming ({columns}, from_source int, from_line bigint, from_batch bigint) ON COMMIT DROP"
    )
    for scope, area, person, goes in (
        (EAST, "610723001001", "新人", True),
        (EAST, "610723002001", "新人", False),
        (EAST, "610723001001", "李四", False),  # whose row lies elsewhere
        (COUNTY, "610723002001", "新人", True),
        (DOOR, "610723001001", "新人", False),
        (Scope("user", 9), "610723001001", "新人", False),
    ):
        with desk.scope(scope):
            desk.con.execute(made)
            desk.con.execute(
                "INSERT INTO incoming (person, area, from_source, from_line) VALUES (%s, %s, 0, 2)", [person, area]
            )
            assert refused(desk, "SELECT bihuan_take_people(1)") is not goes, (scope, area, person)


def test_messages_are_read_by_whom_they_tell_alone(desk: Desk, owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as con:
        message = con.execute(
            "INSERT INTO pressure_message (recipient, at, channel, title, text, state, fault) "
            "VALUES ('O2', '2022-01-06', 'console', '2 个漏洞', '东村 … 北村 …', 'sent', '') RETURNING id"
        ).fetchone()
        con.execute(
            "INSERT INTO pressure_telling (message_id, of_id, opened_at, officer, recipient, why, attempt) "
            "SELECT %s, id, opened_at, 'O2', 'O2', 'escalated', 0 FROM live_hole "
            "WHERE hole IN ('arrival.silent', 'site.failed')",
            message,
        )
    for scope, tellings, texts in ((EAST, 1, 0), (NORTH, 1, 0), (HOTEL, 1, 0), (COUNTY, 2, 1), (ALL, 2, 1)):
        assert len(desk.sees(scope, "pressure_telling", "id")) == tellings, scope
        assert len(desk.sees(scope, "pressure_message", "id")) == texts, scope
        with desk.scope(scope):
            sent = desk.con.execute("SELECT channel, state FROM bihuan_sent(%s)", [list(message)]).fetchall()  # type: ignore[arg-type]
            assert sent == [("console", "sent")], scope
    clinic = county.CLINIC
    with desk.scope(clinic):
        assert desk.con.execute("SELECT * FROM bihuan_sent(%s)", [list(message)]).fetchall() == []  # type: ignore[arg-type]
    assert desk.sees(Scope("user", 9, area="610723001001", officer="O2"), "pressure_message", "recipient") == {"O2"}


def test_events_of_elsewhere_are_not_told(desk: Desk, owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute("DELETE FROM live_event")
        add = "INSERT INTO live_event (at, kind, said, by_account, in_place) VALUES ('2022-01-06', %s, %s, %s, %s)"
        for kind, said, place in (
            ("holes", '{"areas": ["610723"], "loops": ["arrival"]}', None),
            ("holes", '{"areas": ["610999"], "loops": ["case"]}', None),
            ("rows", '{"ledger": "monitoring"}', "610723001001"),
            ("rows", '{"ledger": "people"}', "610723"),
            ("rows", '{"ledger": "cases"}', "610999"),
            ("rows", '{"ledger": "orders"}', None),
            ("clock", "{}", None),
        ):
            con.execute(add, [kind, said, 1000, place])
    told = "coalesce(said->>'ledger', said->'areas'->>0, kind)"
    assert desk.sees(EAST, "live_event", told) == {"610723", "monitoring", "people", "orders", "clock"}
    assert desk.sees(NORTH, "live_event", told) == {"610723", "people", "orders", "clock"}
    assert desk.sees(HOTEL, "live_event", told) == {"610723", "people", "orders", "clock"}
    assert len(desk.sees(ALL, "live_event", "id")) == 7


def test_evidence_lies_where_its_hole_does(desk: Desk, owner: str) -> None:
    add = (
        "INSERT INTO pressure_attachment (of_id, at, by, name, kind, size, digest, content, note) "
        "SELECT id, '2022-01-06', 'x', hole, 'image/png', 1, hole, 'x', '' FROM live_hole"
    )
    with psycopg.connect(owner, autocommit=True) as con:
        con.execute(add)
    try:
        for scope in (EAST, NORTH, HOTEL, COUNTY, ALL):
            holes = desk.sees(scope, "live_hole", "hole")
            assert desk.sees(scope, "pressure_attachment", "name") == holes, scope
        (gap,) = psycopg.connect(owner).execute("SELECT id FROM live_hole WHERE hole = 'measure.gap'").fetchone()  # type: ignore[misc]
        one = add.replace("SELECT id", f"SELECT {gap}").replace("hole, 'x', ''", "'more', 'x', ''") + " LIMIT 1"
        with desk.scope(EAST):
            assert refused(desk, one)
            assert refused(desk, f"DELETE FROM pressure_attachment WHERE of_id = {gap}")
            assert refused(desk, f"UPDATE pressure_attachment SET note = 'y' WHERE of_id = {gap}")
            hand = "INSERT INTO pressure_reassignment (of_id, at, by, officer, reason) VALUES (%s, '2022-01-06', 'x', 'O1', 'x')"
            assert refused(desk, hand, [gap])  # nobody hands himself a hole that he does not see
        with desk.scope(NORTH):
            assert not refused(desk, one)
    finally:
        with psycopg.connect(owner, autocommit=True) as con:
            con.execute("TRUNCATE pressure_attachment")
