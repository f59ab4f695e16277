"""What is still to be done, by owner, and what was done late: the lists that ``--pending`` and ``--history`` add."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bihuan.cli.aligned import padded, width
from bihuan.cli.report import Grid, Line, Part
from bihuan.cli.words import Words

if TYPE_CHECKING:
    import duckdb

TODO = 500
"""Things to do that are printed where there is no screen to fit; ``--out`` has them all."""

OWNER = "coalesce(owner_name || ' ' || owner, owner, '')"


def pending(con: duckdb.DuckDBPyConnection, words: Words, most: int = TODO) -> list[Part]:
    """The to-do list in at most so many lines: under each owner what is due, the next first; the owner whose next is
    due first comes first."""
    total = _one(con, "SELECT count(*) FROM printed WHERE state = 'pending'")
    if not total:
        return [Line(words("没有待办。", "Nothing is to be done."))]
    found = con.execute(
        f"SELECT {OWNER} AS who, strftime(due, '%Y-%m-%d %H:%M'), severity, hole, sentence || ' → ' || remedy, "
        "count(*) OVER (PARTITION BY who) FROM printed WHERE state = 'pending' "
        f"ORDER BY min(due) OVER (PARTITION BY who), who, due, hole, subject, item LIMIT {most}"
    ).fetchall()
    parts: list[Part] = [Line(words(f"待办 {total} 件，按责任人：", f"To be done: {total}, by owner:"), "strong")]
    widest = max(width(row[3]) for row in found)
    shown, used = 0, 2
    for who, rows in ((who, list(rows)) for who, rows in groupby(found, key=lambda row: row[0])):
        fit = rows[: max(most - used - 1, 1)]
        if used + 1 + len(fit) > most and shown:
            break
        name, number, first = who or words("没有责任人", "nobody"), rows[0][5], rows[0][1]
        parts.append(
            Line(words(f"{name}　{number} 件，最早 {first}", f"{name}: {number}, the first by {first}"), "accent")
        )
        cells = [["", at, severity, padded(hole, widest), what] for _, at, severity, hole, what, _ in fit]
        parts.append(Grid((), cells, high=1))
        shown, used = shown + len(fit), used + 1 + len(fit)
    return [*parts, *_more(total - shown, words)]


def late(con: duckdb.DuckDBPyConnection, words: Words, most: int) -> list[Part]:
    """What was closed after it was due, the latest closed first, with both times."""
    total = _one(con, "SELECT count(*) FROM printed WHERE state = 'late'")
    if not total:
        return [Line(words("没有迟办。", "Nothing was closed late."))]
    rows = con.execute(
        "SELECT severity, strftime(since, '%Y-%m-%d %H:%M'), strftime(closed_at, '%Y-%m-%d %H:%M'), hole, "
        f"{OWNER}, sentence FROM printed WHERE state = 'late' ORDER BY closed_at DESC, hole, subject, item LIMIT {most}"
    ).fetchall()
    heads = words("轻重 到期 闭合 漏洞 责任人 问题", "sev. due closed hole owner what").split()
    head = words(f"迟办 {total} 件，先列最近闭合的：", f"Closed late: {total}, the latest first:")
    return [Line(head, "strong"), Grid(heads, rows, high=1), *_more(total - len(rows), words)]


def _more(left: int, words: Words) -> list[Part]:
    if left <= 0:
        return []
    return [
        Line(words(f"……还有 {left} 件，全部见 --out 写出的清单", f"… {left} more: write the list with --out"), "dim")
    ]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = con.execute(sql).fetchone()
    return int(found[0]) if found else 0
