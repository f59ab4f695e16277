"""Holes of contracts, tickets, notices, feeds, teams and plans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.reference.command import absent_since
from tests.reference.owners import ACUTE, BROKEN, UPKEEP, Hole, limit, within_days
from tests.reference.rows import Row, contract
from tests.reference.stocks import counties
from tests.reference.world import Place, World, hours, midnight


# ── contracts ────────────────────────────────────────────────────────────────────────────────────
def contract_faults(w: World) -> Iterator[Hole]:
    """Live: licence_until past, liability_clause not 是, procedure_checked_at empty, lead empty; of its unit, without one its own area."""
    for c in w.rows("contracts"):
        if not w.live(c):
            continue
        place = w.in_unit(c["unit"]) if c["unit"] else Place(area=c["area"])
        lapses = midnight(c["licence_until"]) + timedelta(days=1) if c["licence_until"] else None
        faults = {
            "contract.licence": max(lapses, c["since"]) if lapses and lapses <= w.now else None,
            "contract.liability": None if c["liability_clause"] else c["since"],
            "contract.procedure": None if c["procedure_checked_at"] else c["since"],
            "contract.lead": None if c["lead"] else c["since"],
        }
        for name, since in faults.items():
            if since:
                yield Hole(name, c.key, "", since, BROKEN, "部门监管", place)


def contract_share(w: World) -> Iterator[Hole]:
    """County: of its people's samples of the last 7 days with a lab, the share of labs not public above third_party_share."""
    for county in counties(w):
        taken: list[tuple[datetime, bool]] = []
        for s in w.rows("samples"):
            at_home = s["person"] and (w.home(s["person"]) or "").startswith(county["area"])
            if at_home and s["lab"] and s["sampled_at"] > w.now - timedelta(days=7):
                lab = w.get("units", s["lab"])
                taken.append((s["sampled_at"], not (lab and lab["public"])))
        most, since = w.order("third_party_share", county["area"]), None
        for at in sorted({t[0] for t in taken}):
            until_then = [private for t, private in taken if t <= at]
            since = (since or at) if sum(until_then) / len(until_then) > most else None
        if since:
            yield Hole("contract.share", county.key, "", since, UPKEEP, "部门监管", Place(area=county["area"]))


# ── tickets, notices, feeds ──────────────────────────────────────────────────────────────────────
def ticket_late(w: World) -> Iterator[Hole]:
    """No answer within ticket.h of its kind; 求助 is 急."""
    for t in w.rows("tickets"):
        due = t["received_at"] + hours(w.order(f"ticket.h.{t['kind']}", t["area"], t["received_at"]))
        hole = Hole(
            "ticket.late",
            t.key,
            "",
            due,
            ACUTE if t["kind"] == "求助" else BROKEN,
            "镇干部",
            Place(t["person"], None, t["area"]),
        )
        yield from limit(w.now, hole, due, t["answered_at"])


def ticket_unresolved(w: World) -> Iterator[Hole]:
    """Any but 咨询: not resolved within ticket.solve_h of received_at."""
    for t in w.rows("tickets"):
        if t["kind"] != "咨询":
            due = t["received_at"] + hours(w.order("ticket.solve_h", t["area"], t["received_at"]))
            hole = Hole("ticket.unresolved", t.key, "", due, BROKEN, "县级领导", Place(t["person"], None, t["area"]))
            yield from limit(w.now, hole, due, t["resolved_at"])


def notice_undated(w: World) -> Iterator[Hole]:
    """as_of or approved_by empty; since released_at."""
    for n in w.rows("notices"):
        for column in ("as_of", "approved_by"):
            if not n[column]:
                yield Hole("notice.undated", n.key, column, n["released_at"], UPKEEP, "部门监管", Place(area=n["area"]))


def feed_late(w: World) -> Iterator[Hole]:
    """No delivery within every_hours of the later of since (which may lie ahead) and the last one; the giver as written."""
    for f in w.rows("feeds"):
        opens = max([f["since"], *(d["at"] for d in w.by("feed_deliveries", "feed", f.key))])
        if opens > w.now:
            continue
        due = opens + hours(f["every_hours"])
        hole = Hole("feed.late", f.key, "", due, BROKEN, "", Place(), named=f["giver"], giver=True)
        yield from limit(w.now, hole, due, None)


# ── teams ────────────────────────────────────────────────────────────────────────────────────────
def team_tracers(w: World) -> Iterator[Hole]:
    """County: live 流调 teams less live deployments of 流调 from it below tracers; since the last change, else recorded_at."""
    for county in counties(w):
        teams = [t for t in w.rows("teams") if t["kind"] == "流调" and t["area"].startswith(county["area"])]
        sent = [d for d in w.rows("deployments") if d["kind"] == "流调" and d["from_area"].startswith(county["area"])]
        heads = sum(t["headcount"] for t in teams if w.live(t)) - sum(d["headcount"] for d in sent if w.live(d))
        if heads < w.order("tracers", county["area"]):
            changes = [m for r in teams + sent for m in (r["since"], r["until"]) if m and m <= w.now]
            since = max(changes, default=w.recorded_at(county))
            yield Hole("team.tracers", county.key, "", since, BROKEN, "部门监管", Place(area=county["area"]))


