"""The handbook is as the declarations are now, and says of every hole, ledger and parameter what is to be said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bihuan.audit import programs
from bihuan.cli import main
from bihuan.domains import catalogue, specs
from bihuan.domains.specs import Case
from bihuan.handbook import about, book, holes, markdown
from bihuan.handbook.shape import shape
from bihuan.kernel.program import Program, Said
from bihuan.kernel.words import Words

ROOT = Path(__file__).parents[2]
ZH, EN = Words("zh"), Words("en")


@pytest.fixture(scope="module")
def program() -> Program:
    return programs.load()


@pytest.fixture(scope="module")
def pages(program: Program) -> dict[str, str]:
    return book.pages(program)


def said(program: Program, hole: str) -> Said:
    return next(s for s in program.loops if s.hole == hole)


def part(page: str, hole: str) -> str:
    """What a page says of one hole."""
    return page.split(markdown.anchor(hole))[1].split("<a id=")[0]


def test_no_page_is_stale(pages: dict[str, str]) -> None:
    docs = ROOT / "docs"
    stale = [n for n, text in pages.items() if not (docs / n).exists() or (docs / n).read_text("utf-8") != text]
    stale += [str(path) for path in book.left_over(docs, pages)]
    assert not stale, f"stale: {stale}; run `make docs`"


def test_every_hole_has_its_place_in_both_languages(program: Program, pages: dict[str, str]) -> None:
    for s in program.loops:
        for words in (ZH, EN):
            text = part(pages[f"handbook/{words.lang}/{s.family}.md"], s.hole)
            for sentence in (words.of(s.rule), words.of(s.remedy), words.of(s.reason), s.source):
                assert f"| {markdown.cell(sentence)} |" in text, (s.hole, words.lang, sentence)
            assert all(f"[`{p.key}`]" in text for p in about.governing(s, program)), s.hole
            assert text.count(f"### {words('例', 'Example')}") == 2, s.hole
        assert f"en/{s.family}.md#{s.hole}" in pages["handbook/README.md"]


def test_of_two_examples_one_is_broken_and_one_is_not(program: Program) -> None:
    for s in program.loops:
        first, second = holes.chosen(specs.load(s.hole))
        assert first.expected.get("holes") and not second.expected.get("holes"), s.hole


def test_an_example_is_rows_in_and_holes_out(pages: dict[str, str]) -> None:
    text = part(pages["handbook/zh/ticket.md"], "ticket.late")
    assert "| 编号 | 类别 | 证件号码 | 区划代码 | 受理 | 答复 |" in text
    assert "| K1 | 求助 | 张三 | 610723101001 | 2022-01-06T12:00 |  |" in text
    assert "→ **漏洞**" in text and "| K1 | 2022-01-06T14:00 | 急 | O2 |" in text
    assert "→ **没有漏洞**" in text


def test_at_the_limit_is_chosen_before_what_is_merely_in_order() -> None:
    import datetime as dt

    def case(title: str, **expected: list[dict[str, str]]) -> Case:
        return Case("x.y", (title, title), dt.datetime(2022, 1, 6), {}, expected)

    row = [{"subject": "1"}]
    calm, limit, broken, more = (
        case("calm"),
        case("limit", pending=row),
        case("broken", holes=row),
        case("more", holes=row),
    )
    assert [c.title[0] for c in holes.chosen([calm, broken, more, limit])] == ["broken", "limit"]
    assert [c.title[0] for c in holes.chosen([more, broken])] == ["more", "broken"]


@pytest.mark.parametrize(
    ("hole", "roles", "severities", "named", "kinds"),
    [
        ("arrival.unverified", ("村干部",), ("重",), False, {"deadline"}),
        ("person.unknown", ("网格员",), ("急", "重"), False, {"state"}),
        ("measure.breached", ("镇干部", "单位主体"), ("急",), False, {"state"}),
        ("chain.absent", ("村干部", "镇干部", "县级领导"), ("重",), False, {"state"}),
        ("finding.unproven", ("县级领导",), ("常",), True, {"state", "deadline"}),
        ("feed.late", (), ("重",), True, {"deadline"}),
    ],
)
def test_what_rows_may_say_themselves(
    program: Program, hole: str, roles: tuple[str, ...], severities: tuple[str, ...], named: bool, kinds: set[str]
) -> None:
    form = shape(said(program, hole), program)
    assert (form.roles, form.severities, form.named, set(form.kinds)) == (roles, severities, named, kinds)


def test_who_answers_and_what_closes(program: Program) -> None:
    def of(hole: str, words: Words) -> tuple[str, str, str]:
        s = said(program, hole)
        form = shape(s, program)
        return about.owner(s, form, program, words), about.rises(form, words), about.closes(s, form, words)

    owner, rises, closes = of("task.overdue", ZH)
    assert owner == "行里写明的人；没有写的：镇干部 → 县级领导" and "每满 24 小时" in rises and "迟办" in closes
    owner, rises, _ = of("feed.late", EN)
    assert owner == "whom the row names, and nobody else" and rises == "it does not go up"
    assert "`post.exit_final/对象/分项`" in of("post.exit_final", ZH)[2]
    assert "`gathering.banned/SUBJECT`" in of("gathering.banned", EN)[2]
    assert "4 h" in of("case.loose", EN)[1]


def test_every_column_says_both_languages_purpose_grade_and_retention(pages: dict[str, str]) -> None:
    for ledger in catalogue.ledgers():
        text = part(pages["ledgers.md"], ledger.name)
        for column in ledger.columns:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{column.name}` |"))
            cells = [c.strip() for c in re.split(r"(?<!\\)\|", row)[1:-1]]
            assert cells[1:3] == [column.heading, column.english]
            assert cells[5] == " · ".join(column.purpose)
            assert cells[7].startswith(column.grade) and cells[7].split()[1].isascii()
            assert cells[8] == (f"{column.keep_days} 天 days" if column.keep_days else "随台账 as the ledger")


def test_every_parameter_leads_to_the_holes_that_it_governs(program: Program, pages: dict[str, str]) -> None:
    for s in program.loops:
        for p in about.governing(s, program):
            row = next(x for x in pages["orders.md"].splitlines() if x.startswith(f"| {markdown.anchor(p.key)}"))
            assert f"handbook/zh/{s.family}.md#{s.hole}" in row


@pytest.mark.parametrize("room", catalogue.ROOMS)
def test_a_room_says_what_lives_in_it(room: str) -> None:
    text = (ROOT / "bihuan" / "domains" / room / "README.md").read_text(encoding="utf-8")
    missing = [x.title for x in catalogue.ledgers() if x.room == room and not (x.title in text and x.name in text)]
    assert missing == []


def test_what_is_left_of_an_earlier_handbook_goes_and_nothing_else(program: Program, tmp_path: Path) -> None:
    zh = tmp_path / "handbook" / "zh"
    zh.mkdir(parents=True)
    (zh / "gone.md").write_text(f"{markdown.NOTICE}\n# gone\n", encoding="utf-8")
    (zh / "mine.md").write_text("# mine\n", encoding="utf-8")
    assert main(["handbook", str(tmp_path)]) == 0
    assert not (zh / "gone.md").exists() and (zh / "mine.md").exists() and (zh / "arrival.md").exists()


def test_a_page_written_by_hand_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ledgers.md").write_text("# ours\n", encoding="utf-8")
    assert main(["handbook", str(tmp_path), "--lang", "en"]) == 2
    assert "was written by hand" in capsys.readouterr().err
    assert not (tmp_path / "handbook").exists()
