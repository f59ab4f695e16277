"""Holes of command, services, teams and plans (指挥、第三方、热线、数据、队伍、预案)."""

from __future__ import annotations

from bihuan.demo import tree as places
from bihuan.demo.chain import LIMIT, officer
from bihuan.demo.command import contract, plan, team
from bihuan.demo.planted.scene import Scene
from bihuan.demo.world import HOUR


def plant(s: Scene) -> None:
    _chain(s)
    _orders(s)
    _tasks(s)
    _findings(s)
    _services(s)
    _told(s)
    _plans(s)


def _chain(s: Scene) -> None:
    w = s.w
    grid = [g for g in w.tree.grids if g.startswith(places.HARSH_TOWN)][3]
    away = w.chain.duties["网格员", grid]
    s.row("absences", officer=away, since=w.ago(days=1), until=w.ago(days=-2), reason="擅离职守")
    s.plant("chain.absent", grid, "网格员", "S5.4", "网格员外出，网格无人在岗", "the only grid worker is away")

    who = officer(w, "志愿者", "城关志愿服务队", s.rng)
    last = w.roll.kept
    for p in range(last - LIMIT - 1, last):  # the end of the kept, of whom nothing else is told
        s.row("duties", officer=who, role="志愿者", area=s.home(p)[:12], person=p, since=w.at("2021-12-20T08:00"))
    s.plant("chain.overload", who, "", "S2.3", "一名志愿者包保六十一人", "one volunteer answers for 61 people")


def _orders(s: Scene) -> None:
    key = s.row(
        "orders",
        document="桑溪镇发〔2021〕9号",
        area=places.HARSH_TOWN,
        key="measure.低",
        value="14+0+0",
        since=s.w.at("2021-12-20T00:00"),
    )
    s.plant(
        "order.differs",
        key,
        "",
        "S2m.5",
        "镇里擅自把健康监测加码为集中隔离",
        "a town made a hotel of what was to be monitoring",
    )


def _tasks(s: Scene) -> None:
    area = places.COUNTY
    town = next(t for t in s.w.tree.towns if t.startswith(area))
    key = s.row(
        "instructions",
        title="关于做好春节返乡人员摸排的批示",
        issuer="省疫情防控指挥部",
        area=area,
        received_at=s.morning(2),
    )
    s.plant(
        "instruction.idle", key, "", "S4.1", "批示两天没有分解（政策空转）", "two days old, broken down into no task"
    )
    who = s.w.chain.by_village["镇干部"][0]
    key = s.row("tasks", title="关闭麻将馆", area=town, officer=who, recorded_at=s.morning(3))
    s.plant("task.vague", key, "due", "S1.1", "任务没有办结时限", "a task with no date")
    key = s.row("tasks", title="摸清返乡底数", area=town, officer=who, due=s.morning(2), recorded_at=s.morning(6))
    s.plant("task.overdue", key, "", "S1.1", "到期没有佐证", "past its date, with nothing to show")


def _findings(s: Scene) -> None:
    w = s.w
    leader, who = w.chain.by_county[places.COUNTY], w.chain.by_village["镇干部"][0]
    units = w.units
    towns = [t for t in w.tree.towns if t.startswith(places.COUNTY)]

    def found(town: str, back: int, category: str, **cells: object) -> str:
        place = units.one(town, "学校")
        visit = s.row(
            "inspections", area=units.areas[place], unit=place, at=s.morning(back), announced=False, team="市督导组"
        )
        given = {"leader": leader, "officer": who, "remedy": "限期整改", "due": s.morning(back - 3)}
        return s.row("findings", inspection=visit, category=category, text=category + "不到位", **given | cells)

    key = found(towns[5], 1, "晨检", remedy=None, due=w.ago(days=-2))
    s.plant("finding.vague", key, "remedy", "S4.1", "整改没有举措（四要素不全）", "no remedy, one of the four elements")
    key = found(towns[6], 8, "通风")
    s.plant("finding.overdue", key, "", "S4.1", "整改到期没有完成", "past its date, not set right")
    key = found(towns[7], 14, "测温", remedied_at=s.morning(12))
    s.plant("finding.unproven", key, "", "S4.4", "整改十二天没有复查", "said to be set right, not looked at again")
    first = found(towns[8], 16, "消毒", remedied_at=s.morning(14), rechecked_at=s.morning(13), recheck_passed=True)
    again = found(towns[8], 4, "消毒", due=w.ago(days=-1))
    s.plant(
        "finding.recurs", first, again, "S4.4", "同一单位同一问题屡改屡犯", "the same fault in the same place again"
    )

    verdicts = {"direct": "已查清", "principal": "已查清"}
    key = s.row("inquiries", finding=first, opened_at=s.morning(12), closed_at=s.morning(3), **verdicts)
    s.plant(
        "inquiry.partial", key, "supervisory", "S5.4", "一案三查缺监督责任", "closed without the third responsibility"
    )
    key = s.row("inquiries", finding=first, opened_at=s.morning(40), direct="已查清")
    s.plant("inquiry.slow", key, "", "S5.4", "立案四十天没有办结", "opened forty days ago, not closed")


