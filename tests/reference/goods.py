"""Holes of goods: lots of the cold chain with their lines, permits, livestock. Stocks are in stocks.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit
from tests.reference.people_arrivals import post_place
from tests.reference.people_facts import NEGATIVE, POSITIVE, first_at, ill, result, sampled
from tests.reference.rows import Row
from tests.reference.world import BEGINNING, Place, World, hours

PAPERS = ("customs_form", "inspection_cert", "test_cert", "disinfection_cert")
SHOPS = ("农贸市场", "超市", "餐馆")


# ── lines ────────────────────────────────────────────────────────────────────────────────────────
def ancestors(w: World, lot: Row) -> list[Row]:
    """Along split_from to the end; a circle ends before its first repeat."""
    found, seen = [], {lot.key}
    parent = w.get("lots", lot["split_from"])
    while parent and parent.key not in seen:
        seen.add(parent.key)
        found.append(parent)
        parent = w.get("lots", parent["split_from"])
    return found


def root(w: World, lot: Row) -> Row:
    return ([lot, *ancestors(w, lot)])[-1]


def line(w: World, lot: Row) -> set[str]:
    """Itself, ancestors, descendants."""
    down = {other.key for other in w.rows("lots") if any(a.key == lot.key for a in ancestors(w, other))}
    return {lot.key} | {a.key for a in ancestors(w, lot)} | down


def of_line(w: World, ledger: str, lot: Row) -> list[Row]:
    """The rows of a ledger that name a lot of its line."""
    return [row for key in sorted(line(w, lot)) for row in w.by(ledger, "lot", key)]


def own_or_roots(w: World, lot: Row, column: str) -> datetime | str | None:
    """entered_at and port: its own, else its root's."""
    return lot[column] or root(w, lot)[column]


def holder(w: World, key: str) -> str | None:
    """The receiver of its last received move that names one, else its own port, else its parent's holder."""
    seen: set[str] = set()
    while key and key not in seen:
        seen.add(key)
        received = [m for m in w.by("lot_moves", "lot", key) if m["received_at"] and m["to_unit"]]
        if received:
            return max(received, key=lambda m: (m["received_at"], m.key))["to_unit"]
        lot = w.get("lots", key)
        if lot is None or lot["port"]:
            return lot["port"] if lot else None
        parent = w.get("lots", lot["split_from"])
        key = parent.key if parent else ""
    return None


def imported(w: World) -> list[Row]:
    return [lot for lot in w.rows("lots") if lot["imported"]]


def first_move(w: World, key: str) -> Row | None:
    return min(w.by("lot_moves", "lot", key), key=lambda m: (m["sent_at"], m.key), default=None)


# ── lots ─────────────────────────────────────────────────────────────────────────────────────────
def lot_papers(w: World) -> Iterator[Hole]:
    """Imported; each of the four papers that neither it nor its root has; since entered_at, else recorded_at."""
    for lot in imported(w):
        since = own_or_roots(w, lot, "entered_at") or w.recorded_at(lot)
        for paper in PAPERS:
            if not lot[paper] and not root(w, lot)[paper]:
                yield Hole("lot.papers", lot.key, paper, since, BROKEN, "单位主体", w.in_unit(holder(w, lot.key)))


def lot_rootless(w: World) -> Iterator[Hole]:
    """Imported; its root has no port, no entered_at, or a split_from on the way names no lot in effect."""
    for lot in imported(w):
        source = root(w, lot)
        lost = any(x["split_from"] and not w.get("lots", x["split_from"]) for x in [lot, *ancestors(w, lot)])
        if source["port"] and source["entered_at"] and not lost:
            continue
        seen = [m["sent_at"] for m in w.by("lot_moves", "lot", lot.key)] + [
            x["at"] for x in w.by("lot_works", "lot", lot.key)
        ]
        seen += [s["sampled_at"] for s in w.by("samples", "lot", lot.key)]
        since = own_or_roots(w, lot, "entered_at") or min(seen, default=None) or w.recorded_at(lot)
        yield Hole("lot.rootless", lot.key, "", since, ACUTE, "单位主体", w.in_unit(holder(w, lot.key)))


