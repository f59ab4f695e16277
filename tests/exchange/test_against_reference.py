"""Random folders of ledgers full of odd cells: rows, values and rejects as the slow second reading of the contract has
them (tests/reference)."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from bihuan.domains import catalogue
from tests.exchange.test_cells import AREAS, MOMENTS, NO_MOMENTS
from tests.exchange.test_read import GOOD, intake
from tests.reference import read as read_slowly
from tests.reference.rows import Column, Ledger, contract

# fmt: off
MORE_MOMENTS = ("2021-12-03 8:00:00", "0001-01-01", "9999-12-31T23:59:59-12:00", "0000-01-01", "2021-12-03T8:5", "20211303",
                "2021年12月3日T8:05", "2021/12-03", "99999", "00000", "2021-12-03 8时05分+08:00", "1899-12-31", "2021-12-03\n08:00")
NUMBERS = ("7", "7.0", "7.5", ".5", "5.", "+3", "-0", "1,000", "nan", "1e3", "１２", " 12 ", "九", "--1", "00007", "-", "+.", "٣")
FLAGS = ("是", "否", "TRUE", "false", "1", "0", "１", "tRuE", "yes", "√", "2", "是 ", "　是")
TEXTS = ("张三", "A", "Ａ", " x ", "含,逗号", '含"引号"', "行\n断", "x\xa0", "ﬁ", "①", "e\u0301", "=1+1", "'", "\\", "\u200b", "0", "无")
PEOPLE = (GOOD, "11010119900307009X", "11010119900307010x", "110101199003070010", "E1", "１１０１０１１９９００３０７００９７",
          "110101900307001", "甲", " 甲", "x", "X")
KEYS = ("K1", "K2", "K3", "Ｋ1", " K1", "k1", "K 1", "K1.0")
PARAMETERS = ("verify_h", "measure.高", "test_days.集中隔离", "venue.day.餐馆", "post.lodged.其他", "stock.days.口罩", "stock.days.",
              "stock.days.*", "ticket.h", "lot.tolerance", "venue.closed", "group.doses.*", "post.doses.x", "ｖerify_h", "Verify_h")
VALUES = ("12", "14+7+0", "14+7", "1,4,7", "1，4、7", "无", "0", "是", "否", "扫码,测温", "扫码；测温", "扫码,", "nan", "-1", "inf", "1.5",
          "3.0", "14 + 7 + 0", "养老院，学校", "1,,4", "1.5,2", "٣", "0.0", "14.0+7+0", "00")
# fmt: on
PLAIN = {
    "time": ("2021-12-03", "2021-12-03 08:00"),
    "area": ("610723", "610723101"),
    "int": ("1", "2"),
    "bool": ("是", ""),
}
ODD = {
    "time": (*MOMENTS, *NO_MOMENTS, *MORE_MOMENTS),
    "area": (*AREAS, "000000", "00", "陕西", "61.0", "61072310100100"),
    "int": NUMBERS,
    "bool": FLAGS,
}
ALIKE = {"date": "time", "real": "int"}


def cell(r: random.Random, ledger: Ledger, column: Column, odd: bool) -> str:
    """A cell that can mostly be read, or one of those at which a reader stumbles."""
    if odd and r.random() < 0.12:
        return r.choice(["", " ", "　"])
    kind = ALIKE.get(column.type, column.type)
    if ledger.name == "orders" and column.name in ("key", "value"):
        plain, strange = (("verify_h",), PARAMETERS) if column.name == "key" else (("3",), VALUES)
        return r.choice(strange if odd else plain)
    if kind in ODD:
        return r.choice((ODD if odd else PLAIN)[kind])
    if column.choices:
        return r.choice([*column.choices * 3, "其它", column.choices[0] + " ", "Ａ"] if odd else column.choices)
    if column.ref == "people" or column.name == "person":
        return r.choice(PEOPLE if odd else ("甲", "乙", GOOD))
    if column.ref or column.name in ledger.key:
        return r.choice(KEYS if odd else KEYS[:3])
    return r.choice(TEXTS if odd else ("x", "y"))


def write_folder(r: random.Random, folder: Path) -> list[str]:
    """Some ledgers, each in one file or two, in any encoding, with headings in any order."""
    names = r.sample(list(contract()), r.randint(4, 12))
    for ledger in map(contract().__getitem__, names):
        for name in r.choice([(ledger.name,), (ledger.name, ledger.zh)]):
            columns = [c for c in ledger.columns if c.required or r.random() < 0.7]
            r.shuffle(columns)
            encoding = r.choice(["utf-8", "utf-8-sig", "gb18030"])
            with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
                end, quotes = r.choice(["\n", "\r\n"]), r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
                out = csv.writer(file, lineterminator=end, quoting=quotes)  # type: ignore[arg-type]
                out.writerow([r.choice([c.name, c.heading]) for c in columns])
                for _ in range(r.randint(1, 12)):
                    if r.random() < 0.05:
                        file.write(end)
                    out.writerow([cell(r, ledger, c, r.random() < 0.3) for c in columns])
    return names


@pytest.mark.parametrize("seed", range(8))
def test_rows_values_and_rejects_agree(seed: int, tmp_path: Path) -> None:
    names = write_folder(random.Random(seed), tmp_path)
    rows, slow = read_slowly(tmp_path)
    got, con = intake(tmp_path)
    found = con.execute('SELECT file, "row", "column", value, reason FROM rejects').fetchall()
    assert sorted(found) == sorted((x.file, x.row, x.column, x.value, x.reason) for x in slow)
    assert slow
    files = sorted(p.name for p in tmp_path.iterdir())
    for name in names:
        columns = [c.name for c in contract()[name].columns]
        listed = ", ".join(f'"{c}"' for c in columns)
        read = con.execute(f"SELECT _source, _row, {listed} FROM ledger_{name}").fetchall()
        engine = {(got.sources[source].file, row): values for source, row, *values in read}
        assert engine == {(files[x.line[0]], x.line[1]): [x[c] for c in columns] for x in rows[name]}, name


def test_the_ledgers_are_those_of_the_contract() -> None:
    assert [g.name for g in catalogue.ledgers()] == list(contract())