def _services(s: Scene) -> None:
    expired = s.w.at("2021-12-15T00:00").astype("datetime64[D]")
    for hole, cells, zh, en in (
        ("contract.licence", {"licence_until": expired}, "第三方公司资质过期", "the company's licence has run out"),
        ("contract.liability", {"liability_clause": False}, "合同没有责任条款", "no clause says who answers"),
        ("contract.procedure", {"procedure_checked_at": None}, "服务流程没有核查", "nobody looked at how they work"),
        ("contract.lead", {"lead": None}, "服务没有带队人", "nobody leads their people"),
    ):
        key = s.row("contracts", **contract(s.w, "消毒", vendor="外省消杀公司", **cells))
        s.plant(hole, key, "", "S1.5", zh, en)


def _told(s: Scene) -> None:
    w = s.w
    village = next(v for v in w.tree.villages if v.startswith(places.COUNTY))
    key = s.row("tickets", kind="求助", area=village, received_at=w.ago(hours=5), text="独居老人断药")
    s.plant("ticket.late", key, "", "S4.3.3", "求助五小时没有答复", "a call for help unanswered for five hours")
    at = s.morning(10)
    key = s.row("tickets", kind="投诉", area=village, received_at=at, answered_at=at + 3 * HOUR, text="小区被一封了之")
    s.plant("ticket.unresolved", key, "", "S4.3.3", "答复了没有解决", "answered, and never solved")
    key = s.row(
        "notices",
        title="防控通告",
        released_at=w.ago(hours=20),
        channel="微信",
        area=places.COUNTY,
        approved_by="指挥部办公室",
    )
    s.plant("notice.undated", key, "as_of", "S1.1", "通报没有截至时间", "figures without the time they hold for")
    feed = s.row(
        "feeds",
        name="高速卡口车牌推送",
        giver="市交警支队",
        taker="县指挥部",
        every_hours=6.0,
        since=w.at("2021-12-20T00:00"),
    )
    for back in range(2, 12):
        s.row("feed_deliveries", feed=feed, at=s.morning(back), rows=300)
        s.row("feed_deliveries", feed=feed, at=s.morning(back) + 6 * HOUR, rows=280)
    s.plant("feed.late", feed, "", "S4.3.1", "大数据两天没有推送", "no data for two days, every six hours was agreed")


def _plans(s: Scene) -> None:
    w, short, county = s.w, places.SHORT, places.COUNTY
    s.plant("team.tracers", short, "", "S4.3.4", "流调队伍不足一百人", "fewer than a hundred tracers")
    key = team(w, county, "消杀", 15, trained_at=w.at("2021-03-20T09:00"))
    s.plant("team.untrained", key, "", "S4.3.4", "队伍九个月没有培训", "not trained for nine months")
    s.plant("plan.missing", short, "物资保障", "S4.3.4", "没有物资保障预案", "no plan for supplies")

    towns = [t for t in w.tree.towns if t.startswith(county)]
    key = plan(w, towns[1], "区域封控", drilled=None, approved_at=w.at("2021-05-01T09:00"))
    s.plant("plan.undrilled", key, "", "S4.3.4", "预案八个月没有演练", "eight months old, never drilled")

    key = plan(w, towns[2], "隔离转运")
    gone = team(w, county, "转运", 10, until=w.at("2021-12-20T00:00"))
    grid = next(g for g in w.tree.grids if g.startswith(towns[2]))
    who = w.chain.by_village["镇干部"][w.tree.villages.index(grid[:12])]
    row = s.row("plan_assignments", plan=key, grid=grid, team=gone, officer=who)
    s.plant("plan.dead", key, f"{row}/team", "S1.6", "预案里的队伍已经解散", "the plan names a team that is gone")

    key = plan(w, towns[3], "医疗救治")
    drill = s.row("drills", plan=key, at=w.at("2021-12-10T09:00"), kind="桌面", hours=80.0, met=False)
    s.plant(
        "plan.unmended", key, drill, "S1.6", "演练不达标二十多天没有修订", "the drill failed, the plan was not mended"
    )

    village = next(v for v in w.tree.villages if v.startswith(towns[4]))
    grids = [g for g in w.tree.grids if g.startswith(village)]
    cadre = w.chain.by_village["镇干部"][w.tree.villages.index(village)]
    key = plan(w, village, "全员核酸")
    who = team(w, county, "采样", 6)
    for i, grid in enumerate(grids[1:]):
        s.row(
            "plan_assignments",
            plan=key,
            grid=grid,
            team=who,
            officer=cadre,
            site=f"{grid[-3:]}采样点",
            start_hour=4.0 * i,
            end_hour=4.0 * i + 4,
        )
    s.plant("plan.ungridded", key, grids[0], "S1.6", "预案没有搞到网格", "the plan leaves a grid to nobody")

    key = plan(w, towns[5], "流调溯源")
    who = team(w, county, "流调", 8)
    grid = next(g for g in w.tree.grids if g.startswith(towns[5]))
    cadre = w.chain.by_village["镇干部"][w.tree.villages.index(grid[:12])]
    for i, site in enumerate(("东点", "西点")):
        s.row(
            "plan_assignments",
            plan=key,
            grid=grid,
            team=who,
            officer=cadre,
            site=site,
            start_hour=2.0 * i,
            end_hour=2.0 * i + 3,
        )
    s.plant("plan.clash", key, who, "S1.6", "一支队伍同时到两个点", "one team at two places at once")

    key = plan(w, towns[6], "流调溯源", target_hours=48.0)
    s.row("plan_assignments", plan=key, grid=grid, team=who, officer=cadre, start_hour=0.0, end_hour=60.0)
    s.plant("plan.slow", key, "", "S1.6", "两天内完不成：要六十小时", "meant for two days, takes sixty hours")
