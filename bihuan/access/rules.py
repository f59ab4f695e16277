"""Rules (规则): who sees which rows of a table, as policies of PostgreSQL.

Written so that they cost next to nothing (docs/decisions/0005): what the account may see is worked out once a
statement (``(SELECT bihuan_low())``), and ``CASE`` keeps the planner from taking the policy for a condition that it
could look up: which index serves a list, the list's own filter says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.access import entrusting, places
from bihuan.kernel.ledger import Ledger
from bihuan.live import tables
from bihuan.live.tables import quoted

OPEN = frozenset({"officers", "feeds", "feed_deliveries"})
"""Ledgers that everybody who is signed in may read beside those whose every column is public: who answers for what,
and which data are owed to whom."""

CARED = frozenset({"people", "monitoring", "samples", "aid", "vaccinations", "groups", "measures", "transfers"})
"""Ledgers of which a unit sees the rows about people in its care."""


def is_open(ledger: Ledger) -> bool:
    return ledger.name in OPEN or all(c.grade == "公开" for c in ledger.columns)


@dataclass(frozen=True)
class Policy:
    """What the desk's role may do with a table. ``reads``, ``adds``, ``changes``, ``removes``: SQL over its row; None:
    not at all. ``columns``: those alone that may be changed. ``own``: a row says which account wrote it, and where
    that is."""

    reads: str | None = None
    adds: str | None = None
    changes: str | None = None
    removes: str | None = None
    columns: tuple[str, ...] = ()
    own: bool = False


def in_scope(alias: str = "") -> str:
    """SQL: one of a row's places lies in the account's area."""
    dot = f"{alias}." if alias else ""
    low, high = "(SELECT bihuan_low())", "(SELECT bihuan_high())"
    return (
        f"WHEN {dot}in_place >= {low} AND {dot}in_place < {high} THEN true "
        f"WHEN {dot}in_home >= {low} AND {dot}in_home < {high} THEN true "
        f"WHEN {dot}in_more >= {low} AND {dot}in_more < {high} THEN true "
        f"WHEN {dot}in_several AND bihuan_inside({dot}in_also, {low}, {high}) THEN true"
    )


def lies(alias: str, low: str, high: str) -> str:
    """SQL, as indexes hold it: one of a row's places lies between two codes (SQL each)."""
    near = " OR ".join(f"{alias}.{c} >= {low} AND {alias}.{c} < {high}" for c in ("in_place", "in_home", "in_more"))
    return f"({near} OR {alias}.in_several AND bihuan_inside({alias}.in_also, {low}, {high}))"


COUNTY = 6
"""Digits of a county."""

COUNTIES = ("in_place", "in_home", "in_more")
"""Columns of places of which a ledger keeps the county as well, for lists of one in the order of writing."""


def of_county(alias: str, county: str) -> list[tuple[str, list[str]]]:
    """SQL conditions with their values, each as an index holds it in the order of ids: a row of a ledger lies in a
    county that meets one of them."""
    parts: list[tuple[str, list[str]]] = [(f"{alias}.{c}_county = %s", [county]) for c in COUNTIES]
    inside = f"{alias}.in_several AND bihuan_inside({alias}.in_also, %s, %s)"
    return [*parts, (inside, [county, f"{county}:"])]


def of_unit(ledger: Ledger, ledgers: Mapping[str, Ledger], alias: str) -> str:
    """SQL, as indexes hold it: a row of a ledger is of the account's unit, or about somebody in its care. For a list's
    own filter; what may be seen, :func:`visible` says."""
    parts = [f"{alias}.{quoted(c)} = (SELECT bihuan_unit())" for c in _unit_columns(ledger)]
    parts += [
        f"{alias}.{quoted(c.name)} = ANY (ARRAY(SELECT p.post FROM ledger_posts p WHERE p.latest "
        "AND p.unit = (SELECT bihuan_unit())))"
        for c in ledger.columns
        if c.refers == "posts"
    ]
    person = _cared_column(ledger, ledgers)
    if person:
        parts.append(f"{alias}.{quoted(person)} = ANY ((SELECT bihuan_cared())::text[])")
    return f"({' OR '.join(parts)})" if parts else "false"


def _unit_columns(ledger: Ledger) -> list[str]:
    return ["unit"] if ledger.name == "units" else [c.name for c in ledger.columns if c.refers == "units"]


