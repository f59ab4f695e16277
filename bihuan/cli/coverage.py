"""``bihuan coverage``: blind spots as shares, with numerator and denominator, the worst first."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import glue, unread
from bihuan.cli.report import Grid, Line, Part, most, show
from bihuan.cli.words import Words, version

if TYPE_CHECKING:
    import datetime as dt

    import duckdb

    from bihuan.exchange.read import Intake
    from bihuan.kernel.program import Program


def coverage(asked: argparse.Namespace, words: Words) -> int:
    """0 always where the ledgers could be read: a share is no verdict."""
    from bihuan.audit import coverage as spots
    from bihuan.audit import outputs

    started = time.perf_counter()
    now, area = glue.moment(asked.as_of, words), glue.area(asked.area)
    out = Path(asked.out) if asked.out else None
    glue.there(Path(asked.folder), words)
    with glue.writing(out), glue.connected() as con:
        with glue.shown(words) as step:
            program = glue.compiled(words, step)
            intake = glue.intake(Path(asked.folder), con, program, words, step(words("读取", "read")))
            bar = step(words("查盲点", "cover"))
            spots.cover(con, program, now, area=area, lang=words.lang, progress=bar)
        parts = unread.first(intake, words)
        parts.append(Line(_headline(intake, now, time.perf_counter() - started, words), "accent"))
        parts += _lots(con, intake, words) + _people(con, words) + _ledgers(con, program, intake, words)
        if out is not None:
            about = _about(asked, now, words)
            titles = ("盲点", "blind spots")
            outputs.write_table(con, "blind_spots_ordered", spots.COLUMNS, out, words.lang, titles, about)
            parts.append(Line(words(f"全部盲点：{out}", f"all blind spots: {out}"), "dim"))
        else:
            parts.append(Line(words("写出全部：加 --out 盲点.xlsx", "write them all: add --out blind.xlsx"), "dim"))
    show(parts)
    return 0


def _headline(intake: Intake, now: dt.datetime, seconds: float, words: Words) -> str:
    ledgers, rows = len(intake.rows) - len(intake.absent), sum(intake.rows.values())
    return words(
        f"截至 {now:%Y-%m-%d %H:%M:%S}　{ledgers} 本台账，{rows:,} 行，用时 {seconds:.1f} 秒",
        f"As of {now:%Y-%m-%d %H:%M:%S}: {ledgers} ledgers, {rows:,} rows, {seconds:.1f} s",
    )


def _about(asked: argparse.Namespace, now: dt.datetime, words: Words) -> list[tuple[str, str]]:
    return [
        (words("截至", "As of"), f"{now:%Y-%m-%d %H:%M:%S}"),
        (words("台账", "Ledgers"), str(asked.folder)),
        (
            words("lots 冷链", "lots"),
            words(
                "blind：入境以来同源批次没有任何部门采样的进口批次；total：全部进口批次",
                "blind: imported lots of whose line no agency took a sample since they entered; total: all of them",
            ),
        ),
        (
            words("people 人员", "people"),
            words(
                "blind：名册上有、别的台账里都没有的人（人员底册不算）；total：名册上的人",
                "blind: people of the roll whom no other ledger names (the roll of people aside); total: its people",
            ),
        ),
        (
            words("ledgers 台账", "ledgers"),
            words(
                "area：同级同属的区域有、它一行也没有的台账（blind），与它们合起来有的台账（total）；"
                "ledger：某区域没有某本台账，siblings 个同级区域中 keeping 个有，共 sibling_rows 行",
                "area: ledgers that its siblings keep and it has no row in (blind), of those that they or it keep "
                "(total); ledger: one such ledger, which keeping of the siblings keep, with sibling_rows rows",
            ),
        ),
        (words("程序", "Program"), f"bihuan {version()}"),
    ]


def _share(blind: int, total: int) -> str:
    return f"{100 * blind / total:.1f}%" if total else "—"


def _rows(con: duckdb.DuckDBPyConnection, where: str, limit: int, listed: str) -> tuple[list[tuple[Any, ...]], int]:
    found = con.execute(f"SELECT {listed} FROM blind_spots_ordered WHERE {where} LIMIT {limit}").fetchall()
    [total] = con.execute(f"SELECT count(*) FROM blind_spots_ordered WHERE {where}").fetchone() or (0,)
    return found, total - len(found)


def _more(left: int, words: Words) -> list[Part]:
    return [Line(words(f"……还有 {left} 行", f"… {left} more"), "dim")] if left > 0 else []


def _lots(con: duckdb.DuckDBPyConnection, intake: Intake, words: Words) -> list[Part]:
    """The whole in one sentence; then product, port and route."""
    every, _ = _rows(con, "topic = 'lots' AND dimension = 'all'", 1, "blind, total, kg_blind, kg_total, seen_by")
    if not every:
        return [Line(), Line(words("没有进口批次。", "There are no imported lots."), "strong")]
    [(blind, total, kg_blind, kg_total, seen)] = every
    said = words(
        f"无人检测的进口批次 {blind}/{total}（{_share(blind, total)}），{kg_blind:,.0f}/{kg_total:,.0f} 千克",
        f"imported lots that no agency saw: {blind}/{total} ({_share(blind, total)}), "
        f"{kg_blind:,.0f}/{kg_total:,.0f} kg",
    )
    parts: list[Part] = [Line(), Line(said, "strong")]
    if "samples" in intake.absent:
        parts.append(
            Line(
                words("没有核酸检测台账：所有批次都算无人检测", "no ledger of samples: every lot counts as unseen"),
                "warn",
            )
        )
    elif seen:
        parts.append(Line(words(f"检测过的：{seen}（批次）", f"seen by: {seen} (lots)")))
    heads = words(
        "按 名称 无人检测 批次 占比 未检千克 检测过的部门（批次）", "by name unseen lots share unseen_kg seen_by"
    ).split()
    names = {"product": words("品名", "product"), "port": words("口岸", "port"), "route": words("流向", "route")}
    cells: list[list[str]] = []
    left = 0
    for dimension, title in names.items():
        rows, more = _rows(
            con,
            f"topic = 'lots' AND dimension = '{dimension}'",
            max(most(8, 0) // 2, 3),
            "name, blind, total, kg_blind, seen_by",
        )
        left += more
        for name, blind, total, kg, seen in rows:
            cells.append([title, name or "", str(blind), str(total), _share(blind, total), f"{kg:,.0f}", seen or "—"])
    return [*parts, Grid(heads, cells, (2, 3, 4, 5), high=1), *_more(left, words)]


def _people(con: duckdb.DuckDBPyConnection, words: Words) -> list[Part]:
    """Rolls, then towns."""
    heads = words("名册 无人知晓 人数 占比", "roll unknown people share").split()
    towns = words("乡镇 无人知晓 名册上 占比", "town unknown on_rolls share").split()
    title = words("名册上有、别的台账都没有的人", "people on a roll whom no other ledger knows")
    parts: list[Part] = [Line(), Line(title, "strong")]
    for head, where in ((heads, "dimension = 'roll' AND blind > 0"), (towns, "dimension = 'town' AND blind > 0")):
        rows, left = _rows(con, f"topic = 'people' AND {where}", most(5, 4), "name, blind, total")
        if rows:
            nowhere = words("（住址不明）", "(no home)")
            cells = [[name or nowhere, str(blind), str(total), _share(blind, total)] for name, blind, total in rows]
            parts += [Grid(head, cells, (1, 2, 3)), *_more(left, words)]
    [whole] = con.execute(
        "SELECT count(*) FROM blind_spots_ordered WHERE topic = 'people' AND dimension = 'roll' AND blind = 0"
    ).fetchone() or (0,)
    if whole:
        parts.append(
            Line(
                words(
                    f"另有 {whole} 类名册，人人都有别的台账知道。",
                    f"Of {whole} more rolls everybody is known elsewhere.",
                )
            )
        )
    return parts if len(parts) > 2 else [*parts, Line(words("没有名册。", "There are no rolls."))]


LEVELS = {
    2: ("省", "province"),
    4: ("市", "city"),
    6: ("县", "county"),
    9: ("乡镇", "town"),
    12: ("村", "village"),
    15: ("网格", "grid"),
}


def _ledgers(con: duckdb.DuckDBPyConnection, program: Program, intake: Intake, words: Words) -> list[Part]:
    """Silent areas, towns and above before villages and grids; which ledgers they lack; what nobody keeps."""
    title = words("同级区域都有、它却一行没有的台账", "ledgers that an area's siblings keep and it does not")
    parts: list[Part] = [Line(), Line(title, "strong")]
    heads = words("级别 区域 代码 沉默台账 应有台账 占比", "level area code silent kept share").split()
    for length in ("<= 9", "> 9"):
        where = f"topic = 'ledgers' AND dimension = 'area' AND length(key) {length}"
        rows, left = _rows(con, where, most(6, 4), "key, name, blind, total")
        cells = [
            [words.of(LEVELS[len(code)]), name or "", code, str(blind), str(total), _share(blind, total)]
            for code, name, blind, total in rows
        ]
        if cells:
            parts += [Grid(heads, cells, (3, 4, 5)), *_more(left, words)]
    rows, left = _rows(
        con, "topic = 'ledgers' AND dimension = 'ledger'", most(5, 4), "name, keeping, siblings, sibling_rows"
    )
    if rows:
        heads = words("区域与台账 同级有的 同级共 它们的行数", "area_and_ledger keeping siblings their_rows").split()
        cells = [[name, str(keeping), str(siblings), f"{held:,}"] for name, keeping, siblings, held in rows]
        parts += [Line(), Grid(heads, cells, (1, 2, 3)), *_more(left, words)]
    else:
        parts.append(Line(words("没有。", "None.")))
    empty = [words(g.title, g.name) for g in program.ledgers if not intake.rows[g.name]]
    if empty:
        head = words(f"谁也没有的台账 {len(empty)} 本：", f"ledgers that nobody keeps, {len(empty)}: ")
        parts.append(Line(head + words.list(empty), "warn"))
    return [*parts, Line()]
