"""Masked numbers that come back with a file: refused, or read as the number that stands (bihuan.live.masked)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bihuan.exchange import cells
from bihuan.live import actions, imports
from bihuan.live.imports import Imported

ZHAO, QIAN, SUN = "610723198801010034", "610723198802020031", "610723197506060122"
MASKED = {ZHAO: "610723********0034", QIAN: "610723********0031", "E12345678": "E1*****78"}

STANDS = {
    "areas": "area,name\n610723001001,东村",
    "officers": "officer,name,phone\nO1,王五,13800000001",
    "people": f"person,name,phone,area\n{ZHAO},赵大,13800000002,610723001001\nE12345678,史密斯,,610723001001",
    "monitoring": f"row,person,at,temperature,recorded_at\nT1,{ZHAO},2022-01-03,36.5,2022-01-03T09:00\n"
    "T2,E12345678,2022-01-03,36.6,2022-01-03T09:00",
    "tickets": f"ticket,kind,person,area,received_at,text\nK1,求助,{ZHAO},610723001001,2022-01-03,请打 13800000002",
    "inspections": "inspection,area,at,announced\nI1,610723001001,2022-01-01,否",
    "findings": f"finding,inspection,category,text,hole\nN1,I1,扫码,不扫码,arrival.silent/{ZHAO}",
}


@pytest.fixture
def stands(con: psycopg.Connection[Any], tmp_path: Path) -> psycopg.Connection[Any]:
    """A few rows that stand in the ledgers."""
    made = imported(tmp_path / "stands", **STANDS)
    assert not made.rejects, made.rejects
    return con


def imported(folder: Path, **ledgers: str) -> Imported:
    folder.mkdir()
    for name, text in ledgers.items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return imports.import_folder(actions.SYSTEM, folder)


REFUSED = [
    # what, ledger, its file, the column that is told
    ("the key itself", "people", f"person,name\n{MASKED[ZHAO]},赵大", "person"),
    ("in full width", "people", "person,name\n610723＊＊＊＊＊＊＊＊0034,赵大", "person"),
    ("another document, masked", "people", "person,name\nE1*****78,史密斯", "person"),
    ("as others mask", "people", "person,name\n6107231988****0034,赵大", "person"),
    ("a new row about him", "monitoring", f"row,person,at\nT9,{MASKED[ZHAO]},2022-01-04", "person"),
    ("a row about somebody else", "monitoring", f"row,person,at\nT1,{MASKED[QIAN]},2022-01-03", "person"),
    ("a phone of nobody's", "people", f"person,name,phone\n{ZHAO},赵大,139****0002", "phone"),
    ("a phone of a new row", "officers", "officer,name,phone\nO9,赵六,138****0001", "phone"),
    (
        "a hole that a finding names",
        "findings",
        f"finding,inspection,category,text,hole\nN9,I1,扫码,不扫码,arrival.silent/{MASKED[ZHAO]}",
        "hole",
    ),
    ("a withdrawal by a masked key", "people", f"person,name,retracted\n{MASKED[ZHAO]},赵大,是", "person"),
    (
        "beside what fits",
        "monitoring",
        f"row,person,at\nT1,{MASKED[ZHAO]},2022-01-03\nT2,6107*0034,2022-01-03",
        "person",
    ),
]


@pytest.mark.parametrize(("ledger", "text", "column"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_masked_number_is_refused(stands: Any, tmp_path: Path, ledger: str, text: str, column: str) -> None:
    made = imported(tmp_path / "again", **{ledger: text})
    line = text.count("\n") + 1
    said = [(r["file"], r["row"], r["column"], r["reason"]) for r in made.rejects]
    assert said == [(f"{ledger}.csv", line, column, cells.MASKED)]
    assert "*" in cells.normal(made.rejects[0]["value"]) and "写明用途" in made.rejects[0]["advice"]
    assert stands.execute(f"SELECT count(*) FROM ledger_{ledger} WHERE \"{column}\" LIKE '%*%'").fetchone() == (0,)


KEPT = [
    # what, ledger, its file, what stands after it
    (
        "one cell corrected",
        "monitoring",
        f"row,person,at,temperature,recorded_at\nT1,{MASKED[ZHAO]},2022-01-03,37.8,2022-01-03T09:00",
        ("T1", ZHAO, 37.8),
    ),
    (
        "a later version",
        "monitoring",
        f"row,person,at,temperature,recorded_at\nT1,{MASKED[ZHAO]},2022-01-03,37.9,2022-01-04T09:00",
        ("T1", ZHAO, 37.9),
    ),
    (
        "a document of another kind",
        "monitoring",
        "row,person,at,temperature,recorded_at\nT2,E1*****78,2022-01-03,37.7,2022-01-03T09:00",
        ("T2", "E12345678", 37.7),
    ),
    ("a phone", "officers", "officer,name,phone\nO1,王伍,138****0001", ("O1", "王伍", "13800000001")),
    (
        "a text that holds one",
        "tickets",
        f"ticket,kind,person,area,received_at,text\nK1,投诉,{MASKED[ZHAO]},610723001001,2022-01-03,请打 138****0002",
        ("K1", "投诉", ZHAO, "请打 13800000002"),
    ),
    (
        "a text of one's own words is left alone",
        "tickets",
        "ticket,kind,area,received_at,text\nK9,投诉,610723001001,2022-01-03,他说 138****7777 打不通",
        ("K9", "投诉", None, "他说 138****7777 打不通"),
    ),
]
COLUMNS = {
    "monitoring": "row, person, temperature",
    "officers": "officer, name, phone",
    "tickets": "ticket, kind, person, text",
}


@pytest.mark.parametrize(("ledger", "text", "row"), [k[1:] for k in KEPT], ids=[k[0] for k in KEPT])
def test_a_row_known_by_its_key_keeps_the_number_that_fits(
    stands: Any, tmp_path: Path, ledger: str, text: str, row: tuple[Any, ...]
) -> None:
    made = imported(tmp_path / "again", **{ledger: text})
    assert not made.rejects and made.written == 1
    key = "row" if ledger == "monitoring" else ledger[:-1]
    last = f"SELECT {COLUMNS[ledger]} FROM ledger_{ledger} WHERE {key} = %s AND latest"
    assert stands.execute(last, [row[0]]).fetchone() == row


def test_what_was_exported_masked_changes_nothing_and_people_alone_are_refused(stands: Any, tmp_path: Path) -> None:
    """As the list's own file has it: every cell shown as on the page."""
    from bihuan.desk.views.ledgers import _shown
    from bihuan.live import tables

    masked = {}
    for name in STANDS:
        ledger = tables.ledgers()[name]
        rows = stands.execute(f"SELECT {tables.listed(ledger.all_columns)} FROM ledger_{name} ORDER BY id").fetchall()
        lines = [",".join(c.name for c in ledger.all_columns)]
        lines += [",".join(map(str, _shown(ledger, row))) for row in rows]
        masked[name] = "\n".join(lines)
    made = imported(tmp_path / "again", **masked)
    assert (made.written, {(r["file"], r["column"]) for r in made.rejects}) == (0, {("people.csv", "person")})
    whole = imported(tmp_path / "whole", **STANDS)
    assert (whole.written, whole.rejected) == (0, 0)


