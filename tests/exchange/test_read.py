"""Folders in, tables and rejects out."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.domains import catalogue
from bihuan.exchange.problems import NothingToRead
from bihuan.exchange.read import Intake, read

GOOD = "110101199003070097"  # a checksum that holds, nobody's number


def intake(folder: Path, lang: str = "zh") -> tuple[Intake, duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    return read(folder, con, catalogue.ledgers(), catalogue.parameters(), lang), con


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (folder / name).write_bytes(text.encode(encoding))


def rejects(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute('SELECT file, "row", "column", value, reason FROM rejects').fetchall()


PEOPLE = "person,name,area\n甲,张三,610723101001\n"


def test_rows_count_from_one_with_blank_lines_titles_and_line_breaks(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", '洋县人员底册,,\n\n证件号码,姓名,居住地\n甲,"张\n三",610723101001\n\n乙,李四,61072\n')
    got, con = intake(tmp_path)
    assert got.rows["people"] == 1
    assert rejects(con) == [("people.csv", 6, "area", "61072", "unreadable area")]
    assert con.execute("SELECT person, name, _row FROM ledger_people").fetchall() == [("甲", "张\n三", 4)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, "人员.csv", "证件号码,姓名,居住地\n甲,张三,610723101001\n", encoding)
    got, con = intake(tmp_path)
    assert con.execute("SELECT name FROM ledger_people").fetchall() == [("张三",)]
    assert not got.problems


def test_one_line_a_row_the_first_unreadable_in_the_files_order(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", PEOPLE)
    write(tmp_path, "monitoring.csv", "temperature,at,person,row\n热,昨天,甲,\n热,2021-12-03,甲,R2\n36.5,,甲,R3\n")
    _, con = intake(tmp_path)
    assert rejects(con) == [
        ("monitoring.csv", 2, "temperature", "热", "unreadable number"),
        ("monitoring.csv", 3, "temperature", "热", "unreadable number"),
        ("monitoring.csv", 4, "at", "", "missing"),
    ]


def test_a_reference_to_a_rejected_row_rejects_and_strangers_stay(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", PEOPLE)
    write(
        tmp_path, "cases.csv", "case,person,kind,infected_by\nC1,甲,感冒,\nC2,乙,确诊,C1\nC3,乙,确诊,C2\nC4,乙,确诊,\n"
    )
    write(tmp_path, "contacts.csv", "contact,case,person,degree,last_exposed_at,identified_at\n"
          "K1,C3,乙,密接,2021-12-03,2021-12-03\nK2,C4,丙,密接,2021-12-03,2021-12-03\n")  # fmt: skip
    _, con = intake(tmp_path)
    assert rejects(con) == [
        ("cases.csv", 2, "kind", "感冒", "wrong choice"),
        ("cases.csv", 3, "infected_by", "C1", "unknown reference"),
        ("cases.csv", 4, "infected_by", "C2", "unknown reference"),
        ("contacts.csv", 2, "case", "C3", "unknown reference"),
    ]
    assert con.execute("SELECT contact FROM ledger_contacts").fetchall() == [("K2",)]


def test_duplicates(tmp_path: Path) -> None:
    write(
        tmp_path,
        "risk_areas.csv",
        "row,area,level,since,recorded_at,retracted\n"
        "R1,610113,高,2021-12-01,,\nR1,610113,高,2021-12-01,,\n"  # reads alike: none
        "R2,610113,高,2021-12-01,,\nR2,610113,中,2021-12-01,,\n"
        "R3,610113,高,2021-12-01,2021-12-02 08:00,\nR3,,,,2021-12-02T08:00,是\n"  # a withdrawal is none
        "R4,610113,高,2021-12-01,2021-12-02,\nR4,610113,高,2021-12-01,2021-12-03,\n",
    )
    _, con = intake(tmp_path)
    assert rejects(con) == [("risk_areas.csv", 4, "row", "R2", "duplicate")]
    found = con.execute(
        'SELECT "row", count(*), bool_and(_only) FROM ledger_risk_areas GROUP BY 1 ORDER BY 1'
    ).fetchall()
    assert found == [("R1", 1, True), ("R2", 1, True), ("R3", 2, False), ("R4", 2, False)]


def test_a_duplicate_of_a_composite_key_names_it_whole(tmp_path: Path) -> None:
    write(
        tmp_path,
        "check_ins.csv",
        "person,unit,at,left_at\n甲,U1,2021-12-03 8:00,\n甲,U1,2021-12-03 08:00,2021-12-03 09:00\n",
    )
    _, con = intake(tmp_path)
    assert rejects(con) == [("check_ins.csv", 2, "person", "甲|U1|2021-12-03T08:00:00", "duplicate")]


def test_a_withdrawal_needs_only_its_key_but_is_read(tmp_path: Path) -> None:
    write(tmp_path, "risk_areas.csv", "row,area,level,since,retracted\nR1,,,,是\nR2,,特高,,是\n,,,,是\nR4,,,,否\n")
    _, con = intake(tmp_path)
    assert rejects(con) == [
        ("risk_areas.csv", 3, "level", "特高", "wrong choice"),
        ("risk_areas.csv", 4, "row", "", "missing"),
        ("risk_areas.csv", 5, "area", "", "missing"),
    ]


def test_orders(tmp_path: Path) -> None:
    head = "order,document,area,key,value,since\n"
    rows = ["verify_h,12", "verify_hours,12", "verify_h,十二", "stock.days.口罩,3", "post.doses.厨师,3", "measure.高,14+7",
            "venue.day.餐馆,扫码、测温", "venue.day.餐馆,扫码;测温", "post.lodged.其他,yes", "control_h,-1"]  # fmt: skip
    write(tmp_path, "orders.csv", head + "".join(f"O{i},文,610723,{r},2021-12-01\n" for i, r in enumerate(rows)))
    _, con = intake(tmp_path)
    assert [(r[1] - 2, r[2], r[4]) for r in rejects(con)] == [
        (1, "key", "wrong choice"),
        (2, "value", "unreadable value"),
        (4, "key", "wrong choice"),
        (5, "value", "unreadable value"),
        (7, "value", "unreadable value"),
        (8, "value", "unreadable value"),
        (9, "value", "unreadable value"),
    ]


def test_what_nobody_knows_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", "person,name,area,adress\n甲,张三,610723101001,路\n")
    write(tmp_path, "人员们.csv", "a,b\n1,2\n")
    write(tmp_path, "units.csv", "unit,name,area\nU1,店,610723\n")
    got, _ = intake(tmp_path)
    said = "\n".join(p.zh for p in got.problems)
    assert "adress" in said and "详细地址" in said
    assert "人员们.csv" in said and "“人员”" in said
    assert "缺少必填列 类别" in said
    assert "monitoring" in got.absent and "people" not in got.absent


def test_the_unreadable_is_named_first_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", PEOPLE)
    write(tmp_path, "zzz.xlsx", "PK no workbook")
    write(tmp_path, "units.csv", "")
    got, _ = intake(tmp_path)
    assert [p.file for p in got.problems if p.kind == "unreadable"] == ["units.csv", "zzz.xlsx"]
    assert got.problems[0].kind == "unreadable" and got.rows["people"] == 1


def test_nothing_to_read(tmp_path: Path) -> None:
    for make in (lambda p: None, lambda p: write(p, "letter.docx", "x"), lambda p: write(p, "people.csv", "")):
        make(tmp_path)
        with pytest.raises(NothingToRead) as error:
            intake(tmp_path)
        assert error.value.zh and error.value.en
    with pytest.raises(NothingToRead):
        intake(tmp_path / "nowhere")


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)


def test_a_workbook_with_titles_and_mangled_numbers(tmp_path: Path) -> None:
    workbook(
        tmp_path / "洋县台账.xlsx",
        {
            "人员": [["洋县人员底册"], [], ["姓名", "居住地", "证件号码", "出生日期"], ["张三", 610723101001, "甲", 32874], ["李四", "610723", 12345, ""]],
            "备忘": [["不是台账"]],
        },
    )  # fmt: skip
    got, con = intake(tmp_path)
    assert con.execute("SELECT person, area, birth::VARCHAR, _row FROM ledger_people").fetchall() == [
        ("甲", "610723101001", "1990-01-01", 4),
        ("12345", "610723", None, 5),
    ]
    assert [p.kind for p in got.problems] == ["sheet"]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_csv_workbook_and_parquet_read_alike(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    table = [("person", "name", "area")] + [(f"p{i}{a}", f"n{b}", "610723101001") for i, (a, b) in enumerate(rows)]
    found = []
    for form in ("csv", "xlsx", "parquet"):
        folder = tmp_path_factory.mktemp(form)
        if form == "csv":
            with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(table)
        elif form == "xlsx":
            workbook(folder / "people.xlsx", {"people": [list(r) for r in table]})
        else:
            lists = [[r[i] for r in table[1:]] for i in range(3)]
            duckdb.execute(
                f"COPY (SELECT unnest(?) AS person, unnest(?) AS name, unnest(?) AS area) TO '{folder}/people.parquet'",
                lists,
            )
        _, con = intake(folder)
        found.append(con.execute("SELECT person, name, area, _row, _only FROM ledger_people ORDER BY _row").fetchall())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == len(rows)


def test_progress_moves_within_a_ledger_by_how_much_of_its_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", PEOPLE + "".join(f"P{n},李四,610723101001\n" for n in range(2000)))
    write(tmp_path, "areas.csv", "area,name\n610723,洋县\n")
    told: list[tuple[str, int, int]] = []
    con = duckdb.connect()
    read(tmp_path, con, catalogue.ledgers(), catalogue.parameters(), progress=lambda *said: told.append(said))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    of = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert {total for *_, total in told} == {of}
    people = [done / of for what, done, _ in told if what == "人员"]
    assert len(set(people)) >= 4 and people[0] < 0.1 < people[1] < people[-1]
    assert told[-1][1] in (of - 1, of)
