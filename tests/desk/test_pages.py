"""Every page of the desk on the demo county: it answers in both languages, in a bounded number of statements, shows no
identity number, and its figures are those of its rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from bihuan.desk import access, closing, listing, rows, tokens
from bihuan.desk.security import POLICY
from bihuan.desk.views import mine
from bihuan.live import actions
from bihuan.live.models import Hole
from tests.desk.conftest import Browser

IDENTITY = re.compile(r"(?<![0-9A-Za-z*])[1-9]\d{16}[\dX](?![0-9A-Za-z])")


def a_hole(name: str) -> Any:
    found = Hole.objects.filter(hole=name, state="open").first()
    assert found is not None, name
    return found


def address_of(hole: Any) -> str:
    return "/holes/" + tokens.seal("hole", f"{hole.hole}/{hole.subject}/{hole.item}")


def pages() -> dict[str, str]:
    """Name → address, of one page of each kind."""
    gap = a_hole("measure.gap")
    person, measure = gap.subject, gap.item
    return {
        "overview": "/",
        "wall": "/?wall=1",
        "holes": "/holes/",
        "pending": "/holes/?state=pending",
        "closed": "/holes/?state=closed",
        "by_owner": "/holes/?group=owner",
        "by_unit": "/holes/?group=unit",
        "by_area": "/holes/?group=area",
        "by_loop": "/holes/?group=loop",
        "hole": address_of(gap),
        "pressure": address_of(gap) + "/pressure",
        "loops": "/loops/",
        "ledgers": "/ledgers/",
        "ledger": "/ledgers/measures/",
        "people": "/ledgers/people/?q=陈",
        "row": "/ledgers/measures/row/" + tokens.seal("measures", measure),
        "row_edit": "/ledgers/measures/row/" + tokens.seal("measures", measure) + "/edit",
        "row_new": "/ledgers/measures/new?for=" + address_of(gap).removeprefix("/holes/"),
        "person": "/of/person/" + tokens.seal("person", person),
        "unit": "/of/unit/" + a_hole("measure.crowded").subject,
        "area": "/of/area/610723001",
        "areas": "/areas/",
        "officer": "/of/officer/" + gap.owner,
        "orders": "/orders/",
        "all_orders": "/orders/?all=1",
        "mine": "/mine/",
        "import": "/import/",
        "keys": "/keys",
        "inspections": "/inspections/?n=5&seed=1",
        "instructions": "/instructions/",
        "tickets": "/tickets/",
        "rosters": "/rosters/",
        "briefings": "/briefings/",
        "telling": "/telling/",
        "told": "/told/",
        "notices": "/notices/",
        "notice_new": "/notices/new",
    }


NAMES = (
    *("overview", "wall", "holes", "pending", "closed", "by_owner", "by_unit", "by_area", "by_loop", "hole", "loops"),
    *("ledgers", "ledger", "people", "row", "row_edit", "row_new", "person", "unit", "area", "areas", "officer"),
    *(
        "orders",
        "all_orders",
        "mine",
        "import",
        "keys",
        "inspections",
        "instructions",
        "tickets",
        "rosters",
        "briefings",
        "telling",
        "told",
        "notices",
        "notice_new",
    ),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_speaks_both_languages_and_shows_nobodys_number(browser: Browser, name: str) -> None:
    path = pages()[name]
    zh, en = browser.get(path), browser.get(path, lang="en")
    assert (zh.status_code, en.status_code) == (200, 200)
    assert zh.headers["Content-Security-Policy"] == POLICY
    assert '<html lang="zh-CN"' in zh.content.decode()
    assert '<html lang="en"' in en.content.decode()
    for answer in (zh, en):
        text = answer.content.decode()
        assert not IDENTITY.findall(text)
        assert "{%" not in text and "{{" not in text


# A page's own statements, session and account included. None may grow with the rows it shows.
BUDGET = {"overview": 16, "wall": 17, "hole": 17, "row_new": 16, "person": 12, "unit": 13, "area": 16, "row_edit": 12}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_takes_a_bounded_number_of_statements(browser: Browser, name: str) -> None:
    path = pages()[name]
    browser.queries(path)
    assert browser.queries(path) <= BUDGET.get(name, 12)


def test_a_list_takes_as_many_statements_for_one_row_as_for_fifty(browser: Browser) -> None:
    few = browser.queries("/holes/", hole="measure.gap")
    many = browser.queries("/holes/")
    assert many <= few + 1
    measure = a_hole("measure.gap").item
    assert browser.queries("/ledgers/measures/", q=measure) == browser.queries("/ledgers/measures/")


def test_figures_of_the_overview_are_those_of_their_rows(browser: Browser) -> None:
    figures = browser.get("/").context["figures"]
    held = Hole.objects.filter(state="open")
    counts = {s: held.filter(severity=s).count() for s in "急重常"}
    assert (figures.urgent, figures.serious, figures.routine) == (counts["急"], counts["重"], counts["常"])
    assert browser.get("/holes/", sev="急").context["number"] == counts["急"]
    inside = browser.get("/", **{"in": "610723"}).context["figures"]
    assert inside.urgent == held.filter(severity="急", area__startswith="610723").count()


def test_what_nobody_in_particular_has_to_do_stands_worst_first(browser: Browser) -> None:
    overdue = browser.get("/mine/").context["lists"][0]
    shown = [card["hole"] for card in overdue["cards"]]
    every = Hole.objects.filter(state="open", hole__in={h.hole for h in Hole.objects.all() if closing.ways(h.hole)})
    wanted = sorted(every, key=lambda h: ("急重常".index(h.severity), h.since, h.pk))
    assert [h.pk for h in shown] == [h.pk for h in wanted[: mine.MOST]]
    assert overdue["more"] and len({h.severity for h in shown}) > 1


def test_large_ledgers_are_counted_as_far_as_a_page_may(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def people(**query: str) -> rows.Count:
        rooms = browser.get("/ledgers/", **query).context["rooms"]
        return next(count for room in rooms for ledger, count in room["ledgers"] if ledger.name == "people")

    whole = people()
    assert not whole.about and not whole.more and whole.number > 1000
    monkeypatch.setattr(listing, "COUNTED", 1000)
    monkeypatch.setattr(rows, "REACHED", 1000)
    monkeypatch.setattr(rows, "SCATTERED", 20)
    assert people().about and abs(people().number - whole.number) < whole.number / 10
    assert people(**{"in": "610723"}) == rows.Count(20, more=True)
    assert people(**{"in": "610723001"}) == rows.Count(20, more=True)
    assert '<b class="fig">20+</b>' in browser.get("/ledgers/", **{"in": "610723001"}).content.decode()


def test_pages_of_the_list_follow_each_other_without_gap_or_repetition(browser: Browser) -> None:
    seen: list[int] = []
    after = ""
    for _ in range(20):
        page = browser.get("/holes/", state="open", after=after).context["page"]
        seen += [h.pk for h in page.rows]
        if not page.after:
            break
        after = page.after
    assert len(seen) == len(set(seen)) == Hole.objects.filter(state="open").count()
    ranks = ["急重常".index(s) for s in Hole.objects.in_bulk(seen) and [Hole.objects.get(pk=k).severity for k in seen]]
    assert ranks == sorted(ranks)


def test_pages_of_a_ledger_follow_each_other(browser: Browser) -> None:
    from bihuan.domains import catalogue

    model = next(m for m in catalogue.models() if m.ledger.name == "arrivals")
    keys: list[str] = []
    after, pages = "", 0
    while True:
        page = browser.get("/ledgers/arrivals/", after=after).context["page"]
        keys += [r.key for r in page.rows]
        if not page.after:
            break
        after = page.after
        pages += 1
    assert pages > 3
    assert len(keys) == len(set(keys)) == model.objects.count()


def test_filters_narrow_and_say_so(browser: Browser) -> None:
    answer = browser.get("/holes/", sev="急", loop="measure")
    assert {h.severity for h in answer.context["page"].rows} == {"急"}
    assert {h.hole.split(".")[0] for h in answer.context["page"].rows} == {"measure"}
    assert "隔离管控" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"loop": "nonsense"}, "不认识"),
        ({"state": "nonsense"}, "没有“nonsense”这种状态"),
        ({"at": "nonsense"}, "读不出截至时间"),
        ({"in": "nonsense"}, "不是区划代码"),
        ({"since": "nonsense"}, "不认识"),
    ],
)
def test_a_word_that_names_nothing_is_said_and_left_out(browser: Browser, query: dict[str, str], said: str) -> None:
    answer = browser.get("/holes/", **query)
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_an_identity_number_typed_into_a_filter_stands_in_no_address(browser: Browser) -> None:
    person = a_hole("measure.gap").subject
    answer = browser.get("/holes/", q=person)
    assert answer.status_code == 302
    assert person not in answer.headers["Location"]
    followed = browser.client.get(answer.headers["Location"])
    assert {h.subject for h in followed.context["page"].rows} == {person}


def test_search_finds_people_by_number_and_name(browser: Browser) -> None:
    person = a_hole("measure.gap").subject
    answer = browser.client.post("/search", {"q": person})
    assert answer.status_code == 302
    assert "/of/person/" in answer.headers["Location"]
    assert person not in answer.headers["Location"]


def test_a_hole_shows_its_missing_row_as_a_gap_and_the_form_that_closes_it(browser: Browser) -> None:
    answer = browser.get(address_of(a_hole("measure.gap")))
    text = answer.content.decode()
    assert "tick-missing" in text
    assert "/ledgers/measures/new?for=" in text
    assert any(e["row"].rests for e in answer.context["line"] if "row" in e)


def test_the_form_hides_the_number_that_it_begins_with(browser: Browser) -> None:
    hole = a_hole("measure.gap")
    answer = browser.get("/ledgers/measures/new", **{"for": address_of(hole).removeprefix("/holes/")})
    fields = {f.column.name: f for f in answer.context["form"].fields}
    field = fields["person"]
    assert (field.value, field.shown) == ("", hole.subject[:6] + "*" * 8 + hole.subject[14:])
    assert tokens.unseal("cell", field.sealed) == hole.subject
    # The next stage is a row of its own, on the ground of the one before.
    last = access.model_of("measures").objects.get(measure=hole.item)
    assert fields["measure"].value not in ("", hole.item)
    assert (fields["ground"].value, fields["arrival"].value) == (last.ground, last.arrival)


def test_orders_mark_who_differs_without_ground(browser: Browser) -> None:
    answer = browser.get("/orders/")
    assert answer.context["unfounded"] == Hole.objects.filter(hole="order.differs", state="open").count() == 1


def test_an_export_holds_what_is_filtered_and_no_number(browser: Browser) -> None:
    answer = browser.get("/holes/file.csv", sev="急")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + Hole.objects.filter(state="open", severity="急").count()
    assert lines[0].startswith("hole,name,severity")
    assert not IDENTITY.findall("\n".join(lines))


def test_who_is_not_signed_in_sees_the_sign_in_page_alone(county: object) -> None:
    client = Client()
    for path in ("/", "/holes/", "/ledgers/people/", "/holes/file.csv", "/import/", "/orders/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login")
    assert client.get("/healthz").status_code == 200


def test_addresses_that_name_nothing_are_not_found(browser: Browser) -> None:
    for path in (
        "/holes/xyz",
        "/of/person/xyz",
        "/ledgers/nonsense/",
        "/of/area/61072x",
        "/of/nonsense/1",
        "/import/x/",
    ):
        assert browser.get(path).status_code == 404, path


def test_an_area_that_its_ledger_lacks_has_a_page_that_says_so(browser: Browser) -> None:
    """Rows name areas elsewhere, such as where somebody came from."""
    row = {"order": "ORX", "document": "试发〔2022〕1号", "area": "610723999", "since": "2022-01-06 09:00"}
    saved = actions.save_rows(
        actions.SYSTEM, "orders", [row | {"key": "post.test_d.隔离点服务", "value": "1"}], token="ORX"
    )
    assert not saved.rejects
    shown = browser.get("/of/area/610723999").content.decode()
    assert "区域台账里没有这个编码" in shown and "ORX" in shown
    elsewhere = browser.get("/of/area/310115").content.decode()
    assert "区域台账里没有这个编码" in elsewhere
    assert 'class="ring"' not in elsewhere, "nothing is known there: no loop is closed"
    ours = browser.get("/of/area/610723001").content.decode()
    assert "区域台账里没有这个编码" not in ours and 'class="ring"' in ours


def test_the_language_stays_chosen(browser: Browser) -> None:
    answer = browser.client.post("/language", {"lang": "en", "next": "/holes/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/holes/")
    assert browser.client.cookies["bihuan_lang"].value == "en"
    assert (
        browser.client.post("/language", {"lang": "zh", "next": "https://elsewhere.example/"}).headers["Location"]
        == "/"
    )


def test_a_change_of_an_order_shows_what_it_opens_before_it_is_saved(browser: Browser) -> None:
    row = {"order": "ORX", "document": "试发〔2022〕1号", "area": "610723", "since": "2022-01-06 14:00"}
    answer = browser.client.post("/orders/try", row | {"key": "post.test_d.隔离点服务", "value": "0"})
    effect = answer.context["effect"]
    held = Hole.objects.filter(hole="post.untested", state="open", order__startswith="post.test_d.隔离点服务")
    stood = held.count()
    assert stood > 0
    assert sum(h["hole"] == "post.untested" for h in effect.closes) == stood
    assert held.count() == stood


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"key": "nonsense"}, "key"),
        ({"value": "often"}, "value"),
        ({"since": "soon"}, "since"),
        ({"document": ""}, "document"),
    ],
)
def test_an_order_that_cannot_be_read_is_not_tried(browser: Browser, change: dict[str, str], column: str) -> None:
    row = {
        "order": "ORX",
        "document": "试",
        "area": "610723",
        "since": "2022-01-06",
        "key": "site.check_d",
        "value": "3",
    }
    answer = browser.client.post("/orders/try", row | change)
    assert answer.status_code == 422
    assert [f.column.name for f in answer.context["form"].fields if f.fault] == [column]


def test_my_work_lists_what_is_mine_the_overdue_first(browser: Browser) -> None:
    owner = a_hole("measure.gap").owner
    lists = browser.get("/mine/", officer=owner).context["lists"]
    overdue = [c["hole"] for c in lists[0]["cards"]]
    assert {h.pk for h in overdue} == set(Hole.objects.filter(state="open", owner=owner).values_list("pk", flat=True))
    assert all(h.escalated_to == owner and h.owner != owner for h in (c["hole"] for c in lists[3]["cards"]))


def test_a_draw_may_be_repeated_from_its_address(browser: Browser) -> None:
    units = [[d["row"]["unit"] for d in browser.get("/inspections/", n="5", seed=s).context["drawn"]] for s in "112"]
    assert units[0] == units[1] != units[2]
    only = browser.get("/inspections/", n="3", seed="1", kind="养老院").context["drawn"]
    assert {d["row"]["kind"] for d in only} == {"养老院"}


def test_the_tree_of_instructions_shows_idle_and_vague_ones(browser: Browser) -> None:
    context = browser.get("/instructions/").context
    idle = {i["instruction"] for i in context["tree"] if i["late"]}
    assert idle == set(Hole.objects.filter(hole="instruction.idle", state="open").values_list("subject", flat=True))
    tasks = [t for i in context["tree"] for t in i["tasks"]] + context["loose"]
    vague = set(Hole.objects.filter(hole="task.vague", state="open").values_list("subject", flat=True))
    assert {t["task"] for t in tasks if t["state"] == "vague"} == vague
    late = set(Hole.objects.filter(hole="task.overdue", state="open").values_list("subject", flat=True))
    assert late <= {t["task"] for t in tasks if t["state"] in ("late", "vague")}


def test_tickets_stand_in_their_lanes_with_their_holes(browser: Browser) -> None:
    lanes = browser.get("/tickets/").context["lanes"]
    shown = {r["ticket"]: r["hole"] for lane in lanes for r in lane["rows"]}
    open_ = Hole.objects.filter(hole__startswith="ticket.", state="open")
    assert {h.subject for h in open_} == {k for k, h in shown.items() if h and h.state == "open"}


def test_a_roster_draws_the_gap_that_nobody_covers(browser: Browser) -> None:
    posts = browser.get("/rosters/").context["posts"]
    gaps = {h.subject for h in Hole.objects.filter(hole__in=("guard.gap", "guard.leaderless"), state="open")}
    assert gaps == {p["post"] for p in posts if p["marks"]}
    assert all(0 <= m["x"] <= 100 and m["w"] > 0 for p in posts for m in p["marks"])


def test_a_moment_that_is_not_audited_yet_says_so_and_asks_again(browser: Browser) -> None:
    answer = browser.get("/", at="2022-01-03T08:00")
    assert answer.status_code == 202
    assert "data-reload" in answer.content.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_goes_wrong_is_said_in_a_sentence(browser: Browser, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from bihuan.desk.views import loops

    said = {
        "zh": ("数据库暂时连不上", "没有这一页", "这个地址只收表单"),
        "en": ("The database can", "There is no such page", "This address only takes a form"),
    }[lang]
    assert said[1] in browser.get("/holes/xyz", lang=lang).content.decode()
    unsent = browser.get("/import/x/drop", lang=lang)
    assert (unsent.status_code, unsent["Allow"]) == (405, "POST") and said[2] in unsent.content.decode()
    monkeypatch.setattr(loops.tallies, "standing", lambda asked: (_ for _ in ()).throw(OperationalError("gone")))
    answer = browser.get("/loops/", lang=lang)
    assert answer.status_code == 503
    assert said[0] in answer.content.decode()


def test_who_may_not_record_a_ledger_is_offered_no_form_of_it(browser: Browser) -> None:
    from bihuan.access import scope
    from bihuan.access.models import Account

    hole = a_hole("measure.gap")
    with scope.system():
        inspector = Account.objects.create(username="wangwu", role="督查", whole=True)
    browser.client.force_login(inspector)
    assert browser.get(address_of(hole)).context["buttons"] == []
    text = browser.get("/ledgers/measures/").content.decode()
    assert "/ledgers/measures/new" not in text
    assert "/ledgers/findings/new" in browser.get("/ledgers/findings/").content.decode()


def test_who_is_no_officer_sees_as_his_work_what_his_group_records(browser: Browser) -> None:
    from bihuan.access import roles, scope
    from bihuan.access.models import Account
    from bihuan.desk import closing

    with scope.system():
        group = Account.objects.create(username="lenglian", role="专班", group="冷链", whole=True)
    browser.client.force_login(group)
    holes = [card["hole"].hole for one in browser.get("/mine/").context["lists"] for card in one["cards"]]
    assert "lot.loose" in holes and "ticket.late" not in holes
    assert all(any(roles.writes("专班", "冷链", way.ledger) for way in closing.ways(hole)) for hole in holes)


def test_an_officer_is_found_by_name_where_a_form_wants_his_number(browser: Browser) -> None:
    officer, name = Hole.objects.exclude(owner=None).exclude(owner_name=None).values_list("owner", "owner_name")[0]
    asked = {"ledger": "officers", "officer": name}
    assert f'data-fill="{officer}"' in browser.get("/ledgers/lookup", **asked).content.decode()
    assert name in browser.get("/ledgers/lookup", **(asked | {"officer": officer})).content.decode()
    text = browser.get("/ledgers/lookup", **(asked | {"officer": "没有这个人"})).content.decode()
    assert "没有这个编号或名称" in text and "data-fill" not in text
