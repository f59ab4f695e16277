"""Holes in words: one sentence a stranger understands, what closes it, in the user's language. In SQL, for all at once:
100,000 holes take less than a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bihuan.domains.english import WORDS
from bihuan.engines.duckdb import insert
from bihuan.kernel.ledger import Ledger, subjects
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "hole",
    "name",
    "severity",
    "subject_kind",
    "subject",
    "item",
    "area",
    "since",
    "closed_at",
    "owner",
    "owner_name",
    "escalated_to",
    "order",
    "text",
    "remedy",
    "evidence",
)
"""The columns of the list of holes (loops.md, *What the command prints*)."""

CHOSEN = "*"
"""Stands for the ledger where an item is a word that is chosen from a list (``kind``, ``role``)."""

NOBODY = ("；没有找到责任人", "; nobody is found to answer for it")
NOT_GIVEN = ("（未填）", "(not given)")
UNTIL = ("到 {due} 为止", "until {due}")
NOTHING_FOLLOWS = ("此后没有接上", "and nothing follows")
LATE = ("；迟至 {closed} 才闭合", "; closed late, at {closed}")
PENDING = ("待办，限 {due}：", "To do by {due}: ")


def named_ledgers(program: Program) -> tuple[Ledger, ...]:
    """The ledgers whose rows people know by a name: a subject is told by name and key."""
    return tuple(
        ledger
        for ledger in subjects(program.ledgers).values()
        if any(c.name == "name" and not c.is_moment for c in ledger.columns)
    )


def word(con: duckdb.DuckDBPyConnection, program: Program, lang: str) -> None:
    """Make ``printed`` of the engine's ``holes``: the columns of the contract, in the order of print, and behind them
    ``state``, ``unit``, ``opens``, ``due``, ``label`` (the subject by name and key) and ``sentence`` (the text without
    what is said of its state).

    The stages of :func:`named_ledgers` must be there.
    """
    said(con, program, lang)
    con.execute(f"CREATE OR REPLACE TEMP TABLE print_labels AS {labels(program, lang)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE printed AS {sentences(lang)}")


def said(con: duckdb.DuckDBPyConnection, program: Program, lang: str) -> None:
    """Make what the sentences are made of, whatever the holes: ``print_said``, ``print_headings``, ``print_asked``."""
    for name, (columns, rows) in wording(program, lang).items():
        typed = ", ".join(f"{column} VARCHAR" for column in columns)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({typed})")
        insert(con, name, rows)


Wording = dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]]


def wording(program: Program, lang: str) -> Wording:
    """Table → columns and rows: what the loops say (``print_said``), each column's heading, where a hole's item is a
    column, and the English of chosen words, where it is one (``print_headings``), and what its item is
    (``print_asked``). All are texts."""
    zh = lang == "zh"
    here = 0 if zh else 1
    colon = "：" if zh else ": "
    said: list[tuple[object, ...]] = []
    for s in program.loops:
        # A sentence that does not say whom it is about begins with it.
        about = "" if "{subject}" in s.reason[here] else "{subject}" + colon
        said.append((s.hole, s.name[here], about + s.reason[here], s.remedy[here]))
    headings: list[tuple[object, ...]] = [
        (g.name, c.name, c.heading if zh else c.english or c.name) for g in program.ledgers for c in g.columns
    ]
    if not zh:  # chosen words, which the ledgers hold in Chinese alone
        headings += [(CHOSEN, text, english) for text, english in WORDS.items()]
    asked: list[tuple[object, ...]] = [(s.hole, s.item) for s in program.loops]
    return {
        "print_said": (("hole", "name", "reason", "remedy"), said),
        "print_headings": (("ledger", "name", "heading"), headings),
        "print_asked": (("hole", "item"), asked),
    }


MOMENTS = {"duckdb": "strftime({0}, '%Y-%m-%d %H:%M')", "postgres": "to_char({0}, 'YYYY-MM-DD HH24:MI')"}
"""How an engine writes a moment to the minute."""


def sentences(lang: str, mark: str = "", dialect: str = "duckdb") -> str:
    """SQL: ``printed`` (:func:`word`) of ``holes`` and of what :func:`said` made; ``print_labels`` must be there."""
    zh = lang == "zh"
    here = 0 if zh else 1

    def label(kind: str, key: str) -> str:
        return f"coalesce({kind}.label, {key}, '{NOT_GIVEN[here]}')"

    def moment(column: str) -> str:
        return f"coalesce({MOMENTS[dialect].format('h.' + column)}, '{NOT_GIVEN[here]}')"

    until = UNTIL[here].split("{due}")
    lasts = f"'{until[0]}' || {MOMENTS[dialect].format('h.due')} || '{until[1]}'"
    item = f"coalesce(i.label, c.heading, nullif(h.item, ''), '{NOT_GIVEN[here]}')"
    values = {
        "subject": label("s", "h.subject"),
        "item": item,
        "unit": label("u", "h.unit"),
        "area": label("a", "h.area"),
        "opens": moment("opens"),
        "due": moment("due"),
        "since": moment("since"),
        "until": f"coalesce({lasts}, '{NOTHING_FOLLOWS[here]}')",
    }

    def filled(template: str) -> str:
        for name, value in values.items():
            template = f"replace({template}, '{{{name}}}', {value})"
        return template

    # In Chinese nothing stands between a bracket and what follows it.
    tidy = ("replace(", ", '） ', '）')") if zh else ("", "")
    pending = PENDING[here].split("{due}")
    late = LATE[here].split("{closed}")
    sentence = f"{tidy[0]}{filled('w.reason')}{tidy[1]}"
    text = (
        f"CASE WHEN h.state = 'pending' THEN '{pending[0]}' || {moment('due')} || '{pending[1]}' ELSE '' END || "
        f"{sentence} || CASE WHEN h.state = 'late' THEN '{late[0]}' || {moment('closed_at')} || '{late[1]}' "
        f"WHEN h.owner IS NULL THEN '{NOBODY[here]}' ELSE '' END"
    )
    return f"""
        SELECT h.hole, w.name, h.severity, h.subject_kind, h.subject, h.item, h.area, h.since, h.closed_at, h.owner,
               h.owner_name, h.escalated_to, h."order", {text} AS text,
               {tidy[0]}{filled("w.remedy")}{tidy[1]} AS remedy,
               h.evidence, h.state, h.unit, h.opens, h.due, {label("s", "h.subject")} AS label, {sentence} AS sentence
        FROM holes h JOIN print_said{mark} w ON w.hole = h.hole
        LEFT JOIN print_labels{mark} s ON s.kind = h.subject_kind AND s.key = h.subject
        LEFT JOIN print_labels{mark} u ON u.kind = 'unit' AND u.key = h.unit
        LEFT JOIN print_labels{mark} a ON a.kind = 'area' AND a.key = h.area
        LEFT JOIN print_asked{mark} i_kind ON i_kind.hole = h.hole
        LEFT JOIN print_labels{mark} i ON i.kind = i_kind.item AND i.key = h.item
        LEFT JOIN print_headings{mark} c ON c.name = h.item AND c.ledger = CASE i_kind.item
            WHEN 'column' THEN split_part(h.evidence, ':', 1) WHEN 'kind' THEN '{CHOSEN}'
            WHEN 'role' THEN '{CHOSEN}' END
        ORDER BY CASE h.severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, h.since, h.hole, h.subject, h.item
        """


def labels(program: Program, lang: str, mark: str = "") -> str:
    """SQL: kind, key and label (name and key) of what the holes name, as far as a row knows its name."""
    brackets = ("（", "）") if lang == "zh" else (" (", ")")
    found = []
    for ledger in named_ledgers(program):
        kind = ledger.key[0]
        keys = [f"SELECT subject FROM holes WHERE subject_kind = '{kind}'"]
        keys += [f"SELECT {kind} FROM holes" for _ in range(kind in ("unit", "area"))]
        keys.append(f"SELECT h.item FROM holes h JOIN print_asked{mark} a ON a.hole = h.hole AND a.item = '{kind}'")
        found.append(
            f"""SELECT '{kind}' AS kind, "{kind}" AS key, CASE WHEN name = "{kind}" THEN name
                ELSE name || '{brackets[0]}' || "{kind}" || '{brackets[1]}' END AS label
            FROM "{ledger.name}" WHERE name IS NOT NULL AND "{kind}" IN ({" UNION ".join(keys)})"""
        )
    return " UNION ALL ".join(found)
