"""What the desk writes: rows recorded, corrected and withdrawn on pages, files imported; nothing where a cell is bad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.desk import access, tokens
from bihuan.live.models import Batch, Change
from tests.desk.conftest import Browser
from tests.desk.test_pages import a_hole, address_of
from tests.uploads import confirmed, worked


def rows(ledger: str, **where: Any) -> Any:
    return access.model_of(ledger).objects.filter(**where)


def form_of(browser: Browser, path: str, **query: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    form = browser.get(path, **query).context["form"]
    sent = {f.column.name: f.value for f in form.fields if not f.fixed}
    sent |= {f"sealed.{f.column.name}": f.sealed for f in form.fields if f.sealed}
    return sent | {"token": form.token}


def test_the_form_of_a_hole_records_the_row_that_closes_it(browser: Browser) -> None:
    hole = a_hole("arrival.unverified")
    token = address_of(hole).removeprefix("/holes/")
    path = f"/ledgers/verifications/new?for={token}"
    sent = form_of(browser, path) | {"outcome": "在"}
    answer = browser.client.post(path, sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/holes/{token}")
    made = rows("verifications", verification=sent["verification"]).get()
    assert (made.arrival, made.outcome, made.recorded_by) == (hole.item, "在", "zhangsan")
    assert Change.objects.filter(ledger="verifications", first=made.pk).exists()


def test_a_form_that_is_sent_twice_records_once(browser: Browser) -> None:
    path = "/ledgers/risk_areas/new"
    sent = form_of(browser, path) | {"area": "610113", "level": "高"}
    for _ in range(2):
        assert browser.client.post(path, sent).status_code == 302
    assert rows("risk_areas", row=sent["row"]).count() == 1


def test_a_cell_that_cannot_be_read_stands_beside_its_field_and_nothing_is_written(browser: Browser) -> None:
    before = Batch.objects.count()
    path = "/ledgers/people/new"
    sent = {"person": "610723199210250031", "name": "测试", "area": "610723001"}
    answer = browser.client.post(path, sent)
    assert answer.status_code == 422
    faults = {f.column.name: f.fault for f in answer.context["form"].fields if f.fault}
    assert list(faults) == ["person"]
    assert "校验" in faults["person"]
    assert Batch.objects.count() == before
    assert "610723199210250031" not in answer.content.decode()


def test_a_correction_is_a_further_version_and_shows_what_changed(browser: Browser) -> None:
    measure = a_hole("measure.gap").item
    token = tokens.seal("measures", measure)
    path = f"/ledgers/measures/row/{token}/edit"
    old = rows("measures", measure=measure).get()
    answer = browser.client.post(path, form_of(browser, path) | {"room": "西99"})
    assert answer.status_code == 302
    versions = rows("measures", measure=measure).order_by("pk")
    assert [(v.room, v.latest) for v in versions] == [(old.room, False), ("西99", True)]
    assert versions[1].person == old.person  # it came sealed and went back sealed
    page = browser.get(f"/ledgers/measures/row/{token}")
    changed = [c.name for c, _, differs in page.context["versions"][0]["cells"] if differs]
    assert changed == ["room"]


def test_a_withdrawn_row_leaves_the_list_and_stays_in_its_history(browser: Browser) -> None:
    measure = a_hole("measure.gap").item
    token = tokens.seal("measures", measure)
    assert browser.client.post(f"/ledgers/measures/row/{token}/retract").status_code == 302
    assert browser.get("/ledgers/measures/", q=measure).context["number"] == 0
    versions = browser.get(f"/ledgers/measures/row/{token}").context["versions"]
    assert [v["retracted"] or False for v in versions] == [True, False]


def test_a_comment_is_kept_and_closes_nothing(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    path = address_of(hole)
    assert browser.client.post(f"{path}/comment", {"text": "已联系 610723199210250030"}).status_code == 302
    text = browser.get(path).content.decode()
    assert "已联系 610723********0030" in text
    hole.refresh_from_db()
    assert hole.state == "open"


HEAD = "编号,区划代码,等级,起始\n"


def upload(browser: Browser, name: str, content: str | bytes, **data: str) -> Any:
    body = content.encode() if isinstance(content, str) else content
    answer = browser.client.post("/import/", {"files": SimpleUploadedFile(name, body), **data})
    worked()
    return answer


@pytest.fixture
def uploads(tmp_path: Path, settings_of: Any) -> Path:
    settings_of.BIHUAN_DATA = str(tmp_path)
    return tmp_path / "uploads"


@pytest.fixture
def settings_of() -> Any:
    from django.test import override_settings

    override = override_settings(BIHUAN_DATA="")
    override.enable()
    from django.conf import settings

    yield settings
    override.disable()


def test_an_import_shows_first_and_writes_when_told(browser: Browser, uploads: Path) -> None:
    there = rows("risk_areas", latest=True).first()
    text = HEAD + "RX1,610113,高,2022-01-02\nRX2,61011x,高,2022-01-02\n"
    text += f"{there.row},{there.area},{there.level},{there.since:%Y-%m-%dT%H:%M}\n"
    answer = upload(browser, "风险地区.csv", text)
    assert answer.status_code == 302
    preview = browser.client.get(answer.headers["Location"])
    assert preview.context["sum"]["new"] == 1
    assert preview.context["sum"]["rejected"] == 1
    assert [(r["row"], r["column"], r["value"]) for r in preview.context["rejects"]] == [(3, "area", "61011x")]
    assert not rows("risk_areas", row="RX1").exists()
    for _ in range(2):  # sent twice, or its answer was lost
        done = confirmed(browser.client, answer.headers["Location"])
        assert done.context["sum"]["new"] == 1 and len(done.context["rejects"]) == 1
        assert rows("risk_areas", row="RX1").count() == 1
    (left,) = uploads.iterdir()
    assert not list(left.glob("*.csv"))
    listed = browser.get("/import/").content.decode()
    assert answer.headers["Location"] in listed and "新增 1，更正 0，作废 0，退回 1" in listed


def test_what_was_seen_is_dropped_with_its_files_and_what_was_written_is_not(browser: Browser, uploads: Path) -> None:
    seen, written = (
        upload(browser, "风险地区.csv", HEAD + f"RX{n},610113,高,2022-01-02\n").headers["Location"] for n in (1, 2)
    )
    confirmed(browser.client, written)
    dropped = browser.client.post(seen + "drop")
    assert dropped.headers["Location"] == "/import/"
    assert browser.client.post(written + "drop").headers["Location"] == written
    listed = browser.get("/import/").content.decode()
    assert "文件已删去" in listed and seen not in listed and written in listed
    assert [folder.name for folder in uploads.iterdir()] == [written.split("/")[2]]
    assert browser.client.get(seen).status_code == 404


def test_a_file_of_which_no_row_can_be_written_offers_no_writing(browser: Browser, uploads: Path) -> None:
    wrong = upload(browser, "风险地区.csv", "编码,地方,等级,开始\nRX1,610113,高,2022-01-02\n").headers["Location"]
    page = browser.client.get(wrong).content.decode()
    assert "不能登账" in page and "没有一行可以登账" in page and "不认识的列“编码”" in page and "confirm" not in page
    there = rows("risk_areas", latest=True).first()
    line = f"{there.row},{there.area},{there.level},{there.since:%Y-%m-%dT%H:%M}\n"
    alike = upload(browser, "风险地区.csv", HEAD + line).headers["Location"]
    page = browser.client.get(alike).content.decode()
    assert "都已在台账里" in page and "confirm" not in page


def test_a_preview_says_which_cells_change_and_which_rows_are_rejected(
    browser: Browser, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page; whom the rows are about has been looked at, and numbers are hidden."""
    from bihuan.access.models import Look
    from bihuan.desk.views import imports

    monkeypatch.setattr(imports, "ROWS", 2)
    there = list(rows("monitoring", latest=True, temperature__isnull=False).order_by("row")[:5])
    lines = [f"{r.row},{r.person},{r.at:%Y-%m-%dT%H:%M},39.9,{r.symptoms or ''}" for r in there]
    wrong = [f"RX{n},{there[0].person},昨天,36.5,无" for n in range(3)]
    answer = upload(browser, "monitoring.csv", "\n".join(["row,person,at,temperature,symptoms", *lines, *wrong]))
    seen = [browser.client.get(answer.headers["Location"])]
    assert seen[0].context["sum"]["changed"] == 5 and seen[0].context["sum"]["rejected"] == 3
    seen += [browser.client.get(answer.headers["Location"], {"changed": n, "rejected": 2}) for n in (2, 3)]
    found = {row["key"]: (row["line"], row["said"]) for page in seen for row in page.context["changed"]}
    for place, row in enumerate(there):
        line, said = found[row.row]
        (_, stood, comes), *others = [s for s in said if s[0].name == "temperature"]
        assert (line, float(stood), comes, others) == (place + 2, row.temperature, "39.9", [])
    assert [[r["row"] for r in page.context["rejects"]] for page in seen] == [[7, 8], [9], [9]]
    assert Look.objects.filter(where="import", person__in=[r.person for r in there]).exists()
    body = seen[0].content.decode()
    assert "39.9" in body and "→" in body and there[0].person not in body
    assert not rows("monitoring", temperature=39.9).exists()


