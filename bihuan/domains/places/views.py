"""Views of places: the guarded intervals of posts, and which isolation sites are in use."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import END, hours, live, midnight, moment, nothing

GUARD_BACK_H, GUARD_AHEAD_H = 48, 24
"""Hours before and after now that the loops of guards look at."""

CENTRAL = "集中隔离"


@view
def guarded_intervals(t: Tables) -> ir.Table:
    """post, unit, area, leader_required, start, end: the intervals in which each live post of mode 值守 is guarded.

    ``from_hour`` > ``to_hour`` runs over midnight; equal hours, or the empty ones (0 and 24), are the whole day. Days
    join where their hours touch: a post guarded all day has one interval, from its since to its until (END while it
    has none). Of any other post each day is one; since a gap lies within its day, those that overlap now − 48 h …
    now + 24 h are all that is needed. Source: loops.md, *guard*.
    """
    p = t.posts.filter((_.mode == "值守") & live(_.since, _.until, t.now))
    first, last = p.from_hour.fill_null(0), p.to_hour.fill_null(24)
    p = p.select(
        "post",
        "unit",
        "area",
        leader_required=p.leader_required.fill_null(False),
        since=p.since,
        until=p.until.fill_null(moment(END)),
        first_hour=first,
        guarded_h=ibis.ifelse(first >= last, last + 24, last) - first,
    )
    whole = p.filter(p.guarded_h >= 24)
    whole = whole.mutate(start=whole.since, end=whole.until)
    each = p.filter(p.guarded_h < 24).mutate(day=ibis.range(-4, 2).unnest())
    start = midnight(t.now) + hours(each.day * 24) + hours((each.first_hour % 24 + 24) % 24)
    each = each.mutate(start=start).mutate(end=_.start + hours(_.guarded_h))
    each = each.mutate(start=ibis.greatest(each.start, each.since), end=ibis.least(each.end, each.until))
    kept = ("post", "unit", "area", "leader_required", "start", "end")
    rows = ibis.union(whole.select(*kept), each.select(*kept))
    # Short of the window no gap counts; an interval that since or until has cut away is none.
    return rows.filter(
        (rows.start < rows.end) & (rows.start < t.now + hours(GUARD_AHEAD_H)) & (rows.end > t.now - hours(GUARD_BACK_H))
    )


@view
def site_stays(t: Tables) -> ir.Table:
    """unit, measure, room, since, running: every 集中隔离 at an isolation site begun by now, ended or not."""
    m = t.measures.filter((_["kind"] == CENTRAL) & (_.since <= t.now))
    m = m.select("unit", "measure", "room", "since", running=live(m.since, m.ended_at, t.now))
    sites = t.units.filter(_["kind"] == "隔离点").select("unit")
    return m.semi_join(sites, "unit")


@view
def sites_in_use(t: Tables) -> ir.Table:
    """unit, area, capacity, first_use, since: the isolation sites with a live 集中隔离; ``first_use`` the earliest ever
    there, ended or not, ``since`` the earliest live one."""
    s = t.site_stays
    used = s.group_by("unit").agg(
        first_use=s.since.min(), since=ibis.ifelse(s.running, s.since, nothing()).min(), live=s.running.sum()
    )
    return attach(used.filter(used.live > 0), t.units, "unit", area=_.area, capacity=_.capacity).drop("live")
