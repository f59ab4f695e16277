"""Ledgers as tables of PostgreSQL: names, columns, and the SQL by which versions of a row follow each other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from bihuan.audit import programs
from bihuan.kernel.ledger import Column, Ledger, by_name
from bihuan.kernel.program import Program

TYPES = {"int": "bigint", "real": "double precision", "bool": "boolean", "date": "date", "time": "timestamp"}


@cache
def program() -> Program:
    """The compiled program of every loop."""
    return programs.load()


@cache
def ledgers() -> dict[str, Ledger]:
    """Every ledger by its name, a county's own too."""
    return by_name(program().ledgers)


def table(ledger: Ledger | str) -> str:
    return f"ledger_{ledger if isinstance(ledger, str) else ledger.name}"


def quoted(name: str) -> str:
    return '"' + name + '"'


def listed(columns: Iterable[Column], before: str = "") -> str:
    return ", ".join(before + quoted(c.name) for c in columns)


def keys(ledger: Ledger, before: str = "") -> str:
    return ", ".join(before + quoted(k) for k in ledger.key)


def sql_type(column: Column) -> str:
    return TYPES.get(column.type, "text")


def same_key(ledger: Ledger, a: str, b: str) -> str:
    return " AND ".join(f"{a}.{quoted(k)} = {b}.{quoted(k)}" for k in ledger.key)


def same_version(ledger: Ledger, a: str, b: str) -> str:
    """SQL: two rows were given under one key and one recorded_at; a withdrawal is none of what it withdraws."""
    return (
        f"{same_key(ledger, a, b)} AND {a}.recorded_at IS NOT DISTINCT FROM {b}.recorded_at "
        f"AND coalesce({a}.retracted, false) = coalesce({b}.retracted, false)"
    )


def alike(ledger: Ledger, a: str, b: str) -> str:
    """SQL: two rows read alike in every column."""
    return " AND ".join(f"{a}.{quoted(c.name)} IS NOT DISTINCT FROM {b}.{quoted(c.name)}" for c in ledger.all_columns)


def known(ledger: Ledger, a: str) -> str:
    """SQL: the moment at which a version became known (loops.md, *Known*); the beginning: minus infinity."""
    default = ledger.default_known
    event = f", CAST({a}.{quoted(default.name)} AS timestamp)" if default is not None else ""
    return f"coalesce({a}.recorded_at{event}, '-infinity'::timestamp)"


def void(a: str) -> str:
    """SQL: a withdrawal without a moment: it withdraws every version of its key."""
    return f"(coalesce({a}.retracted, false) AND {a}.recorded_at IS NULL)"


def order(ledger: Ledger, a: str) -> str:
    """SQL: the order of the versions of a key, the last one first."""
    return f"{void(a)} DESC, {known(ledger, a)} DESC, {a}.id DESC"


def indexed(ledger: Ledger) -> list[str]:
    """The columns, behind the key's first, by which rows are looked up: references, areas and matched texts."""
    found = [c.name for c in ledger.columns if c.refers or c.type == "area" or c.matched]
    return [name for name in found if name != ledger.key[0]]


def with_event(ledger: Ledger) -> list[str]:
    """Those of them by which rows are looked up in the order of their own event: of one key there may be tens of
    thousands (the samples of a laboratory); of a person there are few."""
    if not ledger.event_columns:
        return []
    return [name for name in indexed(ledger) if ledger[name].refers not in ("", "people")]


def searched(ledger: Ledger) -> list[str]:
    """The columns whose beginning is searched for: names and telephone numbers."""
    return [c.name for c in ledger.columns if c.name in ("name", "phone") and c.name not in ledger.key]


def filtered(ledger: Ledger) -> list[str]:
    """The columns by whose few values a list is filtered, in the order of writing: choices, yes and no."""
    return [c.name for c in ledger.columns if (c.choices or c.type == "bool") and c.name not in ledger.key]


def ensure() -> None:
    """Tables and columns that a county's own package or file declares and no migration made, and the indexes of all
    ledgers."""
    from django.db import connection

    from bihuan.domains import catalogue

    with connection.schema_editor() as editor:
        there = {t.name for t in connection.introspection.get_table_list(connection.cursor())}
        for model in catalogue.models():
            if model._meta.db_table not in there:
                editor.create_model(model)
    with connection.cursor() as cursor:
        for ledger in ledgers().values():
            _declared(cursor, ledger)
            name = table(ledger)
            wanted = [(f"{name}_key", keys(ledger), "")]
            events = with_event(ledger)
            wanted += [(f"{name}_{c}", quoted(c), "") for c in indexed(ledger) if c not in events]
            wanted += [(f"{name}_{c}_event", listed((ledger[c], ledger.event_columns[0])), "") for c in events]
            wanted += [(f"{name}_{c}_c", f'{quoted(c)} COLLATE "C"', "") for c in searched(ledger)]
            wanted += [(f"{name}_{c}_id", f"{quoted(c)}, id", "") for c in filtered(ledger)]
            wanted += [(f"{name}_{c.name}_at", quoted(c.name), "") for c in ledger.event_columns[:1]]
            wanted.append((f"{name}_replaced", "replaced_by", " WHERE replaced_by IS NOT NULL"))
            for index, columns, where in wanted:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {name} ({columns}){where}")
            for column in events:
                cursor.execute(f"DROP INDEX IF EXISTS {name}_{column}")  # what the one with the event took the place of


def _declared(cursor: Any, ledger: Ledger) -> None:
    """The table of a ledger that a file declares, and columns that one adds: see ``bihuan.domains.declared``."""
    name = table(ledger)
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [name])
    there = {row[0] for row in cursor.fetchall()}
    if not there:
        own = ", ".join(
            f"{quoted(c.name)} {sql_type(c)}{' NOT NULL' if c.name in ledger.key else ''}" for c in ledger.all_columns
        )
        cursor.execute(
            f"CREATE TABLE {name} (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, {own}, from_batch bigint, "
            "from_source integer, from_line bigint, replaced_by bigint, latest boolean NOT NULL DEFAULT true)"
        )
        return
    for column in ledger.columns:
        if column.name not in there:
            cursor.execute(f"ALTER TABLE {name} ADD COLUMN {quoted(column.name)} {sql_type(column)}")
