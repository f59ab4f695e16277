"""Files as people really keep them: what can be read is, and what cannot is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from bihuan.exchange.problems import NothingToRead
from tests.exchange.test_read import intake, rejects, workbook, write

HEAD = "person,name,area\n"


def people(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("SELECT person, name, area, _row FROM ledger_people ORDER BY _source, _row").fetchall()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_titles_and_headings_with_line_breaks(end: str, tmp_path: Path) -> None:
    text = '"洋县\n人员底册",,\n"证件\n号码",姓名,居住地\n甲,张三,610723\n乙,李四,x\n'
    write(tmp_path, "people.csv", text.replace("\n", end))
    _, con = intake(tmp_path)
    assert people(con) == [("甲", "张三", "610723", 3)]
    assert rejects(con) == [("people.csv", 4, "area", "x", "unreadable area")]


def test_rows_of_nothing_but_space_are_blank(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", HEAD + "甲,张三,610723\n\t,　,\u2003\n　,,\n , ,\xa0\n乙,李四,x\n")
    _, con = intake(tmp_path)
    assert rejects(con) == [("people.csv", 6, "area", "x", "unreadable area")]


def test_a_quote_that_is_never_closed_is_named_first(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", HEAD + '甲,张三,610723\n乙,"李四,610723\n丙,王五,610723\n')
    write(tmp_path, "units.csv", 'unit,name,kind,area\nU1,"店""一""",超市,610723\n')
    got, con = intake(tmp_path)
    assert [(p.kind, p.file) for p in got.problems] == [("unreadable", "people.csv")]
    assert "第 3 行" in got.problems[0].zh and people(con) == [("甲", "张三", "610723", 2)]
    assert got.rows["units"] == 1


def test_cells_may_hold_another_mark_than_that_which_parts_them(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", "person,name,area,address\n" + "甲,张三,610723,a;b;c;d;e;f\n" * 2)
    write(tmp_path, "units.csv", 'unit;name;kind;area\nU1;"a,b,c,d,e,f";超市;610723\n')
    write(tmp_path, "officers.csv", "officer\tname\nO1\t王五\n")
    got, _ = intake(tmp_path)
    assert not got.problems and (got.rows["people"], got.rows["units"], got.rows["officers"]) == (1, 1, 1)


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    """Headings that reach over both rows, others under a common one; in either row the more of them may stand."""
    data = ["甲", "张三", "610723", "是"]
    workbook(
        tmp_path / "a.xlsx",
        {
            "人员": [["洋县"], ["证件号码", "基本信息", "", "其他"], ["", "姓名", "居住地", "独居"], data],
            "people": [
                ["证件号码", "姓名", "居住地", "情形", ""],
                ["", "", "", "独居", "需帮扶"],
                ["乙", *data[1:], "否"],
            ],
        },
    )
    got, con = intake(tmp_path)
    assert not got.problems and not got.rejected
    found = con.execute("SELECT person, lives_alone, needs_care, _row FROM ledger_people ORDER BY _row").fetchall()
    assert sorted(found) == [("乙", True, False, 3), ("甲", True, None, 4)]


def test_a_sheet_that_explains_does_not_hide_the_ledger(tmp_path: Path) -> None:
    workbook(
        tmp_path / "人员.xlsx",
        {"Sheet1": [["证件号码", "姓名", "居住地"], ["甲", "张三", "610723"]], "说明": [["怎样填"]]},
    )
    got, con = intake(tmp_path)
    assert not got.problems and len(people(con)) == 1


def test_numbers_of_a_workbook_are_digits_and_dates_moments(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "健康监测.xlsx")) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, ["编号", "证件号码", "时间", "体温"])
        for row, (at, temperature) in enumerate(
            [(44533.333333333336, 0.00001), (44533.25, 36.6), (44533.99999999, 37)], 1
        ):
            sheet.write_row(row, 0, [row, "甲"])
            sheet.write_number(row, 2, at, form if row != 2 else None)
            sheet.write_number(row, 3, temperature)
    got, con = intake(tmp_path)
    assert not got.rejected
    assert con.execute('SELECT "row", "at", temperature FROM ledger_monitoring ORDER BY _row').fetchall() == [
        ("1", dt.datetime(2021, 12, 3, 8), 0.00001),
        ("2", dt.datetime(2021, 12, 3, 6), 36.6),
        ("3", dt.datetime(2021, 12, 4), 37.0),
    ]


