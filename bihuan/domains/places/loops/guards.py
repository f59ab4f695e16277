"""Loops of guards (值守): every guarded hour has somebody there, signed in, under a leader; every village its post."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.domains.places.views import GUARD_AHEAD_H, GUARD_BACK_H
from bihuan.kernel.forms import cover, foresee, match, respond
from bihuan.kernel.joins import attach, matching
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import END, cite, hours, live, moment, nothing
from bihuan.kernel.orders import prefixes

GAP_MINUTES = 15
"""A gap in the guard counts above so many minutes."""

SIGN_MINUTES = 30
"""So long after its start a shift is signed in at the latest."""


def _gaps(posts: ir.Table, shifts: ir.Table, t: Tables) -> ir.Table:
    """The gaps of guarded intervals that overlap the window, as obligations; by the shift that ended as each began."""
    gaps = cover(posts, shifts, "post", longer=GAP_MINUTES)
    gaps = gaps.filter(
        (gaps.gap_from < t.now + hours(GUARD_AHEAD_H)) & (gaps.gap_to > t.now - hours(GUARD_BACK_H))
    )  # fmt: skip
    ended = shifts.group_by(["post", "end"]).agg(by=shifts["shift"].min())
    gaps = attach(gaps, ended, {"post": "post", "gap_from": "end"}, by=_.by)
    return foresee(
        gaps,
        since=_.gap_from,
        until=ibis.ifelse(gaps.gap_to < moment(END), gaps.gap_to, nothing()),
        subject=_.post,
        item=gaps.gap_from.strftime("%Y-%m-%dT%H:%M"),
        unit=_.unit,
        area=_.area,
        evidence=[cite("posts", _.post), cite("shifts", _.by)],
    )


@loop(
    "guard.gap",
    name=("无人值守", "Nobody on guard"),
    severity="重",
    role="镇干部",
    subject="post",
    item="time",
    source="S3.1 部分村口晚上无人值守；S4.3.2 坚决纠正白天有人在岗、夜间无人值守；S5.2 24小时轮流值班制度",
    rule=(
        "值守点位在值守时段内，排班不留 15 分钟以上的空档（看前 48 小时、后 24 小时）。",
        "The shifts of a guarded post leave no gap of over 15 minutes in its hours, from 48 hours back to 24 ahead.",
    ),
    reason=("{subject} 自 {since} 起无人值守，{until}", "{subject} has nobody on guard from {since} on, {until}"),
    remedy=("排班补上空档，派人到岗", "Fill the gap in the roster and send somebody"),
)
def gap(t: Tables) -> ir.Table:
    return _gaps(t.guarded_intervals, t.shifts, t)


@loop(
    "guard.leaderless",
    name=("无领导带班", "No leader on duty"),
    severity="常",
    role="镇干部",
    subject="post",
    item="time",
    source="S5.1 严格落实领导带班值班制度；S5.2 严格落实主要领导驻点带班、24小时轮流值班制度",
    rule=(
        "须领导带班的值守点位在值守时段内，带班领导的排班不留 15 分钟以上的空档。",
        "Where a post wants a leader on duty, the leaders' shifts leave no gap of more than 15 minutes in its hours.",
    ),
    reason=("{subject} 自 {since} 起无领导带班，{until}", "{subject} has no leader on duty from {since} on, {until}"),
    remedy=("安排带班领导", "Put a leader on the roster"),
)
def leaderless(t: Tables) -> ir.Table:
    return _gaps(t.guarded_intervals.filter(_.leader_required), t.shifts.filter(_.role == "带班领导"), t)


@loop(
    "guard.unsigned",
    name=("脱岗", "Did not turn up"),
    severity="重",
    role="镇干部",
    subject="post",
    item="shift",
    source="S3.2.1 还存在执勤脱岗的情况；S5.4 一律不准擅离职守",
    rule=(
        "近 48 小时内开始的每一班，开始后 30 分钟内签到。",
        "Each shift of the last 48 hours is signed in within 30 minutes of its start.",
    ),
    reason=("{subject} 的班次 {item} 应在 {due} 前签到，没有签到", "Shift {item} at {subject} was to sign in by {due}"),
    remedy=("核实到岗情况，补签或换人", "Find out who is there; sign in or send somebody else"),
)
def unsigned(t: Tables) -> ir.Table:
    rows = t.shifts.filter(_.start >= t.now - hours(GUARD_BACK_H))
    rows = attach(rows, t.posts, "post", post_unit=_.unit, post_area=_.area)
    return respond(
        rows,
        opens=_.start,
        within=SIGN_MINUTES / 60,
        closed=_.signed_in,
        subject=_.post,
        item=_["shift"],
        unit=_.post_unit,
        area=_.post_area,
        evidence=[cite("shifts", _["shift"]), cite("posts", _.post)],
    )


@loop(
    "area.unguarded",
    name=("村口未设防", "Village entrance unguarded"),
    severity="急",
    role="镇干部",
    subject="area",
    source="S3.1 村庄封控措施还有漏洞……一些返乡人员通过绕小路、走田间地头进村；S4.3.1 各个进出口位置固定设卡",
    rule=(
        "高、中风险地区内的每个村（社区），村内至少有一个在用的村口或小区出入口点位。",
        "Every village inside a live risk area of level 高 or 中 has a live post at an entrance of its own.",
    ),
    reason=(
        "{subject} 在风险地区内，自 {since} 起没有村口或小区出入口点位",
        "{subject} lies in a risk area and has had no post at an entrance since {since}",
    ),
    remedy=("在各路口设点值守或依法封控，登记点位", "Guard or lawfully close its entrances, and record the posts"),
)
def unguarded(t: Tables) -> ir.Table:
    villages = t.areas.filter(_.area.length() == 12)
    risky = t.risk_areas.filter(_.level.isin(["高", "中"]) & live(_.since, _.until, t.now))
    inside = matching(
        prefixes(villages.select("area")), risky, {"upper": "area"}, risk_since=_.since, risk=_["row"]
    )  # fmt: skip
    rows = inside.group_by("area").agg(since=inside.risk_since.min(), risk=inside.risk.argmin(inside.risk_since))
    entrances = t.posts.filter(_["kind"].isin(["村口", "小区出入口"]))
    entrances = entrances.select("since", "until", village=entrances.area.substr(0, 12))
    return match(
        rows,
        entrances,
        {"area": "village"},
        floor=rows.since,
        subject=_.area,
        area=_.area,
        evidence=[cite("areas", _.area), cite("risk_areas", _.risk)],
    )


@loop(
    "area.wild",
    name=("三无小区无人管", "Compound that nobody manages"),
    severity="重",
    role="村干部",
    subject="area",
    source="S4.3.1 “无物管、无主管部门、无人防物防”这样的“三无小区”、楼栋，务必严格落实好网格员的防控摸排责任",
    rule=(
        "没有物业和主管的小区，本级或其上至村级有在任的网格员。",
        "A compound without manager or authority has a live grid worker, on it or above it down from its village.",
    ),
    reason=("三无小区 {subject} 自 {since} 起没有网格员", "{subject}, unmanaged, has had no grid worker since {since}"),
    remedy=("指定网格员，登记包保责任", "Name a grid worker and record the duty"),
)
def wild(t: Tables) -> ir.Table:
    rows = t.areas.filter(~_.managed)
    reach = prefixes(rows.select("area"))
    reach = reach.filter((reach.upper == reach.area) | (reach.upper.length() >= 12))
    duties = t.duties.filter((_.role == "网格员") & _.unit.isnull() & _.person.isnull())
    answering = matching(reach, duties, {"upper": "area"}, since=_.since, until=_.until)
    return match(
        rows,
        answering,
        "area",
        otherwise=_.recorded,
        subject=_.area,
        area=_.area,
        evidence=cite("areas", _.area),
    )
