"""Holes of command: chains of responsibility, orders, tasks, inspections and findings, inquiries. The rest is in services.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tests.reference.owners import BROKEN, UPKEEP, Hole, limit, within_days
from tests.reference.places import lapsed, last_or_recorded, repeated, unit_hole
from tests.reference.rows import Row, plain
from tests.reference.world import Place, World, days, hours

CHAIN = {
    15: ("chain.grid", "网格员", "村干部", 12),
    12: ("chain.village", "镇干部", "镇干部", 9),
    9: ("chain.town", "县级领导", "县级领导", 6),
}
"""digits → hole, the role on that code, the owner's role, digits of the code from which the owner is sought."""


def on_code(w: World, area: Row, role: str) -> list[Row]:
    """Duties of a role on exactly that code, with neither unit nor person."""
    return [d for d in w.by("duties", "area", area["area"]) if d["role"] == role and not d["unit"] and not d["person"]]


def chain_links(w: World) -> Iterator[Hole]:
    """A grid, village or town without its live duty; since the latest that lapsed, else recorded_at."""
    for a in w.rows("areas"):
        if len(a["area"]) in CHAIN:
            name, role, owner, digits = CHAIN[len(a["area"])]
            duties = on_code(w, a, role)
            if not any(w.live(d) for d in duties):
                since = max(lapsed(w, duties), default=w.recorded_at(a))
                yield Hole(
                    name, a.key, "", since, BROKEN, owner, Place(area=a["area"]), sought=Place(area=a["area"][:digits])
                )


def absent_since(w: World, officer: str) -> datetime | None:
    """The earliest since of his absences live now."""
    return min((x["since"] for x in w.by("absences", "officer", officer) if w.live(x)), default=None)


def chain_absent(w: World) -> Iterator[Hole]:
    """Every officer who fills one of these is absent now; since the latest over its officers."""
    for a in w.rows("areas"):
        if len(a["area"]) in CHAIN:
            _, role, owner, digits = CHAIN[len(a["area"])]
            away = [absent_since(w, d["officer"]) for d in on_code(w, a, role) if w.live(d)]
            if away and all(away):
                since = max(x for x in away if x)
                yield Hole(
                    "chain.absent",
                    a.key,
                    role,
                    since,
                    BROKEN,
                    owner,
                    Place(area=a["area"]),
                    sought=Place(area=a["area"][:digits]),
                )


def officer_area(w: World, officer: str) -> str | None:
    """Of his live duty with the earliest since, its area, else its unit's, else its person's."""
    duties = [d for d in w.by("duties", "officer", officer) if w.live(d)]
    first = min(duties, key=lambda d: (d["since"], d.key), default=None)
    return first and (first["area"] or w.area_of(first["unit"]) or w.home(first["person"]))


def chain_overload(w: World) -> Iterator[Hole]:
    """Live duties on persons of one officer above duty.persons; since the first duty above, in order of since."""
    for officer in {d["officer"] for d in w.rows("duties")}:
        held = sorted(d["since"] for d in w.by("duties", "officer", officer) if d["person"] and w.live(d))
        area = officer_area(w, officer)
        most = w.order("duty.persons", area)
        if len(held) > most:
            yield Hole("chain.overload", officer, "", held[int(most)], UPKEEP, "县级领导", Place(area=area))


def order_differs(w: World) -> Iterator[Hole]:
    """A live order row that differs in value from the row of the same key it falls under, without ground."""
    for o in w.rows("orders"):
        if o["ground"] or not w.live(o):
            continue
        upper = next(
            (r for n in range(len(o["area"]) - 1, 0, -1) if (r := w.orders.row(o["key"], o["area"][:n], w.now))), None
        )
        if upper and plain(upper["value"]) != plain(o["value"]):
            yield Hole(
                "order.differs", o.key, "", max(o["since"], upper["since"]), BROKEN, "县级领导", Place(area=o["area"])
            )


# ── instructions and tasks ───────────────────────────────────────────────────────────────────────
def instruction_idle(w: World) -> Iterator[Hole]:
    """No task within instruction.h of received_at, or by break_down_by."""
    for i in w.rows("instructions"):
        due = i["break_down_by"] or i["received_at"] + hours(w.order("instruction.h", i["area"], i["received_at"]))
        tasks = w.by("tasks", "instruction", i.key)
        hole = Hole("instruction.idle", i.key, "", due, BROKEN, "县级领导", Place(area=i["area"]))
        # A task has no moment of its own: it answers from when it became known.
        yield from limit(w.now, hole, due, min((w.first_known(t) for t in tasks), default=None))


def task_vague(w: World) -> Iterator[Hole]:
    """No officer or no due; since recorded_at."""
    for t in w.rows("tasks"):
        for column in ("officer", "due"):
            if not t[column]:
                yield Hole("task.vague", t.key, column, w.recorded_at(t), UPKEEP, "镇干部", Place(area=t["area"]))


