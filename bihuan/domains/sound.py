"""Whether what a county's own room declares can stand beside the house: names that are free, both languages, what the
law asks of personal data, parameters and ledgers that are there.

The same holds for the house, and a test says so. What is wrong is raised as :class:`bihuan.domains.own.Broken`, all of
it at once, so that an engineer need not come back for each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bihuan.domains.own import Broken
from bihuan.kernel.ledger import RECORD_COLUMNS, Column, Ledger, by_name, subjects
from bihuan.kernel.parameters import Parameter

if TYPE_CHECKING:
    from bihuan.kernel.loops import Loop, View

Both = tuple[str, str]

NAME = re.compile(r"[a-z][a-z0-9_]*")
HOLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
LATIN = re.compile(r"[A-Za-z]{2}")
CHINESE = re.compile(r"[一-鿿]")
PLACE = re.compile(r"\{(.*?)\}")
PLACES = {"subject", "item", "unit", "area", "opens", "due", "since", "until"}
"""What a loop's sentences may name (kernel.loops.Loop)."""

TAKEN = {*(c.name for c in RECORD_COLUMNS), "known_first", "recorded"}
"""Columns that every ledger has, and those that facts adds."""

LONGEST = 31
"""Characters of the name of a sheet; these may not stand in it: []:*?/\\"""


def ledgers(house: Sequence[Ledger], added: Sequence[Ledger]) -> None:
    """Raise Broken unless the ledgers ``added`` are sound beside those of the ``house``."""
    every = by_name((*house, *added))
    names = Counter(g.name for g in (*house, *added))
    titles = Counter(g.title for g in (*house, *added))
    keys = subjects(house)

    def faults(ledger: Ledger) -> Iterator[Both]:
        if not NAME.fullmatch(ledger.name):
            yield "名称只用小写字母、数字和下划线", "its name takes lower-case letters, digits and underscores alone"
        if names[ledger.name] > 1 or titles[ledger.title] > 1:
            yield "已有同名的台账", "there is a ledger of this name"
        if not CHINESE.search(ledger.title) or not ledger.english:
            yield "要有中文和英文名称", "it needs a title in Chinese and in English"
        if len(ledger.title) > LONGEST or set(ledger.title) & set("[]:*?/\\"):
            yield f"标题要能作工作表名：不超过 {LONGEST} 字，不含 []:*?/\\", "its title must do as the name of a sheet"
        if len(ledger.key) == 1 and ledger[ledger.key[0]].type != "ref" and ledger.key[0] in keys:
            taken = keys[ledger.key[0]].title
            yield (
                f"主键“{ledger.key[0]}”是台账“{taken}”的主键：请换个列名，或声明为对它的引用",
                f"its key '{ledger.key[0]}' is that of {keys[ledger.key[0]].name}: choose another name, or refer to it",
            )
        for column in ledger.columns:
            yield from ((f"列 {column.name}：{zh}", f"column {column.name}: {en}") for zh, en in _column(column, every))

    _raise("台账", "ledger", ((g.name, faults(g)) for g in added))


def columns(added: Iterable[tuple[Ledger, Sequence[Column]]], ledgers: Iterable[Ledger]) -> None:
    """Raise Broken unless the columns that are added to ledgers of the house are sound."""
    every = by_name(ledgers)

    def faults(more: Sequence[Column]) -> Iterator[Both]:
        for column in more:
            yield from ((f"列 {column.name}：{zh}", f"column {column.name}: {en}") for zh, en in _column(column, every))

    _raise("台账", "ledger", ((ledger.name, faults(more)) for ledger, more in added))


def _column(column: Column, ledgers: dict[str, Ledger]) -> Iterator[Both]:
    if not NAME.fullmatch(column.name) or column.name in TAKEN:
        yield "列名不能用", "its name cannot be used"
    if not CHINESE.search(column.heading) or not column.english.isascii() or not column.english:
        yield "要有中文和英文表头", "it needs a heading in Chinese and in English"
    if not CHINESE.search(column.purpose[0]) or not column.purpose[1]:
        yield "要用中文和英文写明用途", "it must say in Chinese and in English why it is kept"
    if column.refers and column.refers not in ledgers:
        yield f"引用的台账 {column.refers} 不存在", f"it refers to {column.refers}, which is no ledger"
    elif column.refers and len(ledgers[column.refers].key) > 1:
        yield f"台账 {column.refers} 的主键有多列，不能引用", f"the key of {column.refers} has several columns"
    if column.refers == "people" and column.grade != "敏感":
        yield "指名道姓的列，级别应是“敏感”", "what names a person is of grade 敏感"
    if column.grade in ("个人", "敏感") and column.keep_days <= 0:
        yield "个人信息要写明保存天数", "personal data must say for how many days it is kept"
    if column.type == "one" and not column.choices:
        yield "没有选项", "it has no choices"


