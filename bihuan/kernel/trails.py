"""Trails: from each row along a reference to the next, and so on to the end (what a lot was split from).

Ibis has no recursion, so a trail is a stage that grows (:class:`bihuan.kernel.loops.View`), of any length. A circle
ends before its first repeat.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir
from ibis import _, ifelse, literal

from bihuan.kernel.loops import Tables, View

Steps = Callable[[Tables], ir.Table]
"""Rows (key, next): at most one row a key; a key whose next is none is no row."""


def walks(name: str, steps: Steps) -> View:
    """A view of every walk along the steps: key, above, depth (1 = the next one), and two columns of its own.

    It goes on a little after a circle has closed: a mark is left behind at depths 0, 1, 2, 4, 8 …, and the walk ends
    where it comes upon its mark (Brent's way to find a circle; each round knows the last alone). :func:`trail` takes
    the repeats away.
    """

    def start(t: Tables) -> ir.Table:
        rows = steps(t)
        return rows.select(
            "key", above=rows.next, depth=literal(1, "int64"), mark=rows.key, mark_next=literal(1, "int64")
        )

    def onward(t: Tables, walked: ir.Table) -> ir.Table:
        rows = steps(t)
        met = walked.filter(walked.above != walked.mark).inner_join(
            rows.select(on=rows.key, to=rows.next), [("above", "on")]
        )
        leave = met.depth == met.mark_next
        return met.select(
            "key",
            above=met.to,
            depth=met.depth + 1,
            mark=ifelse(leave, met.above, met.mark),
            mark_next=ifelse(leave, met.mark_next * 2, met.mark_next),
        )

    return View(name, start, onward)


def trail(walked: ir.Table) -> ir.Table:
    """key, above, depth: what each key comes upon along its walk (:func:`walks`), each once, itself never."""
    first = walked.group_by(["key", "above"]).agg(depth=_.depth.min())
    return first.filter(first.key != first.above)
