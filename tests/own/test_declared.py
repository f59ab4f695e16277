"""Ledgers declared in a file: what they become, and what is said where one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bihuan.domains import catalogue, declared
from bihuan.domains.own import Broken
from tests.own.conftest import ROOT, Place

OWN = ROOT / "examples" / "own-file" / "own.toml"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> tuple[declared.Ledger, ...]:
    monkeypatch.delenv(declared.VARIABLE, raising=False)
    return catalogue.ledgers()


def refused(house: tuple[declared.Ledger, ...], monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(declared.VARIABLE, str(path))
    with pytest.raises(Broken) as told:
        declared.sound(house, declared.extended(house))
    assert told.value.en.isascii() or "敏感" in told.value.en or "中文" in told.value.en
    return told.value.zh


def test_the_example_is_sound(house: tuple[declared.Ledger, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(declared.VARIABLE, str(OWN.parent))
    every = declared.extended(house)
    declared.sound(house, every)
    assert [g.name for g in every] == [*(g.name for g in house), "toilet_works"]
    people = next(g for g in every if g.name == "people")
    assert (people.columns[-1].name, people.columns[-1].keep_days) == ("dialect", 365)
    assert every[-1].key == ("toilet",)
    assert every[-1].columns[0].required


COLUMN = '[[column]]\nledger = "people"\nname = "dialect"\nheading = "方言"\nenglish = "Dialect"\ntype = "text"\n'
PURPOSE = 'purpose = ["找人", "to find"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[ledger", "读不出来"),
        ("[[ledgers]]\n", "不认识 ledgers"),
        (COLUMN.replace("people", "nobody"), "没有台账 nobody"),
        (COLUMN.replace("dialect", "kind") + PURPOSE, "已有同名的"),
        (COLUMN.replace("dialect", "in_home") + PURPOSE, "已有同名的"),
        (COLUMN + PURPOSE + "required = true\n", "不能必填"),
        (COLUMN, "写明用途"),
        (COLUMN.replace("text", "words"), "type 只有 text"),
        (COLUMN + PURPOSE + 'grade = "个人"\n', "保存天数"),
        (COLUMN.replace('"text"', '"ref"') + PURPOSE, "refers 写那本台账"),
        ('[[ledger]]\nname = "works"\ntitle = "工程"\nenglish = "Works"\n', "没有列"),
        (
            '[[ledger]]\nname = "works"\ntitle = "样本"\nenglish = "W"\nkey = ["x"]\n[[ledger.column]]\nname = "a"\n'
            'heading = "甲"\nenglish = "A"\ntype = "text"\n',
            "主键 x 不是它的列",
        ),
        (
            '[[ledger]]\nname = "people"\ntitle = "工程"\nenglish = "W"\n[[ledger.column]]\nname = "own_a"\n'
            'heading = "甲"\nenglish = "A"\ntype = "text"\npurpose = ["认行", "rows"]\n',
            "已有同名的台账",
        ),
    ],
)
def test_what_is_wrong_is_said(
    house: tuple[declared.Ledger, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, says: str
) -> None:
    said = refused(house, monkeypatch, tmp_path / "own.toml", text)
    assert says in said


def test_a_file_that_is_not_there_stops_the_command(tmp_path: Path) -> None:
    place = Place(tmp_path / "site", tmp_path / "cache")
    (tmp_path / "cache").mkdir(mode=0o700)
    place.env[declared.VARIABLE] = str(tmp_path / "nowhere.toml")
    told = place.run("compile")
    assert told.returncode == 2
    assert "nowhere.toml 不存在" in told.stderr + told.stdout
