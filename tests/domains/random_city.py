"""Random cities for the tests that hold two readings of the contract against each other.

Few people, so that their rows meet; moments on a grid of six hours, so that limits are met exactly, and some a second
beside it; every optional cell empty now and then, some rows withdrawn or not yet known.
"""

from __future__ import annotations

import datetime as dt
import random

from bihuan.domains.choices import MEASURE_GRADES, MEASURE_KINDS
from tests.domains.slow import City, Row, days

H = dt.timedelta(hours=1)
AREAS = ("610723101001", "610723101001002", "610722100001", "610723")
ORDERS = {
    "verify_h": ("0", "6", "12", "48"),
    "control_h": ("0", "6", "24"),
    "handover_h": ("0", "6", "12"),
    "release_grace_h": ("0", "6", "24"),
    **{f"measure.{g}": ("0+0+0", "0+2+1", "2+0+1", "1+1+1", "3+0+0") for g in MEASURE_GRADES},
    **{f"test_days.{k}": ("无", "0", "1、2", "0,3", "1，4") for k in MEASURE_KINDS},
    **{f"temperatures.{k}": ("0", "1", "3") for k in MEASURE_KINDS},
}  # fmt: skip


class Chance:
    """One random city, by its seed."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.now = dt.datetime(2022, 1, 20, self.r.choice((0, 6, 12, 18)))
        self.people = [f"P{i}" for i in range(16)]

    def at(self, back: int = 40, ahead: int = 0) -> dt.datetime:
        beside = dt.timedelta(seconds=self.r.choice((0, 0, 0, 0, 0, 1, -1)))
        return self.now - 6 * H * self.r.randint(-ahead, back) + beside

    def maybe(self, value: object, chance: float = 0.5) -> object:
        return value if self.r.random() < chance else None

    def rows(self, ledger: str, key: str, n: int, /, **columns: object) -> list[Row]:
        made: list[Row] = []
        for i in range(n):
            cells = {c: v() if callable(v) else self.r.choice(v) for c, v in columns.items()}  # type: ignore[arg-type]
            gone = {"retracted": self.maybe(True, 0.04), "recorded_at": self.maybe(self.at(60, 2), 0.1)}
            made.append({key: f"{key[0].upper()}{i}", **cells, **gone})
        self.made[ledger] = made
        return made

    def city(self) -> City:
        self.made: dict[str, list[Row]] = {}
        r, at, maybe, people = self.r, self.at, self.maybe, self.people
        past, soon, later = (lambda: at(40, 1)), (lambda: at(60, 4)), (lambda: maybe(at(20, 8)))
        done, area, units = (lambda: maybe(at(30, 2), 0.6)), AREAS, ("U0", "U1", "U2", "U9")
        yes = (True, False, None)
        self.rows("people", "person", 14, name=("某",), area=area)
        for i, row in enumerate(self.made["people"]):
            row |= {"person": people[i]}
        self.rows("units", "unit", 3, name=("某",), kind=("隔离点", "超市", "发热门诊", "其他"), area=area)
        key = lambda: r.choice(list(ORDERS))  # noqa: E731
        for o in self.rows("orders", "order", 40, document=("一号",), area=("61", "6107", "610723", "610722", "610723101"),
                           key=key, since=lambda: at(80, 2), until=later):  # fmt: skip
            o["value"] = r.choice(ORDERS[o["key"]])
        self.rows(
            "risk_areas",
            "row",
            6,
            area=("31", "3101", "310105", "44"),
            level=("高", "中", "低"),
            since=soon,
            until=later,
        )
        self.rows("arrivals", "arrival", 40, person=people, abroad=(True, False, None, None), left_at=past, arrived_at=done,
                  from_area=("310105", "310106", "44", "51", None), to_area=area, declared_at=lambda: maybe(at(), 0.3))  # fmt: skip
        arrival = lambda: f"A{r.randint(0, 41)}"  # noqa: E731
        self.rows("sightings", "sighting", 12, arrival=arrival, source=("敲门",), at=past)
        self.rows("verifications", "verification", 80, arrival=arrival, at=past, outcome=("在", "在", "不在", "查无此人", "已离开"),
                  area=(*AREAS, None, None))  # fmt: skip
        self.rows("measures", "measure", 60, person=people, ground=("来返", "来返", "密接", "次密接", "病例解除", "重点岗位", "其他"),
                  arrival=lambda: maybe(arrival(), 0.8), kind=MEASURE_KINDS, order=("市指1号", "市指1号", None), unit=("U0", *units, None),
                  room=("101", "101", None), area=(*AREAS, None, None), since=soon, planned_until=later, ended_at=done,
                  companion=yes)  # fmt: skip
        self.rows("samples", "sample", 50, of=("人",), person=people, sampled_at=past, resulted_at=done, tube=("T1", None),
                  result=("阴", "阴", "阳", "无效", None))  # fmt: skip
        self.rows("monitoring", "row", 60, person=people, at=past, temperature=(36.5, 36.6, 38.0, None))
        self.rows("cases", "case", 3, person=people, kind=("确诊",), positive_at=done, reported_at=done, confirmed_at=done,
                  isolated_at=done, recovered_at=done)  # fmt: skip
        self.rows("check_ins", "person", 25, unit=units, at=past)
        for row in self.made["check_ins"]:
            row |= {"person": r.choice(people)}
        self.made["check_ins"] = list({(x["person"], x["unit"], x["at"]): x for x in self.made["check_ins"]}.values())
        self.rows(
            "passages", "passage", 10, post=("K1",), person=(*people, None), at=past, action=("放行", "劝返", "移交")
        )
        self.rows("transfers", "transfer", 8, person=people, from_unit=units, handed_at=past, received_at=done)
        self.rows("duties", "duty", 40, officer=("O1", "O2"), role=("镇干部", "网格员", "医务人员", "民警", "志愿者"),
                  person=(*people, None), unit=(*units, None, None, None), area=(*AREAS, None), since=soon, until=later)  # fmt: skip
        # Findings that name the days of somebody's measure: some prove that it was set right.
        named = [f"measure.unmonitored/{m['person']}/{m['measure']}/{self.now - days(d):%Y-%m-%d}"
                 for m in self.made["measures"] for d in range(1, 8)]  # fmt: skip
        self.rows("findings", "finding", 40, inspection=("I1",), category=("监测",), text=("漏",), hole=named,
                  remedied_at=lambda: at(16, 1), rechecked_at=lambda: maybe(at(8, 1), 0.8), recheck_passed=(True, True, False, None))  # fmt: skip
        return City(self.made, self.now)
