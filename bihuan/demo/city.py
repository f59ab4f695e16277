"""The demo as a whole: the city is made up part by part, the holes are planted, the ledgers are written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bihuan.demo.world import AS_OF, Planted, World

DEFAULT_PEOPLE = 4_000
FEWEST = 3_000
DEFAULT_SEED = 20220106

Progress = Callable[[str, float], None]
"""Told what is being done, and the share that is done."""


class NotTold(ValueError):
    """The story has no such county: a sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} · {en}")
        self.zh, self.en = zh, en


@dataclass
class Summary:
    """What was written: rows by ledger, the source's figures as they came out, the planted holes."""

    folder: Path
    people: int
    seed: int
    as_of: datetime
    form: str
    rows: dict[str, int] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)

    def __str__(self) -> str:
        figures = "\n".join(f"  {name}: {value:,}" for name, value in self.figures.items())
        return (
            f"{self.folder}: {sum(self.rows.values()):,} 行 rows, {len(self.rows)} 本台账 ledgers\n"
            f"截至 as of {self.as_of:%Y-%m-%dT%H:%M}, 种子 seed {self.seed}\n{figures}\n"
            f"预埋漏洞 planted holes: {len(self.planted)} (planted.csv)"
        )


def told(people: int, as_of: datetime) -> None:
    """Raises NotTold for fewer people than the source's figures need, or an odd hour."""
    if people < FEWEST:
        raise NotTold(
            f"{people} 人太少，放不下原文的数字：请给 {FEWEST:,} 以上",
            f"{people} people are too few for the source's figures: give {FEWEST:,} or more",
        )
    if as_of.time() != AS_OF.time():
        raise NotTold(
            f"故事讲到某一天的 14:00，没有 {as_of:%H:%M}：请给一天的 14:00",
            f"the story is told as of 14:00 of a day, not {as_of:%H:%M}: give 14:00 of some day",
        )


def build(people: int, seed: int, as_of: datetime, progress: Progress | None = None) -> World:
    """The whole city in memory."""
    from bihuan.demo import chain, command, goods, inbound, mass, outbreak, roll, staff, tree, units
    from bihuan.demo.book import Book
    from bihuan.demo.hotels import Hotels
    from bihuan.demo.planted import plant
    from bihuan.domains.catalogue import ledgers

    tell = progress or (lambda what, share: None)
    w = World(people, seed, as_of, Book(ledgers()), tree.grow(people))
    w.chain, w.units, w.hotels = chain.Chain(), units.Units(), Hotels()
    tell("底册 roll", 0.0)
    roll.enrol(w)
    plant.prepare(w)
    tell("责任链 chain", 0.1)
    chain.appoint(w)
    units.build(w)
    known = w.tree.names()
    roll.write_areas(w, known)
    posted = staff.post_everybody(w)
    three = outbreak.Three(w, posted)
    units.guard(w, three.village)
    tell("来返与管控 arrivals and measures", 0.2)
    inbound.risk(w)
    command.orders(w)
    inbound.students(w)
    inbound.come_back(w)
    staff.left(w)
    outbreak.three(w, three)
    outbreak.xian(w)
    staff.old_people(w)
    staff.routine(w, posted, three.ill)
    tell("物资与指挥 goods and command", 0.4)
    cold = goods.goods(w, posted)
    command.command(w)
    plans = command.strength(w)
    plant.plant(w, plant.Stage(w, three, posted, cold, plans))
    units.keep_up(w)
    tell("全员 everybody", 0.5)
    mass.check_ins(w)
    mass.round_of_tests(w)
    mass.sick(w)
    staff.vaccinate(w, w.fewer_doses, posted)
    roll.write_groups(w)
    roll.write_people(w)
    return w


def write(
    folder: Path,
    people: int = DEFAULT_PEOPLE,
    seed: int = DEFAULT_SEED,
    as_of: datetime = AS_OF,
    form: str = "csv",
    progress: Progress | None = None,
) -> Summary:
    """Write all 53 ledgers to ``folder``, with ``planted.csv`` and ``as_of.txt`` beside them.

    ``people`` are those on the roll of the city; the source's figures for the city are in proportion to 2.5 million,
    those of S5 for the county are kept. ``form`` is csv or parquet. The same arguments give the same bytes.
    """
    if form not in ("csv", "parquet"):
        raise ValueError(f"格式只有 csv 和 parquet · form is csv or parquet, not {form}")
    told(people, as_of)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    w = build(people, seed, as_of, progress)
    summary = Summary(folder, people, seed, as_of, form, figures=w.figures, planted=sorted(w.planted, key=_id))
    for i, ledger in enumerate(w.book.ledgers):
        if progress:
            progress(f"写 writing {ledger}", 0.6 + 0.4 * i / len(w.book.ledgers))
        summary.rows[ledger] = w.book.write(ledger, folder, form)
    with (folder / "planted.csv").open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["hole", "subject", "item", "source", "zh", "en"])
        table.writerows([p.hole, p.subject, p.item, p.source, p.zh, p.en] for p in summary.planted)
    (folder / "as_of.txt").write_text(f"{as_of:%Y-%m-%dT%H:%M}\n", encoding="utf-8")
    return summary


def _id(planted: Planted) -> tuple[str, str, str]:
    return planted.hole, planted.subject, planted.item
