"""Briefings: the same content however often it is computed, every figure that of its rows, PDF and Word that say on
every page what they are, released by a named person of the right role and never changed after."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from bihuan.briefings import acts, content, document, drawing, tasks
from bihuan.briefings.models import Briefing
from bihuan.desk import then
from bihuan.live import actions, clock
from tests.desk.conftest import NOW, Browser
from tests.desk.test_pages import IDENTITY

AREA = "610723"
SINCE = NOW - dt.timedelta(days=1)


def account(username: str, name: str = "", role: str = "值班", **bound: Any) -> Any:
    bound = bound or {"whole": True}
    return get_user_model().objects.create(username=username, name=name, role=role, **bound)


@pytest.fixture(scope="module")
def computed(county: dt.datetime) -> Iterator[Briefing]:
    """A draft of the whole, with its content: computed once for the module, on a desk that has released nothing yet,
    whatever tests before have."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # what is released can't be deleted otherwise
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM briefing_drawn")
            cursor.execute("DELETE FROM briefing_rerun; DELETE FROM briefing")
            cursor.execute("SET LOCAL session_replication_role = origin")
        drafter = account("nigao", "李拟")
        made = acts.draft(drafter, acts.Asked("", NOW, base="http://testserver/"))
        drawing.make(made.pk)
        drawing.draw(made.pk)
        made.refresh_from_db()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def briefing(computed: Briefing, browser: Browser) -> Briefing:
    return Briefing.objects.get(pk=computed.pk)


def cells(made: document.Document) -> list[document.Cell]:
    rows = [c for s in made.sections if s.table for row in s.table.rows for c in row]
    return rows + [c for s in made.sections for c in s.after]


def drawn(briefing: Briefing, lang: str = "zh", base: str = "/") -> document.Document:
    return document.write(briefing.content, acts.about(briefing), lang, base)


def test_a_later_run_gives_the_same_content_whatever_was_written_since(briefing: Briefing) -> None:
    case = {"case": "CX1", "person": "P-BRIEF", "kind": "确诊", "reported_at": "2022-01-06 09:00"}
    actions.save_rows(actions.SYSTEM, "cases", [case])
    # An import tells of days before: rows that are known from their own moment, and one that takes another's place.
    with connection.cursor() as cursor:
        cursor.execute("SELECT measure, person, kind, since, ground FROM ledger_measures WHERE latest LIMIT 1")
        measure, *_ = cursor.fetchone()
        cursor.execute(
            "INSERT INTO live_batch (at, kind, by, sources, counts) VALUES (%s, 'import', '', '[]', '{}') RETURNING id",
            [NOW],
        )
        (batch,) = cursor.fetchone()
        cursor.execute(
            'INSERT INTO ledger_cases ("case", person, kind, reported_at, latest, from_batch) '
            "VALUES ('CX2', 'P-BRIEF', '确诊', '2022-01-06 08:00', true, %s)",
            [batch],
        )
        cursor.execute(
            "INSERT INTO ledger_measures (measure, person, kind, ground, since, ended_at, latest, from_batch) "
            "SELECT measure, person, kind, ground, since, since, true, %s FROM ledger_measures WHERE measure = %s AND latest RETURNING id",
            [batch, measure],
        )
        (row,) = cursor.fetchone()
        cursor.execute(
            "UPDATE ledger_measures SET replaced_by = %s, latest = false WHERE measure = %s AND id <> %s AND replaced_by IS NULL",
            [row, measure, row],
        )
    again = acts.rerun("nigao", briefing)
    drawing.repeat(again.pk)
    again.refresh_from_db()
    assert again.digest == briefing.digest
    assert again.program == briefing.content["program"]
    fresh = acts.draft(get_user_model().objects.get(username="nigao"), acts.Asked("", NOW))
    assert content.digest(drawing.computed(fresh)) != briefing.digest


def test_the_digest_is_that_of_the_content_also_after_the_database(briefing: Briefing) -> None:
    assert (
        briefing.digest == content.digest(briefing.content) == content.digest(json.loads(json.dumps(briefing.content)))
    )
    other = briefing.content | {"as_of": "2022-01-06T13:00"}
    assert content.digest(other) != briefing.digest


