"""A county's own package as the program sees it: what changes the compiled program, and what is said where one is broken."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.own.conftest import Place

Package = Callable[..., Place]

DIGEST = "from bihuan.audit import programs; print(programs.digest())"
LOOP = """
from bihuan.kernel.forms import hold
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import cite

@loop("{hole}", name=("无电话", "No telephone"), severity="常", role="{role}", subject="officer", orders={orders},
      source="S4.3.1 公布热线电话", rule=("责任人员留有电话。", "Officers leave a number."), remedy=("补登电话", "Add it"),
      reason=("{{subject}} 没有电话", "{{subject}} has no number"))
def silent(t: Tables):
    rows = t.officers.filter(t.officers.{column}.isnull())
    return hold(rows, since=rows.recorded, subject=rows.officer, evidence=cite("officers", rows.officer))
"""


def loop(hole: str = "phone.missing", role: str = "镇干部", orders: str = "()", column: str = "phone") -> str:
    return LOOP.format(hole=hole, role=role, orders=orders, column=column)


LEDGER = """
from bihuan.domains.fields import LedgerRow, Names, Text

class Row(LedgerRow):
    '''行 (a row).'''
    ledger = Names("{name}", "{title}", "own rows")
    number = Text("编号", "number", ("认行", "tells rows apart"), required=True)
"""


def test_every_change_in_its_files_makes_another_program(package: Package) -> None:
    bare = package({}).python(DIGEST)
    place = package({"loops.py": loop()})
    first = place.python(DIGEST)
    source = place.site / "own_room" / "loops.py"
    about = source.stat()
    source.write_text(loop(role="村干部"), encoding="utf-8")
    os.utime(source, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert source.stat().st_size == about.st_size, "the test wants a change that size and time do not show"
    second = place.python(DIGEST)
    (place.site / "own_room" / "helper.py").write_text("HOURS = 3\n", encoding="utf-8")
    third = place.python(DIGEST)
    info = place.site / "own_room-1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-room\nVersion: 1.1\n", encoding="utf-8")
    fourth = place.python(DIGEST)
    (info / "entry_points.txt").unlink()
    gone = place.python(DIGEST)
    assert len({bare, first, second, third, fourth, gone}) == 6


def test_a_single_module_may_be_named_too(package: Package) -> None:
    place = package({"rules.py": loop()}, entry="own_room.rules")
    script = (
        "from bihuan.domains import catalogue; "
        "print([(l.hole, l.module) for l in catalogue.loops() if l.family == 'phone'])"
    )
    assert place.python(script) == "[('phone.missing', 'own_room.rules')]"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"loops.py": "def broken(:\n"}, ("own_room/loops.py", "第 1 行", "SyntaxError")),
        ({"loops.py": "import numpyy\n"}, ("own_room/loops.py", "第 1 行", "numpyy")),
        ({"models.py": "1 / 0\n"}, ("own_room/models.py", "ZeroDivisionError")),
        ({"orders.py": "PARAMETERS = (1 / 0,)\n"}, ("own_room/orders.py", "ZeroDivisionError")),
        ({"loops.py": loop(column="phones")}, ("own_room/loops.py", "第 10 行", "phones")),
        ({"loops.py": loop(hole="task.overdue")}, ("闭环 task.overdue：已有同名的漏洞",)),
        ({"loops.py": loop(role="村长")}, ("闭环 phone.missing：角色只有",)),
        ({"loops.py": loop(orders='("phone.h",)')}, ("没有参数 phone.h",)),
        ({"models.py": LEDGER.format(name="people", title="电话簿")}, ("台账 people：已有同名的台账",)),
        ({"models.py": LEDGER.format(name="phones", title="人员")}, ("台账 phones：已有同名的台账",)),
    ],
    ids=["syntax", "import", "models", "orders", "column", "hole", "role", "parameter", "ledger", "title"],
)
def test_what_is_wrong_with_it_is_said_and_nothing_is_audited_without_it(
    package: Package, tmp_path: Path, files: dict[str, str], says: tuple[str, ...]
) -> None:
    place = package(files)
    folder = tmp_path / "ledgers"
    folder.mkdir()
    (folder / "officers.csv").write_text("officer,name\nO1,王五\n", encoding="utf-8")
    told = place.run("check", folder)
    assert told.returncode == 2 and told.stdout == ""
    for words in says:
        assert words in told.stderr.replace(os.sep, "/"), told.stderr


def test_an_entry_that_names_nothing_is_said_too(package: Package) -> None:
    told = package({}, entry="elsewhere").run("explain")
    assert told.returncode == 2 and "elsewhere" in told.stderr and "重新安装" in told.stderr
