"""Where long runs are recorded: tests/fuzz.csv, a line a run of `make fuzz`."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

RECORD = Path(__file__).with_name("fuzz.csv")
COLUMNS = ("date", "what", "drawn", "people", "compared", "differ", "seconds")


def record(what: str, drawn: str, people: int | str, compared: int, differ: int, seconds: float) -> None:
    """Append a line; the first writes the header."""
    new = not RECORD.exists()
    with RECORD.open("a", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        if new:
            out.writerow(COLUMNS)
        out.writerow((date.today().isoformat(), what, drawn, people, compared, differ, round(seconds)))
