"""Hold the reference against the example cities: python -m tests.reference.check_examples EXAMPLES [--only HOLE-PREFIX] [--city NAME]"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from tests.reference import all_of, read
from tests.reference.rows import moment


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("examples", type=Path)
    said.add_argument("--only", default="")
    said.add_argument("--city", default="city-")
    a = said.parse_args()
    wrong = 0
    for city in sorted(p for p in a.examples.iterdir() if p.name.startswith(a.city)):
        rows, rejects = read(city / "ledgers")
        now = moment((city / "as_of.txt").read_text().strip())
        got = {
            h.id: (h.since, h.owner or "", h.severity)
            for h in all_of(rows, now)
            if h.state == "open" and h.hole.startswith(a.only)
        }
        with (city / "expected_holes.csv").open(encoding="utf-8-sig", newline="") as f:
            want = {
                (r["hole"], r["subject"], r["item"]): (moment(r["since"]), r["owner"], r["severity"])
                for r in csv.DictReader(f)
                if r["hole"].startswith(a.only)
            }
        wrong += _differences(city.name, want, got)
        expected = city / "expected_rejects.csv"
        if expected.exists() and not a.only:
            with expected.open(encoding="utf-8-sig", newline="") as f:
                listed = {(r["file"], r["row"], r["column"], r["value"], r["reason"]): () for r in csv.DictReader(f)}
            wrong += _differences(
                city.name + " rejects", listed, {(r.file, str(r.row), r.column, r.value, r.reason): () for r in rejects}
            )
    print(wrong, "differ")
    return 1 if wrong else 0


def _differences(name: str, want: dict, got: dict) -> int:  # type: ignore[type-arg]
    differing = [k for k in sorted(want.keys() | got.keys()) if want.get(k) != got.get(k)]
    print(f"{name}: {len(want)} expected, {len(got)} found, {len(differing)} differ")
    for k in differing:
        print(
            "  ",
            *k,
            "| expected",
            *(want.get(k) or ["–" if k not in want else "="]),
            "| found",
            *(got.get(k) or ["–" if k not in got else "="]),
        )
    return len(differing)


if __name__ == "__main__":
    sys.exit(main())
