"""What an order may set, its default, and which row is in force where and when (*Orders: parameters and their defaults*)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tests.reference.rows import Row, contract, number, plain, whole

NOTHING = "无"


def _items(text: str) -> list[str]:
    """Items part at , ， 、; 无 (or 0) is the empty list."""
    text = plain(text)
    return [] if text in (NOTHING, "0") else [i for i in (plain(p) for p in re.split("[,，、]", text)) if i]


def _amount(text: str) -> float:
    if (value := number(plain(text))) < 0 or value == float("inf"):
        raise ValueError(text)
    return value


def _stages(text: str) -> tuple[float, ...]:
    days = tuple(_amount(part) for part in plain(text).split("+"))
    if len(days) != 3:
        raise ValueError(text)
    return days


def _days(text: str) -> list[int]:
    days = [whole(item) for item in _items(text)]
    if any(d < 0 for d in days):
        raise ValueError(text)
    return days


def _choices(choices: Iterable[str]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        items = _items(text)
        if not set(items) <= set(choices):
            raise ValueError(text)
        return items

    return read


def _yes(text: str) -> bool:
    if (text := plain(text)) not in ("是", "否"):
        raise ValueError(text)
    return text == "是"


def _of(ledger: str, column: str) -> tuple[str, ...]:
    return contract()[ledger].column(column).choices


NUMBERS = """verify_h 24 control_h 12 handover_h 4 release_grace_h 12 result_h 24 repool_h 12 case.report_h 2 case.isolate_h 2
case.identify_h 24 contact.control_h 12 exposure.minutes 10 exposure.stay_minutes 60 exposure.days_before 2 fever.refer_h 2
drug.test_h 48 passage.verify_h 24 aid_d 3 aid.left_h 24 fever.degrees 37.3 fever.act_h 6 fever.test_h 24 refer.arrive_h 4
case.confirm_h 24 lot.receive_h 72 lot.sample_h 24 lot.seal_h 24 lot.handler_h 24 lot.tolerance 0.005 stock.count_d 7
permit.pass_h 1 livestock.disinfect_h 24 gathering.approval_heads 50 beds_per_10k 20 site.check_d 7 tracers 100 team.train_d 180
plan.drill_d 180 plan.hours 72 third_party_share 0.3 ticket.h.求助 2 ticket.h.举报 24 ticket.h.投诉 24 ticket.h.异议 24
ticket.h.咨询 48 instruction.h 24 finding.recheck_d 7 finding.recur_d 30 duty.persons 60 ticket.solve_h 168 inquiry.close_d 30
plan.mend_d 14 temperatures.集中隔离 2 temperatures.居家隔离 2 temperatures.健康监测 1"""

STAGES = {
    "高": "14+7+0",
    "中": "14+7+0",
    "低": "0+0+14",
    "境外": "14+7+7",
    "密接": "14+7+0",
    "次密接": "7+7+0",
    "退岗": "7+7+0",
}
LODGED = ("隔离点服务", "口岸一线", "转运司机", "闭环保洁")
OFTEN = ("隔离点服务", "口岸一线", "发热门诊", "转运司机", "闭环保洁")
DAILY = ("农贸市场", "超市", "养老院", "宗教场所", "餐馆", "影剧院")
CLOSED = ("养老院", "福利院", "监所", "精神病院", "学校", "幼儿园")


def _parameters() -> dict[str, tuple[Callable[[str], Any], Any]]:
    """key → (how its value is read, its default), every key that a rule asks for but stock.days.*"""
    words = NUMBERS.split()
    found: dict[str, tuple[Callable[[str], Any], Any]] = {}
    for key, value in zip(words[::2], words[1::2], strict=True):
        found[key] = (_amount, float(value))
    for grade, value in STAGES.items():
        found[f"measure.{grade}"] = (_stages, _stages(value))
    for kind, days in {"集中隔离": [1, 4, 7, 14], "居家隔离": [2, 7], "健康监测": [1, 7]}.items():
        found[f"test_days.{kind}"] = (_days, days)
    for post in _of("staff", "post"):
        found[f"post.test_d.{post}"] = (_amount, 2.0 if post in OFTEN else 7.0)
        found[f"post.doses.{post}"] = (_amount, 2.0)
        found[f"post.lodged.{post}"] = (_yes, post in LODGED)
    for group in _of("groups", "group"):
        found[f"group.doses.{group}"] = (_amount, 0.0)
        found[f"group.monitor_d.{group}"] = (_amount, 0.0)
    kinds = _of("units", "kind")
    checks = ("扫码", "测温", "口罩", "消毒")
    for kind in kinds:
        found[f"venue.day.{kind}"] = (_choices(checks), list(checks) if kind in DAILY else [])
        found[f"venue.sample_d.{kind}"] = (_amount, 7.0 if kind in ("农贸市场", "冷库", "隔离点") else 0.0)
        found[f"inspect_d.{kind}"] = (_amount, {"隔离点": 7.0, "农贸市场": 14.0, "养老院": 30.0}.get(kind, 0.0))
    found["venue.closed"] = (_choices(kinds), list(CLOSED))
    found["venue.shut"] = (_choices(kinds), ["歌厅", "棋牌室"])
    gatherings = _of("gatherings", "kind")
    found["gathering.banned"] = (_choices(gatherings), ["婚事", "宴会", "庙会"])
    for kind in gatherings:
        found[f"gathering.heads.{kind}"] = (_amount, 50.0 if kind == "丧事" else float("inf"))
    return found


PARAMETERS = _parameters()


def known_key(key: str) -> bool:
    """Some rule asks for it."""
    return key in PARAMETERS or (key.startswith("stock.days.") and len(key) > len("stock.days."))


def read_value(key: str, value: str) -> Any:
    """The value as its key reads it; ValueError where it cannot."""
    return PARAMETERS.get(key, (_amount, 0.0))[0](value)


class Orders:
    """The order rows in effect, and who of them speaks for a place and moment."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_key: dict[str, list[Row]] = {}
        for row in rows:
            self.by_key.setdefault(row["key"], []).append(row)

    def row(self, key: str, area: str | None, at: datetime) -> Row | None:
        """The live row of the nearest area at or above; of several the latest since, then the last key."""
        if not area:
            return None
        live = [
            r
            for r in self.by_key.get(key, [])
            if area.startswith(r["area"]) and r["since"] <= at and (r["until"] is None or at < r["until"])
        ]
        return max(live, key=lambda r: (len(r["area"]), r["since"], r.key), default=None)

    def value(self, key: str, area: str | None, at: datetime) -> Any:
        row = self.row(key, area, at)
        return read_value(key, row["value"]) if row else PARAMETERS.get(key, (_amount, 0.0))[1]
