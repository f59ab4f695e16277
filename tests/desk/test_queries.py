"""No page asks more of the database because the ledgers hold more, and a list's last page costs what its first one does."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, resolve

from bihuan.desk import listing, rows, trails, urls
from bihuan.live import tables
from bihuan.live.models import Hole
from tests.desk import test_pages
from tests.desk.conftest import Browser

TIMES = 3
"""How often everything is there once more in the larger county."""

ASIDE = {
    *("healthz", "language", "events", "keys", "logout"),  # no page, or one that shows no rows
    *(
        "save_view",
        "comment",
        "reassign",
        "attach",
        "row_retract",
        "numbers",
        "import_confirm",
        "import_drop",
        "briefing_act",
    ),  # sent
    *(
        "holes_file",
        "ledger_file",
        "ledger_blank",
        "briefing_file",
        "attachment",
        "holes_whole",
        "ledger_whole",
    ),  # files
    *(
        "briefing_draft",
        "call_off",
        "delegate",
        "set_channel",
        "set_gateway",
        "telling_trial",
        "notice_act",
    ),  # sent too
    *("lookup", "import", "import_preview", "order_try", "search"),  # asked with something to look for
    *("briefing", "notice"),  # one that was written once
    "gateways",  # a handful, of administrators alone
}
"""Addresses that are no lists of anything."""
MORE = {"looks": "/account/looks"}
SIGNING = ("login", "account", "mfa")


def _grown() -> None:
    """Every row and every hole TIMES more, under further keys, where the first ones are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bihuan.bulk', 'on', true)")
        for ledger in tables.ledgers().values():
            key = ledger.key[0]
            kept = [c.name for c in ledger.all_columns if c.name != key] + [
                "from_batch",
                "latest",
                "in_place",
                "in_home",
                "in_also",
            ]
            listed = ", ".join(tables.quoted(c) for c in kept)
            more = ", ".join(f"({n})" for n in range(TIMES))
            # Areas are a tree that every page draws: twice as many towns would be another county.
            if ledger.name != "areas":
                cursor.execute(
                    f"INSERT INTO {tables.table(ledger)} ({tables.quoted(key)}, {listed}) "
                    f"SELECT l.{tables.quoted(key)} || '-' || n, {listed} FROM {tables.table(ledger)} l, (VALUES {more}) x (n)"
                )
        cursor.execute("SELECT set_config('bihuan.bulk', '', true)")
        _more_holes(TIMES)
        cursor.execute(
            "INSERT INTO live_span (of_id, since, opened_at, closed_at) SELECT h.id, s.since, s.opened_at, s.closed_at "
            "FROM live_span s JOIN live_hole o ON o.id = s.of_id JOIN live_hole h ON h.hole = o.hole "
            "AND h.subject = o.subject AND h.item LIKE o.item || '~%%' AND h.item <> o.item"
        )


@pytest.mark.long
def test_pages_ask_as_much_of_a_larger_county(browser: Browser) -> None:
    addresses = test_pages.pages() | MORE
    few = {name: (browser.queries(path), browser.queries(path))[1] for name, path in addresses.items()}
    with transaction.atomic():
        _grown()
        many = {name: browser.queries(path) for name, path in addresses.items()}
        transaction.set_rollback(True)
    # One more where a list that was short has a further kind of row to name, never one a row.
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name] + 1}
    assert not grown


def test_every_page_is_counted(browser: Browser) -> None:
    """Whatever address is added is one of the pages above, or is put aside with a reason."""
    counted = {resolve(path.partition("?")[0]).url_name for path in (test_pages.pages() | MORE).values()}
    every = {p.name for p in urls.urlpatterns if isinstance(p, URLPattern) and p.name}
    missing = {name for name in every - counted - ASIDE if not name.startswith(SIGNING)}
    assert not missing


