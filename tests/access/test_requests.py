"""Requests as the desk serves them: on a connection of the desk's own role, each in the scope of who asks."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from bihuan.access import scope
from bihuan.access.models import Account
from bihuan.desk import tokens
from tests import uploads
from tests.access import county
from tests.access.conftest import shown, signed_in
from tests.own_postgres import connect_to
from tests.uploads import confirmed


@pytest.mark.usefixtures("served")
def test_pages_files_and_search_show_what_the_account_may_see() -> None:
    for username, people in (
        ("east", {"张三"}),
        ("hotel", {"李四", "王二"}),
        ("all", {"张三", "李四", "王二", "外人"}),
    ):
        client = signed_in(username)
        page = shown(client, "/ledgers/people/")
        file = shown(client, "/ledgers/people/file.csv")
        for person in ("张三", "李四", "王二", "外人"):
            assert (person in page) == (person in file) == (person in people), (username, person)
            found = client.post("/search", {"q": person})
            assert (found.status_code == 302) == (person in people), (username, person)


@pytest.mark.usefixtures("served")
def test_holes_and_subjects_elsewhere_are_not_found() -> None:
    from bihuan.desk import tokens

    east, every = signed_in("east"), signed_in("all")
    for token, path in (
        (tokens.seal("person", "外人"), "/of/person/"),
        (tokens.seal("hole", "measure.gap/李四/"), "/holes/"),
        (tokens.seal("monitoring", "T2"), "/ledgers/monitoring/row/"),
    ):
        assert every.get(path + token).status_code == 200, path
        assert east.get(path + token).status_code == 404, path
    assert "李四" not in shown(east, "/holes/")


@pytest.mark.usefixtures("served")
def test_whoever_speaks_for_one_unit_need_not_type_its_number() -> None:
    assert 'name="unit" value="HOTEL"' in shown(signed_in("hotel"), "/ledgers/site_checks/new")
    assert 'name="unit" value=""' in shown(signed_in("all"), "/ledgers/site_checks/new")


def test_rows_are_recorded_within_the_scope_and_the_role(served: str, rows: psycopg.Connection) -> None:
    east = signed_in("east")
    form = {"row": "N1", "person": "张三", "at": "2022-01-06 08:00", "temperature": "36.4"}
    assert east.post("/ledgers/monitoring/new", form).status_code == 302
    said = rows.execute("SELECT recorded_by, in_home, latest FROM ledger_monitoring WHERE row = 'N1'").fetchall()
    assert said == [("east", "610723001001", True)]
    assert east.post("/ledgers/monitoring/new", form | {"row": "N2", "person": "李四"}).status_code == 403
    lot = {"lot": "L", "product": "x", "imported": "否", "kg": "1"}
    assert east.post("/ledgers/lots/new", lot).status_code == 403
    assert rows.execute("SELECT count(*) FROM ledger_monitoring WHERE row = 'N2'").fetchone() == (0,)
    assert rows.execute("SELECT count(*) FROM live_batch WHERE by = 'east'").fetchone() == (1,)


def test_a_correction_settles_versions_that_it_does_not_see(served: str, rows: psycopg.Connection) -> None:
    """The county moves somebody of another town to the east village; the versions stay one line."""
    from bihuan.access.acting import Actor
    from bihuan.live import actions

    with scope.held(scope.DOOR):
        account = Account.objects.get(username="county")
    with scope.held(scope.Scope.of(account)):
        saved = actions.save_rows(Actor(account), "groups", [{"row": "Q1", "person": "王二", "group": "学生"}])
        assert saved.batch and not saved.rejects
        saved = actions.save_rows(Actor(account), "groups", [{"row": "Q1", "person": "王二", "group": "其他"}])
        assert saved.batch
    said = rows.execute("SELECT \"group\", latest FROM ledger_groups WHERE row = 'Q1' ORDER BY id").fetchall()
    assert said == [("学生", False), ("其他", True)]


@pytest.mark.usefixtures("served")
def test_a_stream_has_no_scope_but_its_own() -> None:
    """It runs after the request's transaction: rows are gone, events are told without what is in them."""
    from django.db import connection
    from django.http import StreamingHttpResponse

    from bihuan.access.middleware import TransactionMiddleware
    from bihuan.live.models import Event, Hole

    def late() -> Iterator[str]:
        yield str(Hole.objects.count())

    def view(request: object) -> StreamingHttpResponse:
        scope.enter(scope.SYSTEM)
        assert Hole.objects.count() == 4
        return StreamingHttpResponse(late())

    from django.test import RequestFactory

    answer = TransactionMiddleware(view)(RequestFactory().get("/x"))  # type: ignore[arg-type]
    assert connection.connection is None  # a stream keeps none
    assert list(answer) == [b"0"]
    with scope.herald():
        assert Event.objects.exists() and not Hole.objects.exists()


