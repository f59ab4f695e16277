"""The walk of fifty people through the desk, for locust. Started by ``python -m bench.desk``, which makes the county and
the accounts; addresses are taken from the pages themselves, as a person would follow them.

Everybody holds a stream of events, as every open page does, and looks at a page, then thinks for two to six seconds. What
is seldom asked for is asked for more often than people would, so that in six minutes each kind's 95th percentile is no
single request.
"""

from __future__ import annotations

import csv
import http.client
import itertools
import os
import random
import re
import time
from pathlib import Path

import gevent
from locust import HttpUser, between, events, task
from locust.env import Environment

from bench.desk import people
from bihuan.desk.listing import mark

ACCOUNTS = itertools.cycle(range(50))

LEDGERS = ("people", "monitoring", "samples", "check_ins", "vaccinations", "groups", "measures", "arrivals", "units")
SURNAMES = "王李张刘陈杨赵黄周吴"
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


class Somebody(HttpUser):
    """One person at the desk: which of the fifty, the order of their coming says."""

    wait_time = between(2, 6)

    def on_start(self) -> None:
        number = next(ACCOUNTS)
        self.random = random.Random(number)
        self.listener: gevent.Greenlet | None = None
        self.found: dict[str, list[str]] = {}
        self.client.cookies.set("sessionid", people.session(Path(os.environ["BENCH_SESSIONS"]), number))
        self.page("/", "overview")

    def on_stop(self) -> None:
        if self.listener is not None:
            self.listener.kill()

    def page(self, address: str, name: str, **more: object) -> str:
        """A page; its links are kept, and its stream of events takes the place of the last one's."""
        answer = self.client.get(address, name=name, **more)
        if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", ""):
            self._keep(answer.text)
            self._listen()
        return answer.text

    def _token(self, page: str) -> str:
        found = _CSRF.search(page)
        return found.group(1) if found else ""

    def _keep(self, page: str) -> None:
        for kind, pattern in (
            ("hole", r'href="(/holes/[A-Za-z0-9_-]{20,})[?"]'),
            ("row", r'href="(/ledgers/\w+/row/[^"?/]+)[?"]'),
            ("person", r'href="(/of/person/[^"?]+)[?"]'),
            ("unit", r'href="(/of/unit/[^"?]+)[?"]'),
            ("officer", r'href="(/of/officer/[^"?]+)[?"]'),
            ("area", r'href="(/of/area/[^"?]+)[?"]'),
        ):
            links = re.findall(pattern, page)
            if links:
                self.found[kind] = links
        further = re.search(r'rel="next" href="([^"]+)"', page)
        self.found["next"] = [further.group(1).replace("&amp;", "&")] if further else []

    def _listen(self) -> None:
        if self.listener is not None:
            self.listener.kill()
        self.listener = gevent.spawn(self._stream)

    def _stream(self) -> None:
        """As a browser listens; cut off as the next page opens."""
        where = http.client.HTTPConnection(self.host.removeprefix("http://"))
        try:
            where.request("GET", "/events", headers={"Cookie": f"sessionid={self.client.cookies['sessionid']}"})
            answer = where.getresponse()
            while answer.read1(1000):
                pass
        except OSError:
            pass
        finally:
            where.close()

    def _follow(self, kind: str, name: str, ending: str = "") -> None:
        links = self.found.get(kind)
        if links:
            self.page(self.random.choice(links) + ending, name)

    @task(8)
    def overview(self) -> None:
        self.page("/", "overview")

    @task(10)
    def holes(self) -> None:
        self.page("/holes/", "holes")
        gevent.sleep(self.random.uniform(1, 3))
        self._follow("hole", "one hole")

    @task(6)
    def holes_filtered(self) -> None:
        query = self.random.choice(
            [
                *("sev=急", "sev=重", "loop=group", "loop=measure", "loop=arrival", "state=pending", "state=closed"),
                *("sort=since", "kind=person", "owner=none", "q=接种", "since=2022-01-05"),
            ]
        )
        self.page(f"/holes/?{query}", "holes, filtered")

    @task(3)
    def holes_deep(self) -> None:
        after = mark([2, _moment(f"2021-12-{self.random.randint(1, 28):02}T00:00:00"), self.random.randint(1, 40_000)])
        self.page(f"/holes/?after={after}", "holes, deep")
        for _ in range(3):
            if not self.found["next"]:
                break
            gevent.sleep(self.random.uniform(0.5, 1.5))
            self.page(_within("/holes/", self.found["next"][0]), "holes, deep")

    @task(3)
    def holes_grouped(self) -> None:
        self.page(f"/holes/?group={self.random.choice(('owner', 'unit', 'area', 'loop'))}", "holes, grouped")

    @task(2)
    def pressure(self) -> None:
        self._follow("hole", "one hole: who was told", "/pressure")

    @task(6)
    def mine(self) -> None:
        self.page("/mine/", "my work")

    @task(2)
    def ledgers(self) -> None:
        self.page("/ledgers/", "ledgers")

    @task(8)
    def ledger(self) -> None:
        self.page(f"/ledgers/{self.random.choice(LEDGERS)}/", "a ledger")

    @task(4)
    def ledger_deep(self) -> None:
        name = self.random.choice(LEDGERS[:6])
        self.page(f"/ledgers/{name}/?after={mark([self.random.randint(1, 400_000)])}", "a ledger, deep")

    @task(3)
    def ledger_filtered(self) -> None:
        chosen = self.random.choice(
            [
                *("samples/?f.result=阳", "samples/?f.sampled_at.from=2022-01-05", "people/?f.area=610723001"),
                *("measures/?f.kind=集中隔离", "monitoring/?f.at.from=2022-01-06", "check_ins/?f.unit=U000217"),
                *("people/?f.needs_care=是", "monitoring/?sort=key", "arrivals/?f.mode=航班"),
                "groups/?f.group=养老院老人",
            ]
        )
        self.page(f"/ledgers/{chosen}", "a ledger, filtered")

    @task(3)
    def ledger_searched(self) -> None:
        ledger = self.random.choice(("people", "units", "officers", "samples", "vaccinations"))
        self.page(
            f"/ledgers/{ledger}/?q={self.random.choice(SURNAMES)}{self.random.choice('伟芳敏静')}", "a ledger, searched"
        )

    @task(5)
    def row(self) -> None:
        self.page(f"/ledgers/{self.random.choice(LEDGERS[:3])}/", "a ledger")
        gevent.sleep(self.random.uniform(0.5, 2))
        self._follow("row", "one row")

    @task(8)
    def subjects(self) -> None:
        kind = self.random.choice(("person", "unit", "officer", "area"))
        self._follow(kind, f"one {kind}")

    @task(6)
    def search(self) -> None:
        page = self.client.get("/search", name="search (form)").text
        wanted = self.random.choice((self.random.choice(SURNAMES) + "秀英", "A000777", "U000217", "没有这个人"))
        self.client.post("/search", {"q": wanted, "csrfmiddlewaretoken": self._token(page)}, name="search")

    @task(12)
    def others(self) -> None:
        name = self.random.choice(
            ("loops", "areas", "orders", "instructions", "inspections", "tickets", "rosters", "briefings", "account")
        )
        self.page(f"/{name}/", name)

    @task(2)
    def drawn(self) -> None:
        self.page(f"/inspections/?seed={self.random.randint(1, 999)}&n=5", "inspections, drawn")

    @task(4)
    def within(self) -> None:
        area = self.random.choice(("610723001", "610723101", "610723102"))
        where, name = self.random.choice((("/", "overview"), ("/holes/", "holes"), ("/ledgers/samples/", "a ledger")))
        self.page(f"{where}?in={area}", f"{name}, of a town")

    @task(6)
    def as_of(self) -> None:
        where, name = self.random.choice(
            (("/", "overview"), ("/holes/", "holes"), ("/ledgers/measures/", "a ledger"), ("/loops/", "loops"))
        )
        self.page(f"{where}?at={people.AS_OF}", f"{name}, as of the day before")

    @task(2)
    def file(self) -> None:
        self.client.get("/holes/file.csv?sev=急", name="file of holes (small)")
        self.client.get("/ledgers/tickets/file.xlsx", name="file of a ledger (small)")

    @task(3)
    def save(self) -> None:
        person = self.found.get("person")
        if person is None:
            return
        address = "/ledgers/monitoring/new"
        answer = self.client.get(address, name="form of a row")
        if answer.status_code != 200:
            return
        page = answer.text
        form = dict(_FIELD.findall(page))
        form |= {
            "csrfmiddlewaretoken": self._token(page),
            "at": "2022-01-06T13:30",
            "temperature": "36.6",
            "symptoms": "无",
        }
        form |= {"row": f"LOAD{self.random.randint(0, 10**9):09}", "person": self._document()}
        with self.client.post(address, form, name="a row saved", catch_response=True, allow_redirects=False) as answer:
            # 403: not whose role or area it is, as it should be.
            if answer.status_code in (302, 403):
                answer.success()
            else:
                answer.failure(str(answer.status_code))

    def _document(self) -> str:
        return self.random.choice(DOCUMENTS) if DOCUMENTS else ""


