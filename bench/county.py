"""The county for the desk's marks: 500,000 people, five million rows, and holes by the hundred thousand.

    python -m bench.county FOLDER [PEOPLE]

The demo city holds its rules but for the faults that are planted: too good for a headquarters' lists. So lines are left
out of it, always the same ones (by a hash of the line's subject), and readings of earlier days are added up to the rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

PEOPLE, ROWS = 500_000, 5_000_000

LEFT_OUT = {
    "vaccinations": ("证件号码", 60),
    "samples": ("证件号码", 4),
    "monitoring": ("证件号码", 15),
    "verifications": ("编号", 20),
    "shifts": ("编号", 10),
}
"""Ledger → the column by which lines are left out, and how many of a hundred."""


def write(folder: Path, people: int = PEOPLE, rows: int = ROWS) -> int:
    """Write the county; its rows. Raises where the folder holds ledgers already."""
    import duckdb

    from bihuan import demo

    demo.write(folder, people=people)
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = true; SET threads = 2")
    for ledger, (column, share) in LEFT_OUT.items():
        path = folder / f"{ledger}.csv"
        lines = f"read_csv('{path}', all_varchar = true, header = true)"
        kept = f"SELECT * FROM {lines} WHERE hash({column} || '{ledger}') % 100 >= {share} OR {column} IS NULL"
        _write(con, kept, path)
    path = folder / "monitoring.csv"
    lines = f"read_csv('{path}', all_varchar = true, header = true)"
    there = sum(_lines(con, p) for p in sorted(folder.glob("*.csv")) if p.stem != "planted")
    wanted = max(0, rows * people // PEOPLE - there)
    roll = f"read_csv('{folder / 'people.csv'}', all_varchar = true, header = true)"
    # A reading a day of people one after the other, the days before the county's own readings.
    further = f"""SELECT 'MX' || lpad(n::text, 8, '0'), p.证件号码,
        strftime(TIMESTAMP '2021-12-20 08:00' - to_days(CAST(n // {people} AS INTEGER)), '%Y-%m-%dT%H:%M'), '36.5', '无'
        FROM (SELECT *, row_number() OVER () AS i FROM {roll}) p
        JOIN (SELECT range AS n FROM range({wanted})) ON i = 1 + n % {people}"""
    _write(con, f"SELECT * FROM {lines} UNION ALL {further}", path)
    con.close()
    (folder / "planted.csv").unlink()  # no longer true of it
    return there + wanted


def _write(con, query: str, path: Path) -> None:  # type: ignore[no-untyped-def]
    made = path.with_suffix(".new")
    con.execute(f"COPY ({query}) TO '{made}' (FORMAT csv, HEADER true)")
    made.replace(path)


def _lines(con, path: Path) -> int:  # type: ignore[no-untyped-def]
    found = con.execute(f"SELECT count(*) FROM read_csv('{path}', all_varchar = true, header = true)").fetchone()
    return int(found[0])


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), *map(int, sys.argv[2:])))
