"""What makes a row a reject once its cells are read: missing cells, orders that say nothing known, references to
nothing, duplicates. Contract: loops.md, *Rejects*.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from bihuan.engines.duckdb import insert
from bihuan.exchange import advice, cells
from bihuan.exchange.load import count, kept_raw, quoted
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.parameters import Parameter, find

if TYPE_CHECKING:
    import duckdb


Held = Callable[[str, Sequence[str]], Collection[str]]
"""Ledger, keys → those of them that are held elsewhere (the database into which a folder is imported)."""


def settle(
    con: duckdb.DuckDBPyConnection, ledger: Ledger, parameters: Sequence[Parameter], held: Held | None = None
) -> None:
    """``staged`` becomes ``ledger_<name>``; what cannot stay goes to ``rejected``.

    The ledgers that it refers to must be settled before. A row is rejected once, for the first of: an unreadable cell
    (in the file's order), a missing cell, an order's key, its value, an unknown reference (in the ledger's order).
    """
    if ledger.name == "orders":
        _read_orders(con, parameters)
    checks = [(f"{quoted(k)} IS NULL", k, "NULL", cells.MISSING) for k in ledger.key]
    needed = [c.name for c in ledger.columns if c.required and c.name not in ledger.key]
    checks += [(f"NOT coalesce(retracted, false) AND {quoted(c)} IS NULL", c, "NULL", cells.MISSING) for c in needed]
    # In the ledger's order: a key that is missing is told before what stands behind it.
    place = {c.name: i for i, c in enumerate(ledger.columns)}
    checks.sort(key=lambda check: place[check[1]])
    if ledger.name == "orders":
        checks += [
            ("said.column_ = 'key'", "key", "_raw_key", cells.WRONG_CHOICE),
            ("said.column_ = 'value'", "value", "_raw_value", cells.BAD_VALUE),
        ]
    selves = []
    for column in (c for c in kept_raw(ledger) if c.refers):
        if column.refers == ledger.name:
            selves.append(column)
            continue
        cell, key = f"s.{quoted(column.name)}", _key(column.refers, con)
        unknown = f"{cell} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_{column.refers} r WHERE r.{key} = {cell})"
        unknown += _but_held(con, held, column.refers, cell, f"staged s WHERE {unknown}")
        checks.append((unknown, column.name, quoted("_raw_" + column.name), cells.UNKNOWN))

    def first(what: int, before: str) -> str:
        said = [c[what] if what == 2 else f"'{c[what]}'" for c in checks]
        whens = "".join(f" WHEN {check[0]} THEN {text}" for check, text in zip(checks, said, strict=True))
        return f"CASE WHEN _bad IS NOT NULL THEN {before}{whens} END"

    said = " LEFT JOIN said ON said.key_ = s.key AND said.value_ = s.value" if ledger.name == "orders" else ""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE checked AS SELECT s.* EXCLUDE (_value, _reason), {first(1, '_bad')} AS _column, "
        f"{first(2, '_value')} AS _value, {first(3, '_reason')} AS _reason FROM staged s{said}"
    )
    if _any(con, "_column IS NOT NULL"):
        con.execute(
            f"INSERT INTO rejected SELECT '{ledger.name}', _source, _row, _column, _value, _reason "
            "FROM checked WHERE _column IS NOT NULL"
        )
        con.execute("DELETE FROM checked WHERE _column IS NOT NULL")
    for column in selves:
        _self_references(con, ledger, column.name, held)
    _without_duplicates(con, ledger)


def _key(ledger: str, con: duckdb.DuckDBPyConnection) -> str:
    """The key column of a settled ledger: its first."""
    found = con.execute(f"SELECT column_name FROM (DESCRIBE ledger_{ledger}) LIMIT 1").fetchone()
    assert found is not None
    return quoted(str(found[0]))


def _any(con: duckdb.DuckDBPyConnection, condition: str) -> bool:
    return con.execute(f"SELECT 1 FROM checked WHERE {condition} LIMIT 1").fetchone() is not None


def _read_orders(con: duckdb.DuckDBPyConnection, parameters: Sequence[Parameter]) -> None:
    """Make ``said``: the (key, value) of orders that no rule asks for (column_ key) or that cannot be read (value)."""
    pairs = con.execute("SELECT DISTINCT key, value FROM staged WHERE key IS NOT NULL").fetchall()
    con.execute("CREATE OR REPLACE TEMP TABLE said (key_ VARCHAR, value_ VARCHAR, column_ VARCHAR)")
    said = []
    for key, value in pairs:
        parameter = find(parameters, key)
        if parameter is None:
            said.append((key, value, "key"))
        elif value is not None and not parameter.reads(value):
            said.append((key, value, "value"))
    insert(con, "said", said)


def _but_held(con: duckdb.DuckDBPyConnection, held: Held | None, ledger: str, cell: str, unknown: str) -> str:
    """SQL: a further condition of an unknown reference: it is not held elsewhere. ``unknown``: where those stand."""
    keys = [str(row[0]) for row in con.execute(f"SELECT DISTINCT {cell} FROM {unknown}").fetchall()] if held else []
    found = sorted(held(ledger, keys)) if held and keys else []
    if not found:
        return ""
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS held_{ledger} (key VARCHAR)")
    insert(con, f"held_{ledger}", [(key,) for key in found])
    return f" AND {cell} NOT IN (SELECT key FROM held_{ledger})"


def _self_references(con: duckdb.DuckDBPyConnection, ledger: Ledger, column: str, held: Held | None) -> None:
    """A reference to a row of the same ledger; what refers to a rejected row is rejected, and so on."""
    unknown = f"{quoted(column)} IS NOT NULL AND {quoted(column)} NOT IN (SELECT {quoted(ledger.key[0])} FROM checked)"
    unknown += _but_held(con, held, ledger.name, quoted(column), f"checked WHERE {unknown}")
    while _any(con, unknown):
        con.execute(
            f"INSERT INTO rejected SELECT '{ledger.name}', _source, _row, '{column}', {quoted('_raw_' + column)}, "
            f"'{cells.UNKNOWN}' FROM checked WHERE {unknown}"
        )
        con.execute(f"DELETE FROM checked WHERE {unknown}")


def _without_duplicates(con: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Make ``ledger_<name>``. Of rows with one key and one recorded_at the last stands; an earlier one that reads
    otherwise is a reject, one that reads alike is not. A withdrawal is no duplicate of what it withdraws."""
    names = [quoted(c.name) for c in ledger.all_columns]
    columns, keys = ", ".join(names), ", ".join(quoted(k) for k in ledger.key)
    target = f"CREATE OR REPLACE TABLE ledger_{ledger.name} AS SELECT {columns}, _source, _row"
    con.execute(f"CREATE OR REPLACE TEMP TABLE twice AS SELECT {keys} FROM checked GROUP BY ALL HAVING count(*) > 1")
    if count(con, "twice") == 0:
        con.execute(f"{target}, true AS _only FROM checked")
        return
    same = f"PARTITION BY {keys}, recorded_at, coalesce(retracted, false) ORDER BY _source, _row"
    whole = f"row({columns})"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE several AS SELECT *, "
        f"row_number() OVER ({same}) = count(*) OVER ({same} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) "
        f"AS _last, {whole} IS DISTINCT FROM last_value({whole}) OVER ({same} ROWS BETWEEN UNBOUNDED PRECEDING AND "
        f"UNBOUNDED FOLLOWING) AS _differs FROM checked SEMI JOIN twice USING ({keys})"
    )
    key = " || '|' || ".join(_as_text(ledger, k) for k in ledger.key)
    con.execute(
        f"INSERT INTO rejected SELECT '{ledger.name}', _source, _row, '{ledger.key[0]}', {key}, '{cells.DUPLICATE}' "
        "FROM several WHERE NOT _last AND _differs"
    )
    con.execute(
        f"{target}, true AS _only FROM checked ANTI JOIN twice USING ({keys}) UNION ALL "
        f"SELECT {columns}, _source, _row, count(*) OVER (PARTITION BY {keys}) = 1 AS _only FROM several WHERE _last"
    )


def _as_text(ledger: Ledger, column: str) -> str:
    if ledger[column].type == "time":
        return f"strftime({quoted(column)}, '%Y-%m-%dT%H:%M:%S')"
    return f"CAST({quoted(column)} AS VARCHAR)"


def report(
    con: duckdb.DuckDBPyConnection, ledgers: Iterable[Ledger], sources: Sequence[tuple[str, str]], lang: str
) -> int:
    """Make ``rejects`` (file, sheet, row, column, value, reason, advice, ledger) of ``rejected``; their number."""
    known = {ledger.name: ledger for ledger in ledgers}
    con.execute("CREATE OR REPLACE TEMP TABLE sources (_source INTEGER, file VARCHAR, sheet VARCHAR)")
    insert(con, "sources", [(number, *source) for number, source in enumerate(sources)])
    found = con.execute("SELECT DISTINCT _ledger, _column, _reason FROM rejected").fetchall()
    said = []
    for name, cell, reason in found:
        column = known[name][cell]
        text = advice.sentence(known[name], column, reason, lang, known.get(column.refers))
        said.append((name, cell, reason, text))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE advised (_ledger VARCHAR, _column VARCHAR, _reason VARCHAR, advice VARCHAR)"
    )
    insert(con, "advised", said)
    con.execute(
        "CREATE OR REPLACE TABLE rejects AS SELECT file, sheet, _row AS row, _column AS column, "
        "coalesce(_value, '') AS value, _reason AS reason, advice, _ledger AS ledger FROM rejected "
        "JOIN sources USING (_source) JOIN advised USING (_ledger, _column, _reason) ORDER BY _source, _row"
    )
    con.execute("DROP TABLE IF EXISTS staged; DROP TABLE IF EXISTS checked; DROP TABLE IF EXISTS rejected")
    return count(con, "rejects")
