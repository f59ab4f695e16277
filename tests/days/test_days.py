"""The day of everybody who sits at a desk: what is due is met on the page, the hole found with its evidence, the row
recorded that closes it, and it goes from the page that stood open, by itself, within seconds.

Whose days: the table of users in the mission. Every one closes a hole of their own with their own rights.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.days.conftest import FIRST_PASSWORD, HOTEL, PASSWORD, TOWN, Day, Desk

pytestmark = pytest.mark.long

Begin = Callable[..., Day]
GONE_MS = 60_000
"""Most that a hole may stay on an open page after its fact was recorded, on a machine busy with other tests; alone it
is a few seconds."""


def record(page: Page, **cells: str) -> None:
    """Fill in what the form lacks, and send it; it leads back to the hole."""
    for name, text in cells.items():
        cell = page.locator(f"#id-{name}")
        if cell.evaluate("e => e.tagName") == "SELECT":
            cell.select_option(text)
        else:
            cell.fill(text)
    page.locator("form.row-form button[type=submit]").first.click()
    expect(page.locator(".notice").first).to_contain_text("已登记")


def gone(listed: Page, hole: Page) -> None:
    """From the list that stands open, and closed on the hole's own page: nobody loads either anew."""
    for page in (listed, hole):
        page.evaluate("window.stays = true")
    expect(listed.locator("tr[data-row]")).to_have_count(0, timeout=GONE_MS)
    # What recurs (a test every few days, a count every week) is to be done again by its next time.
    expect(hole.locator(".state").first).to_have_text(re.compile("已闭合|待办"), timeout=GONE_MS)
    assert listed.evaluate("window.stays") and hole.evaluate("window.stays")


def figure(page: Page, title: str) -> Locator:
    return page.locator(".figures a").filter(has_text=title).locator("b")


def number(page: Page, title: str) -> int:
    return int(figure(page, title).inner_text().replace(",", ""))


@dataclass(frozen=True)
class Work:
    """What a working group does: the hole it closes, in which ledger, with which cells; what it may not record."""

    username: str
    group: str
    hole: str
    button: str
    cells: dict[str, str]
    not_theirs: str
    missing: bool = True  # the row that lacks is drawn as a gap
    shows: tuple[str, ...] = field(default=())  # on the page of the hole


GROUPS = (
    Work(
        *("zhuanban0", "流调", "contact.missed", "登记密接", {"degree": "密接", "setting": "同桌就餐"}, "stocks"),
        shows=("病例", "同处"),
        missing=False,
    ),
    Work(
        *("zhuanban1", "隔离", "site.unchecked", "登记隔离点核验"),
        *({"three_zones": "是", "two_passages": "是", "disinfected": "是", "waste": "是"}, "lots"),
    ),
    Work("zhuanban2", "检测", "post.untested", "登记核酸检测", {"sampled_by": "疾控采样二组"}, "stocks"),
    Work("zhuanban3", "物资", "stock.stale", "登记", {"quantity": "2400", "daily_use": "60"}, "people"),
    Work(
        "zhuanban4", "疫苗", "group.unvaccinated", "登记未接种说明", {"kind": "禁忌", "reason": "过敏史"}, "lots", False
    ),
    Work("zhuanban5", "口岸", "transfer.open", "更正转运交接", {"received_at": "2022-01-06T13:30"}, "orders"),
    Work("zhuanban6", "冷链", "lot.loose", "登记", {}, "people"),
)