def lot_unreceived(w: World) -> Iterator[Hole]:
    """A move not received within lot.receive_h; of the sender, else of the holder."""
    for m in w.rows("lot_moves"):
        place = w.in_unit(m["from_unit"] or holder(w, m["lot"]))
        due = m["sent_at"] + hours(w.order("lot.receive_h", place.area, m["sent_at"]))
        yield from limit(
            w.now, Hole("lot.unreceived", m["lot"], m.key, due, BROKEN, "单位主体", place), due, m["received_at"]
        )


def flows(w: World, lot: Row) -> dict[str, list[tuple[datetime, float, float]]]:
    """unit → (moment, kg in, kg out) of a lot; what its own port holds comes from the beginning."""
    found: dict[str, list[tuple[datetime, float, float]]] = {}
    moves = w.by("lot_moves", "lot", lot.key)
    entries = [(m["to_unit"], m["received_at"], m["kg"], 0.0) for m in moves if m["received_at"]]
    entries += [(m["from_unit"], m["sent_at"], 0.0, m["kg"]) for m in moves]
    entries += [
        (x["unit"], x["at"], 0.0, x["kg"] or 0.0)
        for x in w.by("lot_works", "lot", lot.key)
        if x["kind"] in ("销售", "销毁")
    ]
    if lot["port"]:
        entries.append((lot["port"], BEGINNING, lot["kg"], 0.0))
    elif first := first_move(w, lot.key):
        entries.append((first["from_unit"], first["sent_at"], lot["kg"], 0.0))
    for part in w.by("lots", "split_from", lot.key):
        if first := first_move(w, part.key):
            entries.append((first["from_unit"], first["sent_at"], 0.0, part["kg"]))
    for unit, at, came, went in entries:
        if unit:
            found.setdefault(unit, []).append((at, came, went))
    return found


def lot_unbacked(w: World) -> Iterator[Hole]:
    """At one unit more kg went out than × (1 + lot.tolerance) came in; since the present excess began."""
    for lot in w.rows("lots"):
        for unit, entries in flows(w, lot).items():
            share = 1 + w.order("lot.tolerance", w.area_of(unit))
            since = None
            for at in sorted({e[0] for e in entries}):
                came = sum(e[1] for e in entries if e[0] <= at)
                went = sum(e[2] for e in entries if e[0] <= at)
                since = (since or at) if went - came * share > 1e-9 else None
            if since:
                yield Hole("lot.unbacked", lot.key, unit, since, BROKEN, "单位主体", w.in_unit(unit))


def lot_unseen(w: World) -> Iterator[Hole]:
    """Imported, no sample of its line within lot.sample_h of entered_at; of the port, else of the holder."""
    for lot in imported(w):
        entered = own_or_roots(w, lot, "entered_at")
        if not isinstance(entered, datetime):
            continue
        place = w.in_unit(lot["port"] or root(w, lot)["port"] or holder(w, lot.key))
        due = entered + hours(w.order("lot.sample_h", place.area, entered))
        seen = first_at(of_line(w, "samples", lot), "sampled_at", entered)
        yield from limit(w.now, Hole("lot.unseen", lot.key, "", due, ACUTE, "部门监管", place), due, seen)


def lot_undisinfected(w: World) -> Iterator[Hole]:
    """Imported, received at a market, supermarket or restaurant with no 消毒 of it or an ancestor at or before received_at."""
    for lot in imported(w):
        keys = [lot.key, *(a.key for a in ancestors(w, lot))]
        clean = min((x["at"] for k in keys for x in w.by("lot_works", "lot", k) if x["kind"] == "消毒"), default=None)
        for m in w.by("lot_moves", "lot", lot.key):
            received = m["received_at"]
            if received and w.kind_of(m["to_unit"]) in SHOPS and not (clean and clean <= received):
                yield Hole(
                    "lot.undisinfected",
                    lot.key,
                    m.key,
                    received,
                    BROKEN,
                    "单位主体",
                    w.in_unit(m["to_unit"]),
                    final=True,
                )


def first_positive(w: World, lot: Row) -> datetime | None:
    """T: the earliest positive result in the line, be it another lot's."""
    return min((s["resulted_at"] for s in of_line(w, "samples", lot) if result(s) == POSITIVE), default=None)


