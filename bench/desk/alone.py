"""What each page of the desk costs alone: ``python -m bench.desk.alone`` (after ``make load`` has made the county).

    python -m bench.desk.alone [--folder run/load] [--only WORD] [--statements]

Every page is asked for in this process, as the desk's role, by accounts of each role; nobody else works meanwhile. The
figures are medians: of the whole request, of the time that the database took of it, and of the processor's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.desk import people
from bihuan.desk.listing import mark

TIMES = 5
ACCOUNTS = {"headquarters": 0, "county": 8, "working group": 14, "town": 20, "grid": 30, "unit": 42}
"""Role → its number among the accounts (people._wanted)."""

AT = f"at={people.AS_OF}"
TOWN = "in=610723001"
PAGES = {
    "overview": ("/", f"/?{TOWN}", f"/?{AT}", f"/?{AT}&{TOWN}"),
    "holes": (
        *(
            "/holes/",
            f"/holes/?{TOWN}",
            f"/holes/?{AT}",
            "/holes/?sev=急",
            "/holes/?loop=group",
            "/holes/?state=pending",
        ),
        *("/holes/?state=closed", "/holes/?sort=since", "/holes/?kind=person", "/holes/?owner=none", "/holes/?q=接种"),
        *("/holes/?since=2022-01-05", f"/holes/?{AT}&state=pending"),
        f"/holes/?after={mark([2, dt.datetime(2021, 12, 20), 20_000])}",
    ),
    "holes, grouped": tuple(f"/holes/?group={word}" for word in ("owner", "unit", "area", "loop")),
    "my work": ("/mine/",),
    "loops": ("/loops/", f"/loops/?{AT}"),
    "ledgers": ("/ledgers/",),
    "a ledger": (
        *(f"/ledgers/{name}/" for name in ("people", "monitoring", "samples", "check_ins", "vaccinations", "groups")),
        *(f"/ledgers/{name}/" for name in ("measures", "arrivals", "units")),
        *(f"/ledgers/samples/?{TOWN}", f"/ledgers/measures/?{AT}", f"/ledgers/monitoring/?{AT}"),
        *(f"/ledgers/monitoring/?after={mark([200_000])}", "/ledgers/monitoring/?sort=key"),
        *(
            "/ledgers/samples/?f.result=阳",
            "/ledgers/samples/?f.sampled_at.from=2022-01-05",
            "/ledgers/people/?f.area=610723001",
        ),
        *(
            "/ledgers/measures/?f.kind=集中隔离",
            "/ledgers/monitoring/?f.at.from=2022-01-06",
            "/ledgers/check_ins/?f.unit=U000217",
        ),
        *("/ledgers/people/?f.needs_care=是", "/ledgers/arrivals/?f.mode=航班", "/ledgers/groups/?f.group=养老院老人"),
        *("/ledgers/people/?q=王芳", "/ledgers/units/?q=李敏", "/ledgers/officers/?q=李敏", "/ledgers/samples/?q=李敏"),
    ),
    **{f"{name}": (f"/{name}/",) for name in ("areas", "orders", "instructions", "inspections", "tickets", "rosters")},
    **{f"{name}": (f"/{name}/",) for name in ("briefings", "notices", "account")},
    "inspections, drawn": ("/inspections/?seed=7&n=5",),
    "form of a row": ("/ledgers/monitoring/new",),
}
LINKS = {
    "one hole": (r'href="(/holes/[A-Za-z0-9_-]{20,})[?"]', "/holes/"),
    "one hole of each loop": (r'href="(/holes/[A-Za-z0-9_-]{20,})[?"]', ""),
    "one row": (r'href="(/ledgers/\w+/row/[^"?/]+)[?"]', "/ledgers/samples/"),
    "one person": (r'href="(/of/person/[^"?]+)[?"]', "/ledgers/people/"),
    "one unit": (r'href="(/of/unit/[^"?]+)[?"]', "/ledgers/check_ins/"),
    "one area": (r'href="(/of/area/[^"?]+)[?"]', "/areas/"),
    "one officer": (r'href="(/of/officer/[^"?]+)[?"]', "/holes/"),
}
"""Kind of page → how its links look, and the page on which they are found (empty: the lists of holes by loop)."""


@dataclass
class Cost:
    """Of one page: milliseconds of the whole, of the database, of the processor; statements; the slowest of them."""

    whole: float
    database: float
    processor: float
    statements: int
    slowest: list[tuple[float, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("run/load"))
    parser.add_argument("--only", default="", help="pages whose address holds this")
    parser.add_argument("--role", default="", help="of ACCOUNTS")
    parser.add_argument("--over", type=float, default=0, help="list only what takes longer (ms)")
    parser.add_argument("--statements", action="store_true", help="with the slowest statements of each")
    asked = parser.parse_args()
    from bihuan.live import installation

    with installation.opened(str(asked.folder / "data")) as here:
        os.environ.update(here.environment())
        os.environ.update(_desk())
        import django

        django.setup()
        for role, number in ACCOUNTS.items():
            if asked.role in role:
                key = people.session(asked.folder / "sessions", number)
                _role(role, key, asked)
    return 0


def _desk() -> dict[str, str]:
    """The environment of the web processes: from a process of the owner's."""
    script = (
        "import django, json, os; django.setup(); from bihuan.access import ground; "
        "print(json.dumps(ground.open_desk(os.environ['DATABASE_URL'], os.environ['BIHUAN_SECRET_KEY'])))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _role(role: str, key: str, asked: argparse.Namespace) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = key
    for kind, address in _addresses(client):
        if asked.only not in f"{kind} {address}":
            continue
        cost = _cost(client, address)
        if cost.whole < asked.over:
            continue
        print(
            f"{role:14} {cost.whole:7.0f} ms, database {cost.database:6.0f}, processor {cost.processor:5.0f}, "
            f"{cost.statements:3} statements  {kind}: {address[:90]}",
            flush=True,
        )
        if asked.statements:
            for ms, sql in cost.slowest:
                print(f"        {ms:6.0f} ms  {sql[:1500]}")


def _addresses(client: Any) -> Iterator[tuple[str, str]]:
    for kind, pages in PAGES.items():
        yield from ((kind, page) for page in pages)
    for kind, (pattern, where) in LINKS.items():
        if where:
            found = list(dict.fromkeys(re.findall(pattern, client.get(where).content.decode())))
            yield from ((kind, link) for link in found[:3])
            continue
        groups = client.get("/holes/?group=loop").content.decode()
        for hole in dict.fromkeys(re.findall(r"[?;&]hole=([a-z_]+\.[a-z_]+)", groups)):
            page = client.get(f"/holes/?hole={hole}").content.decode()
            yield from ((f"{kind} {hole}", link) for link in re.findall(pattern, page)[:1])


def _cost(client: Any, address: str) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    made = []
    for _ in range(TIMES + 1):
        began, worked = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
            answer.getvalue()
        took, busy = time.perf_counter() - began, time.process_time() - worked
        if answer.status_code != 200:
            print(f"        {answer.status_code} {address}")
        slow = sorted(((float(q["time"]) * 1000, q["sql"]) for q in seen.captured_queries), reverse=True)
        made.append(Cost(1000 * took, sum(ms for ms, _ in slow), 1000 * busy, len(slow), slow[:4]))
        if took > 2:
            break
    made = made[1:] or made
    middle = sorted(made, key=lambda c: c.whole)[len(made) // 2]
    middle.processor = statistics.median(c.processor for c in made)
    return middle


if __name__ == "__main__":
    sys.exit(main())
