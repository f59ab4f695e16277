"""Holes of staffed posts, of groups, and of the helpless left at home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit
from tests.reference.people_facts import answering, away_since, dosed_at, doses, patient, sampled
from tests.reference.rows import Row
from tests.reference.world import Place, World, days, hours


def staff_place(w: World, s: Row) -> Place:
    """post.*: person, the post's unit."""
    return Place(s["person"], s["unit"], w.area_of(s["unit"]))


def staff_hole(w: World, name: str, s: Row, since: datetime, severity: str) -> Hole:
    return Hole(name, s["person"], s.key, since, severity, "单位主体", staff_place(w, s))


def order(w: World, s: Row, key: str, at: datetime | None = None) -> float:
    """A key of the row's post where it is; now unless said."""
    return w.order(f"{key}.{s['post']}", w.area_of(s["unit"]), at)


def short_of_doses(w: World) -> Iterator[Row]:
    """Staff rows live now with fewer doses than post.doses."""
    for s in w.rows("staff"):
        if w.live(s) and doses(w, s["person"]) < order(w, s, "post.doses"):
            yield s


def post_unvaccinated(w: World) -> Iterator[Hole]:
    """Live at a post with fewer doses than post.doses, no refusal of either kind; since the row's since."""
    for s in short_of_doses(w):
        if not w.of("refusals", s["person"]):
            yield staff_hole(w, "post.unvaccinated", s, s["since"], BROKEN)


def post_refuser(w: World) -> Iterator[Hole]:
    """24 h after the first 拒绝 still live with fewer doses; since the later of due and the row's since.

    Enough doses, or leaving, close it: late only where it stood by then.
    """
    for s in w.rows("staff"):
        refused = min((r["at"] for r in w.of("refusals", s["person"]) if r["kind"] == "拒绝"), default=None)
        needed = order(w, s, "post.doses")
        if not refused or s["since"] > w.now or not needed:
            continue
        due = refused + timedelta(hours=24)
        ends = [dosed_at(w, s["person"], needed), s["until"] if s["until"] and s["until"] <= w.now else None]
        ended = min((e for e in ends if e), default=None)
        since = max(due, s["since"])
        if ended is None or ended > since:
            yield from limit(w.now, staff_hole(w, "post.refuser", s, since, ACUTE), due, ended)


def post_unlodged(w: World) -> Iterator[Hole]:
    """Live, post.lodged 是, lodged not 是."""
    for s in w.rows("staff"):
        if w.live(s) and order(w, s, "post.lodged") and s["lodged"] is not True:
            yield staff_hole(w, "post.unlodged", s, s["since"], ACUTE)


def post_untested(w: World) -> Iterator[Hole]:
    """Live, post.test_d days since the later of its start and the person's last sample."""
    for s in w.rows("staff"):
        every = order(w, s, "post.test_d")
        if w.live(s) and every and not patient(w, s["person"], s["since"]):
            due = max([s["since"], *(x["sampled_at"] for x in w.of("samples", s["person"]))]) + days(every)
            yield from limit(w.now, staff_hole(w, "post.untested", s, due, ACUTE), due, None)


def post_unlisted(w: World) -> Iterator[Hole]:
    """In the last 14 days a 搬运 or 销售 of an imported lot by a person with no staff row live then or now; one a person and unit."""
    for x in w.rows("lot_works"):
        lot = w.get("lots", x["lot"])
        recent = x["at"] > w.now - timedelta(days=14)
        if x["kind"] in ("搬运", "销售") and x["person"] and recent and lot and lot["imported"]:
            if any(w.live(s, x["at"]) or w.live(s) for s in w.of("staff", x["person"])):
                continue
            area = (w.area_of(x["unit"]) if x["unit"] else None) or w.home(x["person"])
            yield Hole(
                "post.unlisted",
                x["person"],
                x["unit"] or "",
                x["at"],
                ACUTE,
                "单位主体",
                Place(x["person"], x["unit"], area),
            )


def left_lodged(w: World) -> Iterator[Row]:
    """Staff rows that ended at a post with post.lodged 是 (at until)."""
    for s in w.rows("staff"):
        if s["until"] and s["until"] <= w.now and order(w, s, "post.lodged", s["until"]):
            yield s


