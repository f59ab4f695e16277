"""Audit random cities by the engine and by the reference and print what differs.

    python -m tests.cities.compare SEED... [--people 300] [--only HOLE-PREFIX] [--show 3] [--keep DIR] [--record]

A SEED may be a range such as 1-20. Compared are all open, pending and late obligations with their since, closed_at, owner,
severity, area and escalated_to, and the rejects. Exit 0 only when all agree. --record appends a line to tests/fuzz.csv.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.cities.audit import Audit, Id, by_engine, by_reference, differences, judged
from tests.cities.city import build, write
from tests.cities.dirt import write_dirty
from tests.fuzz import record


def audited(seed: int, people: int, folder: Path) -> tuple[Audit, Audit]:
    """(by the reference, by the engine) of one random city, written to a folder: every fourth as dirty files, every third in Chinese."""
    city = build(seed, people)
    if seed % 4 == 0:
        write_dirty(city.rows, folder / "ledgers", city.rng)
    else:
        write(city, folder / "ledgers", chinese=seed % 3 == 0)
    (folder / "as_of.txt").write_text(city.now.isoformat())
    return by_reference(folder / "ledgers", city.now), by_engine(folder / "ledgers", city.now)


def compare(seed: int, people: int, keep: Path | None = None) -> tuple[int, list[tuple[str, Id, Any, Any]]]:
    """(obligations and rejects of the reference, differences) of one random city."""
    with tempfile.TemporaryDirectory() as scratch:
        want, got = audited(seed, people, (keep or Path(scratch)) / f"city-{seed}")
    return len(want.holes) + len(want.rejects), differences(want, got, judged())


def seeds(said: list[str]) -> list[int]:
    found = []
    for part in said:
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("seed", nargs="+")
    p.add_argument("--people", type=int, default=300)
    p.add_argument("--only", default="")
    p.add_argument("--show", type=int, default=3)
    p.add_argument("--keep", type=Path)
    p.add_argument("--record", action="store_true")
    a = p.parse_args()
    started, total = time.perf_counter(), 0
    kinds: Counter[tuple[str, ...]] = Counter()
    examples: dict[tuple[str, ...], list[str]] = {}
    for seed in seeds(a.seed):
        n, found = compare(seed, a.people, a.keep)
        total += n
        for kind, key, want, got in found:
            if key[1].startswith(a.only):
                name = (key[0], key[1] if key[0] != "reject" else "", kind)
                kinds[name] += 1
                said = (
                    f"    seed {seed}: {' '.join(key)}\n        reference {_said(want)}\n        engine    {_said(got)}"
                )
                examples.setdefault(name, []).append(said)
    for name, n in kinds.most_common():
        print(*name, n)
        print(*examples[name][: a.show], sep="\n")
    wrong = sum(kinds.values())
    seconds = time.perf_counter() - started
    print(f"{total} by the reference, {wrong} differ, {seconds:.0f} s")
    if a.record:
        record("cities", "seeds " + " ".join(a.seed), a.people, total, wrong, seconds)
    return 1 if wrong else 0


def _said(row: tuple[Any, ...] | None) -> str:
    return "none" if row is None else " ".join(str(v) for v in row)


if __name__ == "__main__":
    sys.exit(main())