def parameters(house: Sequence[Parameter], added: Sequence[Parameter]) -> None:
    """Raise Broken unless the parameters ``added`` are sound."""
    every = (*house, *added)

    def faults(parameter: Parameter) -> Iterator[Both]:
        keys = {key for key, _ in parameter.defaults()}
        if any(p is not parameter and (p.key == parameter.key or any(map(p.matches, keys))) for p in every):
            yield "已有这个参数", "there is such a parameter"
        if not all(parameter.reads(v) for v in (parameter.default, *dict(parameter.exceptions).values())):
            yield "读不出它的默认值", "its own default cannot be read"
        if not CHINESE.search(parameter.zh) or not parameter.en:
            yield "要用中文和英文写明含义", "it must say in Chinese and in English what it means"

    _raise("参数", "parameter", ((p.key, faults(p)) for p in added))


def views(house: Sequence[Ledger | View], added: Sequence[View]) -> None:
    """Raise Broken unless the names of the views ``added`` are free: ``house`` are all ledgers, and its own views."""
    from bihuan.kernel import holes
    from bihuan.kernel.loops import INPUTS

    names = Counter([*(x.name for x in (*house, *added, *holes.VIEWS)), *INPUTS])
    taken: Both = ("已有同名的台账或视图", "there is a ledger or a view of this name")
    _raise("视图", "view", ((v.name, iter([taken] if names[v.name] > 1 else [])) for v in added))


def loops(house: Sequence[Loop], added: Sequence[Loop], parameters: Iterable[Parameter]) -> None:
    """Raise Broken unless the loops ``added`` are sound beside those of the ``house``."""
    from bihuan.kernel.ladders import LADDERS
    from bihuan.kernel.loops import SEVERITIES

    holes = Counter(loop.hole for loop in (*house, *added))
    keys = [p.key for p in parameters]

    def faults(loop: Loop) -> Iterator[Both]:
        if not HOLE.fullmatch(loop.hole):
            yield "名称要写成“闭环.漏洞”，如 road.unmended", "its name is written loop.hole, e.g. road.unmended"
        if holes[loop.hole] > 1:
            yield "已有同名的漏洞", "there is a hole of this name"
        if loop.severity not in SEVERITIES:
            yield f"轻重只有 {'、'.join(SEVERITIES)}", f"its severity is one of {', '.join(SEVERITIES)}"
        if loop.role not in LADDERS:
            yield f"角色只有 {'、'.join(LADDERS)}", f"its role is one of {', '.join(LADDERS)}"
        for key in loop.orders:
            if not any(k == key or k.startswith(f"{key}.") or k == f"{key}.*" for k in keys):
                yield f"没有参数 {key}", f"there is no parameter {key}"
        said = {"name": loop.name, "rule": loop.rule, "reason": loop.reason, "remedy": loop.remedy}
        for what, (zh, en) in said.items():
            if not CHINESE.search(zh) or not LATIN.search(en):
                yield f"{what} 要有中文和英文", f"{what} is to be said in Chinese and in English"
            if unknown := set(PLACE.findall(zh + en)) - PLACES:
                listed = ", ".join(sorted(unknown))
                yield f"{what} 里的 {{{listed}}} 没有人填", f"nothing fills {{{listed}}} of its {what}"

    _raise("闭环", "loop", ((loop.hole, faults(loop)) for loop in added))


def _raise(zh: str, en: str, found: Iterable[tuple[str, Iterator[Both]]]) -> None:
    """Raise Broken with all faults of all that is declared; a sentence each."""
    told = [(name, fault) for name, faults in found for fault in faults]
    if told:
        raise Broken(
            "县里自己声明的不合要求，请改正：\n" + "\n".join(f"  {zh} {name}：{fault[0]}" for name, fault in told),
            "what is declared of one's own must be mended:\n"
            + "\n".join(f"  {en} {name}: {it[1]}" for name, it in told),
        )