def post_exit_untested(w: World) -> Iterator[Hole]:
    """Left: no sample within 24 h after until."""
    for s in left_lodged(w):
        due = s["until"] + timedelta(hours=24)
        yield from limit(
            w.now, staff_hole(w, "post.exit_untested", s, due, BROKEN), due, sampled(w, s["person"], s["until"])
        )


def post_exit_loose(w: World) -> Iterator[Hole]:
    """Left: no 集中隔离 within 24 h after until; one that had not ended by until answers."""
    for s in left_lodged(w):
        due = s["until"] + timedelta(hours=24)
        yield from limit(
            w.now, staff_hole(w, "post.exit_loose", s, due, ACUTE), due, answering(w, s["person"], 3, s["until"])
        )


def post_exit_final(w: World) -> Iterator[Hole]:
    """The person's last 重点岗位 measure has ended with no sample in the 48 h before, both moments included."""
    last: dict[str, Row] = {}
    for m in sorted(w.rows("measures"), key=lambda m: (m["since"], m.key)):
        if m["ground"] == "重点岗位" and m["since"] <= w.now:
            last[m["person"]] = m
    for person, m in last.items():
        ended = m["ended_at"]
        if not ended or any(ended - timedelta(hours=48) <= x["sampled_at"] <= ended for x in w.of("samples", person)):
            continue
        held = max(
            (s for s in w.of("staff", person) if s["since"] <= w.now), key=lambda s: (s["since"], s.key), default=None
        )
        place = staff_place(w, held) if held else w.at_home(person)
        yield Hole("post.exit_final", person, m.key, ended, BROKEN, "单位主体", place, final=True)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────
def group_since(w: World, g: Row) -> datetime:
    return g["since"] or w.recorded_at(g)


def group_unvaccinated(w: World) -> Iterator[Hole]:
    """Live in a group with fewer doses than group.doses, no refusal row."""
    for g in w.rows("groups"):
        place = w.at_home(g["person"])
        few = doses(w, g["person"]) < w.order(f"group.doses.{g['group']}", place.area)
        if w.live(g) and few and not w.of("refusals", g["person"]):
            yield Hole("group.unvaccinated", g["person"], g.key, group_since(w, g), UPKEEP, "网格员", place)


def group_unmonitored(w: World) -> Iterator[Hole]:
    """Live in a group, no monitoring row within group.monitor_d days; not of one who is away."""
    for g in w.rows("groups"):
        place = w.at_home(g["person"])
        every = w.order(f"group.monitor_d.{g['group']}", place.area)
        if w.live(g) and every and not away_since(w, g["person"]):
            due = max([group_since(w, g), *(r["at"] for r in w.of("monitoring", g["person"]))]) + days(every)
            hole = Hole("group.unmonitored", g["person"], g.key, due, UPKEEP, "网格员", place)
            yield from limit(w.now, hole, due, None)


def helpless(w: World, person: Row) -> bool:
    """Under 14 in whole years at now, or needs_care 是."""
    return bool(person["needs_care"]) or (person["birth"] is not None and age(person["birth"], w.now.date()) < 14)


def age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def aid_left(w: World) -> Iterator[Hole]:
    """Helpless, at home, everyone of the household who is not is away: no aid within aid.left_h of the last leaving or the last aid."""
    for p in w.rows("people"):
        if not p["household"] or not helpless(w, p) or away_since(w, p.key):
            continue
        carers = [c for c in w.by("people", "household", p["household"]) if not helpless(w, c)]
        gone = [away_since(w, c.key) for c in carers]
        left = [g for g in gone if g]
        if not carers or len(left) < len(carers):
            continue
        opens = max([*left, *(a["at"] for a in w.of("aid", p.key))])
        due = opens + hours(w.order("aid.left_h", p["area"], opens))
        yield from limit(w.now, Hole("aid.left", p.key, "", due, ACUTE, "村干部", w.at_home(p.key)), due, None)


RULES = [
    post_unvaccinated, post_refuser, post_unlodged, post_untested, post_unlisted, post_exit_untested, post_exit_loose, post_exit_final,
    group_unvaccinated, group_unmonitored, aid_left,
]  # fmt: skip
