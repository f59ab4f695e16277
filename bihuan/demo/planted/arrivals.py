"""Holes of arrivals, hand-overs and checkpoints (来返、交接、卡口)."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.inbound import ELSEWHERE, XIAN_HIGH, XUCHANG
from bihuan.demo.planted.scene import HOME, HOTEL, Scene
from bihuan.demo.world import HOUR, MINUTE


def plant(s: Scene) -> None:
    _arrivals(s)
    _control(s)
    _road(s)
    _posts(s)


def _arrivals(s: Scene) -> None:
    p = s.cast()
    arrival, _ = s.back(p, XIAN_HIGH, 3)
    s.plant(
        "arrival.unverified",
        p,
        arrival,
        "S2p.2",
        "从西安高风险区返回三天，无人核查",
        "back from Xi'an for three days, nobody checked",
    )

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 3)
    s.found(p, arrival, arrived, outcome="查无此人", area=None)
    s.plant(
        "arrival.absent", p, arrival, "S5.2", "核查查无此人，此后再未找到", "not found at the address, and never since"
    )

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 4)
    since = s.found(p, arrival, arrived, area=None) + 30 * MINUTE
    s.stage(p, HOTEL, 14, since, arrival=arrival).put(s.w)
    s.plant("arrival.unplaced", p, arrival, "S5.2", "核查在，但没有查清位置", "found, but not where he lives")

    p = s.cast()
    arrival = s.row(
        "arrivals",
        person=p,
        mode="航班",
        trip="QR870",
        abroad=True,
        transit="多哈",
        left_at=s.w.ago(hours=60),
        to_area=s.home(p),
    )
    s.row("sightings", arrival=arrival, source="舱单", at=s.w.ago(hours=58))
    s.plant(
        "arrival.silent",
        p,
        arrival,
        "S1.3",
        "从中东回来，离境六十小时仍无到达记录",
        "left the Middle East 60 hours ago, never arrived",
    )


def _control(s: Scene) -> None:
    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 2)
    s.found(p, arrival, arrived)
    s.plant(
        "arrival.uncontrolled",
        p,
        arrival,
        "S3.1",
        "查实在家却没有任何管控",
        "found at home, and under no measure at all",
    )

    p = s.cast()
    arrival, arrived = s.back(p, XIAN_HIGH, 4)
    since = s.found(p, arrival, arrived) + 30 * MINUTE
    s.stage(p, HOME, 7, since, arrival=arrival).put(s.w)
    s.plant(
        "arrival.under", p, arrival, "S5.3", "高风险区返回应集中隔离，只作居家隔离", "owed a hotel, kept at home only"
    )

    p = s.cast()
    arrival, arrived = s.back(p, ELSEWHERE[0], 4)
    life = s.stage(p, HOTEL, 14, arrived + 3 * HOUR, arrival=arrival).put(s.w)
    s.plant(
        "arrival.over",
        p,
        life.keys[0],
        "S3.3.1",
        "低风险地区返回也被集中隔离（层层加码）",
        "back from no risk area, and in a hotel",
    )


def _road(s: Scene) -> None:
    station, hotel = s.w.units.one(places.COUNTY, "车站"), s.w.hotels.open[0][0]
    p = s.cast()
    arrival, arrived = s.back(p, XUCHANG, 1)
    s.found(p, arrival, arrived)
    handed = arrived + 3 * HOUR
    key = s.row(
        "transfers",
        person=p,
        from_unit=station,
        to_unit=hotel,
        handed_at=handed,
        vehicle="陕F0021警",
        escort="转运专班",
    )
    life = s.stage(p, HOTEL, 14, handed, arrival=arrival, unit=hotel, room="东1")
    life.put(s.w)
    s.plant(
        "transfer.open", p, key, "S1.2", "车站移交后隔离点没有接收签认", "handed over at the station, never signed for"
    )

    p = s.cast()
    key = s.row(
        "passages",
        post=s.w.units.roads()[1],
        person=p,
        plate="陕A1L33",
        at=s.w.ago(hours=40),
        test_ok=True,
        code="绿",
        action="移交",
    )
    s.plant(
        "passage.lost",
        p,
        key,
        "S3.1",
        "卡口移交后再没有人见到（绕小路）",
        "handed on at the checkpoint, never seen again",
    )


def _posts(s: Scene) -> None:
    posts = s.w.units.roads()
    key = s.row(
        "passages",
        post=posts[0],
        person=s.cast(),
        plate="陕A2K07",
        at=s.w.ago(hours=9),
        test_ok=True,
        code="黄",
        trip_ok=True,
        action="放行",
    )
    s.plant("passage.waved", posts[0], key, "S5.2", "黄码放行", "waved on with a yellow code")
    key = s.row(
        "passages",
        post=posts[1],
        person=s.cast(),
        plate="陕F6N21",
        at=s.w.ago(hours=7),
        test_ok=True,
        code="绿",
        trip_ok=True,
        action="劝返",
    )
    s.plant("passage.refused", posts[1], key, "S4.3.3", "三证齐全仍被劝返（一拒了之）", "turned away with all in order")
    key = s.row(
        "passages",
        post=posts[2],
        plate="陕A7C55",
        at=s.w.ago(hours=5),
        test_ok=True,
        code="绿",
        trip_ok=True,
        action="放行",
    )
    s.plant(
        "passage.nameless", posts[2], key, "S5.2", "登记了车牌没有登记人", "the car was written down, not who sat in it"
    )
