"""Small folders of ledgers, and the command run in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bihuan.audit import programs
from bihuan.cli import main

AS_OF = "2022-01-06T14:00:01"

LEDGERS = {
    "areas": "area,name,recorded_at\n61,陕西省,2021-11-01\n6107,汉中市,2021-11-01\n610723,洋县,2021-11-01\n"
    "610723101,洋州镇,2021-11-01\n",
    "officers": "officer,name\nO1,王五\nO2,赵六\n",
    "duties": "duty,officer,role,area,since\nD1,O1,镇干部,610723101,2021-12-01T08:00\n"
    "D2,O2,县级领导,610723101,2021-12-01T08:00\n",
    "people": "person,name,area\n张三,张三丰,610723101\n",
    "tickets": "ticket,kind,person,area,received_at,answered_at,resolved_at\n"
    "K1,求助,张三,610723101,2022-01-06T12:00,,\n"
    "K2,举报,,610723101,2022-01-06T10:00,,\n"
    "K3,求助,,610723101,2022-01-06T08:00,2022-01-06T11:00,2022-01-06T11:00\n",
    "notices": "notice,title,channel,area,released_at,as_of,approved_by\nN1,通报,微信,610723101,2022-01-05T08:00,,O1\n",
}
"""One ticket for help that is overdue by a second, one that is pending, one answered late; a notice without its time."""


@dataclass
class Said:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The compiled program is kept between the tests, beside the user's own."""
    before = dict(os.environ)
    if programs.cache_folder() is None:
        os.environ["BIHUAN_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    programs.load()
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def bihuan(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: object) -> Said:
        code = main([str(a) for a in argv])
        said = capfd.readouterr()
        assert "Traceback" not in said.err + said.out
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder of six ledgers."""
    folder = tmp_path / "台账"
    folder.mkdir()
    for name, text in LEDGERS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
