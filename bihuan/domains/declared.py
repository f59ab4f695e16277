"""Ledgers of one's own in a file (自己的台账): a county without a programmer declares a whole ledger, or columns
more of one that is there, in TOML. What is declared is read, validated, imported, listed, exported, searched for
strangers and cited as evidence like the rest; loops of one's own still want a package (``own``).

``$BIHUAN_OWN`` names the files, or folders of them (separated as paths are); a desk also reads ``own/*.toml`` of its
data directory. What is wrong in them is raised as :class:`bihuan.domains.own.Broken`, with file, ledger and column.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from bihuan.domains.own import Broken
from bihuan.kernel.ledger import Column, ColumnType, Grade, Ledger

ROOM = "declared"
"""The room of what is declared in a file."""
TITLE = ("自己的台账", "ledgers of one's own")

VARIABLE = "BIHUAN_OWN"

WORDS = frozenset({"name", "heading", "english", "type", "purpose", "grade", "keep_days", "required", "refers", "note"})
FLAGS = frozenset({"choices", "planned", "matched"})
LEDGER_WORDS = frozenset({"name", "title", "english", "key", "about", "timeless", "column"})

BESIDE = frozenset(
    {"id", "latest", "replaced_by", "from_batch", "from_source", "from_line", "in_place", "in_home", "in_also"}
)
"""Columns that the database keeps beside a ledger's own."""


def files() -> list[Path]:
    """The files that are named, in the order of their names. Raises Broken for one that is not there."""
    found: list[Path] = []
    for word in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        path = Path(word)
        if path.is_dir():
            found += sorted(path.glob("*.toml"))
        elif path.is_file():
            found.append(path)
        else:
            raise Broken(
                f"{VARIABLE} 写的 {path} 不存在：请改正，或去掉这个环境变量",
                f"{path}, named by {VARIABLE}, is not there: mend it, or unset the variable",
            )
    return list(dict.fromkeys(p.absolute() for p in found))


def extended(house: Sequence[Ledger]) -> tuple[Ledger, ...]:
    """The ledgers of the house with the columns that the files add to them, and behind them the files' own ledgers."""
    ledgers = {ledger.name: ledger for ledger in house}
    made: list[Ledger] = []
    for path in files():
        content = _content(path)
        for about in _list(path, content, "ledger"):
            made.append(_ledger(path, about))
            if made[-1].name in {*ledgers, *(g.name for g in made[:-1])}:
                raise _wrong(path, f"{made[-1].name}：已有同名的台账", f"there is a ledger {made[-1].name} already")
        for about in _list(path, content, "column"):
            name = str(about.pop("ledger", ""))
            column = _column(path, name, about)
            into = ledgers.get(name)
            if into is None:
                raise _wrong(path, f"没有台账 {name or '（没有写 ledger）'}", f"there is no ledger '{name}'")
            taken = {c.name for g in (*ledgers.values(), *made) for c in g.columns} | BESIDE
            if column.name in taken or column.heading in {c.heading for c in into.all_columns}:
                raise _wrong(
                    path,
                    f"{name} 的列 {column.name}（{column.heading}）已有同名的：加的列，列名要与各本台账的列都不同",
                    f"column {column.name} of {name}: there is one of this name; that of an added column must differ "
                    "from every ledger's",
                )
            if column.required:
                raise _wrong(
                    path,
                    f"{name} 的列 {column.name}：加到现有台账上的列不能必填，旧表没有它",
                    f"column {column.name} of {name}: a column added to a ledger that is there cannot be required",
                )
            ledgers[name] = replace(into, columns=(*into.columns, column))
    return (*ledgers.values(), *made)


def sound(house: Sequence[Ledger], every: Sequence[Ledger]) -> None:
    """Raise Broken unless what the files declare can stand beside the ``house``."""
    from bihuan.domains import sound as rules

    before = {ledger.name: len(ledger.columns) for ledger in house}
    own = [ledger for ledger in every if ledger.name not in before]
    for ledger in own:
        if bad := BESIDE & {c.name for c in ledger.columns}:
            listed = "、".join(sorted(bad))
            raise Broken(
                f"自己的台账 {ledger.name}：列名 {listed} 已由数据库使用，请换一个",
                f"ledger {ledger.name}: the database itself uses {listed}: choose another name",
            )
    rules.ledgers([g for g in every if g.name in before], own)
    rules.columns([(g, g.columns[before[g.name] :]) for g in every if g.name in before], every)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, f"读不出来：{error}", f"it cannot be read: {error}") from error
    if unknown := set(content) - {"ledger", "column"}:
        listed = ", ".join(sorted(unknown))
        raise _wrong(
            path,
            f"不认识 {listed}：只有 [[ledger]]（一本台账）和 [[column]]（加一列）",
            f"{listed} is not known: there are [[ledger]] and [[column]]",
        )
    return content


