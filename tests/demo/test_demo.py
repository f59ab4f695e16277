"""The demo city: the source's figures, numbers that pass their checksum, references that lead somewhere, holes planted."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from stdnum.cn import ric

from bihuan.demo import AS_OF, Summary, write
from bihuan.domains.catalogue import ledgers

PEOPLE = 3_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return write(tmp_path_factory.mktemp("city"), PEOPLE, form="parquet")


@pytest.fixture(scope="module")
def rows(city: Summary) -> dict[str, pl.DataFrame]:
    """Every ledger under the English names of its columns."""
    found = {}
    for ledger in ledgers():
        names = {c.heading: c.name for c in ledger.all_columns}
        frame = pl.read_parquet(city.folder / f"{ledger.name}.parquet")
        found[ledger.name] = frame.rename({c: names[c] for c in frame.columns})
    return found


def planted(city: Summary) -> list[dict[str, str]]:
    with (city.folder / "planted.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_every_ledger_has_rows(city: Summary) -> None:
    assert len(city.rows) == 53
    assert [name for name, count in city.rows.items() if not count] == []
    assert (city.folder / "as_of.txt").read_text() == "2022-01-06T14:00\n"


def test_figures_of_the_county(rows: dict[str, pl.DataFrame]) -> None:
    """S5: 161 moved into two hotels of one town, nine hotels, three checkpoints, 91 medics lent, 30 police waiting."""
    hotels = rows["units"].filter((pl.col("kind") == "隔离点") & pl.col("area").str.starts_with("610723"))
    assert hotels.height == 9
    moved = rows["transfers"].filter(pl.col("vehicle") == "陕AT1601")
    assert moved["person"].n_unique() == 161
    taken_in = hotels.filter(pl.col("unit").is_in(moved["to_unit"].unique().to_list()))
    assert taken_in.height == 2 and taken_in["area"].str.starts_with("610723114").all()
    rooms = rows["measures"].join(moved, on="person").filter(pl.col("kind") == "集中隔离")
    assert rooms.select("unit", "room").n_unique() == 161
    checkpoints = rows["posts"].filter((pl.col("kind") == "卡口") & pl.col("area").str.starts_with("610723"))
    assert checkpoints.height == 3 and checkpoints["leader_required"].all()
    lent = dict(rows["deployments"].select("kind", "headcount").iter_rows())
    assert lent == {"医护": 91, "民警": 30}


def test_figures_of_the_city(city: Summary, rows: dict[str, pl.DataFrame]) -> None:
    """S3: of 2.5 million 630,000 away and 100,000 back by 22 December; 1,439 cases next door, 150 a day in the end."""
    away = rows["groups"].filter(pl.col("group") == "外出务工")
    assert away.height == PEOPLE * 630_000 / 2_500_000
    assert city.figures["12月22日前返回 back by 22 December"] == PEOPLE * 100_000 / 2_500_000
    roll = dict(rows["people"].select("person", "area").iter_rows())
    cases = rows["cases"].filter(pl.col("kind") == "确诊").with_columns(home=pl.col("person").replace_strict(roll))
    xian = cases.filter(pl.col("home").str.starts_with("6101"))
    assert xian.height == 1_439
    days = Counter(xian["positive_at"].dt.date().to_list())
    assert min(days) == datetime(2021, 12, 9).date()
    assert all(days[datetime(2021, 12, 25).date() + timedelta(days=i)] > 150 for i in range(7))
    local = cases.filter(pl.col("home").str.starts_with("610723")).sort("positive_at")
    assert local.height == 3
    first = local.row(0, named=True)
    assert first["found_by"] == "定期检测"
    assert rows["staff"].filter(pl.col("person") == first["person"])["post"].to_list() == ["隔离点服务"]


def test_numbers_pass_their_checksum_and_agree_with_the_birth_date(rows: dict[str, pl.DataFrame]) -> None:
    people = rows["people"]
    assert people["person"].n_unique() == people.height == PEOPLE + 1_439
    for number, birth, sex in people.select("person", "birth", "sex").iter_rows():
        assert ric.calc_check_digit(number) == number[-1], number
        assert f"{birth:%Y%m%d}" == number[6:14]
        assert (int(number[16]) % 2 == 1) == (sex == "男")


def test_references_lead_somewhere(rows: dict[str, pl.DataFrame]) -> None:
    """All but the stranger and the unlisted place, which are planted."""
    lost = set()
    for ledger in ledgers():
        for column in ledger.columns:
            if column.refers:
                target = next(other for other in ledgers() if other.name == column.refers)
                known = set(rows[column.refers][target.key[0]])
                values = set(rows[ledger.name][column.name].drop_nulls())
                lost |= {(ledger.name, column.name)} if values - known else set()
    assert lost == {("check_ins", "person"), ("check_ins", "unit")}


def test_required_cells_are_filled_and_keys_are_unique(rows: dict[str, pl.DataFrame]) -> None:
    for ledger in ledgers():
        frame = rows[ledger.name]
        assert [c.name for c in ledger.columns if c.required and frame[c.name].null_count()] == [], ledger.name
        assert frame.select(ledger.key).n_unique() == frame.height, ledger.name
        for column in ledger.columns:
            if column.choices:
                assert set(frame[column.name].drop_nulls()) <= set(column.choices), (ledger.name, column.name)


def test_nothing_done_lies_ahead(rows: dict[str, pl.DataFrame]) -> None:
    for ledger in ledgers():
        for column in ledger.columns:
            if column.type == "time" and not column.planned:
                latest = rows[ledger.name][column.name].max()
                assert latest is None or latest <= AS_OF, (ledger.name, column.name)  # type: ignore[operator]


def test_each_hole_is_planted_once_on_a_row_that_is_there(city: Summary, rows: dict[str, pl.DataFrame]) -> None:
    found = planted(city)
    assert all(p["source"].startswith("S") and p["zh"] and p["en"] for p in found)
    assert [hole for hole, times in Counter(p["hole"] for p in found).items() if times > 1] == []
    keys = {value for ledger in ledgers() for value in rows[ledger.name][ledger.key[0]]}
    named = {
        part
        for p in found
        for part in (p["subject"], *p["item"].split("/"))
        if part.isascii() and part[:1].isalpha() and part[1:].isdigit()
    }
    assert named and named <= keys


def test_the_same_seed_gives_the_same_bytes(city: Summary, tmp_path: Path) -> None:
    again = write(tmp_path, PEOPLE, form="parquet")
    names = sorted(p.name for p in city.folder.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir()) and len(names) == 55
    assert [n for n in names if (city.folder / n).read_bytes() != (tmp_path / n).read_bytes()] == []
    assert again.rows == city.rows


def test_another_seed_and_day_give_another_city_of_the_same_story(city: Summary, tmp_path: Path) -> None:
    later = AS_OF + timedelta(days=300)
    other = write(tmp_path, PEOPLE, seed=7, as_of=later)
    assert other.figures == city.figures
    assert {p.hole for p in other.planted} == {p.hole for p in city.planted}
    assert {p.subject for p in other.planted} != {p.subject for p in city.planted}
    assert (tmp_path / "as_of.txt").read_text() == f"{later:%Y-%m-%dT%H:%M}\n"
    head = (tmp_path / "people.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head[0].startswith("证件号码,姓名,电话") and len(head) == PEOPLE + 1_439 + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"people": 100}, "3,000 以上"), ({"as_of": datetime(2022, 1, 6, 9)}, "14:00"), ({"form": "xlsx"}, "csv")],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, arguments: dict, words: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=words):
        write(tmp_path / "none", **arguments)
    assert not (tmp_path / "none").exists()
