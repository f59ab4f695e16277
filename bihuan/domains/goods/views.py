"""Views of goods: lines of lots with their roots, holders and positives; stock counts and until when each holds."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, having, lacking, matching, pick
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import END, county, moment
from bihuan.kernel.trails import trail, walks

PAPERS = ("customs_form", "inspection_cert", "test_cert", "disinfection_cert")
"""四证, the four papers of an imported lot."""


# ── lines of lots ───────────────────────────────────────────────────────────────────────────────


@view
def lot_splits(t: Tables) -> ir.Table:
    """key, next: every lot that was split from one in effect, and that one."""
    return having(t.lots.select(key=_.lot, next=_.split_from), t.lots, {"next": "lot"})


lot_walks = walks("lot_walks", lambda t: t.lot_splits)


@view
def lot_ancestors(t: Tables) -> ir.Table:
    """lot, ancestor, depth (1: what it was split from): along split_from to the end; a circle ends before its first
    repeat."""
    return trail(t.lot_walks).select(lot=_.key, ancestor=_.above, depth=_.depth)


@view
def lot_lines(t: Tables) -> ir.Table:
    """lot, member: each lot with its line, which is itself, its ancestors and its descendants."""
    up = t.lot_ancestors
    return ibis.union(
        t.lots.select("lot", member=_.lot),
        up.select("lot", member=_.ancestor),
        up.select(lot=_.ancestor, member=_.lot),
        distinct=True,
    )


@view
def lot_holders(t: Tables) -> ir.Table:
    """lot, holder: the receiver of its last received move that names one, else its own port, else its parent's holder.

    A lot that only moves name is held by their receiver; a lot without a holder has no row.
    """
    moves = t.lot_moves.filter(_.received_at.notnull() & _.to_unit.notnull())
    last = pick(moves, "lot", [moves.received_at.desc(), moves.move.desc()])
    ported = lacking(t.lots.filter(_.port.notnull()), moves, "lot")
    own = ibis.union(last.select("lot", holder=_.to_unit), ported.select("lot", holder=_.port))
    above = matching(t.lot_ancestors, own, {"ancestor": "lot"}, holder=_.holder)
    every = ibis.union(
        own.mutate(depth=ibis.literal(0, "int64")).select("lot", "depth", "holder"),
        above.select("lot", depth=_.depth.cast("int64"), holder=_.holder),
    )
    return pick(every, "lot", [every.depth]).select("lot", "holder")


@view
def traced_lots(t: Tables) -> ir.Table:
    """Every lot with its root and what it has of it.

    ``root`` (itself, where it was not split); ``entered`` and ``gate`` (its own entered_at and port, else its root's);
    ``root_entered``, ``root_port``; ``lacks_<paper>`` (neither it nor its root has the paper); ``lost`` (a split_from
    on the way names no lot in effect); ``holder`` and the holder's ``held_in`` (area).
    """
    up = t.lot_ancestors
    furthest = pick(up, "lot", [up.depth.desc()])
    rows = attach(t.lots, furthest, "lot", root=_.ancestor)
    rows = rows.mutate(root=ibis.coalesce(rows.root, rows.lot))
    papers = {f"root_{paper}": t.lots[paper] for paper in PAPERS}
    rows = attach(rows, t.lots, {"root": "lot"}, root_entered=_.entered_at, root_port=_.port, **papers)
    cut = lacking(t.lots.filter(_.split_from.notnull()), t.lots, {"split_from": "lot"})
    below = having(up, cut, {"ancestor": "lot"})
    cut = ibis.union(cut.select("lot"), below.select("lot"), distinct=True)
    rows = attach(rows, cut, "lot", cut=_.lot)
    rows = attach(rows, t.lot_holders, "lot", holder=_.holder)
    rows = attach(rows, t.stations, {"holder": "unit"}, held_in=_.area)
    return rows.mutate(
        entered=ibis.coalesce(rows.entered_at, rows.root_entered),
        gate=ibis.coalesce(rows.port, rows.root_port),
        lost=rows.cut.notnull(),
        **{f"lacks_{paper}": rows[paper].isnull() & rows[f"root_{paper}"].isnull() for paper in PAPERS},
    ).drop("cut", *papers)


def of_line(rows: ir.Table, t: Tables, facts: ir.Table, **columns: Any) -> ir.Table:
    """Each row once for each fact (with its ``lot``) about a lot of its line, with the named columns of the fact."""
    rows = matching(rows, t.lot_lines, "lot", member=_.member)
    return matching(rows, facts, {"member": "lot"}, **columns).drop("member")


@view
def lot_samples(t: Tables) -> ir.Table:
    """Every sample of a lot."""
    return t.samples.filter(_.lot.notnull())


@view
def positive_lots(t: Tables) -> ir.Table:
    """lot, known_at, positive: of each line with a positive the earliest result, and the sample."""
    found = t.lot_samples.filter((_.result == "阳") & _.resulted_at.notnull())
    met = of_line(t.lots.select("lot"), t, found, known_at=_.resulted_at, positive=found["sample"])
    return pick(met, "lot", [met.known_at, met.positive])


@view
def first_moves(t: Tables) -> ir.Table:
    """lot, move, from_unit, sent_at: the first move of each lot, by sent_at, then key."""
    moves = t.lot_moves
    return pick(moves, "lot", [moves.sent_at, moves.move]).select("lot", "move", "from_unit", "sent_at")


def answered_by(rows: ir.Table, t: Tables, unit: Any) -> ir.Table:
    """Rows with ``answers``, the unit that must act, and its area, ``place``."""
    return attach(rows.mutate(answers=unit), t.stations, {"answers": "unit"}, place=_.area)


# ── stocks ──────────────────────────────────────────────────────────────────────────────────────


@view
def stock_counts(t: Tables) -> ir.Table:
    """Every row of a stock with ``county``, ``gone_at`` (00:00 of the day after expires; END: it keeps) and ``until``:
    when the next count of its area, unit and item took its place (END: it is of the latest)."""
    rows = t.stocks.mutate(store=_.unit.fill_null(""))
    places = ["area", "store", "item"]
    counts = rows.select(*places, "at").distinct()
    window = ibis.window(group_by=[counts[c] for c in places], order_by=counts["at"])
    counts = counts.mutate(until=counts["at"].lead().over(window).fill_null(moment(END)))
    rows = attach(rows, counts, [*places, "at"], until=_.until)
    gone = (rows.expires.cast("timestamp(6)") + ibis.interval(days=1)).fill_null(moment(END))
    return rows.mutate(county=county(rows.area), gone_at=gone)


@view
def stocked_items(t: Tables) -> ir.Table:
    """county, item: what was ever counted in a county that has a row."""
    found = t.stock_counts.select("county", "item").distinct()
    return having(found, t.counties, {"county": "area"})
