"""Loops of stocks (物资): enough for the days ordered, not expired, counted of late."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import balance, hold, repeat
from bihuan.kernel.joins import attach, matching, pick
from bihuan.kernel.loops import Tables, loop
from bihuan.kernel.moments import END, cite, moment
from bihuan.kernel.orders import governed

READY = "S2m.4 要坚持“宁可备而不用，切不可用而不备”，备足防疫物资，确保能立刻投入使用"


def _covered(t: Tables) -> ir.Table:
    """county, item, cover: the items of which a county must have so many days."""
    rows = governed(t.stocked_items, t, "stock.days." + _.item, area=_.county, at=t.now, name="cover")
    # Any text may be an item, so the default of those that no order names, 0, is no row of its own.
    return rows.filter(rows.cover > 0)


@loop(
    "stock.short",
    name=("储备不足", "Too little in store"),
    severity="重",
    role="部门监管",
    subject="area",
    item="item",
    orders=("stock.days.*",),
    source="S4.3.4 常用防疫物资依然不足……必须尽快补足补全",
    rule=(
        "全县未过期的库存合计，够用规定的天数（最近一次盘点的数量，对日耗合计）。",
        "What a county has and has not expired, by the latest counts, lasts for the days ordered at its daily use.",
    ),
    reason=(
        "{subject} 的{item}自 {since} 起不够规定的天数",
        "{item} in {subject} does not last for the days ordered, since {since}",
    ),
    remedy=("采购或从邻近仓库调拨，补足", "Buy, or draw on a store nearby, until it lasts"),
)
def short(t: Tables) -> ir.Table:
    nil = ibis.literal(0.0)
    rows = matching(t.stock_counts, _covered(t), ["county", "item"], cover=_.cover, in_force=_.in_force)
    rows = rows.mutate(
        need=rows.daily_use.fill_null(0.0) * rows.cover,
        good_until=ibis.least(rows.until, rows.gone_at),
        cites=ibis.ifelse(rows.until == moment(END), cite("stocks", rows["row"]), ibis.null("string")),
    )
    # What is counted stands until it is counted anew; what expires before goes earlier, and its daily use stays.
    good = rows.filter(rows.good_until > rows["at"])
    columns = ("county", "item", "in_force", "cites")
    entries = ibis.union(
        good.select(*columns, moved_at=_["at"], came=_.quantity, went=nil),
        good.select(*columns, moved_at=_.good_until, came=-_.quantity, went=nil),
        rows.select(*columns, moved_at=_["at"], came=nil, went=_.need),
        rows.select(*columns, moved_at=_.until, came=nil, went=-_.need),
    )
    return balance(
        entries.filter(entries.moved_at <= t.now),
        ["county", "item"],
        at=_.moved_at,
        came=_.came,
        went=_.went,
        evidence=_.cites,
        subject=_.county,
        item=_.item,
        area=_.county,
    )


@loop(
    "stock.expired",
    name=("过期", "Expired"),
    severity="重",
    role="部门监管",
    subject="area",
    item="row",
    source=READY,
    rule=("最近一次盘点有数量的物资没有过期；有效期当天有效。", "What the latest count has is not past its date."),
    reason=(
        "{subject} 的库存 {item} 自 {since} 起过期",
        "Stock {item} of {subject} has been past its date since {since}",
    ),
    remedy=("过期的清出销账，补足", "Take it out of store, write it off, replace it"),
)
def expired(t: Tables) -> ir.Table:
    rows = t.stock_counts.filter((_.until == moment(END)) & (_.quantity > 0) & (_.gone_at <= t.now))
    return hold(rows, since=_.gone_at, subject=_.area, item=_["row"], area=_.area, evidence=cite("stocks", rows["row"]))


@loop(
    "stock.stale",
    name=("久未盘点", "Not counted of late"),
    severity="常",
    role="部门监管",
    subject="area",
    item="item",
    orders=("stock.count_d", "stock.days.*"),
    source="S3.2.4 确保底子清、情况明，绝不打“糊涂仗”",
    rule=(
        "规定了储备天数的物资，县内最近一次盘点不早于规定天数。",
        "An item that must last so many days was counted in the county within the days allowed.",
    ),
    reason=(
        "{subject} 的{item}自 {opens} 盘点后，应在 {due} 前再盘点",
        "{item} in {subject} was last counted on {opens} and was to be counted by {due}",
    ),
    remedy=("盘点入账", "Count it and record it"),
)
def stale(t: Tables) -> ir.Table:
    counts = t.stock_counts
    newest = pick(counts, ["county", "item"], [counts["at"].desc(), counts["row"].desc()])
    rows = attach(_covered(t), newest, ["county", "item"], counted_at=_["at"], newest=_["row"])
    rows = governed(rows, t, "stock.count_d", area=_.county, at=_.counted_at, name="count_d")
    return repeat(
        rows,
        start=rows.counted_at,
        last=rows.counted_at,
        every=rows.count_d,
        subject=_.county,
        item=_.item,
        area=_.county,
        evidence=cite("stocks", _.newest),
    )
