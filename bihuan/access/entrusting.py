"""What is entrusted (交办) to an officer though it lies outside of his account's area: holes that are his to see to,
and of each of them the rows and the forms without which it could not be closed.

A hole is his as its owner; because it has gone up to him; because it was handed to him; or because he stands in for
whoever it is (bihuan.pressure). It stays in sight until a day after it closed. Of its rows he sees those that it cites,
the roll's row of whom it is about, and what the ledgers that its loop reads say of them: in these he may record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bihuan.audit import judged
from bihuan.kernel.ledger import Ledger, subjects
from bihuan.live import tables
from bihuan.live.tables import quoted

STAYS = "1 day"
"""How long a hole stays in sight that has closed."""

PLACES = frozenset({"units", "posts", "areas"})
"""Ledgers of places: to name one of them is no reason to see a row about a person."""

OFFICES = """
CREATE OR REPLACE FUNCTION bihuan_offices() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
DECLARE me text := bihuan_officer(); moment timestamptz;
BEGIN
  IF me IS NULL THEN RETURN NULL; END IF;
  moment := bihuan_now();
  RETURN (WITH RECURSIVE step AS (
      SELECT DISTINCT ON (d.officer) d.officer, d.delegate FROM pressure_delegation d
      WHERE NOT d.ended AND d.since <= moment AND d.until > moment
      ORDER BY d.officer, d.since DESC, d.at DESC, d.id DESC),
    his AS (
      SELECT me AS officer UNION
      SELECT s.officer FROM step s JOIN his ON s.delegate = his.officer
      WHERE NOT EXISTS (SELECT 1 FROM step x WHERE x.officer = me))
    SELECT array_agg(officer) FROM his);
END $$"""
"""For whom an officer answers just now: himself, and those for whom he stands in, as pressure.planning.stand_ins has
it: who is away himself stands in for nobody."""

ENTRUSTED = f"""
CREATE OR REPLACE FUNCTION bihuan_entrusted() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
DECLARE whose text[] := bihuan_offices(); low text COLLATE "C"; high text COLLATE "C"; moment timestamptz;
BEGIN
  IF whose IS NULL OR bihuan_whole() THEN RETURN NULL; END IF;
  low := coalesce(bihuan_low(), ':'); high := bihuan_high(); moment := bihuan_now();
  RETURN (SELECT array_agg(DISTINCT h.id) FROM live_hole h WHERE h.id = ANY (ARRAY(
        SELECT o.id FROM live_hole o WHERE o.owner = ANY (whose) AND o.in_place < low
      UNION ALL SELECT o.id FROM live_hole o WHERE o.owner = ANY (whose) AND o.in_place >= high
      UNION ALL SELECT o.id FROM live_hole o WHERE o.owner = ANY (whose) AND o.in_place IS NULL
      UNION ALL SELECT o.id FROM live_hole o WHERE o.escalated_to = ANY (whose) AND o.in_place < low
      UNION ALL SELECT o.id FROM live_hole o WHERE o.escalated_to = ANY (whose) AND o.in_place >= high
      UNION ALL SELECT o.id FROM live_hole o WHERE o.escalated_to = ANY (whose) AND o.in_place IS NULL
      UNION ALL SELECT r.of_id FROM pressure_reassignment r JOIN live_hole o ON o.id = r.of_id
        WHERE r.officer = ANY (whose) AND r.at >= o.opened_at AND NOT EXISTS (
          SELECT 1 FROM pressure_reassignment l WHERE l.of_id = r.of_id AND (l.at, l.id) > (r.at, r.id))))
    AND (h.state IN ('open', 'pending') OR h.closed_at > moment - interval '{STAYS}'));
