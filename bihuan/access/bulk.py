"""Where rows are, for many at once: what the triggers of ``places`` work out row by row, as one statement a ledger.

For the owner they stand in his own statement (``beside``). Whoever writes in somebody's name has a function for it
(``taker``): it works the places out as the owner, and refuses rows that he may not see, as the policies would.

The two ways say the same; a test writes a county both ways and compares. Whoever is named is written first, so that the
statement finds him; what is named in a circle (a person is seen where he is under a measure, the measure where the
person lives) the triggers on the ledgers of measures and arrivals close, who look at sets anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bihuan.access import places, rules, scope
from bihuan.kernel.ledger import Ledger
from bihuan.live import tables
from bihuan.live.bulk import OUTSIDE, Beside
from bihuan.live.tables import quoted

FIRST = ("people", "arrivals", "measures")
"""Where somebody is whom no roll knows, arrivals and measures say: before all that names people."""


def order(ledgers: Sequence[Ledger]) -> list[Ledger]:
    """Ledgers, each behind those that give its rows their places."""
    every = tables.ledgers()
    wanted = {ledger.name for ledger in ledgers}
    made: dict[str, Ledger] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        if name == "officers":
            visit("duties")
        for _, target in places.sources(every[name], every).followed:
            visit(target)
        if name in wanted:
            made[name] = every[name]

    for name in (*FIRST, *every):
        visit(name)
    return list(made.values())


def beside(ledger: Ledger) -> Beside | None:
    """The columns of places, over rows ``i``; None where whoever writes is somebody's desk: the triggers watch it."""
    if scope.key() is not None:
        return None
    return derived(ledger, tables.ledgers())


def through(ledger: Ledger) -> str | None:
    """The function by which somebody's desk writes many rows of a ledger; None for the owner."""
    return None if scope.key() is None else f"bihuan_take_{ledger.name}"


PLAIN = """
CREATE OR REPLACE FUNCTION bihuan_plain(which regclass) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = which AND c.relkind = 'r' AND c.relpersistence = 't'
    AND c.relchecks = 0 AND NOT (c.relhasrules OR c.relhastriggers OR c.relhassubclass OR c.relrowsecurity
      OR c.relispartition OR c.relhasindex)
    AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
    AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.atttypid >= 16384 OR a.attgenerated <> ''))) $$"""
"""Whether reading a temporary table of somebody else's runs none of his code: a plain one, of built-in types alone."""