def test_a_file_of_another_name_is_read_as_the_ledger_that_was_chosen(browser: Browser, uploads: Path) -> None:
    answer = upload(browser, "Book1.csv", HEAD + "RX1,610113,高,2022-01-02\n", ledger="risk_areas")
    assert browser.client.get(answer.headers["Location"]).context["sum"]["new"] == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("photo.png", b"\x89PNG", 422, "不是台账文件"),
        ("风险地区.xlsx", b"PK\x03\x04 not a workbook", 302, "风险地区"),
        ("什么.csv", "甲,乙\n1,2\n", 302, "什么"),
    ],
)
def test_a_file_that_is_no_ledger_is_answered_in_a_sentence(
    browser: Browser, uploads: Path, name: str, content: str | bytes, status: int, said: str
) -> None:
    answer = upload(browser, name, content)
    assert answer.status_code == status
    page = browser.client.get(answer.headers["Location"]) if status == 302 else answer
    assert page.status_code == 422
    assert said in page.content.decode()


def test_an_upload_of_somebody_else_is_not_found(browser: Browser, uploads: Path) -> None:
    address = upload(browser, "风险地区.csv", HEAD + "RX1,610113,高,2022-01-02\n").headers["Location"]
    from django.test import Client

    from bihuan.access.models import Account

    other = Client()
    other.force_login(Account.objects.create(username="other", role="值班", whole=True))
    assert other.get(address).status_code == 404


