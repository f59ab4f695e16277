"""The ground (底): everything that the rules need in the database, laid once its tables are there.

Columns and triggers of places, functions, policies, the desk's role and what it may touch. Laid by whoever migrates, as
the owner; laying it a second time changes nothing. The desk's role owns nothing, and a table that ``rules`` does not
name is closed to it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from django.db import connection, transaction

from bihuan.access import bulk, entrusting, hearing, places, rules, scope
from bihuan.live import tables
from bihuan.live.faults import Fault
from bihuan.pressure import channels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bihuan.kernel.ledger import Ledger

SCOPE_SQL = Path(__file__).with_name("scope.sql")
ROLE_ENDING = "_desk"


def role() -> str:
    """The desk's role: named after the database, since roles are the whole server's."""
    return str(connection.settings_dict["NAME"]) + ROLE_ENDING


def lay() -> None:
    """Lay it. Whoever connects must own the tables."""
    there = set(connection.introspection.table_names())
    statements = list(_statements(tables.ledgers(), there))
    with transaction.atomic(), connection.cursor() as cursor:
        made = _role(cursor)
        granted = role() if made else ""  # a database that was copied under another name has a role of its own
        digest = hashlib.sha256("\0".join([_sql(), *statements, str(sorted(there)), granted]).encode()).hexdigest()
        cursor.execute("CREATE TABLE IF NOT EXISTS access_laid (digest text PRIMARY KEY)")
        cursor.execute("SELECT 1 FROM access_laid WHERE digest = %s", [digest])
        if cursor.fetchone():
            return
        fresh = _columns(cursor, there)
        cursor.execute(_sql())
        for statement in statements:
            cursor.execute(statement)
        if made:
            _grant(cursor, there)
        _fill(cursor, fresh)
        cursor.execute("DELETE FROM access_laid")
        cursor.execute("INSERT INTO access_laid VALUES (%s)", [digest])


def _sql() -> str:
    return SCOPE_SQL.read_text(encoding="utf-8")


def _role(cursor: Any) -> bool:
    """The desk's role, without a way to sign in as yet; False where we may not make one."""
    name = role()
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone():
        return True
    cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    if not cursor.fetchone()[0]:
        return False
    cursor.execute(f"CREATE ROLE {_name(name)} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
    return True


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(cursor: Any, there: set[str]) -> list[str]:
    """The columns of places, where a table has none yet; those tables."""
    wanted = [tables.table(ledger) for ledger in tables.ledgers().values()] + [
        "live_span",
        "access_look",
        "desk_tally",
        *rules.HOLES,
    ]
    fresh = []
    for table in wanted:
        if table not in there:
            continue
        cursor.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'in_also' AND NOT attisdropped",
            [table],
        )
        if cursor.fetchone() is None:
            cursor.execute(
                f'ALTER TABLE {table} ADD COLUMN in_place text COLLATE "C", ADD COLUMN in_home text COLLATE "C", '
                "ADD COLUMN in_also text[]"
            )
            fresh.append(table)
        # The first of the further places, for an index; and whether there is another one, which is rare.
        text = 'text COLLATE "C"'
        further = {f"in_more {text}": "in_also[1]", "in_several boolean": "in_also[2] IS NOT NULL"}
        if table.startswith("ledger_"):
            # The counties, for lists of one in the order of writing.
            held = {column: "in_also[1]" if column == "in_more" else column for column in rules.COUNTIES}
            further |= {f"{column}_county {text}": f"left({of}, {rules.COUNTY})" for column, of in held.items()}
        added = (f"ADD COLUMN IF NOT EXISTS {c} GENERATED ALWAYS AS ({sql}) STORED" for c, sql in further.items())
        cursor.execute(f"ALTER TABLE {table} {', '.join(added)}")
    return fresh


