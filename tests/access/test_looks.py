"""Who looked at whom, and numbers that are masked until a purpose is stated."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.test import Client

from bihuan.access import purposes, scope
from bihuan.desk import tokens
from tests.access.conftest import NOW, shown, signed_in
from tests.access.county import DOCUMENT, PHONE

SEALED = "/of/person/"


@pytest.fixture
def fresh(rows: psycopg.Connection) -> Iterator[psycopg.Connection]:
    rows.execute("DELETE FROM access_look")
    yield rows
    rows.execute("DELETE FROM access_look")


def page() -> str:
    return SEALED + tokens.seal("person", DOCUMENT)


def told(con: psycopg.Connection) -> list[tuple[str, str, str, str]]:
    asked = 'SELECT username, person, "where", why FROM access_look ORDER BY id'
    return con.execute(asked).fetchall()  # type: ignore[return-value]


def state(client: Client, purpose: str = "上门联系", words: str = "") -> object:
    return client.post(page() + "/numbers", {"purpose": purpose, "words": words})


def test_every_view_of_a_person_is_recorded(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    shown(east, page())
    shown(east, "/ledgers/people/row/" + tokens.seal("people", DOCUMENT))
    shown(east, "/ledgers/people/row/" + tokens.seal("people", DOCUMENT) + "/edit")
    shown(east, "/holes/" + tokens.seal("hole", "arrival.silent/张三/"))
    shown(east, "/ledgers/people/file.csv")
    shown(east, "/holes/file.csv")
    shown(east, "/ledgers/people/")  # a list of masked names is no view of one person
    assert told(fresh) == [
        ("east", DOCUMENT, "person", ""),
        ("east", DOCUMENT, "row", ""),
        ("east", DOCUMENT, "form", ""),
        ("east", "张三", "hole", ""),
        *[("east", person, "file", "") for person in sorted(["张三", DOCUMENT])],
        ("east", "张三", "file", ""),
    ]
    said = fresh.execute("SELECT DISTINCT role, at::date, address, in_home FROM access_look WHERE person = '张三'")
    assert said.fetchall() == [("干部", NOW.date(), "127.0.0.1", "610723001001")]


def test_a_page_that_refreshes_itself_is_one_look(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    for _ in range(3):
        shown(east, page())
    assert len(told(fresh)) == 1
    fresh.execute("UPDATE live_clock SET ahead = ahead + 3600")
    try:
        time.sleep(1.1)  # what a process believes of the clock
        shown(east, page())
        assert len(told(fresh)) == 2
    finally:
        fresh.execute("UPDATE live_clock SET ahead = ahead - 3600")
        time.sleep(1.1)


def test_numbers_are_masked_until_a_purpose_is_stated(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    paths = (page(), "/ledgers/people/row/" + tokens.seal("people", DOCUMENT))
    for path in paths:
        assert DOCUMENT not in shown(east, path) and PHONE not in shown(east, path)
    assert state(east, words="核对住址").headers["Location"] == page()
    for path in paths:
        assert DOCUMENT in shown(east, path) and PHONE in shown(east, path)
    assert "用途：上门联系：核对住址" in shown(east, page())
    other = signed_in("east")  # another session of the same account
    assert DOCUMENT not in shown(other, page())
    assert ("east", DOCUMENT, "numbers", "上门联系：核对住址") in told(fresh)
    assert ("east", DOCUMENT, "person", "上门联系：核对住址") in told(fresh)
    east.post(page() + "/numbers", {"mask": "1"})
    assert DOCUMENT not in shown(east, page())


def test_a_purpose_is_for_one_person(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    east.post(SEALED + tokens.seal("person", "张三") + "/numbers", {"purpose": "数据核对"})
    assert DOCUMENT not in shown(east, page())


def test_a_purpose_ends_after_half_an_hour(fresh: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    east = signed_in("east")
    state(east)
    later = time.time() + purposes.LASTS_S + 1
    monkeypatch.setattr(purposes.time, "time", lambda: later)
    assert purposes.opened(type("R", (), {"session": east.session})()) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(("purpose", "words"), [("", ""), ("看看", ""), ("其他", ""), ("其他", "好奇")])
def test_what_is_no_purpose_shows_nothing(fresh: psycopg.Connection, purpose: str, words: str) -> None:
    east = signed_in("east")
    state(east, purpose, words)
    assert DOCUMENT not in shown(east, page())
    assert not [look for look in told(fresh) if look[2] == "numbers"]


def test_nobody_states_a_purpose_for_somebody_elsewhere(fresh: psycopg.Connection) -> None:
    answer = signed_in("east").post(SEALED + tokens.seal("person", "外人") + "/numbers", {"purpose": "数据核对"})
    assert answer.status_code == 404 and told(fresh) == []


def test_looks_are_shown_to_the_area_and_to_oneself(fresh: psycopg.Connection) -> None:
    county, hotel = signed_in("county"), signed_in("hotel")
    shown(county, page())
    shown(hotel, SEALED + tokens.seal("person", "王二"))
    shown(county, SEALED + tokens.seal("person", "王二"))
    seen = {name: shown(signed_in(name), "/account/looks") for name in ("all", "county", "east", "hotel")}
    rows = {name: text.count("<tr data-row") for name, text in seen.items()}
    assert rows == {"all": 3, "county": 3, "east": 1, "hotel": 1}  # hotel: its own alone
    assert "<tr data-row" not in shown(signed_in("east"), "/account/looks", mine="1")
    assert DOCUMENT not in "".join(seen.values())
    token = tokens.seal("person", "王二")
    assert shown(county, "/account/looks", person=token).count("<tr data-row") == 2


def test_looks_are_only_ever_added(fresh: psycopg.Connection) -> None:
    from django.db import DatabaseError, connection, transaction

    shown(signed_in("county"), page())
    with scope.held(scope.SYSTEM), connection.cursor() as cursor:
        for sql in ("DELETE FROM access_look", "UPDATE access_look SET why = 'x'", "TRUNCATE access_look"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(sql)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):  # the owner neither changes one
        fresh.execute("UPDATE access_look SET why = 'x'")
    add = 'INSERT INTO access_look (at, by_account, username, name, role, person, "where", why, address) VALUES '
    add += "('2022-01-01', 1, 'someone else', '', '干部', '张三', 'person', '', '')"
    with scope.held(scope.Scope("user", 99, area="610723")), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(add)  # in nobody else's name


def whole_file(client: Client, path: str, **form: str) -> tuple[int, str]:
    answer = client.post(path, {"ending": "csv", "purpose": "上门联系", "words": "", **form})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    return answer.status_code, body.decode()


def test_a_file_of_whole_numbers_wants_a_purpose_and_is_recorded(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    path = "/ledgers/people/whole"
    assert path in shown(east, "/ledgers/people/")
    assert "用途" in shown(east, path)
    for purpose, words in (("", ""), ("看看", ""), ("其他", "好奇")):
        status, said = whole_file(east, path, purpose=purpose, words=words)
        assert status == 422 and DOCUMENT not in said and PHONE not in said
    assert told(fresh) == []
    status, said = whole_file(east, path, words="入户")
    assert status == 200 and DOCUMENT in said and PHONE in said
    assert ("east", DOCUMENT, "whole", "上门联系：入户") in told(fresh)
    assert DOCUMENT not in shown(east, "/ledgers/people/file.csv") and DOCUMENT not in shown(east, page())
    assert "外人" not in said and "李四" not in said  # his own area's alone
    status, said = whole_file(signed_in("hotel"), path)
    assert DOCUMENT not in said


def test_a_file_of_whole_numbers_is_of_few(fresh: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    from bihuan.desk.views import whole

    monkeypatch.setattr(whole, "MOST", 1)
    status, said = whole_file(signed_in("east"), "/ledgers/people/whole")
    assert status == 422 and "请先筛选" in said and told(fresh) == []


def test_holes_as_a_file_of_whole_numbers(fresh: psycopg.Connection) -> None:
    fresh.execute("UPDATE live_hole SET subject = %s, text_zh = %s WHERE hole = 'arrival.silent'", [DOCUMENT, DOCUMENT])
    try:
        east = signed_in("east")
        assert DOCUMENT not in shown(east, "/holes/file.csv")
        status, said = whole_file(east, "/holes/whole")
        assert status == 200 and said.count(DOCUMENT) >= 2
        assert ("east", DOCUMENT, "whole", "上门联系") in told(fresh)
    finally:
        fresh.execute("UPDATE live_hole SET subject = '张三' WHERE hole = 'arrival.silent'")


def test_who_is_looked_up_in_a_form_was_looked_at(fresh: psycopg.Connection) -> None:
    east = signed_in("east")
    found = east.post("/ledgers/lookup?ledger=people", {"person": DOCUMENT}).content.decode()
    assert "赵大" in found and told(fresh) == [("east", DOCUMENT, "lookup", "")]
    assert "没有这个编号" in east.post("/ledgers/lookup?ledger=people", {"person": "外人"}).content.decode()
    assert len(told(fresh)) == 1
    form = shown(east, "/ledgers/monitoring/new")
    assert 'hx-post="/ledgers/lookup?ledger=people"' in form  # what is typed stands in no address


def test_a_look_tells_until_when_it_is_kept(fresh: psycopg.Connection) -> None:
    shown(signed_in("county"), page())
    assert "2025-01-05" in shown(signed_in("county"), "/account/looks")