def _list(path: Path, content: Mapping[str, Any], word: str) -> list[dict[str, Any]]:
    found = content.get(word, [])
    if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        raise _wrong(path, f"{word} 要写成 [[{word}]]", f"{word} is written [[{word}]]")
    return [dict(x) for x in found]


def _ledger(path: Path, about: dict[str, Any]) -> Ledger:
    name = str(about.get("name", ""))
    if unknown := set(about) - LEDGER_WORDS:
        listed = ", ".join(sorted(unknown))
        raise _wrong(path, f"台账 {name}：不认识 {listed}", f"ledger {name}: {listed} is not known")
    columns = tuple(_column(path, name, c) for c in _list(path, about, "column"))
    if not columns:
        raise _wrong(path, f"台账 {name} 没有列：写 [[ledger.column]]", f"ledger {name} has no [[ledger.column]]")
    named = [c.name for c in columns]
    key = tuple(about.get("key") or (named[0],))
    if len(set(named)) < len(named) or not set(key) <= set(named):
        raise _wrong(
            path,
            f"台账 {name}：列名重复，或主键 {'、'.join(map(str, key))} 不是它的列",
            f"ledger {name}: two columns of one name, or a key that is none of its columns",
        )
    # Rows are told apart by their key: it cannot be empty.
    columns = tuple(replace(c, required=c.required or c.name in key) for c in columns)
    return Ledger(
        name=name,
        title=str(about.get("title", "")),
        english=str(about.get("english", "")),
        room=ROOM,
        columns=columns,
        key=key,
        timeless=bool(about.get("timeless", False)),
        about=str(about.get("about", "")),
    )


def _column(path: Path, ledger: str, about: dict[str, Any]) -> Column:
    name = str(about.get("name", ""))
    said = (f"台账 {ledger} 的列 {name}", f"ledger {ledger}, column {name}")
    faults = list(_faults(about))
    if faults:
        zh, en = faults[0]
        raise _wrong(path, f"{said[0]}：{zh}", f"{said[1]}: {en}")
    purpose = about.get("purpose", ["", ""])
    return Column(
        name=name,
        heading=str(about.get("heading", "")),
        type=about["type"],
        required=bool(about.get("required", False)),
        note=str(about.get("note", "")),
        refers=str(about.get("refers", "")),
        choices=tuple(map(str, about.get("choices", ()))),
        matched=bool(about.get("matched", False)),
        planned=bool(about.get("planned", False)),
        english=str(about.get("english", "")),
        purpose=(str(purpose[0]), str(purpose[1])),
        grade=about.get("grade", "内部"),
        keep_days=about.get("keep_days", 0),
    )


def _faults(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with what is written of a column; whether it is sound beside the others is asked later."""
    if unknown := set(about) - WORDS - FLAGS:
        listed = ", ".join(sorted(unknown))
        yield f"不认识 {listed}", f"{listed} is not known"
    types, grades = get_args(ColumnType), get_args(Grade)
    if about.get("type") not in types:
        listed = ", ".join(types)
        yield f"type 只有 {listed}", f"its type is one of {listed}"
    if about.get("grade", "内部") not in grades:
        yield f"grade 只有 {'、'.join(grades)}", f"its grade is one of {', '.join(grades)}"
    purpose = about.get("purpose", ["", ""])
    if not isinstance(purpose, list) or len(purpose) != 2:
        yield 'purpose 写成 ["中文", "English"]', 'its purpose is written ["中文", "English"]'
    days = about.get("keep_days", 0)
    if isinstance(days, bool) or not isinstance(days, int) or days < 0:
        yield "keep_days 是天数", "its keep_days is a number of days"
    if (about.get("type") == "ref") != bool(about.get("refers")):
        yield (
            "引用别的台账：type 是 ref，refers 写那本台账",
            "a reference has the type ref, and refers names the ledger",
        )


def _wrong(path: Path, zh: str, en: str) -> Broken:
    return Broken(f"自己的台账 {path}：{zh}", f"ledgers of one's own, {path}: {en}")