def _statements(ledgers: Mapping[str, Ledger], there: set[str]) -> Iterator[str]:
    """What is laid on every start that finds something new, in order."""
    yield from entrusting.statements(ledgers)
    yield rules.SENT
    yield bulk.PLAIN
    yield hearing.HEARD
    for ledger in ledgers.values():
        table = tables.table(ledger)
        yield places.filler(ledger, ledgers)
        event = f"BEFORE INSERT OR UPDATE OF in_place ON {table} FOR EACH ROW {places.placed(table)}"
        yield _trigger(table, "place", event, ledger.name)
        yield places.guard(ledger, rules.visible(ledger, ledgers, "x"))
        yield _trigger(table, "guard", f"BEFORE INSERT ON {table} FOR EACH ROW {places.policed(table)}", ledger.name)
        yield bulk.taker(ledger, ledgers)
        follows = places.ripple(ledger, ledgers)
        if follows:
            yield follows
            fresh, stale = "REFERENCING NEW TABLE AS fresh", "REFERENCING NEW TABLE AS fresh OLD TABLE AS stale"
            added = f"AFTER INSERT ON {table} {fresh} FOR EACH STATEMENT"
            moved = f"AFTER UPDATE ON {table} {stale} FOR EACH STATEMENT"
            yield _trigger(table, "ripple", added, ledger.name, "added")
            yield _trigger(table, "ripple", moved, ledger.name, "moved")
        yield from _indexes(table)
        yield from _policies(table, rules.of_ledger(ledger, ledgers))
    for table in rules.HOLES:
        if table in there:
            yield places.hole_filler(table)
            event = f"BEFORE INSERT OR UPDATE OF in_place, area, unit, person ON {table} FOR EACH ROW"
            yield _trigger(table, "place", f"{event} {places.placed(table)}", table)
            yield from _indexes(table, "snapshot_id" if table == "desk_then" else "")
    if "desk_then" in there:
        yield bulk.moment_taker()
        yield bulk.MOMENT_TOLD
    yield from _spans()
    yield from _counted(there)
    yield from _account_guard()
    yield from _gateways()
    yield from _looks()
    for table, policy in rules.TABLES.items():
        if table in there:
            if policy.own:
                yield f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS by_account bigint"
                yield f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS in_place text COLLATE "C"'
                yield f"ALTER TABLE {table} ALTER COLUMN by_account SET DEFAULT bihuan_account()"
                yield f"ALTER TABLE {table} ALTER COLUMN in_place SET DEFAULT bihuan_writer()"
            yield from _policies(table, policy)


def _indexes(table: str, of: str = "") -> Iterator[str]:
    """For lists of a narrow scope. Rows without a place, or without a home, take no room in them. ``of``: a column that
    every list fixes."""
    first, ending = (f"{of}, ", "_of") if of else ("", "")
    for column in ("in_place", "in_home", "in_more"):
        name = f"{table}_{column}"
        yield f"CREATE INDEX IF NOT EXISTS {name}{ending} ON {table} ({first}{column}) WHERE {column} IS NOT NULL"
        if of:
            yield f"DROP INDEX IF EXISTS {name}"
    if table.startswith("ledger_"):
        for column in rules.COUNTIES:
            name = f"{table}_{column}_county"
            some = f"WHERE {column}_county IS NOT NULL"
            yield f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column}_county, id) {some}"
    yield f"DROP INDEX IF EXISTS {table}_in_also"
    yield f"CREATE INDEX IF NOT EXISTS {table}_in_several{ending} ON {table} ({first}id) WHERE in_several"


def _trigger(table: str, kind: str, event: str, of: str, more: str = "") -> str:
    name = f"bihuan_{kind}{'_' + more if more else ''}"
    return f"CREATE OR REPLACE TRIGGER {name} {event} EXECUTE FUNCTION bihuan_{kind}_{of}()"


def _policies(table: str, policy: rules.Policy) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    clauses = {
        "SELECT": policy.reads and f"USING ({policy.reads})",
        "INSERT": policy.adds and f"WITH CHECK ({policy.adds})",
        "UPDATE": policy.changes and f"USING ({policy.changes}) WITH CHECK ({policy.changes})",
        "DELETE": policy.removes and f"USING ({policy.removes})",
    }
    for act, clause in clauses.items():
        yield f"DROP POLICY IF EXISTS bihuan_{act.lower()} ON {table}"
        if clause:
            yield f"CREATE POLICY bihuan_{act.lower()} ON {table} FOR {act} {clause}"