DOCUMENTS: list[str] = []


@events.test_start.add_listener
def _documents(environment: object, **_: object) -> None:
    """Identity numbers of the county's roll, for rows that are saved."""
    path = Path(os.environ["BENCH_COUNTY"]) / "people.csv"
    with path.open(encoding="utf-8-sig") as file:
        column = next(file).strip().split(",").index("证件号码")
        DOCUMENTS.extend(line.split(",")[column] for line in itertools.islice(file, 500))


@events.test_start.add_listener
def _each(environment: Environment, **_: object) -> None:
    """Every request with its moment, for whoever wants to know what a slow one waited for."""
    file = Path(os.environ["BENCH_REQUESTS"]).open("w", encoding="utf-8", newline="")  # noqa: SIM115
    writer = csv.writer(file)
    writer.writerow(("at", "ms", "page", "address"))

    def note(name: str, response_time: float, url: str | None = None, **_: object) -> None:
        writer.writerow((f"{time.time() - response_time / 1000:.3f}", round(response_time), name, url or ""))

    environment.events.request.add_listener(note)
    environment.events.test_stop.add_listener(lambda **_: file.close())


def _moment(text: str) -> object:
    import datetime as dt

    return dt.datetime.fromisoformat(text)


def _within(page: str, link: str) -> str:
    return page + link if link.startswith("?") else link
