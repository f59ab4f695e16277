"""From the text cells of files to typed columns, with the first cell of each row that cannot be read.

Cells of the plain form are cast by SQL; of all others each distinct text is read once, by ``cells``.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bihuan.engines.duckdb import insert
from bihuan.exchange import cells, example
from bihuan.exchange.files import Sheet, records, width
from bihuan.exchange.header import Header
from bihuan.kernel.ledger import Column, Ledger


@dataclass
class Piece:
    """One sheet of a ledger: where it comes from, its rows, its header."""

    source: int
    sheet: Sheet
    header: Header


SPACES = "'" + "".join(chr(n) for n in range(0x3001) if chr(n).isspace()) + "'"
"""SQL: every character of space that Unicode knows."""


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """The table of rejects as they are found, before they are put into words."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rejected (_ledger VARCHAR, _source INTEGER, _row BIGINT, "
        "_column VARCHAR, _value VARCHAR, _reason VARCHAR)"
    )


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    found = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def is_person(column: Column, ledger: Ledger) -> bool:
    """Whether a column holds a person's document."""
    return column.refers == "people" or (ledger.name == "people" and column.name == "person")


def quoted(name: str) -> str:
    return '"' + name + '"'


def kept_raw(ledger: Ledger) -> list[Column]:
    """The columns whose cells a later check may reject, and must then tell as they stand in the file."""
    if ledger.name == "orders":
        return [ledger["key"], ledger["value"]]
    return [c for c in ledger.columns if c.refers not in ("", "people", "units") and not c.unchecked]


def stage(
    con: duckdb.DuckDBPyConnection, ledger: Ledger, pieces: list[Piece], done: Callable[[Piece, float], None]
) -> None:
    """Make ``staged``: all rows of a ledger typed, each with _bad (column), _value and _reason where a cell is
    unreadable, and ``_raw_<column>`` of :func:`kept_raw`. ``done`` is told of each piece and which share of the work on
    it was just done."""
    columns = ", ".join(f"{quoted(c.name)} {cells.sql_type(c)}" for c in ledger.all_columns)
    raws = "".join(f"{quoted('_raw_' + c.name)} VARCHAR, " for c in kept_raw(ledger))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE staged ({columns}, {raws}_source INTEGER, _row BIGINT, "
        "_bad VARCHAR, _value VARCHAR, _reason VARCHAR)"
    )
    for piece in pieces:
        width = _raw(con, piece)
        done(piece, 0.5)
        _typed(con, ledger, piece, width)
        done(piece, 0.5)
    con.execute("DROP TABLE IF EXISTS raw")


