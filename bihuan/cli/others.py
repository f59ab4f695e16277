"""``bihuan template``, ``bihuan handbook``, ``bihuan demo``, ``bihuan compile``."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from bihuan.cli import glue
from bihuan.cli.words import Stop, Words, command


def template(asked: argparse.Namespace, words: Words) -> int:
    """Write a workbook of empty ledgers."""
    from bihuan.audit import outputs
    from bihuan.exchange.template import write

    path = Path(asked.file)
    if path.suffix.lower() != ".xlsx":
        raise Stop(
            f"模板是工作簿：{path.name} 请以 .xlsx 结尾", f"a template is a workbook: let {path.name} end in .xlsx"
        )
    if path.exists():
        raise Stop(f"{path} 已经有了：请换个名字，以免盖掉填好的台账", f"{path} is there already: choose another name")
    with glue.shown(words) as step:
        program = glue.compiled(words, step)
    try:
        with outputs.whole(path) as part:
            write(part, program.ledgers, words.lang, program.parameters)
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused
    n = len(program.ledgers)
    print(words(f"{n} 本空白台账写在 {path}。填好后：", f"{n} empty ledgers are in {path}. Once filled:"))
    print(f"  {command()} check {shlex.quote(str(path))}")
    return 0


def handbook(asked: argparse.Namespace, words: Words) -> int:
    """Write the handbook, a county's own rooms among it; an earlier one there is replaced."""
    from bihuan.handbook import book

    folder = Path(asked.folder)
    with glue.shown(words) as step:
        program = glue.compiled(words, step)
    try:
        pages = book.write(folder, program)
    except book.NotOurs as kept:
        raise Stop(
            f"{kept.path} 是手写的文件：请换一个文件夹，或先把它移走",
            f"{kept.path} was written by hand: choose another folder, or move it away",
        ) from kept
    except OSError as error:
        raise Stop(
            f"写不了 {folder}（{error.strerror}）：请检查路径、权限和磁盘空间",
            f"cannot write {folder} ({error.strerror}): check the path, permission and free space",
        ) from error
    n, first = len(program.loops), folder / "handbook" / "README.md"
    print(words(f"{n} 种漏洞，{pages} 页，从这里看起：{first}", f"{n} holes, {pages} pages; begin here: {first}"))
    return 0


def demo(asked: argparse.Namespace, words: Words) -> int:
    """Write the ledgers of an invented county."""
    from bihuan.demo import NotTold, write

    folder = Path(asked.folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(
            f"{folder} 里已有东西：请换一个空的或新的文件夹", f"{folder} is not empty: choose a new or empty folder"
        )
    given: dict[str, Any] = {"people": asked.people, "seed": asked.seed, "form": asked.form}
    if asked.as_of:
        given["as_of"] = glue.moment(asked.as_of, words)
    try:
        with glue.shown(words) as step:
            bar = step(words("写", "write"))
            summary = write(
                folder,
                progress=lambda what, share: bar(what, round(share * 100), 100),
                **{name: value for name, value in given.items() if value is not None},
            )
    except NotTold as error:
        raise Stop(error.zh, error.en) from error
    except OSError as error:
        raise Stop(
            f"写不了 {folder}（{error.strerror}）：请检查权限和磁盘空间",
            f"cannot write {folder} ({error.strerror}): check permission and free space",
        ) from error
    rows = sum(summary.rows.values())
    at = f"{summary.as_of:%Y-%m-%dT%H:%M}"
    print(
        words(
            f"演示县（虚构）：{summary.people:,} 人，{len(summary.rows)} 本台账，{rows:,} 行，写在 {folder}。",
            f"An invented county: {summary.people:,} people, {len(summary.rows)} ledgers, {rows:,} rows, in {folder}.",
        )
    )
    print(
        words(
            f"其中埋下 {len(summary.planted)} 个漏洞，见 {folder / 'planted.csv'}。查一查：",
            f"{len(summary.planted)} holes are planted, see {folder / 'planted.csv'}. Find them:",
        )
    )
    print(f"  {command()} check {shlex.quote(str(folder))} --as-of {at}")
    return 0


def compile(asked: argparse.Namespace, words: Words) -> int:
    """Prime the cache."""
    from bihuan.audit import programs

    with glue.shown(words) as step:
        program = glue.compiled(words, step, anew=asked.anew)
    folder = programs.cache_folder()
    where = str(folder) if folder else words("没有可写的缓存文件夹，每次都要重编", "no cache folder can be written")
    n = len(program.loops)
    print(words(f"{n} 种漏洞的规则已编译：{where}", f"the rules of {n} holes are compiled: {where}"))
    return 0
