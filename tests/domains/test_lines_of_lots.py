"""Lots split hundreds of times, in circles and in thickets, held against the slow evaluator, hole by hole."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from bihuan import testing
from bihuan.domains.specs import Case
from tests.reference import goods
from tests.reference.owners import earliest
from tests.reference.rows import Row, contract, value_of
from tests.reference.world import World

NOW = dt.datetime(2022, 1, 20, 8)
HOLES = (
    *("lot.papers", "lot.rootless", "lot.unreceived", "lot.unbacked", "lot.unseen"),
    *("lot.undisinfected", "lot.loose", "lot.early", "lot.handler"),
)
UNITS = [
    {"unit": "U1", "name": "监管仓", "kind": "集中监管仓", "area": "610723101"},
    {"unit": "U2", "name": "冷库", "kind": "冷库", "area": "610723102"},
    {"unit": "U3", "name": "东市场", "kind": "农贸市场", "area": "610724101"},
]
Ledgers = dict[str, list[dict[str, str]]]


def by_engine(ledgers: Ledgers, hole: str) -> set[tuple[str, ...]]:
    columns = {"subject": "", "item": "", "since": "", "area": ""}
    case = Case(hole, ("线", "line"), NOW, ledgers, {"holes": [columns]})
    return {tuple(row[c] for c in columns) for row in testing.run(case)["holes"]}


def by_reference(ledgers: Ledgers, hole: str) -> set[tuple[str, ...]]:
    rows = {
        name: [
            Row(name, {c.name: value_of(given.get(c.name, ""), c, contract()[name]) for c in contract()[name].columns})
            for given in lines
        ]
        for name, lines in ledgers.items()
    }
    rule = next(r for r in goods.RULES if r.__name__ == hole.replace(".", "_"))
    found = earliest([h for h in rule(World(rows, NOW)) if h.state == "open"])
    return {(h.subject, h.item, h.since.isoformat(), h.area or "") for h in found}


def at(chance: random.Random, hours: int = 300) -> str:
    return (NOW - dt.timedelta(hours=chance.randrange(1, hours))).isoformat()


def some(chance: random.Random, n: int, key: str, lots: list[str], more: Any) -> list[dict[str, str]]:
    return [{key: f"{key[0].upper()}{i:03}", "lot": chance.choice(lots), **more(chance)} for i in range(n)]


def move(chance: random.Random) -> dict[str, str]:
    sent = at(chance)
    end = chance.choice(
        ["", "2022-01-20T08:00:01", (dt.datetime.fromisoformat(sent) + dt.timedelta(hours=4)).isoformat()]
    )
    units = ["", "U1", "U2", "U3"]
    return {
        "from_unit": chance.choice(units),
        "to_unit": chance.choice(units),
        "sent_at": sent,
        "received_at": end,
        "kg": chance.choice(["10", "20.5", "33"]),
    }


def work(chance: random.Random) -> dict[str, str]:
    return {
        "kind": chance.choice(["消毒", "搬运", "销售", "封存", "销毁"]),
        "unit": chance.choice(["", "U2", "U3"]),
        "person": chance.choice(["", "张三", "李四"]),
        "at": at(chance),
        "kg": chance.choice(["", "10", "40"]),
    }


def sample(chance: random.Random) -> dict[str, str]:
    done = at(chance, 200)
    return {
        "of": "物",
        "sampled_at": done,
        "resulted_at": chance.choice(["", done, done]),
        "result": chance.choice("阴阳"),
    }


def thicket(seed: int) -> Ledgers:
    """Lots split from any other lot, themselves or none: trees, long ways, circles with ways into them."""
    chance = random.Random(seed)
    lots = [f"L{i:03}" for i in range(chance.choice([6, 12, 40]))]
    near = chance.random() < 0.5  # long ways

    def parent(i: int) -> str:
        if chance.random() < 0.15:
            return chance.choice(["", "L999"])
        return lots[i - 1] if near and chance.random() < 0.8 else chance.choice(lots)

    rows = [
        {
            "lot": lot,
            "product": "冻虾",
            "imported": chance.choice("是是是否"),
            "kg": "50",
            "split_from": parent(i),
            "entered_at": at(chance) if chance.random() < 0.4 else "",
            "port": "U1" if chance.random() < 0.3 else "",
            "test_cert": chance.choice(["", "核1"]),
        }
        for i, lot in enumerate(lots)
    ]
    return {
        "units": UNITS,
        "lots": rows,
        "lot_moves": some(chance, 25, "move", lots, move),
        "lot_works": some(chance, 25, "work", lots, work),
        "samples": some(chance, 9, "sample", lots, sample),
    }


@pytest.mark.parametrize("seeds", [range(4), pytest.param(range(4, 16), marks=pytest.mark.long)], ids=str)
@pytest.mark.parametrize("hole", HOLES)
def test_thickets(hole: str, seeds: range) -> None:
    seen = 0
    for seed in seeds:
        ledgers = thicket(seed)
        want = by_reference(ledgers, hole)
        assert by_engine(ledgers, hole) == want, f"seed {seed}"
        seen += len(want)
    assert seen > 0


SPLITS = 220


def chain(sampled: str = "", root: dict[str, str] | None = None, **cells: str) -> Ledgers:
    """L000 and 220 lots, each split from the one before; the last is sampled where asked."""
    first = {"entered_at": "2022-01-10T08:00", "port": "U1", "split_from": ""} | (root or {})
    lots = [
        {"lot": f"L{i:03}", "product": "冻虾", "imported": "是", "kg": "50", "split_from": f"L{i - 1:03}"}
        for i in range(1, SPLITS + 1)
    ]
    lots.append({"lot": "L000", "product": "冻虾", "imported": "是", "kg": "50", **first})
    samples = [{"sample": "S1", "of": "物", "lot": f"L{SPLITS:03}", "sampled_at": sampled, **cells}] if sampled else []
    return {"units": UNITS, "lots": lots, "samples": samples}


def test_two_hundred_splits_deep() -> None:
    every = {f"L{i:03}" for i in range(SPLITS + 1)}
    unseen = by_engine(chain(), "lot.unseen")
    assert unseen == {(lot, "", "2022-01-11T08:00:00", "610723101") for lot in every}
    assert by_engine(chain("2022-01-10T09:00"), "lot.unseen") == set()
    assert by_engine(chain(), "lot.rootless") == set()
    lost = by_engine(chain(root={"split_from": "L999"}), "lot.rootless")
    assert {found[0] for found in lost} == every
    papers = by_engine(chain(root={"customs_form": "报", "inspection_cert": "检", "test_cert": "核"}), "lot.papers")
    assert papers == {(lot, "disinfection_cert", "2022-01-10T08:00:00", "610723101") for lot in every}


def test_a_circle_of_two_hundred() -> None:
    """The root of each is the lot before it comes round again: of the one that has no port, and only of that."""
    ledgers = chain(root={"split_from": f"L{SPLITS:03}", "port": "", "entered_at": ""})
    for lot in ledgers["lots"]:
        lot |= {"port": "U1", "entered_at": "2022-01-10T08:00"} if lot["lot"] != "L007" else {}
    assert {found[0] for found in by_engine(ledgers, "lot.rootless")} == {"L006"}
    assert by_engine(ledgers, "lot.rootless") == by_reference(ledgers, "lot.rootless")
    assert len(by_engine(ledgers, "lot.unseen")) == SPLITS + 1