def test_events_are_told_without_what_they_are_about(browser: Browser) -> None:
    from bihuan.desk.views.events import told
    from bihuan.live.models import Event

    said = {"opened": 1, "ids": [5], "areas": ["610723"], "loops": ["measure"]}
    assert told(Event(kind="holes", said=said)) == {}
    assert told(Event(kind="rows", said={"ledger": "people", "batch": 3})) == {"ledger": "people"}
    assert told(Event(kind="audit", said={})) is None
    assert told(Event(kind="reload", said={})) == {}


def test_the_desks_own_file_corrected_in_one_cell_changes_that_cell_alone(browser: Browser, uploads: Path) -> None:
    """Its numbers are masked: what stands is kept; a masked number of another row is refused, in the page's language,
    and its column named in it."""
    there = rows("monitoring", latest=True, retracted__isnull=True).order_by("row").first()
    found = browser.client.get("/ledgers/monitoring/file.csv", {"q": there.person}, follow=True)
    file = b"".join(found.streaming_content).decode("utf-8-sig")
    head, *lines = file.splitlines()
    (line,) = [text for text in lines if text.startswith(f"{there.row},")]
    masked = line.split(",")[1]
    assert "********" in masked and there.person not in file
    corrected = line.split(",")
    corrected[head.split(",").index("体温")] = "39.4"
    stranger = f"RX9,{masked},2022-01-05T08:00"
    answer = upload(browser, "健康监测.csv", "\n".join([head, ",".join(corrected), stranger]))
    browser.client.cookies["bihuan_lang"] = "en"
    page = browser.client.get(answer.headers["Location"])
    ((column, _, comes),) = [said for row in page.context["changed"] for said in row["said"]]
    assert (column.name, comes, page.context["sum"]["rejected"]) == ("temperature", "39.4", 1)
    body = page.content.decode()
    assert "is a masked number" in body and '<td class="nowrap">Person</td>' in body
    confirmed(browser.client, answer.headers["Location"])
    last = rows("monitoring", row=there.row, latest=True).first()
    assert (last.person, last.temperature) == (there.person, 39.4)
    assert not rows("monitoring", person__contains="*").exists()
