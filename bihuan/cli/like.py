"""``bihuan like HOLE SUBJECT``: 举一反三, the same hole and its near misses everywhere else."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import glue, unread
from bihuan.cli.report import Grid, Line, Part, most, show
from bihuan.cli.why import STATES, found, nothing
from bihuan.cli.words import Stop, Words, version

if TYPE_CHECKING:
    import duckdb

    from bihuan.kernel.program import Said


LONGEST_H = 87_600
"""Ten years."""


def like(asked: argparse.Namespace, words: Words) -> int:
    """0 where the hole is there, however many are like it. Raises Stop where it is not."""
    from bihuan.audit import likeness, outputs, run

    now = glue.moment(asked.as_of, words)
    if not 0 <= asked.within <= LONGEST_H:
        raise Stop(f"--within 要 0 到 {LONGEST_H} 小时", f"--within takes 0 to {LONGEST_H} hours")
    out = Path(asked.out) if asked.out else None
    with glue.writing(out), glue.connected() as con:
        with glue.shown(words) as step:
            program = glue.compiled(words, step)
            folder, hole, subject, item = glue.addressed(asked.words, program, words)
            intake = glue.intake(folder, con, program, words, step(words("读取", "read")))
            bar = step(words("查漏", "audit"))
            states = likeness.STATES
            run.audit(con, program, now, lang=words.lang, only=[hole.hole], states=states, progress=bar)
        rows = found(con, subject, item)
        if not rows:
            raise nothing(con, hole, subject, item, words)
        ids = list(dict.fromkeys((r["subject"] or "", r["item"] or "") for r in rows))
        counts = likeness.alike(con, hole, ids, now, asked.within)
        parts = [*unread.first(intake, words), *_told(con, hole, rows, counts, asked.within, words)]
        if out is not None:
            titles = ("举一反三", "alike")
            about = _about(hole, rows, now, asked.within, words)
            outputs.write_table(con, "alike", likeness.LISTED, out, words.lang, titles, about)
            parts.append(Line(words(f"全部：{out}", f"all of them: {out}"), "dim"))
    show(parts)
    return 0


def _about(
    hole: Said, rows: list[dict[str, Any]], now: dt.datetime, hours: float, words: Words
) -> list[tuple[str, str]]:
    return [
        (words("截至", "As of"), f"{now:%Y-%m-%d %H:%M:%S}"),
        (words("参照", "Held against"), f"{hole.hole} {rows[0]['subject']}"),
        (words("规则", "Rule"), words.of(hole.rule)),
        (
            words("状态", "State"),
            words(
                f"open 漏洞；late 迟办；pending {hours:g} 小时内到期。in_common：与参照相同的分项、单位、责任人、乡镇",
                f"open; closed late; pending: due within {hours:g} h. in_common: item, unit, owner, town of the hole",
            ),
        ),
        (words("程序", "Program"), f"bihuan {version()}"),
    ]


IN_COMMON = {
    "item": ("同一分项", "item"),
    "unit": ("同一单位", "unit"),
    "owner": ("同一责任人", "owner"),
    "area": ("同一乡镇", "town"),
}
BY = {"area": ("按乡镇", "by town"), "unit": ("按单位", "by unit"), "owner": ("按责任人", "by owner")}


def _told(
    con: duckdb.DuckDBPyConnection,
    hole: Said,
    rows: list[dict[str, Any]],
    counts: dict[str, int],
    hours: float,
    words: Words,
) -> list[Part]:
    """The hole it is held against; counts; groups; rows."""
    from bihuan.audit import likeness

    parts: list[Part] = [Line(words(f"{hole.hole}　{hole.name[0]}", f"{hole.hole}: {hole.name[1]}"), "accent")]
    parts += [Line(f"{r['severity']}  [{words.of(STATES[r['state']])}]  {r['text']}") for r in rows[:3]]
    total = sum(counts.values())
    said = words(
        f"别处：同样的漏洞 {counts['open']}，迟办 {counts['late']}，{hours:g} 小时内到期 {counts['pending']}",
        f"elsewhere: the same hole {counts['open']}, closed late {counts['late']}, "
        f"due within {hours:g} h {counts['pending']}",
    )
    parts += [Line(), Line(said, "strong")]
    if not total:
        return [*parts, Line(words("别处没有同样的漏洞，也没有险些成为漏洞的。", "Nowhere else, nor nearly."))]
    room = most(5, 8)
    counted = words("漏洞 迟办 将到期", "open late due_soon").split()
    for by, title in BY.items():
        found_ = likeness.groups(con, by)
        if not any(g.key for g in found_):
            continue  # none of them has a unit
        cells = [
            [_named(g.key, g.name, words), *(str(n) if n else "·" for n in (g.open, g.late, g.soon))]
            for g in found_[:room]
        ]
        parts += [Line(), Grid([words.of(title), *counted], cells, (1, 2, 3)), *_more(len(found_) - room, words)]
    parts += [Line(), *_rows(con, total, 2 * room, words)]
    return parts


def _named(key: str, name: str, words: Words) -> str:
    return f"{name} {key}" if name and name != key else key or words("（没有）", "(none)")


def _rows(con: duckdb.DuckDBPyConnection, total: int, room: int, words: Words) -> list[Part]:
    found_ = con.execute(
        "SELECT state, severity, strftime(since, '%Y-%m-%d %H:%M'), coalesce(owner_name, owner, ''), in_common, "
        f"sentence FROM alike LIMIT {room}"
    ).fetchall()
    heads = words("状态 轻重 起始或到期 责任人 相同之处 问题", "state sev. since_or_due owner in_common what").split()
    cells = [
        [
            words.of(STATES[state]),
            severity,
            at or "",
            owner,
            words.list([words.of(IN_COMMON[c]) for c in common.split(",") if c]),
            text,
        ]
        for state, severity, at, owner, common, text in found_
    ]
    return [Grid(heads, cells), *_more(total - len(found_), words)]


def _more(left: int, words: Words) -> list[Part]:
    return [Line(words(f"……还有 {left} 个", f"… {left} more"), "dim")] if left > 0 else []
