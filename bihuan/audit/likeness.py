"""举一反三 (S1.4, S1.6): where else the same hole is, and where it nearly was or will be.

Of one hole: the same hole everywhere else (open); near misses, which are the same obligation closed late, and the same
one due soon with the same cause. The cause is the rule itself; where the item says which part is lacking (a paper, a
role …) it is that part too. What each has in common with the hole it is held against, owner, unit, town or part, is
told and comes first: there a cause is most likely shared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bihuan.audit.texts import COLUMNS
from bihuan.engines.duckdb import literal
from bihuan.kernel.program import Said

if TYPE_CHECKING:
    import duckdb

PARTS = ("column", "role", "kind", "item")
"""Kinds of item that say what is lacking, not whose or which one it is."""
SOON_H = 24
"""Hours ahead within which what is due counts as soon."""
STATES = ("open", "late", "pending")
LISTED = ("state", "in_common", "due", *COLUMNS)
"""The columns of a list of likenesses; ``in_common``: item, unit, owner, area, comma-separated."""
GROUPS = ("area", "unit", "owner")
TOWN = 9
"""Digits of the area by which likenesses are grouped: a town."""


@dataclass(frozen=True)
class Group:
    """How many of one town, unit or owner: open, closed late, due soon."""

    by: str
    key: str
    name: str
    open: int
    late: int
    soon: int


def alike(
    con: duckdb.DuckDBPyConnection,
    hole: Said,
    subjects: Sequence[tuple[str, str]],
    now: dt.datetime,
    hours: float = SOON_H,
) -> dict[str, int]:
    """Make ``alike`` (LISTED, and label, unit, sentence) of what an audit of this hole in all states printed, without
    the ones it is held against (``subjects``: subject, item); how many there are of each state."""
    con.execute("CREATE OR REPLACE TEMP TABLE like_ids (subject VARCHAR, item VARCHAR)")
    for subject, item in subjects:
        con.execute(f"INSERT INTO like_ids VALUES ({_text(subject)}, {_text(item)})")
    until = literal(now + dt.timedelta(hours=hours))
    part = "p.item IN (SELECT item FROM like_ids)" if hole.item in PARTS else "true"
    # Of the hole itself what it shares with others: all of its rows, where it has several items.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE like_of AS SELECT list(DISTINCT p.unit) AS units, "
        "list(DISTINCT p.owner) AS owners, "
        f"list(DISTINCT substr(p.area, 1, {TOWN})) AS towns FROM printed p SEMI JOIN like_ids USING (subject, item)"
    )
    shared = {
        "item": f"{hole.item in PARTS} AND {part}",
        "unit": "list_contains(o.units, p.unit)",
        "owner": "list_contains(o.owners, p.owner)",
        "area": f"list_contains(o.towns, substr(p.area, 1, {TOWN}))",
    }
    common = ", ".join(f"CASE WHEN {says} THEN '{name}' END" for name, says in shared.items())
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE alike AS
        SELECT *, len(string_split(in_common, ',')) - (in_common = '')::INTEGER AS close FROM (
            SELECT p.*, concat_ws(',', {common}) AS in_common FROM printed p, like_of o
            WHERE (p.subject, coalesce(p.item, '')) NOT IN (SELECT (subject, item) FROM like_ids)
                AND (p.state <> 'pending' OR (p.due <= {until} AND {part}))
        )
        ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'late' THEN 1 ELSE 2 END, close DESC,
            CASE severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, since, subject, item
        """
    )
    counted = dict(con.execute("SELECT state, count(*) FROM alike GROUP BY state").fetchall())
    return {state: counted.get(state, 0) for state in STATES}


def groups(con: duckdb.DuckDBPyConnection, by: str) -> list[Group]:
    """``alike`` counted by town, unit or owner, the most open first; what has none goes under ""."""
    key = {"area": f"substr(a.area, 1, {TOWN})", "unit": "a.unit", "owner": "a.owner"}[by]
    name = {"area": "t.name", "unit": "u.name", "owner": "a.owner_name"}[by]
    counts = ", ".join(f"count(*) FILTER (state = '{state}') AS n_{state}" for state in STATES)
    rows = con.execute(
        f"SELECT coalesce({key}, '') AS key, coalesce(any_value({name}), ''), {counts} FROM alike a "
        f"LEFT JOIN areas t ON t.area = substr(a.area, 1, {TOWN}) LEFT JOIN units u ON u.unit = a.unit "
        "GROUP BY key ORDER BY n_open DESC, n_late DESC, n_pending DESC, key"
    ).fetchall()
    return [Group(by, *row) for row in rows]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
