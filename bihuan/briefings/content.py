"""What a briefing says: computed from ledgers as known at a moment, by the compiled program; plain values, so that it
can be frozen as JSON and computed again.

The same ledgers, moments, area and program give the same content, and so the same digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from bihuan.audit import judged, run, texts
from bihuan.audit.masking import masked
from bihuan.briefings import figures
from bihuan.briefings.figures import stamp
from bihuan.engines import duckdb as engine
from bihuan.kernel.ledger import by_name
from bihuan.kernel.loops import SEVERITIES
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]

FORM = 1
"""The form of the content; another one after a change of what it holds."""
LISTED, OLDEST, OWNERS, AREAS = 30, 10, 15, 60
"""How many urgent holes, oldest holes, owners and areas are told one by one."""
LEVELS = (2, 4, 6, 9, 12, 15)
"""Digits of a province, city, county, town, village, grid."""


@dataclass(frozen=True)
class Wanted:
    """Of what is to be briefed: an area ("" all), as of a moment, compared with an earlier one."""

    area: str
    as_of: dt.datetime
    since: dt.datetime


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content, in hexadecimal digits; the way through JSON does not change it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def program_mark(program: Program) -> dict[str, str]:
    """Which program computed: the installed version, and what its compiled rules are."""
    try:
        version = metadata.version("bihuan")
    except metadata.PackageNotFoundError:
        version = "(source)"
    return {"version": version, "rules": hashlib.sha256(program.to_json().encode()).hexdigest()[:12]}


def compute(
    con: duckdb.DuckDBPyConnection, program: Program, wanted: Wanted, progress: Progress | None = None
) -> dict[str, Any]:
    """The content, from ``ledger_<name>`` in ``con``. Raises ValueError where the area is no code."""
    if wanted.area and not (wanted.area.isascii() and wanted.area.isdigit()):
        raise ValueError(f"no area code: {wanted.area}")
    absent = [g.name for g in program.ledgers if not _one(con, f"SELECT count(*) FROM ledger_{g.name}")]
    engine.run(program, con, wanted.since, states=("open",), progress=progress)
    inside = f"starts_with(area, '{wanted.area}')" if wanted.area else "true"
    columns = "hole, coalesce(subject, '') AS subject, coalesce(item, '') AS item, severity"
    con.execute(f"CREATE OR REPLACE TEMP TABLE brief_before AS SELECT {columns} FROM holes WHERE {inside}")
    run.audit(con, program, wanted.as_of, lang="zh", area=wanted.area, progress=progress)
    con.execute("CREATE OR REPLACE TEMP TABLE brief_zh AS FROM printed")
    texts.word(con, program, "en")
    same = "b.hole = h.hole AND b.subject = coalesce(h.subject, '') AND b.item = coalesce(h.item, '')"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE brief_now AS
        SELECT h.*, e.text AS text_en, split_part(h.hole, '.', 1) AS family,
               NOT EXISTS (SELECT 1 FROM brief_before b WHERE {same}) AS fresh
        FROM brief_zh h LEFT JOIN printed e ON e.hole = h.hole AND e.subject IS NOT DISTINCT FROM h.subject
             AND e.item IS NOT DISTINCT FROM h.item"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE brief_gone AS SELECT b.*, split_part(b.hole, '.', 1) AS family
        FROM brief_before b WHERE NOT EXISTS (SELECT 1 FROM brief_now h WHERE {same})"""
    )
    moments = {"as_of": wanted.as_of, "since": wanted.since}
    unjudged = judged.unjudged(program, absent, (s.hole for s in program.loops))
    titles = {g.name: [g.title, g.english] for g in program.ledgers}
    return {
        "form": FORM,
        "as_of": stamp(wanted.as_of),
        "since": stamp(wanted.since),
        "area": wanted.area,
        "area_name": _name(con, wanted.area),
        "program": program_mark(program),
        "severities": _severities(con),
        "loops": _loops(con, program),
        **_areas(con, wanted.area),
        **_owners(con),
        "urgent": _holes(con, "severity = '急'", LISTED),
        "oldest": _holes(con, "since IS NOT NULL", OLDEST, "since"),
        "figures": figures.count(con, by_name(program.ledgers), wanted.area, moments),
        "unjudged": [{"ledger": titles[name], "holes": len(holes)} for name, holes in sorted(unjudged.items())],
    }


