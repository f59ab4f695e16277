"""Holes of risky posts, key groups, samples (重点岗位、重点人群、检测)."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.planted.scene import Scene
from bihuan.demo.roll import ELDER, INMATE
from bihuan.demo.world import HOUR


def plant(s: Scene) -> None:
    _posts(s)
    _groups(s)
    _samples(s)


def _posts(s: Scene) -> None:
    hotel = s.w.hotels.open[0][0]

    def work(p: int, *, tested: int = 1, lodged: bool = True) -> str:
        """At the hotel since three weeks, last tested so many days ago."""
        for back in range(tested, 22, 2):
            s.test(p, s.morning(back))
        return s.row("staff", person=p, unit=hotel, post="隔离点服务", lodged=lodged, since=s.morning(22))

    p = s.cast()
    s.w.fewer_doses[p] = 1
    s.plant(
        "post.unvaccinated", p, work(p), "S1.4", "隔离点服务人员只打了一针", "works at an isolation site with one dose"
    )

    p = s.cast()
    s.w.fewer_doses[p] = 0
    s.row("refusals", person=p, kind="拒绝", at=s.morning(15), reason="本人不愿接种")
    s.plant(
        "post.refuser", p, work(p), "S1.2", "拒绝接种仍在隔离点工作", "refused the vaccine and still works at the site"
    )

    p = s.cast()
    s.plant(
        "post.unlodged",
        p,
        work(p, lodged=False),
        "S1.2",
        "隔离点服务人员没有集中居住",
        "works at an isolation site and goes home at night",
    )

    p = s.cast()
    s.plant(
        "post.untested",
        p,
        work(p, tested=4),
        "S1.3",
        "隔离点服务人员四天没有核酸",
        "no test for four days, two are ordered",
    )

    p, cold = s.cast(), s.cold[places.COUNTY]
    lot = cold.stored(s.morning(6))
    part = s.row("lots", product="分装", imported=True, kg=50.0, split_from=lot)
    cold.move(part, cold.store, cold.market, 50.0, s.morning(4))
    cold.work("搬运", part, cold.market, s.morning(4) + 6 * HOUR, p)
    s.plant(
        "post.unlisted",
        p,
        cold.market,
        "S1.4",
        "搬运进口冷链的人不在岗位名册上",
        "handled imported frozen food, on no roll of posts",
    )


def _groups(s: Scene) -> None:
    row = s.row("groups", person=ELDER, group="六十岁以上", since=s.w.at("2021-06-01T00:00"))
    s.plant(
        "group.unvaccinated",
        ELDER,
        row,
        "S1.4",
        "六十岁以上一针未打，也没有说明",
        "over sixty, no dose, no reason given",
    )

    row = s.row("groups", person=INMATE, group="养老院老人", since=s.w.at("2021-06-01T00:00"))
    s.row("monitoring", person=INMATE, at=s.morning(9), temperature=36.4, symptoms="无")
    s.plant(
        "group.unmonitored",
        INMATE,
        row,
        "S2m.3",
        "养老院老人九天没有健康监测",
        "in a nursing home, not looked at for nine days",
    )


def _samples(s: Scene) -> None:
    lab = s.w.units.labs[places.COUNTY]
    p = s.cast()
    key = s.row(
        "samples", of="人", person=p, sampled_at=s.w.ago(hours=30), lab=lab, agency="卫健", sampled_by="社区采样点"
    )
    s.plant("sample.overdue", p, key, "S1.6", "采样三十小时没有结果", "sampled thirty hours ago, no result")

    p = s.cast()
    key = s.row(
        "samples",
        of="人",
        person=p,
        sampled_at=s.w.ago(hours=14),
        resulted_at=s.w.ago(hours=6),
        result="阳",
        ct=31.4,
        lab=lab,
        agency="卫健",
        sampled_by="社区采样点",
    )
    s.plant("sample.unreported", p, key, "S4.3.1", "单管阳性六小时没有上报", "positive six hours ago, and not reported")

    tube, found = "T-HY-0105", s.w.ago(hours=20)
    pool = [s.cast() for _ in range(5)]
    for i, p in enumerate(pool):
        s.row(
            "samples",
            of="人",
            person=p,
            sampled_at=found - 8 * HOUR,
            resulted_at=found,
            result="阳",
            tube=tube,
            lab=lab,
            agency="卫健",
            sampled_by="全员核酸采样队",
        )
        if i:
            s.test(p, found + 4 * HOUR)
    s.plant(
        "sample.pool",
        pool[0],
        tube,
        "S4.3.1",
        "混管阳性，这个人没有单管复核",
        "his tube of five was positive, he was not tested again",
    )
