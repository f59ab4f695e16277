"""The book (账簿): rows of all ledgers as they are made up, and their way to files.

Rows of the order of villages and units come one by one as cells, rows of the order of people as whole columns; both end
as Polars frames typed by the ledgers' declarations. A row without its key gets the next one of its ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from bihuan.kernel.ledger import Ledger

PREFIXES = {
    "units": "U", "officers": "O", "duties": "D", "absences": "AB", "posts": "P", "shifts": "SH", "orders": "OR",
    "instructions": "IN", "tasks": "TA", "inspections": "IS", "findings": "FI", "inquiries": "IQ", "contracts": "CO",
    "tickets": "TI", "notices": "NO", "feeds": "FE", "feed_deliveries": "FD", "deployments": "DE", "groups": "G",
    "risk_areas": "RA", "arrivals": "A", "sightings": "SI", "verifications": "V", "transfers": "TR", "measures": "M",
    "samples": "S", "monitoring": "MO", "vaccinations": "VA", "refusals": "RE", "staff": "ST", "cases": "C",
    "contacts": "CT", "clinic_visits": "CV", "drug_sales": "DS", "passages": "PA", "aid": "AI", "lots": "L",
    "lot_moves": "LM", "lot_works": "LW", "stocks": "SK", "permits": "PE", "refused_permits": "RP",
    "livestock_moves": "LI", "venue_days": "VD", "gatherings": "GA", "site_checks": "SC", "teams": "TE",
    "emergency_plans": "EP", "plan_assignments": "PL", "drills": "DR",
}  # fmt: skip
"""What the keys of a ledger begin with; people and areas bring their own keys, check-ins have several columns."""

MASS = {"samples", "monitoring", "vaccinations"}
"""Ledgers whose keys need eight digits."""

CHUNK = 1_000_000


class Book:
    """Rows of every ledger, until they are written. ``people`` may be given as places in ``ids`` (integers)."""

    def __init__(self, ledgers: Sequence[Ledger]) -> None:
        self.ledgers = {ledger.name: ledger for ledger in ledgers}
        self.ids: pl.Series | None = None
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self.ledgers}
        self._frames: dict[str, list[pl.DataFrame]] = {name: [] for name in self.ledgers}
        self._next = dict.fromkeys(self.ledgers, 1)

    # ── row by row ──────────────────────────────────────────────────────────────────────────────
    def row(self, ledger: str, **cells: Any) -> str:
        """One row; its key. Empty cells are left out. KeyError: a column that the ledger does not have."""
        declared = self.ledgers[ledger]
        for name in cells:
            declared[name]
        key = declared.key[0]
        if len(declared.key) == 1 and key not in cells:
            cells = {key: self.key(ledger), **cells}
        if isinstance(cells.get("person"), int | np.integer):
            cells["person"] = self.identity(int(cells["person"]))
        self._rows[ledger].append(cells)
        return str(cells[key])

    def rows(self, ledger: str) -> list[dict[str, Any]]:
        """The rows that were made up one by one, to be mended before they are written."""
        return self._rows[ledger]

    def identity(self, place: int) -> str:
        assert self.ids is not None
        return str(self.ids[place])

    def key(self, ledger: str) -> str:
        number, self._next[ledger] = self._next[ledger], self._next[ledger] + 1
        return f"{PREFIXES[ledger]}{number:0{8 if ledger in MASS else 6}d}"

    # ── column by column ────────────────────────────────────────────────────────────────────────
    def keys(self, ledger: str, n: int) -> pl.Series:
        import polars as pl

        first, self._next[ledger] = self._next[ledger], self._next[ledger] + n
        digits = pl.Series(np.arange(first, first + n)).cast(pl.String).str.zfill(8 if ledger in MASS else 6)
        return PREFIXES[ledger] + digits

    def frame(self, ledger: str, n: int, **columns: Any) -> pl.DataFrame:
        """``n`` rows as a frame, typed as declared, with keys; not in the book yet (see :meth:`put`)."""
        import polars as pl

        declared = self.ledgers[ledger]
        if len(declared.key) == 1 and declared.key[0] not in columns:
            columns = {declared.key[0]: self.keys(ledger, n), **columns}
        made = {name: self._column(declared, name, values, n) for name, values in columns.items() if values is not None}
        return pl.DataFrame(made)

    def put(self, ledger: str, frame: pl.DataFrame) -> None:
        if frame.height:
            self._frames[ledger].append(frame)

    def add(self, ledger: str, n: int, **columns: Any) -> pl.Series:
        """``n`` rows into the book; the values of their key's first column."""
        frame = self.frame(ledger, n, **columns)
        self.put(ledger, frame)
        return frame[self.ledgers[ledger].key[0]]

    def _column(self, ledger: Ledger, name: str, values: Any, n: int) -> pl.Series:
        import polars as pl

        dtype = polars_type(ledger[name].type)
        if name == "person" and isinstance(values, np.ndarray) and values.dtype.kind in "iu":
            assert self.ids is not None
            return self.ids.gather(values.astype(np.uint32)).alias(name)
        if isinstance(values, np.datetime64):
            values = values.item()
        if isinstance(values, np.ndarray) and values.dtype.kind == "M":
            values = pl.Series(values.astype("datetime64[us]"))
        if isinstance(values, pl.Series | np.ndarray | list):
            return pl.Series(name, values).cast(dtype)
        return pl.repeat(values, n, dtype=dtype, eager=True).alias(name)

    # ── out ─────────────────────────────────────────────────────────────────────────────────────
    def frames(self, ledger: str) -> Iterator[pl.DataFrame]:
        """All rows of a ledger in its declared columns, in the order they were made up, a part at a time."""
        import polars as pl

        declared = self.ledgers[ledger]
        used = {name for rows in self._rows[ledger] for name in rows}
        used |= {name for frame in self._frames[ledger] for name in frame.columns}
        columns = [c for c in declared.all_columns if c.name in used or c in declared.columns]
        schema = {c.name: polars_type(c.type) for c in columns}
        if self._rows[ledger]:
            data = {
                c.name: pl.Series(c.name, [_cell(r.get(c.name)) for r in self._rows[ledger]], dtype=schema[c.name])
                for c in columns
            }
            yield pl.DataFrame(data)
        for frame in self._frames[ledger]:
            missing = [pl.lit(None, dtype=schema[c.name]).alias(c.name) for c in columns if c.name not in frame.columns]
            whole = frame.with_columns(missing).select(list(schema))
            for start in range(0, whole.height, CHUNK):
                yield whole.slice(start, CHUNK)

    def write(self, ledger: str, folder: Path, form: str) -> int:
        """Write one ledger, forget its rows; the number of rows. Headings are the Chinese ones."""
        declared = self.ledgers[ledger]
        headings = {c.name: c.heading for c in declared.all_columns}
        count = 0
        if form == "csv":
            with (folder / f"{ledger}.csv").open("wb") as out:
                out.write(b"\xef\xbb\xbf")  # Excel takes a file without this mark for GBK
                first = True
                for part in self.frames(ledger):
                    shown = _shown(part).rename({c: headings[c] for c in part.columns})
                    shown.write_csv(out, include_header=first, datetime_format="%Y-%m-%dT%H:%M")
                    first, count = False, count + part.height
                if first:
                    out.write((",".join(c.heading for c in declared.columns) + "\n").encode())
        else:
            import pyarrow as pa
            import pyarrow.parquet as pq

            writer = None
            for part in self.frames(ledger):
                table = part.rename({c: headings[c] for c in part.columns}).to_arrow(compat_level=_oldest())
                table = table.cast(pa.schema([(f.name, _plain(f.type)) for f in table.schema]))
                writer = writer or pq.ParquetWriter(folder / f"{ledger}.parquet", table.schema, compression="zstd")
                writer.write_table(table)
                count += part.height
            if writer:
                writer.close()
        self._rows[ledger], self._frames[ledger] = [], []
        return count


def polars_type(kind: str) -> Any:
    import polars as pl

    kinds = {"int": pl.Int64, "real": pl.Float64, "bool": pl.Boolean, "date": pl.Date, "time": pl.Datetime("us")}
    return kinds.get(kind, pl.String)


def _cell(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.item()  # a date from days, a datetime from minutes
    if isinstance(value, datetime):
        return value
    return value.item() if isinstance(value, np.generic) else value


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    """Yes and no as they are written in Chinese."""
    import polars as pl

    yes_no = {True: "是", False: "否"}
    flags = [
        pl.col(c).replace_strict(yes_no, return_dtype=pl.String) for c in frame.columns if frame[c].dtype == pl.Boolean
    ]
    return frame.with_columns(flags)


def _oldest() -> Any:
    import polars as pl

    return pl.CompatLevel.oldest()


def _plain(kind: Any) -> Any:
    import pyarrow as pa

    return pa.string() if pa.types.is_large_string(kind) else kind
