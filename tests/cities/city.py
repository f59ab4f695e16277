"""One random city from a seed, and its way to files."""

from __future__ import annotations

import csv
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.cities import edges, edges_offices, faults, lives, odd, offices, roll, trade
from tests.cities.draw import City
from tests.reference.rows import contract

Rows = dict[str, list[dict[str, Any]]]


def build(seed: int, people: int = 300, now: datetime | None = None) -> City:
    """The same city for the same seed, in the order in which one thing needs another; audited at ``now`` or one drawn."""
    c = City(seed, people, now)
    for step in (roll.make_areas, roll.make_people, roll.make_units, roll.make_officers, roll.make_duties, roll.make_orders, trade.make_posts, lives.make_risks,
        lives.make_arrivals, lives.make_posts_of_work, lives.make_cases, lives.make_check_ins, lives.make_samples, lives.make_movements, trade.make_lots, trade.make_stocks,
        trade.make_trade, trade.make_shifts, trade.make_venues, offices.make_tasks, offices.make_inspections, offices.make_services, offices.make_plans,
        edges.make_edges, edges_offices.make_office_edges, odd.make_oddities):  # fmt: skip
        step(c)
    offices.make_findings_of_holes(c, _final_holes(c))
    faults.make_faults(c)
    return c


def _final_holes(c: City) -> list[tuple[str, datetime]]:
    """What may be holes that cannot be made good, by the names that findings give them, with their since."""
    day = timedelta(days=1)
    shut = {u["unit"] for u in c.rows["units"] if u["status"] == "关停"}
    found: list[tuple[tuple[str, ...], datetime | None]] = []
    for r in c.rows["passages"]:
        found += [((f"passage.{n}", r["post"], r["passage"]), r["at"]) for n in ("waved", "nameless")]
    found += [(("drug.unnamed", r["unit"], r["sale"]), r["at"]) for r in c.rows["drug_sales"]]
    for r in c.rows["gatherings"]:
        names = ("banned",) * (r["kind"] in ("婚事", "宴会", "庙会")) + ("over",) * (
            r["kind"] == "丧事" and r["heads"] == 51
        )
        found += [((f"gathering.{n}", r["gathering"]), r["held_at"]) for n in names]
    found += [(("livestock.uncertified", r["move"]), r["at"]) for r in c.rows["livestock_moves"]]
    found += [(("lot.early", r["lot"], r["work"]), r["at"]) for r in c.rows["lot_works"] if r["kind"] == "销售"]
    found += [(("lot.undisinfected", r["lot"], r["move"]), r["received_at"]) for r in c.rows["lot_moves"]]
    for r in c.rows["venue_days"]:
        begins = datetime.combine(r["day"], time())
        if r["open"] is not False and not all(r[x] for x in ("scanned", "temperature", "masks", "disinfected")):
            found.append((("venue.day", r["unit"], str(r["day"])), begins + day))
        if r["open"] and r["unit"] in shut:
            found.append((("venue.unshut", r["unit"], str(r["day"])), begins))
    for r in c.rows["measures"]:
        if r["ground"] == "重点岗位":
            found.append((("post.exit_final", r["person"], r["measure"]), r["ended_at"]))
        yesterday = c.now.date() - day
        if r["since"] < c.now - 2 * day and (r["ended_at"] is None or r["ended_at"] >= c.now):
            name = ("measure.unmonitored", r["person"], f"{r['measure']}/{yesterday}")
            found.append((name, datetime.combine(yesterday + day, time())))
    by_hole: dict[str, list[tuple[str, datetime]]] = {}
    for parts, since in found:
        if since:
            by_hole.setdefault(parts[0], []).append(("/".join(parts), since))
    # Of each hole some, whatever there is most of.
    return [hole for holes in by_hole.values() for hole in c.rng.sample(holes, min(len(holes), c.some(8)))]


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
    write_rows(city.rows, folder, city.rng, chinese)


def write_rows(rows: Rows, folder: Path, rng: random.Random, chinese: bool = False, split: bool = False) -> None:
    """As ``write``; ``split``: each ledger in two files, one by its name, one by its title."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, said in contract().items():
        columns = list(said.columns)
        rng.shuffle(columns)
        half = len(rows[name]) // 2 if split else 0
        parts = [(said.zh if chinese else name, rows[name][half:])]
        if split:
            parts.append((name if chinese else said.zh, rows[name][:half]))
        for file, found in parts:
            with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as f:
                out = csv.writer(f)
                out.writerow([x.heading if chinese else x.name for x in columns])
                out.writerows([cell(row[x.name]) for x in columns] for row in found)