@pytest.mark.usefixtures("served")
def test_an_account_ends_and_its_session_with_it(rows: psycopg.Connection) -> None:
    client = signed_in("east")
    shown(client, "/holes/")
    rows.execute("UPDATE access_account SET until = '2022-01-06 13:00' WHERE username = 'east'")
    try:
        assert client.get("/holes/").headers["Location"].startswith("/login")
        rows.execute("UPDATE access_account SET until = NULL WHERE username = 'east'")
        assert client.get("/holes/").status_code == 302  # the session is gone
    finally:
        rows.execute("UPDATE access_account SET until = NULL WHERE username = 'east'")


@pytest.mark.usefixtures("served")
def test_an_account_ends_with_the_last_duty(rows: psycopg.Connection) -> None:
    client = signed_in("duty")
    shown(client, "/holes/")
    rows.execute("UPDATE ledger_duties SET until = '2022-01-06 13:00' WHERE duty = 'D1'")
    try:
        assert client.get("/holes/").headers["Location"].startswith("/login")
    finally:
        rows.execute("UPDATE ledger_duties SET until = NULL WHERE duty = 'D1'")


@pytest.mark.usefixtures("served")
def test_who_is_signed_in_reads_no_session_and_no_other_account() -> None:
    from django.contrib.sessions.models import Session
    from django.db import DatabaseError, transaction

    signed_in("east")
    with scope.held(scope.DOOR):
        east = Account.objects.get(username="east")
        assert Session.objects.exists()
    with scope.held(scope.Scope.of(east)):
        assert not Session.objects.exists()
        assert [a.username for a in Account.objects.all()] == ["east"]
        with pytest.raises(DatabaseError), transaction.atomic():
            Account.objects.filter(pk=east.pk).update(whole=True, area="")
        with pytest.raises(DatabaseError), transaction.atomic():
            Account.objects.filter(pk=east.pk).update(role="管理员")
        assert Account.objects.exclude(pk=east.pk).update(area="610723001001") == 0


@pytest.mark.usefixtures("served")
def test_an_import_writes_within_the_scope_alone(rows: psycopg.Connection) -> None:
    import tempfile
    from pathlib import Path

    from bihuan.access.acting import Actor
    from bihuan.live import imports, incoming

    with scope.held(scope.DOOR):
        east = Account.objects.get(username="east")
    with tempfile.TemporaryDirectory() as folder, scope.held(scope.Scope.of(east)):
        file = Path(folder) / "monitoring.csv"
        file.write_text("row,person,at,temperature\nI1,张三,2022-01-05,36.5\nI2,新人,2022-01-05,36.5\n")
        done = imports.import_folder(Actor(east), Path(folder))
        assert (done.counts["monitoring"].new, done.counts["monitoring"].same) == (2, 0)
        assert imports.import_folder(Actor(east), Path(folder)).written == 0
        file.write_text("row,person,at,temperature\nI3,张三,2022-01-05,36.5\nI4,李四,2022-01-05,36.5\n")
        with pytest.raises(incoming.Outside) as outside:
            imports.import_folder(Actor(east), Path(folder))
        assert (outside.value.lines, outside.value.number) == ([("monitoring.csv", "", 3)], 1)
        file.write_text("row,person,at,temperature\nT2,张三,2022-01-05,36.5\n")  # 李四's row
        with pytest.raises(incoming.Outside):
            imports.import_folder(Actor(east), Path(folder))
    said = rows.execute("SELECT row, in_place, in_home FROM ledger_monitoring WHERE row LIKE 'I%' ORDER BY row")
    assert said.fetchall() == [("I1", None, "610723001001"), ("I2", "610723001001", None)]


