"""The template: what it says, that its example rows are no data, and that they are right all the same."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bihuan.domains import catalogue
from bihuan.exchange import example, template
from tests.exchange.test_read import intake, rejects, workbook


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(tmp_path: Path, lang: str) -> Path:
    path = tmp_path / "模板" / "台账.xlsx"
    path.parent.mkdir()
    template.write(path, catalogue.ledgers(), lang, catalogue.parameters())
    return path


def test_every_ledger_has_a_sheet_with_headings_and_one_example(made: Path, lang: str) -> None:
    book = CalamineWorkbook.from_path(str(made))
    for ledger in catalogue.ledgers():
        rows = book.get_sheet_by_name(ledger.title if lang == "zh" else ledger.name).to_python()
        wanted = [c.heading if lang == "zh" else c.name for c in ledger.all_columns]
        assert [str(c).removesuffix("*") for c in rows[0]] == wanted
        assert len(rows) == 2
        starred = {c.name for c, head in zip(ledger.all_columns, rows[0], strict=True) if str(head).endswith("*")}
        assert starred == {c.name for c in ledger.columns if c.required or c.name in ledger.key}
        assert all(rows[1][i] != "" for i, c in enumerate(ledger.columns) if c.name in starred)


def test_what_is_not_filled_in_holds_no_row(made: Path) -> None:
    got, _ = intake(made)
    assert not got.problems and not got.rejected and not got.absent
    assert sum(got.rows.values()) == 0


def test_choices_are_lists_and_notes_explain(made: Path, lang: str) -> None:
    with zipfile.ZipFile(made) as book:
        texts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    sheets = [text for name, text in texts.items() if name.startswith("xl/worksheets/")]
    notes = "".join(text for name, text in texts.items() if "comments" in name)
    lists = "".join(sheets)
    for ledger in catalogue.ledgers():
        for column in ledger.columns:
            if column.choices:
                assert f'"{",".join(column.choices)}"' in lists
    assert lists.count("<dataValidations") == len(catalogue.ledgers())
    assert ("三无小区" in notes) and ("see loops.md" not in notes)
    assert ("a compound with" in notes) == (lang == "en")  # Chinese remarks in the Chinese one
    assert "verify_h" in texts["xl/sharedStrings.xml"]  # what an order may set is listed


def test_an_example_written_over_is_a_row(tmp_path: Path) -> None:
    ledgers = {g.name: g for g in catalogue.ledgers()}
    officers = ledgers["officers"]
    shown = [example.cell(officers, c) for c in officers.columns]
    heads = [c.heading for c in officers.columns]
    workbook(tmp_path / "a.xlsx", {"责任人员": [heads, shown, [*shown[:1], "李四", *shown[2:]], ["O1", *shown[1:]]]})
    _, con = intake(tmp_path)
    assert con.execute("SELECT officer, name, _row FROM ledger_officers ORDER BY _row").fetchall() == [
        ("示例", "李四", 3),
        ("O1", "张三", 4),
    ]


def test_every_example_can_be_read(tmp_path: Path) -> None:
    """Under another key: none is rejected, not for its references either."""
    for ledger in catalogue.ledgers():
        with (tmp_path / f"{ledger.name}.csv").open("w", encoding="utf-8", newline="") as file:
            cells = [example.cell(ledger, c).replace(example.KEY, "K1") for c in ledger.all_columns]
            if ledger.name == "areas":
                cells[0] = "610723101002"
            csv.writer(file).writerows([[c.name for c in ledger.all_columns], cells])
    got, con = intake(tmp_path)
    assert rejects(con) == [] and set(got.rows.values()) == {1}
