"""Parameters of places, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.domains.choices import GATHERINGS, UNIT_KINDS, VENUE_CHECKS
from bihuan.kernel.parameters import Parameter

NO_LIMIT = "1000000000"
"""Heads that no gathering reaches: the contract has *no limit* for all kinds but 丧事, and a number must be finite."""

_DAILY = ("农贸市场", "超市", "养老院", "宗教场所", "餐馆", "影剧院")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "venue.day.*",
        "items",
        "无",
        "这类场所每日要查哪几项",
        "what such venues must record every day",
        stands_for=UNIT_KINDS,
        exceptions=tuple((kind, "扫码,测温,口罩,消毒") for kind in _DAILY),
        choices=VENUE_CHECKS,
    ),
    Parameter(
        "venue.sample_d.*",
        "number",
        "0",
        "这类场所多久做一次环境采样；0 为不要求",
        "days between environment samples of such venues; 0 = not required",
        "d",
        stands_for=UNIT_KINDS,
        exceptions=(("农贸市场", "7"), ("冷库", "7"), ("隔离点", "7")),
    ),
    Parameter(
        "venue.closed",
        "items",
        "养老院,福利院,监所,精神病院,学校,幼儿园",
        "必须封闭管理的场所类别",
        "kinds of venue that must be closed to outsiders",
        choices=UNIT_KINDS,
    ),
    Parameter(
        "venue.shut",
        "items",
        "歌厅,棋牌室",
        "必须关停的场所类别",
        "kinds of venue that must be shut",
        choices=UNIT_KINDS,
    ),
    Parameter(
        "gathering.banned",
        "items",
        "婚事,宴会,庙会",
        "禁止举办的聚集活动",
        "kinds of gathering that are banned",
        choices=GATHERINGS,
    ),
    Parameter(
        "gathering.heads.*",
        "number",
        NO_LIMIT,
        "这类活动最多多少人",
        "largest number of people at such a gathering",
        stands_for=GATHERINGS,
        exceptions=(("丧事", "50"),),
    ),
    Parameter("gathering.approval_heads", "number", "50", "多少人起要审批", "so many people or more need approval"),
    Parameter("beds_per_10k", "number", "20", "每万人要有几间隔离房", "isolation rooms for 10,000 people"),
    Parameter("site.check_d", "number", "7", "隔离点多久核验一次", "between checks of an isolation site", "d"),
)