def lot_loose(w: World) -> Iterator[Hole]:
    """A sample of its line is 阳, it was received, and that very lot has no 封存 or 销毁 within lot.seal_h of T."""
    for lot in w.rows("lots"):
        known = first_positive(w, lot)
        received = min((m["received_at"] for m in w.by("lot_moves", "lot", lot.key) if m["received_at"]), default=None)
        if not known or not received:
            continue
        place = w.in_unit(holder(w, lot.key))
        due = known + hours(w.order("lot.seal_h", place.area, known))
        seals = [x for x in w.by("lot_works", "lot", lot.key) if x["kind"] in ("封存", "销毁")]
        hole = Hole("lot.loose", lot.key, "", max(due, received), ACUTE, "单位主体", place)
        sealed = first_at(seals, "at", known)
        if not sealed or sealed > received:  # what was sealed before it came anywhere never was a hole
            yield from limit(w.now, hole, due, sealed)


def lot_early(w: World) -> Iterator[Hole]:
    """A 销售 of an imported lot when of its line no 阴 was known, or a 阳 was."""
    for lot in imported(w):
        results = [s for s in of_line(w, "samples", lot) if result(s)]
        for x in w.by("lot_works", "lot", lot.key):
            known = {result(s) for s in results if s["resulted_at"] <= x["at"]}
            if x["kind"] == "销售" and (NEGATIVE not in known or POSITIVE in known):
                place = w.in_unit(x["unit"] or holder(w, lot.key))
                yield Hole("lot.early", lot.key, x.key, x["at"], ACUTE, "单位主体", place, final=True)


def lot_handler(w: World) -> Iterator[Hole]:
    """A lot positive itself: whoever carried or sold of its line from T − 14 d on is sampled within lot.handler_h of T or the first such work."""
    for lot in w.rows("lots"):
        if not any(result(s) == POSITIVE for s in w.by("samples", "lot", lot.key)):
            continue
        known = first_positive(w, lot)
        works = [
            x
            for x in of_line(w, "lot_works", lot)
            if x["kind"] in ("搬运", "销售") and x["at"] >= known - timedelta(days=14)
        ]
        for person in {x["person"] for x in works if x["person"]}:
            own = sorted((x for x in works if x["person"] == person), key=lambda x: (x["at"], x.key))
            opens = max(known, own[0]["at"])
            if ill(w, person, opens):
                continue
            place = w.in_unit(own[-1]["unit"])
            due = opens + hours(w.order("lot.handler_h", place.area, opens))
            hole = Hole("lot.handler", person, lot.key, due, ACUTE, "单位主体", place)
            yield from limit(w.now, hole, due, sampled(w, person, opens))


# ── permits, livestock ───────────────────────────────────────────────────────────────────────────
def permit_refused(w: World) -> Iterator[Hole]:
    """A permit valid then, refused and not let through within permit.pass_h."""
    for r in w.rows("refused_permits"):
        permit = w.get("permits", r["permit"])
        if permit and permit["since"] <= r["at"] < permit["until"]:
            place, role = post_place(w, r["post"])
            due = r["at"] + hours(w.order("permit.pass_h", place.area, r["at"]))
            yield from limit(
                w.now, Hole("permit.refused", r["post"], r.key, due, BROKEN, role, place), due, r["passed_at"]
            )


def livestock_uncertified(w: World) -> Iterator[Hole]:
    """No quarantine_cert."""
    for m in w.rows("livestock_moves"):
        if not m["quarantine_cert"]:
            yield Hole(
                "livestock.uncertified", m.key, "", m["at"], BROKEN, "部门监管", Place(area=m["to_area"]), final=True
            )


def livestock_undisinfected(w: World) -> Iterator[Hole]:
    """Not disinfected within livestock.disinfect_h."""
    for m in w.rows("livestock_moves"):
        due = m["at"] + hours(w.order("livestock.disinfect_h", m["to_area"], m["at"]))
        hole = Hole("livestock.undisinfected", m.key, "", due, UPKEEP, "部门监管", Place(area=m["to_area"]))
        yield from limit(w.now, hole, due, m["disinfected_at"])


RULES = [
    lot_papers, lot_rootless, lot_unreceived, lot_unbacked, lot_unseen, lot_undisinfected, lot_loose, lot_early, lot_handler,
    permit_refused, livestock_uncertified, livestock_undisinfected,
]  # fmt: skip