def _read(browser: Browser, path: str, table: str, **query: str) -> int:
    """Blocks that the statement of a list reads, of the page of an address."""
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(path, **query).status_code == 200
    listing_ = [q["sql"] for q in seen.captured_queries if f'FROM "{table}"' in q["sql"] and "LIMIT 5" in q["sql"]]
    assert listing_, path
    blocks = 0
    with connection.cursor() as cursor:
        for sql in listing_:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql)
            plan: Any = cursor.fetchone()[0]
            top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            blocks += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    return blocks


@pytest.mark.parametrize("ledger", ["check_ins", "samples", "vaccinations", "people"])
@pytest.mark.parametrize("sort", ["", "key"])
def test_the_last_page_of_a_ledger_costs_what_the_first_does(browser: Browser, ledger: str, sort: str) -> None:
    key = tables.ledgers()[ledger].key[0]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables.table(ledger)}")
        cursor.execute(
            f"SELECT min(id), count(*), max(\"{key}\"), pg_relation_size('{tables.table(ledger)}') / 8192 "
            f"FROM {tables.table(ledger)}"
        )
        first, n, last, blocks = cursor.fetchone()
    assert n > 1000
    mark = listing.mark([last, 0]) if sort else listing.mark([first + 60])
    query = {"sort": sort} if sort else {}
    begins = _read(browser, f"/ledgers/{ledger}/", f"ledger_{ledger}", **query)
    ends = _read(browser, f"/ledgers/{ledger}/", f"ledger_{ledger}", after=mark, **query)
    assert ends <= begins + 70 and ends < max(blocks, 60) / 2 + 70


