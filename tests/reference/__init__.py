"""A slow, obvious evaluator of the contract in plain Python: a separate reading, against which the engine is held."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.reference import (
    command,
    goods,
    guards,
    people_arrivals,
    people_cases,
    people_measures,
    people_posts,
    places,
    services,
    stocks,
)
from tests.reference.owners import Hole, earliest, owned, set_right
from tests.reference.rejects import Reject, judge
from tests.reference.rows import Row, read_folder
from tests.reference.world import World

__all__ = ["Hole", "Reject", "all_of", "evaluate", "made_good", "read"]

MODULES = (
    people_arrivals,
    people_measures,
    people_cases,
    people_posts,
    goods,
    stocks,
    places,
    guards,
    command,
    services,
)


def read(folder: Path) -> tuple[dict[str, list[Row]], list[Reject]]:
    """The rows of a folder that stand, and the rejects."""
    return judge(read_folder(Path(folder)))


def all_of(ledgers: dict[str, list[Row]], now: datetime) -> list[Hole]:
    """Every open, pending and late obligation of the ledgers at a moment."""
    w = World(ledgers, now)
    found = [hole for module in MODULES for rule in module.RULES for hole in rule(w)]
    return [owned(w, h) for h in earliest(found) if not (h.final and set_right(w, h))]


def made_good(ledgers: dict[str, list[Row]], now: datetime) -> list[Hole]:
    """What would be a hole for ever, had not a finding set it right."""
    w = World(ledgers, now)
    return [h for module in MODULES for rule in module.RULES for h in rule(w) if h.final and set_right(w, h)]


def evaluate(folder: Path, now: datetime) -> list[Hole]:
    """As `all_of`, from a folder of ledgers."""
    return all_of(read(folder)[0], now)
