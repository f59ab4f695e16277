"""Bad input: a sentence that says what to do, exit 2, no traceback; what can be read is audited all the same."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bihuan.exchange import files
from bihuan.exchange.problems import Problem
from tests.cli.conftest import AS_OF, LEDGERS, Run


@contextmanager
def nobody() -> Iterator[Path]:
    """A folder that everybody may enter, seen without the rights of root, who may read everything."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-test-"))
    folder.chmod(0o755)
    root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)


def refused(run: Run, *argv: object) -> str:
    """The sentences of a command that could not go on."""
    said = run(*argv)
    assert said.code == 2 and said.out == ""
    return said.err


def test_no_such_folder(tmp_path: Path, bihuan: Run) -> None:
    assert "找不到" in refused(bihuan, "check", tmp_path / "无")
    assert "check the path" in refused(bihuan, "check", tmp_path / "无", "--lang", "en")


def test_an_empty_folder(tmp_path: Path, bihuan: Run) -> None:
    assert "空的" in refused(bihuan, "check", tmp_path)


def test_a_folder_of_other_things(tmp_path: Path, bihuan: Run) -> None:
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8")
    assert "template" in refused(bihuan, "check", tmp_path)
    assert "不是台账文件" in refused(bihuan, "check", tmp_path / "照片.jpg")


def test_a_file_of_no_bytes(tmp_path: Path, bihuan: Run) -> None:
    (tmp_path / "people.csv").touch()
    assert "0 字节" in refused(bihuan, "check", tmp_path)


def test_a_truncated_workbook(tmp_path: Path, bihuan: Run) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
    (tmp_path / "台账.xlsx").write_bytes((tmp_path / "x.zip").read_bytes()[:60])
    assert "台账.xlsx" in refused(bihuan, "check", tmp_path)


def test_a_workbook_with_a_password(tmp_path: Path, bihuan: Run) -> None:
    (tmp_path / "台账.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "密码" in refused(bihuan, "check", tmp_path)


def as_nobody() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.parametrize("mode", [0, 0o444])  # not to be listed, and listed but not to be entered
def test_a_folder_without_permission(mode: int, bihuan: Run) -> None:
    with nobody() as folder:
        (folder / "台账").mkdir()
        (folder / "台账" / "people.csv").write_text("person,name,area\n", encoding="utf-8")
        (folder / "台账").chmod(mode)
        as_nobody()
        for command in (("check",), ("coverage",)):
            assert "没有权限读取文件夹" in refused(bihuan, *command, folder / "台账")
        assert "no permission" in refused(bihuan, "diff", folder / "台账", "--from", "2022-01-05", "--lang", "en")


def test_a_file_without_permission_is_named() -> None:
    with nobody() as folder:
        (folder / "people.csv").write_text("person,name,area\n", encoding="utf-8")
        (folder / "people.csv").chmod(0)
        as_nobody()
        [problem] = files.sheets(folder / "people.csv")
    assert isinstance(problem, Problem) and "people.csv：没有读取权限" in problem.zh


def test_what_can_be_read_is_audited_and_the_rest_is_named_first(county: Path, bihuan: Run) -> None:
    (county / "measures.csv").touch()
    said = bihuan("check", county, "--as-of", AS_OF)
    assert said.code == 1
    first, second, *_ = said.out.splitlines()
    assert "没有查" in first and "measures.csv" in second
    assert "ticket.late" in said.out


def test_a_column_and_a_file_that_nobody_knows(county: Path, bihuan: Run) -> None:
    (county / "notices.csv").write_text(
        "notice,title,channel,area,released_at,aproved_by\nN1,通报,微信,6107,2022-01-05,O1\n", encoding="utf-8"
    )
    (county / "ticketz.csv").write_text(LEDGERS["tickets"], encoding="utf-8")
    out = bihuan("check", county, "--as-of", AS_OF).out
    assert "aproved_by" in out and "ticketz" in out and "热线诉求" in out


def test_a_ledger_without_a_required_column(county: Path, bihuan: Run) -> None:
    (county / "notices.csv").write_text("notice,title\nN1,通报\n", encoding="utf-8")
    out = bihuan("check", county, "--as-of", AS_OF).out
    assert any("notices.csv" in line and "发布" in line for line in out.splitlines()[:6])


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("--as-of", "昨天"), "2022-01-06"),
        (("--area", "洋县"), "区划代码"),
        (("--only", "tiket.late"), "ticket.late"),
        (("--out", "holes.doc"), ".xlsx"),
        (("--out", "/无/holes.csv"), "/无"),
        (("--out", ".."), "格式"),
        (("--outt", "x.csv"), "--out"),
        (("--lang", "fr"), "zh"),
    ],
)
def test_an_option_that_cannot_be_read(argv: tuple[str, ...], word: str, county: Path, bihuan: Run) -> None:
    assert word in refused(bihuan, "check", county, *argv)


