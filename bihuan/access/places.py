"""Where a row is (一行在哪里): the areas whose people may see it, kept beside the row by the database itself.

Three columns stand beside those of a ledger, of holes and of their spans: ``in_place`` (loops.md, *The place of a row*:
its own area, else that of the first unit or post that it names, else that of the row that it belongs to), ``in_home``
(of the person whom it is about), ``in_also`` (further ones: the receiving unit, the isolation site of somebody who
lives elsewhere). A trigger fills them whatever writes the row; where a person, a unit or a case turns out to be
somewhere else, another one fills them anew for the rows that name it. What gives a ledger its places is read off its
columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bihuan.kernel.ledger import Ledger
from bihuan.live import tables
from bihuan.live.tables import quoted

ASIDE = frozenset(
    {
        ("arrivals", "from_area"),  # where somebody came from has no claim on him
        ("samples", "lab"),  # a laboratory sees its own; its town not the whole county's samples
        ("cases", "infected_by"),
        ("lots", "split_from"),
        ("sightings", "feed"),
    }
)
"""Columns that name a place or a row and yet give nobody a sight of the row that does so."""

UNPLACED = frozenset({"officers", "feeds"})
"""Ledgers that are nowhere: a row that names one of theirs is not placed by it."""


@dataclass(frozen=True)
class Sources:
    """What gives the rows of one ledger their places, by columns: own areas, the units and posts that it names, the
    rows that it belongs to, the person whom it is about, and the officer where there is nothing else."""

    areas: tuple[str, ...]
    spots: tuple[tuple[str, str], ...]  # (column, units or posts)
    parents: tuple[tuple[str, str], ...]  # (column, ledger)
    person: str
    officer: str

    @property
    def followed(self) -> tuple[tuple[str, str], ...]:
        """(column, ledger): the rows whose moving moves this one."""
        person = ((self.person, "people"),) if self.person else ()
        officer = ((self.officer, "officers"),) if self.officer else ()
        return (*self.spots, *self.parents, *person, *officer)


def sources(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> Sources:
    """What gives a ledger's rows their places."""
    columns = [c for c in ledger.columns if (ledger.name, c.name) not in ASIDE]
    areas = [c.name for c in columns if c.type == "area"]
    first = [a for a in ("to_area", "area") if a in areas]
    spots = tuple((c.name, c.refers) for c in columns if c.refers in ("units", "posts"))
    aside = {"", "people", "units", "posts", ledger.name, *UNPLACED}
    parents = tuple((c.name, c.refers) for c in columns if c.refers not in aside and len(ledgers[c.refers].key) == 1)
    person = next((c.name for c in columns if c.refers == "people"), "")
    officer = next((c.name for c in columns if c.refers == "officers"), "")
    nothing = not (areas or spots or parents or person)
    if ledger.name == "officers":
        officer = "officer"
    return Sources(
        areas=(*first, *(a for a in areas if a not in first)),
        spots=spots,
        parents=parents,
        person=person,
        officer=officer if nothing else "",
    )


HEAD = "SECURITY DEFINER SET search_path = public, pg_temp"
"""Of every function here: it looks at all rows, whoever writes."""


def _latest(what: str, into: str, ledger: Ledger, key: str) -> str:
    # By the key's index, whatever the planner believes of a table that was empty a moment ago: -id has none.
    return (
        f"SELECT {what} INTO {into} FROM {tables.table(ledger)} x WHERE x.{quoted(ledger.key[0])} = {key} AND x.latest "
        "ORDER BY -x.id LIMIT 1;"
    )