@pytest.mark.parametrize("area", ["", pytest.param(AREA, marks=pytest.mark.long)])
def test_every_figure_is_the_number_of_its_rows(briefing: Briefing, browser: Browser, area: str) -> None:
    if area:
        briefing = acts.draft(get_user_model().objects.get(username="nigao"), acts.Asked(area, NOW))
        drawing.make(briefing.pk)
        briefing.refresh_from_db()
    for at in (NOW, SINCE):
        snapshot = then._snapshot(at)
        if not snapshot.ready:
            then.take(snapshot)
    followed = 0
    for cell in cells(drawn(briefing)):
        if not cell.link or not re.match(r"[\d,]+", cell.text):
            continue
        parts = urlsplit(cell.link)
        answer = browser.get(parts.path, **dict(parse_qsl(parts.query)))
        assert answer.status_code == 200, cell
        if "group" in dict(parse_qsl(parts.query)):
            continue
        assert not answer.context["filters"].faults if parts.path == "/holes/" else not answer.context["wanted"].faults
        rows = re.search(r"（([\d,]+) 行）", cell.text)
        told = rows[1] if rows else re.match(r"[\d,]+", cell.text)[0]
        assert answer.context["number"] == int(told.replace(",", "")), cell
        followed += 1
    assert followed > 100


def test_a_hole_that_is_told_is_led_to_itself(briefing: Briefing, browser: Browser) -> None:
    then.take(then._snapshot(NOW))
    for hole, cell in zip(
        briefing.content["oldest"], [r[1] for r in drawn(briefing).sections[-1].table.rows], strict=True
    ):
        parts = urlsplit(cell.link)
        rows = browser.get(parts.path, **dict(parse_qsl(parts.query))).context["page"].rows
        assert hole["text"][0] in {document_text(r) for r in rows}


def document_text(row: Any) -> str:
    from bihuan.audit.masking import masked

    return masked(row.text_zh)


def test_content_says_what_is_open_and_holds_nobodys_number(briefing: Briefing) -> None:
    found = then.audited(NOW)
    for severity in briefing.content["severities"]:
        of = [h for h in found if h["state"] == "open" and h["severity"] == severity["severity"]]
        assert severity["open"] == len(of) > 0
    assert not IDENTITY.findall(json.dumps(briefing.content))
    before = {(h["hole"], h["subject"], h["item"]) for h in then.audited(SINCE) if h["state"] == "open"}
    after = {(h["hole"], h["subject"], h["item"]) for h in found if h["state"] == "open"}
    assert sum(s["opened"] for s in briefing.content["severities"]) == len(after - before) > 0
    assert sum(s["closed"] for s in briefing.content["severities"]) == len(before - after) > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_the_pdf_says_program_and_as_of(briefing: Briefing, browser: Browser, lang: str) -> None:
    from pypdf import PdfReader

    answer = browser.get(f"/briefings/{briefing.pk}/file.pdf", lang=lang)
    pages = PdfReader(io.BytesIO(answer.content)).pages
    program = briefing.content["program"]
    assert len(pages) > 2
    for page in pages:
        text = " ".join(page.extract_text().split())
        assert "2022-01-06 14:00" in text
        assert f"{program['version']} ·" in text and program["rules"] in text and briefing.digest[:16] in text
        assert ("草稿" if lang == "zh" else "draft") in text
        assert not IDENTITY.findall(text)
    whole = "".join(page.extract_text() for page in pages)
    assert ("急漏洞" if lang == "zh" else "Urgent holes") in whole
    links = [a.get_object()["/A"]["/URI"] for p in pages for a in p.get("/Annots", []) if "/A" in a.get_object()]
    assert len(links) > 100
    assert all(link.startswith("http://testserver/") and "at=2022-01-0" in link for link in links)


def test_word_opens_with_the_same_figures_and_links(briefing: Briefing, browser: Browser) -> None:
    import docx

    answer = browser.get(f"/briefings/{briefing.pk}/file.docx")
    opened = docx.Document(io.BytesIO(answer.content))
    made = drawn(briefing, base="http://testserver/")
    tables = [s.table for s in made.sections if s.table]
    assert [[c.text for c in row.cells] for t in opened.tables for row in t.rows] == [
        [c.text for c in row] for t in tables for row in (t.head, *t.rows)
    ]
    foot = "".join(p.text for p in opened.sections[0].footer.paragraphs)
    assert "截至 2022-01-06 14:00" in foot and briefing.content["program"]["rules"] in foot
    targets = {r.target_ref for r in opened.part.rels.values() if r.is_external}
    assert targets == {c.link for c in cells(made) if c.link}


