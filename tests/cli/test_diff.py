"""What `bihuan diff` tells of two folders, two times, two stored lists, in any mix."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import LEDGERS, Run
from tests.cli.test_check import COLUMNS, rows

BEFORE, AFTER = "2022-01-06T10:30:00", "2022-01-06T14:00:01"
"""At the first K3 is overdue; at the second it was answered and K1 is overdue."""


def changes(path: Path) -> dict[str, dict[str, str]]:
    found = rows(path)
    assert len({(r["hole"], r["subject"], r["item"]) for r in found}) == len(found)
    return {f"{r['hole']}/{r['subject']}": r for r in found}


def test_one_folder_at_two_times(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "changes.csv"
    said = bihuan("diff", county, "--from", BEFORE, "--to", AFTER, "--out", out)
    assert said.code == 1  # a call for help opened
    found = changes(out)
    ours = {name: found[name] for name in ("ticket.late/K1", "ticket.late/K3", "notice.undated/N1")}
    assert {name: r["change"] for name, r in ours.items()} == {
        "ticket.late/K1": "opened",
        "ticket.late/K3": "closed",
        "notice.undated/N1": "stayed",
    }
    assert ours["ticket.late/K3"]["closed_at"] == "2022-01-06T11:00:00"  # closed late: the ledgers say when
    assert ours["ticket.late/K1"]["since"] == "2022-01-06T14:00:00" and not ours["ticket.late/K1"]["since_before"]
    assert list(ours["ticket.late/K1"])[2:18] == COLUMNS.split()
    opened, closed = said.out.index("新增 1\n"), said.out.index("\n闭合 1")
    assert opened < said.out.index("K1") < closed < said.out.index("K3")


def test_before_opened_closed_and_now_add_up(county: Path, bihuan: Run) -> None:
    out = bihuan("diff", county, "--from", BEFORE, "--to", AFTER, "--lang", "en").out
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("loop "))
    table = [line.replace("·", "0").split()[-4:] for line in lines[start + 1 : lines.index("", start)]]
    assert len(table) == 2  # tickets, and all that did not move
    for before, opened, closed, now in (map(int, row) for row in table):
        assert before + opened - closed == now
    assert "a loop" not in out and "opened 1 (急 1), closed 1" in lines[1]


def test_what_changed_of_a_hole_that_stayed(county: Path, tmp_path: Path, bihuan: Run) -> None:
    other, out = tmp_path / "other", tmp_path / "changes.csv"
    shutil.copytree(county, other)
    (other / "duties.csv").write_text(LEDGERS["duties"].replace("D1,O1,镇干部", "D1,O2,镇干部"), encoding="utf-8")
    tickets = other / "tickets.csv"
    tickets.write_text(LEDGERS["tickets"].replace("K1,求助", "K1,举报").replace("12:00,,", "12:01,,"), encoding="utf-8")
    (other / "orders.csv").write_text(
        "order,document,area,key,value,since\nR1,文,610723,ticket.h.举报,1,2021-12-01\n", encoding="utf-8"
    )
    said = bihuan("diff", county, other, "--from", AFTER, "--to", AFTER, "--only", "ticket.late", "--out", out)
    changed = changes(out)["ticket.late/K1"]
    assert (changed["change"], changed["changed"]) == ("stayed", "owner,severity,since")
    assert [changed[f"{n}_before"] for n in ("owner", "severity", "since")] == ["O1", "急", "2022-01-06T14:00:00"]
    assert [changed[n] for n in ("owner", "severity", "since")] == ["O2", "重", "2022-01-06T13:01:00"]
    assert "责任人 O1 → O2、轻重 急 → 重、起始 2022-01-06 14:00 → 2022-01-06 13:01" in said.out


@pytest.mark.parametrize(
    "ending", ["csv", *(pytest.param(e, marks=pytest.mark.long) for e in ("xlsx", "parquet", "json"))]
)
def test_stored_lists_tell_what_the_folders_do(ending: str, county: Path, tmp_path: Path, bihuan: Run) -> None:
    old, new = tmp_path / f"old.{ending}", tmp_path / f"new.{ending}"
    bihuan("check", county, "--as-of", BEFORE, "--pending", "--out", old)
    bihuan("check", county, "--as-of", AFTER, "--history", "--out", new)
    want, got, mixed = (tmp_path / f"{n}.csv" for n in ("want", "got", "mixed"))
    assert bihuan("diff", county, "--from", BEFORE, "--to", AFTER, "--out", want).code == 1
    said = bihuan("diff", old, new, "--out", got)
    assert said.code == 1 and rows(got) == rows(want)
    assert ("2022-01-06 10:30（清单" in said.out) == (ending == "xlsx")  # a workbook says its own time
    bihuan("diff", old, county, "--to", AFTER, "--out", mixed)
    assert rows(mixed) == rows(want)
    bihuan("diff", old, new, "--only", "ticket", "--area", "610723", "--out", mixed)
    assert {r["hole"] for r in rows(mixed)} == {"ticket.late"}


def test_nothing_changed_is_no_alarm(county: Path, tmp_path: Path, bihuan: Run) -> None:
    said = bihuan("diff", county, "--from", AFTER, "--to", AFTER)
    assert said.code == 0 and "新增 0" in said.out
    stored = tmp_path / "h.json"
    bihuan("check", county, "--as-of", AFTER, "--only", "feed", "--out", stored)
    assert "两边都没有漏洞" in bihuan("diff", stored, stored).out


def test_every_format_is_written(county: Path, tmp_path: Path, bihuan: Run) -> None:
    for ending in ("xlsx", "parquet", "json"):
        bihuan("diff", county, "--from", BEFORE, "--to", AFTER, "--out", tmp_path / f"c.{ending}")
    book = CalamineWorkbook.from_path(str(tmp_path / "c.xlsx"))
    assert book.sheet_names == ["漏洞变化", "说明"]
    sheet = book.get_sheet_by_name("漏洞变化").to_python()
    stored = duckdb.connect().execute(f"FROM '{tmp_path / 'c.parquet'}'")
    assert [d[0] for d in stored.description] == sheet[0]
    assert len(stored.fetchall()) == len(sheet) - 1 > 2


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("{c}",), "--from"),
        (("{c}", "--from", AFTER, "--to", BEFORE), "对调"),
        (("{c}", "{c}", "{c}"), "两个"),
        (("{l}", "{c}", "--from", BEFORE), "--from"),
        (("{l}", "--from", BEFORE), "清单"),
        (("{l}", "{x}"), "x.json"),
        (("{c}", "--from", "昨天"), "截至时间"),
        (("{c}", "--from", BEFORE, "--only", "tiket"), "ticket"),
        (("{c}", "--from", BEFORE, "--out", "x.doc"), ".xlsx"),
        (("{c}/无", "--from", BEFORE), "找不到"),
    ],
)
def test_what_does_not_fit_together_is_said(
    argv: tuple[str, ...], word: str, county: Path, tmp_path: Path, bihuan: Run
) -> None:
    stored, damaged = tmp_path / "list.csv", tmp_path / "x.json"
    bihuan("check", county, "--as-of", AFTER, "--out", stored)
    damaged.write_text("[{", encoding="utf-8")
    said = bihuan("diff", *(a.format(c=county, l=stored, x=damaged) for a in argv))
    assert said.code == 2 and word in said.err and said.out == ""