def _counted(there: set[str]) -> Iterator[str]:
    """What counts of holes are read off, texts left aside, with all that the policy looks at; and of their spans."""
    beside = "id, severity, hole, area, unit, subject_kind, subject, owner, owner_name, since, in_place, in_home"
    also = "in_more, in_several, in_also"
    yield f"CREATE INDEX IF NOT EXISTS live_hole_counted ON live_hole (state) INCLUDE ({beside}, {also})"
    if "desk_then" in there:
        yield (
            "CREATE INDEX IF NOT EXISTS desk_then_counted ON desk_then (snapshot_id, state) "
            f"INCLUDE ({beside}, item, {also})"
        )
        yield "CREATE INDEX IF NOT EXISTS desk_then_unit ON desk_then (snapshot_id, unit) WHERE unit IS NOT NULL"
    for name, order in (("order", "severity, since"), ("began", "since"), ("fell", "due"), ("shut", "closed_at")):
        yield f"CREATE INDEX IF NOT EXISTS live_hole_{name} ON live_hole (state, {order}, id)"  # as lists stand
        if "desk_then" in there:
            yield f"CREATE INDEX IF NOT EXISTS desk_then_{name} ON desk_then (snapshot_id, state, {order}, id)"
    yield "CREATE INDEX IF NOT EXISTS live_span_since ON live_span (since)"
    yield (
        "CREATE INDEX IF NOT EXISTS live_hole_rests ON live_hole USING gin (string_to_array(evidence, ',')) "
        "WHERE state IN ('open', 'pending')"
    )
    yield rules.RESTING


def _spans() -> Iterator[str]:
    """A span lies where its hole does."""
    yield f"""CREATE OR REPLACE FUNCTION bihuan_place_live_span() RETURNS trigger LANGUAGE plpgsql {places.HEAD} AS $$
BEGIN
  SELECT h.in_place, h.in_home, h.in_also INTO NEW.in_place, NEW.in_home, NEW.in_also
    FROM live_hole h WHERE h.id = NEW.of_id;
  RETURN NEW;
END $$"""
    yield _trigger("live_span", "place", "BEFORE INSERT OR UPDATE OF in_place ON live_span FOR EACH ROW", "live_span")
    yield f"""CREATE OR REPLACE FUNCTION bihuan_moved_live_hole() RETURNS trigger LANGUAGE plpgsql {places.HEAD} AS $$
BEGIN
  UPDATE live_span SET in_place = NEW.in_place WHERE of_id = NEW.id;
  RETURN NULL;
END $$"""
    when = "WHEN ((OLD.in_place, OLD.in_home, OLD.in_also) IS DISTINCT FROM (NEW.in_place, NEW.in_home, NEW.in_also))"
    yield _trigger("live_hole", "moved", f"AFTER UPDATE ON live_hole FOR EACH ROW {when}", "live_hole")


def _looks() -> Iterator[str]:
    """A look lies where the person is; it is only ever added, whoever it is that asks for more."""
    yield f"""CREATE OR REPLACE FUNCTION bihuan_place_access_look() RETURNS trigger LANGUAGE plpgsql {places.HEAD} AS $$
BEGIN
  SELECT x.in_place, x.in_also INTO NEW.in_home, NEW.in_also FROM ledger_people x
    WHERE x.person = NEW.person AND x.latest ORDER BY -x.id LIMIT 1;
  IF NOT FOUND THEN NEW.in_home := bihuan_stranger(NEW.person); END IF;
  SELECT a.username, a.name, a.role INTO NEW.username, NEW.name, NEW.role
    FROM access_account a WHERE a.id = NEW.by_account;
  RETURN NEW;
END $$"""
    yield _trigger("access_look", "place", "BEFORE INSERT ON access_look FOR EACH ROW", "access_look")
    yield from _indexes("access_look")
    yield """CREATE OR REPLACE FUNCTION bihuan_guard_access_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'who looked at whom is never changed';
END $$"""
    yield _trigger("access_look", "guard", "BEFORE UPDATE ON access_look FOR EACH ROW", "access_look")


