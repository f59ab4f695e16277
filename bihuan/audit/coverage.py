"""Blind spots as shares (盲点): what nobody looks at, of how much. Sources: S1.1 (海关只抽检百分之几……大部分没人管),
S1.4 (不漏一人), S4.1 (生人社会).

Three questions, each answered with a numerator and a denominator, the worst share first:

``lots``     imported lots whose line no agency sampled since they entered, by product, port and route
``people``   people on a roll whom no other ledger knows, by roll and kind, and by town
``ledgers``  areas without a row in a ledger that their siblings (same level, same parent by code) keep: no row names
             them, a unit or post in them, or anybody who lives there

Plain SQL here and no views in a room: a blind spot is no obligation, has no owner and no due time, and no loop asks for
it; it is asked of every ledger alike, whatever room it is in. It stands on the program's stages (ledgers as known,
``homes``, ``stations``, lines of lots), so that a run has one meaning of what is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bihuan.audit.texts import named_ledgers
from bihuan.engines import duckdb as engine
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.program import Program

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    *("topic", "dimension", "key", "name", "blind", "total", "share"),
    *("kg_blind", "kg_total", "seen_by", "keeping", "siblings", "sibling_rows"),
)
"""The columns of ``blind_spots``: topic (lots, people, ledgers); dimension, its key and name; how many are in the dark,
of how many, the share (0 to 1). Of lots also their kilograms, and how many lots each agency saw; of an area that is
silent in one ledger how many of its siblings keep it, and the rows that they hold."""

STAGES = ("homes", "stations", "traced_lots", "lot_lines")

LENGTHS = (2, 4, 6, 9, 12, 15)
NO_PLACE = ("areas", "orders", "risk_areas")
"""Ledgers that no area need keep: the divisions themselves, orders (an area without its own falls under the one above)
and risk areas (which lie elsewhere)."""
UNNAMED = ("部门未填", "agency not given")


@dataclass(frozen=True)
class Roll:
    """A list of people that ought to be known elsewhere: SQL of person and kind, from ledgers as known at ``{now}``."""

    ledger: str
    title: tuple[str, str]
    sql: str


LIVE = "(since IS NULL OR since <= {now}) AND (until IS NULL OR {now} < until)"
ROLLS = (
    Roll("people", ("人员底册", "roll of people"), "SELECT person, '' AS kind FROM people"),
    Roll("groups", ("重点人群", "key groups"), f'SELECT person, "group" AS kind FROM groups WHERE {LIVE}'),
    Roll("staff", ("重点岗位", "key posts"), f"SELECT person, post AS kind FROM staff WHERE {LIVE}"),
    Roll("duties", ("包保对象", "people answered for"), f"SELECT person, role AS kind FROM duties WHERE {LIVE}"),
    Roll("contacts", ("密接人员", "contacts"), "SELECT person, degree AS kind FROM contacts"),
    Roll("cases", ("病例", "cases"), "SELECT person, kind FROM cases"),
    Roll(
        "household",
        ("同户人员", "households"),
        # Who lives with somebody who is ill or under a measure: those to be seen first.
        "SELECT p.person, k.kind FROM people p JOIN (SELECT m.person, m.kind, h.household FROM ("
        "SELECT person, '病例同户' AS kind FROM cases WHERE recovered_at IS NULL UNION "
        "SELECT person, '管控同户' FROM measures WHERE since <= {now} AND (ended_at IS NULL OR {now} < ended_at)) m "
        "JOIN people h USING (person) WHERE h.household IS NOT NULL) k "
        "ON k.household = p.household AND k.person <> p.person",
    ),
)


def cover(
    con: duckdb.DuckDBPyConnection,
    program: Program,
    now: dt.datetime,
    *,
    area: str = "",
    lang: str = "zh",
    progress: engine.Progress | None = None,
) -> None:
    """Make ``blind_spots_ordered`` (COLUMNS) of the ledgers in ``con`` as of ``now``; ``area``: only in this code."""
    ledgers = {ledger.name: ledger for ledger in program.ledgers}
    there = {stage.name for stage in program.stages}
    also = [*ledgers, *(s for s in STAGES if s in there)]
    engine.run(program, con, now, only=(), also=also, progress=progress)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE blind_spots (topic VARCHAR, dimension VARCHAR, key VARCHAR, name VARCHAR, "
        "blind BIGINT, total BIGINT, share DOUBLE, kg_blind DOUBLE, kg_total DOUBLE, seen_by VARCHAR, keeping BIGINT, "
        "siblings BIGINT, sibling_rows BIGINT)"
    )
    here = 0 if lang == "zh" else 1
    _names(con, program)
    _lots(con, area, here)
    _people(con, program, area, engine.literal(now), here)
    _ledgers(con, program, area, here)
    # The worst first; of equal shares what concerns more.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE blind_spots_ordered AS FROM blind_spots ORDER BY topic, dimension, share DESC, "
        "blind DESC, coalesce(keeping, 0) DESC, coalesce(sibling_rows, 0) DESC, total DESC, key"
    )


def _names(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """``blind_names``: kind, key, name of areas and units."""
    wanted = [g for g in named_ledgers(program) if g.name in ("areas", "units")]
    each = (f'SELECT \'{g.name}\' AS kind, "{g.key[0]}" AS key, name FROM "{g.name}"' for g in wanted)
    con.execute(f"CREATE OR REPLACE TEMP TABLE blind_names AS {' UNION ALL '.join(each)}")


# ── lots ────────────────────────────────────────────────────────────────────────────────────────


def _lots(con: duckdb.DuckDBPyConnection, area: str, here: int) -> None:
    """``seen_lots``: every imported lot with its port, holder's area and the agencies that sampled its line since it
    entered; then its shares by product, port and route (from the port to the county of each receiver)."""
    within = f"starts_with(coalesce(held_in, g.area, ''), '{area}')" if area else "true"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE seen_lots AS
        WITH own AS (
            SELECT l.lot, l.product, l.gate, l.entered, coalesce(l.kg, 0) AS kg FROM traced_lots l
            LEFT JOIN stations g ON g.unit = l.gate WHERE l.imported AND {within}
        ), samples_of AS (
            SELECT o.lot, coalesce(s.agency, '{UNNAMED[here]}') AS agency
            FROM own o JOIN lot_lines n USING (lot) JOIN samples s ON s.lot = n.member
            WHERE o.entered IS NULL OR s.sampled_at >= o.entered
        )
        SELECT o.*, coalesce(s.agencies, []) AS agencies FROM own o
        LEFT JOIN (SELECT lot, list(DISTINCT agency) AS agencies FROM samples_of GROUP BY lot) s USING (lot)
        """
    )
    nowhere = ("（口岸不明）", "(port unknown)")[here]
    unsent = ("（未收货）", "(not received)")[here]
    port = f"coalesce(n.name, l.gate, '{nowhere}')"
    ports = "LEFT JOIN blind_names n ON n.kind = 'units' AND n.key = l.gate"
    to = f"coalesce(c.name, r.county, '{unsent}')"
    # A lot goes by each of its routes once, however often something was moved.
    routes = (
        f"{ports} LEFT JOIN (SELECT DISTINCT m.lot, substr(u.area, 1, 6) AS county FROM lot_moves m "
        "JOIN stations u ON u.unit = m.to_unit WHERE m.received_at IS NOT NULL) r ON r.lot = l.lot "
        "LEFT JOIN blind_names c ON c.kind = 'areas' AND c.key = r.county"
    )
    dimensions = (
        ("all", "''", f"'{('全部进口批次', 'every imported lot')[here]}'", ""),
        ("product", "l.product", "l.product", ""),
        ("port", "coalesce(l.gate, '')", port, ports),
        ("route", "coalesce(l.gate, '') || '>' || coalesce(r.county, '')", f"{port} || ' → ' || {to}", routes),
    )
    for by, what, name, joins in dimensions:
        con.execute(
            f"""INSERT INTO blind_spots
            WITH each AS (SELECT {what} AS what, {name} AS name, l.lot, l.kg, l.agencies FROM seen_lots l {joins}),
            seen AS (
                SELECT what, string_agg(agency || ' ' || number, '、' ORDER BY number DESC, agency) AS seen_by FROM (
                    SELECT what, agency, count(*) AS number FROM (SELECT what, unnest(agencies) AS agency FROM each)
                    GROUP BY ALL
                ) GROUP BY what
            )
            SELECT 'lots', '{by}', what, any_value(name), count(*) FILTER (len(agencies) = 0), count(*),
                   count(*) FILTER (len(agencies) = 0) / count(*),
                   coalesce(sum(kg) FILTER (len(agencies) = 0), 0), sum(kg), any_value(seen_by), NULL, NULL, NULL
            FROM each LEFT JOIN seen USING (what) GROUP BY what HAVING count(*) > 0
            """
        )