@pytest.mark.parametrize("work", GROUPS, ids=[w.group for w in GROUPS])
def test_a_working_group_closes_what_is_its_own(day: Begin, work: Work) -> None:
    today = day(work.username)
    overview = today.page
    expect(figure(overview, "急")).to_be_visible()
    listed, hole = today.hole(work.hole)
    expect(hole.locator("ol.line li").first).to_be_visible()
    if work.missing:
        expect(hole.locator(".tick-missing").first).to_be_visible()
    for text in work.shows:
        expect(hole.locator("#main")).to_contain_text(text)
    form = today.open(hole.locator(".remedy a").filter(has_text=work.button).first.get_attribute("href") or "")
    record(form, **work.cells)
    gone(listed, hole)
    # Their ledgers and no others.
    form.goto(f"{today.desk.address}/ledgers/{work.not_theirs}/")
    expect(form.locator("h1")).to_be_visible()
    assert form.locator("a[href*='/new']").count() == 0


def test_the_headquarters_says_what_is_open_and_briefs_as_of_a_time(day: Begin) -> None:
    today = day("zhihuibu")
    page = today.page
    urgent = number(page, "急")
    # Every figure leads to its rows.
    figure(page, "急").click()
    expect(page.locator("h1")).to_have_text("漏洞")
    expect(page.locator("tr[data-row]")).to_have_count(urgent)
    # What it asks for every night is kept under a name and stands in the address.
    page.locator("button", has_text="存下的").click()
    page.fill("input[name=name]", "夜里先看")
    page.locator("form.dropdown-save button, .dropdown-menu form button.btn-primary").last.click()
    expect(page.locator(".notice")).to_contain_text("夜里先看")
    page.locator("button", has_text="存下的").click()
    expect(page.locator(".dropdown-menu.show a").filter(has_text="夜里先看")).to_have_attribute(
        "href", re.compile("sev=%E6%80%A5|sev=急")
    )
    page.keyboard.press("Escape")
    page.locator("button", has_text="导出").click()
    with page.expect_download() as got:
        page.locator(".dropdown-menu.show a", has_text="CSV").click()
    rows = list(csv.reader(io.StringIO(Path(got.value.path()).read_text(encoding="utf-8-sig"))))
    assert len(rows) == 1 + urgent
    # The wall turns without chrome.
    page.goto(f"{today.desk.address}/?wall=1")
    expect(page.locator(".side")).to_be_hidden()
    assert number(page, "急") <= urgent
    # A briefing of what was known at two, as a document.
    page.goto(f"{today.desk.address}/briefings/")
    page.fill("#as_of", "2022-01-06T14:00")
    page.fill("#since", "2022-01-05T14:00")
    page.locator("button", has_text="拟稿").click()
    expect(page.locator("article.brief")).to_be_visible(timeout=120_000)
    expect(page.locator("article.brief")).to_contain_text("未闭合")
    with page.expect_download() as got:
        page.locator("a", has_text="Word").click()
    with zipfile.ZipFile(got.value.path()) as word:
        assert "2022" in word.read("word/document.xml").decode()


def test_the_county_duty_officer_breaks_an_instruction_down(day: Begin) -> None:
    """First sign-in with a password that was handed over; the county alone; an instruction without a task."""
    today = day(FIRST_PASSWORD)
    page = today.page
    expect(page.locator("h1")).to_have_text("修改口令")
    page.fill("#id_oldpassword", PASSWORD)
    page.fill("#id_password1", "洋县值班室 0106")
    page.fill("#id_password2", "洋县值班室 0106")
    page.locator("form.narrow button[type=submit]").click()
    expect(page.locator("h1")).not_to_have_text("修改口令")
    # Holes of another county are not there, neither listed nor counted nor by their address.
    elsewhere = today.open("/holes/?hole=team.tracers")
    expect(elsewhere.locator("tr[data-row]")).to_have_count(0)
    elsewhere.goto(f"{today.desk.address}/of/area/610722")
    expect(elsewhere.locator(".notice")).to_contain_text("不在你的账号能看的范围内")
    elsewhere.close()
    listed, hole = today.hole("instruction.idle")
    tree = today.open("/instructions/")
    card = tree.locator("section.card").filter(has_text="没有分解成任务")
    expect(card).to_have_count(1)
    card.get_by_role("link", name="分解一条任务").click()
    record(tree, title="逐村排查返乡人员", officer="O000003", due="2022-01-08T18:00")
    gone(listed, hole)


