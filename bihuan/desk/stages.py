"""The stages of a subject's closed loop: which rows show that one is done, which holes break it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bihuan.desk.drawing import Stage, State


@dataclass(frozen=True)
class Kind:
    """A stage as it is laid down: ``ledgers`` whose rows show it, ``holes`` that break it (whole names or families);
    what more than one stage could claim belongs to the first."""

    title: tuple[str, str]
    ledgers: tuple[str, ...]
    holes: tuple[str, ...]


STAGES: dict[str, tuple[Kind, ...]] = {
    "person": (
        Kind(("在册", "On the roll"), ("people",), ("person",)),
        Kind(("来返", "Arrival"), ("arrivals", "sightings"), ("arrival.silent", "passage.lost")),
        Kind(
            ("核查", "Verified"),
            ("verifications",),
            ("arrival.unverified", "arrival.absent", "arrival.unplaced"),
        ),
        Kind(("转运", "Moved"), ("transfers",), ("transfer",)),
        Kind(("解除", "Released"), (), ("measure.overstay", "measure.early", "post.exit_final")),
        Kind(
            ("检测", "Tested"),
            ("samples",),
            (
                *("measure.untested", "measure.unproven", "post.untested", "post.exit_untested"),
                *("clinic.untested", "drug.untested", "sample", "lot.handler"),
            ),
        ),
        Kind(
            ("监测", "Monitored"),
            ("monitoring",),
            ("measure.unmonitored", "monitoring", "group.unmonitored"),
        ),
        Kind(("五包一", "Five-in-one"), ("duties",), ("measure.five",)),
        Kind(("管控", "Controlled"), ("measures",), ("arrival", "contact.uncontrolled", "measure", "post.exit_loose")),
        Kind(
            ("接种", "Vaccinated"),
            ("vaccinations", "refusals"),
            ("post.unvaccinated", "post.refuser", "group.unvaccinated"),
        ),
        Kind(("岗位", "Key post"), ("staff",), ("post",)),
        Kind(("就诊", "Clinic"), ("clinic_visits", "drug_sales"), ("clinic", "drug")),
        Kind(("流调", "Traced"), ("cases", "contacts"), ("case", "contact")),
        Kind(("帮扶", "Aid"), ("aid",), ("aid",)),
    ),
    "unit": (
        Kind(("在册", "On the roll"), ("units",), ("unit",)),
        Kind(("责任", "Answered for"), ("duties",), ("chain", "site.leaderless")),
        Kind(("管控状态", "Status"), (), ("venue.unclosed", "venue.unshut")),
        Kind(("日查", "Daily check"), ("venue_days",), ("venue.day",)),
        Kind(("采样", "Sampled"), ("samples",), ("venue.unsampled", "sample")),
        Kind(("岗位", "Key posts"), ("staff",), ("post",)),
        Kind(("值守", "Guarded"), ("posts", "shifts"), ("guard", "site.unguarded", "passage", "permit")),
        Kind(("隔离", "Isolation"), ("measures", "site_checks"), ("site", "measure")),
        Kind(("冷链", "Cold chain"), ("lot_moves", "lot_works", "lots"), ("lot",)),
        Kind(("就诊购药", "Clinic, pharmacy"), ("clinic_visits", "drug_sales"), ("clinic", "drug")),
        Kind(("第三方", "Contracts"), ("contracts",), ("contract",)),
        Kind(("督查", "Inspected"), ("inspections",), ("inspect", "finding")),
    ),
    "lot": (
        Kind(("来源", "Source"), ("lots",), ("lot.rootless",)),
        Kind(("四证", "Papers"), (), ("lot.papers",)),
        Kind(("检测", "Tested"), ("samples",), ("lot.unseen", "lot.early", "lot.handler")),
        Kind(("流向", "Moved"), ("lot_moves",), ("lot.unreceived", "lot.unbacked")),
        Kind(("作业", "Handled"), ("lot_works",), ("lot.undisinfected",)),
        Kind(("封控", "Sealed"), (), ("lot.loose",)),
    ),
}


AREA: tuple[Kind, ...] = (
    Kind(("责任", "Answered for"), (), ("chain", "area")),
    Kind(("来返", "Arrivals"), (), ("arrival", "passage")),
    Kind(("管控", "Controlled"), (), ("measure", "transfer", "monitoring", "aid")),
    Kind(("流调检测", "Traced, tested"), (), ("case", "contact", "sample", "clinic", "drug")),
    Kind(("岗位", "Key posts"), (), ("post",)),
    Kind(("人群", "People"), (), ("group", "person", "unit")),
    Kind(("隔离点", "Isolation"), (), ("site",)),
    Kind(("场所", "Venues"), (), ("venue", "gathering")),
    Kind(("货物", "Goods"), (), ("lot", "stock", "permit", "livestock")),
    Kind(("值守", "Guarded"), (), ("guard",)),
    Kind(("预案队伍", "Plans, teams"), (), ("plan", "team")),
    Kind(
        ("政令督查", "Command"),
        (),
        ("inspect", "finding", "inquiry", "instruction", "task", "order", "ticket", "notice", "contract", "feed"),
    ),
)
"""The closed loop of an area: all its loops, by what is done in them."""


def of_area(rows: Iterable[Any]) -> list[Stage]:
    """The stages of an area; ``rows``: its loops (family as ``name``) with what is ``open`` and ``pending``. A county's
    own loops stand at the last."""
    counts = [[0, 0] for _ in AREA]
    for row in rows:
        place = next((i for i, stage in enumerate(AREA) if row.name in stage.holes), len(AREA) - 1)
        counts[place][0] += row.open
        counts[place][1] += row.pending
    made = []
    for stage, (opened, pending) in zip(AREA, counts, strict=True):
        state: State = "broken" if opened else "due" if pending else "done"
        made.append(Stage(stage.title, state, _note(state, opened, pending, 0)))
    return made


def of(kind: str, rows: Iterable[str], holes: Iterable[Any]) -> list[Stage]:
    """The stages of one subject: those that some row or hole of it shows.

    ``rows``: the ledgers of its rows, as often as there are rows. ``holes``: its holes, open, pending or closed.
    """
    laid = STAGES.get(kind, ())
    counts: dict[str, int] = {}
    for ledger in rows:
        counts[ledger] = counts.get(ledger, 0) + 1
    found: list[list[Any]] = [[] for _ in laid]
    for hole in holes:
        place = _claims(laid, hole.hole)
        if place is not None:
            found[place].append(hole)
    made = []
    for stage, own in zip(laid, found, strict=True):
        number = sum(counts.get(ledger, 0) for ledger in stage.ledgers)
        opened = sum(1 for h in own if h.state == "open")
        pending = sum(1 for h in own if h.state == "pending")
        if not number and not own:
            continue
        state: State = "broken" if opened else "due" if pending else "done"
        made.append(Stage(stage.title, state, _note(state, opened, pending, number)))
    return made


def _claims(laid: tuple[Kind, ...], hole: str) -> int | None:
    """Which stage a hole breaks: one that names it, else the first that names its family."""
    family = hole.split(".")[0]
    for name in (hole, family):
        for place, stage in enumerate(laid):
            if name in stage.holes:
                return place
    return None


def _note(state: State, opened: int, pending: int, number: int) -> tuple[str, str]:
    if state == "broken":
        return f"{opened} 断", f"{opened} broken"
    if state == "due":
        return f"{pending} 待办", f"{pending} to do"
    return (f"{number} 行", "1 row" if number == 1 else f"{number} rows") if number else ("已闭合", "closed")