def _account_guard() -> Iterator[str]:
    """What an account is bound to, nobody changes who does not manage accounts; not its own either."""
    columns = ("username", "role", "group", "whole", "area", "unit", "officer", "by_duty", "until", "made_by")
    old, new = (", ".join(f'{a}."{c}"' for c in columns) for a in ("OLD", "NEW"))
    own_old, own_new = (", ".join(f'{a}."{c}"' for c in columns if c != "until") for a in ("OLD", "NEW"))
    yield f"""CREATE OR REPLACE FUNCTION bihuan_guard_access_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND ({old}) IS NOT DISTINCT FROM ({new}) THEN RETURN NEW; END IF;
  IF NOT public.bihuan_manages() THEN
    RAISE insufficient_privilege USING MESSAGE = 'only who manages accounts changes what one is bound to';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.id = public.bihuan_account() AND (({own_old}) IS DISTINCT FROM ({own_new})
     OR NEW.until IS NULL OR NEW.until > OLD.until) THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody changes what his own account is bound to';
  END IF;
  IF NEW.officer <> '' AND (TG_OP = 'INSERT' OR NEW.officer <> OLD.officer)
     AND NOT public.bihuan_answers_within(NEW.officer) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the officer answers for somewhere else';
  END IF;
  RETURN NEW;
END $$"""
    event = f"BEFORE INSERT OR UPDATE ON access_account FOR EACH ROW {places.policed('access_account')}"
    yield _trigger("access_account", "guard", event, "access_account")


def _gateways() -> Iterator[str]:
    """A channel that names a server freely is set by who manages accounts, for whom answers within its area; a gateway
    that an administrator set up reaches those who answer within its own."""
    gateways = ", ".join(f"'{kind}'" for kind in sorted(channels.GATEWAYS))
    yield f"""CREATE OR REPLACE FUNCTION bihuan_reached_by(which bigint, who text) RETURNS boolean
LANGUAGE sql STABLE {places.HEAD} AS $$
  SELECT (who = public.bihuan_officer() OR public.bihuan_manages())
    AND EXISTS (SELECT 1 FROM pressure_gateway g WHERE g.id = which AND NOT g.ended AND (g.area = '' OR EXISTS (
    SELECT 1 FROM ledger_duties d WHERE d.officer = who AND d.latest AND d.retracted IS NOT TRUE
    AND starts_with(coalesce(d.in_place, d.in_home), g.area)))) $$"""
    yield f"""CREATE OR REPLACE FUNCTION bihuan_guard_pressure_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF lower(split_part(NEW.address, '://', 1)) IN ({gateways}) AND (TG_OP = 'INSERT' OR NEW.address <> OLD.address)
     AND NOT public.bihuan_manages() THEN
    RAISE insufficient_privilege USING MESSAGE = 'a gateway is set by who manages accounts';
  END IF;
  IF NEW.gateway_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.gateway_id IS DISTINCT FROM OLD.gateway_id)
     AND NOT public.bihuan_reached_by(NEW.gateway_id, NEW.officer) THEN
    RAISE insufficient_privilege USING MESSAGE = 'that gateway is of somewhere else';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.officer <> OLD.officer THEN
    RAISE insufficient_privilege USING MESSAGE = 'a channel stays its officer''s';
  END IF;
  RETURN NEW;
END $$"""
    event = f"BEFORE INSERT OR UPDATE ON pressure_channel FOR EACH ROW {places.policed('pressure_channel')}"
    yield _trigger("pressure_channel", "guard", event, "pressure_channel")