def test_a_county_is_listed_at_the_cost_of_its_page_wherever_its_rows_lie(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county's rows, before and behind which lie those of others by the thousand."""
    monkeypatch.setattr(rows, "REACHED", 100)
    county, ledger = {"in": "610723"}, "check_ins"
    with transaction.atomic(), connection.cursor() as cursor:
        kept = "unit, at, recorded_at, from_batch"
        cursor.execute("SELECT set_config('bihuan.bulk', 'on', true)")
        cursor.execute(
            f"INSERT INTO ledger_check_ins (person, {kept}, in_place, in_home, in_also) SELECT l.person || '-' || n, {kept}, "
            "'610702001', '610702001', CASE WHEN l.id % 500 = n THEN ARRAY['610723001'] END "
            "FROM ledger_check_ins l, generate_series(1, 12) n"
        )
        cursor.execute("SELECT set_config('bihuan.bulk', '', true)")
        cursor.execute("ANALYZE ledger_check_ins")
        cursor.execute(
            "SELECT person FROM ledger_check_ins WHERE latest AND retracted IS NOT TRUE AND (in_place LIKE '610723%%' "
            "OR in_home LIKE '610723%%' OR array_to_string(in_also, ',') LIKE '%%610723%%') ORDER BY id DESC LIMIT 150"
        )
        wanted = [row[0] for row in cursor.fetchall()]
        shown: list[str] = []
        after = ""
        for _ in range(3):
            context = browser.get(f"/ledgers/{ledger}/", **county, **({"after": after} if after else {})).context
            shown += [row.key.partition("|")[0] for row in context["page"].rows]
            after = context["page"].after
        assert shown == wanted and sum("-" in person for person in shown) > 5
        assert not context["exact"] or context["number"] > 150
        unit = browser.get(f"/ledgers/{ledger}/", **county).context["page"].rows[5].cells[1][1]
        cursor.execute(
            "SELECT count(*) FROM ledger_check_ins WHERE latest AND unit = %s AND (in_place LIKE '610723%%' "
            "OR in_home LIKE '610723%%' OR array_to_string(in_also, ',') LIKE '%%610723%%')",
            [unit],
        )
        own = browser.get(f"/ledgers/{ledger}/", **county, **{"f.unit": unit}).context
        assert len(own["page"].rows) == min(50, cursor.fetchone()[0]) == min(50, own["number"])
        cursor.execute(
            "SELECT min(id) + 30, max(id), pg_relation_size('ledger_check_ins') / 8192 FROM ledger_check_ins"
        )
        early, last, blocks = cursor.fetchone()
        for place in (early, last):
            assert (
                _read(browser, f"/ledgers/{ledger}/", f"ledger_{ledger}", **county, after=listing.mark([place])) < 400
            )
        assert blocks > 1000
        transaction.set_rollback(True)


def test_the_line_of_a_unit_is_the_same_where_not_all_of_its_rows_are_read(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lab FROM ledger_samples WHERE lab IS NOT NULL GROUP BY 1 HAVING count(*) > 100 LIMIT 1")
        (lab,) = cursor.fetchone()
    hole = test_pages.address_of(test_pages.a_hole("sample.overdue"))
    for path in (f"/of/unit/{lab}", hole):
        every = [(e["row"].ledger.name, e["at"]) for e in browser.get(path).context["line"] if "row" in e]
        monkeypatch.setattr(trails, "MANY", -1)
        few = [(e["row"].ledger.name, e["at"]) for e in browser.get(path).context["line"] if "row" in e]
        monkeypatch.undo()
        assert few == every and every


def test_the_last_page_of_holes_costs_what_the_first_does(browser: Browser) -> None:
    with transaction.atomic():
        _more_holes(26)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE live_hole")
            cursor.execute("SELECT count(*) FROM live_hole WHERE state = 'open'")
            assert cursor.fetchone()[0] > 1500
        begins = _read(browser, "/holes/", "live_hole")
        last = Hole.objects.filter(state="open", severity="常").order_by("-since", "-pk")[30]
        mark = listing.mark([2, last.since or dt.datetime(1, 1, 1), last.pk])
        ends = _read(browser, "/holes/", "live_hole", after=mark)
        transaction.set_rollback(True)
    assert ends <= 2 * begins + 60


def _more_holes(times: int) -> None:
    """Every hole so many times more, under further items."""
    kept = [f.column for f in Hole._meta.concrete_fields if f.column not in ("id", "item")]
    listed = ", ".join(tables.quoted(c) for c in kept)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO live_hole (item, {listed}) SELECT h.item || '~' || n, {listed} "
            "FROM live_hole h, generate_series(1, %s) n",
            [times],
        )


def test_no_filter_reads_a_large_ledger_from_end_to_end(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a column that no index holds a small ledger is filtered; of a large one the page says that it is not."""
    query = {"f.temperature": "36.5", "f.person": "没有"}
    small = browser.get("/ledgers/monitoring/", **query).context["wanted"]
    assert (len(small.chips), small.faults) == (2, [])
    monkeypatch.setattr(rows, "SORTABLE", 0)
    answer = browser.get("/ledgers/monitoring/", **query)
    assert [chip.column.name for chip in answer.context["wanted"].chips] == ["person"]
    assert "不能按“体温”筛选" in answer.content.decode()


@pytest.mark.parametrize("latest", [20_000, 40, 1])
def test_a_towns_list_is_whole_however_its_pages_are_found(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    """Among the latest rows of all, or by sorting the town's own: the same rows in the same order, each once."""
    monkeypatch.setattr(rows, "LATEST", latest)
    monkeypatch.setattr(rows, "REACHED", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.sample FROM ledger_samples l WHERE l.latest AND l.retracted IS NOT TRUE "
            "AND (l.in_place LIKE '610723001%' OR l.in_home LIKE '610723001%' "
            "OR array_to_string(l.in_also, ',', '') ~ '(^|,)610723001') ORDER BY l.id DESC"
        )
        wanted = [row[0] for row in cursor.fetchall()]
    assert len(wanted) > 120
    found: list[str] = []
    after = ""
    while len(found) < 2 * len(wanted):
        page = browser.get("/ledgers/samples/", **{"in": "610723001"}, **({"after": after} if after else {}))
        found += [row.key for row in page.context["page"].rows]
        after = page.context["page"].after
        if not after:
            break
    assert found == wanted