def task_overdue(w: World) -> Iterator[Hole]:
    """Past due, evidence or evidence_at empty; its officer."""
    for t in w.rows("tasks"):
        if t["due"]:
            hole = Hole(
                "task.overdue", t.key, "", t["due"], BROKEN, "镇干部", Place(area=t["area"]), named=t["officer"]
            )
            yield from limit(w.now, hole, t["due"], t["evidence_at"] if t["evidence"] else None)


# ── inspections, findings, inquiries ─────────────────────────────────────────────────────────────
def inspect_never(w: World) -> Iterator[Hole]:
    """Kind with inspect_d, not 关停: no unannounced inspection within so many days of the last one (never: of recorded_at)."""
    for u in w.rows("units"):
        every = w.order(f"inspect_d.{u['kind']}", u["area"])
        if every and u["status"] != "关停":
            seen = [x["at"] for x in w.by("inspections", "unit", u.key) if x["announced"] is False]
            hole = unit_hole(w, "inspect.never", u.key, "", last_or_recorded(w, u, seen, every), UPKEEP, "部门监管")
            yield from repeated(w, hole, seen, w.first_recorded(u))


def found_at(w: World, finding: Row) -> tuple[datetime | None, Place]:
    """A finding's moment, unit and area are its inspection's."""
    i = w.get("inspections", finding["inspection"])
    return (i["at"], Place(None, i["unit"], i["area"])) if i else (None, Place())


def of_leader(w: World, name: str, f: Row, item: str, since: datetime, severity: str) -> Hole:
    return Hole(name, f.key, item, since, severity, "县级领导", found_at(w, f)[1], named=f["leader"])


def finding_vague(w: World) -> Iterator[Hole]:
    """No leader, officer, remedy or due; since its moment."""
    for f in w.rows("findings"):
        for column in ("leader", "officer", "remedy", "due"):
            if not f[column]:
                yield of_leader(w, "finding.vague", f, column, found_at(w, f)[0] or w.recorded_at(f), BROKEN)


def finding_overdue(w: World) -> Iterator[Hole]:
    """Past due, not remedied; its officer, else its leader."""
    for f in w.rows("findings"):
        if f["due"]:
            named = f["officer"] or f["leader"]
            hole = Hole("finding.overdue", f.key, "", f["due"], BROKEN, "镇干部", found_at(w, f)[1], named=named)
            yield from limit(w.now, hole, f["due"], f["remedied_at"])


def finding_unproven(w: World) -> Iterator[Hole]:
    """Remedied, no recheck at or after that within finding.recheck_d; or that recheck did not pass."""
    for f in w.rows("findings"):
        remedied, again = f["remedied_at"], f["rechecked_at"]
        if not remedied:
            continue
        if again and again >= remedied and not f["recheck_passed"]:
            yield of_leader(w, "finding.unproven", f, "", again, UPKEEP)
            continue
        hole = of_leader(w, "finding.unproven", f, "", remedied, UPKEEP)
        every = w.order("finding.recheck_d", hole.area, remedied)
        yield from within_days(w, hole, remedied, every, again if again and again >= remedied else None)


def finding_recurs(w: World) -> Iterator[Hole]:
    """The same category found again in the same unit (neither names one: the same area) within finding.recur_d after remedied_at."""
    for f in w.rows("findings"):
        remedied, (_, place) = f["remedied_at"], found_at(w, f)
        if not remedied or not place.area:
            continue
        last = remedied + days(w.order("finding.recur_d", place.area, remedied))
        for other in w.by("findings", "category", f["category"]):
            again, there = found_at(w, other)
            same = there.unit == place.unit if (there.unit or place.unit) else there.area == place.area
            if again and same and remedied < again <= last:
                yield of_leader(w, "finding.recurs", f, other.key, again, BROKEN)


def inquiry_place(w: World, inquiry: Row) -> Place:
    """The area of its finding's inspection, else of its case's person."""
    finding, case = w.get("findings", inquiry["finding"]), w.get("cases", inquiry["case"])
    area = found_at(w, finding)[1].area if finding else None
    return Place(area=area or (w.home(case["person"]) if case else None))


def inquiry_partial(w: World) -> Iterator[Hole]:
    """Closed without one of the three."""
    for i in w.rows("inquiries"):
        for column in ("direct", "principal", "supervisory"):
            if i["closed_at"] and not i[column]:
                yield Hole("inquiry.partial", i.key, column, i["closed_at"], UPKEEP, "县级领导", inquiry_place(w, i))


def inquiry_slow(w: World) -> Iterator[Hole]:
    """Not closed within inquiry.close_d of opened_at."""
    for i in w.rows("inquiries"):
        place = inquiry_place(w, i)
        hole = Hole("inquiry.slow", i.key, "", i["opened_at"], BROKEN, "县级领导", place)
        yield from within_days(w, hole, hole.since, w.order("inquiry.close_d", place.area, hole.since), i["closed_at"])


RULES = [
    chain_links, chain_absent, chain_overload, order_differs, instruction_idle, task_vague, task_overdue, inspect_never,
    finding_vague, finding_overdue, finding_unproven, finding_recurs, inquiry_partial, inquiry_slow,
]  # fmt: skip
