"""Each form of obligation, compiled, held against the sentence of the contract on random small tables."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import cache
from typing import Any

import ibis
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel import forms
from tests.kernel.compiled import NOW, Compiled, Row, alike, hours, maybe, moments, tables

TIME = "timestamp(6)"
H = dt.timedelta(hours=1)
SHOWN = ("ob_item", "ob_state", "ob_opens", "ob_due", "ob_since", "ob_closed")


def told(row: str, state: str, opens: Any, due: Any, since: Any, closed: Any = None) -> tuple[Any, ...]:
    return (row, state, opens, due, since, closed)


def with_state(made: Any) -> Any:
    return made.mutate(ob_state=forms.state())


def deadline(opens: dt.datetime, due: dt.datetime, closed: dt.datetime | None, since: dt.datetime | None = None) -> str:
    """X within H of T, in the words of the contract; closed by the moment at which it would begin, it never was one."""
    if closed is not None:
        return "kept" if closed <= max(due, since or due) else "late"
    if due < NOW:
        return "open"
    return "ahead" if opens > NOW else "pending"


def state(since: dt.datetime) -> str:
    """A hole from its first moment on."""
    return "open" if since <= NOW else "ahead"


# ── what is pending, a hole, late ────────────────────────────────────────────────────────────────
def test_every_branch_of_the_state_of_an_obligation() -> None:
    schema = dict.fromkeys(("ob_opens", "ob_due", "ob_since", "ob_closed"), TIME) | {"ob_kind": "string"}
    ends = [hours(n) for n in (-2, -1, 0, 1, 2)]
    given_ = [
        {"ob_kind": kind, "ob_opens": opens, "ob_due": due, "ob_since": since, "ob_closed": closed}
        for kind, opens, due, since in itertools.product(("deadline", "state", "foreseen"), ends, ends, ends)
        for closed in ((None, hours(-2), hours(-1), NOW) if kind == "deadline" else (None,))
    ]
    found = Compiled({"obligations": schema}, lambda o: o.mutate(ob_state=forms.state())).rows(given_)
    assert len(found) == len(given_)
    for o in found:
        wanted = {
            "deadline": deadline(o["ob_opens"], o["ob_due"], o["ob_closed"], o["ob_since"]),
            "state": state(o["ob_since"]),
            "foreseen": "open",
        }
        assert o["ob_state"] == wanted[o["ob_kind"]], o
    assert {o["ob_state"] for o in found} == {"kept", "late", "open", "pending", "ahead"}


# ── respond, repeat ──────────────────────────────────────────────────────────────────────────────
@cache
def respond() -> Compiled:
    schema = {"row": "string", "opens": TIME, "h": "float64", "closed": TIME}
    who = {"subject": "s", "item": ibis._.row}
    return Compiled(
        {"t": schema},
        lambda t: with_state(forms.respond(t, opens=ibis._.opens, within=ibis._.h, closed=ibis._.closed, **who)),
    )


past = moments.filter(lambda m: m <= NOW)


@given(tables(opens=moments, h=st.sampled_from([0, 0.25, 1, 2, 3.5]), closed=maybe(past)))
def test_respond(given_: list[Row]) -> None:
    wanted = []
    for r in given_:
        due = r["opens"] + r["h"] * H
        wanted.append(told(r["row"], deadline(r["opens"], due, r["closed"]), r["opens"], due, due, r["closed"]))
    assert alike(respond().rows(given_), *SHOWN) == sorted(wanted, key=repr)


@cache
def respond_by() -> Compiled:
    schema = {"row": "string", "opens": TIME, "due": TIME, "since": TIME, "closed": TIME}
    o = ibis._
    return Compiled(
        {"t": schema},
        lambda t: with_state(
            forms.respond(t, opens=o.opens, due=o.due, since=o.since, closed=o.closed, subject="s", item=o.row)
        ),
    )


@given(tables(opens=moments, due=moments, since=moments, closed=maybe(past)))
def test_respond_by_a_moment(given_: list[Row]) -> None:
    """With a due time and a since of its own."""
    wanted = []
    for r in given_:
        came = deadline(r["opens"], r["due"], r["closed"], r["since"])
        wanted.append(told(r["row"], came, r["opens"], r["due"], r["since"], r["closed"]))
    assert alike(respond_by().rows(given_), *SHOWN) == sorted(wanted, key=repr)


@cache
def repeat() -> Compiled:
    schema = {"row": "string", "start": TIME, "last": TIME, "every": "float64"}
    o = ibis._
    return Compiled(
        {"t": schema},
        lambda t: with_state(forms.repeat(t, start=o.start, last=o.last, every=o.every, subject="s", item=o.row)),
    )


@given(tables(start=moments, last=maybe(moments), every=st.sampled_from([0, 0.0, 1 / 24, 0.125, 1])))
def test_repeat(given_: list[Row]) -> None:
    """So many days after the later of its start and the last one; 0 days = not required."""
    wanted = []
    for r in given_:
        if r["every"]:
            opens = max(r["start"], r["last"] or r["start"])
            due = opens + dt.timedelta(hours=round(r["every"] * 24))
            wanted.append(told(r["row"], deadline(opens, due, None), opens, due, due))
    assert alike(repeat().rows(given_), *SHOWN) == sorted(wanted, key=repr)


@cache
def recur() -> Compiled:
    schema = {"row": "string", "last": TIME, "first": TIME, "every": "float64"}
    o = ibis._
    return Compiled(
        {"t": schema},
        lambda t: with_state(forms.recur(t, last=o["last"], first=o["first"], every=o.every, subject="s", item=o.row)),
    )


@given(tables(last=maybe(moments), first=maybe(moments), every=st.sampled_from([0, 1 / 24, 0.125, 1])))
def test_recur(given_: list[Row]) -> None:
    """So many days after the last one; never: after the first moment; without either at once."""
    wanted = []
    for r in given_:
        opens = r["last"] or r["first"]
        if r["every"] and opens is None:
            wanted.append(told(r["row"], "open", NOW, NOW, NOW))
        elif r["every"]:
            due = opens + dt.timedelta(hours=round(r["every"] * 24))
            wanted.append(told(r["row"], deadline(opens, due, None), opens, due, due))
    assert alike(recur().rows(given_), *SHOWN) == sorted(wanted, key=repr)


# ── schedule, daily ──────────────────────────────────────────────────────────────────────────────
@cache
def schedule() -> Compiled:
    schema = {"row": "string", "numbers": "string", "since": TIME}
    return Compiled({"t": schema}, lambda t: forms.schedule(t, "numbers", t.since))


clocks = st.sampled_from([dt.time(), dt.time(0, 0, 1), dt.time(12), dt.time(23, 59, 59)])
days_about = st.integers(-9, 2).map(lambda n: NOW.date() + dt.timedelta(days=n))
midnights = days_about.map(lambda day: dt.datetime.combine(day, dt.time()))
clocked = st.builds(dt.datetime.combine, days_about, clocks)


@given(tables(numbers=st.sampled_from(["无", "0", "1", "1,4,7,14", "4, 1", "12.0,3", "0,2", "2,2"]), since=clocked))
def test_schedule(given_: list[Row]) -> None:
    """Day n = date of since + n; 无 (or 0 alone) is the empty list."""
    wanted = []
    for r in given_:
        numbers = [] if r["numbers"] in ("无", "0") else [int(float(n)) for n in r["numbers"].split(",")]
        midnight = dt.datetime.combine(r["since"].date(), dt.time())
        wanted += [(r["row"], n, midnight + dt.timedelta(days=n)) for n in numbers]
    assert alike(schedule().rows(given_), "row", "n", "day") == sorted(wanted, key=repr)


@cache
def daily() -> Compiled:
    schema = {"row": "string", "since": TIME, "until": TIME}
    return Compiled({"t": schema}, lambda t: forms.daily(t, t.since, t.until))


@given(tables(since=maybe(st.one_of(clocked, midnights)), until=maybe(st.one_of(clocked, midnights))))
def test_daily(given_: list[Row]) -> None:
    """Of the seven full days before today those of which every hour lies in the span."""
    today = dt.datetime.combine(NOW.date(), dt.time())
    wanted = []
    for r in given_:
        for back in range(1, 8):
            day = today - dt.timedelta(days=back)
            every_hour = [day + n * H for n in range(24)]
            inside = [
                (r["since"] is None or r["since"] <= h) and (r["until"] is None or h + H <= r["until"])
                for h in every_hour
            ]
            if all(inside):
                wanted.append((r["row"], day))
    assert alike(daily().rows(given_), "row", "day") == sorted(wanted, key=repr)


# ── hold, forbid, foresee, at most, at least, parts ──────────────────────────────────────────────
@cache
def plain() -> Compiled:
    schema = {"row": "string", "since": TIME}
    made = (("h", forms.hold), ("f", forms.forbid), ("a", forms.foresee))
    return Compiled(
        {"t": schema},
        lambda t: ibis.union(
            *(with_state(form(t, since=t.since, subject=name, item=ibis._.row)) for name, form in made)
        ),
    )


@given(tables(since=moments))
def test_hold_forbid_foresee(given_: list[Row]) -> None:
    wanted = [(n, r["row"], state(r["since"]), r["since"]) for r in given_ for n in ("h", "f")]
    wanted += [("a", r["row"], "open", r["since"]) for r in given_]
    assert alike(plain().rows(given_), "ob_subject", "ob_item", "ob_state", "ob_since") == sorted(wanted, key=repr)


@cache
def bounds() -> Compiled:
    schema = {"row": "string", "n": "int64", "bound": "float64", "since": TIME}
    made = (("most", forms.at_most), ("least", forms.at_least))
    o = ibis._
    return Compiled(
        {"t": schema},
        lambda t: ibis.union(
            *(with_state(f(t, count=o.n, limit=o.bound, since=o.since, subject=name, item=o.row)) for name, f in made)
        ),
    )


@given(tables(n=maybe(st.integers(0, 4)), bound=maybe(st.sampled_from([0, 1, 1.5, 2, 3])), since=moments))
def test_at_most_and_at_least(given_: list[Row]) -> None:
    """Exactly the limit is no hole; no limit, no hole."""
    wanted = []
    for r in given_:
        if r["n"] is not None and r["bound"] is not None:
            wanted += [("most", r["row"], state(r["since"]))] * (r["n"] > r["bound"])
            wanted += [("least", r["row"], state(r["since"]))] * (r["n"] < r["bound"])
    assert alike(bounds().rows(given_), "ob_subject", "ob_item", "ob_state") == sorted(wanted, key=repr)


@cache
def part() -> Compiled:
    schema = {"row": "string", "a": "string", "b": "boolean", "c": TIME}
    return Compiled({"t": schema}, lambda t: forms.parts(t, {x: t[x].isnull() for x in ("a", "b", "c")}))


@given(tables(a=maybe(st.just("x")), b=maybe(st.booleans()), c=maybe(moments)))
def test_parts(given_: list[Row]) -> None:
    wanted = [(r["row"], name) for r in given_ for name in ("a", "b", "c") if r[name] is None]
    assert alike(part().rows(given_), "row", "part") == sorted(wanted, key=repr)


# ── match ────────────────────────────────────────────────────────────────────────────────────────
@cache
def match(floor: bool) -> Compiled:
    people = {"row": "string", "who": "string", "role": "string", "at": TIME}
    roll = {"row": "string", "person": "string", "role": "string", "since": TIME, "until": TIME}
    o = ibis._
    how: dict[str, Any] = {"floor": o["at"]} if floor else {"otherwise": o["at"]}
    on = {"who": "person", "role": "role"}
    return Compiled(
        {"people": people, "roll": roll},
        lambda p, r: with_state(forms.match(p, r, on, subject=o.who, item=o.row, **how)),
    )


names = st.sampled_from(["P1", "P2", None])
roles = st.sampled_from(["网格员", "民警"])


@given(
    tables(4, who=names, role=roles, at=moments),
    tables(8, person=names, role=roles, since=maybe(moments), until=maybe(moments)),
    st.booleans(),
)
def test_match(people: list[Row], roll: list[Row], floor: bool) -> None:
    """Nobody of the roll is live now; since the latest who lapsed, else (or no earlier than) the moment given."""
    wanted = []
    for p in people:
        mine = [r for r in roll if p["who"] is not None and r["person"] == p["who"] and r["role"] == p["role"]]
        if any((r["since"] is None or r["since"] <= NOW) and (r["until"] is None or r["until"] > NOW) for r in mine):
            continue
        lapsed = [r["until"] for r in mine if r["until"] is not None and r["until"] <= NOW]
        since = max([*lapsed, p["at"]]) if floor else max(lapsed, default=p["at"])
        wanted.append((p["row"], state(since), since))
    assert alike(match(floor).rows(people, roll), "ob_item", "ob_state", "ob_since") == sorted(wanted, key=repr)


# ── cover ────────────────────────────────────────────────────────────────────────────────────────
STEP = 5
"""Minutes; everything lies on this grid, so that a slow reading can count its cells."""


@cache
def cover(longer: int) -> Compiled:
    spans = {"row": "string", "post": "string", "start": TIME, "end": TIME}
    return Compiled({"spans": spans, "covers": spans}, lambda s, c: forms.cover(s, c, "post", longer=longer))


cells = st.integers(-8, 8).map(lambda n: NOW + n * dt.timedelta(minutes=STEP))
posts = st.sampled_from(["K1", "K2"])


@given(
    tables(3, post=posts, start=cells, end=cells),
    tables(7, post=posts, start=cells, end=cells),
    st.sampled_from([0, 15]),
)
def test_cover(spans: list[Row], covers: list[Row], longer: int) -> None:
    """The maximal runs of uncovered cells, of more than so many minutes."""
    step = dt.timedelta(minutes=STEP)
    wanted = []
    for s in spans:
        bare: list[dt.datetime] = []
        at = s["start"]
        while at < s["end"]:
            mine = [c for c in covers if c["post"] == s["post"] and c["start"] < c["end"]]
            if not any(c["start"] <= at < c["end"] for c in mine):
                bare.append(at)
            at += step
        runs: list[list[dt.datetime]] = []
        for at in bare:
            if runs and runs[-1][-1] + step == at:
                runs[-1].append(at)
            else:
                runs.append([at])
        wanted += [(s["row"], run[0], run[-1] + step) for run in runs if len(run) * STEP > longer]
    assert alike(cover(longer).rows(spans, covers), "row", "gap_from", "gap_to") == sorted(wanted, key=repr)
