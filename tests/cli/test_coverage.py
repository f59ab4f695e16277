"""What `bihuan coverage` calls a blind spot, each with numerator and denominator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_check import rows

AS_OF = "2022-01-06T14:00:00"

LEDGERS = {
    "areas": "area,name\n610723,洋县\n610723101,甲镇\n610723102,乙镇\n610723103,丙镇\n610722,城固县\n",
    "units": "unit,name,kind,area\nP1,青岛港,港口,3702\nP2,天津港,港口,1201\nM1,市场,农贸市场,610723101\n",
    "lots": "lot,product,imported,kg,entered_at,port,split_from\n"
    "L1,冻虾,是,100,2022-01-01,P1,\n"
    "L2,冻虾,是,50,,,L1\n"  # of the line of L1: seen with it
    "L3,冻虾,是,200,2022-01-02,P2,\n"
    "L4,车厘子,是,30,2022-01-02,P1,\n"  # sampled only before it entered
    "L5,牛肉,否,999,2022-01-02,P1,\n"
    "L6,冻虾,是,7,2022-01-07,P1,\n",  # enters after the as-of time
    "samples": "sample,of,lot,person,sampled_at,agency\nS1,物,L2,,2022-01-03,海关\nS2,物,L4,,2021-12-30,海关\n"
    "S3,物,L1,,2022-01-03,\nS4,人,,乙,2022-01-03,卫健\n",
    "lot_moves": "move,lot,to_unit,kg,sent_at,received_at\nV1,L3,M1,9,2022-01-03,2022-01-04\n"
    "V2,L3,M1,9,2022-01-04,2022-01-05\nV3,L1,M1,9,2022-01-04,\n",
    "people": "person,name,area,household\n甲,甲,610723101,1\n乙,乙,610723101,1\n丙,丙,610723102,2\n丁,丁,610723102,2\n",
    "groups": "row,person,group,since,until\nG1,甲,学生,,\nG2,丙,学生,,2022-01-01\nG3,丁,慢性病,,\n",
    "staff": "row,person,unit,post,since\nF1,乙,M1,冷链搬运,2022-01-01\n",
    "measures": "measure,person,ground,kind,since\nX1,丙,其他,居家隔离,2022-01-05\n",
    "tickets": "ticket,kind,area,received_at\nT1,求助,610723101,2022-01-06\nT2,求助,610723102001,2022-01-06\n",
}


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    folder = tmp_path / "台账"
    folder.mkdir()
    for name, text in LEDGERS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def spots(run: Run, folder: Path, out: Path, *options: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(topic, dimension, key) → (blind, total)."""
    said = run("coverage", folder, "--as-of", AS_OF, "--out", out, *options)
    assert said.code == 0
    found = rows(out)
    for r in found:
        if r["dimension"] != "ledger":
            assert float(r["share"]) == pytest.approx(int(r["blind"]) / int(r["total"]))
    return {(r["topic"], r["dimension"], r["key"]): (int(r["blind"]), int(r["total"])) for r in found}


def test_lots_that_no_agency_saw(ledgers: Path, tmp_path: Path, bihuan: Run) -> None:
    found = spots(bihuan, ledgers, tmp_path / "b.csv")
    lots = {(by, key): n for (topic, by, key), n in found.items() if topic == "lots"}
    assert lots == {
        ("all", ""): (2, 4),
        ("product", "冻虾"): (1, 3),
        ("product", "车厘子"): (1, 1),
        ("port", "P1"): (1, 3),  # a split lot has its root's port
        ("port", "P2"): (1, 1),
        ("route", "P1>"): (1, 3),  # sent and not received is no route
        ("route", "P2>610723"): (1, 1),  # however often something was moved
    }
    every = next(r for r in rows(tmp_path / "b.csv") if r["dimension"] == "all")
    assert (float(every["kg_blind"]), float(every["kg_total"])) == (230, 380)
    assert every["seen_by"] == "海关 2、部门未填 2"


def test_people_on_a_roll_whom_no_other_ledger_knows(ledgers: Path, tmp_path: Path, bihuan: Run) -> None:
    found = spots(bihuan, ledgers, tmp_path / "b.csv")
    people = {(by, key): n for (topic, by, key), n in found.items() if topic == "people"}
    assert people == {
        ("roll", "people/"): (0, 4),  # each is on some other roll
        ("roll", "groups/学生"): (1, 1),  # 丙 is no longer in the group
        ("roll", "groups/慢性病"): (1, 1),
        ("roll", "staff/冷链搬运"): (0, 1),  # a sample knows him
        ("roll", "household/管控同户"): (0, 1),  # 丁 lives with 丙; groups knows him
        ("town", "610723101"): (1, 2),
        ("town", "610723102"): (1, 1),
        ("town_roll", "610723101"): (0, 2),
        ("town_roll", "610723102"): (0, 2),
    }


def test_areas_that_are_silent_where_their_siblings_are_not(ledgers: Path, tmp_path: Path, bihuan: Run) -> None:
    out = tmp_path / "b.csv"
    found = spots(bihuan, ledgers, out)
    silent = {key: n for (topic, by, key), n in found.items() if (topic, by) == ("ledgers", "area")}
    # 丙镇: no row of people, groups, tickets, measures, samples, staff, units, lot_moves names it or anybody there.
    assert silent["610723103"] == (8, 8)
    # 乙镇 has people, a group, a measure and, in a village of it, a ticket.
    assert silent["610723102"] == (4, 8)
    assert silent["610722"][0] == silent["610722"][1] and "610723" not in silent
    ticket = next(r for r in rows(out) if r["key"] == "610723103/tickets")
    assert (ticket["keeping"], ticket["siblings"], ticket["sibling_rows"]) == ("2", "2", "2")
    assert "丙镇" in ticket["name"] and "热线诉求" in ticket["name"]
    listed = [float(r["share"]) for r in rows(out) if r["dimension"] == "ledger"]
    assert listed == sorted(listed, reverse=True)


def test_only_what_lies_in_an_area(ledgers: Path, tmp_path: Path, bihuan: Run) -> None:
    found = spots(bihuan, ledgers, tmp_path / "b.csv", "--area", "610723102")
    assert ("people", "town", "610723101") not in found and ("people", "town", "610723102") in found
    assert {key[:9] for topic, _, key in found if topic == "ledgers"} == {"610723102"}
    assert not any(topic == "lots" for topic, *_ in found)  # nothing is held there


def test_the_screen_says_it_in_sentences(ledgers: Path, bihuan: Run) -> None:
    out = bihuan("coverage", ledgers, "--as-of", AS_OF).out
    assert "无人检测的进口批次 2/4（50.0%），230/380 千克" in out
    assert "青岛港 → （未收货）" in out and "天津港 → 洋县" in out
    assert "谁也没有的台账" in out
    (ledgers / "samples.csv").unlink()
    out = bihuan("coverage", ledgers, "--as-of", AS_OF, "--lang", "en").out
    assert "imported lots that no agency saw: 4/4 (100.0%)" in out and "no ledger of samples" in out


def test_ledgers_without_a_row_are_no_error(tmp_path: Path, bihuan: Run) -> None:
    (tmp_path / "people.csv").write_text("person,name,area\n", encoding="utf-8")
    said = bihuan("coverage", tmp_path, "--as-of", AS_OF)
    assert said.code == 0 and "没有进口批次" in said.out and "没有名册" in said.out
    assert bihuan("coverage", tmp_path / "无").code == 2
