"""Cells in, values out: the tables of loops.md, *Cells*; and SQL's plain forms held against the functions' meaning."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from bihuan.exchange import cells
from bihuan.kernel.ledger import Column

MOMENTS = {
    "2021-12-03": "2021-12-03T00:00:00",
    "2021-12-3 8:05": "2021-12-03T08:05:00",
    "2021-12-03T08:05:09.9": "2021-12-03T08:05:09",
    "2021/12/3  08:05": "2021-12-03T08:05:00",
    "2021.12.3": "2021-12-03T00:00:00",
    "2021年12月3日": "2021-12-03T00:00:00",
    "2021年12月3日8时": "2021-12-03T08:00:00",
    "2021年12月3日 8点5分": "2021-12-03T08:05:00",
    "2021年12月3日08:05": "2021-12-03T08:05:00",
    "20211203": "2021-12-03T00:00:00",
    "44533": "2021-12-03T00:00:00",
    "44533.25": "2021-12-03T06:00:00",
    "44533.999999": "2021-12-04T00:00:00",
    "２０２１－１２－０３　０８：０５": "2021-12-03T08:05:00",
    " 2021-12-03 ": "2021-12-03T00:00:00",
    "2021-12-03T00:05Z": "2021-12-03T08:05:00",
    "2021-12-03T08:05+08:00": "2021-12-03T08:05:00",
    "2021-12-03T08:05+0900": "2021-12-03T07:05:00",
}
NO_MOMENTS = (
    "2021-13-03", "2021-02-30", "2021-12-03 24:00", "2021-12-03 08:60", "上午8点", "2021-12-03 上午8点", "去年冬至",
    "20211203 08:05", "44533.5 08:05", "2021-12-0308:05", "2021-12-03 8", "21-12-03", "4453", "2021年12月", "2021-12-03 08:05 Z",
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), MOMENTS.items())
def test_a_moment_is_read(text: str, value: str) -> None:
    assert cells.moment(text).isoformat() == value
    assert cells.day(text).isoformat() == value[:10]


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment_says_so(text: str) -> None:
    with pytest.raises(cells.Unreadable, match=cells.BAD_DATE):
        cells.moment(text)


@pytest.mark.parametrize(
    ("text", "value"), {"12": 12, "12.0": 12, "１２": 12, "+5": 5, "-3": -3, "5.": 5, ".0": 0, "007": 7}.items()
)
def test_a_whole_number(text: str, value: int) -> None:
    assert cells.whole(text) == value == cells.real(text)


@pytest.mark.parametrize("text", ["1,000", "nan", "inf", "1e3", "十几个", "1 2", ".", "+", "0x10", "1.2.3"])
def test_no_number(text: str) -> None:
    for read in (cells.whole, cells.real):
        with pytest.raises(cells.Unreadable, match=cells.BAD_NUMBER):
            read(text)


def test_a_fraction_is_no_whole_number() -> None:
    assert cells.real(".5") == 0.5
    with pytest.raises(cells.Unreadable):
        cells.whole(".5")


AREAS = {
    "61": "61", "610100": "6101", "610000": "61", "610102000000": "610102", "610102001000": "610102001", "610102": "610102",
    "610102001002000": "610102001002", "６１０１": "6101", "610102001002003": "610102001002003",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), AREAS.items())
def test_an_area(text: str, value: str) -> None:
    assert cells.area(text) == value


@pytest.mark.parametrize("text", ["61010", "6", "61O1", "陕西", "6101020010"])
def test_no_area(text: str) -> None:
    with pytest.raises(cells.Unreadable, match=cells.BAD_AREA):
        cells.area(text)


@pytest.mark.parametrize(
    ("text", "value"), {"是": True, "TRUE": True, "１": True, "否": False, "False": False, "0": False}.items()
)
def test_yes_and_no(text: str, value: bool) -> None:
    assert cells.boolean(text) is value


@pytest.mark.parametrize("text", ["也许", "yes", "y", "√", "2"])
def test_neither_yes_nor_no(text: str) -> None:
    with pytest.raises(cells.Unreadable, match=cells.WRONG_CHOICE):
        cells.boolean(text)


SEVENTEEN = st.text("0123456789", min_size=17, max_size=17)


@settings(deadline=None)
@given(SEVENTEEN, st.sampled_from("0123456789X"))
def test_an_identity_number_is_judged_by_its_checksum_alone(digits: str, last: str) -> None:
    right = ric.calc_check_digit(digits + "0") == last
    column = Column("person", "证件号码", "text")
    found = duckdb.sql(f"SELECT {cells.plain(column, True, True, 'c')} FROM (SELECT '{digits + last}' AS c)").fetchone()
    assert found == (right,)
    if right:
        assert cells.identity(digits + last.lower()) == digits + last
    else:
        with pytest.raises(cells.Unreadable, match=cells.BAD_IDENTITY):
            cells.identity(digits + last)


@pytest.mark.parametrize("text", ["E12345678", "61010219950318053", "台胞证１２"])
def test_another_document_is_as_it_is(text: str) -> None:
    assert cells.identity(text) == cells.normal(text)


KINDS = [
    Column("a", "甲", "int"),
    Column("a", "甲", "real"),
    Column("a", "甲", "date"),
    Column("a", "甲", "time"),
    Column("a", "甲", "area"),
    Column("a", "甲", "bool"),
    Column("a", "甲", "one", choices=("是", "高", "中")),
    Column("a", "甲", "text", matched=True),
    Column("a", "甲", "text"),
    Column("a", "甲", "ref", refers="units"),
]
TEXTS = st.one_of(
    st.text(max_size=6),
    st.text("0123456789.+-:T /年月日时XxABC是否高中　\t", max_size=20),
    st.datetimes().map(lambda d: d.isoformat(timespec="seconds")),
    st.dates().map(str),
    st.sampled_from([*MOMENTS, *NO_MOMENTS, *AREAS, "12", "12.5"]),
).filter(lambda text: text.strip() != "" and "\x00" not in text)


@settings(deadline=None)
@given(st.sampled_from(KINDS), TEXTS)
def test_what_sql_takes_as_plain_python_reads_alike(column: Column, text: str) -> None:
    """SQL reads only what has the plain form; where it does, both give the same."""
    quoted = "'" + text.replace("'", "''") + "'"
    con = duckdb.connect()
    plain = con.execute(f"SELECT {cells.plain(column, False, False, 'c')} FROM (SELECT {quoted} AS c)").fetchone()
    if plain != (True,):
        return
    cast = con.execute(f"SELECT {cells.cast(column, 'c')} FROM (SELECT {quoted} AS c)").fetchone()
    read = cells.reader(column, ledger_key=False, person=False)(text)
    assert cast == (read,)
    if isinstance(read, dt.datetime):
        assert read == cells.moment(text)
