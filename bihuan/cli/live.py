"""``bihuan import``, ``holes``, ``audit``, ``export``: the desk's database from the shell."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import glue
from bihuan.cli.aligned import table
from bihuan.cli.words import Stop, Words, command

if TYPE_CHECKING:
    import duckdb
    import psycopg

    from bihuan.kernel.program import Program
    from bihuan.live.auditor import Auditor
    from bihuan.live.imports import Imported
    from bihuan.live.store import Difference

Progress = Callable[[str, int, int], None]


@contextmanager
def _here(asked: argparse.Namespace, words: Words) -> Iterator[Program]:
    """The installation, Django set up on it, its tables there. Whatever stops it is a sentence."""
    from bihuan.live import faults, installation

    try:
        with installation.opened(asked.data) as here:
            here.set_up()
            from bihuan.live import start

            with glue.shown(words) as step:
                program = glue.compiled(words, step)
            start.migrate()
            yield program
    except faults.Fault as fault:
        raise Stop(fault.zh, fault.en) from fault


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    import psycopg

    from bihuan.live import events

    with psycopg.connect(events.url(), autocommit=True) as con:
        yield con


def import_(asked: argparse.Namespace, words: Words) -> int:
    """Import a folder, then audit what moved."""
    from bihuan.audit import outputs
    from bihuan.exchange.problems import NothingToRead

    rejects = Path(asked.rejects) if asked.rejects else None
    try:
        if rejects is not None:
            outputs.check(rejects)
        with _here(asked, words):
            from bihuan.live import actions, imports

            with glue.shown(words) as step:
                try:
                    made = imports.import_folder(
                        actions.SYSTEM,
                        Path(asked.folder),
                        lang=words.lang,
                        progress=step(words("导入", "import")),
                        rejects=rejects,
                    )
                except NothingToRead as nothing:
                    raise glue.nothing_to_read(nothing, words) from nothing
            _told(made, rejects, words)
            with glue.shown(words) as step:
                open_ = _audited(step(words("查漏", "audit")))
            print(words(f"现有漏洞 {open_}。清单：", f"{open_} holes are open. The list:"))
            data = f" --data {asked.data}" if asked.data else ""
            print(f"  {command()} holes{data}")
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused
    return 0


def _told(made: Imported, rejects: Path | None, words: Words) -> None:
    from bihuan.live import tables

    for problem in made.problems:
        print(f"  {problem.said(words.lang)}")
    heads = words("台账 新增 变更 作废 未变", "ledger new changed withdrawn same").split()
    rows = [
        [words(tables.ledgers()[name].title, name), *(f"{n:,}" for n in (c.new, c.changed, c.withdrawn, c.same))]
        for name, c in made.counts.items()
    ]
    if rows:
        print("\n".join(table([heads, *rows], numbers=(1, 2, 3, 4))))
    if made.rejected:
        for r in made.rejects[:5]:
            where = words(f"{r['file']} {r['sheet']} 第 {r['row']} 行", f"{r['file']} {r['sheet']} row {r['row']}")
            print(f"  {where} {r['column']} {r['value']!r}: {r['advice']}")
        where = (
            words(f"，见 {rejects}", f", see {rejects}")
            if rejects
            else words("；--rejects 写出全部", "; --rejects lists them all")
        )
        print(words(f"退回 {made.rejected:,} 行{where}", f"{made.rejected:,} rows were rejected{where}"))
    if not made.written:
        print(words("都已在库中，没有改动", "all of it is there already; nothing changed"))


def _audited(progress: Progress) -> int:
    """Wait until what moved is audited, by the worker or, where none runs, here; how many holes are open."""
    from bihuan.live import worker
    from bihuan.live.auditor import Auditor

    with _connected() as con:
        while _due(con):
            if worker.alive(con):
                progress("", 0, 1)
                time.sleep(0.3)
                continue
            auditor = Auditor(con)
            try:
                auditor.full(progress)
            finally:
                auditor.close()
        return _number(con, "SELECT count(*) FROM live_hole WHERE state = 'open'")


def _verified(auditor: Auditor, con: psycopg.Connection[Any], progress: Progress) -> tuple[int, list[Difference]]:
    """Once all that moved is audited, by the worker or, where none runs, here."""
    from bihuan.live import worker

    while (found := auditor.verify_standing(progress)) is None:
        if worker.alive(con):
            progress("", 0, 1)
            time.sleep(0.3)
        else:
            auditor.catch_up()
    return found


def _due(con: psycopg.Connection[Any]) -> int:
    return _number(con, "SELECT (SELECT count(*) FROM live_change) + (SELECT count(*) FROM live_due)")


def _number(con: psycopg.Connection[Any], query: str) -> int:
    found = con.execute(query).fetchone()
    return int(found[0]) if found else 0


def audit(asked: argparse.Namespace, words: Words) -> int:
    """A full audit; with --verify held against the live state, 1 where they differ."""
    with _here(asked, words), _connected() as con, glue.shown(words) as step:
        from bihuan.live import store
        from bihuan.live.auditor import Auditor

        auditor = Auditor(con)
        try:
            if not asked.verify:
                moves = auditor.full(step(words("查漏", "audit")))
                n, m, k = len(moves.opened), len(moves.closed), len(moves.changed)
                print(words(f"新开 {n}，闭合 {m}，变动 {k}", f"{n} opened, {m} closed, {k} changed"))
                return 0
            number, first = _verified(auditor, con, step(words("查漏", "audit")))
        finally:
            auditor.close()
    if not number:
        print(words("活账与全面查漏一致", "the live state equals the full audit"))
        return 0
    print(words(f"有 {number} 处不同：", f"{number} differences:"))
    for difference in first:
        print("  " + words.of(store.said(difference)))
    return 1


def holes(asked: argparse.Namespace, words: Words) -> int:
    """The live holes, or those at an earlier time as known then. 1: some open one is 急 or 重."""
    from bihuan.audit import outputs, run
    from bihuan.exchange.read import Intake

    started = time.perf_counter()
    out = Path(asked.out) if asked.out else None
    at, area = glue.moment(asked.as_of, words) if asked.as_of else None, glue.area(asked.area)
    only = glue.asked_for(asked.only)
    asked.history, asked.folder = False, ""
    try:
        if out is not None:
            outputs.check(out)
        with _here(asked, words) as program, glue.connected() as engine, _connected() as con:
            glue.chosen(program, only)
            states = ["open", *(["pending"] if asked.pending else [])]
            rows = {
                ledger.name: _number(con, f"SELECT count(*) FROM ledger_{ledger.name}") for ledger in program.ledgers
            }
            intake = Intake(rows=rows, absent=[name for name, n in rows.items() if not n])
            if at is None:
                from bihuan.live import clock, stored

                asked.clock_set = clock.is_set()
                if _due(con):
                    print(
                        words("有改动还在查漏，清单可能马上会变", "what moved is still being audited: this may change"),
                        file=sys.stderr,
                    )
                result = stored.printed(con, engine, program, words.lang, run.chosen(program, only), area, states)
                return _printed(asked, words, program, intake, result, out, engine, started)
            from bihuan.live.mirror import Mirror

            mirror = Mirror()
            try:
                with glue.shown(words) as step:
                    mirror.build(con, step(words("读取", "read")))
                    with mirror.reading() as reading:
                        result = run.audit(
                            reading,
                            program,
                            at,
                            lang=words.lang,
                            only=only,
                            area=area,
                            states=states,
                            absent=intake.absent,
                            progress=step(words("查漏", "audit")),
                        )
                        return _printed(asked, words, program, intake, result, out, reading, started)
            finally:
                mirror.close()
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused


def _printed(
    asked: argparse.Namespace,
    words: Words,
    program: Program,
    intake: Any,
    result: Any,
    out: Path | None,
    con: duckdb.DuckDBPyConnection,
    started: float,
) -> int:
    from bihuan.audit import outputs
    from bihuan.cli import check, screen

    if out is not None:
        outputs.write_holes(con, out, words.lang, check.about(asked, result, words), asked.pending)
    screen.Screen(asked, words, program, intake, result, out, None).show(con, time.perf_counter() - started)
    return 1 if result.serious else 0


def export(asked: argparse.Namespace, words: Words) -> int:
    """The ledgers as files that check reads to the same holes."""
    with _here(asked, words), _connected() as con, glue.shown(words) as step:
        from bihuan.live import clock, exports

        folder = Path(asked.folder)
        written = exports.export(con, folder, words.lang, step(words("导出", "export")))
        now = clock.moment(con)
    n, rows = len(written), sum(written.values())
    print(
        words(
            f"{n} 本台账，{rows:,} 行，写在 {folder}。查一查：", f"{n} ledgers, {rows:,} rows, in {folder}. Audit them:"
        )
    )
    print(f"  {command()} check {folder} --as-of {now:%Y-%m-%dT%H:%M:%S}")
    return 0
