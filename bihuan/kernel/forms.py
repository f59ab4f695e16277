"""The forms of obligation. Each takes an obliged set and gives obligations, rows of one shape (``OBLIGATION``).

What is pending, a hole, or late falls out of opens, due, closed and the as-of time alone (:func:`state`):

* a *deadline* (respond, repeat, schedule) is in time at exactly its due time and a hole after it;
* a *state* (hold, forbid, match, at least, at most, a day gone by) is a hole from its first moment on;
* what is *foreseen* (a gap in tomorrow's guard) is a hole though it begins later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from bihuan.kernel.joins import On, attach, columns_of, lacking, last_answer, matching, pick, standing
from bihuan.kernel.moments import LONGEST_H, days, hours, live, midnight, nothing, now

OBLIGATION = {
    "ob_subject": "string",  # whom or what it is about
    "ob_item": "string",  # tells several of one subject apart; empty string where there is one
    "ob_kind": "string",  # deadline, state or foreseen
    "ob_opens": "timestamp(6)",
    "ob_due": "timestamp(6)",
    "ob_since": "timestamp(6)",  # when it became a hole, should it be one
    "ob_closed": "timestamp(6)",
    "ob_person": "string",  # where its owner is sought: person, else unit, else area and above
    "ob_unit": "string",
    "ob_area": "string",  # the hole's area
    "ob_seek": "string",  # the code from which the owner is sought
    "ob_role": "string",  # overrides the loop's role
    "ob_taken": "string",  # an owner named by the row itself
    "ob_severity": "string",  # overrides the loop's severity
    "ob_subject_kind": "string",  # overrides the loop's kind of subject
    "ob_final": "boolean",  # overrides whether the loop's holes cannot be made good
    "ob_order": "string",  # the orders that govern it
    "ob_evidence": "string",  # rows it rests on: ledger:key, comma-separated
}
"""The shape of an obligation. Kernel columns have a prefix: ledgers have role, due and since of their own."""

GATHERED = {"hole": "string", "ob_state": "string", **OBLIGATION}
"""What the engine gathers of all loops, in one table: ``obligations``."""

Kind = Literal["deadline", "state", "foreseen"]


def _text(rows: ir.Table, value: Any) -> Any:
    """A text column from a column, a deferred, a constant or nothing."""
    if value is None:
        return ibis.null("string")
    if isinstance(value, str):
        return ibis.literal(value)
    return value.cast("string") if not callable(value) or hasattr(value, "cast") else value


def _cites(rows: ir.Table, evidence: Any) -> Any:
    if evidence is None:
        return ibis.null("string")
    if isinstance(evidence, (list, tuple)):
        text, *others = rows.bind(*evidence)
        for more in others:
            # A row that is not there is no evidence: null parts vanish.
            text = text + ("," + more).fill_null("")
        return text
    return evidence


def obligations(
    rows: ir.Table,
    kind: Kind,
    *,
    subject: Any,
    opens: Any,
    due: Any,
    item: Any = "",
    since: Any = None,
    closed: Any = None,
    person: Any = None,
    unit: Any = None,
    area: Any = None,
    seek: Any = None,
    role: Any = None,
    taken: Any = None,
    severity: Any = None,
    subject_kind: Any = None,
    final: bool | None = None,
    evidence: Any = None,
) -> ir.Table:
    """Rows of the shape ``OBLIGATION`` from an obliged set; the forms below call it, loops call the forms."""
    order = rows["in_force"] if "in_force" in rows.columns else ibis.null("string")
    columns = {
        "ob_subject": subject,
        "ob_item": item,
        "ob_kind": kind,
        "ob_opens": opens,
        "ob_due": due,
        "ob_since": due if since is None else since,
        "ob_closed": nothing() if closed is None else closed,
        "ob_person": person,
        "ob_unit": unit,
        "ob_area": area,
        "ob_seek": area if seek is None else seek,
        "ob_role": role,
        "ob_taken": taken,
        "ob_severity": severity,
        "ob_subject_kind": subject_kind,
        "ob_final": nothing("boolean") if final is None else ibis.literal(final),
        "ob_order": order,
        "ob_evidence": _cites(rows, evidence),
    }
    made = rows.select(**{n: _text(rows, v) if OBLIGATION[n] == "string" else v for n, v in columns.items()})
    return made.cast(OBLIGATION)


def state() -> Any:
    """*kept*, *late*, *open* (a hole), *pending* or *ahead* (not opened yet), of an obligation at the as-of time, as a
    deferred."""
    o = ibis._
    return ibis.cases(
        # What was closed by the moment at which it would have become a hole never was one.
        (o.ob_closed.notnull() & (o.ob_closed <= ibis.greatest(o.ob_due, o.ob_since)), "kept"),
        (o.ob_closed.notnull(), "late"),
        (o.ob_kind == "foreseen", "open"),
        ((o.ob_kind == "state") & (o.ob_since <= now()), "open"),
        (o.ob_kind == "state", "ahead"),
        (o.ob_due < now(), "open"),
        (o.ob_opens > now(), "ahead"),
        else_="pending",
    )


def respond(
    rows: ir.Table,
    *,
    opens: Any,
    within: Any = None,
    due: Any = None,
    closed: Any = None,
    floor: Any = None,
    **who: Any,
) -> ir.Table:
    """*X within H of T*: opens at T, due at T + H, closed by the first X (loops.md, *Terms*).

    ``within`` is in hours (a column, deferred or number); ``due`` says the moment itself. ``closed`` is the moment of
    the first answer, null where none has come; see :func:`bihuan.kernel.joins.first_answer`. With ``floor`` it is a
    hole no earlier than that, should it be due before; what was answered by then was never late.
    """
    if due is None:
        # Bound first: a column and a deferred do not add up.
        (opens,) = rows.bind(opens)
        due = opens + hours(within if isinstance(within, int | float) else rows.bind(within)[0])
    if floor is None:
        return obligations(rows, "deadline", opens=opens, due=due, closed=closed, **who)
    due, closed, floor = rows.bind(due, closed, floor)
    since = ibis.greatest(due, floor)
    closed = ibis.ifelse(closed <= since, ibis.least(closed, due), closed)
    return obligations(rows, "deadline", opens=opens, due=due, since=since, closed=closed, **who)


def repeat(rows: ir.Table, *, start: Any, last: Any, every: Any, since: Any = None, **who: Any) -> ir.Table:
    """*Every P while a state lasts*: due P days after the later of its start and the last time it was done.

    ``every`` is in days; 0 = not required; ``last`` null = never yet.
    """
    opens = ibis.greatest(start, ibis.coalesce(last, start))
    rows = rows.mutate(repeat_opens=opens, repeat_every=every).filter(lambda r: r.repeat_every > 0)
    due = rows.repeat_opens + days(rows.repeat_every)
    return obligations(rows, "deadline", opens=rows.repeat_opens, due=due, since=due if since is None else since, **who)


def recur(rows: ir.Table, *, last: Any, first: Any, every: Any, **who: Any) -> ir.Table:
    """*Every P*, counted from the last time alone: due P days after it; never done: P days after ``first``.

    Never done, and ``first`` unknown: a hole at once, since the as-of time. ``every`` is in days; 0 = not required.
    """
    rows = rows.mutate(recur_opens=ibis.coalesce(last, first), recur_every=every)
    rows = rows.filter(rows.recur_every > 0)
    timed, never = rows.filter(rows.recur_opens.notnull()), rows.filter(rows.recur_opens.isnull())
    due = timed.recur_opens + days(timed.recur_every)
    return ibis.union(
        obligations(timed, "deadline", opens=timed.recur_opens, due=due, **who),
        obligations(never, "state", opens=now(), due=now(), **who),
    )


def schedule(rows: ir.Table, numbers: str, since: Any, name: str = "n") -> ir.Table:
    """Each row once for each day laid down: ``numbers`` is a list text (1,4,7); adds ``n`` and ``day`` (its 00:00).

    Day n is the date of ``since`` + n.
    """
    each = rows.mutate(
        **{name: ibis.ifelse(rows[numbers].isin(["无", "0", ""]), "", rows[numbers]).split(",").unnest()}
    )
    each = each.mutate(**{name: each[name].strip()}).filter(lambda r: r[name] != "")
    number = each[name].cast("float64")
    # A day of a number without end comes as late as the longest span.
    each = each.mutate(**{name: ibis.ifelse(number > LONGEST_H / 24, LONGEST_H / 24, number).cast("int64")})
    # `since` may be a deferred of the rows before: it resolves by name.
    return each.mutate(day=midnight(since) + days(each[name]))


def daily(rows: ir.Table, first: Any, end: Any, back: int = 7) -> ir.Table:
    """Each row once for each full day among the ``back`` days before today; adds ``day`` (00:00).

    A full day is one of which every hour lies between ``first`` and ``end`` (nulls: unbounded).
    """
    each = rows.mutate(day_first=first, day_end=end, back=ibis.range(1, back + 1).unnest())
    each = each.mutate(day=midnight(now()) - days(each.back))
    whole = (each.day_first.isnull() | (each.day_first <= each.day)) & (
        each.day_end.isnull() | (each.day_end >= each.day + ibis.interval(days=1))
    )
    return each.filter(whole).drop("day_first", "day_end", "back")


def cover(
    rows: ir.Table,
    covers: ir.Table,
    on: On,
    *,
    start: str = "start",
    end: str = "end",
    longer: float = 0,
) -> ir.Table:
    """*An interval covered by intervals*: each row once for each gap in its cover; adds ``gap_from``, ``gap_to``.

    Rows and covers have the columns ``start`` and ``end`` (half-open, none null: an open end is ``moments.END``). A
    cover that ends at or before its start covers nothing; covers may overlap, touch, and reach beyond the interval.
    Only gaps of more than ``longer`` minutes are told; ``gap_from`` is where a gap truly begins, however long ago.

    One pass over the covers of each interval in the order of their starts: a gap lies between the furthest end so far
    and the next start. The interval's own end stands among the starts, so its last gap is one like the others.
    """
    keys = columns_of(on)
    spans = rows.select(*keys, span_start=rows[start], span_end=rows[end]).distinct()
    spans = spans.filter(spans.span_start < spans.span_end)
    met = matching(
        spans,
        covers.filter(covers[start] < covers[end]),
        on,
        where=lambda r: (r.cover_start < r.span_end) & (r.cover_end > r.span_start),
        cover_start=ibis._[start],
        cover_end=ibis._[end],
    )
    met = ibis.union(met, spans.mutate(cover_start=spans.span_end, cover_end=spans.span_end))
    names = [*keys, "span_start", "span_end"]
    before = ibis.window(group_by=[met[n] for n in names], order_by=met.cover_start, rows=(None, -1))
    met = met.mutate(gap_from=ibis.coalesce(met.cover_end.max().over(before), met.span_start), gap_to=met.cover_start)
    gaps = met.filter(met.gap_from + ibis.interval(seconds=round(longer * 60)) < met.gap_to)
    same = {**{k: k for k in keys}, start: "span_start", end: "span_end"}
    return matching(rows, gaps, same, gap_from=ibis._.gap_from, gap_to=ibis._.gap_to)


def hold(rows: ir.Table, *, since: Any, **who: Any) -> ir.Table:
    """*A state has its parts*: the rows are those that lack one; a hole from ``since`` on."""
    return obligations(rows, "state", opens=since, due=since, **who)


def forbid(rows: ir.Table, *, since: Any, **who: Any) -> ir.Table:
    """*Never while S*: the rows are the breaches; a hole from ``since`` on, until made good where it can be."""
    return obligations(rows, "state", opens=since, due=since, **who)


def foresee(rows: ir.Table, *, since: Any, until: Any = None, **who: Any) -> ir.Table:
    """A state that is a hole already, though it may begin after the as-of time. Its due time is ``until``, the moment
    at which it will have passed, where it has one (null: none is in sight)."""
    return obligations(rows, "foreseen", opens=since, due=since if until is None else until, since=since, **who)


def match(rows: ir.Table, roll: ir.Table, on: On, *, otherwise: Any = None, floor: Any = None, **who: Any) -> ir.Table:
    """*Everyone here is in that roll*: the rows of whom no row of ``roll`` (with since, until) is live now.

    A hole since the latest ``until`` of one that would have answered and lapsed; where there was none, ``otherwise``;
    with ``floor`` no earlier than that.
    """
    missing = lacking(rows, roll.filter(live(roll.since, roll.until, now())), on)
    missing = last_answer(missing, roll.filter(roll.until <= now()), on, at="until", name="lapsed")
    missing = missing.mutate(lapsed=ibis.coalesce(missing.lapsed, otherwise if floor is None else floor))
    since = missing.lapsed if floor is None else ibis.greatest(missing.lapsed, floor)
    return obligations(missing, "state", opens=since, due=since, **who)


def at_most(rows: ir.Table, *, count: Any, limit: Any, since: Any, **who: Any) -> ir.Table:
    """*So much at the most*: the rows whose ``count`` is above their ``limit`` (null: no limit)."""
    return hold(rows.mutate(measured=count, bound=limit).filter(lambda r: r.measured > r.bound), since=since, **who)


def at_least(rows: ir.Table, *, count: Any, limit: Any, since: Any, **who: Any) -> ir.Table:
    """*So much at the least*: the rows whose ``count`` is below their ``limit`` (null: nothing demanded)."""
    return hold(rows.mutate(measured=count, bound=limit).filter(lambda r: r.measured < r.bound), since=since, **who)


TRIFLE = 1e-9
"""What sums of decimal fractions are off by at the most: no more than this is no excess (kg, pieces)."""


def balance(
    rows: ir.Table, by: Sequence[str], *, at: Any, came: Any, went: Any, evidence: Any = None, **who: Any
) -> ir.Table:
    """*What goes out came in*: the rows are entries, each with what it brought (``came``) and took (``went``).

    Of each ``by`` it is a hole while all that went exceeds all that came; what comes in at one moment counts before
    what goes out. Open since the present excess began. All entries of a ``by`` say the same of ``who``; each is cited.
    """
    keys = list(by)
    rows = rows.mutate(
        entry_at=at, entry_over=went - came, entry_cite=ibis.null("string") if evidence is None else evidence
    )
    moments = rows.group_by([*keys, "entry_at"]).agg(entry_over=rows.entry_over.sum())
    so_far = ibis.cumulative_window(group_by=[moments[k] for k in keys], order_by=moments.entry_at)
    moments = moments.mutate(over=moments.entry_over.sum().over(so_far))
    found = standing(moments, keys, "entry_at", moments.over > TRIFLE)
    rows = matching(rows, found, keys, stood_from=ibis._.stood_from)
    order = [rows.entry_at, rows.entry_cite]
    cited = rows.group_by(keys).agg(entry_cites=rows.entry_cite.group_concat(",", order_by=order))
    rows = attach(pick(rows, keys, order), cited, keys, entry_cites=ibis._.entry_cites)
    return hold(rows, since=rows.stood_from, evidence=rows.entry_cites, **who)


def parts(rows: ir.Table, missing: dict[str, Any], name: str = "part") -> ir.Table:
    """Each row once for each part it lacks: ``missing`` maps the part's name to the expression that says so."""
    each = rows.mutate(
        lacks_=ibis.array([ibis.ifelse(lacks, ibis.literal(part), "") for part, lacks in missing.items()])
    )
    each = each.mutate(**{name: each.lacks_.unnest()}).drop("lacks_")
    return each.filter(each[name] != "")
