"""What row-level security costs: a list of 50 rows of a ledger of a million, with and without it. ``python -m bench.access``.

A county of 500,000 people in 20 towns, 300 villages, 1,500 grids; two temperatures a person. Each list is asked for as
the owner (no policy) and as the desk's role in the scope of a county, a town, a village and a grid.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import Any

import psycopg

from bihuan.access import ground, rules
from bihuan.access.scope import Scope
from tests.own_postgres import own_database

SECRET = "bench"
LIST = "l.latest AND l.retracted IS NOT TRUE"
TOWNS, VILLAGES, GRIDS = 20, 15, 5
NARROW = 9
"""As bihuan.desk.access has it."""


def main(people: int = 500_000) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.desk.settings")
    import django

    django.setup()
    with own_database(durable=True) as url, psycopg.connect(url, autocommit=True) as owner:
        fill(owner, people)
        desk = psycopg.connect(ground.open_desk(url, SECRET)["DATABASE_URL"], autocommit=True)
        lists(owner, desk)
        desk.close()


def fill(owner: psycopg.Connection[Any], people: int) -> None:
    """The county; how long the million rows take with the triggers that place them, and without."""
    grid = f"'610723' || to_char(1 + i % {TOWNS}, 'FM000') || to_char(1 + i % {VILLAGES}, 'FM000') || "
    grid += f"to_char(1 + i % {GRIDS}, 'FM000')"
    rows = f"SELECT 'P' || lpad(i::text, 12, '0') AS person, '张三', {grid} AS area FROM generate_series(1, {people}) i"
    timed("people, placed", lambda: owner.execute(f"INSERT INTO ledger_people (person, name, area) {rows}"))
    readings = (
        "SELECT 'R' || i, 'P' || lpad((1 + (i::bigint * 7919) % %s)::text, 12, '0'), "
        "timestamp '2022-01-01' + i * interval '1 second', 36.5 FROM generate_series(1, %s) i"
    )
    copy = "INSERT INTO ledger_monitoring (row, person, at, temperature) " + readings.replace("%s", "{}")
    owner.execute("ALTER TABLE ledger_monitoring DISABLE TRIGGER USER")
    timed("readings, not placed", lambda: owner.execute(copy.format(people, 2 * people)))
    owner.execute("TRUNCATE ledger_monitoring")
    owner.execute("ALTER TABLE ledger_monitoring ENABLE TRIGGER USER")
    timed("readings, placed", lambda: owner.execute(copy.format(people, 2 * people)))
    owner.execute("VACUUM ANALYZE ledger_people, ledger_monitoring")


def timed(what: str, run: Any) -> None:
    began = time.perf_counter()
    run()
    print(f"{what:28} {time.perf_counter() - began:8.1f} s")


def lists(owner: psycopg.Connection[Any], desk: psycopg.Connection[Any]) -> None:
    print(f"{'list of 50':16}{'':30}{'ms':>9}{'buffers':>9}")
    for name, area in (
        ("county", "610723"),
        ("town", "610723007"),
        ("village", "610723007007"),
        ("grid", "610723007007002"),
    ):
        within = rules.lies("l", f"'{area}'", f"'{area}:'")
        # As the desk asks: of a town and below first among the latest rows of all.
        among = "AND l.id > (SELECT pg_sequence_last_value('ledger_monitoring_id_seq')) - 20000 "
        among = among if len(area) >= NARROW else ""
        for how, where, con in (
            ("no policy, filtered", f"{LIST} AND ({within})", owner),
            ("policy, filtered", f"{LIST} AND ({within})", desk),
            ("policy alone", LIST, desk),
        ):
            one = f"SELECT l.* FROM ledger_monitoring l WHERE {where} {among}ORDER BY l.id DESC LIMIT 51"
            print(f"{name:16}{how:30}" + "{:9.2f}{:9}".format(*measured(con, one, area)), flush=True)
        count = f"SELECT count(*) FROM (SELECT 1 FROM ledger_monitoring l WHERE {LIST} AND ({within}) LIMIT 10001) x"
        for how, con in (("count, no policy", owner), ("count, policy", desk)):
            print(f"{name:16}{how:30}" + "{:9.2f}{:9}".format(*measured(con, count, area)), flush=True)


def measured(con: psycopg.Connection[Any], sql: str, area: str) -> tuple[float, int]:
    """Milliseconds (median of nine) and shared buffers touched."""
    key = bytes.fromhex(ground.scope_key(SECRET))
    said = Scope("user", 1, area=area).signed(key, con.info.backend_pid, time.time() + 600)
    times = []
    with con.transaction():
        con.execute("SELECT set_config('bihuan.scope', %s, true)", [said])
        for _ in range(9):
            began = time.perf_counter()
            con.execute(sql).fetchall()
            times.append(1000 * (time.perf_counter() - began))
        plan = con.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}").fetchone()
    assert plan is not None
    if os.environ.get("PLANS"):
        print("\n".join(r[0][:300] for r in con.execute("EXPLAIN (ANALYZE, BUFFERS) " + sql).fetchall()))
    top = plan[0][0]["Plan"]
    return statistics.median(times), top["Shared Hit Blocks"] + top["Shared Read Blocks"]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