def _grant(cursor: Any, there: set[str]) -> None:
    """What the desk's role may touch at all; which rows of it, the policies say."""
    name = _name(role())
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
    cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
    named = {tables.table(g): rules.of_ledger(g, tables.ledgers()) for g in tables.ledgers().values()} | rules.TABLES
    for table, policy in named.items():
        if table not in there:
            continue
        listed = f" ({', '.join(policy.columns)})" if policy.columns else ""
        acts = [
            *(["SELECT"] if policy.reads else []),
            *(["INSERT"] if policy.adds else []),
            *([f"UPDATE{listed}"] if policy.changes else []),
            *(["DELETE"] if policy.removes else []),
        ]
        cursor.execute(f"GRANT {', '.join(acts)} ON {table} TO {name}")


def _fill(cursor: Any, fresh: list[str]) -> None:
    """Places of rows that were there before the columns were; who is named first."""
    first = ["ledger_units", "ledger_posts", "ledger_people", "ledger_arrivals", "ledger_cases"]
    last = ["live_hole", "live_span", "desk_then"]
    order = [t for t in first if t in fresh]
    order += [t for t in fresh if t not in first and t not in last]
    for table in (*order, *(["ledger_people"] if "ledger_people" in fresh else []), *(t for t in last if t in fresh)):
        cursor.execute(f"UPDATE {table} SET in_place = in_place")


# ── signing in as the desk ───────────────────────────────────────────────────


def scope_key(secret: str) -> str:
    """The key of scopes, from the installation's own: 32 bytes in hexadecimal."""
    return hmac.new(secret.encode(), b"bihuan scope", hashlib.sha256).hexdigest()


def open_desk(url: str, secret: str) -> dict[str, str]:
    """Let the desk's role sign in; what the web processes find in their environment. Raises Fault.

    ``url``: the owner's address of the database; ``secret``: the installation's key.
    """
    key = scope_key(secret)
    password = hmac.new(secret.encode(), b"bihuan desk", hashlib.sha256).hexdigest()
    name = role()
    inner, outer = scope.pads(bytes.fromhex(key))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [name])
        found = cursor.fetchone()
        if found is None:
            raise Fault(
                f"数据库里没有指挥台的角色 {name}，DATABASE_URL 的用户也不能建：请管理员执行 "
                f'CREATE ROLE "{name}" NOLOGIN; 并授予 CREATEROLE，再启动',
                f"the database has no role {name} for the desk, and the user of DATABASE_URL may not make it: have "
                f'CREATE ROLE "{name}" NOLOGIN; run and CREATEROLE granted, then start again',
            )
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [name])
        if cursor.fetchone()[0]:  # as databases of long ago have it
            cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        if found[0]:
            raise Fault(
                f'角色 {name} 能绕过行级安全：请执行 ALTER ROLE "{name}" NOSUPERUSER NOBYPASSRLS',
                f'role {name} passes row-level security by: run ALTER ROLE "{name}" NOSUPERUSER NOBYPASSRLS',
            )
        cursor.execute(f"ALTER ROLE {_name(name)} LOGIN PASSWORD '{password}'")
        cursor.execute(f"GRANT {_name(name)} TO CURRENT_USER")  # jobs of the worker ask as the desk does
        # A table of a request's own never stands before the desk's.
        cursor.execute(f"ALTER ROLE {_name(name)} SET search_path = public, pg_temp")
        # Pages ask small questions, many at once: further workers of the database would only delay them.
        cursor.execute(f"ALTER ROLE {_name(name)} SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:  # what one request asks is not another's to read
            cursor.execute(f"ALTER ROLE {_name(name)} SET track_activities = off")
        cursor.execute("DELETE FROM access_seal")
        cursor.execute("INSERT INTO access_seal (inner_pad, outer_pad) VALUES (%s, %s)", [inner, outer])
    return {"DATABASE_URL": as_role(url, name, password), "BIHUAN_SCOPE_KEY": key}


def as_role(url: str, name: str, password: str) -> str:
    """The same database, as somebody else."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(unquote(name), safe='')}:{password}@{place}"))