def taker(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> str:
    """The function that writes what is ``incoming``: all of it, or nothing where a row, or one that it would follow, is
    not in sight of whoever writes."""
    table, columns = tables.table(ledger), tables.listed(ledger.all_columns)
    values = tables.listed(ledger.all_columns, "i.")
    made = derived(ledger, ledgers)
    seen, before = rules.visible(ledger, ledgers, "w"), rules.visible(ledger, ledgers, "o")
    return f"""CREATE OR REPLACE FUNCTION bihuan_take_{ledger.name}(act bigint) RETURNS bigint
LANGUAGE plpgsql {places.HEAD} AS $take$
DECLARE number bigint; outside bigint; lines text; first bigint;
BEGIN
  IF NOT coalesce(bihuan_plain(to_regclass('pg_temp.incoming')), false) THEN
    RAISE insufficient_privilege USING MESSAGE = 'rows come by a plain temporary table';
  END IF;
  first := coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.{table}', 'id')::regclass), 0);
  PERFORM set_config('{places.BULK}', 'on', true);
  EXECUTE $sql$INSERT INTO {table} ({columns}, from_source, from_line, from_batch, {made.columns})
    SELECT {values}, i.from_source, i.from_line, $1, {made.values}
    FROM pg_temp.incoming i {made.joins} ORDER BY i.from_source, i.from_line$sql$ USING act;
  GET DIAGNOSTICS number = ROW_COUNT;
  PERFORM set_config('{places.BULK}', '', true);
  EXECUTE $sql$WITH far AS (SELECT DISTINCT w.from_source AS s, w.from_line AS l FROM {table} w
      WHERE w.id > $1 AND w.from_batch = $2 AND (NOT {seen} OR EXISTS (
        SELECT 1 FROM {table} o WHERE {tables.same_key(ledger, "o", "w")} AND o.id < w.id AND NOT {before})))
    SELECT count(*), (SELECT string_agg(x.s || ':' || x.l, ',') FROM (SELECT * FROM far ORDER BY s, l LIMIT 1000) x)
    FROM far$sql$ INTO outside, lines USING first, act;
  IF outside > 0 THEN
    RAISE insufficient_privilege USING MESSAGE = '{OUTSIDE}', DETAIL = outside || '|' || lines;
  END IF;
  IF number > {places.MANY} THEN
    EXECUTE 'ANALYZE {table}';
  END IF;
  RETURN number;
END $take$"""


MOMENT = {
    **dict.fromkeys(("hole", "subject", "item", "state", "severity", "subject_kind", "area", "unit", "person"), "text"),
    **dict.fromkeys(("opens", "due", "since", "closed_at"), "timestamp"),
    **dict.fromkeys(("owner", "owner_name", "escalated_to", "order", "evidence"), "text"),
    **dict.fromkeys(("text_zh", "text_en", "remedy_zh", "remedy_en"), "text"),
}
"""Columns of a hole of an earlier moment (desk_then), with their types, as an audit says them."""


def moment_taker() -> str:
    """The function that writes what is ``incoming`` (MOMENT) of the holes of an earlier moment, placed as
    ``places.hole_filler`` says it. What the desk writes there it writes as the system, never in somebody's name."""
    listed, given = (", ".join(alias + quoted(c) for c in MOMENT) for alias in ("", "i."))
    every = tables.ledgers()
    who = "coalesce(i.person, CASE WHEN i.subject_kind = 'person' THEN i.subject END)"
    joins = " ".join((_latest(every["people"], "p", who), _latest(every["units"], "u", "i.unit")))
    home = f"CASE WHEN p.id IS NOT NULL THEN p.in_place WHEN {who} IS NOT NULL THEN bihuan_stranger({who}) END"
    also = (
        "CASE WHEN p.in_also IS NOT NULL OR NOT bihuan_covered(u.in_place, w.place, w.home, NULL) "
        "THEN bihuan_beside(u.in_place || p.in_also, w.place, w.home) END"
    )
    return f"""CREATE OR REPLACE FUNCTION bihuan_take_then(which bigint) RETURNS bigint
LANGUAGE plpgsql {places.HEAD} AS $take$
DECLARE number bigint;
BEGIN
  IF session_user = current_database() || '_desk' AND NOT bihuan_system() THEN
    RAISE insufficient_privilege USING MESSAGE = 'an earlier moment is the system''s to write';
  END IF;
  IF NOT coalesce(bihuan_plain(to_regclass('pg_temp.incoming')), false) THEN
    RAISE insufficient_privilege USING MESSAGE = 'rows come by a plain temporary table';
  END IF;
  PERFORM set_config('{places.BULK}', 'on', true);
  EXECUTE $sql$INSERT INTO desk_then (snapshot_id, {listed}, in_place, in_home, in_also)
    SELECT $1, {given}, w.place, w.home, {also} FROM pg_temp.incoming i {joins}
    CROSS JOIN LATERAL (SELECT coalesce(i.area, u.in_place) AS place, {home} AS home) w$sql$ USING which;
  GET DIAGNOSTICS number = ROW_COUNT;
  PERFORM set_config('{places.BULK}', '', true);
  RETURN number;
END $take$"""


MOMENT_TOLD = f"""CREATE OR REPLACE FUNCTION bihuan_then_told() RETURNS void LANGUAGE plpgsql {places.HEAD} AS $told$
BEGIN
  IF session_user = current_database() || '_desk' AND NOT bihuan_system() THEN
    RAISE insufficient_privilege USING MESSAGE = 'an earlier moment is the system''s to tell';
  END IF;
  ANALYZE desk_then, desk_tally;
END $told$"""
"""What was just written of an earlier moment, told to the planner: the first pages come before anybody else would."""


def derived(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> Beside:
    """As ``places.filler`` says it, in sets."""
    has = places.sources(ledger, ledgers)
    joins: list[str] = []
    spots = [f"i.{quoted(area)}" for area in has.areas]
    homes: list[str] = []
    further: list[str] = []
    if has.person:
        person = f"i.{quoted(has.person)}"
        joins.append(_latest(ledgers["people"], "p", person))
        homes.append(
            f"CASE WHEN p.id IS NOT NULL THEN p.in_place WHEN {person} IS NOT NULL THEN bihuan_stranger({person}) END"
        )
        further.append("p.in_also")
    for n, (column, target) in enumerate(has.spots):
        joins.append(_latest(ledgers[target], f"s{n}", f"i.{quoted(column)}"))
        spots.append(f"s{n}.in_place")
    for n, (column, target) in enumerate(has.parents):
        joins.append(_latest(ledgers[target], f"o{n}", f"i.{quoted(column)}"))
        spots.append(f"coalesce(o{n}.in_place, o{n}.in_home)")
        homes.append(f"o{n}.in_home")
        further.append(f"o{n}.in_also")
    if has.officer:
        joins.append(
            f"LEFT JOIN LATERAL (SELECT coalesce(x.in_place, x.in_home) AS spot FROM ledger_duties x "
            f"WHERE x.officer = i.{quoted(has.officer)} AND x.latest ORDER BY x.since, x.duty LIMIT 1) d ON true"
        )
        spots.append("d.spot")
    if ledger.name == "people":
        joins.append(
            "LEFT JOIN (SELECT person, array_agg(DISTINCT in_place) AS spots FROM (SELECT person, in_place FROM "
            "ledger_measures WHERE latest AND retracted IS NOT TRUE UNION ALL SELECT person, in_place FROM "
            "ledger_arrivals WHERE latest AND retracted IS NOT TRUE) y GROUP BY person) m ON m.person = i.person"
        )
        further.append("m.spots")
    several = len(has.areas) + len(has.spots) + len(has.parents) > 1
    home = _first(homes)
    place = f"coalesce({_first(spots)}, CASE WHEN {home} IS NULL THEN (SELECT bihuan_writer()) END)"
    joins.append(f"CROSS JOIN LATERAL (SELECT {place} AS place, {home} AS home) w")
    also = "NULL"
    if several or further:
        # Few rows are anywhere else: the function is asked for those alone.
        elsewhere = [f"NOT bihuan_covered({spot}, w.place, w.home, NULL)" for spot in (spots if several else [])]
        elsewhere += [f"{one} IS NOT NULL" for one in further]
        own = f"ARRAY[{', '.join(spots)}]::text[]" if several else "NULL::text[]"
        every = " || ".join((own, *further))
        also = f"CASE WHEN {' OR '.join(elsewhere)} THEN bihuan_beside({every}, w.place, w.home) END"
    return Beside("in_place, in_home, in_also", f"w.place, w.home, {also}", " ".join(joins), places.BULK)


def _latest(ledger: Ledger, alias: str, key: str) -> str:
    return f"LEFT JOIN {tables.table(ledger)} {alias} ON {alias}.{quoted(ledger.key[0])} = {key} AND {alias}.latest"


def _first(found: Sequence[str]) -> str:
    return f"coalesce({', '.join(found)})" if len(found) > 1 else (found[0] if found else "NULL::text")