def test_check_reads_a_masked_file_as_it_stands(tmp_path: Path) -> None:
    """By the contract it is another document: an audit of masked files finds the same holes of each."""
    import duckdb

    from bihuan.exchange.read import read
    from bihuan.live import tables

    (tmp_path / "people.csv").write_text(f"person,name,area\n{MASKED[ZHAO]},赵大,610723001001\n", encoding="utf-8")
    program = tables.program()
    assert read(tmp_path, duckdb.connect(), program.ledgers, program.parameters).rejected == 0


FORMS = [
    ("shown in the form and typed as it stands", {"row": "T1", "person": MASKED[ZHAO]}, ZHAO),
    ("of somebody else", {"row": "T1", "person": MASKED[QIAN]}, None),
    ("of a new row", {"row": "T9", "person": MASKED[ZHAO]}, None),
    ("given whole", {"row": "T1", "person": SUN}, SUN),
]


@pytest.mark.parametrize(("row", "stored"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_a_form_takes_no_masked_number(stands: Any, row: dict[str, str], stored: str | None) -> None:
    saved = actions.save_rows(actions.SYSTEM, "monitoring", [row | {"at": dt.datetime(2022, 1, 3)}])
    if stored is None:
        (reject,) = saved.rejects
        assert (saved.batch, reject.column, reject.reason) == (None, "person", cells.MASKED)
        assert "masked number" in reject.said("en") and "掩去的号码" in reject.said("zh")
        return
    last = stands.execute("SELECT person FROM ledger_monitoring WHERE row = %s AND latest", [row["row"]]).fetchone()
    assert (saved.rejects, last) == ([], (stored,))
