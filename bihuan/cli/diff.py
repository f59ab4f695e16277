"""``bihuan diff``: what opened, what closed, what stayed between two audits."""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import glue, unread
from bihuan.cli.report import Grid, Line, Part, most, show
from bihuan.cli.screen import SEVERITIES
from bihuan.cli.words import Stop, Words, version

if TYPE_CHECKING:
    import duckdb

    from bihuan.audit.difference import Tally
    from bihuan.kernel.program import Program


@dataclass
class Side:
    """One of the two: a folder of ledgers at a time, or a stored list, whose own time may be known."""

    path: Path
    at: dt.datetime | None
    stored: bool

    def said(self, words: Words) -> str:
        at = f"{self.at:%Y-%m-%d %H:%M}" if self.at else ""
        name = words(f"清单 {self.path}", f"the list {self.path}") if self.stored else str(self.path)
        return words(f"{at}（{name}）", f"{at} ({name})") if at else name


def diff(asked: argparse.Namespace, words: Words) -> int:
    """1: holes of 急 or 重 opened; 0: none did."""
    from bihuan.audit import difference, outputs, run

    old, new = _sides(asked, words)
    out = Path(asked.out) if asked.out else None
    for side in (old, new):
        if not side.stored:
            glue.there(side.path, words)
    with glue.writing(out), glue.connected() as con:
        with glue.shown(words) as step:
            program = glue.compiled(words, step)
            parts = _gathered(asked, (old, new), con, program, words, step)
        tallies = difference.compare(con)
        parts += _told(con, program, tallies, (old, new), words)
        if out is not None:
            titles = ("漏洞变化", "changes")
            outputs.write_table(con, "changes", difference.CHANGES, out, words.lang, titles, _about(old, new, words))
            parts.append(Line(words(f"全部变化：{out}", f"all changes: {out}"), "dim"))
        elif tallies:
            parts.append(Line(words("写出全部：加 --out 变化.xlsx", "write them all: add --out changes.xlsx"), "dim"))
    show(parts)
    return 1 if any(t.opened and t.severity in run.SERIOUS for t in tallies) else 0


def _sides(asked: argparse.Namespace, words: Words) -> tuple[Side, Side]:
    """The two sides as they were named. Raises Stop where they do not fit together."""
    from bihuan.audit import difference

    names = [Path(name) for name in asked.places]
    if len(names) > 2:
        raise Stop("最多比较两个：台账文件夹或存下的清单", "two at the most: folders of ledgers or stored lists")
    times = {option: getattr(asked, option) for option in ("from", "to")}
    if len(names) == 1:
        if not times["from"]:
            raise Stop(
                "一个文件夹要有两个时间：加 --from 2022-01-05T14:00（--to 默认现在）；或写两个文件夹、两份清单",
                "one folder wants two times: add --from 2022-01-05T14:00 (--to is now by default); "
                "or name two folders or lists",
            )
        names *= 2
    sides = []
    for path, (option, time) in zip(names, times.items(), strict=True):
        stored = difference.is_list(path)
        if stored and time:
            raise Stop(
                f"{path} 是存下的清单，截至时间已定：请去掉 --{option}",
                f"{path} is a stored list with a time of its own: leave out --{option}",
            )
        if path.suffix.lower() == ".json" and not stored and path.exists():
            raise Stop(f"{path} 不是问题清单", f"{path} is no list of holes")
        sides.append(Side(path, None if stored else glue.moment(time, words), stored))
    old, new = sides
    if old.stored and len(asked.places) == 1:
        raise Stop(
            f"{old.path} 是一份清单：请再写一份来比较", f"{old.path} is one list: name another to hold it against"
        )
    if old.at and new.at and old.at > new.at and old.path == new.path:
        raise Stop("--from 晚于 --to：请对调", "--from is later than --to: change them about")
    return old, new


def _gathered(
    asked: argparse.Namespace,
    sides: tuple[Side, Side],
    con: duckdb.DuckDBPyConnection,
    program: Program,
    words: Words,
    step: Callable[[str], glue.Progress],
) -> list[Part]:
    """Make both sides in the connection; what is odd about the ledgers that were read. A folder is read once."""
    from bihuan.audit import difference, run

    only, area = glue.asked_for(asked.only), glue.area(asked.area)
    holes = glue.chosen(program, only) if only else ()
    parts: list[Part] = []
    read: Path | None = None
    for side, name in zip(sides, ("old", "new"), strict=True):
        if side.at is None:
            try:
                side.at = difference.stored(con, side.path, name)
            except difference.NoList as damaged:
                raise Stop(
                    f"{side.path} 读不出问题清单：请用 bihuan check … --out 重新写出",
                    f"{side.path} is no list of holes that can be read: write it anew with bihuan check … --out",
                ) from damaged
            difference.narrow(con, name, holes, area)
            continue
        if side.path != read:
            intake = glue.intake(side.path, con, program, words, step(words("读取", "read")))
            parts += unread.first(intake, words)
            read = side.path
        # What was closed late says when it was closed.
        states = ("open",) if name == "old" else ("open", "late")
        at = f"{side.at:%m-%d %H:%M}"
        bar = step(words(f"查漏 {at}", f"audit {at}"))
        run.audit(con, program, side.at, lang=words.lang, only=only, area=area, states=states, progress=bar)
        difference.keep(con, name)
    return parts


def _about(old: Side, new: Side, words: Words) -> list[tuple[str, str]]:
    return [
        (words("从", "From"), old.said(words)),
        (words("到", "To"), new.said(words)),
        (
            words("变化", "Change"),
            words(
                "opened 新增；closed 闭合；stayed 仍在。changed：责任人 owner、轻重 severity、起始 since 与原来不同，"
                "原来的见 _before 各列。闭合时间只有迟办的才有。",
                "opened, closed, stayed; changed: owner, severity or since are not as they were (see the columns "
                "_before). closed_at is known of what was closed late.",
            ),
        ),
        (words("程序", "Program"), f"bihuan {version()}"),
    ]


