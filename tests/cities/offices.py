"""Command of a random city: instructions, inspections, contracts, tickets, feeds, teams and plans."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cities.draw import SECOND, City, hours
from tests.cities.roll import COUNTIES
from tests.reference.rows import contract


def make_tasks(c: City) -> None:
    for _ in range(c.some(5)):
        received = c.ago(96)
        instruction = c.add(
            "instructions",
            title="批示",
            area=c.area(),
            received_at=received,
            break_down_by=c.maybe(0.4, received + hours(c.pick([1, 12, 24, 48]))),
        )
        for _ in range(c.pick([0, 1, 2])):
            due = c.maybe(0.8, c.ago(96, 0.3))
            c.add(
                "tasks",
                instruction=c.maybe(0.9, instruction),
                title="任务",
                area=c.area(),
                officer=c.maybe(0.8, c.officer()),
                due=due,
                evidence=c.maybe(0.6, "附件"),
                evidence_at=c.after(due, [1, 24], 0.4),
            )


def make_inspections(c: City) -> None:
    for _ in range(c.some(12)):
        kinds = ("隔离点", "农贸市场", "养老院", "超市")
        c.add(
            "inspections",
            area=c.area(),
            unit=c.maybe(0.7, c.unit(*kinds)),
            at=c.pick([c.ago(480), c.now - timedelta(days=30)]),
            announced=c.chance(0.4),
        )
    for _ in range(c.some(14)):
        inspection = c.pick(c.rows["inspections"])
        due = c.maybe(0.8, inspection["at"] + hours(c.pick([24, 48, 72])))
        remedied = c.after(inspection["at"], [24, 48, 96], 0.3)
        again = c.after(remedied, [168, 168, 24], 0.4)
        c.add(
            "findings",
            inspection=inspection["inspection"],
            category=c.pick(["消毒", "台账", "值守"]),
            text="问题",
            leader=c.maybe(0.8, c.officer()),
            officer=c.maybe(0.8, c.officer()),
            remedy=c.maybe(0.8, "整改"),
            due=due,
            remedied_at=remedied,
            rechecked_at=again,
            recheck_passed=c.yes(),
        )
    for _ in range(c.some(4)):
        opened = c.pick([c.ago(480), c.now - timedelta(days=30), c.now - timedelta(days=30, seconds=1)])
        said = {w: c.maybe(0.7, "已查清") for w in ("direct", "principal", "supervisory")}
        c.add(
            "inquiries",
            finding=c.maybe(0.6, c.key_of("findings")),
            case=c.maybe(0.6, c.key_of("cases")),
            opened_at=opened,
            closed_at=c.after(opened, [720, 24], 0.4),
            **said,
        )


def make_findings_of_holes(c: City, holes: list[tuple[str, datetime]]) -> None:
    """Findings that name holes that cannot be made good: remedied and rechecked, or nearly."""
    seen: dict[str, int] = {}
    for name, since in holes:
        kind = name.partition("/")[0]
        seen[kind] = seen.get(kind, 0) + 1
        remedied = c.pick([since, since, since - SECOND, since + SECOND, since + hours(5), c.ago(96)])
        again = c.pick([remedied, remedied + SECOND, remedied + hours(1), remedied - SECOND, None])
        passed = c.yes(0.85)
        if seen[kind] <= 3:  # some of each kind are set right
            remedied, again, passed = since, since, True
        c.add(
            "findings",
            inspection=c.key_of("inspections"),
            category=f"专项{c.rng.randrange(30)}",
            text="问题",
            leader=c.officer(),
            officer=c.officer(),
            remedy="整改",
            due=c.now,
            remedied_at=remedied,
            rechecked_at=again,
            recheck_passed=passed,
            hole=c.pick([name, name, name.replace("/", "／"), f" {name} "]),
        )


def make_services(c: City) -> None:
    for _ in range(c.some(6)):
        since = c.ago(480)
        licence = (c.now + timedelta(days=c.pick([-30, -1, 0, 1, 90]))).date()
        c.add("contracts", vendor="第三方", service=c.pick(["消毒", "核酸检测", "保洁"]), unit=c.maybe(0.6, c.unit()), area=c.area(), licence_until=c.maybe(0.8, licence), lead=c.maybe(0.8, "张三"), procedure_checked_at=c.maybe(0.8, c.ago()),
            liability_clause=c.yes(0.8), since=since, until=c.pick([c.now, c.now + timedelta(seconds=1), c.now + timedelta(days=90)]))  # fmt: skip
    for _ in range(c.some(12)):
        kind, received = c.pick(["求助", "举报", "投诉", "异议", "咨询"]), c.ago(240)
        c.add(
            "tickets",
            kind=kind,
            person=c.maybe(0.6, c.person()),
            measure=c.maybe(0.3, c.key_of("measures")),
            area=c.area(),
            received_at=received,
            answered_at=c.after(received, [2, 24, 48]),
            resolved_at=c.after(received, [168, 168, 24]),
        )
    for _ in range(c.some(4)):
        c.add(
            "notices",
            title="通报",
            as_of=c.maybe(0.7, c.ago(24)),
            released_at=c.ago(24),
            channel="微信",
            area=c.area(),
            approved_by=c.maybe(0.7, "主任"),
        )
    for n in range(6):
        feed = c.add(
            "feeds",
            feed=f"F{n}",
            name="推送",
            giver=c.pick(["公安局", "大数据局"]),
            taker="指挥部",
            every_hours=c.pick([1.0, 24.0, 0.5, 48.0]),
            since=c.ago(96),
        )
        for _ in range(c.pick([0, 1, 3])):
            c.add("feed_deliveries", feed=feed, at=c.ago(72))


def make_plans(c: City) -> None:
    for _ in range(c.some(7)):
        since = c.now - timedelta(days=c.pick([300, 100, 1]))
        c.add("teams", kind=c.pick(["流调", "流调", "采样", "转运"]), area=c.pick([*COUNTIES, c.area()]), headcount=c.pick([10, 50, 99, 100]), trained_at=c.maybe(0.7, c.now - timedelta(days=c.pick([180, 179, 181, 10]), seconds=c.pick([0, 1]))),
            since=since, until=c.pick([None, None, c.ago(96), c.now + hours(5)]))  # fmt: skip
    for _ in range(5):
        c.add(
            "deployments",
            kind=c.pick(["流调", "流调", "采样"]),
            headcount=c.pick([1, 5, 50]),
            from_area=c.pick(COUNTIES),
            to_area="三原县",
            since=c.ago(96),
            until=c.pick([None, c.ago(48), c.now]),
        )
    kinds = contract()["emergency_plans"].column("kind").choices
    for county in COUNTIES:
        for kind in kinds:
            if c.chance(0.7):
                plan(c, kind, county)
    plan(c, "全员核酸", c.area(9))


def plan(c: City, kind: str, area: str) -> None:
    approved = c.now - timedelta(days=c.pick([181, 180, 100, 10]), seconds=c.pick([0, 0, 1]))
    revised = c.after(approved, [2400, 240], 0.6)
    key = c.add(
        "emergency_plans",
        kind=kind,
        area=area,
        approved_at=approved,
        revised_at=revised,
        target_hours=c.pick([None, 10.0, 48.0]),
    )
    for _ in range(c.pick([0, 2, 4, 6])):
        start = c.pick([0.0, 2.0, 4.0, None])
        grid = c.pick([a for a in c.areas if len(a) == 15 and a.startswith(area)])
        c.add(
            "plan_assignments",
            plan=key,
            grid=c.pick([grid, grid, c.area()]),
            team=c.maybe(0.8, c.key_of("teams")),
            officer=c.maybe(0.8, c.officer()),
            site=c.maybe(0.8, c.pick(["点1", "点2"])),
            start_hour=start,
            end_hour=c.maybe(0.8, (start or 0) + c.pick([2.0, 4.0, 72.5])),
        )
    for _ in range(c.pick([0, 0, 1, 2, 3])):
        at = c.pick(
            [c.ago(480), c.now - timedelta(days=180), c.now - timedelta(days=14), c.now - timedelta(days=14, seconds=1)]
        )
        c.add("drills", plan=key, at=at, kind="桌面", hours=3.0, met=c.yes(0.4))
