"""``make load``: the county of 500,000 people and five million rows, imported and audited, then fifty people at its desk.

    python -m bench.desk [--folder run/load] [--people 500000] [--users 50] [--minutes 6] [--port 8099] [--serving]

What is there already is not made again. With ``--minutes 0`` the desk is left serving, for walks with ``--serving``. Needs the test dependencies (locust). Figures are printed as Markdown.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

BIN = Path(sys.executable).parent
MARK_MS = 300
"""What a page may take at the 95th percentile."""
SLOWEST = 20
"""Requests over the mark that are named."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("run/load"))
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--serving", action="store_true", help="a desk of this folder serves already: walk alone")
    asked = parser.parse_args()
    asked.folder = asked.folder.absolute()
    county, data = asked.folder / "county", asked.folder / "data"
    asked.folder.mkdir(parents=True, exist_ok=True)
    asked.folder.chmod(0o711)  # the database runs as somebody else
    if not (county / "as_of.txt").exists():
        # In a process of its own: who writes it sets Django up without a database.
        subprocess.run([sys.executable, "-m", "bench.county", county, str(asked.people)], check=True)
    now = dt.datetime.fromisoformat((county / "as_of.txt").read_text().strip())
    where = f"http://127.0.0.1:{asked.port}"
    if asked.serving:
        return _walk(asked, where, county)
    last = prepare(county, data, now)
    serving = subprocess.Popen(
        [BIN / "bihuan", "serve", "--data", data, "--port", str(asked.port), "--now", now.isoformat()],
        stdout=subprocess.DEVNULL,
        stderr=(asked.folder / "serve.log").open("w"),
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},  # its own server again
    )
    try:
        _wait(where, serving)
        _as_of(where, asked.folder / "sessions")
        _audited(data, last)
        if asked.minutes:
            return _walk(asked, where, county)
        print(f"serving at {where}: walk with --serving, Ctrl-C ends it", flush=True)
        return serving.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        serving.terminate()
        serving.wait()


def _walk(asked: argparse.Namespace, where: str, county: Path) -> int:
    """The walk itself, and its figures."""
    csvs = asked.folder / "walk"
    walk = subprocess.run(
        [
            *(BIN / "locust", "-f", Path(__file__).with_name("walk.py"), "--headless", "--host", where),
            *("-u", str(asked.users), "-r", "2", "-t", f"{round(asked.minutes * 60)}s", "--reset-stats"),
            *("--csv", csvs, "--only-summary", "--loglevel", "ERROR"),
        ],
        env={
            **os.environ,
            "BENCH_COUNTY": str(county),
            "BENCH_SESSIONS": str(asked.folder / "sessions"),
            "BENCH_REQUESTS": f"{csvs}_requests.csv",
            "PYTHONPATH": str(Path.cwd()),
        },
        stdout=subprocess.DEVNULL,
        check=False,
    )
    report(Path(f"{csvs}_stats.csv"))
    slowest(Path(f"{csvs}_requests.csv"))
    return walk.returncode


def prepare(county: Path, data: Path, now: dt.datetime) -> int:
    """Import and audit, in processes of their own, timed; the accounts. Gives the number of the last audit."""
    from bihuan.live import installation

    with installation.opened(str(data)) as here:
        here.set_up()
        from bench.desk import people
        from bihuan.live import start
        from bihuan.live.models import Audit, Batch

        start.migrate()
        start.set_clock(now)
        if not Batch.objects.exists():
            began = time.perf_counter()
            subprocess.run([BIN / "bihuan", "import", county, "--data", data], check=True)
            print(f"import and first audit: {time.perf_counter() - began:.0f} s", flush=True)
        people.accounts()
        people.sessions(data.parent / "sessions")
        last = Audit.objects.order_by("-pk").first()
        return last.pk if last else 0


def _wait(where: str, serving: subprocess.Popen[bytes]) -> None:
    while serving.poll() is None:
        try:
            urllib.request.urlopen(f"{where}/healthz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("the desk does not start: see serve.log")


def _as_of(where: str, sessions: Path) -> None:
    """An earlier moment is audited once, when it is first asked for: here, before the walk."""
    from bench.desk import people

    began = time.perf_counter()
    cookie = f"sessionid={people.session(sessions, 0)}"
    asked = urllib.request.Request(f"{where}/?at={people.AS_OF}", headers={"Cookie": cookie})
    while b'class="card figures"' not in urllib.request.urlopen(asked, timeout=60).read():
        time.sleep(1)
    print(f"an earlier moment, audited once: {time.perf_counter() - began:.0f} s", flush=True)


def _audited(data: Path, last: int) -> None:
    """A worker begins by auditing everything: the walk begins when that is over, and none on schedule falls into it."""
    import psycopg

    from bihuan.live.postgres import Server

    with psycopg.connect(Server(data).url(), autocommit=True) as con:
        while True:
            row = con.execute("SELECT max(seconds) FROM live_audit WHERE id > %s", [last]).fetchone()
            if row and row[0] is not None:
                print(f"an audit of everything, at the worker's start: {row[0]:.0f} s", flush=True)
                return
            time.sleep(1)


def report(path: Path) -> None:
    """Locust's figures as a table."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    print("\n| page | requests | failures | median ms | 95th percentile ms |\n|---|---:|---:|---:|---:|")
    for row in sorted(rows, key=lambda r: (r["Name"] == "Aggregated", -float(r["95%"] if r["95%"] != "N/A" else 0))):
        said = (row["Name"], row["Request Count"], row["Failure Count"], row["50%"], row["95%"])
        print("| " + " | ".join(said) + " |")
    whole = next(r for r in rows if r["Name"] == "Aggregated")
    print(f"\n{float(whole['Requests/s']):.1f} requests a second")


def slowest(path: Path) -> None:
    """Which requests took longer than the mark, the slowest first."""
    with path.open(encoding="utf-8") as file:
        over = [row for row in csv.DictReader(file) if int(row["ms"]) > MARK_MS]
    over.sort(key=lambda row: -int(row["ms"]))
    print(f"\n{len(over)} requests over {MARK_MS} ms" + (", the slowest:" if over else ""))
    for row in over[:SLOWEST]:
        print(
            f"{row['ms']:>6} ms  {dt.datetime.fromtimestamp(float(row['at'])):%H:%M:%S}  {row['page']}: {row['address']}"
        )


if __name__ == "__main__":
    sys.exit(main())
