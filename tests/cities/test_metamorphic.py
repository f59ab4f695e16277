"""What a change to the ledgers does to the holes, whatever they are: no second reading is needed to know it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cities import answers
from tests.cities.audit import Id, by_engine
from tests.cities.changes import Renamed, Rows, known, referring_to_known, shifted, shifted_text, together, untied
from tests.cities.city import build, write_rows
from tests.cities.reach import WITHOUT_LATE

SEED, PEOPLE = 2, 120
Holes = dict[Id, tuple[Any, ...]]


@dataclass(frozen=True)
class Audited:
    rows: Rows
    now: datetime
    holes: Holes


def audit(rows: Rows, now: datetime, folder: Path, seed: int = 0, **how: Any) -> Holes:
    write_rows(rows, folder / "ledgers", random.Random(seed), **how)
    return by_engine(folder / "ledgers", now).holes


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    drawn = build(SEED, PEOPLE)
    return Audited(drawn.rows, drawn.now, audit(drawn.rows, drawn.now, tmp_path_factory.mktemp("city")))


# ── time ─────────────────────────────────────────────────────────────────────────────────────────
def moved(holes: Holes, by: timedelta) -> Holes:
    """The holes as they must be when everything is later by so much."""
    return {
        (*key[:3], shifted_text(key[3], by)): (since + by, closed and closed + by, *rest)
        for key, (since, closed, *rest) in holes.items()
    }


def test_later_by_whole_days(city: Audited, tmp_path: Path) -> None:
    """Four hundred years: whole days after which the calendar and everybody's age are the same again."""
    by = timedelta(days=146097)
    assert audit(shifted(city.rows, by), city.now + by, tmp_path) == moved(city.holes, by)


CALENDAR = re.compile(
    r"measure\.(untested|unmonitored|breached)|venue\.(day|unshut)|stock\.(expired|short)|contract\.licence"
    r"|guard\.(gap|leaderless)|aid\.left|(person|unit)\.unknown"
)
"""Holes that ask for a day, an hour of the clock, an age or a minute: they do not shift by odd seconds."""


@pytest.mark.long
def test_later_by_odd_seconds(city: Audited, tmp_path: Path) -> None:
    """What only asks how long ago something was shifts with it; dates stay where they are."""
    by = timedelta(seconds=12_347)
    rows = {
        name: [{c: v + by if isinstance(v, datetime) else v for c, v in row.items()} for row in found]
        for name, found in city.rows.items()
    }

    def timed(holes: Holes) -> Holes:
        return {key: value for key, value in holes.items() if not CALENDAR.match(key[1])}

    later = timed(audit(rows, city.now + by, tmp_path))
    assert later == timed(moved(city.holes, by))
    assert len(later) > 1000


# ── copies and parts ─────────────────────────────────────────────────────────────────────────────
PROVINCES = ("61", "62", "63", "31", "44", "32", "51")
"""Those of the generator."""


def elsewhere(first: int) -> dict[str, str]:
    """The provinces of a copy."""
    return {code: str(first + n) for n, code in enumerate(PROVINCES)}


@pytest.mark.long
def test_a_city_copied_gives_every_hole_as_often(city: Audited, tmp_path: Path) -> None:
    """Under other keys, in other provinces: the city and two copies of it in one folder."""
    others = [Renamed("甲-", elsewhere(11)), Renamed("乙-", elsewhere(71))]
    holes = audit(together(city.rows, *(o.rows(city.rows) for o in others)), city.now, tmp_path)
    wanted = dict(city.holes)
    for other in others:
        wanted |= other.holes(city.holes, city.rows)
    assert len(wanted) == 3 * len(city.holes)
    assert holes == wanted


