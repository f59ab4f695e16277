"""Holes of measures on people (管控措施)."""

from __future__ import annotations

import numpy as np

from bihuan.demo.inbound import XIAN_HIGH, XIAN_LOW, XUCHANG
from bihuan.demo.planted.scene import HOME, HOTEL, Scene
from bihuan.demo.roll import CHILD, PARENT
from bihuan.demo.world import DAY, HOUR, MINUTE, day_of, iso


def plant(s: Scene) -> None:
    _stages(s)
    _care(s)
    _papers(s)
    _rooms(s)
    _left(s)


def _stages(s: Scene) -> None:
    import polars as pl

    p = s.cast()
    _, life = s.under(p, XIAN_HIGH, 15)
    life.put(s.w)
    s.plant(
        "measure.gap",
        p,
        life.keys[0],
        "S3.1",
        "集中隔离期满回家，没有接上居家隔离",
        "the hotel ended, isolation at home never began",
    )

    p = s.cast()
    _, life = s.under(p, XIAN_HIGH, 11)
    seventh = s.morning(11 - 7)
    life.samples = life.samples.filter(pl.col("sampled_at").dt.date() != seventh.astype("datetime64[D]").item())
    life.put(s.w)
    s.plant("measure.untested", p, f"{life.keys[0]}/7", "S5.3", "第七天没有做核酸", "no test on the seventh day")

    p = s.cast()
    _, life = s.under(p, XIAN_LOW, 6)
    day = day_of(s.w.ago(days=2))
    life.monitoring = life.monitoring.filter(pl.col("at").dt.date() != day.astype("datetime64[D]").item())
    life.put(s.w)
    item = f"{life.keys[0]}/{day.astype('datetime64[D]')}"
    s.plant(
        "measure.unmonitored", p, item, "S2m.3", "健康监测这一天没有量体温", "no temperature on this day of monitoring"
    )

    p = s.cast()
    _, life = s.under(p, XIAN_LOW, 17, release=False)
    life.put(s.w)
    s.plant(
        "measure.overstay",
        p,
        life.keys[0],
        "S4.3.3",
        "十四天监测期满两天仍未解除",
        "not released two days after the last day",
    )

    p = s.cast()
    arrival, life = s.under(p, XIAN_HIGH, 13, cut=s.morning(2) + 3 * HOUR)
    life.put(s.w)
    s.stage(p, HOME, 7, life.ended[0] + 30 * MINUTE, arrival=arrival).put(s.w)
    s.plant(
        "measure.early",
        p,
        life.keys[0],
        "S5.3",
        "集中隔离提前三天多解除",
        "let out of the hotel more than three days early",
    )

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 23)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    first = s.stage(p, HOTEL, 14, since, arrival=arrival).put(s.w)
    last = s.stage(p, HOME, 7, first.ended[0] + 30 * MINUTE, arrival=arrival)
    final = pl.col("sampled_at") == last.samples["sampled_at"].max()
    last.samples = last.samples.with_columns(pl.when(final).then(pl.lit("无效")).otherwise("result").alias("result"))
    last.put(s.w)
    s.plant(
        "measure.unproven",
        p,
        last.keys[0],
        "S1.4",
        "最后一次核酸无效就解除了",
        "released though the last test had no valid result",
    )


def _care(s: Scene) -> None:
    import polars as pl

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 19)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    first = s.stage(p, HOTEL, 14, since, arrival=arrival).put(s.w)
    home = s.stage(p, HOME, 7, first.ended[0] + 30 * MINUTE, arrival=arrival)
    assert home.duties is not None
    home.duties = home.duties.filter(pl.col("role") != "志愿者")
    home.put(s.w)
    s.plant("measure.five", p, "志愿者", "S5.1", "五包一缺志愿者", "one of the five is missing: the volunteer")

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 19)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    first = s.stage(p, HOTEL, 14, since, arrival=arrival).put(s.w)
    home = s.stage(p, HOME, 7, first.ended[0] + 30 * MINUTE, arrival=arrival)
    assert home.aid is not None
    home.aid = home.aid.clear()
    home.put(s.w)
    s.plant(
        "aid.missed", p, home.keys[0], "S4.3.3", "独居，居家隔离后无人上门", "lives alone, shut in, and nobody came"
    )

    arrival, life = s.under(PARENT, XIAN_HIGH, 3)
    life.put(s.w)
    s.plant(
        "aid.left",
        CHILD,
        "",
        "S4.3.3",
        "家长集中隔离，八岁孩子独自在家",
        "the parent is in a hotel, a child of eight at home alone",
    )

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 17)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    first = s.stage(p, HOTEL, 14, since, arrival=arrival).put(s.w)
    home = s.stage(p, HOME, 7, first.ended[0] + 30 * MINUTE, arrival=arrival).put(s.w)
    at = s.w.ago(hours=20)
    shop = s.w.units.one(s.town(p), "超市")
    s.row("check_ins", person=p, unit=shop, at=at, left_at=at + 20 * MINUTE)
    s.plant(
        "measure.breached",
        p,
        f"{home.keys[0]}/{iso(at)}",
        "S3.1",
        "居家隔离期间到超市扫码",
        "scanned in a shop while isolated at home",
    )

    p = s.cast()
    _, life = s.under(p, XIAN_LOW, 5)
    life.put(s.w)
    row = s.row("monitoring", person=p, at=s.w.ago(hours=18), temperature=38.2, symptoms="咳嗽")
    s.plant(
        "monitoring.fever",
        p,
        row,
        "S4.3.1",
        "监测发热38.2℃，没有采样也没有就医",
        "a fever of 38.2, and neither test nor doctor",
    )


