"""Any page and any figure at an earlier time is what ``bihuan check --as-of`` finds in the same ledgers, and what a plain
reading of the files says was known then.
"""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bihuan.access import scope
from bihuan.desk import access, knowledge, tallies, tokens
from bihuan.desk import then as audited
from bihuan.desk.models import Snapshot
from bihuan.desk.views.orders import in_force
from bihuan.kernel.ledger import Ledger
from tests.desk.conftest import Browser

Cells = dict[str, str]
MOMENT = "%Y-%m-%dT%H:%M:%S"


@pytest.fixture(scope="module")
def checked(folder: Path, then: dt.datetime, tmp_path_factory: pytest.TempPathFactory) -> list[Cells]:
    """Rows of ``check --as-of``: open ones, to-dos, late closings."""
    out = tmp_path_factory.mktemp("checked") / "holes.csv"
    words = ["check", folder, "--as-of", f"{then:{MOMENT}}", "--pending", "--history", "--out", out]
    subprocess.run([sys.executable, "-m", "bihuan.cli", *map(str, words)], capture_output=True, check=False)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def of_state(checked: list[Cells], state: str) -> list[Cells]:
    return [r for r in checked if r["state"] == state]


@pytest.fixture
def at(then: dt.datetime) -> dict[str, str]:
    return {"at": f"{then:%Y-%m-%dT%H:%M}"}


def listed(browser: Browser, **query: str) -> list[Any]:
    """Every hole of a list, page by page."""
    found: list[Any] = []
    after = ""
    while True:
        page = browser.get("/holes/", after=after, **query).context["page"]
        found += page.rows
        if not page.after:
            return found
        after = page.after


def said(moment: dt.datetime | None) -> str:
    return f"{moment:{MOMENT}}" if moment else ""


@pytest.mark.parametrize(("state", "word"), [("open", "open"), ("pending", "pending"), ("closed", "late")])
def test_the_list_is_what_check_finds(
    browser: Browser, checked: list[Cells], at: dict[str, str], state: str, word: str
) -> None:
    moment = "due" if state == "pending" else "since"
    page = {
        (h.hole, h.subject, h.item, h.severity, h.area or "", said(getattr(h, moment)), h.owner or "")
        for h in listed(browser, state=state, **at)
    }
    columns = ("hole", "subject", "item", "severity", "area", "since", "owner")
    file = {tuple(r[c] for c in columns) for r in of_state(checked, word)}
    if state == "closed":  # of a hole that is open again the page shows that it is open
        again = {(r["hole"], r["subject"], r["item"]) for r in checked if r["state"] != "late"}
        file = {r for r in file if r[:3] not in again}
        # One identity may have closed late more than once: its page tells of one closing.
        assert {r[:3] for r in page} == {r[:3] for r in file}
        assert page <= file
    else:
        assert len(file) > 50
        assert page == file


def test_a_file_of_the_list_holds_the_same_rows(browser: Browser, checked: list[Cells], at: dict[str, str]) -> None:
    answer = browser.get("/holes/file.csv", **at)
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    wanted = Counter((r["hole"], r["area"], r["since"]) for r in of_state(checked, "open"))
    assert Counter((r["hole"], r["area"], r["since"]) for r in rows) == wanted


@pytest.mark.parametrize("area", ["", "610723", "610723001"])
def test_every_figure_of_the_overview(
    browser: Browser, checked: list[Cells], then: dt.datetime, at: dict[str, str], area: str
) -> None:
    context = browser.get("/", **at, **({"in": area} if area else {})).context
    inside = [r for r in checked if r["area"].startswith(area)]
    live = of_state(inside, "open")
    figures = context["figures"]
    by = Counter(r["severity"] for r in live)
    assert (figures.urgent, figures.serious, figures.routine) == (by["急"], by["重"], by["常"])
    for row, _ in context["loops"]:
        own = [r for r in live if r["hole"].split(".")[0] == row.name]
        assert row.open == len(own)
        assert row.pending == sum(r["hole"].split(".")[0] == row.name for r in of_state(inside, "pending"))
    towns = Counter(r["area"][:9] for r in live if len(r["area"]) >= 9)
    tiles = {t.area: t.number for part in context["map"]["parts"] for t in part["drawn"].tiles}
    if not area:
        assert tiles
        assert {t: n for t, n in tiles.items() if n} == {t: n for t, n in towns.items() if t in tiles}
    owners = Counter(r["owner"] for r in live)
    assert all(o["number"] == owners[o["owner"]] for o in context["owners"])
    oldest = sorted(r["since"] for r in live)[: len(context["oldest"])]
    assert [said(old["hole"].since) for old in context["oldest"]] == oldest
    midnight = f"{then:%Y-%m-%dT00:00:00}"
    seen = {(r["hole"], r["subject"], r["item"]): r for r in of_state(inside, "late")}
    seen |= {(r["hole"], r["subject"], r["item"]): r for r in live}
    assert figures.opened == sum(r["since"] >= midnight for r in seen.values())
    assert context["hourly"]["opened"][-1] == sum(r["since"] >= f"{then:%Y-%m-%dT%H:00:00}" for r in seen.values())
    # Every bar is of its own hour, by the rows behind it.
    for hour, number in zip(context["hourly"]["hours"], context["hourly"]["opened"], strict=True):
        begin = dt.datetime.strptime(f"{then.year}-{hour}", "%Y-%m-%d %H:%M")
        ends = begin + dt.timedelta(hours=1)
        assert number == sum(said(begin) <= r["since"] < said(ends) for r in seen.values())


