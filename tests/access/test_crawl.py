"""Every page, file and fragment that a link, a form or an address leads to, as each role of each area: nothing of
elsewhere stands in any of them, and no whole identity or phone number without a purpose.

The county of ``county``, its people under real-looking documents, each with a phone; what is written of them in words
names both. Every text that belongs to one place alone holds that place's mark.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from bihuan.access import accounts, ground, roles, scope
from bihuan.access.accounts import Asked
from bihuan.access.models import Account
from bihuan.desk import then, tokens
from bihuan.live import clock
from tests.access import county
from tests.access.conftest import NOW, signed_in
from tests.own_postgres import as_tested, connect_to, own_database


def document(first: str) -> str:
    """An identity number with its last figure (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


DOCUMENTS = {
    "张三": document("61072319800101111"),
    "李四": document("61072319800101222"),
    "王二": document("61072319800101333"),
    "外人": document("61072419800101444"),
}
STRANGER = document("61072319800101555")
PASSPORT = "E12345678"
PHONES = {name: f"1380000{number}" for name, number in zip(DOCUMENTS, ("6661", "6662", "6663", "6664"), strict=True)}
MARKS = {"张三": "甲东某", "李四": "乙西某", "王二": "丙北某", "外人": "丁外某"}

# What nobody but those who may see somebody ever reads; the second, who sees a row that names him may: the end of his
# document, as it stands when masked.
OF = {name: {MARKS[name], "****" + PHONES[name][-4:]} for name in DOCUMENTS}
ENDS = {name: "****" + DOCUMENTS[name][-4:] for name in DOCUMENTS}
NORTH_ONLY = {"北村隔离点密语", "北村整改密语"}
EAST_ONLY = {"东村诊所密语"}
WEST_ONLY = {"西村超市密语"}

CLINIC = {"李四", "王二"}  # visits of the clinic in the east village
SEES: dict[str, tuple[str, str, dict[str, str], set[str], set[str], set[str]]] = {
    # account: (role, group, what it is bound to, whom it sees, of whom it sees rows beside, further marks that it sees)
    "c-duty": ("值班", "", {"area": "610723"}, set(DOCUMENTS), set(), NORTH_ONLY | EAST_ONLY | WEST_ONLY),
    "c-east": ("干部", "", {"area": "610723001001"}, {"张三"}, CLINIC, EAST_ONLY),
    "c-grid": ("网格员", "", {"area": "610723001001"}, {"张三"}, CLINIC, EAST_ONLY),
    "c-west": ("专班", "流调", {"area": "610723001002"}, {"李四"}, set(), WEST_ONLY),
    "c-watch": ("督查", "", {"area": "610723002"}, {"李四", "王二", "外人"}, {"张三"}, NORTH_ONLY),  # a contact
    "c-hotel": ("单位", "", {"unit": "HOTEL"}, {"李四", "王二"}, set(), NORTH_ONLY),
    "c-boss": ("管理员", "", {"area": "610723001001"}, {"张三"}, CLINIC, EAST_ONLY),
}


def elsewhere(account: str) -> set[str]:
    """What the account must never read."""
    _, _, _, people, beside, more = SEES[account]
    marks = {mark for name in DOCUMENTS if name not in people for mark in OF[name]}
    marks |= {ENDS[name] for name in DOCUMENTS if name not in people | beside}
    return marks | ((NORTH_ONLY | EAST_ONLY | WEST_ONLY) - more)


@pytest.fixture(scope="module")
def crawled() -> Iterator[str]:
    before = county.LEDGERS, county.HOLES
    county.LEDGERS = {name: documented(name, text) for name, text in county.LEDGERS.items()}
    county.HOLES = [
        (hole, kind, DOCUMENTS.get(subject, subject), area, unit, DOCUMENTS.get(person or "", person), owner)
        for hole, kind, subject, area, unit, person, owner in county.HOLES
    ]
    with own_database() as url:
        try:
            county.write()
        finally:
            county.LEDGERS, county.HOLES = before
        with psycopg.connect(url, autocommit=True) as con:
            worded(con)
        clock.set_to(NOW)
        for name, (role, group, bound, *_) in SEES.items():
            accounts.add(Asked(name, role, group=group, **bound), "test")  # type: ignore[arg-type]
        Account.objects.update(new_password=False)
        opened = ground.open_desk(url, county.SECRET)
        settings.BIHUAN_SCOPE_KEY = opened["BIHUAN_SCOPE_KEY"]
        connect_to(opened["DATABASE_URL"])
        with as_tested():
            yield url
        settings.BIHUAN_SCOPE_KEY = ""


def documented(ledger: str, text: str) -> str:
    """People under their documents."""
    if ledger == "people":
        lines = [f"{DOCUMENTS[line.split(',')[0]]},{MARKS[line.split(',')[0]]},{PHONES[line.split(',')[0]]},"
                 f"{line.split(',')[2]}" for line in text.splitlines()[1:]]  # fmt: skip
        return "\n".join(["person,name,phone,area", *lines, f"{PASSPORT},护照某,13800005555,610723001001"])
    for name, document in DOCUMENTS.items():
        text = re.sub(rf"(?<=[,\n]){name}(?=,|$|\n)", document, text)
    return text.replace("生人", STRANGER)


def worded(con: psycopg.Connection) -> None:
    """What is written in words, with numbers in it."""
    for mark, unit in (("北村隔离点密语", "HOTEL"), ("东村诊所密语", "CLINIC"), ("西村超市密语", "SHOP")):
        con.execute("UPDATE ledger_units SET name = %s WHERE unit = %s", [mark, unit])
    for name, document in DOCUMENTS.items():
        said = f"{MARKS[name]} {document} 电话 {PHONES[name]}"
        con.execute(
            "UPDATE live_hole SET text_zh = %s, text_en = %s, remedy_zh = %s, evidence = coalesce(evidence, %s) "
            "WHERE person = %s",
            [said, said, said, f"people:{document}", document],
        )
        con.execute(
            "INSERT INTO desk_comment (hole, at, by, text) SELECT hole || '/' || subject, '2022-01-06', 'x', %s "
            "FROM live_hole WHERE person = %s",
            [said, document],
        )
        con.execute(
            "INSERT INTO pressure_reassignment (of_id, at, by, officer, reason) "
            "SELECT id, '2022-01-05 01:00', 'x', owner, %s FROM live_hole WHERE person = %s",
            [said, document],
        )
        con.execute(
            "INSERT INTO ledger_tickets (ticket, kind, received_at, person, text) "
            "VALUES (%s, '咨询', '2022-01-05', %s, %s)",
            [f"TK{document[-4:-1]}", document, said],
        )
    con.execute("UPDATE live_hole SET text_zh = '北村整改密语', text_en = '北村整改密语' WHERE hole = 'site.failed'")
    con.execute("UPDATE ledger_findings SET text = '西村超市密语 13800006662'")
    con.execute(
        "INSERT INTO live_hole (hole, subject, subject_kind, item, state, severity, area, person, since, opened_at, "
        "text_zh, text_en, remedy_zh, remedy_en, reopened, moved, evidence) VALUES ('arrival.unverified', %s, 'person', "
        "'A9', 'open', '重', '610723001001', %s, '2022-01-05', '2022-01-05', %s, %s, '', '', 0, 0, %s)",
        [PASSPORT, PASSPORT, f"护照 {PASSPORT} 未核查", f"passport {PASSPORT}", f"people:{PASSPORT}"],
    )


def words(answer: object, path: str) -> str:
    """Everything that an answer says, of whatever kind it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if path.endswith((".xlsx", ".docx")) or "/template" in path:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return " ".join(packed.read(n).decode(errors="replace") for n in packed.namelist())
    return body.decode(errors="replace")


LINK = re.compile(r'(?:href|hx-get|data-href)="([^"#]+)"')
WHOLE = re.compile("|".join([*DOCUMENTS.values(), *PHONES.values(), PASSPORT, "13800005555", STRANGER]))
ASIDE = ("/static/", "/logout", "/events", "/language", "/account/second", "/account/confirm", "/healthz")


def crawl(client: Client, begin: list[str], most: int) -> Iterator[tuple[str, str]]:
    """(address, what it says), breadth first, each kind of address as often as it leads somewhere new."""
    seen, queue = set(begin), deque(begin)
    kinds: dict[str, int] = {}
    while queue and most:
        path = queue.popleft()
        answer = client.get(path)
        most -= 1
        assert answer.status_code < 500 or answer.status_code == 503, (path, answer.status_code)
        if answer.status_code in (301, 302):
            targets = [answer.headers["Location"]]
            yield path, unquote(answer.headers["Location"])
        else:
            said = words(answer, urlsplit(path).path)
            yield path, unquote(path) + " " + said
            html = "html" in answer.headers.get("Content-Type", "")
            targets = [m.replace("&amp;", "&") for m in LINK.findall(said)] if html else []
        for target in targets:
            full = urljoin(path, target)
            if not full.startswith("/") or full.startswith(ASIDE) or full in seen:
                continue
            kind = re.sub(r"=[^&]*", "=", re.sub(r"/[\w~-]{20,}", "/…", full))
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 6:
                seen.add(full)
                queue.append(full)


def everywhere() -> list[str]:
    """Addresses whether a link leads there or not: every subject, hole and ledger that there is anywhere."""
    begin = ["/", "/?wall=1", "/holes/", "/holes/?state=all", "/mine/?officer=O2", "/mine/?officer=O1", "/ledgers/"]
    begin += ["/account/looks", "/accounts/", "/briefings/", "/orders/", "/areas/", "/loops/", "/inspections/"]
    begin += [
        "/instructions/",
        "/tickets/",
        "/rosters/",
        "/notices/",
        "/holes/file.csv?state=all",
        "/holes/file.xlsx?state=all",
    ]
    begin += [f"/holes/?group={g}" for g in ("owner", "unit", "area", "loop")]
    begin += [f"/of/person/{tokens.seal('person', d)}" for d in (*DOCUMENTS.values(), PASSPORT)]
    begin += [f"/of/unit/{u}" for u in ("HOTEL", "SHOP", "CLINIC")] + ["/of/officer/O1", "/of/officer/O2"]
    begin += [f"/of/area/{a}" for a in ("610723", "610723001001", "610723001002", "610723002001", "610724")]
    for hole, kind, subject, *_ in county.HOLES:
        key = DOCUMENTS.get(subject, subject) if kind == "person" else subject
        token = tokens.seal("hole", f"{hole}/{key}/")
        begin += [f"/holes/{token}", f"/holes/{token}/pressure"]
    for ledger in county.LEDGERS:
        begin += [f"/ledgers/{ledger}/", f"/ledgers/{ledger}/file.csv", f"/ledgers/{ledger}/file.xlsx"]
        begin += [f"/ledgers/{ledger}/whole"]
        begin += [f"/ledgers/{ledger}/?in=610723002001", f"/ledgers/{ledger}/?sort=key", f"/ledgers/{ledger}/?q=某"]
    for ledger, key in (
        ("monitoring", "T1"),
        ("monitoring", "T2"),
        ("cases", "K1"),
        ("findings", "N1"),
        ("staff", "F1"),
    ):
        begin += [f"/ledgers/{ledger}/row/{tokens.seal(ledger, key)}{end}" for end in ("", "/edit")]
    begin += [f"/ledgers/lookup?ledger=people&person={tokens.word(d)}" for d in DOCUMENTS.values()]
    begin += [f"/ledgers/lookup?ledger=units&unit={u}" for u in ("HOTEL", "SHOP")]
    return begin


def posted(client: Client) -> Iterator[tuple[str, str]]:
    """What is asked by forms."""
    for q in (*DOCUMENTS.values(), *PHONES.values(), *MARKS.values(), "HOTEL", "T2", "某", PASSPORT):
        answer = client.post("/search", {"q": q})
        own = re.sub(r'<span class="asked soft">.*?</span>', "", answer.content.decode(), flags=re.S)  # what he typed
        yield f"/search {q}", own.replace(q, "") if answer.status_code == 200 else ""
    order = {"order": "R9", "document": "x", "area": "610723", "key": "verify_h", "value": "1", "since": "2022-01-01"}
    yield "/orders/try", client.post("/orders/try", order).content.decode()
    for q in (*DOCUMENTS.values(), PASSPORT):
        yield "/ledgers/lookup", client.post("/ledgers/lookup?ledger=people", {"person": q}).content.decode()
    for person in DOCUMENTS.values():
        form = {"row": "", "person": person, "at": "x 13800006661", "temperature": "热 " + person}
        answer = client.post("/ledgers/monitoring/new", form)
        said = answer.content.decode()
        yield (
            "/ledgers/monitoring/new",
            re.sub(r'(?:value|placeholder)="[^"]*"|<textarea.*?</textarea>', "", said, flags=re.S),
        )


@pytest.mark.long
@pytest.mark.parametrize("account", SEES)
def test_nothing_of_elsewhere_and_no_whole_number(crawled: str, account: str) -> None:
    role, _, _, people, _, more = SEES[account]
    client, others = signed_in(account), elsewhere(account)
    read: set[str] = set()
    pages = 0
    for path, said in (*crawl(client, everywhere(), 260), *posted(client)):
        pages += 1
        for mark in others:
            assert mark not in said, (account, path, mark)
        whole = WHOLE.search(said)
        assert whole is None, (account, path, whole and whole[0], said[max(0, whole.start() - 200) : whole.end() + 50])
        read |= {mark for name in people for mark in OF[name] | more if mark in said}
    assert pages > 150
    for name in people - ({"外人"} if account == "c-watch" else set()):  # the crawl does see what may be seen
        assert MARKS[name] in read, (account, name)
    assert role in roles.ROLES


@pytest.mark.long
@pytest.mark.parametrize("account", ["c-east", "c-hotel", "c-duty"])
def test_nothing_of_elsewhere_as_of_an_earlier_moment(crawled: str, account: str) -> None:
    at = "2022-01-06T12:00"
    with scope.held(scope.SYSTEM):
        from bihuan.desk.models import Snapshot
        from bihuan.exchange import cells

        moment = cells.moment(at)
        found = Snapshot.objects.filter(at=moment).first()
        snapshot = found or Snapshot.objects.create(at=moment, imports=then.last_import())
        if not snapshot.ready:
            then.take(snapshot)
    client, others = signed_in(account), elsewhere(account) - {MARKS[name] for name in SEES[account][4]}
    begin = [path + ("&" if "?" in path else "?") + f"at={at}" for path in everywhere()]
    for path, said in crawl(client, begin, 130):
        for mark in others:
            assert mark not in said, (account, path, mark)
        assert WHOLE.search(said) is None, (account, path)
