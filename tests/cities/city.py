"""One random city from a seed, and its way to files."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.cities import faults, lives, offices, roll, trade
from tests.cities.draw import City
from tests.reference.rows import contract

FINAL = (
    "passage.waved",
    "passage.nameless",
    "drug.unnamed",
    "lot.early",
    "gathering.banned",
    "gathering.over",
    "lot.undisinfected",
    "livestock.uncertified",
)
SUBJECTS = {"passages": "post", "drug_sales": "unit", "gatherings": None, "livestock_moves": None, "measures": "person"}


def build(seed: int, people: int = 300) -> City:
    """The same city for the same seed, in the order in which one thing needs another."""
    c = City(seed, people)
    for step in (roll.make_areas, roll.make_people, roll.make_units, roll.make_officers, roll.make_duties, roll.make_orders, trade.make_posts, lives.make_risks,
        lives.make_arrivals, lives.make_posts_of_work, lives.make_cases, lives.make_check_ins, lives.make_samples, lives.make_movements, trade.make_lots, trade.make_stocks,
        trade.make_trade, trade.make_shifts, trade.make_venues, offices.make_tasks, offices.make_inspections, offices.make_services, offices.make_plans):  # fmt: skip
        step(c)
    offices.make_findings_of_holes(c, _final_holes(c))
    faults.make_faults(c)
    return c


def _final_holes(c: City) -> list[tuple[str, str, str]]:
    """Names of what may be holes that stay, for findings to name."""
    found = [("passage.waved", r["post"], r["passage"]) for r in c.rows["passages"]] + [
        ("passage.nameless", r["post"], r["passage"]) for r in c.rows["passages"] if not r["person"]
    ]
    found += [("drug.unnamed", r["unit"], r["sale"]) for r in c.rows["drug_sales"] if not r["person"]]
    found += [(f"gathering.{n}", r["gathering"], "") for r in c.rows["gatherings"] for n in ("banned", "over")]
    found += [("livestock.uncertified", r["move"], "") for r in c.rows["livestock_moves"]]
    found += [("lot.early", r["lot"], r["work"]) for r in c.rows["lot_works"]] + [
        ("lot.undisinfected", r["lot"], r["move"]) for r in c.rows["lot_moves"]
    ]
    found += [("venue.unshut", r["unit"], str(r["day"])) for r in c.rows["venue_days"] if r["open"]] + [
        ("venue.day", r["unit"], str(r["day"])) for r in c.rows["venue_days"]
    ]
    found += [("post.exit_final", r["person"], r["measure"]) for r in c.rows["measures"] if r["ground"] == "重点岗位"]
    return c.rng.sample(found, min(len(found), c.some(25)))


def generate(seed: int, people: int = 300) -> dict[str, list[dict[str, Any]]]:
    """The rows of every ledger of a random city, cells as Python values."""
    return build(seed, people).rows


def cell(value: Any) -> str:
    """A value as a clean file holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def write(city: City, folder: Path, chinese: bool = False) -> None:
    """A CSV file for every ledger, headings in English or Chinese."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, said in contract().items():
        columns = list(said.columns)
        city.rng.shuffle(columns)
        with (folder / f"{said.zh if chinese else name}.csv").open("w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            out.writerow([x.heading if chinese else x.name for x in columns])
            out.writerows([cell(row[x.name]) for x in columns] for row in city.rows[name])
