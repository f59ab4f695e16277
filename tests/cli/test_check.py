"""What `bihuan check` prints, writes and returns."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from bihuan.cli.aligned import width
from tests.cli.conftest import AS_OF, LEDGERS, Run

COLUMNS = "hole name severity subject_kind subject item area since closed_at owner owner_name escalated_to order text remedy evidence"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_has_the_columns_of_the_contract_and_the_holes_in_order(
    county: Path, tmp_path: Path, bihuan: Run
) -> None:
    out = tmp_path / "holes.csv"
    said = bihuan("check", county, "--as-of", AS_OF, "--only", "ticket", "--only", "notice", "--out", out)
    assert said.code == 1
    found = rows(out)
    assert list(found[0]) == COLUMNS.split()
    assert [(r["hole"], r["subject"], r["severity"]) for r in found] == [
        ("ticket.late", "K1", "急"),
        ("notice.undated", "N1", "常"),
    ]
    late = found[0]
    assert (late["since"], late["closed_at"], late["owner"], late["owner_name"]) == (
        "2022-01-06T14:00:00",
        "",
        "O1",
        "王五",
    )
    assert late["evidence"] == "tickets:K1" and "K1" in late["text"] and late["remedy"]
    assert "数据截至" in found[1]["text"]  # a column is told by its heading


def test_an_aged_hole_has_gone_up_one_role(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "holes.csv"
    bihuan("check", county, "--as-of", "2022-01-06T18:00:00", "--only", "ticket.late", "--out", out)
    assert [(r["subject"], r["escalated_to"]) for r in rows(out)] == [("K1", "O2")]


def test_pending_and_history(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "holes.csv"
    bihuan("check", county, "--as-of", AS_OF, "--only", "ticket.late", "--history", "--out", out)
    assert [(r["subject"], r["since"], r["closed_at"]) for r in rows(out)] == [
        ("K1", "2022-01-06T14:00:00", ""),
        ("K3", "2022-01-06T10:00:00", "2022-01-06T11:00:00"),
    ] or [r["subject"] for r in rows(out)] == ["K3", "K1"]
    assert list(rows(out)[0]) == COLUMNS.split()
    bihuan("check", county, "--as-of", AS_OF, "--only", "ticket.late", "--pending", "--out", out)
    assert {(r["subject"], r["state"], r["since"]) for r in rows(out)} == {
        ("K1", "open", "2022-01-06T14:00:00"),
        ("K2", "pending", "2022-01-07T10:00:00"),
    }


@pytest.mark.parametrize(("only", "code"), [("ticket.late", 1), ("notice.undated", 0), ("feed", 0)])
def test_exit_is_one_where_a_hole_is_urgent_or_heavy(only: str, code: int, county: Path, bihuan: Run) -> None:
    assert bihuan("check", county, "--as-of", AS_OF, "--only", only).code == code


def test_every_format_holds_the_same(county: Path, tmp_path: Path, bihuan: Run) -> None:
    lists = {ending: tmp_path / f"holes.{ending}" for ending in ("csv", "xlsx", "parquet", "json")}
    for path in lists.values():
        bihuan("check", county, "--as-of", AS_OF, "--out", path)

    def text(value: object) -> str:
        if isinstance(value, dt.date):  # a workbook reads midnight as a date
            return f"{value:%Y-%m-%dT%H:%M:%S}"
        return "" if value is None else str(value)

    want = [list(r.values()) for r in rows(lists["csv"])]
    assert len(want) > 2
    assert [[text(v) for v in r.values()] for r in json.loads(lists["json"].read_text(encoding="utf-8"))] == want
    stored = duckdb.connect().execute(f"FROM '{lists['parquet']}'")
    assert [d[0] for d in stored.description] == COLUMNS.split()
    assert [[text(v) for v in r] for r in stored.fetchall()] == want
    book = CalamineWorkbook.from_path(str(lists["xlsx"]))
    assert book.sheet_names == ["问题清单", "说明"]
    head, *cells = book.get_sheet_by_name("问题清单").to_python()
    assert head == COLUMNS.split()
    assert [[text(v) for v in r] for r in cells] == want


def test_a_cell_that_looks_like_a_formula_stays_text(county: Path, tmp_path: Path, bihuan: Run) -> None:
    (county / "notices.csv").write_text(
        "notice,title,channel,area,released_at\n=1+1,通报,微信,6107,2022-01-05\n", encoding="utf-8"
    )
    out = tmp_path / "holes.xlsx"
    bihuan("check", county, "--as-of", AS_OF, "--only", "notice", "--out", out)
    cells = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("问题清单").to_python()
    assert {row[4] for row in cells[1:]} == {"=1+1"}


def test_an_area_takes_its_holes_alone(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "holes.csv"
    bihuan("check", county, "--as-of", AS_OF, "--area", "610723", "--out", out)
    assert {r["area"][:6] for r in rows(out)} == {"610723"}
    assert bihuan("check", county, "--as-of", AS_OF, "--area", "610724", "--out", out).code == 0
    assert rows(out) == []


def test_rejects_go_beside_the_list_and_are_counted(county: Path, tmp_path: Path, bihuan: Run) -> None:
    (county / "people.csv").write_text("person,name,area\n110101199001011234,张三,610723101\n", encoding="utf-8")
    said = bihuan("check", county, "--as-of", AS_OF, "--out", tmp_path / "holes.csv")
    (reject,) = rows(tmp_path / "holes.rejects.csv")
    assert list(reject) == ["file", "sheet", "row", "column", "value", "reason", "advice"]
    assert (reject["file"], reject["row"], reject["reason"]) == ("people.csv", "2", "bad identity number")
    assert "1 行读不了" in said.out.splitlines()[0] and "holes.rejects.csv" in said.out


def test_what_is_absent_is_said_by_loop(county: Path, bihuan: Run) -> None:
    out = bihuan("check", county, "--as-of", AS_OF).out
    line = next(line for line in out.splitlines() if "数据共享" in line and "→" in line)
    assert "feed.late" in line
    assert "默认值" in out


def test_piped_output_is_plain_and_aligned(county: Path, bihuan: Run) -> None:
    out = bihuan("check", county, "--as-of", AS_OF).out
    assert "\033" not in out and not set(out) & set("│┃━─")
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("轻重"))
    table = [line for line in lines[start:] if line[:1] in "轻急重常"]
    places = {width(line[: line.index(word)]) for line, word in zip(table[:2], ("起始", "2022"), strict=True)}
    assert len(table) > 2 and len(places) == 1


def test_english(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "holes.csv"
    said = bihuan("check", county, "--as-of", AS_OF, "--lang", "en", "--out", out)
    assert "As of 2022-01-06 14:00:01" in said.out and "截至" not in said.out
    assert rows(out)[0]["text"].isascii()


def test_now_is_this_machine_s_clock_and_is_said(county: Path, bihuan: Run) -> None:
    assert "本机时间" in bihuan("check", county).out


def test_a_single_file_is_audited(county: Path, bihuan: Run) -> None:
    said = bihuan("check", county / "notices.csv", "--as-of", AS_OF, "--only", "notice")
    assert said.code == 0 and "notice.undated" in said.out


def test_ledgers_without_a_row_are_not_health(tmp_path: Path, bihuan: Run) -> None:
    (tmp_path / "notices.csv").write_text(LEDGERS["notices"].splitlines()[0] + "\n", encoding="utf-8")
    assert "一行也没有" in bihuan("check", tmp_path).out


def test_what_is_pending_is_a_list_to_work_from_grouped_by_owner(county: Path, bihuan: Run) -> None:
    (county / "tickets.csv").write_text(
        LEDGERS["tickets"].splitlines()[0] + "\nK2,举报,,610723101,2022-01-06T10:00,,\n"
        "K4,求助,,610723101,2022-01-06T12:00:01,,\nK5,咨询,,6107,2022-01-06T10:00,,\n"
        "K6,求助,,610723101,2022-01-06T14:00:02,,\n",
        encoding="utf-8",
    )
    out = bihuan("check", county, "--as-of", AS_OF, "--only", "ticket.late", "--pending").out
    lines = out[out.index("待办 3 件") :].splitlines()
    assert lines[1] == "王五 O1　2 件，最早 2022-01-06 14:00"  # due at this very second: still pending
    assert [line.split()[:2] for line in lines[2:4]] == [["2022-01-06", "14:00"], ["2022-01-07", "10:00"]]
    assert "K4" in lines[2] and "K2" in lines[3]
    assert lines[4].startswith("没有责任人") and "K5" in lines[5]
    assert "K6" not in out  # received after the as-of time: not known, and nothing to do


def test_what_was_closed_late_is_told_with_both_times(county: Path, bihuan: Run) -> None:
    out = bihuan("check", county, "--as-of", AS_OF, "--only", "ticket.late", "--history", "--lang", "en").out
    line = next(line for line in out[out.index("Closed late: 1") :].splitlines() if "K3" in line)
    assert line.split()[1:5] == ["2022-01-06", "10:00", "2022-01-06", "11:00"]
    # Closed at exactly its due time it was in time.
    tickets = county / "tickets.csv"
    tickets.write_text(tickets.read_text(encoding="utf-8").replace("T11:00,", "T10:00,"), encoding="utf-8")
    out = bihuan("check", county, "--as-of", AS_OF, "--only", "ticket.late", "--history").out
    assert "没有迟办" in out


def test_the_state_is_a_column_where_pending_ones_were_asked_for(county: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "holes.csv"
    bihuan("check", county, "--as-of", AS_OF, "--only", "notice", "--pending", "--out", out)
    assert list(rows(out)[0]) == [*COLUMNS.split(), "state"]
