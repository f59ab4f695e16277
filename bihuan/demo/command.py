"""Command (指挥): orders, instructions, inspections, services, tickets, notices, feeds; teams, plans and drills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bihuan.demo import tree as places
from bihuan.demo.goods import MEDICAL
from bihuan.demo.world import DAY, HOUR, day_of

if TYPE_CHECKING:
    from bihuan.demo.world import World

ORDERS = {
    "beds_per_10k": "20",
    "tracers": "100",
    "duty.persons": "60",
    "post.lodged.隔离点服务": "是",
    "post.doses.隔离点服务": "2",
    "gathering.banned": "婚事,宴会,庙会",
    "gathering.heads.丧事": "50",
    "group.doses.六十岁以上": "2",
    "group.monitor_d.养老院老人": "7",
    "measure.低": "0+0+14",
    "plan.hours": "72",
    "third_party_share": "0.3",
    **{f"stock.days.{item}": "10" for item in MEDICAL},
}
"""What the city has laid down (S1, S3.2.5, S4.3.4 …); where it repeats a default, the document is what is cited."""
PLANS = ("全员核酸", "流调溯源", "隔离转运", "医疗救治", "物资保障", "信息发布", "区域封控")
TEAM_GRIDS = 10
"""Grids that one sampling team goes through, four hours each: done within forty."""


def orders(w: World) -> None:
    for i, (key, value) in enumerate(ORDERS.items()):
        w.book.row(
            "orders", document=f"汉疫指发〔2021〕{31 + i // 6}号", area=places.CITY, key=key, value=value,
            since=w.at("2021-12-01T00:00"),
        )  # fmt: skip


def command(w: World) -> None:
    chain, county = w.chain, places.COUNTY
    town = next(t for t in w.tree.towns if t.startswith(county))
    leader, officer = chain.by_county[county], chain.by_village["镇干部"][0]
    for title, area, back in (
        ("关于切实做好农村地区疫情防控工作的批示", county, 6),
        ("社区疫情防控工作紧急通知", county, 2),
    ):
        at = w.ago(days=back)
        key = w.book.row(
            "instructions", title=title, issuer="市疫情防控指挥部", area=area, received_at=at, break_down_by=at + DAY
        )
        for i, task in enumerate(("逐户排查返乡人员", "主要路口值守", "重点场所封闭管理")):
            w.book.row(
                "tasks", instruction=key, title=task, area=town, officer=officer, due=at + (i + 3) * DAY,
                evidence="排查台账" if back > 5 else None, evidence_at=at + 2 * DAY if back > 5 else None,
                recorded_at=at + DAY / 8,
            )  # fmt: skip
    _inspected(w, leader, officer)
    _services(w)
    _told(w)
    w.book.row(
        "deployments", kind="医护", headcount=91, from_area=county, to_area="西安市", since=w.at("2021-12-28T08:00")
    )
    w.book.row(
        "deployments", kind="民警", headcount=30, from_area=county, to_area="西安市", since=w.at("2022-01-08T08:00")
    )
    w.figures["支援西安医护 medics lent"], w.figures["待命干警 police waiting"] = 91, 30
    absent = w.chain.by_county[w.tree.counties[-1]]
    w.book.row(
        "absences", officer=absent, since=w.at("2021-12-05T08:00"), until=w.at("2021-12-07T18:00"), reason="到市里开会"
    )


def _inspected(w: World, leader: str, officer: str) -> None:
    for i, (category, text) in enumerate(
        (("值守", "夜间值班记录不全"), ("消毒", "消毒记录未签字"), ("台账", "返乡台账未更新"))
    ):
        at = w.ago(days=9 - i)
        place = w.units.one(w.tree.towns[i], "超市")
        key = w.book.row(
            "inspections", area=w.units.areas[place], unit=place, at=at, announced=False, team="县委督查办"
        )
        finding = w.book.row(
            "findings",
            inspection=key,
            category=category,
            text=text,
            leader=leader,
            officer=officer,
            remedy="当场整改，建立台账",
            due=at + 3 * DAY,
            remedied_at=at + 2 * DAY,
            rechecked_at=at + 4 * DAY,
            recheck_passed=True,
        )
        if not i:
            verdict = {"direct": "已查清", "principal": "已查清", "supervisory": "已查清"}
            w.book.row("inquiries", finding=finding, opened_at=at + DAY, closed_at=at + 6 * DAY, **verdict)


def _services(w: World) -> None:
    for i, service in enumerate(("消毒", "冷链检测", "保洁")):
        w.book.row(
            "contracts", **contract(w, service, vendor=f"洋县洁安{service}服务公司", area=w.tree.counties[i % 2])
        )
    for county in w.tree.counties:
        village = next(v for v in w.tree.villages if v.startswith(county))
        for i, kind in enumerate(("求助", "咨询", "举报", "投诉", "异议")):
            at = w.ago(days=3 + i)
            w.book.row(
                "tickets", kind=kind, area=village, received_at=at, answered_at=at + HOUR, resolved_at=at + 20 * HOUR,
                text="群众来电",
            )  # fmt: skip


def contract(w: World, service: str, **cells: Any) -> dict[str, Any]:
    """A contract as it should be; ``cells`` replace its own."""
    given = {
        "vendor": "洁安公司",
        "service": service,
        "area": places.COUNTY,
        "lead": "赵队长",
        "liability_clause": True,
        "licence_until": w.at("2022-12-31T00:00").astype("datetime64[D]"),
        "procedure_checked_at": w.at("2021-09-28T09:00"),
        "since": w.at("2021-10-01T00:00"),
        "until": w.at("2022-09-30T00:00"),
    }
    return given | cells | {"service": service}


def _told(w: World) -> None:
    for day, title in (
        ("2021-12-31T21:00", "西安累计报告本土确诊1439例，洋县返乡人员请主动报备"),
        ("2022-01-05T22:00", "洋县新增3例本土确诊病例"),
        ("2022-01-06T10:00", "全员核酸结果通报"),
    ):
        at = w.at(day)
        w.book.row(
            "notices",
            title=title,
            as_of=at - HOUR,
            released_at=at,
            channel="发布会",
            area=places.COUNTY,
            approved_by="指挥部办公室",
        )
    for name, giver in (("铁路民航订票推送", "市大数据局"), ("通信行程推送", "市公安局")):
        feed = w.book.row(
            "feeds", name=name, giver=giver, taker="县指挥部", every_hours=24.0, since=w.at("2021-12-20T00:00")
        )
        for back in range(16):
            w.book.row("feed_deliveries", feed=feed, at=day_of(w.now) - back * DAY + 8 * HOUR, rows=120 + 7 * back)


# ── strength and plans ──────────────────────────────────────────────────────────────────────────


def strength(w: World) -> dict[tuple[str, str], str]:
    """Teams of every county, its seven plans, all grids of the mass test; (county, kind) → plan."""
    plans = {}
    for county in w.tree.counties:
        short = county == places.SHORT
        team(w, county, "流调", 92 if short else 110)
        for kind, heads in (("检测", 40), ("转运", 20), ("消杀", 30), ("专家", 12), ("巡防", 200)):
            team(w, county, kind, heads)
        for kind in PLANS:
            if short and kind == "物资保障":
                continue
            plans[county, kind] = plan(w, county, kind)
        _mass_test(w, county, plans[county, "全员核酸"])
    return plans


def team(w: World, county: str, kind: str, headcount: int, **cells: Any) -> str:
    given = {
        "since": w.at("2021-03-01T00:00"),
        "trained_at": w.at("2021-11-10T09:00"),
        "lead": "队长",
        "phone": "10000000000",
    }
    return w.book.row("teams", kind=kind, area=county, headcount=headcount, **given | cells)


def plan(w: World, area: str, kind: str, **cells: Any) -> str:
    """A plan that was approved, and drilled in time."""
    drilled = cells.pop("drilled", "2021-11-15T09:00")
    given = {"approved_at": w.at("2021-08-01T09:00"), "target_hours": 48.0 if kind == "全员核酸" else None}
    key = w.book.row("emergency_plans", kind=kind, area=area, **given | cells)
    if drilled:
        w.book.row("drills", plan=key, at=w.at(drilled), kind="实战", hours=36.0, met=True)
    return key


def _mass_test(w: World, county: str, key: str) -> None:
    grids = [g for g in w.tree.grids if g.startswith(county)]
    for first in range(0, len(grids), TEAM_GRIDS):
        who = team(w, county, "采样", 12)
        for i, grid in enumerate(grids[first : first + TEAM_GRIDS]):
            officer = w.chain.by_village["镇干部"][w.tree.villages.index(grid[:12])]
            w.book.row(
                "plan_assignments",
                plan=key,
                grid=grid,
                team=who,
                officer=officer,
                site=f"{grid[-6:-3]}{grid[-3:]}采样点",
                start_hour=4.0 * i,
                end_hour=4.0 * i + 4,
            )