@pytest.mark.long
def test_parts_audited_apart_give_the_same(city: Audited, tmp_path: Path) -> None:
    """Prefectures of one province, apart and together; in each part stands what belongs to the province."""
    drawn = build(SEED + 1, PEOPLE // 2, city.now).rows
    drawn["areas"] = [r for r in drawn["areas"] if r["area"] != "61"]
    other = Renamed("丙-", {**elsewhere(11), "61": "6199", "6101": "6199"})
    second, province = other.rows(drawn), of_province(city.rows, "61")
    whole = audit(together(city.rows, second), city.now, tmp_path / "whole")
    apart = audit(together(second, province), city.now, tmp_path / "apart")
    theirs = {officer["officer"] for officer in province["officers"]}
    mine = {key: value for key, value in apart.items() if key[2] not in theirs and key[2] != "61"}
    mine = {key: value for key, value in mine.items() if key[1] != "order.differs" or key[2].startswith("丙-")}
    assert whole == city.holes | mine
    assert len(mine) > 500
    assert any(value[2] in theirs for value in mine.values()), "nobody of the province is asked for"


def of_province(rows: Rows, code: str) -> Rows:
    """What belongs to the level above: its area, its orders, the duties on it, and their officers."""
    found: Rows = {name: [] for name in rows}
    found["areas"] = [r for r in rows["areas"] if r["area"] == code]
    orders = {r["order"] for r in rows["orders"] if r["area"] == code}
    found["orders"] = [r for r in rows["orders"] if r["order"] in orders]
    duties = {d["duty"] for d in rows["duties"] if d["area"] == code and not d["unit"] and not d["person"]}
    found["duties"] = [d for d in rows["duties"] if d["duty"] in duties]
    officers = {d["officer"] for d in found["duties"]}
    for name in ("officers", "absences"):
        keys = {r[next(iter(r))] for r in rows[name] if r["officer"] in officers}
        found[name] = [r for r in rows[name] if r[next(iter(r))] in keys]
    return found


# ── order, knowledge, answers ────────────────────────────────────────────────────────────────────
@pytest.mark.long
def test_the_order_of_files_and_rows_is_no_matter(city: Audited, tmp_path: Path) -> None:
    """But for versions of one key known at one moment, of which the later line wins."""
    rows = untied(city.rows)
    first = audit(rows, city.now, tmp_path / "first")
    draw = random.Random(3)
    for found in rows.values():
        draw.shuffle(found)
    assert audit(rows, city.now, tmp_path / "second", seed=4, chinese=True, split=True) == first


@pytest.mark.long
@pytest.mark.parametrize("hours", [0, 31])
def test_an_audit_sees_what_was_known_by_then(city: Audited, tmp_path: Path, hours: int) -> None:
    """But for duplicates: of rows of one recorded_at the last stands, known by then or not."""
    then = city.now - timedelta(hours=hours)
    rows = referring_to_known(untied(city.rows), then)
    by_then = {name: [r for r in found if known(name, r) <= then] for name, found in rows.items()}
    assert sum(map(len, by_then.values())) < sum(map(len, rows.values()))
    assert audit(rows, then, tmp_path / "all") == audit(by_then, then, tmp_path / "known")


@pytest.mark.long
@pytest.mark.parametrize("apart", [False, True])
def test_an_answer_never_adds_the_hole_that_it_answers(city: Audited, tmp_path: Path, apart: bool) -> None:
    """Every other open or pending obligation of each kind is answered now: it is gone, and none of its kind is new.

    What the answer to something else may open is answered apart.
    """
    due: dict[str, list[Id]] = {}
    for key in city.holes:
        if key[1] in answers.ANSWERS and key[0] in ("open", "pending"):
            due.setdefault(key[1], []).append(key)
    assert set(due) == set(answers.ANSWERS)
    answered = [key for name, found in due.items() for key in found[::2] if not apart or name in answers.OPENED]
    after = audit(answers.given(city.rows, city.now, answered), city.now, tmp_path)
    for state, *key in answered:
        # What is repeated is due again later.
        left = {"open"} if key[0] in WITHOUT_LATE else {"open", "pending"}
        assert not [s for s in left if (s, *key) in after], (state, *key)
    kinds = {name for name in due if (name in answers.OPENED) == apart}
    were = {key[1:] for found in due.values() for key in found}
    assert not [key for key in after if key[1] in kinds and key[0] in ("open", "pending") and key[1:] not in were]