def test_a_list_that_cannot_be_written_leaves_the_old_one(county: Path, tmp_path: Path, bihuan: Run) -> None:
    same = tmp_path / "x.csv"
    same.write_text("old")
    assert "同一个文件" in refused(bihuan, "check", county, "--out", same, "--rejects", same)
    assert same.read_text() == "old"


def test_an_unknown_command(bihuan: Run) -> None:
    assert "check" in refused(bihuan, "chekc", "x")
    assert "DIR" in refused(bihuan, "check")


def test_a_number_without_measure_is_a_long_time_and_no_crash(county: Path, bihuan: Run) -> None:
    """An order may say any number: nothing leaves the calendar, and the rest is audited."""
    (county / "orders.csv").write_text(
        "order,document,area,key,value,since\n"
        + "".join(
            f'R{n},文,61,{key},"{value}",2021-12-01\n'
            for n, (key, value) in enumerate(
                {
                    "ticket.h.求助": "9" * 40,
                    "measure.高": "99999999999+0+0",
                    "test_days.集中隔离": "1,99999999999999",
                    "post.doses.其他": "9" * 30,
                    "exposure.minutes": "9" * 30,
                }.items()
            )
        ),
        encoding="utf-8",
    )
    (county / "measures.csv").write_text(
        "measure,person,ground,kind,since\nM1,张三,密接,集中隔离,0001-01-01\nM2,张三,密接,居家隔离,9999-12-31T23:59\n",
        encoding="utf-8",
    )
    said = bihuan("check", county, "--as-of", AS_OF, "--pending")
    assert said.code == 1 and "退回" not in said.out
    line = next(line for line in said.out[said.out.index("待办") :].splitlines() if "K1" in line)
    assert line.split()[0].startswith("3021-")  # a thousand years


def test_a_ledger_without_a_required_column_is_as_good_as_absent(county: Path, bihuan: Run) -> None:
    """What could not be judged for want of it is said, and the nearest name in the user's language."""
    whole = bihuan("check", county, "--as-of", AS_OF, "--lang", "en").out
    assert "\n  tickets →" not in whole and "tickets →" not in whole
    (county / "tickets.csv").write_text("ticket,kind,person\nK1,求助,张三\n", encoding="utf-8")
    (county / "notice.csv").write_text("notice\n", encoding="utf-8")
    said = bihuan("check", county, "--as-of", AS_OF, "--lang", "en").out
    line = next(line for line in said.splitlines() if "tickets" in line and "→" in line)
    assert "ticket.late" in line and "ticket.unresolved" in line
    assert "notice.csv: no known ledger, not read; is it 'notices'?" in said


def test_a_county_that_the_story_does_not_have(tmp_path: Path, bihuan: Run) -> None:
    """A sentence, and no folder left behind."""
    assert "3,000" in refused(bihuan, "demo", tmp_path / "x", "--people", "400")
    assert "14:00" in refused(bihuan, "demo", tmp_path / "x", "--as-of", "2022-01-06T10:00")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "address", ["bihuan.example", "ftp://bihuan.example", "https://", "https://x/desk", "http://x:99999"]
)
def test_an_address_that_no_browser_opens(bihuan: Run, address: str) -> None:
    """Said before anything is started."""
    assert "https://bihuan.example" in refused(bihuan, "serve", "--port", "0", "--address", address)


def test_a_proxy_that_is_no_address(bihuan: Run) -> None:
    assert "10.0.0.0/24" in refused(bihuan, "serve", "--port", "0", "--proxy", "nginx")
