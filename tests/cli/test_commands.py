"""explain, why, template, compile, --version; start-up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bihuan.audit import programs
from bihuan.cli.aligned import cut, padded, table, width, wrapped
from tests.cli.conftest import AS_OF, Run


def test_explain_tells_rule_orders_source_and_examples(bihuan: Run) -> None:
    said = bihuan("explain", "ticket.late")
    assert said.code == 0
    for word in ("规则", "S4.3.1", "ticket.h.求助", "2 小时", "镇干部", "例子", "2022-01-06 14:00:01"):
        assert word in said.out
    assert "examples" in bihuan("explain", "诉求超时", "--lang", "en").out


def test_explain_tells_the_orders_in_force(county: Path, bihuan: Run) -> None:
    (county / "orders.csv").write_text(
        "order,document,area,key,value,since\nR1,洋指发1号,610723,ticket.h.求助,1,2021-12-01\n", encoding="utf-8"
    )
    out = bihuan("explain", "ticket.late", "--dir", county, "--as-of", AS_OF).out
    assert any("洋指发1号" in line and "610723" in line for line in out.splitlines())
    early = bihuan("explain", "ticket.late", "--dir", county, "--as-of", "2021-11-01").out
    assert "洋指发1号" not in early


def test_explain_of_nothing_lists_everything(bihuan: Run) -> None:
    out = bihuan("explain").out
    assert all(said.hole in out for said in programs.load().loops)
    assert bihuan("explain", "ticket.lat").code == 2


def test_why_shows_the_rows_in_time_order_and_the_gap(county: Path, bihuan: Run) -> None:
    said = bihuan("why", county, "ticket.late", "K1", "--as-of", AS_OF)
    assert said.code == 0
    out = said.out
    received, gap, now = (out.index(w) for w in ("2022-01-06 12:00  热线诉求", "2022-01-06 14:00  ┄┄ 缺", "══"))
    assert received < gap < now
    assert "tickets.csv 第 2 行" in out and "ticket.h.求助=2" in out and "王五" in out
    assert "K2" not in out  # another's row


def test_why_of_pending_and_late(county: Path, bihuan: Run) -> None:
    assert "待办" in bihuan("why", county, "ticket.late", "K2", "--as-of", AS_OF).out
    assert "闭合" in bihuan("why", county, "ticket.late", "K3", "--as-of", AS_OF).out


def test_why_of_what_is_not_there(county: Path, bihuan: Run) -> None:
    said = bihuan("why", county, "ticket.late", "K9", "--as-of", AS_OF)
    assert said.code == 2 and "K9" in said.err
    assert "ticket.unresolved" in bihuan("why", county, "ticket", "K1").err


def test_a_template_is_read_back_without_a_word(tmp_path: Path, bihuan: Run) -> None:
    path = tmp_path / "模板.xlsx"
    assert bihuan("template", path).code == 0
    said = bihuan("check", path)
    assert said.code == 0 and "行读不了" not in said.out and "没有这" not in said.out
    assert bihuan("template", path).code == 2  # what is filled is not overwritten


def test_compile_and_version(bihuan: Run) -> None:
    assert str(len(programs.load().loops)) in bihuan("compile").out
    assert bihuan("--version").out.startswith("bihuan ")
    assert "check" in bihuan().out


def test_a_check_that_finds_its_program_starts_light(county: Path) -> None:
    code = (
        "import sys; from bihuan.cli import main; "
        f"main(['check', {str(county)!r}, '--as-of', {AS_OF!r}, '--out', {str(county.parent / 'h.csv')!r}]); "
        "print('heavy:', *[m for m in ('django', 'ibis', 'polars', 'pyarrow', 'pandas', 'xlsxwriter', 'rich') "
        "if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "heavy:"


def test_the_command_alone_imports_nothing_heavy() -> None:
    code = "import sys, bihuan.cli; print(sorted(m for m in ('duckdb', 'ibis', 'django', 'rich') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_wide_characters_take_two_places() -> None:
    assert width("急A") == 3 and width("e\u0301") == 1
    assert padded("急", 4) + "|" == "急  |" and cut("漏洞盲点", 5) == "漏洞…"
    assert [width(line.split("#")[0]) for line in table([["返乡", "#"], ["lot", "#"]])] == [6, 6]


def test_wrapping_breaks_no_number_and_no_line_begins_with_a_comma() -> None:
    lines = wrapped("应在 2022-01-06 前核查，至今没有核查记录", 16, 9)
    assert all(width(line) <= 16 for line in lines) and any("2022-01-06" in line for line in lines)
    assert not any(line.startswith(("，", "。")) for line in lines)
    assert wrapped("漏洞盲点", 4, 1) == ["漏…"]