def team_untrained(w: World) -> Iterator[Hole]:
    """A live team, trained_at empty (since its since) or older than team.train_d."""
    for t in w.rows("teams"):
        if not w.live(t):
            continue
        hole = Hole("team.untrained", t.key, "", t["since"], UPKEEP, "部门监管", Place(area=t["area"]))
        if t["trained_at"]:
            yield from within_days(w, hole, t["trained_at"], w.order("team.train_d", t["area"], t["trained_at"]), None)
        elif w.order("team.train_d", t["area"]):
            yield hole


# ── plans ────────────────────────────────────────────────────────────────────────────────────────
def plan_hole(
    name: str, plan: Row, item: str, since: datetime, severity: str, role: str, area: str | None = None
) -> Hole:
    return Hole(name, plan.key, item, since, severity, role, Place(area=area or plan["area"]))


def plan_missing(w: World) -> Iterator[Hole]:
    """County without an approved plan of one of the seven kinds for exactly that area."""
    kinds = contract()["emergency_plans"].column("kind").choices
    for county in counties(w):
        have = {p["kind"] for p in w.by("emergency_plans", "area", county["area"])}
        for kind in kinds:
            if kind not in have:
                yield Hole(
                    "plan.missing",
                    county.key,
                    kind,
                    w.recorded_at(county),
                    BROKEN,
                    "县级领导",
                    Place(area=county["area"]),
                )


def plan_undrilled(w: World) -> Iterator[Hole]:
    """No drill within plan.drill_d of the later of approved, revised, last drill."""
    for p in w.rows("emergency_plans"):
        opens = max(
            m for m in [p["approved_at"], p["revised_at"], *(d["at"] for d in w.by("drills", "plan", p.key))] if m
        )
        hole = plan_hole("plan.undrilled", p, "", opens, UPKEEP, "县级领导")
        yield from within_days(w, hole, opens, w.order("plan.drill_d", p["area"], opens), None)


def plan_dead(w: World) -> Iterator[Hole]:
    """An assignment names a team that is not live, or an officer who is absent now; at the assignment's grid."""
    for p in w.rows("emergency_plans"):
        for a in w.by("plan_assignments", "plan", p.key):
            team = w.get("teams", a["team"])
            if a["team"] and not (team and w.live(team)):
                ended = [team["until"]] if team and team["until"] and team["until"] <= w.now else []
                yield plan_hole(
                    "plan.dead", p, f"{a.key}/team", max([p["approved_at"], *ended]), BROKEN, "镇干部", a["grid"]
                )
            if a["officer"] and (away := absent_since(w, a["officer"])):
                yield plan_hole(
                    "plan.dead", p, f"{a.key}/officer", max(p["approved_at"], away), BROKEN, "镇干部", a["grid"]
                )


def plan_unmended(w: World) -> Iterator[Hole]:
    """A drill with met 否: within plan.mend_d neither revised_at of its plan nor a drill with met 是."""
    for p in w.rows("emergency_plans"):
        drills = w.by("drills", "plan", p.key)
        for d in drills:
            if d["met"] is False:
                mended = [p["revised_at"], *(x["at"] for x in drills if x["met"])]
                first = min((m for m in mended if m and m >= d["at"]), default=None)
                hole = plan_hole("plan.unmended", p, d.key, d["at"], BROKEN, "县级领导")
                yield from within_days(w, hole, d["at"], w.order("plan.mend_d", p["area"], d["at"]), first)


def plan_ungridded(w: World) -> Iterator[Hole]:
    """全员核酸: a grid of its area with no assignment that names team and officer."""
    for p in w.rows("emergency_plans"):
        named = {a["grid"] for a in w.by("plan_assignments", "plan", p.key) if a["team"] and a["officer"]}
        for g in w.rows("areas") if p["kind"] == "全员核酸" else ():
            if len(g["area"]) == 15 and g["area"].startswith(p["area"]) and g["area"] not in named:
                yield plan_hole("plan.ungridded", p, g["area"], p["approved_at"], BROKEN, "镇干部", g["area"])


def plan_clash(w: World) -> Iterator[Hole]:
    """One team at two different sites of one plan at overlapping hours; hours that touch do not clash."""
    for p in w.rows("emergency_plans"):
        rows = [
            a
            for a in w.by("plan_assignments", "plan", p.key)
            if a["team"] and a["site"] and a["start_hour"] is not None and a["end_hour"] is not None
        ]
        for a in rows:
            for b in rows:
                overlap = max(a["start_hour"], b["start_hour"]) < min(a["end_hour"], b["end_hour"])
                if a["team"] == b["team"] and a["site"] != b["site"] and overlap:
                    yield plan_hole("plan.clash", p, a["team"], p["approved_at"], BROKEN, "镇干部")


def plan_slow(w: World) -> Iterator[Hole]:
    """The last end_hour above target_hours (empty: plan.hours now)."""
    for p in w.rows("emergency_plans"):
        ends = [a["end_hour"] for a in w.by("plan_assignments", "plan", p.key) if a["end_hour"] is not None]
        target = p["target_hours"] if p["target_hours"] is not None else w.order("plan.hours", p["area"])
        if ends and max(ends) > target:
            yield plan_hole("plan.slow", p, "", p["approved_at"], BROKEN, "县级领导")


RULES = [
    contract_faults, contract_share, ticket_late, ticket_unresolved, notice_undated, feed_late, team_tracers, team_untrained,
    plan_missing, plan_undrilled, plan_dead, plan_unmended, plan_ungridded, plan_clash, plan_slow,
]  # fmt: skip
