"""``bihuan why DIR HOLE SUBJECT``: the rows on which one hole rests, in time order, the missing one as a gap."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
from typing import TYPE_CHECKING, Any

from bihuan.cli import glue
from bihuan.cli.aligned import one_line, table
from bihuan.cli.explain import strong
from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    import duckdb

    from bihuan.audit.trail import Step
    from bihuan.exchange.read import Intake
    from bihuan.kernel.program import Program, Said

COLUMNS = (
    *("hole", "subject_kind", "subject", "item", "state", "severity", "since", "closed_at"),
    *("owner", "owner_name", "escalated_to", "order", "text", "remedy", "evidence", "opens", "due"),
)


def why(asked: argparse.Namespace, words: Words) -> int:
    """Show one hole's rows. Raises Stop where the subject has no such hole, and no such obligation either."""
    from bihuan.audit import run

    now = glue.moment(asked.as_of, words)
    with glue.connected() as con:
        with glue.shown(words) as step:
            program = glue.compiled(words, step)
            folder, hole, subject, item = glue.addressed(asked.words, program, words)
            intake = glue.intake(folder, con, program, words, step(words("读取", "read")))
            run.audit(con, program, now, lang=words.lang, only=[hole.hole], states=("open", "pending", "late"))
        rows = found(con, subject, item)
        if not rows:
            raise nothing(con, hole, subject, item, words)
        lines: list[str] = []
        for row in rows:
            lines += [*_told(con, program, hole, row, intake, now, words), ""]
    print("\n".join(lines).rstrip())
    return 0


def found(con: duckdb.DuckDBPyConnection, subject: str, item: str | None) -> list[dict[str, Any]]:
    """The obligations of a subject that are open, late or pending; with their due times."""
    from bihuan.exchange.cells import normal

    listed = ", ".join(f'"{c}"' for c in COLUMNS)
    named = [dict(zip(COLUMNS, row, strict=True)) for row in con.execute(f"SELECT {listed} FROM printed").fetchall()]
    asked = {subject, normal(subject), normal(subject).upper()}
    return [r for r in named if (r["subject"] or "") in asked and (item is None or r["item"] == item)]


def nothing(con: duckdb.DuckDBPyConnection, hole: Said, subject: str, item: str | None, words: Words) -> Stop:
    """No such hole of this subject: say which there are."""
    subjects = [r[0] for r in con.execute("SELECT DISTINCT subject FROM printed WHERE subject IS NOT NULL").fetchall()]
    near = difflib.get_close_matches(subject, subjects, 3, 0.6)
    what = f"{subject}/{item}" if item else subject
    zh = f"这些台账里，{what} 没有“{hole.name[0]}”（{hole.hole}），也没有待办或迟办的"
    en = f"in these ledgers {what} has no {hole.hole}, neither open nor pending nor late"
    if near:
        return Stop(f"{zh}；是不是 {'、'.join(near)}？", f"{en}; did you mean {', '.join(near)}?")
    n = len(subjects)
    return Stop(f"{zh}；有这个漏洞或待办的共 {n} 个对象", f"{en}; {n} other subjects have it")


STATES = {"open": ("漏洞", "hole"), "pending": ("待办", "pending"), "late": ("迟办", "closed late")}


def _told(
    con: duckdb.DuckDBPyConnection,
    program: Program,
    hole: Said,
    row: dict[str, Any],
    intake: Intake,
    now: dt.datetime,
    words: Words,
) -> list[str]:
    """One hole: its sentence, rule, order and owner; its rows as a time line; what closes it."""
    from bihuan.audit import judged, trail

    owner = " ".join(x for x in (row["owner_name"], row["owner"]) if x) or words("没有找到", "nobody is found")
    if row["escalated_to"]:
        owner += words(f"，已升级至 {row['escalated_to']}", f", gone up to {row['escalated_to']}")
    about = [
        (words("规则", "rule"), words.of(hole.rule)),
        (words("标准", "order"), row["order"] or words("不由措施标准定", "no order governs it")),
        (words("责任人", "owner"), owner),
        (words("整改", "remedy"), row["remedy"]),
    ]
    state = words.of(STATES[row["state"]])
    lines = [strong(f"{row['severity']}  {words.of(hole.name)} {hole.hole}  [{state}]"), one_line(row["text"]), ""]
    lines += [*table([[a, one_line(b)] for a, b in about]), ""]
    what = trail.about(
        program.ledgers, row["subject_kind"], row["subject"] or "", row["item"] or "", hole.item, row["evidence"] or ""
    )
    read = judged.reads(program).get(hole.hole, frozenset())
    near = row["since"] or row["due"] or now
    steps, left = trail.trail(con, program.ledgers, read, what, near)
    lines.append(strong(words("时间线（● 漏洞依据的行）", "time line (● rows on which it rests)")))
    lines += _line(steps, row, intake, now, words)
    titles = {g.name: words(g.title, g.name) for g in program.ledgers}
    lines += [words(f"  {titles[n]} 还有 {k} 行", f"  {k} more rows of {titles[n]}") for n, k in left.items()]
    return lines


GAP = "┄┄ {} ┄┄"
RULES = {"due": GAP, "missing": GAP, "since": GAP, "closed": "── {} ──", "now": "══ {} ══"}
"""How a mark that is no row is ruled across the line."""


def _line(steps: list[Step], row: dict[str, Any], intake: Intake, now: dt.datetime, words: Words) -> list[str]:
    """The rows, and among them at its due time the answer that is missing, and the as-of time."""
    from bihuan.audit import trail

    marks = trail.marks(row["state"], row["opens"], row["due"], row["since"], row["closed_at"], now)
    told: list[tuple[dt.datetime, int, list[str]]] = []
    for step in steps:
        told.append((step.at or dt.datetime.min, 0, _step(step, intake, words)))
    told += [(m.at, 1, [f"  {_at(m.at)}  {RULES[m.kind].format(words.of(m.text))}"]) for m in marks]
    told.sort(key=lambda x: (x[0], x[1]))
    return [line for *_, lines in told for line in lines]


def _step(step: Step, intake: Intake, words: Words) -> list[str]:
    source = intake.sources[step.source]
    where = f"{source.file}" + (f"/{source.sheet}" if source.sheet else "")
    place = words(f"{where} 第 {step.row} 行", f"{where} row {step.row}")
    gone = "" if step.held else words("（已作废、被替代或尚未知悉）", " (withdrawn, replaced or not yet known)")
    mark = "●" if step.rests else "·"
    title = words(step.ledger.title, step.ledger.name)
    cells = words.list([f"{words(c.heading, c.name)} {one_line(text)}" for c, text in step.cells])
    return [f"{mark} {_at(step.at)}  {title}  {place}{gone}", f"{'':20}{cells}"]


def _at(at: dt.datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else f"{'—':16}"
