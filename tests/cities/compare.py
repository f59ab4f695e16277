"""Audit random cities by the engine and by the reference and print what differs.

    python -m tests.cities.compare SEED... [--people 300] [--only HOLE-PREFIX] [--show 3] [--keep DIR]

A SEED may be a range such as 1-20. Compared are the holes with their since, owner, severity, area and escalated_to, and
the rejects. Exit 0 only when all agree.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.cities.city import build, write
from tests.reference import all_of, read

Found = dict[tuple[str, ...], tuple[str, ...]]
COLUMNS = ("since", "owner", "severity", "area", "escalated_to")


def by_reference(folder: Path, now: datetime) -> tuple[Found, Found]:
    """(holes, rejects) as the reference reads them."""
    rows, rejects = read(folder)
    holes = {
        h.id: (h.since.isoformat(), h.owner or "", h.severity, h.area or "", h.escalated_to or "")
        for h in all_of(rows, now)
        if h.state == "open"
    }
    return holes, {(r.file, str(r.row), r.column, r.value, r.reason): () for r in rejects}


def by_engine(folder: Path, now: datetime, out: Path) -> tuple[Found, Found]:
    """(holes, rejects) as `bihuan check` writes them."""
    holes, rejects = out / "holes.csv", out / "rejects.csv"
    command = [
        sys.executable,
        "-m",
        "bihuan.cli",
        "check",
        str(folder),
        "--as-of",
        now.isoformat(),
        "--out",
        str(holes),
        "--rejects",
        str(rejects),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if not holes.exists():
        raise RuntimeError(f"exit {run.returncode}: {(run.stderr or run.stdout)[-2000:]}")
    return _table(holes, ("hole", "subject", "item"), COLUMNS), _table(
        rejects, ("file", "row", "column", "value", "reason"), ()
    )


def _table(path: Path, key: tuple[str, ...], values: tuple[str, ...]) -> Found:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as f:
        return {tuple(r[k] for k in key): tuple(r[v] for v in values) for r in csv.DictReader(f)}


def differences(want: Found, got: Found) -> list[tuple[str, tuple[str, ...], Any, Any]]:
    """(missing, extra or the columns that differ; key; by the reference; by the engine)."""
    found = []
    for key in sorted(want.keys() | got.keys()):
        a, b = want.get(key), got.get(key)
        if a != b:
            kind = (
                "missing"
                if b is None
                else "extra"
                if a is None
                else "/".join(c for c, x, y in zip(COLUMNS, a, b, strict=True) if x != y)
            )
            found.append((kind, key, a, b))
    return found


def compare(
    seed: int, people: int, keep: Path | None = None
) -> tuple[int, list[tuple[str, tuple[str, ...], Any, Any]]]:
    """(holes and rejects of the reference, differences) of one random city."""
    with tempfile.TemporaryDirectory() as scratch:
        base = (keep or Path(scratch)) / f"city-{seed}"
        city = build(seed, people)
        write(city, base / "ledgers", chinese=seed % 3 == 0)
        (base / "as_of.txt").write_text(city.now.isoformat())
        holes, rejects = by_reference(base / "ledgers", city.now)
        got, turned_down = by_engine(base / "ledgers", city.now, base)
        return len(holes) + len(rejects), differences(holes, got) + differences(rejects, turned_down)


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
    a = p.parse_args()
    total = wrong = 0
    kinds: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for seed in seeds(a.seed):
        n, found = compare(seed, a.people, a.keep)
        total += n
        for kind, key, want, got in found:
            if key[0].startswith(a.only):
                name = (key[0] if len(key) == 3 else "(rejects)", kind)
                kinds[name] += 1
                wrong += 1
                examples.setdefault(name, []).append(
                    f"    seed {seed}: {' '.join(key)}  reference {want}  engine {got}"
                )
    for name, n in kinds.most_common():
        print(*name, n)
        print(*examples[name][: a.show], sep="\n")
    print(f"{total} by the reference, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