def test_the_headquarters_answers_a_ticket(day: Begin) -> None:
    today = day("zhihuibu")
    listed, hole = today.hole("ticket.late")
    lanes = today.open("/tickets/")
    lanes.get_by_role("link", name="答复", exact=True).first.click()
    record(lanes, answered_at="2022-01-06T13:50")
    gone(listed, hole)


def test_a_town_cadre_finds_somebody_and_says_why_he_needs_the_number(day: Begin) -> None:
    today = day("zhen")
    page = today.page
    page.goto(f"{today.desk.address}/mine/")
    card = page.locator("article.todo").filter(has_text="核查未见本人")
    expect(card).to_have_count(1)
    listed, hole = today.hole("arrival.absent")
    # Whose number it is shows only for a purpose, and that is recorded.
    person = today.open(hole.locator(".facts a").first.get_attribute("href") or "")
    expect(person.locator(".ring")).to_be_visible()
    expect(person.locator("#main")).not_to_contain_text("610723197609040036")
    person.locator(".purpose summary").click()
    person.locator("#purpose").select_option(index=1)
    person.locator(".purpose-form button").click()
    expect(person.locator("#main")).to_contain_text("610723197609040036")
    person.goto(f"{today.desk.address}/account/looks?mine=1&stated=1")
    expect(person.locator("tr[data-row]").first).to_be_visible()
    person.close()
    card.get_by_role("link", name="登记核查").click()
    record(page, outcome="在", officer="O000128")
    gone(listed, hole)
    # Holes of other towns are nobody's business here.
    page.goto(f"{today.desk.address}/holes/?group=area")
    codes = page.locator("tr[data-row] th a").evaluate_all("all => all.map(a => a.href)")
    assert codes
    assert all(re.search(rf"in={TOWN}", code) for code in codes)


def test_the_staff_of_an_isolation_hotel_see_their_house_alone(day: Begin) -> None:
    today = day("jiudian")
    house = today.open(f"/of/unit/{HOTEL}")
    expect(house.locator(".ring")).to_be_visible()
    house.goto(f"{today.desk.address}/of/unit/U000352")
    expect(house.locator(".notice", has_text="不在你的账号能看的范围内")).to_be_visible()
    expect(house.locator("#main")).not_to_contain_text("三区")
    house.close()
    listed, hole = today.hole("measure.crowded")
    button = hole.locator(".remedy a").filter(has_text="更正管控措施").first
    form = today.open(button.get_attribute("href") or "")
    record(form, room="西8副")
    gone(listed, hole)


def test_the_inspectors_draw_visit_and_recheck(day: Begin) -> None:
    today = day("ducha")
    draw = "/inspections/?n=4&seed=督查0106&kind=养老院"
    first, second = (today.open(draw) for _ in range(2))
    names = [p.locator("table").first.locator("tr[data-row] th").all_inner_texts() for p in (first, second)]
    assert names[0] == names[1]
    assert len(names[0]) == 4
    expect(first.locator("details")).to_contain_text("SHA-256")
    for page in (first, second):
        page.close()
    listed, hole = today.hole("inspect.never")
    form = today.open(hole.locator(".remedy a").first.get_attribute("href") or "")
    expect(form.locator("#id-announced")).to_have_value("否")
    record(form, team="省督查三组")
    gone(listed, hole)
    for page in (listed, hole, form):
        page.close()
    listed, hole = today.hole("finding.overdue")
    form = today.open(hole.locator(".remedy a").first.get_attribute("href") or "")
    record(form, remedied_at="2022-01-06T13:00")
    gone(listed, hole)
    form.goto(f"{today.desk.address}/ledgers/measures/")
    assert form.locator("a[href*='/new']").count() == 0