END $$"""
"""The holes; null where there are none. Handed on once more, a hole is no longer with whom it was handed to before."""

ENTRUSTS = """
CREATE OR REPLACE FUNCTION bihuan_entrusts() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS
$$ BEGIN RETURN public.bihuan_officer() IS NOT NULL AND cardinality(public.bihuan_entrusted()) > 0; END $$"""

REACH = "CREATE TABLE IF NOT EXISTS access_reach (hole text PRIMARY KEY, item text NOT NULL, ledgers text[] NOT NULL)"
"""Hole → what its item is the key of, and the ledgers that its loop reads."""


def _rows(ledgers: Mapping[str, Ledger]) -> str:
    """The function that gives what entrusted holes name, for the rows of one ledger: ``=key`` of a row itself,
    ``ledger:key`` of what a row may name, ``#hole`` of a finding."""
    kinds = " ".join(f"WHEN '{kind}' THEN '{g.name}'" for kind, g in subjects(ledgers.values()).items())
    named = "SELECT {0} AS target, {1} AS key, {2} AS cited"
    pairs = " UNION ALL ".join(
        (
            named.format(f"CASE h.subject_kind {kinds} END", "h.subject", "false"),
            named.format("r.item", "h.item", "false"),
            named.format("'people'", "h.person", "false"),
            named.format("'units'", "h.unit", "false"),
            "SELECT split_part(e, ':', 1), substr(e, strpos(e, ':') + 1), true "
            "FROM unnest(string_to_array(h.evidence, ',')) e",
        )
    )
    return f"""
CREATE OR REPLACE FUNCTION bihuan_entrusted_rows(which text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (SELECT array_agg(DISTINCT t.token) FROM live_hole h LEFT JOIN access_reach r ON r.hole = h.hole
    CROSS JOIN LATERAL ({pairs}) n
    CROSS JOIN LATERAL (
      SELECT '=' || n.key WHERE n.target = which
      UNION ALL SELECT n.target || ':' || n.key WHERE which = ANY (r.ledgers)
        AND NOT (n.cited AND n.target IN ('areas', 'officers'))
      UNION ALL SELECT '#' || h.hole || '/' || h.subject || CASE WHEN h.item = '' THEN '' ELSE '/' || h.item END
        WHERE which = 'findings') t (token)
    WHERE h.id = ANY (bihuan_entrusted()) AND n.key <> '');
END $$"""


def statements(ledgers: Mapping[str, Ledger]) -> Iterator[str]:
    """What is laid in the database."""
    yield "CREATE INDEX IF NOT EXISTS live_hole_held ON live_hole (owner, in_place)"
    yield (
        "CREATE INDEX IF NOT EXISTS live_hole_risen ON live_hole (escalated_to, in_place) "
        "WHERE escalated_to IS NOT NULL"
    )
    yield "CREATE INDEX IF NOT EXISTS pressure_reassignment_to ON pressure_reassignment (officer)"
    yield REACH
    yield "REVOKE ALL ON access_reach FROM PUBLIC"
    yield "DELETE FROM access_reach"
    kinds = subjects(ledgers.values())
    read = judged.reads(tables.program())
    rows = []
    for said in tables.program().loops:
        item = kinds[said.item].name if said.item in kinds else ""
        names = "', '".join(sorted((read.get(said.hole) or frozenset()) - {"orders", "areas"} | {"findings"}))
        rows.append(f"('{said.hole}', '{item}', ARRAY['{names}'])")
    yield "INSERT INTO access_reach VALUES " + ", ".join(sorted(rows))
    yield from (OFFICES, ENTRUSTED, ENTRUSTS, _rows(ledgers))


def seen(ledger: Ledger, alias: str) -> str:
    """SQL: row ``alias`` of a ledger is one that an entrusted hole needs."""
    dot = f"{alias}."
    personal = ledger.name == "people" or any(c.refers == "people" for c in ledger.columns)
    key = " || '|' || ".join(f"{dot}{quoted(k)}::text" for k in ledger.key)
    tokens = [f"'=' || {key}"]
    for column in ledger.columns:
        target = "areas" if column.type == "area" else column.refers
        if target and target != "officers" and not (personal and target in PLACES) and ledger.name != target:
            tokens.append(f"'{target}:' || {dot}{quoted(column.name)}")
    if ledger.name == "findings":
        tokens.append(f"'#' || {dot}hole")
    return f"ARRAY[{', '.join(tokens)}] && (SELECT bihuan_entrusted_rows('{ledger.name}'))"
