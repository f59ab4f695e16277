"""Who is away from home, and how many doses somebody has: what posts, groups and aid ask of the same rows."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, having, pick
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import cite, live


@view
def away(t: Tables) -> ir.Table:
    """person, left, by: under a live 集中隔离, or a case isolated and not recovered; since the earliest such beginning.

    ``by`` cites the measure or case. Source: loops.md, *aid.left*.
    """
    m = t.measures.filter((_["kind"] == "集中隔离") & live(_.since, _.ended_at, t.now))
    c = t.cases.filter(_.isolated_at.notnull() & _.recovered_at.isnull())
    gone = ibis.union(
        m.select("person", left=m.since, by=cite("measures", m.measure)),
        c.select("person", left=c.isolated_at, by=cite("cases", c["case"])),
    )
    return pick(gone, "person", [gone.left.asc(), gone.by.asc()])


def dosed(rows: ir.Table, t: Tables) -> ir.Table:
    """Rows with ``doses``: how many distinct dose numbers the person has had."""
    had = having(t.vaccinations, rows, "person").group_by("person").agg(doses=_.dose.nunique())
    rows = attach(rows, had, "person", doses=_.doses)
    return rows.mutate(doses=rows.doses.fill_null(0))


def dosed_at(rows: ir.Table, t: Tables, needed: str) -> ir.Table:
    """Rows with ``dosed_at``: when the person had had ``needed`` (a column) distinct doses; null: not yet."""
    each = having(t.vaccinations, rows, "person").group_by(["person", "dose"]).agg(first=_["at"].min())
    nth = ibis.row_number().over(ibis.window(group_by=each.person, order_by=[each["first"].asc(), each.dose.asc()]))
    each = each.mutate(nth=nth + 1)
    rows = rows.mutate(nth_needed=rows[needed].ceil().cast("int64"))
    return attach(rows, each, {"person": "person", "nth_needed": "nth"}, dosed_at=_["first"]).drop("nth_needed")
