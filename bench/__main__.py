"""`make bench`: the demo city at one million and 2.5 million people through read, audit, owners and output; five rules
beside the same rules by hand in DuckDB SQL and in pandas; and the small folder that most people will try first.

    python -m bench [PEOPLE …] [--keep]

Each size runs in a process of its own, so that its peak memory is its own. Figures are printed as Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (1_000_000, 2_500_000)
MEMORY = "6GB"
"""What the engine may hold, of the 8 GB that the mark allows to the process."""

FOLDER = Path("run/bench")

STRANGERS = ("strange_names", "strangers")
"""Views that go once through every ledger for whom no roll knows: for all loops, however few are asked for."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def peak() -> float:
    """Peak memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def ledgers(people: int) -> Path:
    """The demo city's ledgers as CSV, written once."""
    from bihuan import demo

    folder = FOLDER / str(people)
    if not (folder / "as_of.txt").exists():
        took, _ = timed(lambda: demo.write(folder, people=people))
        print(f"demo city of {people:,} people written in {took:.0f} s", file=sys.stderr)
    return folder


def measure(people: int) -> dict[str, Any]:
    """One size, in this process."""
    import duckdb

    from bench import rules_pandas, rules_sql
    from bihuan.audit import programs
    from bihuan.engines import duckdb as engine
    from bihuan.exchange.read import read

    folder = ledgers(people)
    now = dt.datetime.fromisoformat((folder / "as_of.txt").read_text().strip())
    program = programs.load()
    scratch = tempfile.TemporaryDirectory(dir=FOLDER)
    con = duckdb.connect(f"{scratch.name}/bench.duckdb", config={"memory_limit": MEMORY, "threads": 2})
    stages: list[tuple[str, float, int, float]] = []

    took, intake = timed(lambda: read(folder, con, program.ledgers, program.parameters))
    rows = sum(intake.rows.values())
    stages.append(("read and validate", took, rows, peak()))
    took, run = timed(lambda: engine.run(program, con, now))
    owners = sum(run.seconds[stage.name] for stage in program.last)
    stages.append(("audit: views and loops", took - owners, rows, peak()))
    stages.append(("owners and escalation", owners, rows, peak()))
    holes = con.execute("SELECT count(*) FROM holes").fetchone()
    out = f"{scratch.name}/holes.csv"
    took, _ = timed(lambda: con.execute(f"COPY holes TO '{out}'"))
    stages.append(("output", took, int(holes[0]) if holes else 0, peak()))
    slow = sorted(run.seconds.items(), key=lambda s: -s[1])[:10]

    five = list(rules_sql.RULES)
    loops, ran = timed(lambda: engine.run(program, con, now, only=five))
    strangers = sum(ran.seconds[name] for name in STRANGERS)
    ours = {
        rule: set(con.execute("SELECT subject, item, since FROM holes WHERE hole = ?", [rule]).fetchall())
        for rule in five
    }
    hand, theirs = timed(lambda: (rules_sql.prepare(con, now), {r: set(rules_sql.run(con, r, now)) for r in five})[1])
    frames = {name: con.execute(f"SELECT * FROM ledger_{name}").df() for name in rules_pandas.LEDGERS}

    def by_pandas() -> dict[str, set[tuple[Any, ...]]]:
        known = rules_pandas.prepare(frames, now)
        found = {r: rules_pandas.run(known, r, now) for r in five}
        return {r: {(a, b, c.to_pydatetime()) for a, b, c in f.itertuples(index=False)} for r, f in found.items()}

    notebook, analysts = timed(by_pandas)
    same = {rule: ours[rule] == theirs[rule] == analysts[rule] for rule in five}
    con.close()
    scratch.cleanup()
    return {
        "people": people,
        "rows": rows,
        "holes": int(holes[0]) if holes else 0,
        "stages": stages,
        "slow": slow,
        "rules": {
            "loops": loops,
            "bare": loops - strangers,
            "sql": hand,
            "pandas": notebook,
            "same": same,
            "n": {r: len(ours[r]) for r in five},
        },
    }


def report(found: dict[str, Any]) -> None:
    print(f"\n## {found['people']:,} people, {found['rows']:,} rows, {found['holes']:,} holes\n")
    print("| stage | seconds | rows a second | peak memory so far |\n|---|---:|---:|---:|")
    for name, seconds, rows, memory in found["stages"]:
        print(f"| {name} | {seconds:.1f} | {rows / max(seconds, 1e-9):,.0f} | {memory:.1f} GB |")
    whole = found["stages"][1][1]
    slow = ", ".join(f"{name} {s:.2f} s ({s / whole:.0%})" for name, s in found["slow"])
    print(f"\nThe ten slowest of views and loops, and their share of the audit: {slow}")
    rules = found["rules"]
    print("\n| five rules | seconds | ratio to SQL by hand |\n|---|---:|---:|")
    for name, label in (
        ("loops", "loops of the house"),
        ("bare", "the same without finding strangers, which the two by hand do not"),
        ("sql", "DuckDB SQL by hand"),
        ("pandas", "pandas by hand"),
    ):
        print(f"| {label} | {rules[name]:.2f} | {rules[name] / rules['sql']:.2f} |")
    told = ", ".join(f"{r} {n:,}" for r, n in rules["n"].items())
    print(
        f"\nHoles of the five ({told}): "
        + ("all three agree" if all(rules["same"].values()) else f"DIFFER {rules['same']}")
    )


def small() -> None:
    """A county of 400 people, start-up included, as a user meets it. The demo's figures need more people, so it is one
    of the random cities of the tests: every ledger, every kind of fault."""
    from tests.cities.city import build, write

    folder = FOLDER / "400"
    city = build(1, 400)
    write(city, folder)
    command = [str(Path(sys.executable).parent / "bihuan"), "check", str(folder), "--as-of", city.now.isoformat()]
    seconds = [timed(lambda: subprocess.run(command, capture_output=True, check=False))[0] for _ in range(6)][1:]
    print("\n## A county of 400 people with its 53 ledgers, `bihuan check`, start-up included\n")
    print(f"median {sorted(seconds)[2]:.2f} s of five runs ({min(seconds):.2f} to {max(seconds):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("people", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if given.inside:
        print(json.dumps(measure(given.people[0]), default=str))
        return
    print(f"{os.cpu_count()} cores; the engine on 2 threads and {MEMORY}")
    small()
    for people in given.people:
        ledgers(people)
        run = subprocess.run(
            [sys.executable, "-m", "bench", str(people), "--inside"], stdout=subprocess.PIPE, text=True, check=True
        )
        report(json.loads(run.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
