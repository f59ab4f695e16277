"""Holes in words: one sentence a stranger understands, what closes it, in the user's language. In SQL, for all at once:
100,000 holes take less than a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

NOBODY = ("；没有找到责任人", "; nobody is found to answer for it")
NOT_GIVEN = ("（未填）", "(not given)")
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
    zh = lang == "zh"
    here = 0 if zh else 1
    con.execute("CREATE OR REPLACE TEMP TABLE print_said (hole VARCHAR, name VARCHAR, reason VARCHAR, remedy VARCHAR)")
    colon = "：" if zh else ": "
    said = []
    for s in program.loops:
        # A sentence that does not say whom it is about begins with it.
        about = "" if "{subject}" in s.reason[here] else "{subject}" + colon
        said.append((s.hole, s.name[here], about + s.reason[here], s.remedy[here]))
    insert(con, "print_said", said)
    _headings(con, program, zh)
    _labels(con, program, zh)

    def label(kind: str, key: str) -> str:
        return f"coalesce({kind}.label, {key}, '{NOT_GIVEN[here]}')"

    def moment(column: str) -> str:
        return f"coalesce(strftime(h.{column}, '%Y-%m-%d %H:%M'), '{NOT_GIVEN[here]}')"

    item = f"coalesce(i.label, c.heading, nullif(h.item, ''), '{NOT_GIVEN[here]}')"
    values = {
        "subject": label("s", "h.subject"),
        "item": item,
        "unit": label("u", "h.unit"),
        "area": label("a", "h.area"),
        "opens": moment("opens"),
        "due": moment("due"),
        "since": moment("since"),
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
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE printed AS
        SELECT h.hole, w.name, h.severity, h.subject_kind, h.subject, h.item, h.area, h.since, h.closed_at, h.owner,
               h.owner_name, h.escalated_to, h."order", {text} AS text,
               {tidy[0]}{filled("w.remedy")}{tidy[1]} AS remedy,
               h.evidence, h.state, h.unit, h.opens, h.due, {label("s", "h.subject")} AS label, {sentence} AS sentence
        FROM holes h JOIN print_said w ON w.hole = h.hole
        LEFT JOIN print_labels s ON s.kind = h.subject_kind AND s.key = h.subject
        LEFT JOIN print_labels u ON u.kind = 'unit' AND u.key = h.unit
        LEFT JOIN print_labels a ON a.kind = 'area' AND a.key = h.area
        LEFT JOIN print_asked i_kind ON i_kind.hole = h.hole
        LEFT JOIN print_labels i ON i.kind = i_kind.item AND i.key = h.item
        LEFT JOIN print_headings c ON c.name = h.item AND c.ledger = split_part(h.evidence, ':', 1)
            AND i_kind.item = 'column'
        ORDER BY CASE h.severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, h.since, h.hole, h.subject, h.item
        """
    )


def _headings(con: duckdb.DuckDBPyConnection, program: Program, zh: bool) -> None:
    """``print_headings``: each column's heading, where a hole's item is a column; ``print_asked``: what its item is."""
    con.execute("CREATE OR REPLACE TEMP TABLE print_headings (ledger VARCHAR, name VARCHAR, heading VARCHAR)")
    insert(
        con,
        "print_headings",
        [(g.name, c.name, c.heading if zh else c.english or c.name) for g in program.ledgers for c in g.columns],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE print_asked (hole VARCHAR, item VARCHAR)")
    insert(con, "print_asked", [(s.hole, s.item) for s in program.loops])


def _labels(con: duckdb.DuckDBPyConnection, program: Program, zh: bool) -> None:
    """``print_labels``: name and key of what the holes name, as far as a row knows its name."""
    con.execute("CREATE OR REPLACE TEMP TABLE print_labels (kind VARCHAR, key VARCHAR, label VARCHAR)")
    mark = ("（", "）") if zh else (" (", ")")
    for ledger in named_ledgers(program):
        kind = ledger.key[0]
        keys = [f"SELECT subject FROM holes WHERE subject_kind = '{kind}'"]
        keys += [f"SELECT {kind} FROM holes" for _ in range(kind in ("unit", "area"))]
        keys.append(f"SELECT h.item FROM holes h JOIN print_asked a ON a.hole = h.hole AND a.item = '{kind}'")
        con.execute(
            f"""INSERT INTO print_labels SELECT '{kind}', "{kind}", CASE WHEN name = "{kind}" THEN name
                ELSE name || '{mark[0]}' || "{kind}" || '{mark[1]}' END
            FROM "{ledger.name}" WHERE name IS NOT NULL AND "{kind}" IN ({" UNION ".join(keys)})"""
        )