def test_who_releases_is_named_answers_for_the_area_and_is_another(briefing: Briefing) -> None:
    wang = account("wangqianfa", "王签")
    refused = {
        "who drafted it": get_user_model().objects.get(username="nigao"),
        "administrator": account("admin2", "赵管", "管理员"),
        "a group": account("zhuanban", "钱专", "专班"),
        "without a name": account("noname"),
        "another area": account("cadre", "孙干", "干部", area="610723"),
        "a unit": account("unit", "周单", "单位", unit="U000001"),
    }
    for why, who in refused.items():
        with pytest.raises(acts.Refused):
            acts.release(who, briefing)
        briefing.refresh_from_db()
        assert not briefing.released, why
    released = acts.release(wang, briefing)
    assert (released.released_name, released.released_at, released.named) == ("王签", clock.now(), "〔2022〕1")
    with pytest.raises(acts.Refused):
        acts.release(wang, released)


def test_a_released_one_never_changes_and_is_corrected_by_a_new_one(briefing: Briefing, browser: Browser) -> None:
    released = acts.release(account("wangqianfa", "王签"), briefing)
    drafter = get_user_model().objects.get(username="nigao")
    for attempt in (
        lambda: Briefing.objects.filter(pk=released.pk).update(note="改"),
        lambda: Briefing.objects.filter(pk=released.pk).update(released_at=None),
        lambda: Briefing.objects.filter(pk=released.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with pytest.raises(acts.Refused):
        acts.discard(drafter, released)
    with pytest.raises(acts.Refused, match="says why"):
        acts.draft(drafter, acts.Asked("", NOW, corrects=released.pk))
    new = acts.draft(drafter, acts.Asked("", NOW, note="数字有误", corrects=released.pk))
    assert new.corrects == released
    Briefing.objects.filter(pk=new.pk).update(content=released.content, digest=released.digest)
    second = acts.release(get_user_model().objects.get(username="wangqianfa"), new)
    assert second.named == "〔2022〕2"
    said = browser.get(f"/briefings/{released.pk}/").content.decode()
    assert "〔2022〕2" in said and "更正" in said
    assert "〔2022〕1" in drawn(second).facts[-1][1]


def test_content_of_a_draft_is_frozen_too(briefing: Briefing) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Briefing.objects.filter(pk=briefing.pk).update(content=briefing.content | {"area": "61"})


def test_the_next_one_is_compared_with_the_last_that_was_released(briefing: Briefing) -> None:
    drafter = get_user_model().objects.get(username="nigao")
    earlier = acts.draft(drafter, acts.Asked("", NOW - dt.timedelta(hours=5)))
    assert acts.draft(drafter, acts.Asked("", NOW)).since == NOW - acts.DAY
    Briefing.objects.filter(pk=earlier.pk).update(content=briefing.content, digest=briefing.digest)
    acts.release(account("wangqianfa", "王签"), earlier)
    assert acts.draft(drafter, acts.Asked("", NOW)).since == earlier.as_of


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"as_of": "2022-01-07T14:00", "since": "2022-01-05T14:00"}, "还没有到"),
        ({"as_of": "2022-01-06T14:00", "since": "2022-01-06T14:00"}, "早于"),
        ({"as_of": "soon", "since": "2022-01-05T14:00"}, "读不出时间"),
    ],
)
def test_a_moment_that_cannot_be_briefed_is_said(browser: Browser, form: dict[str, str], said: str) -> None:
    answer = browser.client.post("/briefings/new", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Briefing.objects.filter(drafted_by="zhangsan").exists()


def test_pages_draft_wait_release_and_list(briefing: Briefing, browser: Browser) -> None:
    answer = browser.client.post("/briefings/new", {"as_of": "2022-01-06T14:00", "since": "2022-01-05T14:00"})
    assert answer.status_code == 302
    made = Briefing.objects.get(drafted_by="zhangsan")
    assert jobs("briefings.draw")[-1:] == [made.pk]  # asked for by the row itself: the desk has no right to jobs
    waiting = browser.get(answer.headers["Location"]).content.decode()
    assert "data-reload" in waiting and "<progress" in waiting
    assert browser.get(f"/briefings/{made.pk}/file.pdf").status_code == 404
    browser.client.post(f"/briefings/{briefing.pk}/release")
    briefing.refresh_from_db()
    assert briefing.released_name == "张三"
    listed = browser.get("/briefings/").content.decode()
    assert "〔2022〕1" in listed and briefing.digest[:16] in listed
    browser.client.post(f"/briefings/{made.pk}/discard")
    assert not Briefing.objects.filter(pk=made.pk).exists()


def jobs(task: str) -> list[int]:
    """The briefings for which a job is asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (args->>'pk')::int FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [row[0] for row in cursor.fetchall()]


def test_a_job_that_is_done_again_changes_nothing(briefing: Briefing, monkeypatch: pytest.MonkeyPatch) -> None:
    files = list(briefing.drawn.order_by("pk").values_list("pk", "lang", "ending", "at"))
    assert sorted((lang, ending) for _, lang, ending, _ in files) == [
        *[("en", "docx"), ("en", "pdf"), ("zh", "docx"), ("zh", "pdf")]
    ]
    tasks.draw(pk=briefing.pk)
    assert list(briefing.drawn.order_by("pk").values_list("pk", "lang", "ending", "at")) == files
    # Killed in the midst of drawing: what is missing is drawn, the rest stays.
    briefing.drawn.get(lang="en", ending="pdf").delete()
    monkeypatch.setattr(drawing, "computed", lambda *_: pytest.fail("computed again"))
    tasks.draw(pk=briefing.pk)
    assert len(set(briefing.drawn.values_list("pk", flat=True)) & {pk for pk, *_ in files}) == 3
    assert briefing.drawn.count() == 4


def test_a_briefing_that_is_gone_is_no_job(county: dt.datetime, rolled_back: None) -> None:
    tasks.draw(pk=10**9)
    tasks.repeat(pk=10**9)


def test_progress_is_kept_and_only_grows(
    county: dt.datetime, rolled_back: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = acts.draft(account("nigao2", "李拟"), acts.Asked(AREA, NOW))
    seen: list[int] = []
    real = drawing._said

    def said(pk: int) -> Any:
        progress = real(pk)

        def watched(what: str, done: int, total: int) -> None:
            progress(what, done, total)
            seen.append(Briefing.objects.get(pk=pk).share)

        return watched

    monkeypatch.setattr(drawing, "_said", said)
    monkeypatch.setattr(drawing, "SAID_S", 0.0)
    drawing.make(made.pk)
    assert seen == sorted(seen) and 0 < seen[len(seen) // 4] < seen[-1] <= 90
    made.refresh_from_db()
    assert (made.share, made.step) == (100, "") and made.digest


def test_a_release_draws_the_files_anew_under_its_number(briefing: Briefing, browser: Browser) -> None:
    before = len(jobs("briefings.draw"))
    acts.release(account("wangqianfa", "王签"), briefing)
    assert jobs("briefings.draw")[before:] == [briefing.pk]
    answer = browser.get(f"/briefings/{briefing.pk}/file.pdf")
    assert answer.status_code == 302  # a draft's file is not given out for the released one
    tasks.draw(pk=briefing.pk)
    assert set(briefing.drawn.values_list("number", flat=True)) == {"〔2022〕1"}
    assert browser.get(f"/briefings/{briefing.pk}/file.docx").status_code == 200


def test_who_is_bound_to_an_area_sees_its_briefings_alone(briefing: Briefing) -> None:
    cadre = account("cadre", "孙干", "干部", area=AREA)
    own = acts.draft(cadre, acts.Asked(AREA, NOW))
    assert list(acts.seen(cadre)) == [own]
    assert not acts.seen(account("unit", "周单", "单位", unit="U000001")).exists()
    for area in ("", "6107", "610722"):
        with pytest.raises(acts.Refused):
            acts.draft(cadre, acts.Asked(area, NOW))