def _severities(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    now = dict(con.execute("SELECT severity, count(*) FROM brief_now GROUP BY ALL").fetchall())
    fresh = dict(con.execute("SELECT severity, count(*) FROM brief_now WHERE fresh GROUP BY ALL").fetchall())
    gone = dict(con.execute("SELECT severity, count(*) FROM brief_gone GROUP BY ALL").fetchall())
    return [
        {"severity": s, "open": now.get(s, 0), "opened": fresh.get(s, 0), "closed": gone.get(s, 0)} for s in SEVERITIES
    ]


def _loops(con: duckdb.DuckDBPyConnection, program: Program) -> list[dict[str, Any]]:
    """Loops in which something is open or was closed, the worst first."""
    found = con.execute(
        """SELECT family, count(*) FILTER (WHERE severity = '急') AS urgent,
            count(*) FILTER (WHERE severity = '重') AS serious, count(*) FILTER (WHERE severity = '常') AS routine,
            count(*) FILTER (WHERE fresh) AS opened, 0 AS closed FROM brief_now GROUP BY family"""
    ).fetchall()
    words = ("urgent", "serious", "routine", "opened", "closed")
    rows = {family: dict(zip(words, numbers, strict=True)) for family, *numbers in found}
    for family, closed in con.execute("SELECT family, count(*) FROM brief_gone GROUP BY family").fetchall():
        rows.setdefault(family, dict.fromkeys(words, 0))["closed"] = closed
    ordered = sorted(rows.items(), key=lambda r: (-r[1]["urgent"], -r[1]["serious"], -r[1]["routine"], r[0]))
    return [{"loop": family, "title": list(program.title(family)), **row} for family, row in ordered]


def _areas(con: duckdb.DuckDBPyConnection, area: str) -> dict[str, Any]:
    """Areas at the next level at which the tree branches; and how many holes lie above them or nowhere."""
    level = next((n for n in LEVELS if n > len(area) and _branches(con, area, n)), 0)
    if not level:
        return {"areas": [], "areas_more": 0, "areas_above": 0}
    place = f"CASE WHEN length(h.area) >= {level} THEN left(h.area, {level}) END"
    found = con.execute(
        f"""SELECT {place} AS place, any_value(a.name), count(*) FILTER (WHERE h.severity = '急') AS urgent,
            count(*) FILTER (WHERE h.severity = '重') AS serious, count(*) FILTER (WHERE h.severity = '常') AS routine
        FROM brief_now h LEFT JOIN areas a ON a.area = {place} GROUP BY place
        ORDER BY urgent DESC, serious DESC, routine DESC, place"""
    ).fetchall()
    named = [
        {"area": code, "name": name or code, "urgent": u, "serious": s, "routine": r}
        for code, name, u, s, r in found
        if code is not None
    ]
    above = sum(u + s + r for code, _, u, s, r in found if code is None)
    return {"areas": named[:AREAS], "areas_more": max(0, len(named) - AREAS), "areas_above": above}


def _branches(con: duckdb.DuckDBPyConnection, area: str, level: int) -> bool:
    return _one(con, f"SELECT count(*) FROM areas WHERE length(area) = {level} AND starts_with(area, '{area}')") > 1


def _owners(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Who has the most, and how many holes nobody answers for."""
    found = con.execute(
        """SELECT owner, any_value(owner_name), count(*) FILTER (WHERE severity = '急') AS urgent, count(*) AS number,
            count(*) FILTER (WHERE escalated_to IS NOT NULL AND escalated_to <> owner) AS up, min(since) AS since
        FROM brief_now GROUP BY owner ORDER BY urgent DESC, number DESC, since, owner"""
    ).fetchall()
    owners = [
        {"owner": o, "name": name or o, "urgent": u, "number": n, "up": up, "since": since and stamp(since)}
        for o, name, u, n, up, since in found
        if o is not None
    ]
    nobody = next((n for o, _, _, n, _, _ in found if o is None), 0)
    return {"owners": owners[:OWNERS], "owners_more": max(0, len(owners) - OWNERS), "nobody": nobody}


def _holes(con: duckdb.DuckDBPyConnection, where: str, most: int, first: str = "") -> list[dict[str, Any]]:
    """Holes in words, without identity numbers. A hole is led to by its kind and moment: its identity may be somebody's
    number."""
    order = (f"{first}, " if first else "") + (
        "CASE severity WHEN '急' THEN 0 WHEN '重' THEN 1 ELSE 2 END, since, hole, subject, item"
    )
    columns = "severity, hole, name, text, text_en, since, owner_name, escalated_to"
    found = con.execute(f"SELECT {columns} FROM brief_now WHERE {where} ORDER BY {order} LIMIT {most}").fetchall()
    return [
        {
            "severity": severity,
            "hole": hole,
            "text": [masked(zh), masked(en or zh)],
            "since": since and stamp(since),
            "owner": owner,
            "up": up is not None,
        }
        for severity, hole, _, zh, en, since, owner, up in found
    ]


def _name(con: duckdb.DuckDBPyConnection, area: str) -> str:
    if not area:
        return ""
    found = con.execute(f"SELECT name FROM areas WHERE area = '{area}'").fetchone()
    return str(found[0]) if found and found[0] else area


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = con.execute(sql).fetchone()
    return int(found[0]) if found else 0
