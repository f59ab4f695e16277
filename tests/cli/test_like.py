"""What `bihuan like` finds elsewhere of one hole."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Run
from tests.cli.test_check import rows

AS_OF = "2022-01-06T14:00:00"
TICKETS = "ticket,kind,person,area,received_at,answered_at\n" + "".join(
    f"{key},求助,,{area},{at},{answered}\n"
    for key, area, at, answered in (
        ("A1", "610723101001", "2022-01-06T09:00", ""),  # overdue since 11:00: the one asked about
        ("A2", "610723101", "2022-01-06T10:00", ""),  # overdue, same town, same owner
        ("B1", "610723102", "2022-01-06T08:00", ""),  # overdue, another town
        ("B2", "610723102", "2022-01-06T08:00", "2022-01-06T12:00"),  # closed late
        ("B3", "610723102", "2022-01-06T08:00", "2022-01-06T10:00"),  # in time
        ("B4", "610723102", "2022-01-06T13:00", ""),  # due at 15:00
    )
)


@pytest.fixture
def town(county: Path) -> Path:
    (county / "tickets.csv").write_text(
        TICKETS + "B5,举报,,610723102,2022-01-06T13:30,\nA 6,求助,,610723102,2022-01-06T07:00,\n", encoding="utf-8"
    )
    (county / "areas.csv").write_text("area,name\n610723,洋县\n610723101,洋州镇\n610723102,龙亭镇\n", encoding="utf-8")
    return county


def listed(run: Run, out: Path, *argv: object) -> list[tuple[str, str, str]]:
    said = run("like", *argv, "--as-of", AS_OF, "--out", out)
    assert said.code == 0, said.err
    return [(r["subject"], r["state"], r["in_common"]) for r in rows(out)]


def test_the_same_hole_and_near_misses_elsewhere(town: Path, tmp_path: Path, bihuan: Run) -> None:
    found = listed(bihuan, tmp_path / "l.csv", town, "ticket.late", "A1")
    assert found == [
        ("A2", "open", "owner,area"),  # what it has in common comes first
        ("A 6", "open", ""),
        ("B1", "open", ""),
        ("B2", "late", ""),
        ("B4", "pending", ""),
        ("B5", "pending", ""),
    ]
    soon = listed(bihuan, tmp_path / "l.csv", town, "ticket.late", "A1", "--within", 1)
    assert [f[0] for f in soon] == ["A2", "A 6", "B1", "B2", "B4"]  # due in exactly an hour


def test_counts_by_town_and_owner_come_before_the_rows(town: Path, bihuan: Run) -> None:
    out = bihuan("like", town, "ticket.late", "A1", "--as-of", AS_OF).out
    assert "别处：同样的漏洞 3，迟办 1，24 小时内到期 2" in out
    dragon, ocean = (
        next(line.split() for line in out.splitlines() if line.startswith(n)) for n in ("龙亭镇", "洋州镇")
    )
    assert dragon == ["龙亭镇", "610723102", "2", "1", "2"] and ocean == ["洋州镇", "610723101", "1", "·", "·"]
    assert "按单位" not in out  # no ticket has a unit
    assert out.index("按乡镇") < out.index("按责任人") < out.index("诉求 A2")
    assert "诉求 A1" in out[: out.index("别处")] and "诉求 A1" not in out[out.index("别处") :]


def test_the_folder_stands_first_or_last_or_is_the_current_one(
    town: Path, tmp_path: Path, bihuan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    want = listed(bihuan, tmp_path / "l.csv", town, "ticket.late", "A 6")
    assert listed(bihuan, tmp_path / "l.csv", "诉求超时", "A 6", town) == want
    monkeypatch.chdir(town)
    assert listed(bihuan, tmp_path / "l.csv", "ticket.late", "A 6") == want
    assert "A 6" in bihuan("why", "ticket.late", "A 6", "--as-of", AS_OF).out


def test_what_is_lacking_is_the_cause(county: Path, tmp_path: Path, bihuan: Run) -> None:
    (county / "notices.csv").write_text(
        "notice,title,channel,area,released_at,as_of,approved_by\nN1,甲,微信,610723101,2022-01-05,,O1\n"
        "N2,乙,微信,6107,2022-01-05,2022-01-05,\nN3,丙,微信,6107,2022-01-05,,\n",
        encoding="utf-8",
    )
    found = listed(bihuan, tmp_path / "l.csv", county, "notice.undated", "N3", "as_of")
    assert found == [("N1", "open", "item"), ("N2", "open", "area"), ("N3", "open", "area")]
    # Without an item it is held against all of the subject's.
    assert {f[0] for f in listed(bihuan, tmp_path / "l.csv", county, "notice.undated", "N3")} == {"N1", "N2"}


def test_nothing_else(county: Path, bihuan: Run) -> None:
    said = bihuan("like", county, "notice.undated", "N1", "--as-of", AS_OF, "--lang", "en")
    assert said.code == 0 and "Nowhere else" in said.out


def test_a_workbook_of_them(town: Path, tmp_path: Path, bihuan: Run) -> None:
    listed_ = tmp_path / "l.xlsx"
    assert bihuan("like", town, "ticket.late", "A1", "--as-of", AS_OF, "--out", listed_).code == 0
    assert CalamineWorkbook.from_path(str(listed_)).sheet_names == ["举一反三", "说明"]


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("{c}", "ticket.late", "K9"), "K9"),
        (("{c}", "ticket.late"), "对象"),
        (("ticket.late",), "对象"),
        (("{c}", "tiket.late", "A1"), "ticket.late"),
        (("{c}", "ticket", "A1"), "ticket.unresolved"),
        (("{c}/无", "ticket.late", "A1"), "找不到"),
        (("{c}", "ticket.late", "A1", "x", "y"), "分项"),
        (("{c}", "ticket.late", "A1", "--within", "inf"), "--within"),
        (("{c}", "ticket.late", "A1", "--within", "一天"), "--within"),
    ],
)
def test_what_cannot_be_told(argv: tuple[str, ...], word: str, town: Path, bihuan: Run) -> None:
    said = bihuan("like", *(a.format(c=town) for a in argv), "--as-of", AS_OF)
    assert said.code == 2 and word in said.err and said.out == ""