def test_typed_parquet_reads_as_its_text_would(tmp_path: Path) -> None:
    """Keys and codes that a notebook turned into floating numbers, small numbers, moments with a zone."""
    duckdb.execute(
        "COPY (SELECT n AS row, '甲' AS person, TIMESTAMPTZ '2021-12-03 00:00:00.5+00' AS at, t AS temperature "
        f"FROM (VALUES (1.0::DOUBLE, 1e-5::DOUBLE), (2.5, 36.6)) v(n, t)) TO '{tmp_path}/monitoring.parquet'"
    )
    duckdb.execute(
        f"COPY (SELECT '甲' AS person, '张三' AS name, 610723101001.0::DOUBLE AS area) TO '{tmp_path}/people.parquet'"
    )
    got, con = intake(tmp_path)
    assert not got.rejected and people(con) == [("甲", "张三", "610723101001", 2)]
    found = con.execute('SELECT "row", "at", temperature FROM ledger_monitoring ORDER BY _row').fetchall()
    assert [f[0] for f in found] == ["1", "2.5"] and [f[2] for f in found] == [0.00001, 36.6]
    assert {f[1] for f in found} == {dt.datetime(2021, 12, 3, 8)}


def test_what_lies_beside_and_is_not_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", HEAD)
    write(tmp_path, "units.xls", "old")
    write(tmp_path, "照片.jpg", "x")
    (tmp_path / "乡镇").mkdir()
    write(tmp_path / "乡镇", "people.csv", HEAD)
    (tmp_path / "照片").mkdir()
    got, _ = intake(tmp_path)
    assert {p.file for p in got.problems} == {"units.xls", "乡镇"} and all(p.kind == "unreadable" for p in got.problems)


def test_only_tables_of_other_forms(tmp_path: Path) -> None:
    write(tmp_path, "people.xls", "old")
    with pytest.raises(NothingToRead) as error:
        intake(tmp_path)
    assert [p.file for p in error.value.problems] == ["people.xls"]
    with pytest.raises(NothingToRead, match="ledger"):
        intake(tmp_path / "people.xls")


def test_lists_that_check_wrote_are_no_unknown_ledgers(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", HEAD)
    write(tmp_path, "holes.csv", "\ufeffhole,name,severity,subject_kind,subject,item,area,since\n")
    write(tmp_path, "holes.rejects.csv", "file,sheet,row,column,value,reason,advice\n")
    assert not intake(tmp_path)[0].problems


def test_one_ledger_in_two_files_and_two_sheets(tmp_path: Path) -> None:
    """Files in name order, sheets in the workbook's: of two rows alike in key the later stands."""
    write(tmp_path, "people.csv", HEAD + "甲,丁,610723\n")
    head = ["person", "name", "area"]
    workbook(
        tmp_path / "a.xlsx",
        {" 人 员 ": [head, ["甲", "甲", 610723], ["乙", "乙", 610723]], "people": [head, ["乙", "丙", 610723]]},
    )
    _, con = intake(tmp_path)
    assert [p[:2] for p in people(con)] == [("乙", "丙"), ("甲", "丁")]
    assert rejects(con) == [
        ("a.xlsx", 2, "person", "甲", "duplicate"),
        ("a.xlsx", 3, "person", "乙", "duplicate"),
    ]


def test_zeros_alone_are_no_area_and_a_year_nought_no_date(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", "person,name,area,birth\n甲,张三,000000,\n乙,李四,610723,0000-01-01\n")
    _, con = intake(tmp_path)
    assert [r[2:] for r in rejects(con)] == [
        ("area", "000000", "unreadable area"),
        ("birth", "0000-01-01", "unreadable date"),
    ]


def test_numbers_of_another_script_are_none(tmp_path: Path) -> None:
    write(tmp_path, "orders.csv", "order,document,area,key,value,since\nO1,文,610723,verify_h,٣,2021-12-01\n")
    _, con = intake(tmp_path)
    assert rejects(con) == [("orders.csv", 2, "value", "٣", "unreadable value")]


def test_damaged_bytes_do_not_turn_a_file_into_another_language(tmp_path: Path) -> None:
    """UTF-8 that was cut off within a letter, or spoilt somewhere: GBK could read it, and all of it wrongly."""
    text = "证件号码,姓名,居住地\n" + "".join(f"人{n},张三丰,610723\n" for n in range(50))
    data = text.encode()
    (tmp_path / "people.csv").write_bytes(data[:-10])  # in the middle of 丰
    got, con = intake(tmp_path)
    assert [(p.kind, "第 51 行" in p.zh) for p in got.problems] == [("unreadable", True)]
    assert got.rows["people"] == 49 and [r[1:3] for r in rejects(con)] == [(51, "area")]
    spoilt = data.replace("人7,张".encode(), b"\xff7," + "张".encode())
    (tmp_path / "people.csv").write_bytes(spoilt)
    got, con = intake(tmp_path)
    assert "第 9 行" in got.problems[0].zh and got.rows["people"] == 50
    (tmp_path / "people.csv").write_bytes(text.encode("gbk"))
    got, con = intake(tmp_path)
    assert not got.problems and people(con)[0][:2] == ("人0", "张三丰")


def test_a_workbook_of_nothing(tmp_path: Path) -> None:
    workbook(tmp_path / "人员.xlsx", {"Sheet1": []})
    with pytest.raises(NothingToRead) as error:
        intake(tmp_path)
    assert "什么也没有" in error.value.problems[0].zh
