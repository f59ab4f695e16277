"""Views of cases: which samples are alone in their tube, when somebody was with a case."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.joins import attach, matching
from bihuan.kernel.loops import Tables, view
from bihuan.kernel.moments import hours
from bihuan.kernel.orders import governed


@view
def pools(t: Tables) -> ir.Table:
    """tube, people: the tubes that hold samples of two or more people."""
    tubes = t.samples.filter(_.tube.notnull() & _.person.notnull())
    counted = tubes.group_by("tube").agg(people=_.person.nunique())
    return counted.filter(counted.people > 1)


def alone(rows: ir.Table, t: Tables) -> ir.Table:
    """Samples of a person that no other person's sample shares its tube with; an empty tube is alone."""
    rows = attach(rows.filter(rows.person.notnull()), t.pools, "tube", pooled=_.people)
    return rows.filter(rows.pooled.isnull()).drop("pooled")


@view
def together(t: Tables) -> ir.Table:
    """Each person who shared a unit with a case by check-ins: case, contact, positive_at, home, minutes (the least that
    counts), identify_h, and ``reached``: when the minutes together came to that.

    Window, cut and minutes are those of the contact's home at the case's positive_at; overlapping minutes count once,
    those of several stays add up.
    """
    cases = t.cases.filter(_.positive_at.notnull())
    cases = cases.select(
        "case", "positive_at", "onset_at", patient=_.person, window_end=ibis.coalesce(cases.isolated_at, t.now)
    )
    longest = t.orders_in_force.filter(_.key == "exposure.stay_minutes").number.max().as_scalar()
    stays = matching(
        cases,
        t.check_ins,
        {"patient": "person"},
        where=lambda r: r.case_in < r.window_end,
        unit=_.unit,
        case_in=_["at"],
        case_left=_.left_at,
    )
    stays = stays.mutate(case_out=ibis.coalesce(stays.case_left, stays.case_in + hours(longest / 60)))
    met = matching(
        stays,
        t.check_ins,
        "unit",
        where=lambda r: (
            (r.contact != r.patient)
            & (r.came_in < r.case_out)
            & (ibis.coalesce(r.came_out, r.came_in + hours(longest / 60)) > r.case_in)
        ),
        contact=_.person,
        came_in=_["at"],
        came_out=_.left_at,
    )
    pairs = met.select("case", "contact", "positive_at").distinct()
    pairs = attach(pairs, t.homes, {"contact": "person"}, home=_.area)
    keys = {
        "days_before": "exposure.days_before",
        "stay_minutes": "exposure.stay_minutes",
        "minutes": "exposure.minutes",
    }
    for name, key in {**keys, "identify_h": "case.identify_h"}.items():
        pairs = governed(pairs, t, key, area=_.home, at=_.positive_at, name=name)
    met = attach(met, pairs, ["case", "contact"], **{name: ibis._[name] for name in keys})
    opens = ibis.ifelse(
        met.onset_at.notnull(),
        met.onset_at - hours(met.days_before * 24),
        met.positive_at - hours((met.days_before + 2) * 24),
    )
    stay = hours(met.stay_minutes / 60)
    case_out = ibis.coalesce(met.case_left, met.case_in + stay)
    came_out = ibis.coalesce(met.came_out, met.came_in + stay)
    met = met.mutate(
        begin=ibis.greatest(met.case_in, met.came_in, opens), end=ibis.least(case_out, came_out, met.window_end)
    )
    met = met.filter(met.begin < met.end).select("case", "contact", "begin", "end", "minutes").distinct()
    before = ibis.window(group_by=[met["case"], met.contact], order_by=[met.begin, met.end], rows=(None, -1))
    met = met.mutate(covered=met.end.max().over(before))
    met = met.mutate(fresh=ibis.greatest(met.begin, ibis.coalesce(met.covered, met.begin)))
    met = met.filter(met.fresh < met.end)
    met = met.mutate(seconds=met.end.epoch_seconds() - met.fresh.epoch_seconds())
    so_far = ibis.cumulative_window(group_by=[met["case"], met.contact], order_by=[met.fresh])
    met = met.mutate(total=met.seconds.sum().over(so_far))
    enough = met.filter(met.total >= met.minutes * 60)
    # The moment within the stay at which the minutes were reached.
    enough = enough.mutate(reached=enough.end - hours((enough.total - enough.minutes * 60) / 3600))
    first = enough.group_by(["case", "contact"]).agg(reached=_.reached.min())
    return matching(pairs, first, ["case", "contact"], reached=_.reached)
