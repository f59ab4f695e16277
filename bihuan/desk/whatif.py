"""What a change of an order would do to holes, before it is saved: the same audit with and without the changed row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bihuan.access import scope
from bihuan.audit import run
from bihuan.desk import knowledge, then
from bihuan.exchange import cells
from bihuan.kernel.ledger import Ledger

if TYPE_CHECKING:
    import duckdb

ALSO = ("areas", "units", "officers", "duties", "absences", "people", "findings", "posts", "lots")
"""Ledgers that owners, names and closings by finding ask for, whatever the loop."""


@dataclass
class Effect:
    """What would open and what would close, of ``holes`` (those whose loops read the parameter), at ``at``."""

    at: dt.datetime
    holes: tuple[str, ...]
    opens: list[dict[str, Any]]
    closes: list[dict[str, Any]]
    more_pending: int  # to-dos more than before; below 0: fewer


def governed(key: str) -> tuple[str, ...]:
    """The holes whose loops read the parameter of an order's key."""
    parameter = knowledge.parameter(key)
    if parameter is None:
        return ()
    stem = parameter.key.rstrip("*").rstrip(".")
    read = [
        said.hole
        for said in knowledge.loops().values()
        if any(o == parameter.key or o.rstrip("*").rstrip(".") == stem or parameter.matches(o) for o in said.orders)
    ]
    return tuple(sorted({*read, "order.differs"}))


def effect(row: dict[str, str], now: dt.datetime) -> Effect:
    """The effect of one more row of the ledger of orders; an order that begins later is tried at its beginning.

    ``row``: readable cells (what :func:`checked` lets through).
    """
    at = max(now, cells.moment(row["since"]))
    holes = governed(row["key"])
    needed = set(ALSO).union(*(knowledge.reads()[hole] for hole in holes), {"orders"})
    with scope.system(), then.loaded(needed) as con:
        before = _found(con, at, holes)
        _insert(con, row, now)
        after = _found(con, at, holes)
    before, after = (
        {k: r for k, r in found.items() if scope.lies_in(r["area"], r["unit"])} for found in (before, after)
    )
    opens = [after[k] for k in after if k[0] == "open" and k not in before]
    closes = [before[k] for k in before if k[0] == "open" and k not in after]
    pending = sum(k[0] == "pending" for k in after) - sum(k[0] == "pending" for k in before)
    return Effect(at, holes, opens, closes, pending)


def _found(con: duckdb.DuckDBPyConnection, at: dt.datetime, holes: tuple[str, ...]) -> dict[tuple[str, ...], Any]:
    rows = then.find(con, at, holes)
    return {(r["state"], r["hole"], r["subject"], r["item"]): r for r in rows if r["state"] != "closed"}


def _seen(found: dict[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    """Those that whoever asks may see."""
    return {key: row for key, row in found.items() if scope.lies_in(row["area"], row["unit"])}


def _insert(con: duckdb.DuckDBPyConnection, row: dict[str, str], now: dt.datetime) -> None:
    """The row as it would be recorded now."""
    ledger = knowledge.ledgers()["orders"]
    values = {c.name: _typed(ledger, c.name, row[c.name]) for c in ledger.columns if row.get(c.name)}
    values |= {"recorded_at": now, "_source": 0, "_row": 10**9, "_only": True}
    names = ", ".join(f'"{n}"' for n in values)
    # Literals: a parameter of any kind would load pandas.
    run.engine.insert(con, f"ledger_orders ({names})", [tuple(map(_written, values.values()))])
    con.execute('UPDATE ledger_orders SET _only = false WHERE "order" = ' + _quoted(row["order"]))


def _typed(ledger: Ledger, name: str, text: str) -> Any:
    return cells.reader(ledger[name], name in ledger.key, False)(text)


def _written(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def checked(row: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Column → what is wrong with it, in both languages; empty where the row can be tried."""
    from bihuan.exchange import advice

    ledger = knowledge.ledgers()["orders"]
    faults: dict[str, tuple[str, str]] = {}
    for column in ledger.columns:
        text = row.get(column.name, "")
        reason = cells.MISSING if column.required and not text else ""
        if text:
            try:
                _typed(ledger, column.name, text)
            except cells.Unreadable as unreadable:
                reason = str(unreadable)
        if reason:
            said = [advice.sentence(ledger, column, reason, lang) for lang in ("zh", "en")]
            faults[column.name] = (said[0], said[1])
    key, value = cells.normal(row.get("key", "")), cells.normal(row.get("value", ""))
    parameter = knowledge.parameter(key)
    if key and parameter is None:
        faults["key"] = (
            f"没有“{key}”这个参数：请从列表中选",
            f"no parameter is called '{key}': choose one of the list",
        )
    elif parameter is not None and value and not parameter.reads(value):
        faults["value"] = (
            f"“{value}”不合这个参数的写法，默认值是 {parameter.default or '无'}",
            f"'{value}' is not how this parameter is written; its default is {parameter.default or 'none'}",
        )
    return faults
