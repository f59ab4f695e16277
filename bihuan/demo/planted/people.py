"""Holes of cases, contacts, clinics, pharmacies, strangers (病例、密接、诊所、药店、生人)."""

from __future__ import annotations

import numpy as np

from bihuan.demo import tree as places
from bihuan.demo.identity import numbers
from bihuan.demo.planted.scene import Scene
from bihuan.demo.world import HOUR, MINUTE


def plant(s: Scene) -> None:
    _cases(s)
    _contacts(s)
    _clinics(s)
    _strangers(s)


def _cases(s: Scene) -> None:
    positive = s.w.ago(hours=6)

    def case(positive: np.datetime64 | None, **cells: object) -> tuple[int, str]:
        p = s.cast()
        given = {"kind": "无症状", "found_by": "密接排查", "positive_at": positive}
        if positive is not None:
            given |= {"reported_at": positive + HOUR, "isolated_at": positive + HOUR}
        return p, s.row("cases", person=p, **given | cells)

    p, key = case(positive, reported_at=None)
    s.plant("case.unreported", p, key, "S4.3.1", "检出阳性六小时没有网络直报", "positive for six hours, not reported")
    p, key = case(positive, isolated_at=None)
    s.plant("case.loose", p, key, "S4.3.1", "检出阳性六小时没有隔离收治", "positive for six hours, not taken in")
    p, key = case(s.w.ago(hours=30))
    s.plant(
        "case.untraced", p, key, "S3.2.5", "病例三十小时没有流调出一个密接", "not one contact traced in thirty hours"
    )
    p, key = case(
        None,
        kind="疑似",
        found_by="发热门诊",
        reported_at=s.w.ago(hours=32),
        isolated_at=s.w.ago(hours=31),
        onset_at=s.w.ago(days=3),
    )
    s.plant(
        "case.undecided",
        p,
        key,
        "S4.3.1",
        "疑似病例三十二小时没有确诊或排除",
        "suspected for 32 hours, neither confirmed nor ruled out",
    )


def _contacts(s: Scene) -> None:
    p = s.cast()
    key = s.row(
        "contacts",
        case=s.three.key,
        person=p,
        degree="密接",
        last_exposed_at=s.w.at("2022-01-03T18:00"),
        setting="同桌吃饭",
        identified_at=s.w.at("2022-01-04T19:00"),
    )
    s.plant(
        "contact.uncontrolled",
        p,
        key,
        "S3.2.2",
        "判定密接四十多小时没有管控",
        "a contact for more than forty hours, under no measure",
    )

    p, entered = s.cast(), s.w.at("2022-01-03T10:15")
    s.row("check_ins", person=p, unit=s.three.shop, at=entered, left_at=entered + 20 * MINUTE)
    s.plant(
        "contact.missed",
        p,
        s.three.key,
        "S4.3.1",
        "与病例同在超市二十分钟，没有判为密接",
        "twenty minutes in one shop with a case, never named",
    )


def _clinics(s: Scene) -> None:
    fever = s.w.units.one(places.COUNTY, "发热门诊")
    p = s.cast()
    at, clinic = s.w.ago(hours=26), s.w.units.one(s.town(p), "诊所")
    key = s.row("clinic_visits", person=p, unit=clinic, at=at, fever=True)
    s.test(p, at + 6 * HOUR)
    s.plant(
        "clinic.kept", clinic, key, "S5.3", "个体诊所接诊发热病人没有转诊", "a private clinic kept a patient with fever"
    )

    p, at = s.cast(), s.w.ago(hours=28)
    key = s.row("clinic_visits", person=p, unit=fever, at=at, fever=True)
    s.plant(
        "clinic.untested", p, key, "S4.3.1", "发热门诊没有给发热病人做核酸", "fever at the fever clinic, and no test"
    )

    p = s.cast()
    at, clinic = s.w.ago(hours=26), s.w.units.one(s.town(p), "诊所")
    key = s.row("clinic_visits", person=p, unit=clinic, at=at, fever=True, referred_at=at + HOUR, referred_to=fever)
    s.test(p, at + 8 * HOUR)
    s.plant("clinic.lost", p, key, "S4.3.1", "转诊发热门诊，人没有到", "referred to the fever clinic, never came")

    p = s.cast()
    shop = s.w.units.one(s.town(p), "药店")
    key = s.row("drug_sales", person=p, unit=shop, at=s.w.ago(hours=60), drug="退热")
    s.plant("drug.untested", p, key, "S3.2.1", "买退热药后没有做核酸", "bought medicine against fever, was not tested")
    key = s.row("drug_sales", unit=shop, at=s.w.ago(hours=50), drug="抗病毒")
    s.plant("drug.unnamed", shop, key, "S3.2.1", "卖药没有登记买药人", "sold without writing down to whom")


def _strangers(s: Scene) -> None:
    born = np.array(["1979-05-06"], "datetime64[D]")
    stranger = numbers(np.array([int(places.SHORT)]), born, np.array([1]), first=400)[0]
    town = s.w.tree.towns[2]
    at = s.w.ago(days=1)
    s.row("check_ins", person=stranger, unit=s.w.units.one(town, "餐馆"), at=at, left_at=at + HOUR)
    s.plant(
        "person.unknown",
        stranger,
        "",
        "S4.1",
        "在餐馆扫码的人不在任何底册上（生人）",
        "scanned in a restaurant, on no roll at all",
    )
    p = s.cast()
    s.row("check_ins", person=p, unit="U-老码头茶馆", at=s.w.ago(days=1), left_at=s.w.ago(days=1) + HOUR)
    s.plant(
        "unit.unknown",
        "U-老码头茶馆",
        "",
        "S2m.3",
        "扫码的场所没有登记在册",
        "a place where people scan, and which is on no list",
    )