def _cared_column(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> str:
    """The column by which a row is about somebody whom a unit may care for; empty where there is none."""
    if ledger.name not in CARED:
        return ""
    return places.sources(ledger, ledgers).person or ("person" if ledger.name == "people" else "")


def visible(ledger: Ledger, ledgers: Mapping[str, Ledger], alias: str) -> str:
    """SQL: the account sees row ``alias`` of a ledger: in its area, of its unit, about somebody in its unit's care, or
    because of a hole that is entrusted to its officer."""
    dot = f"{alias}."
    parts = ["WHEN (SELECT bihuan_whole()) THEN true", in_scope(alias)]
    parts += [f"WHEN {dot}{quoted(unit)} = (SELECT bihuan_unit()) THEN true" for unit in _unit_columns(ledger)]
    posts = [c.name for c in ledger.columns if c.refers == "posts"]
    parts += [
        f"WHEN (SELECT bihuan_unit()) IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_posts p WHERE p.post = "
        f"{dot}{quoted(post)} AND p.latest AND p.unit = (SELECT bihuan_unit())) THEN true"
        for post in posts
    ]
    person = _cared_column(ledger, ledgers)
    if person:
        parts.append(f"WHEN {dot}{quoted(person)} = ANY ((SELECT bihuan_cared())::text[]) THEN true")
    parts.append(f"WHEN (SELECT bihuan_entrusts()) THEN coalesce({entrusting.seen(ledger, alias)}, false)")
    return f"CASE {' '.join(parts)} ELSE false END"


def of_ledger(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> Policy:
    """Rows are read and added within the account's area or unit; never changed but by the bookkeeping of versions."""
    seen = visible(ledger, ledgers, tables.table(ledger))
    return Policy(
        reads="(SELECT bihuan_known())" if is_open(ledger) else seen,
        adds=seen,
        changes="(SELECT bihuan_system())",
        columns=("latest", "replaced_by"),
    )


_OURS = "by_account = (SELECT bihuan_account())"
_WRITTEN = (
    "CASE WHEN (SELECT bihuan_whole()) THEN true WHEN by_account = (SELECT bihuan_account()) THEN true "
    "WHEN in_place >= (SELECT bihuan_low()) AND in_place < (SELECT bihuan_high()) THEN true ELSE false END"
)

_HERE = f"{_OURS} AND in_place IS NOT DISTINCT FROM (SELECT bihuan_writer())"
"""SQL over what an account writes: in its own name, where it is."""

_LOOKED = f"CASE WHEN (SELECT bihuan_whole()) THEN true WHEN {_OURS} THEN true {in_scope()} ELSE false END"
"""SQL over who looked at whom: the account itself, and who answers for the person's area."""

_ENTRUSTED = "(SELECT bihuan_entrusted())::bigint[]"
_HOLE_HERE = (
    f"WHEN (SELECT bihuan_whole()) THEN true {in_scope()} "
    "WHEN unit = (SELECT bihuan_unit()) OR (subject_kind = 'unit' AND subject = (SELECT bihuan_unit())) THEN true"
)
HOLE = f"CASE {_HOLE_HERE} WHEN id = ANY ({_ENTRUSTED}) THEN true ELSE false END"
"""SQL over holes: in the account's area, of its unit, or entrusted to its officer."""

THEN = (
    f"CASE {_HOLE_HERE} WHEN (SELECT bihuan_entrusts()) THEN EXISTS (SELECT 1 FROM live_hole h "
    f"WHERE h.id = ANY ({_ENTRUSTED}) AND h.hole = desk_then.hole AND h.subject = desk_then.subject "
    "AND h.item = desk_then.item) ELSE false END"
)
"""SQL over the holes of an earlier moment: the same, as things are now."""

TALLY = f"CASE WHEN (SELECT bihuan_whole()) THEN true {in_scope()} ELSE false END"
"""SQL over counts of an earlier moment's holes: of the account's area. Whoever is entrusted with more counts rows."""

SPAN = (
    f"CASE WHEN (SELECT bihuan_whole()) THEN true {in_scope()} WHEN of_id = ANY ({_ENTRUSTED}) THEN true "
    "WHEN (SELECT bihuan_unit()) IS NOT NULL THEN EXISTS (SELECT 1 FROM live_hole h WHERE h.id = of_id) ELSE false END"
)

SENT = f"""
CREATE OR REPLACE FUNCTION bihuan_sent(which bigint[])
RETURNS TABLE (id bigint, at timestamptz, channel text, state text, fault text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT m.id, m.at, m.channel, m.state, m.fault FROM pressure_message m WHERE m.id = ANY (which)
    AND EXISTS (SELECT 1 FROM pressure_telling t JOIN LATERAL (SELECT 1 FROM live_hole WHERE live_hole.id = t.of_id
      AND ({HOLE.replace("WHEN id =", "WHEN live_hole.id =")})) h ON true WHERE t.message_id = m.id);
END $$"""
"""When and how messages were sent that told of a hole in sight, without what they say: that may be of others too."""

RESTING = f"""
CREATE OR REPLACE FUNCTION bihuan_resting(cited text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN ARRAY(SELECT id FROM live_hole WHERE state IN ('open', 'pending')
    AND string_to_array(evidence, ',') @> ARRAY[cited] AND ({HOLE}));
END $$"""
"""The holes in sight that rest on a row (ledger:key): by an index that a policy alone would not let be asked."""

_NEAR = "starts_with({0}, (SELECT bihuan_writer())) OR starts_with((SELECT bihuan_writer()), {0})"
EVENT = (
    "CASE WHEN (SELECT bihuan_whole()) OR (SELECT bihuan_herald()) OR by_account = (SELECT bihuan_account()) THEN true "
    "WHEN kind IN ('clock', 'audit', 'reload') THEN (SELECT bihuan_known()) "
    "WHEN jsonb_typeof(said->'areas') = 'array' THEN EXISTS (SELECT 1 FROM jsonb_array_elements_text(said->'areas') a "
    f"WHERE {_NEAR.format('a')}) WHEN in_place IS NULL THEN (SELECT bihuan_known()) "
    f"ELSE coalesce({_NEAR.format('in_place')}, false) END"
)
"""SQL over events: the account's own; those of the areas in which it lies and that lie in it. A row that was written by
whoever sees everything may lie anywhere."""

KNOWN = "(SELECT bihuan_known())"
DOOR = "(SELECT bihuan_door())"
SYSTEM = "(SELECT bihuan_system())"
_MANAGED = (
    "CASE WHEN (SELECT bihuan_manages()) THEN (SELECT bihuan_whole()) "
    "OR (area >= (SELECT bihuan_low()) AND area < (SELECT bihuan_high())) "
    "OR EXISTS (SELECT 1 FROM ledger_units u WHERE u.unit = access_account.unit AND u.latest) ELSE false END"
)


def mine(column: str) -> Policy:
    """Rows that are an account's own, by the column that names it."""
    ours = f"{DOOR} OR {column} = (SELECT bihuan_account())"
    return Policy(reads=ours, adds=ours, changes=ours, removes=ours)


def shown(rows: str = KNOWN) -> Policy:
    """Rows that everybody who is signed in may read, and nobody write."""
    return Policy(reads=rows)


_DOOR_ONLY = Policy(reads=DOOR, adds=DOOR, changes=DOOR, removes=DOOR)

_HOLE_SEEN = "EXISTS (SELECT 1 FROM live_hole h WHERE h.id = of_id)"
"""SQL over a table of what was said of a hole: the account sees that hole."""

_OFFICERS = (
    "CASE WHEN officer = (SELECT bihuan_officer()) THEN true "
    "WHEN (SELECT bihuan_manages()) THEN bihuan_answers_within(officer) ELSE false END"
)
"""SQL over what an officer arranged for himself: it is his, or the account manages those of his area."""

_GATEWAY = (
    "CASE WHEN (SELECT bihuan_manages()) THEN (SELECT bihuan_whole()) "
    "OR (area >= (SELECT bihuan_low()) AND area < (SELECT bihuan_high())) ELSE false END"
)
"""SQL over gateways, whose addresses hold secrets: administrators set them up, each within his area."""

_TOLD = (
    "CASE WHEN (SELECT bihuan_whole()) OR recipient = (SELECT bihuan_officer()) THEN true "
    "ELSE bihuan_told_within(id) END"
)
"""SQL over messages: who was told, and who answers for all of what it tells."""

SAID_OF = (
    "EXISTS (SELECT 1 FROM live_hole h WHERE h.hole = split_part(desk_comment.hole, '/', 1) "
    "AND h.subject = ANY (bihuan_subjects(desk_comment.hole)) "
    "AND h.hole || '/' || h.subject || CASE WHEN h.item = '' THEN '' ELSE '/' || h.item END = desk_comment.hole)"
)
"""SQL over comments: the account sees the hole of which one was said."""
_BRIEFED = (
    "CASE WHEN (SELECT bihuan_whole()) THEN true "
    "WHEN area >= (SELECT bihuan_low()) AND area < (SELECT bihuan_high()) THEN true ELSE false END"
)
_OF_BRIEFING = "EXISTS (SELECT 1 FROM briefing b WHERE b.id = briefing_id)"
_OF_DRAFT = "EXISTS (SELECT 1 FROM briefing b WHERE b.id = briefing_id AND b.released_at IS NULL)"

_NOTICED = (
    "CASE WHEN kind = 'officer' THEN key = ANY ((SELECT bihuan_offices())::text[]) "
    "WHEN kind = 'unit' THEN key = (SELECT bihuan_unit()) ELSE false END"
)
"""SQL over recipients of notices: the account's officer, whom he stands in for, or its unit."""

_RECORDED = f"{_BRIEFED.removesuffix('ELSE false END')} WHEN {_NOTICED} THEN true ELSE false END"
_NOTICE = (
    f"{_BRIEFED.removesuffix('ELSE false END')} WHEN EXISTS (SELECT 1 FROM notice_recipient r "
    "WHERE r.notice_id = notice.id AND (r.kind = 'officer' AND r.key = ANY ((SELECT bihuan_offices())::text[]) "
    "OR r.kind = 'unit' AND r.key = (SELECT bihuan_unit()))) THEN true ELSE false END"
)
"""SQL over notices: who covers its area, and to whom it was sent."""

TABLES: dict[str, Policy] = {
    "live_hole": shown(HOLE),
    "live_span": shown(SPAN),
    "live_batch": Policy(reads=_WRITTEN, adds=_HERE, changes=_OURS, own=True),
    "live_change": Policy(reads=_OURS, adds=_HERE, own=True),
    "live_event": Policy(reads=EVENT, adds=_HERE, own=True),
    "live_audit": shown(),
    "live_clock": shown("true"),
    "access_account": Policy(
        reads=f"{DOOR} OR id = (SELECT bihuan_account()) OR {_MANAGED}",
        adds=_MANAGED,
        changes=f"{DOOR} OR id = (SELECT bihuan_account()) OR {_MANAGED}",
    ),
    "access_look": Policy(reads=_LOOKED, adds=_OURS),
    "django_session": _DOOR_ONLY,
    "django_content_type": shown("true"),
    "mfa_authenticator": mine("user_id"),
    "account_emailaddress": mine("user_id"),
    "axes_accessattempt": _DOOR_ONLY,
    "axes_accesslog": _DOOR_ONLY,
    "axes_accessfailurelog": _DOOR_ONLY,
    "axes_accessattemptexpiration": _DOOR_ONLY,
    "briefing": Policy(reads=_BRIEFED, adds=_BRIEFED, changes=_BRIEFED, removes=_BRIEFED),
    "briefing_rerun": Policy(reads=_OF_BRIEFING, adds=_OF_BRIEFING, changes=_OF_BRIEFING, removes=_OF_BRIEFING),
    "briefing_drawn": Policy(reads=_OF_BRIEFING, removes=_OF_DRAFT),
    "desk_view": mine("user_id"),
    "desk_snapshot": Policy(reads=KNOWN, adds=SYSTEM, changes=SYSTEM, removes=SYSTEM),
    "desk_then": Policy(reads=THEN, adds=SYSTEM, removes=SYSTEM),
    "desk_tally": Policy(reads=TALLY, adds=SYSTEM, removes=SYSTEM),
    "desk_comment": Policy(reads=SAID_OF, adds=SAID_OF),
    "desk_upload": Policy(
        reads=_OURS,
        adds=_OURS,
        changes=_OURS,
        removes=f"state IN ('seen', 'refused', 'failed') AND ({_OURS})",
        columns=("state",),
    ),
    "notice": Policy(reads=_NOTICE, adds=_BRIEFED, changes=_BRIEFED, columns=("send_at", "until", "again_at")),
    "notice_recipient": Policy(reads=_RECORDED, changes=_NOTICED, columns=("read_at", "acked_at", "acked_by")),
    "notice_delivery": shown("EXISTS (SELECT 1 FROM notice_recipient r WHERE r.id = recipient_id)"),
    "pressure_telling": shown(_HOLE_SEEN),
    "pressure_message": Policy(reads=_TOLD, adds="recipient = (SELECT bihuan_officer())"),
    "pressure_reassignment": Policy(reads=_HOLE_SEEN, adds=_HOLE_SEEN),
    "pressure_attachment": Policy(reads=_HOLE_SEEN, adds=_HOLE_SEEN),
    "pressure_delegation": Policy(reads=KNOWN, adds=_OFFICERS, changes=_OFFICERS, columns=("ended",)),
    "pressure_gateway": Policy(reads=_GATEWAY, adds=_GATEWAY, changes=_GATEWAY),
    "pressure_channel": Policy(reads=_OFFICERS, adds=_OFFICERS, changes=_OFFICERS),
}
"""Every other table that the desk's role may touch; one that is not named here it may not."""

HIDDEN = frozenset(
    {
        "access_seal",
        "access_laid",
        "access_reach",
        "live_due",
        "live_moment",
        "django_migrations",
        "auth_permission",
        "auth_group",
    }
    | {"auth_group_permissions"}
    | {"account_emailconfirmation", "auth_user", "auth_user_groups", "auth_user_user_permissions"}
)
"""Tables that it has no business with."""

HOLES = ("live_hole", "desk_then")
"""Tables with the columns of a hole: area, unit, person."""