def _raw(con: duckdb.DuckDBPyConnection, piece: Piece) -> int:
    """Make ``raw``: c0, c1 … of the rows behind the header, in the file's order; gives the number of columns."""
    sheet, start = piece.sheet, piece.header.row
    path = str(sheet.path).replace("'", "''")
    if sheet.parquet:
        named = ['"' + str(n).replace('"', '""') + '"' for n in sheet.head[0]]
        taken = ", ".join(
            f"{_as_text(n, kind)} AS c{i}" for i, (n, kind) in enumerate(zip(named, sheet.kinds, strict=True))
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE raw AS SELECT {taken} FROM read_parquet('{path}')")
        return len(named)
    if sheet.plain:
        try:
            _read_csv(con, path, start, piece.header.width, sheet.delimiter)
            return piece.header.width
        except duckdb.Error:
            pass  # not as regular as the engine's reader needs: Python's forgives more
    rows = (
        records(sheet.path.read_bytes().decode(sheet.encoding, errors="replace")) if sheet.rows is None else sheet.rows
    )
    rows = rows[start:]
    size = max(width(rows), piece.header.width)
    # By way of a regular file: the quickest way for many text cells from Python into the engine.
    with tempfile.TemporaryDirectory() as folder:
        regular = Path(folder) / "rows.csv"
        with regular.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows([row + [None] * (size - len(row)) for row in rows])
        _read_csv(con, str(regular).replace("'", "''"), 0, size)
    return size


def _as_text(column: str, kind: str) -> str:
    """SQL: a typed cell of Parquet as the text that a file would hold: a whole number has no point and none is written
    with an exponent, a moment with a zone is local (UTC+8)."""
    if kind in ("DOUBLE", "FLOAT"):
        exact = f"CAST({column} AS VARCHAR)"
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e18"
        digits = f"rtrim(printf('%.20f', CAST({column} AS DOUBLE)), '0')"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"WHEN contains({exact}, 'e') AND isfinite({column}) THEN {digits} ELSE {exact} END"
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(make_timestamp(epoch_us({column}) + {8 * 3600 * 10**6}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _read_csv(con: duckdb.DuckDBPyConnection, path: str, start: int, size: int, delimiter: str = ",") -> None:
    """The engine's own reader, in parallel; strict: a file that is not regular is an error."""
    names = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(size))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM read_csv('{path}', header = false, skip = {start}, "
        f"auto_detect = false, columns = {{{names}}}, delim = '{delimiter}', quote = '\"', escape = '\"', "
        "nullstr = '', strict_mode = true, max_line_size = 10000000)"
    )


def _typed(con: duckdb.DuckDBPyConnection, ledger: Ledger, piece: Piece, size: int) -> None:
    """Append the rows of ``raw`` to ``staged``; rowid is the order of insertion, which is the file's."""
    held = piece.header.columns
    odd = _odd(con, ledger, held)
    values = {column.name: _value(column, place, place in odd) for place, column in held}
    raws = {c.name for c in kept_raw(ledger)}
    values |= {f"_raw_{column.name}": f"c{place}" for place, column in held if column.name in raws}
    joins = "".join(f" LEFT JOIN odd o{p} ON o{p}.place = {p} AND o{p}.text = c{p}" for p in sorted(odd))
    first = [(place, column) for place, column in held if place in odd]  # in the file's order
    values["_bad"] = _first_bad([(place, f"'{column.name}'") for place, column in first])
    values["_value"] = _first_bad([(place, f"c{place}") for place, _ in first])
    values["_reason"] = _first_bad([(place, f"o{place}.reason") for place, _ in first])
    values["_source"] = str(piece.source)
    values["_row"] = f"raw.rowid + {piece.header.row + 1}"
    # What begins with no space is told by a comparison; only the rest is trimmed, which costs ten times as much.
    filled = " OR ".join(
        [f"(c{i} BETWEEN '!' AND '~') OR c{i} >= '\u3001'" for i in range(size)]
        + [f"trim(c{i}, {SPACES}) <> ''" for i in range(size)]
    )
    con.execute(
        f"INSERT INTO staged ({', '.join(map(quoted, values))}) "
        f"SELECT {', '.join(values.values())} FROM raw{joins} WHERE ({filled}) AND NOT {_example(ledger, held)}"
    )


def _example(ledger: Ledger, held: list[tuple[int, Column]]) -> str:
    """SQL: whether a row is the template's example, left as it is. The key is asked first, and few rows have it."""
    keys = sorted(held, key=lambda place: place[1].name not in ledger.key)
    same = []
    for place, column in keys:
        text = example.cell(ledger, column).replace("'", "''")
        same.append(f"c{place} = '{text}'" if text else f"c{place} IS NULL")
    return f"coalesce({' AND '.join(same)}, false)"


def _value(column: Column, place: int, odd: bool) -> str:
    """SQL: a cell's value; an odd one's is the one that was read, null where it cannot be."""
    cell = f"c{place}"
    value = cells.cast(column, cell)
    if not odd:
        return value
    return f"CASE WHEN o{place}.place IS NULL THEN {value} ELSE CAST(o{place}.value AS {cells.sql_type(column)}) END"


def _first_bad(say: list[tuple[int, str]]) -> str:
    """SQL: something of the first odd cell of a row that could not be read; null where all could."""
    whens = "".join(f" WHEN o{place}.reason IS NOT NULL THEN {what}" for place, what in say)
    return f"CASE{whens} END" if whens else "NULL"


MANY = 20_000
"""Rows from which looking a person up on the roll is cheaper than the checksum: below it, planning the join is not."""


def _roll(con: duckdb.DuckDBPyConnection) -> str:
    """SQL: the documents of the roll of people, where it is settled and ``raw`` is long; else empty."""
    if count(con, "raw") < MANY:
        return ""
    settled = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'ledger_people'").fetchone()
    return "SELECT person FROM ledger_people" if settled else ""


def _odd(con: duckdb.DuckDBPyConnection, ledger: Ledger, held: list[tuple[int, Column]]) -> set[int]:
    """Make ``odd`` (place, text, value, reason) of every distinct text that has not its type's plain form; the places
    that have any. Texts of nothing but space become empty cells."""
    on_roll = _roll(con)

    def plain(place: int, column: Column) -> str:
        person = is_person(column, ledger)
        said = cells.plain(column, column.name in ledger.key, person, f"c{place}")
        # Whoever is on the roll of people has been read there.
        return f"CASE WHEN c{place} IN ({on_roll}) THEN true ELSE {said} END" if person and on_roll else said

    asked = " UNION ALL ".join(
        f"SELECT {place} AS place, c{place} AS text FROM raw WHERE c{place} IS NOT NULL AND NOT "
        f"({plain(place, column)}) GROUP BY ALL"
        for place, column in held
    )
    found = con.execute(asked).fetchall()
    readers = {
        place: cells.reader(column, column.name in ledger.key, is_person(column, ledger)) for place, column in held
    }
    read: list[tuple[int, str, str | None, str | None]] = []
    for place, text in found:
        value: str | None = None
        reason: str | None = None
        if cells.normal(text) != "":
            try:
                value = cells.written(readers[place](text))
            except cells.Unreadable as error:
                reason = str(error)
        read.append((place, text, value, reason))
    con.execute("CREATE OR REPLACE TEMP TABLE odd (place INTEGER, text VARCHAR, value VARCHAR, reason VARCHAR)")
    insert(con, "odd", read)
    return {place for place, *_ in read}