def test_the_administrator_sees_who_looked_at_whom(day: Begin, desk: Desk) -> None:
    looked = day("zhuanban2")
    hole = looked.hole("sample.overdue")[1]
    expect(hole.locator("h1")).to_be_visible()
    today = day("admin", desk.administrator)
    page = today.open("/account/looks")
    row = page.locator("tr[data-row]").filter(has_text="检测组").first
    expect(row).to_contain_text("号码未显示")


def test_the_engineer_has_the_same_from_the_shell(desk: Desk, tmp_path: Path) -> None:
    """The live holes are those of a full audit, of the exported folder too."""
    told = desk.shell("audit", "--verify")
    assert told.returncode == 0, told.stdout + told.stderr
    held = desk.shell("holes", "--out", tmp_path / "held.csv")
    assert held.returncode in (0, 1), held.stderr
    out = tmp_path / "ledgers"
    assert desk.shell("export", out).returncode == 0
    held_rows = (tmp_path / "held.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(held_rows) > 50
    assert (out / "核酸检测.csv").is_file()


def test_a_county_keeps_a_ledger_of_its_own(day: Begin, desk: Desk) -> None:
    """Declared in a file of the data directory: recorded, imported with a preview, listed, filtered, exported, and cited
    as evidence of a hole; and so is a column added to the roll of people."""
    today = day("zhihuibu")
    page = today.page
    page.goto(f"{desk.address}/ledgers/")
    expect(page.locator("section.card").filter(has_text="自己的台账")).to_contain_text("厕所改造")
    # A file with a row that cannot be read: where, what, and what to do, before anything is saved.
    stranger = "610723196001019015"
    text = (
        "改造编号,户主,区划代码,包户干部,进度,开工时间\n"
        f"CS001,{stranger},610723109902,O000128,施工中,2022-01-03 09:00\n"
        "CS002,,610723109902,O000128,快完了,2022-01-03 09:00\n"
    )
    page.goto(f"{desk.address}/import/")
    page.set_input_files("#files", {"name": "厕所改造.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("form.row-form button[type=submit]").click()
    expect(page.locator(".rejects tbody tr")).to_have_count(1)
    for said in ("厕所改造.csv", "3", "进度", "快完了", "未动工"):
        expect(page.locator(".rejects tbody tr")).to_contain_text(said)
    expect(page.locator("#main")).to_contain_text("新增 1 行")
    listed = today.open("/ledgers/toilet_works/")
    expect(listed.locator("tr[data-row]")).to_have_count(0)
    page.get_by_role("button", name="登账").click()
    # It is on the open list without loading anew; one more is recorded by its form.
    expect(listed.locator("tr[data-row]")).to_have_count(1, timeout=GONE_MS)
    form = today.open("/ledgers/toilet_works/new")
    record(form, area="610723109902", state="已完工", begun_at="2022-01-02T08:00")
    expect(listed.locator("tr[data-row]")).to_have_count(2, timeout=GONE_MS)
    form.goto(f"{desk.address}/ledgers/toilet_works/?f.state=施工中")
    expect(form.locator("tr[data-row]")).to_have_count(1)
    form.locator("button", has_text="导出").click()
    with form.expect_download() as got:
        form.locator(".dropdown-menu.show a", has_text="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(got.value.path()).read_text(encoding="utf-8-sig"))))
    assert [r["改造编号"] for r in rows] == ["CS001"]
    # Whom it names and no roll knows is a hole, and the row is its evidence.
    form.goto(f"{desk.address}/holes/?hole=person.unknown&q={stranger}")
    expect(form.locator("tr[data-row]")).to_have_count(1, timeout=GONE_MS)
    form.locator("tr[data-row] a.say").click()
    expect(form.locator("ol.line li.rests")).to_contain_text("厕所改造")
    form.goto(f"{desk.address}/ledgers/people/new")
    expect(form.locator("#id-dialect")).to_be_visible()
