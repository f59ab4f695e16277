"""Bad input: a sentence that says what to do, exit 2, no traceback; what can be read is audited all the same."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, LEDGERS, Run

root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")


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


@root
def test_a_folder_without_permission(tmp_path: Path, bihuan: Run) -> None:
    tmp_path.chmod(0)
    try:
        assert "权限" in refused(bihuan, "check", tmp_path)
    finally:
        tmp_path.chmod(0o700)


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
