"""What random cities reach: for each hole how many come out open, pending, late, and at their limit.

At the limit: pending at exactly its due time, begun in this second, or closed a second after it was due.

    python -m tests.cities.reach SEED... [--people 150]
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from tests.cities.city import build, write
from tests.reference import Hole, all_of, made_good, read

SECOND = timedelta(seconds=1)
COLUMNS = ("open", "pending", "late", "on the dot", "begun now", "just late", "set right")

REPEATS = "repeated while a state lasts: done late it opens anew, so nothing is closed late"
GOES_ON = "a state, or a day gone by: there is nothing by which it could be closed later, and no time to close it in"

WITHOUT_LATE = dict.fromkeys((
    "aid.left", "aid.missed", "feed.late", "group.unmonitored", "inspect.never", "plan.undrilled", "post.untested", "site.unchecked",
    "stock.stale", "team.untrained", "venue.unsampled",
), REPEATS)  # fmt: skip
"""Holes with a due time of which none is ever late, and why."""

STATES = dict.fromkeys((
    "area.unguarded", "area.wild", "arrival.over", "arrival.unplaced", "chain.absent", "chain.grid", "chain.overload", "chain.town",
    "chain.village", "contract.lead", "contract.liability", "contract.licence", "contract.procedure", "contract.share",
    "drug.unnamed", "finding.recurs", "finding.vague", "gathering.banned", "gathering.over", "gathering.unapproved",
    "group.unvaccinated", "guard.gap", "guard.leaderless", "inquiry.partial", "livestock.uncertified", "lot.early", "lot.papers",
    "lot.rootless", "lot.unbacked", "lot.undisinfected", "measure.breached", "measure.crowded", "measure.five",
    "measure.misdated", "measure.undocumented", "measure.unmonitored", "measure.unproven", "notice.undated", "order.differs",
    "passage.nameless", "passage.waved", "person.unknown", "plan.clash", "plan.dead", "plan.missing", "plan.slow",
    "plan.ungridded", "post.exit_final", "post.unlisted", "post.unlodged", "post.unvaccinated", "site.beds", "site.failed",
    "site.full", "site.leaderless", "site.unguarded", "stock.expired", "stock.short", "task.vague", "team.tracers",
    "unit.unknown", "venue.day", "venue.unclosed", "venue.unshut",
), GOES_ON)  # fmt: skip
"""Holes without a due time: neither pending nor late, and why."""


FINAL = (
    "passage.waved", "passage.nameless", "drug.unnamed", "lot.early", "gathering.banned", "gathering.over", "lot.undisinfected",
    "post.exit_final", "livestock.uncertified", "venue.day", "venue.unshut", "measure.unmonitored",
)  # fmt: skip
"""What cannot be made good: only a finding that names it ends it."""


def reached(holes: Iterable[Hole], now: datetime) -> Counter[tuple[str, str]]:
    """(hole, column of COLUMNS) → how many of it."""
    found: Counter[tuple[str, str]] = Counter()
    for h in holes:
        found[h.hole, h.state] += 1
        found[h.hole, "on the dot"] += h.state == "pending" and h.since == now
        found[h.hole, "begun now"] += h.state == "open" and now - h.since <= SECOND
        found[h.hole, "just late"] += h.closed_at is not None and h.closed_at - h.since <= SECOND
    return found


def wanted(hole: str) -> set[str]:
    """What must be reached of a hole."""
    if hole in FINAL:
        return {"open", "begun now", "set right"}
    if hole in STATES:
        return {"open", "begun now"}
    return {"open", "pending", "on the dot", "begun now"} | (set() if hole in WITHOUT_LATE else {"late", "just late"})


def cities(seeds: Iterable[int], people: int) -> Counter[tuple[str, str]]:
    """What random cities reach, by the reference."""
    found: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            city = build(seed, people)
            write(city, Path(folder))
            rows, _ = read(Path(folder))
        found += reached(all_of(rows, city.now), city.now)
        found.update((hole.hole, "set right") for hole in made_good(rows, city.now))
    return found


def main() -> None:
    from tests.cities.compare import seeds

    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("seed", nargs="+")
    p.add_argument("--people", type=int, default=150)
    a = p.parse_args()
    found = cities(seeds(a.seed), a.people)
    print("hole".ljust(24), *(c.rjust(10) for c in COLUMNS))
    for hole in sorted({h for h, _ in found}):
        print(hole.ljust(24), *(str(found[hole, c]).rjust(10) for c in COLUMNS))


if __name__ == "__main__":
    main()
