"""Masked numbers (掩去的号码) on their way in: never stored in place of a whole one.

A file that was exported without a stated purpose has its identity and phone numbers masked (610723********0032). Where
somebody corrects a cell of it and imports it again, the masked cells of a row that stands say nothing new: a row known
by its own key keeps what it has, where that masks to the very cell. Any other masked number rejects its row. ``check``
audits a masked file as it stands (loops.md, *Identity*: another document); it is the ledger that must not take it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from bihuan.audit import masking
from bihuan.engines.duckdb import insert
from bihuan.exchange import cells
from bihuan.exchange.load import is_person, quoted
from bihuan.kernel.ledger import Column, Ledger
from bihuan.live import tables

if TYPE_CHECKING:
    import duckdb

AT_ONCE = 50_000
"""Keys of one question to the database."""

Key = tuple[Any, ...]


def numbered(column: Column, ledger: Ledger) -> bool:
    """Whether a column holds a document or a phone number: shown masked, whatever its kind."""
    return is_person(column, ledger) or column.name == "phone"


def refused(column: Column, ledger: Ledger, text: str) -> bool:
    """Whether a cell is a masked number in a place where a whole one belongs. A text may tell of one."""
    text = cells.normal(text)
    if numbered(column, ledger):
        return "*" in text
    # What rows are known and matched by is no text that tells: the key, a reference, the hole that a finding names.
    by = column.name in ledger.key or column.type == "ref" or column.matched
    return by and masking.is_masked(text)


def shown(column: Column, ledger: Ledger, value: str) -> str:
    """A value as an export shows it that states no purpose."""
    return masking.masked_document(value) if numbered(column, ledger) else masking.masked(value)


def _texts(ledger: Ledger) -> list[Column]:
    return [c for c in ledger.all_columns if c.type in ("text", "ref")]


# ── rows of a page ──────────────────────────────────────────────────────────────────────────────


def kept(ledger: Ledger, rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Rows as they were given, with what stands in place of cells that are its mask."""
    by = [_known_by(ledger, row) for row in rows]
    keys = [key for key, row in zip(by, rows, strict=True) if key is not None and _starred(ledger, row)]
    stands = _standing(ledger, keys) if keys else {}
    return [_whole(ledger, row, stands.get(key, []) if key else []) for key, row in zip(by, rows, strict=True)]


def _known_by(ledger: Ledger, row: Mapping[str, object]) -> Key | None:
    """The key of a row as it would be stored; None where it cannot be read, or is masked itself."""
    key = []
    for name in ledger.key:
        text = str(row.get(name) or "")
        if refused(ledger[name], ledger, text):
            return None
        try:
            key.append(cells.reader(ledger[name], True, is_person(ledger[name], ledger))(text))
        except cells.Unreadable:
            return None
    return tuple(key)


def _starred(ledger: Ledger, row: Mapping[str, object]) -> list[Column]:
    return [c for c in _texts(ledger) if c.name not in ledger.key and "*" in cells.normal(str(row.get(c.name) or ""))]


def _whole(ledger: Ledger, row: Mapping[str, object], stands: Sequence[dict[str, Any]]) -> dict[str, object]:
    made = dict(row)
    for column in _starred(ledger, row) if stands else ():
        found = _fitting(ledger, column, cells.normal(str(row[column.name])), stands)
        made[column.name] = row[column.name] if found is None else found
    return made


def _fitting(ledger: Ledger, column: Column, cell: str, stands: Iterable[dict[str, Any]]) -> str | None:
    """The value that stands and whose mask the cell is; of several versions the first one's."""
    if column.name in ledger.key:
        return None
    for row in stands:
        value = row[column.name]
        if value and (mask := cells.normal(shown(column, ledger, value))) == cell and mask != cells.normal(value):
            return str(value)
    return None


def _standing(ledger: Ledger, keys: Sequence[Key]) -> dict[Key, list[dict[str, Any]]]:
    """Key → the versions that stand, the last one first: those that whoever writes may see."""
    columns = list(dict.fromkeys([*ledger.key, "recorded_at", *(c.name for c in _texts(ledger))]))
    wanted = set(keys)
    found: dict[Key, list[dict[str, Any]]] = {}
    asked = (
        f"SELECT {', '.join(map(quoted, columns))} FROM {tables.table(ledger)} WHERE replaced_by IS NULL "
        f"AND {quoted(ledger.key[0])} = ANY(%s) ORDER BY latest DESC, id DESC"
    )
    with connection.cursor() as cursor:
        for first in range(0, len(keys), AT_ONCE):
            cursor.execute(asked, [[key[0] for key in keys[first : first + AT_ONCE]]])
            for values in cursor.fetchall():
                row = dict(zip(columns, values, strict=True))
                key = tuple(row[name] for name in ledger.key)
                if key in wanted:
                    found.setdefault(key, []).append(row)
    return found


# ── rows of files ───────────────────────────────────────────────────────────────────────────────


def look(con: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Of ``staged`` (bihuan.exchange.load): what stands takes the place of cells that are its mask; the first other
    masked number of a row becomes what cannot be read of it."""
    texts = [c.name for c in _texts(ledger)]
    starred = " OR ".join(f"contains({quoted(name)}, '{star}')" for name in texts for star in "*＊")
    names = list(dict.fromkeys([*texts, *ledger.key, "recorded_at"]))
    found = con.execute(
        f"SELECT rowid, {', '.join(map(quoted, names))} FROM staged WHERE _bad IS NULL AND ({starred})"
    ).fetchall()
    if not found:
        return
    rows = [
        (place, row, _key(ledger, row)) for place, *values in found for row in [dict(zip(names, values, strict=True))]
    ]
    stands = _standing(ledger, [key for _, _, key in rows if key is not None])
    mended: dict[str, list[tuple[int, str]]] = {}
    bad: list[tuple[int, str, str]] = []
    for place, row, key in rows:
        # The very version that the file holds is asked first, then the last one.
        versions = sorted(stands.get(key or (), []), key=lambda v: v["recorded_at"] != row["recorded_at"])
        for column in _texts(ledger):
            cell = row[column.name]
            if cell is None or "*" not in cells.normal(cell):
                continue
            stood = _fitting(ledger, column, cells.normal(cell), versions)
            if stood is not None:
                mended.setdefault(column.name, []).append((place, stood))
            elif refused(column, ledger, cell):
                bad.append((place, column.name, cell))
                break
    for name, those in mended.items():
        _set(con, f"{quoted(name)} = m.a", [(place, stood, None) for place, stood in those])
    _set(con, f"_bad = m.a, _value = m.b, _reason = '{cells.MASKED}'", bad)


def _set(con: duckdb.DuckDBPyConnection, change: str, rows: Sequence[tuple[int, str, str | None]]) -> None:
    """Change rows of ``staged``: place, and what ``change`` calls m.a and m.b."""
    con.execute("CREATE OR REPLACE TEMP TABLE mended (place BIGINT, a VARCHAR, b VARCHAR)")
    insert(con, "mended", rows)
    con.execute(f"UPDATE staged SET {change} FROM mended m WHERE staged.rowid = m.place")
    con.execute("DROP TABLE mended")


def _key(ledger: Ledger, row: Mapping[str, Any]) -> Key | None:
    """The key of a row of a file; None where a part of it is missing or masked."""
    parts = [(ledger[name], row[name]) for name in ledger.key]
    if any(part is None or refused(column, ledger, str(part)) for column, part in parts):
        return None
    return tuple(part for _, part in parts)