@pytest.mark.parametrize("bound", [{"whole": True}, {"area": "610723"}, {"area": "610723001"}])
@pytest.mark.parametrize("area", ["", "610723001"])
def test_what_was_counted_once_is_what_the_rows_give(
    browser: Browser, at: dict[str, str], monkeypatch: pytest.MonkeyPatch, bound: dict[str, Any], area: str
) -> None:
    """To whoever looks, in whatever area: the tallies of an earlier moment, and its rows counted one by one."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(username="zhangsan").update(**{"whole": False} | bound)
    query = {**at, **({"in": area} if area else {})}

    def seen() -> list[Any]:
        overview, loops = (browser.get(path, **query).context for path in ("/", "/loops/"))
        areas = browser.get("/areas/", **query).context
        return [
            *(overview[word] for word in ("figures", "loops", "owners", "hourly")),
            *(overview["map"][word] for word in ("parts", "above", "key")),
            [(row["name"], row["sum"]) for row in loops["rows"]],
            *(areas[word] for word in ("rows", "loops")),
            overview["nav"][1].count,
        ]

    kept = seen()
    assert kept[-1] > 20
    with monkeypatch.context() as patch:
        patch.setattr(tallies, "_kept", lambda *_: False)
        assert seen() == kept


def test_holes_that_are_written_at_once_lie_where_each_would(county: dt.datetime, rolled_back: None) -> None:
    """What is placed in sets, and what the trigger says row by row."""
    from django.db import connection

    places = "SELECT id, in_place, in_home, in_also FROM desk_then WHERE snapshot_id = %s ORDER BY id"
    with connection.cursor() as cursor:
        # Some are elsewhere too: at the unit that they name, or where their person is seen besides.
        cursor.execute("UPDATE ledger_units SET area = '610724001' WHERE unit IN (SELECT unit FROM live_hole LIMIT 20)")
        cursor.execute("UPDATE ledger_people SET in_also = '{610724002}' WHERE hashtext(person) %% 5 = 0", [])
        made = Snapshot.objects.create(at=dt.datetime(2022, 1, 5, 12), imports=0)
        with scope.system():
            audited.take(made)
        cursor.execute(places, [made.pk])
        at_once = cursor.fetchall()
        cursor.execute("UPDATE desk_then SET in_place = in_place")
        cursor.execute(places, [made.pk])
        assert at_once == cursor.fetchall()
    assert len(at_once) > 500 and all(any(row[n] for row in at_once) for n in (1, 2, 3))


def rows_of(folder: Path, ledger: Ledger) -> list[Cells]:
    path = folder / f"{ledger.name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {c.heading: c.name for c in ledger.all_columns} | {c.name: c.name for c in ledger.all_columns}
    return [{names[h]: v for h, v in r.items()} for r in rows]


def known(ledger: Ledger, row: Cells) -> str:
    """When a row became known, as text that sorts; from the beginning: empty."""
    moment = row.get("recorded_at") or (row[ledger.default_known.name] if ledger.default_known else "")
    return moment.replace(" ", "T")


def standing(folder: Path, ledger: Ledger, at: dt.datetime) -> dict[str, Cells]:
    """Key → the row as known at a moment, read plainly from the file."""
    seen: dict[str, tuple[str, Cells]] = {}
    for row in rows_of(folder, ledger):
        moment = known(ledger, row)
        key = "|".join(row[k] for k in ledger.key)
        if moment <= f"{at:{MOMENT}}" and (key not in seen or seen[key][0] <= moment):
            seen[key] = (moment, row)
    return {key: row for key, (_, row) in seen.items() if row.get("retracted") != "是"}


def test_ledgers_hold_what_was_known_then(
    browser: Browser, folder: Path, then: dt.datetime, at: dict[str, str]
) -> None:
    rooms = browser.get("/ledgers/", **at).context["rooms"]
    numbers = {g.name: count.number for room in rooms for g, count in room["ledgers"]}
    fewer = 0
    for ledger in knowledge.ledgers().values():
        wanted = standing(folder, ledger, then)
        assert numbers[ledger.name] == len(wanted), ledger.name
        fewer += len(wanted) < len(standing(folder, ledger, dt.datetime(2022, 1, 6, 14)))
    assert fewer > 10, "an earlier moment that knows all the same tests nothing"
    for name in ("measures", "tickets", "lot_moves"):
        context = browser.get(f"/ledgers/{name}/", **at).context
        assert context["number"] == numbers[name]
        every = standing(folder, knowledge.ledgers()[name], then)
        assert {r.key for r in context["page"].rows} <= set(every)


def test_a_subject_is_shown_as_known_then(
    browser: Browser, folder: Path, checked: list[Cells], then: dt.datetime, at: dict[str, str]
) -> None:
    live = of_state(checked, "open")
    for kind, column in (("person", "people"), ("unit", "units"), ("lot", "lots")):
        subject = Counter(r["subject"] for r in live if r["subject_kind"] == kind).most_common(1)[0][0]
        token = subject if kind in tokens.PLAIN else tokens.seal(kind, subject)
        context = browser.get(f"/of/{kind}/{token}", **at).context
        page = {(h.hole, h.item) for h in context["holes"] if h.state == "open" and h.subject == subject}
        assert page == {(r["hole"], r["item"]) for r in live if r["subject"] == subject}
        shown = {(e["row"].ledger.name, e["row"].key) for e in context["line"] if "row" in e}
        later = 0
        for ledger in knowledge.ledgers().values():
            refs = [c.name for c in ledger.columns if c.refers == column]
            if not refs or ledger.name == column:
                continue
            named = {k for k, r in standing(folder, ledger, then).items() if subject in [r[c] for c in refs]}
            own = {k for n, k in shown if n == ledger.name}
            assert own == named or (own < named and len(own) >= 15), (kind, ledger.name)
            later += len(named) < sum(subject in [r[c] for c in refs] for r in rows_of(folder, ledger))
        assert context["now"] == then


def test_orders_in_force_then(browser: Browser, folder: Path, then: dt.datetime, at: dict[str, str]) -> None:
    """At a moment before some order began, and after: each cell that an area itself orders."""
    ledger = knowledge.ledgers()["orders"]
    first = min(r["since"].replace(" ", "T") for r in rows_of(folder, ledger))
    early = dt.datetime.fromisoformat(first) - dt.timedelta(days=1)
    sizes = set()
    for moment in (then, early):
        text = said(moment)
        force: dict[tuple[str, str], tuple[str, str, str]] = {}
        for key, row in standing(folder, ledger, moment).items():
            since, until = row["since"].replace(" ", "T"), row["until"].replace(" ", "T")
            if since <= text and (not until or until > text):
                mine = (since, key, row["value"])
                force[row["area"], row["key"]] = max(mine, force.get((row["area"], row["key"]), mine))
        found = {(o.area, o.key): o.value for o in in_force(_asked(moment))}
        assert found == {place: value for place, (_, _, value) in force.items()}
        sizes.add(len(found))
    assert len(sizes) == 2, "some order begins between the two moments"
    context = browser.get("/orders/", **at).context
    own = {(c.own.area, c.own.key) for line in context["rows"] for c in line.cells if c.own}
    codes = {code for code, _ in context["columns"]}
    assert own == {(a, k) for a, k in ((o.area, o.key) for o in in_force(_asked(then))) if a in codes}


def _asked(moment: dt.datetime) -> Any:
    from types import SimpleNamespace

    from bihuan.desk.viewing import Viewing

    return SimpleNamespace(viewing=Viewing(at=moment), user=SimpleNamespace(whole=True))


def test_what_is_recorded_later_changes_no_earlier_page(
    browser: Browser, county: dt.datetime, at: dict[str, str]
) -> None:
    measures = access.model_of("measures")
    row = measures.objects.filter(ended_at__isnull=True).order_by("since").first()
    assert row is not None
    token = tokens.seal("measures", row.measure)
    before = browser.get(f"/ledgers/measures/row/{token}", **at).context["versions"]
    number = browser.get("/ledgers/measures/", **at).context["number"]
    form = {c.name: getattr(row, c.name) for c in knowledge.ledgers()["measures"].columns}
    told = {k: f"{v:%Y-%m-%dT%H:%M}" if isinstance(v, dt.datetime) else v for k, v in form.items() if v is not None}
    answer = browser.client.post(f"/ledgers/measures/row/{token}/edit", told | {"room": "改过的"})
    assert answer.status_code == 302
    live = browser.get(f"/ledgers/measures/row/{token}").context
    assert len(live["versions"]) == len(before) + 1
    assert ("改过的", True) in [(text, changed) for _, text, changed in live["standing"]["cells"]]
    assert browser.get(f"/ledgers/measures/row/{token}", **at).context["versions"] == before
    browser.client.post(f"/ledgers/measures/row/{token}/retract")
    assert browser.get(f"/ledgers/measures/row/{token}").context["standing"] is None
    assert browser.get(f"/ledgers/measures/row/{token}", **at).context["versions"] == before
    assert browser.get("/ledgers/measures/", **at).context["number"] == number


@pytest.mark.parametrize("path", ["/loops/", "/instructions/", "/tickets/", "/rosters/", "/inspections/", "/mine/"])
def test_every_page_says_that_it_shows_an_earlier_moment(browser: Browser, at: dict[str, str], path: str) -> None:
    answer = browser.get(path, **at)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "不是现在" in text
    assert "/new" not in text, "nothing is recorded into the past"