def _papers(s: Scene) -> None:
    p = s.cast()
    life = s.stage(p, HOME, 7, s.morning(3), ground="其他", order=None).put(s.w)
    s.plant("measure.undocumented", p, life.keys[0], "S4.4", "管控没有文号", "under a measure that no document orders")

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 5)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    life = s.stage(p, HOTEL, 14, since, arrival=arrival, planned_until=since + 21 * DAY).put(s.w)
    s.plant(
        "measure.misdated",
        p,
        life.keys[0],
        "S3.3.1",
        "文件规定十四天，写成二十一天",
        "fourteen days are ordered, twenty-one were written",
    )


def _rooms(s: Scene) -> None:
    hotel = s.w.hotels.open[0][0]
    for back in (6, 5):
        s.under(s.cast(), XUCHANG, back, unit=hotel, room="西8")[1].put(s.w)
    s.plant(
        "measure.crowded",
        hotel,
        f"{hotel}/西8",
        "S5.3",
        "两人同住一间隔离房",
        "two people of two households in one room",
    )

    full, rooms = s.w.hotels.faulty["site.full"]
    for i in range(rooms + 1):
        s.under(s.cast(), XUCHANG, 4, unit=full, room=f"{201 + i}")[1].put(s.w)
    s.plant("site.full", full, "", "S3.2.5", "住进的房间超过核定房间数", "more rooms lived in than the hotel has")
    for hole in ("site.unchecked", "site.failed", "site.leaderless", "site.unguarded"):
        key, _ = s.w.hotels.faulty[hole]
        s.under(s.cast(), XUCHANG, 4, unit=key, room="北1")[1].put(s.w)


def _left(s: Scene) -> None:
    """不能一退了之 (S1.4): who gives up a risky post is tested, isolated, tested again."""
    hotel = s.w.hotels.open[0][0]

    def leave(until: np.datetime64) -> tuple[int, str]:
        p = s.cast()
        row = s.row(
            "staff", person=p, unit=hotel, post="隔离点服务", lodged=True, since=s.w.at("2021-11-20T08:00"), until=until
        )
        s.test(p, until - 5 * HOUR)
        return p, row

    until = s.w.ago(hours=26)
    p, row = leave(until)
    life = s.stage(p, HOTEL, 7, until + HOUR, ground="重点岗位")
    life.samples = life.samples.clear()
    life.put(s.w)
    s.plant("post.exit_untested", p, row, "S1.4", "离岗后一天内没有核酸", "left the post, and no test within a day")

    until = s.morning(4)
    p, row = leave(until)
    s.test(p, until + 3 * HOUR)
    s.plant(
        "post.exit_loose", p, row, "S1.4", "离岗后没有集中隔离（一退了之）", "left the post and went home, no isolation"
    )

    until = s.morning(18)
    p, row = leave(until)
    s.test(p, until + HOUR)
    first = s.stage(p, HOTEL, 7, until + 2 * HOUR, ground="重点岗位").put(s.w)
    home = s.stage(p, HOME, 7, first.ended[0] + 30 * MINUTE, ground="重点岗位")
    import polars as pl

    home.samples = home.samples.filter(pl.col("sampled_at") < home.samples["sampled_at"].max())
    home.put(s.w)
    s.test(p, day_of(home.ended[0]) + DAY + 9 * HOUR)
    s.plant("post.exit_final", p, home.keys[0], "S1.4", "解除前没有再做核酸", "released without the last test")
