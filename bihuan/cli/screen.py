"""What ``bihuan check`` prints: first what could not be read, then counts, the first holes, and what to do next. One
screen on a terminal, in colour; plain lines where it is piped.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import report, unread
from bihuan.cli.aligned import one_line, table
from bihuan.cli.report import FIRST
from bihuan.cli.todo import TODO, pending
from bihuan.cli.todo import late as late_ones
from bihuan.cli.words import Words, command

if TYPE_CHECKING:
    import duckdb

    from bihuan.audit.run import Result
    from bihuan.exchange.read import Intake
    from bihuan.kernel.program import Program

SEVERITIES = ("急", "重", "常")
Row = tuple[str, str, str, str, str]


class Screen:
    """The output of one check."""

    def __init__(
        self,
        asked: argparse.Namespace,
        words: Words,
        program: Program,
        intake: Intake,
        result: Result,
        out: Path | None,
        rejects: Path | None,
    ) -> None:
        self.asked, self.words, self.program = asked, words, program
        self.intake, self.result, self.out, self.rejects = intake, result, out, rejects

    def show(self, con: duckdb.DuckDBPyConnection, seconds: float) -> None:
        if report.on_terminal():
            from bihuan.cli.coloured import show

            show(self, con, seconds)
            return
        for line in self.plain(con, seconds):
            print(line)

    def plain(self, con: duckdb.DuckDBPyConnection, seconds: float) -> list[str]:
        """Every line, without colour or boxes."""
        words = self.words
        lines: list[str] = []
        for what in (self.unread(), self.odd(), self.not_judged()):
            lines += [*what, ""] if what else []
        lines += [self.headline(seconds), self.totals(), ""]
        counts = self.counts()
        if counts:
            head = [words("闭环", "loop"), "", *SEVERITIES]
            lines += [*table([head, *counts], numbers=(2, 3, 4)), ""]
        rows = self.first(con, FIRST)
        if rows:
            heads = words("轻重 起始 漏洞 问题 责任人", "severity since hole what owner").split()
            order = (0, 1, 2, 4, 3)  # the sentence last: it is as long as it is
            lines += table([[row[place] for place in order] for row in [heads, *rows]])
            lines += [*self.rest(len(rows)), ""]
        for parts in self.lists(con, TODO, FIRST):
            lines += [*report.lines(parts), ""]
        return lines + self.next(con)

    # ── the parts ───────────────────────────────────────────────────────────────────────────────

    def unread(self) -> list[str]:
        return unread.unread(self.intake, self.words)

    def odd(self) -> list[str]:
        return unread.odd(self.intake, self.words, self.rejects)

    def not_judged(self) -> list[str]:
        """Ledgers that are not there, and what could therefore not be judged."""
        titles = {g.name: self.words(g.title, g.name) for g in self.program.ledgers}
        names = {s.hole: self.words.of(s.name) for s in self.program.loops}
        lines = []
        by_holes: dict[tuple[str, ...], list[str]] = {}
        for ledger, holes in self.result.unjudged.items():
            by_holes.setdefault(tuple(holes), []).append(titles[ledger])
        for holes_, ledgers in sorted(by_holes.items(), key=lambda x: -len(x[0])):
            told = [f"{names[h]} {h}" if self.words.lang == "zh" else h for h in holes_]
            more = self.words(f" 等 {len(told)} 项", f" … {len(told)} in all") if len(told) > 6 else ""
            lines.append(f"  {self.words.list(ledgers)} → {self.words.list(told[:6])}{more}")
        n = len(self.result.unjudged)
        head = self.words(
            f"没有这 {n} 本台账（或缺必填列），下列漏洞查不了或查不全：",
            f"{n} ledgers are not there, or lack a required column; these holes could not be judged, or only in part:",
        )
        lines = [head, *lines] if n else []
        if self.result.by_default:
            lines.append(
                self.words("没有防控措施标准：一律按默认值查", "no orders: the defaults were applied throughout")
            )
        return lines

    def headline(self, seconds: float) -> str:
        rows = sum(self.intake.rows.values())
        ledgers = len(self.intake.rows) - len(self.intake.absent)
        clock = ""
        if getattr(self.asked, "clock_set", False):
            clock = self.words("（设定的系统时钟）", " (the system's clock, which was set)")
        elif not self.asked.as_of:
            clock = self.words("（本机时间）", " (this machine's clock)")
        return self.words(
            f"截至 {self.result.now:%Y-%m-%d %H:%M:%S}{clock}　{ledgers} 本台账，{rows:,} 行，用时 {seconds:.1f} 秒",
            f"As of {self.result.now:%Y-%m-%d %H:%M:%S}{clock}: {ledgers} ledgers, {rows:,} rows, {seconds:.1f} s",
        )

    def totals(self) -> str:
        n = self.result.number
        parts = [self.words(f"漏洞 {n()}", f"{n()} holes")]
        parts += [f"{s} {n((s,))}" for s in SEVERITIES]
        if self.asked.pending:
            parts.append(self.words(f"待办 {n(state='pending')}", f"pending {n(state='pending')}"))
        if self.asked.history:
            parts.append(self.words(f"迟办 {n(state='late')}", f"late {n(state='late')}"))
        if self.result.without_area:
            k = self.result.without_area
            parts.append(self.words(f"另有 {k} 个没有区划，不在此列", f"{k} more have no area and are left out"))
        return "  ".join(parts)

    def counts(self) -> list[list[str]]:
        """[name, title, 急, 重, 常] of each loop that has holes; by hole where only one loop was asked for."""
        found = [c for c in self.result.counts if c.state == "open"]
        names = {s.hole: self.words.of(s.name) for s in self.program.loops}
        family = {s.hole: s.family for s in self.program.loops}
        loops = {family[c.hole] for c in found}
        by_hole = bool(self.asked.only) and len(loops) == 1
        tally: dict[str, dict[str, int]] = {}
        for count in found:
            name = count.hole if by_hole else family[count.hole]
            of = tally.setdefault(name, dict.fromkeys(SEVERITIES, 0))
            of[count.severity] = of.get(count.severity, 0) + count.number
        ranked = sorted(tally, key=lambda n: [-tally[n][s] for s in SEVERITIES])
        return [
            [
                name,
                names[name] if by_hole else self.words.of(self.program.title(name)),
                *(str(tally[name][s] or "·") for s in SEVERITIES),
            ]
            for name in ranked
        ]

    def first(self, con: duckdb.DuckDBPyConnection, number: int) -> list[Row]:
        """(severity, since, hole, text, owner) of the first open holes."""
        found = con.execute(
            "SELECT severity, coalesce(strftime(since, '%Y-%m-%d %H:%M'), ''), hole, text, "
            f"coalesce(owner_name, owner, '') FROM printed WHERE state = 'open' LIMIT {number}"
        ).fetchall()
        nobody = self.words("无人", "nobody")
        return [(s, at, hole, one_line(text), one_line(owner) or nobody) for s, at, hole, text, owner in found]

    def lists(self, con: duckdb.DuckDBPyConnection, todo: int, late: int) -> list[list[report.Part]]:
        """The lists that were asked for beside the holes: what is to be done, what was closed late."""
        made = [pending(con, self.words, todo)] if self.asked.pending else []
        return made + ([late_ones(con, self.words, late)] if self.asked.history else [])

    def rest(self, shown: int) -> list[str]:
        left = self.result.number() - shown
        return [self.words(f"……还有 {left} 个", f"… and {left} more")] if left > 0 else []

    def next(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        """What to do now."""
        lines = []
        if self.out:
            lines.append(self.words(f"问题清单：{self.out}", f"list of holes: {self.out}"))
        elif self.result.number():
            lines.append(self.words("写出清单：加 --out 问题清单.xlsx", "write the list: add --out holes.xlsx"))
        first = con.execute("SELECT hole, subject, item FROM printed ORDER BY state <> 'open' LIMIT 1").fetchone()
        if first:
            hole, subject, item = first
            folder = self.asked.folder
            at = f" --as-of {self.asked.as_of}" if self.asked.as_of else ""
            me = command()
            names = " ".join(shlex.quote(x) for x in (hole, subject or "", item) if x)
            if not folder:  # the desk's database: the rows are on its pages
                lines.append(self.words(f"看规则：{me} explain {hole}", f"its rule: {me} explain {hole}"))
                return lines
            lines.append(
                self.words(
                    f"看依据：{me} why {shlex.quote(folder)} {names}{at}　看规则：{me} explain {hole}",
                    f"its rows: {me} why {shlex.quote(folder)} {names}{at}   its rule: {me} explain {hole}",
                )
            )
        elif not sum(self.intake.rows.values()):
            lines.append(
                self.words(
                    "台账里一行也没有：什么也没有查。请检查文件，或先填好台账。",
                    "The ledgers hold no row: nothing was audited. Check the files, or fill them first.",
                )
            )
        elif not self.result.unjudged and not self.unread():
            lines.append(self.words("没有查到漏洞。", "No hole was found."))
        else:
            lines.append(self.words("在读到的台账中没有查到漏洞。", "No hole was found in the ledgers that were read."))
        return lines