def test_the_import_page_names_the_lines_of_somewhere_else(served: str, rows: psycopg.Connection) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    east = signed_in("east")
    text = "row,person,at,temperature\nJ1,张三,2022-01-05,36.5\nJ2,李四,2022-01-05,36.5\n"
    sent = east.post("/import/", {"files": SimpleUploadedFile("monitoring.csv", text.encode())})
    worked(served)
    page = east.get(sent.headers["Location"])
    assert page.status_code == 422
    assert "有 1 行不在你的辖区或单位之内" in page.content.decode() and "monitoring.csv 3" in page.content.decode()
    assert confirmed(east, sent.headers["Location"], lambda: worked(served)).status_code == 422
    assert rows.execute("SELECT count(*) FROM ledger_monitoring WHERE row LIKE 'J%'").fetchone() == (0,)


@pytest.mark.usefixtures("served")
def test_no_estimate_tells_of_rows_that_are_not_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database estimates the size of a large ledger over all rows."""
    from bihuan.desk import access

    monkeypatch.setattr(access, "sizes", lambda: {"people": 123_456})
    assert "123,456" in shown(signed_in("all"), "/ledgers/")
    assert "123,456" not in shown(signed_in("east"), "/ledgers/")


@pytest.mark.usefixtures("served")
def test_nothing_that_somebody_may_see_is_kept_for_the_next(rows: psycopg.Connection) -> None:
    """By the browser or a proxy; and pages are asked, not asked about."""
    east = signed_in("east")
    for path in ("/", "/holes/", "/holes/file.csv", "/ledgers/people/file.xlsx", "/search", "/nowhere", "/login"):
        assert "no-store" in east.get(path).headers["Cache-Control"], path
    assert "no-store" in east.get("/events").headers["Cache-Control"]
    assert "no-store" in Client().get("/holes/").headers["Cache-Control"]  # on the way to signing in
    looks = "SELECT count(*) FROM access_look"
    before = rows.execute(looks).fetchone()
    person = "/of/person/" + tokens.seal("person", "张三")
    for method in ("options", "put", "delete", "patch"):
        answer = getattr(east, method)(person)
        assert answer.status_code == 405 and not answer.content, method
    assert rows.execute(looks).fetchone() == before
    assert not east.head(person).content
    assert rows.execute(looks).fetchone() == (before[0] + 1,)  # type: ignore[index]  # he might have read the name


def test_an_import_that_is_sent_twice_says_so_and_no_file_takes_anothers_place(
    served: str, rows: psycopg.Connection
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    east = signed_in("east")
    rows_ = [f"row,person,at,temperature\n{n},张三,2022-01-05,36.5\n".encode() for n in ("Y1", "Y2")]
    alike = [SimpleUploadedFile("monitoring.csv", text) for text in rows_]
    refused = east.post("/import/", {"files": alike})
    assert refused.status_code == 422 and "重名" in refused.content.decode()
    unknown = east.post("/import/", {"files": SimpleUploadedFile("x.csv", rows_[0])})
    worked(served)
    assert "所选文件里没有" in east.get(unknown.headers["Location"]).content.decode()
    sent = east.post("/import/", {"files": SimpleUploadedFile("monitoring.csv", rows_[0])}).headers["Location"]
    number = "SELECT count(*) FROM ledger_monitoring WHERE row LIKE 'Y%'"
    worked(served)
    assert "新增 1 行" in east.get(sent).content.decode()
    assert rows.execute(number).fetchone() == (0,)
    for _ in range(2):  # whose answer was lost asks again
        assert "新增 1 行" in confirmed(east, sent, lambda: worked(served)).content.decode()
    assert rows.execute(number).fetchone() == (1,)
    at = "SELECT in_place, in_home, by_account = (SELECT id FROM access_account WHERE username = 'east') "
    at += "FROM ledger_monitoring l JOIN live_batch b ON b.id = l.from_batch WHERE row = 'Y1'"
    assert rows.execute(at.replace("in_place", "l.in_place")).fetchone() == (None, "610723001001", True)
    for other in (signed_in("all"), Client()):
        assert other.post(sent + "confirm").status_code in (302, 404) and other.get(sent).status_code in (302, 404)
    rows.execute("DELETE FROM ledger_monitoring WHERE row LIKE 'Y%'")


def test_no_log_holds_a_whole_number() -> None:
    import logging
    import sys

    from bihuan.live.logs import Masked

    try:
        raise ValueError(f"DETAIL: Key (person)=({county.DOCUMENT}) {county.PHONE}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "of %s", (county.DOCUMENT,), sys.exc_info())
    said = Masked("%(message)s").format(record)
    assert "ValueError" in said and county.DOCUMENT not in said and county.PHONE not in said


@pytest.mark.usefixtures("served")
def test_what_was_typed_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from bihuan.desk import writing

    def away(*_: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    east, form = signed_in("east"), {"ticket": "TK9", "text": "缺药<b>", "token": "once"}
    monkeypatch.setattr(writing, "save", away)
    answer = east.post("/ledgers/tickets/new?lang=zh", form)
    said = answer.content.decode()
    assert answer.status_code == 503 and "再送一次" in said and 'action="/ledgers/tickets/new?lang=zh"' in said
    for name, value in {**form, "text": "缺药&lt;b&gt;"}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in said
    secret = east.post("/ledgers/tickets/new", form | {"password": "a secret"})
    assert secret.status_code == 503 and "a secret" not in secret.content.decode()


def test_open_streams_are_asked_for_at_once_and_each_hears_what_it_may(served: str, rows: psycopg.Connection) -> None:
    """As each would read the events himself; whoever was signed out, or signs with no key, hears nothing."""
    from django.db import connection, transaction

    from bihuan.access.hearing import Listener, heard
    from bihuan.live.models import Event

    rows.execute("DELETE FROM live_event")
    add = "INSERT INTO live_event (at, kind, said, in_place) VALUES ('2022-01-06', %s, %s, %s)"
    for kind, said, place in (
        ("rows", "{}", "610723001001"),
        ("rows", "{}", "610723002001"),
        ("rows", "{}", None),
        ("holes", '{"areas": ["610724"]}', None),
        ("holes", '{"areas": ["610723"]}', None),
        ("clock", "{}", None),
    ):
        rows.execute(add, [kind, said, place])
    (newest,) = rows.execute("SELECT max(id) FROM live_event").fetchone() or (0,)
    listeners, alone = [], []
    for username in ("east", "hotel", "all"):
        session = signed_in(username).cookies["sessionid"].value
        with scope.held(scope.DOOR):
            account = Account.objects.get(username=username)
        listeners.append(Listener(account.pk, account.password, session, scope.Scope.of(account)))
        with scope.held(scope.Scope.of(account)):
            alone.append(list(Event.objects.filter(id__lte=newest).order_by("id").values_list("id", flat=True)))
    assert heard(listeners, 0, newest) == alone
    assert len({len(ids) for ids in alone}) > 1
    assert heard(listeners, newest - 1, newest) == [[newest]] * 3
    out = Listener(listeners[0].account, listeners[0].password, "gone", listeners[0].whose)
    bound = Listener(listeners[0].account, listeners[0].password, listeners[0].session, listeners[2].whose)
    assert heard([out, listeners[1], bound], 0, newest) == [None, alone[1], None]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bihuan_heard(ARRAY['', %s], 0, %s)", ["0" * 64 + '{"k":"system"}', newest])
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("served")
def test_a_database_that_goes_while_a_scope_is_set_is_told_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(psycopg.Cursor):  # type: ignore[type-arg]
        def execute(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise psycopg.errors.AdminShutdown("terminating connection")

    east = signed_in("east")
    east.raise_request_exception = False
    monkeypatch.setattr(psycopg, "Cursor", Away)
    answer = east.get("/holes/")
    assert answer.status_code == 503 and "每三秒重试" in answer.content.decode()


def worked(served: str) -> None:
    """What the worker does of uploads: it is the owner, and acts in the name of who asked."""
    before = settings.DATABASES["default"]
    connect_to(served)
    try:
        uploads.worked()
    finally:
        settings.DATABASES = {"default": before}
        connections.settings = connections.configure_settings(settings.DATABASES)
        connection.close()
        del connections["default"]