def filler(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> str:
    """The function of the trigger that fills a ledger's places, before a row is written."""
    has = sources(ledger, ledgers)
    several = len(has.areas) + len(has.spots) + len(has.parents) > 1
    lines = ["NEW.in_also := NULL;"]
    if has.person:
        person = f"NEW.{quoted(has.person)}"
        roll = _latest("x.in_place, x.in_also", "home, beside", ledgers["people"], person)
        lines.append(
            f"IF {person} IS NOT NULL THEN {roll} IF NOT FOUND THEN home := bihuan_stranger({person}); END IF; END IF;"
        )
    take = "spots := spots || spot;" if several else ""
    for area in has.areas:
        lines.append(f"spot := NEW.{quoted(area)}; {take}")
    for column, target in has.spots:
        key = f"NEW.{quoted(column)}"
        lines.append(f"IF {key} IS NOT NULL THEN {_latest('x.in_place', 'spot', ledgers[target], key)} {take} END IF;")
    for column, target in has.parents:
        key = f"NEW.{quoted(column)}"
        parent = "coalesce(x.in_place, x.in_home), x.in_home, x.in_also"
        lines.append(
            f"IF {key} IS NOT NULL THEN {_latest(parent, 'spot, theirs, further', ledgers[target], key)} {take} "
            "home := coalesce(home, theirs); beside := beside || further; END IF;"
        )
    if has.officer:
        lines.append(
            "SELECT coalesce(x.in_place, x.in_home) INTO spot FROM ledger_duties x "
            f"WHERE x.officer = NEW.{quoted(has.officer)} AND x.latest ORDER BY x.since, x.duty LIMIT 1;"
        )
    if ledger.name == "people":  # seen where he is under a measure, or was to arrive
        lines.append(
            "SELECT array_agg(DISTINCT x.in_place) INTO beside FROM (SELECT m.in_place FROM ledger_measures m "
            "WHERE m.person = NEW.person AND m.latest AND m.retracted IS NOT TRUE UNION ALL SELECT a.in_place "
            "FROM ledger_arrivals a WHERE a.person = NEW.person AND a.latest AND a.retracted IS NOT TRUE) x;"
        )
    if several:
        lines.append("spots := array_remove(spots, NULL); spot := spots[1]; beside := spots || beside;")
    lines += [
        "IF spot IS NULL AND home IS NULL THEN "
        "IF TG_OP = 'UPDATE' THEN spot := OLD.in_place; ELSE spot := bihuan_writer(); END IF; END IF;",
        f"IF {'cardinality(beside) > 0' if several else 'beside IS NOT NULL'} THEN "
        "NEW.in_also := bihuan_beside(beside, spot, home); END IF;",
        "NEW.in_place := spot; NEW.in_home := home;",
    ]
    body = "\n  ".join(lines)
    return (
        f"CREATE OR REPLACE FUNCTION bihuan_place_{ledger.name}() RETURNS trigger LANGUAGE plpgsql {HEAD} AS $$\n"
        "DECLARE spots text[] := '{}'; beside text[]; further text[]; spot text; home text; theirs text;\n"
        f"BEGIN\n  {body}\n  RETURN NEW;\nEND $$"
    )


def guard(ledger: Ledger, seen: str) -> str:
    """The function of the trigger that keeps somebody else's key from being written over. ``seen``: SQL, whether
    whoever writes sees row ``x``."""
    same = tables.same_key(ledger, "x", "NEW")
    return f"""CREATE OR REPLACE FUNCTION bihuan_guard_{ledger.name}() RETURNS trigger LANGUAGE plpgsql {HEAD} AS $$
DECLARE seen boolean;
BEGIN
  SELECT {seen} INTO seen FROM {tables.table(ledger)} x WHERE {same} AND x.latest ORDER BY -x.id LIMIT 1;
  IF FOUND AND NOT seen THEN
    RAISE insufficient_privilege USING MESSAGE = 'a row of this key is somewhere else';
  END IF;
  RETURN NEW;
END $$"""


def policed(table: str) -> str:
    """Of triggers that ask who writes: the owner is nobody to them. Not by the scope, which SQL can take away."""
    return f"WHEN (row_security_active('public.{table}'))"


BULK = "bihuan.bulk"
"""Setting: the rows of this statement come with their places (``bulk``). Nobody is believed for whom policies are in
force."""


def placed(table: str) -> str:
    """Of the trigger that fills places: unless the owner brings them along."""
    return f"WHEN (coalesce(current_setting('{BULK}', true), '') = '' OR row_security_active('public.{table}'))"


MANY = 1000
"""Rows of a statement above which what follows from them is planned anew: a plan for one row is none for a million."""


def ripple(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> str | None:
    """The function of the triggers that place anew what names a row of this ledger; None where nothing does."""
    if len(ledger.key) != 1:
        return None
    key = quoted(ledger.key[0])
    first, later = [], []
    for other in ledgers.values():
        for column, target in sources(other, ledgers).followed:
            if target != ledger.name or other.name == ledger.name:
                continue
            table, name = tables.table(other), quoted(column)
            further = "NOT coalesce(c.in_also, '{}') @> coalesce(f.in_also, '{}')"
            if ledger.name == "people":
                moved = f"c.in_home IS DISTINCT FROM f.in_place OR {further}"
            else:
                spot = "coalesce(f.in_place, f.in_home)"
                moved = (
                    f"c.in_place IS NULL OR NOT bihuan_covered({spot}, c.in_place, c.in_home, c.in_also) OR {further} "
                )
                moved += "OR (c.in_home IS NULL AND f.in_home IS NOT NULL)"
            first.append(_again(table, name, f"(SELECT {key} AS key, in_place, in_home, in_also FROM fresh)", moved))
            later.append((table, name, key))
    for table, name, source in _beside(ledger):
        # Somebody is seen where he is: what is covered already adds nothing.
        moved = (
            "true"
            if ledger.name in ("duties", "people", "units")
            else "NOT bihuan_covered(f.in_place, c.in_place, c.in_home, c.in_also)"
        )
        first.append(_again(table, name, f"(SELECT {source} AS key, in_place, in_home FROM fresh)", moved))
        later.append((table, name, source))
    if not first:
        return None
    changed = (
        "FROM fresh n JOIN stale o USING (id) WHERE (n.in_place, n.in_home, n.in_also, n.latest, n.retracted) "
        "IS DISTINCT FROM (o.in_place, o.in_home, o.in_also, o.latest, o.retracted)"
    )
    then = []
    for source in dict.fromkeys(source for *_, source in later):
        then.append(f"EXECUTE 'SELECT array_agg(DISTINCT n.{source}) {changed}' INTO keys;")
        updates = [
            f"UPDATE {table} c SET in_place = c.in_place WHERE c.{column} = ANY(keys);"
            for table, column, named in later
            if named == source
        ]
        then.append(f"IF keys IS NOT NULL THEN {' '.join(updates)} END IF;")
    anew = [f"EXECUTE $q${statement}$q$;" for statement in first]
    return (
        f"CREATE OR REPLACE FUNCTION bihuan_ripple_{ledger.name}() RETURNS trigger LANGUAGE plpgsql {HEAD} "
        f"AS $$\nDECLARE keys text[]; many boolean; bulk text := coalesce(current_setting('{BULK}', true), '');\n"
        # Not as a setting of the function: to declare one of a name of ours takes a superuser.
        f"BEGIN\n  PERFORM set_config('{BULK}', '', true);\n"
        "  IF TG_OP = 'INSERT' THEN\n    "
        f"SELECT count(*) > {MANY} INTO many FROM fresh;\n    IF many THEN\n    "
        + "\n    ".join(anew)
        + "\n    ELSE\n    "
        + "\n    ".join(first)
        + "\n    END IF;\n  ELSE\n    "
        + "\n    ".join(then)
        + f"\n  END IF;\n  PERFORM set_config('{BULK}', bulk, true);\n  RETURN NULL;\nEND $$"
    )


def _again(table: str, column: str, fresh: str, moved: str) -> str:
    return f"UPDATE {table} c SET in_place = c.in_place FROM {fresh} f WHERE c.{column} = f.key AND ({moved});"


def _beside(ledger: Ledger) -> Iterable[tuple[str, str, str]]:
    """(table, its column, ours) that no reference tells of: holes, and who is seen where he is."""
    if ledger.name in ("measures", "arrivals"):
        yield "ledger_people", "person", "person"
    if ledger.name == "duties":
        yield "ledger_officers", "officer", "officer"
        yield "ledger_absences", "officer", "officer"
    if ledger.name == "people":
        yield "live_hole", "person", "person"
    if ledger.name == "units":
        yield "live_hole", "unit", "unit"


def hole_filler(table: str) -> str:
    """The function of the trigger for tables with the columns of a hole: its area, its unit, its person."""
    return f"""CREATE OR REPLACE FUNCTION bihuan_place_{table}() RETURNS trigger LANGUAGE plpgsql {HEAD} AS $$
DECLARE spot text; beside text[]; who text := NEW.person;
BEGIN
  NEW.in_home := NULL; NEW.in_also := NULL;
  IF who IS NULL AND NEW.subject_kind = 'person' THEN who := NEW.subject; END IF;
  IF who IS NOT NULL THEN
    SELECT x.in_place, x.in_also INTO NEW.in_home, beside FROM ledger_people x WHERE x.person = who AND x.latest
      ORDER BY -x.id LIMIT 1;
    IF NOT FOUND THEN NEW.in_home := bihuan_stranger(who); END IF;
  END IF;
  IF NEW.unit IS NOT NULL THEN
    SELECT x.in_place INTO spot FROM ledger_units x WHERE x.unit = NEW.unit AND x.latest ORDER BY -x.id LIMIT 1;
  END IF;
  NEW.in_place := coalesce(NEW.area, spot);
  IF spot IS NOT NULL OR beside IS NOT NULL THEN
    NEW.in_also := bihuan_beside(spot || beside, NEW.in_place, NEW.in_home);
  END IF;
  RETURN NEW;
END $$"""