# ── people ──────────────────────────────────────────────────────────────────────────────────────


def _people(con: duckdb.DuckDBPyConnection, program: Program, area: str, now: str, here: int) -> None:
    """``known_by``: person and ledger, for each that names him; ``rolled``: who is on which roll, and whether any other
    ledger than that roll and the roll of people names him."""
    named = [
        f'SELECT DISTINCT "{column.name}" AS person, \'{ledger.name}\' AS ledger FROM "{ledger.name}" '
        f'WHERE "{column.name}" IS NOT NULL'
        for ledger in program.ledgers
        for column in ledger.columns
        if column.refers == "people"
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known_by AS SELECT person, count(DISTINCT ledger) AS ledgers, "
        f"list(DISTINCT ledger) AS by_ledger FROM ({' UNION ALL '.join(named)}) GROUP BY person"
    )
    rolls = " UNION ALL ".join(
        f"SELECT DISTINCT person, kind, '{roll.ledger}' AS roll, '{roll.title[here]}' AS title FROM ({roll.sql}) "
        "WHERE person IS NOT NULL"
        for roll in ROLLS
    ).replace("{now}", now)
    within = f"WHERE starts_with(coalesce(h.area, ''), '{area}')" if area else ""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE rolled AS
        SELECT r.*, h.area, coalesce(k.ledgers, 0) = (CASE WHEN list_contains(k.by_ledger, r.roll) THEN 1 ELSE 0 END)
            AS dark
        FROM ({rolls}) r LEFT JOIN known_by k USING (person) LEFT JOIN homes h USING (person) {within}
        """
    )
    every = ("全部", "all")[here]
    counted = "count(DISTINCT person) FILTER (dark), count(DISTINCT person)"
    share = "count(DISTINCT person) FILTER (dark) / count(DISTINCT person)"
    rest = "NULL, NULL, NULL, NULL, NULL, NULL"
    con.execute(
        f"INSERT INTO blind_spots SELECT 'people', 'roll', roll || '/' || kind, "
        f"any_value(title) || ' ' || CASE kind WHEN '' THEN '{every}' ELSE kind END, {counted}, {share}, {rest} "
        "FROM rolled GROUP BY roll, kind"
    )
    # The roll of people itself is everybody: a town's share of it is told apart from those on a roll for a cause.
    for by, which in (("town", "roll <> 'people'"), ("town_roll", "roll = 'people'")):
        con.execute(
            f"INSERT INTO blind_spots SELECT 'people', '{by}', coalesce(substr(r.area, 1, 9), ''), "
            f"coalesce(any_value(n.name), substr(r.area, 1, 9), ''), {counted}, {share}, {rest} FROM rolled r "
            f"LEFT JOIN blind_names n ON n.kind = 'areas' AND n.key = substr(r.area, 1, 9) WHERE {which} "
            "GROUP BY substr(r.area, 1, 9)"
        )


# ── ledgers ─────────────────────────────────────────────────────────────────────────────────────


def _placed(program: Program) -> Iterator[tuple[Ledger, str]]:
    """SQL of key and ``places`` of each ledger's rows, a ledger after those that it refers to: the areas that a row
    names (where it went, where it is, where it came from), the place of each row it names, the home of the person."""
    made: set[str] = set()
    waiting = [g for g in program.ledgers if g.name not in NO_PLACE]
    while waiting:
        ready = [g for g in waiting if not {c.refers for c in g.columns} & {w.name for w in waiting} - {g.name}]
        for ledger in ready:
            columns = {c.name: c for c in ledger.columns}
            own = [n for n in ("to_area", "area", "grid", "issued_in", "from_area") if n in columns]
            places = [f'r."{n}"' for n in own if columns[n].type == "area"]
            joins = []
            # A person's home comes last: a row about him at a unit belongs where the unit is.
            refs = sorted((c for c in ledger.columns if c.refers), key=lambda c: c.refers == "people")
            for place, column in enumerate(refs):
                if column.refers in made and column.refers != ledger.name:
                    joins.append(f'LEFT JOIN place_{column.refers} p{place} ON p{place}.key = r."{column.name}"')
                    places.append(f"p{place}.place")
            if places:
                made.add(ledger.name)
                asked = f'SELECT r."{ledger.key[0]}" AS key, [{", ".join(places)}] AS places'
                yield ledger, f'{asked} FROM "{ledger.name}" r {" ".join(joins)}'
        waiting = [w for w in waiting if w not in ready]
        if not ready:
            return


def _ledgers(con: duckdb.DuckDBPyConnection, program: Program, area: str, here: int) -> None:
    """``held``: rows of each ledger by their places; ``reach``: by every code above; ``silence``: area and ledger, of
    how many siblings how many keep it."""
    con.execute("CREATE OR REPLACE TEMP TABLE held (ledger VARCHAR, places VARCHAR[], rows BIGINT)")
    referred = {c.refers for g in program.ledgers for c in g.columns}
    for roll, key, view in (("people", "person", "homes"), ("units", "unit", "stations")):
        con.execute(f"CREATE OR REPLACE TEMP VIEW place_{roll} AS SELECT {key} AS key, area AS place FROM {view}")
    for ledger, sql in _placed(program):
        if ledger.name in referred and ledger.name not in ("people", "units"):
            first = f"SELECT key, list_filter(places, lambda p: p IS NOT NULL)[1] AS place FROM ({sql})"
            con.execute(f"CREATE OR REPLACE TEMP VIEW place_{ledger.name} AS {first}")
        con.execute(f"INSERT INTO held SELECT '{ledger.name}', places, count(*) FROM ({sql}) GROUP BY ALL")
    prefixes = f"flatten(list_transform(places, lambda p: list_transform({list(LENGTHS)}, lambda n: substr(p, 1, n))))"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE reach AS
        SELECT ledger, code, sum(rows) AS rows FROM (
            SELECT ledger, rows, unnest(list_distinct({prefixes})) AS code FROM held
        ) WHERE code IN (SELECT area FROM areas) GROUP BY ALL
        """
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE silence AS
        WITH divisions AS (SELECT area, name, length(area) AS level, {_upper("area")} AS upper FROM areas),
        siblings AS (SELECT upper, level, count(*) AS number FROM divisions GROUP BY ALL),
        kept AS (
            SELECT d.upper, d.level, r.ledger, count(*) AS keeping, sum(r.rows) AS rows
            FROM divisions d JOIN reach r ON r.code = d.area GROUP BY ALL
        )
        SELECT d.area, d.name, d.level, k.ledger, k.keeping, s.number - 1 AS siblings, k.rows
        FROM divisions d JOIN kept k USING (upper, level) JOIN siblings s USING (upper, level)
        ANTI JOIN reach r ON r.ledger = k.ledger AND r.code = d.area
        WHERE starts_with(d.area, '{area}')
        """
    )
    titles = {g.name: (g.title, g.name)[here] for g in program.ledgers}
    con.execute("CREATE OR REPLACE TEMP TABLE blind_titles (ledger VARCHAR, title VARCHAR)")
    engine.insert(con, "blind_titles", list(titles.items()))
    con.execute(
        f"""INSERT INTO blind_spots
        WITH silent AS (SELECT area, any_value(name) AS name, count(*) AS blind FROM silence GROUP BY area),
        kept AS (
            SELECT d.area, count(DISTINCT r.ledger) AS total FROM areas d
            JOIN areas s ON length(s.area) = length(d.area) AND {_upper("s.area")} = {_upper("d.area")}
            JOIN reach r ON r.code = s.area WHERE d.area IN (SELECT area FROM silent) GROUP BY d.area
        )
        SELECT 'ledgers', 'area', area, name, blind, total, blind / total, NULL, NULL, NULL, NULL, NULL, NULL
        FROM silent JOIN kept USING (area)
        UNION ALL
        SELECT 'ledgers', 'ledger', area || '/' || ledger, coalesce(name, area) || ' ' || title, 1, 1,
               keeping / siblings, NULL, NULL, NULL, keeping, siblings, rows
        FROM silence JOIN blind_titles USING (ledger)
        """
    )


def _upper(code: str) -> str:
    """SQL: the code one level up, "" of a province."""
    whens = " ".join(f"WHEN {n} THEN substr({code}, 1, {up})" for n, up in zip(LENGTHS[1:], LENGTHS, strict=False))
    return f"(CASE length({code}) {whens} ELSE '' END)"
