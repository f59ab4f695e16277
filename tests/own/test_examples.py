"""examples/own-loop and examples/own-ledger, installed: read, validated, templated, audited, explained, in the book."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.own.conftest import EXAMPLES, ROOT, Place

OWN = ("broadcast", "sanitation", "arrears", "household")


def audit(county: Place, folder: Path, at: str, out: Path, *more: str) -> list[dict[str, str]]:
    """The holes of the county's own loops, and of people that its ledgers name."""
    only = [word for name in (*OWN, "person") for word in ("--only", name)]
    told = county.run("check", folder, "--as-of", at, "--out", out, *only, *more)
    assert told.returncode == 1, told.stderr
    return [dict(row) for row in json.loads(out.read_text(encoding="utf-8"))]


def brief(holes: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return sorted((h["hole"], h["subject"], h["since"], h["severity"], h["owner"]) for h in holes)


@pytest.mark.long
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_passes_its_own_tests(county: Place, example: str) -> None:
    tests = ROOT / "examples" / example / "tests"
    told = county.run("-p", "no:cacheprovider", "--rootdir", tests, tests, module="pytest")
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.long
def test_a_loop_of_its_own_is_audited_under_an_order_of_its_own(county: Place, tmp_path: Path) -> None:
    holes = audit(county, ROOT / "examples/own-loop/ledgers", "2022-01-05T20:00:01", tmp_path / "holes.json")
    assert brief(holes) == [("broadcast.unheard", "610723101002", "2022-01-05T20:00:00", "重", "O1")]
    assert holes[0]["order"] == "broadcast.h=12（洋疫指〔2022〕2号）"
    assert holes[0]["evidence"] == "areas:610723101002,risk_areas:R1"
    assert holes[0]["text"].startswith("西联村（610723101002）应在 2022-01-05 20:00 前广播通知到村")


@pytest.mark.long
def test_ledgers_of_its_own_are_read_and_audited(county: Place, tmp_path: Path) -> None:
    out = tmp_path / "holes.json"
    holes = audit(county, ROOT / "examples/own-ledger/ledgers", "2024-01-13T00:00", out)
    assert brief(holes) == [
        ("arrears.unpaid", "Q1", "2024-01-12T09:00:00", "急", "O3"),
        ("household.unvisited", "P100", "2024-01-09T10:00:00", "常", "O1"),
        ("person.unknown", "P200", "2024-01-02T09:00:00", "重", "O2"),
        ("sanitation.overdue", "W1", "2024-01-10T18:00:00", "重", "O2"),
        ("sanitation.unaccepted", "W2", "2024-01-12T10:00:00", "常", "O2"),
    ]
    named = {h["hole"]: h for h in holes}
    assert named["sanitation.unaccepted"]["order"] == "sanitation.accept_d=10（洋农发〔2023〕9号）"
    assert named["sanitation.overdue"]["text"].startswith("东联村改厕（W1）")
    assert named["person.unknown"]["evidence"] == "arrears:Q1"
    assert json.loads((tmp_path / "holes.rejects.json").read_text(encoding="utf-8")) == []


def test_what_cannot_be_read_of_them_is_rejected_with_advice(county: Place, tmp_path: Path) -> None:
    folder = tmp_path / "ledgers"
    shutil.copytree(ROOT / "examples/own-ledger/ledgers", folder)
    (folder / "sanitation_works.csv").write_text(
        "project,name,kind,area,task,due\n"
        "W7,改厕,改成,610723101001,,2024-01-20\n"
        "W8,改厕,改厕,610723101001,T9,2024-01-20\n"
        "W9,改厕,改厕,610723101001,,\n",
        encoding="utf-8",
    )
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.write("Z8,洋农发〔2023〕9号,610723,arrears.pay_d.材料款,10,,2023-12-01,\n")
        orders.write("Z9,洋农发〔2023〕9号,610723,arrears.pay_d.工程款,尽快,,2023-12-01,\n")
    audit(county, folder, "2024-01-13T00:00", tmp_path / "holes.json", "--rejects", str(tmp_path / "rejects.csv"))
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = [(r["file"], r["row"], r["column"], r["value"], r["reason"]) for r in csv.DictReader(file)]
    assert rejects == [
        ("orders.csv", "4", "key", "arrears.pay_d.材料款", "wrong choice"),
        ("orders.csv", "5", "value", "尽快", "unreadable value"),
        ("sanitation_works.csv", "2", "kind", "改成", "wrong choice"),
        ("sanitation_works.csv", "3", "task", "T9", "unknown reference"),
        ("sanitation_works.csv", "4", "due", "", "missing"),
    ]


def test_of_two_ledgers_that_name_a_stranger_at_one_moment_the_contracts_places_him(
    county: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "ledgers"
    shutil.copytree(ROOT / "examples/own-ledger/ledgers", folder)
    at = "2024-01-13T00:00"
    place = {h["subject"]: h["area"] for h in audit(county, folder, at, tmp_path / "before.json")}["P200"]
    assert place == "610723101001"  # by the county's own ledger alone
    (folder / "tickets.csv").write_text(
        "ticket,kind,person,area,received_at\nK1,投诉,P200,610723101002,2024-01-02T09:00\n", encoding="utf-8"
    )
    found = {h["subject"]: h for h in audit(county, folder, at, tmp_path / "after.json")}["P200"]
    assert (found["area"], found["evidence"]) == ("610723101002", "tickets:K1")


def test_why_shows_the_rows_of_its_own_ledger(county: Place) -> None:
    folder = ROOT / "examples/own-ledger/ledgers"
    told = county.run("why", folder, "arrears.unpaid", "Q1", "--as-of", "2024-01-13").stdout
    assert "● 2024-01-02 09:00  项目拖欠  项目拖欠.csv 第 2 行" in told
    assert "拖欠 Q1 应在 2024-01-12 09:00 前付清" in told and "金额（元） 36000" in told


def test_explain_tells_its_rule_parameters_and_examples(county: Place) -> None:
    told = county.run("explain", "arrears", "--dir", ROOT / "examples/own-ledger/ledgers").stdout
    for words in ("arrears.pay_d.*", "民工工资 10", "项目拖欠 arrears", "rural_works.loops", "急的每满 4 小时", "Q1"):
        assert words in told
    assert "项目双拖欠 arrears" in county.run("explain").stdout


def test_the_template_holds_its_ledgers_behind_those_of_the_contract(county: Place, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    from bihuan.domains import catalogue

    assert county.run("template", tmp_path / "t.xlsx").returncode == 0
    sheets = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).sheet_names
    titles = [ledger.title for ledger in catalogue.ledgers()]
    held = [sheet for sheet in sheets if not sheet.startswith("说明")]  # the others say how to fill them in
    assert held == [*titles, "环境整治工程", "项目拖欠", "帮扶户"]


def test_the_handbook_holds_its_loops_ledgers_and_parameters(county: Place, tmp_path: Path) -> None:
    assert county.run("handbook", tmp_path).returncode == 0
    page = (tmp_path / "handbook/zh/sanitation.md").read_text(encoding="utf-8")
    assert "## 完工未验收 `sanitation.unaccepted`" in page and page.count("### 例 ") == 4
    index = (tmp_path / "handbook/README.md").read_text(encoding="utf-8")
    assert "## 农业农村重点工作 · Rural works" in index and "(en/broadcast.md#broadcast.unheard)" in index
    ledgers = (tmp_path / "ledgers.md").read_text(encoding="utf-8")
    assert "### 帮扶户 `households_in_need` households in need" in ledgers
    assert "[拖欠未清](handbook/zh/arrears.md#arrears.unpaid)" in ledgers
    assert "`household.visit_d`" in (tmp_path / "orders.md").read_text(encoding="utf-8")


def test_its_migrations_are_as_its_ledgers_are(county: Place) -> None:
    script = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'bihuan.desk.settings';"
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "call_command('makemigrations', 'rural_works', '--check', '--dry-run')"
    )
    assert "No changes detected" in county.python(script)


def test_a_run_that_finds_its_program_imports_neither_them_nor_django(county: Place) -> None:
    county.run("compile")
    script = (
        "import sys; from bihuan.cli import main;"
        f"main(['check', {str(ROOT / 'examples/own-loop/ledgers')!r}, '--as-of', '2022-01-05T20:00:01']);"
        "print('imported', [m for m in ('rural_works', 'village_broadcasts', 'django', 'ibis') if m in sys.modules])"
    )
    assert county.python(script).splitlines()[-1] == "imported []"
