"""``bihuan explain HOLE``: its rule, the orders that govern it, its source, its examples."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import glue
from bihuan.cli.aligned import one_line, table
from bihuan.cli.words import Words

if TYPE_CHECKING:
    from bihuan.domains.specs import Case
    from bihuan.kernel.program import Program, Said

HEADS = {"due": "限时", "unit": "单位"}
"""Columns of expectations that the list of holes has not."""


def explain(asked: argparse.Namespace, words: Words) -> int:
    """Print what one hole, or each of a loop's, means; without a name list them all."""
    now = glue.moment(asked.as_of, words)
    with glue.shown(words) as step:
        program = glue.compiled(words, step)
    if asked.hole is None:
        lines = _every(program, words)
    else:
        holes = glue.chosen(program, [asked.hole])
        said = {s.hole: s for s in program.loops}
        orders = _orders(Path(asked.dir), program, now, words) if asked.dir else None
        lines = []
        for hole in holes:
            lines += [*page(said[hole], program, words, orders), ""]
    print("\n".join(lines).rstrip())
    return 0


def strong(text: str) -> str:
    """A heading: bold on a terminal."""
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def _every(program: Program, words: Words) -> list[str]:
    lines: list[str] = []
    loops: dict[str, list[Said]] = {}
    for said in program.loops:
        loops.setdefault(said.family, []).append(said)
    widest = max(len(s.hole) for s in program.loops)
    for name, those in loops.items():
        lines += ["", strong(f"{words.of(program.title(name))} {name}")]
        lines += [f"  {s.severity}  {s.hole:{widest}}  {words.of(s.name)}" for s in those]
    n = len(program.loops)
    head = words(
        f"{n} 种漏洞，{len(loops)} 个闭环。看其中一个：bihuan explain {program.loops[0].hole}",
        f"{n} holes in {len(loops)} loops. One of them: bihuan explain {program.loops[0].hole}",
    )
    return [head, *lines]


Order = tuple[str, str, str, str, str, str]
"""area, key, value, document, since, order."""


def page(said: Said, program: Program, words: Words, orders: list[Order] | None = None) -> list[str]:
    """All that is to be said of one hole."""
    from bihuan.audit import judged
    from bihuan.domains import specs
    from bihuan.handbook import about as tell
    from bihuan.handbook.shape import shape as of

    titles = {g.name: words(f"{g.title} {g.name}", g.name) for g in program.ledgers}
    shape = of(said, program)
    owner = f"{tell.owner(said, shape, program, words)}{words('；', '; ')}{tell.rises(shape, words)}"
    about = words("对象 ", "subject ") + tell.kind(said.subject, program, words)
    about += words("，分项 ", ", item ") + tell.kind(said.item, program, words) if said.item else ""
    read = sorted(judged.reads(program).get(said.hole, ()), key=list(titles).index)
    rows = [
        (words("规则", "rule"), words.of(said.rule)),
        (words("责任人", "owner"), owner),
        (words("一行", "one row"), about),
        (words("这样说", "is said as"), words.of(said.reason)),
        (words("整改", "remedy"), words.of(said.remedy)),
        (words("怎样闭合", "how it closes"), tell.closes(said, shape, words).replace("`", "")),
        (words("出处", "source"), said.source),
        (words("看台账", "ledgers"), words.list([titles[name] for name in read])),
    ]
    if not said.module.startswith("bihuan."):
        rows.append((words("所在", "declared in"), said.module))
    lines = [strong(f"{said.severity}  {said.hole}  {words.of(said.name)}"), *table(rows)]
    lines += _governed(said, program, words, orders)
    cases = specs.load(said.hole)
    if cases:
        lines += ["", strong(words("例子", "examples"))]
    for number, case in enumerate(cases, 1):
        lines += [*_case(number, case, program, words), ""]
    return lines


def _governed(said: Said, program: Program, words: Words, orders: list[Order] | None) -> list[str]:
    """The parameters that it reads, with defaults; and the orders in force in a folder."""
    from bihuan.handbook import about as tell

    those = tell.governing(said, program)
    if not those:
        return ["", words("没有可由措施标准改动的参数。", "No order can change it.")]
    rows = [[words("参数", "parameter"), words("默认", "default"), words("含义", "meaning")]]
    for p in those:
        rows.append([p.key, tell.default(p, words), words(p.zh, p.en)])
        rows += [["", "", f"  {line}"] for line in tell.exceptions(p, words)]
    lines = ["", strong(words("管它的措施标准", "the orders that govern it")), *(f"  {x}" for x in table(rows))]
    if orders is None:
        return [
            *lines,
            words("  （加 --dir 台账文件夹，看现行的）", "  (name a folder with --dir to see those in force)"),
        ]
    here = [o for o in orders if any(p.matches(o[1]) for p in those)]
    if not here:
        return [*lines, words("  台账里没有现行的：按默认值", "  none in force in these ledgers: the defaults hold")]
    heads = words("区划 参数 值 文件 自 编号", "area key value document since order").split()
    return [*lines, strong(words("  现行", "  in force")), *(f"  {line}" for line in table([heads, *here]))]


def _orders(folder: Path, program: Program, now: dt.datetime, words: Words) -> list[Order]:
    """The orders in force in a folder, as of a time: nearest area last."""
    from bihuan.engines import duckdb as engine

    with glue.connected() as con:
        with glue.shown(words) as step:
            glue.intake(folder, con, program, words, step(words("读取", "read")))
            engine.run(program, con, now, only=(), also=("orders",))
        at = engine.literal(now)
        rows = con.execute(
            "SELECT area, key, value, coalesce(document, ''), coalesce(strftime(since, '%Y-%m-%d %H:%M'), ''), "
            f'"order" FROM orders WHERE (since IS NULL OR since <= {at}) AND (until IS NULL OR {at} < until) '
            'ORDER BY length(area), area, key, since, "order"'
        ).fetchall()
    return [tuple(one_line(cell) for cell in row) for row in rows]  # type: ignore[misc]


def _case(number: int, case: Case, program: Program, words: Words) -> list[str]:
    """One example: ledgers in, holes out."""
    from bihuan.audit.workbook import HEADINGS

    ledgers = {g.name: g for g in program.ledgers}
    at = f"{case.now:%Y-%m-%d %H:%M:%S}"
    lines = [words(f"{number}. {case.title[0]}（截至 {at}）", f"{number}. {case.title[1]} (as of {at})")]
    for name, rows in case.ledgers.items():
        ledger = ledgers[name]
        columns = list(rows[0]) if rows else []
        heads = [words(ledger[c].heading, c) for c in columns]
        lines.append(f"   {words(ledger.title, name)}")
        lines += [f"     {line}" for line in table([heads, *[[row[c] for c in columns] for row in rows]])]
    said = {
        "holes": words("漏洞", "holes"),
        "pending": words("待办", "pending"),
        "late": words("迟办", "late"),
    }
    for name, title in said.items():
        rows = case.expected.get(name, [])
        if rows:
            columns = list(rows[0])
            heads = [words(HEADINGS[c][0] if c in HEADINGS else HEADS.get(c, c), c) for c in columns]
            lines.append(f"   → {title}")
            lines += [f"     {line}" for line in table([heads, *[[row[c] for c in columns] for row in rows]])]
    if not case.expected.get("holes"):
        lines.append(words("   → 没有漏洞", "   → no hole"))
    return lines
