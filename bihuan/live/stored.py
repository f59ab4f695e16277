"""The stored holes as the list that ``check`` prints."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.audit.run import Count, Result
from bihuan.engines.duckdb import insert
from bihuan.kernel.program import Program
from bihuan.live import clock
from bihuan.live.mirror import COPY, copied_rows

if TYPE_CHECKING:
    import duckdb
    import psycopg


def printed(
    con: psycopg.Connection[Any],
    engine: duckdb.DuckDBPyConnection,
    program: Program,
    lang: str,
    holes: Collection[str],
    area: str = "",
    states: Collection[str] = ("open",),
) -> Result:
    """Make ``printed`` (bihuan.audit.texts) in ``engine`` of the stored holes; the counts."""
    columns = {
        "hole": "VARCHAR",
        "severity": "VARCHAR",
        "subject_kind": "VARCHAR",
        "subject": "VARCHAR",
        "item": "VARCHAR",
        "area": "VARCHAR",
        "since": "TIMESTAMP",
        "owner": "VARCHAR",
        "owner_name": "VARCHAR",
        "escalated_to": "VARCHAR",
        "order": "VARCHAR",
        "text": "VARCHAR",
        "remedy": "VARCHAR",
        "evidence": "VARCHAR",
        "state": "VARCHAR",
        "unit": "VARCHAR",
        "due": "TIMESTAMP",
    }
    said = {"text": f"text_{lang}", "remedy": f"remedy_{lang}"}
    chosen = ", ".join(f'"{said.get(c, c)}"' for c in columns)
    now = clock.moment(con)
    with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        path = Path(folder) / "holes.csv"
        where = "hole = ANY(%s) AND state = ANY(%s) AND (area LIKE %s OR %s = '')"
        values = (list(holes), list(states), f"{area}%", area)
        query = f"COPY (SELECT {chosen} FROM live_hole WHERE {where}) TO STDOUT ({COPY})"
        with path.open("wb") as file, con.cursor() as cursor, cursor.copy(query, [*values]) as copy:
            for block in copy:
                file.write(block)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE stored AS FROM {copied_rows(path, columns)}")
    engine.execute("CREATE OR REPLACE TEMP TABLE named (hole VARCHAR, name VARCHAR)")
    here = 0 if lang == "zh" else 1
    insert(engine, "named", [(loop.hole, loop.name[here]) for loop in program.loops])
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE printed AS
        SELECT s.hole, n.name, s.severity, s.subject_kind, s.subject, s.item, s.area, s.since,
               CAST(NULL AS TIMESTAMP) AS closed_at, s.owner, s.owner_name, s.escalated_to, s."order", s.text, s.remedy,
               s.evidence, s.state, s.unit, s.due, s.subject AS label, s.text AS sentence
        FROM stored s JOIN named n USING (hole)
        ORDER BY CASE s.severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, s.since, s.hole, s.subject, s.item"""
    )
    result = Result(now)
    found = engine.execute("SELECT hole, severity, state, count(*) FROM printed GROUP BY ALL ORDER BY ALL").fetchall()
    result.counts = [Count(*row) for row in found]
    if area:
        query = "SELECT count(*) FROM live_hole WHERE area IS NULL AND state = 'open' AND hole = ANY(%s)"
        row = con.execute(query, [list(holes)]).fetchone()
        result.without_area = int(row[0]) if row else 0
    return result
