"""Whom to tell what at which moment: tables of what is due and what is planned."""

from __future__ import annotations

import datetime as dt

import pytest

from bihuan.pressure import wording
from bihuan.pressure.planning import Away, Due, Habit, Planned, plan, quarter_of, stand_ins

DAY = dt.datetime(2022, 1, 5)
USUAL = Habit(22, 7)


def at(clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return DAY.replace(hour=int(hour), minute=int(minute))


def due(said: str, attempt: int = 0, tried: str = "") -> Due:
    """1 急 O1 opened, or 1 急 O1>O2 opened: O2 is told for O1."""
    hole, severity, officer, why = said.split()
    officer, _, recipient = officer.partition(">")
    when = at(tried) if tried else None
    return Due(int(hole), DAY, severity, officer, why, recipient=recipient or officer, attempt=attempt, tried=when)


def told(planned: list[Planned]) -> list[tuple[str, str, str]]:
    """recipient, the digest's quarter or –, holes in order."""
    return [
        (p.recipient, f"{p.quarter:%H:%M}" if p.quarter else "–", " ".join(str(d.hole) for d in p.dues))
        for p in planned
    ]


CASES = {
    "nothing due": ("14:03", [], {}, []),
    "one message an officer": (
        "14:03",
        ["1 重 O1 opened", "2 常 O1 opened", "3 重 O2 opened"],
        {},
        [("O1", "14:00", "1 2"), ("O2", "14:00", "3")],
    ),
    "a second within the quarter waits": ("14:14", ["4 重 O1 opened"], {"O1": "14:00"}, []),
    "and goes with the next quarter": ("14:15", ["4 重 O1 opened"], {"O1": "14:00"}, [("O1", "14:15", "4")]),
    "somebody else's digest holds nobody up": (
        "14:14",
        ["4 重 O2 opened"],
        {"O1": "14:00"},
        [("O2", "14:00", "4")],
    ),
    "urgent passes a digest that was": ("14:14", ["5 急 O1 opened"], {"O1": "14:00"}, [("O1", "–", "5")]),
    "urgent goes alone where the rest must wait": (
        "14:14",
        ["4 重 O1 opened", "5 急 O1 opened"],
        {"O1": "14:00"},
        [("O1", "–", "5")],
    ),
    "urgent and the rest as one where a digest may go": (
        "14:16",
        ["4 重 O1 opened", "5 急 O1 opened"],
        {"O1": "14:00"},
        [("O1", "14:15", "5 4")],
    ),
    "urgent alone uses no digest up": ("14:16", ["5 急 O1 opened"], {}, [("O1", "–", "5")]),
    "night: quiet": ("22:00", ["1 重 O1 opened"], {}, []),
    "night: urgent passes": ("03:10", ["1 重 O1 opened", "2 急 O1 opened"], {}, [("O1", "–", "2")]),
    "last minute of the day": ("21:59", ["1 重 O1 opened"], {}, [("O1", "21:45", "1")]),
    "morning: all that came by night at once": (
        "07:00",
        ["1 重 O1 opened", "2 常 O1 escalated"],
        {},
        [("O1", "07:00", "1 2")],
    ),
    "who keeps other hours": ("03:10", ["1 重 O9 opened"], {}, [("O9", "03:00", "1")]),
    "quiet by day": ("13:30", ["1 重 O8 opened"], {}, []),
    "one hole of two reasons is told twice, of one reason once": (
        "14:00",
        ["1 重 O1>O3 opened", "1 重 O2>O3 opened", "1 重 O3 escalated"],
        {},
        [("O3", "14:00", "1 1")],
    ),
}
HABITS = {"O9": Habit(0, 0), "O8": Habit(12, 14)}


@pytest.mark.parametrize("case", CASES)
def test_what_is_planned(case: str) -> None:
    now, dues, digested, wanted = CASES[case]
    quarters = {officer: at(quarter) for officer, quarter in digested.items()}
    assert told(plan([due(d) for d in dues], HABITS, USUAL, quarters, at(now))) == wanted


@pytest.mark.parametrize(
    ("attempt", "tried", "now", "goes"),
    [
        (1, "14:00", "14:14", False),
        (1, "14:00", "14:15", True),
        (2, "14:15", "14:30", True),
        (3, "14:30", "18:00", False),
    ],
)
def test_what_a_channel_refused_is_tried_three_times(attempt: int, tried: str, now: str, goes: bool) -> None:
    assert bool(plan([due("1 急 O1 opened", attempt, tried)], {}, USUAL, {}, at(now))) is goes


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    assert plan([due("1 急 O1 opened", 1, "18:00")], {}, USUAL, {}, at("14:00"))


def away(officer: str, delegate: str, since: str = "08:00", until: str = "18:00") -> Away:
    return Away(officer, delegate, at(since), at(until))


@pytest.mark.parametrize(
    ("aways", "now", "wanted"),
    [
        ([away("A", "B")], "07:59", {}),
        ([away("A", "B")], "08:00", {"A": "B"}),
        ([away("A", "B")], "18:00", {}),
        ([away("A", "B"), away("B", "C")], "09:00", {"A": "C", "B": "C"}),
        ([away("A", "B"), away("B", "A")], "09:00", {}),
        ([away("A", "B"), away("B", "C"), away("C", "B")], "09:00", {}),
        ([away("A", "B", "08:00"), away("A", "C", "09:00")], "10:00", {"A": "C"}),
    ],
)
def test_who_stands_in(aways: list[Away], now: str, wanted: dict[str, str]) -> None:
    assert stand_ins(aways, at(now)) == wanted


def test_quarters() -> None:
    assert [f"{quarter_of(at(t)):%H:%M}" for t in ("14:00", "14:14", "14:15", "23:59")] == [
        *("14:00", "14:00", "14:15", "23:45")
    ]


def test_a_long_digest_is_counted_and_names_no_person() -> None:
    dues = tuple(Due(n, DAY, "重", "O1", "opened", ("措施空档", "Gap"), "610723001001", DAY, "O1") for n in range(40))
    message = Planned("O1", DAY, dues)
    assert wording.title(message) == "闭环：40 个漏洞（重 40）· 40 holes (40 serious)"
    lines = wording.text(message, {"610723001001": "东村"}, {}, "https://desk.example/").splitlines()
    assert lines[0] == "【重】措施空档 Gap · 东村 · 自 since 01-05 00:00"
    assert lines[-2:] == ["……另有 28 个 · and 28 more", "https://desk.example/mine/"]
    assert len(lines) == wording.LINES + 2