# ── in words ────────────────────────────────────────────────────────────────────────────────────


def _told(
    con: duckdb.DuckDBPyConnection,
    program: Program,
    tallies: Sequence[Tally],
    sides: tuple[Side, Side],
    words: Words,
) -> list[Part]:
    old, new = sides
    n = {name: sum(getattr(t, name) for t in tallies) for name in ("before", "opened", "closed", "now")}
    [changed] = con.execute("SELECT count(*) FROM changes WHERE changed <> ''").fetchone() or (0,)
    stayed = n["now"] - n["opened"]
    parts: list[Part] = [
        Line(
            words(f"从 {old.said(words)} 到 {new.said(words)}", f"from {old.said(words)} to {new.said(words)}"),
            "accent",
        ),
        Line(
            words(
                f"原有 {n['before']}，新增 {n['opened']}{_by(tallies, words)}，闭合 {n['closed']}，现有 {n['now']}；"
                f"仍在 {stayed}，其中 {changed} 个有变化",
                f"before {n['before']}, opened {n['opened']}{_by(tallies, words)}, closed {n['closed']}, "
                f"now {n['now']}; {stayed} stayed, {changed} of them changed",
            ),
            "strong",
        ),
        Line(),
    ]
    if not tallies:
        return [*parts, Line(words("两边都没有漏洞。", "There is no hole on either side."))]
    loops = _loops(program, tallies, words)
    parts += [
        Grid(words("闭环 原有 新增 闭合 现有", "loop before opened closed now").split(), loops, (1, 2, 3, 4)),
        Line(),
    ]
    room = most(3, len(loops) + 14)
    for change, head in (
        ("opened", words("新增", "opened")),
        ("changed", words("仍在而有变化", "stayed, and changed")),
        ("closed", words("闭合", "closed")),
    ):
        parts += _rows(con, change, head, room, words)
    return parts


def _by(tallies: Sequence[Tally], words: Words) -> str:
    """The severities of what opened."""
    opened: Counter[str] = Counter()
    for t in tallies:
        opened[t.severity] += t.opened
    told = " ".join(f"{s} {opened[s]}" for s in SEVERITIES if opened[s])
    return words(f"（{told}）", f" ({told})") if told else ""


def _loops(program: Program, tallies: Sequence[Tally], words: Words) -> list[list[str]]:
    """[title, before, opened, closed, now] of each loop in which something moved, most opened first; others as one."""
    from bihuan.kernel.program import family

    sums: dict[str, list[int]] = {}
    for t in tallies:
        of = sums.setdefault(family(t.hole), [0, 0, 0, 0])
        for place, number in enumerate((t.before, t.opened, t.closed, t.now)):
            of[place] += number
    moved = {name: of for name, of in sums.items() if of[1] or of[2]}
    ranked = sorted(moved.items(), key=lambda x: (-x[1][1], -x[1][2], x[0]))
    rows = [[f"{words.of(program.title(name))} {name}", *map(_number, of)] for name, of in ranked]
    still = [of for name, of in sums.items() if name not in moved]
    if still:
        n = words(f"没有变动的 {len(still)} 个闭环", f"{len(still)} loops without a change")
        rows.append([n, *(_number(sum(of[place] for of in still)) for place in range(4))])
    return rows


def _number(number: int) -> str:
    return str(number) if number else "·"


NAMES = {"owner": ("责任人", "owner"), "severity": ("轻重", "severity"), "since": ("起始", "since")}


def _rows(con: duckdb.DuckDBPyConnection, change: str, head: str, room: int, words: Words) -> list[Part]:
    """The first rows of one kind of change, under a head with their number."""
    which = "changed <> ''" if change == "changed" else f"change = '{change}'"
    [total] = con.execute(f"SELECT count(*) FROM changes WHERE {which}").fetchone() or (0,)
    if not total:
        return []
    minute = "'%Y-%m-%d %H:%M'"
    rows = con.execute(
        f"SELECT severity, strftime(since, {minute}), hole, coalesce(owner_name, owner, ''), text, changed, "
        f"owner_before, coalesce(owner, ''), severity_before, severity, strftime(since_before, {minute}), "
        f"strftime(since, {minute}), strftime(closed_at, {minute}) FROM changes WHERE {which} LIMIT {room}"
    ).fetchall()
    heads = words("轻重 起始 漏洞 责任人 问题", "sev. since hole owner what").split()
    cells = []
    for severity, since, hole, owner, text, changed, *pairs, closed in rows:
        row = [severity, since or "", hole, owner, text or ""]
        if change == "changed":
            before_after = dict(zip(NAMES, zip(pairs[::2], pairs[1::2], strict=True), strict=True))
            nobody = words("无", "none")
            told = [
                f"{words.of(NAMES[w])} {before_after[w][0] or nobody} → {before_after[w][1] or nobody}"
                for w in changed.split(",")
            ]
            row.insert(4, words.list(told))
        elif change == "closed":
            row.insert(2, closed or "")
        cells.append(row)
    if change == "changed":
        heads.insert(4, words("变化", "change"))
    elif change == "closed":
        heads.insert(2, words("迟至", "late_at"))
    more = words(f"……还有 {total - len(rows)} 个", f"… and {total - len(rows)} more")
    tail: list[Part] = [Line(more, "dim")] if total > len(rows) else []
    return [Line(words(f"{head} {total}", f"{head}: {total}"), "strong"), Grid(heads, cells), *tail, Line()]
