"""Audiences (对象): whom a notice goes to, looked up in the ledgers: who answers for something, who is on the roster,
units of a kind, people of a group, under a measure, or all who live there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from bihuan.domains import choices

Pair = tuple[str, str]

HOURS = ("12", "24", "72")
"""Of a roster: whose shift lies within so many hours from now."""


@dataclass(frozen=True)
class Audience:
    """``kind``: what its recipients are; ``which``: the choices that narrow it ("" all); ``sql``: key, name, phone."""

    title: Pair
    kind: str  # officer, unit, person
    which: tuple[str, ...]
    sql: str

    @property
    def public(self) -> bool:
        """Whether it goes to the public: then it is a release, and a row of its ledger."""
        return self.kind == "person"


_HERE = "{0} >= %(low)s AND {0} < %(high)s"
_OFFICER = "SELECT DISTINCT o.officer, o.name, ''::text FROM {0} JOIN ledger_officers o USING (officer) WHERE {1}"
_STANDS = "{0}.latest AND {0}.retracted IS NOT TRUE"
_WHICH = "(%(which)s = '' OR {0} = %(which)s)"


def _and(*parts: str) -> str:
    return " AND ".join(parts)


_PERSON = "SELECT p.person, p.name, coalesce(p.phone, '') FROM ledger_people p WHERE "
_AT_HOME = _and(_STANDS.format("p"), _HERE.format("p.area"))

AUDIENCES: dict[str, Audience] = {
    "duties": Audience(
        ("责任人员（按角色）", "officers, by role"),
        "officer",
        choices.ROLES,
        _OFFICER.format(
            "ledger_duties d",
            _and(
                *(_STANDS.format("d"), _STANDS.format("o"), _WHICH.format("d.role")),
                "d.since <= %(now)s AND (d.until IS NULL OR d.until > %(now)s)",
                f"(({_HERE.format('d.in_place')}) OR ({_HERE.format('d.in_home')}))",
            ),
        ),
    ),
    "roster": Audience(
        ("值班人员（几小时内当班）", "who is on duty within so many hours"),
        "officer",
        HOURS,
        _OFFICER.format(
            "ledger_shifts s",
            _and(
                *(_STANDS.format("s"), _STANDS.format("o"), _HERE.format("s.in_place"), 's."end" > %(now)s'),
                "s.start < %(now)s::timestamp + make_interval(hours => coalesce(nullif(%(which)s, ''), '24')::int)",
            ),
        ),
    ),
    "units": Audience(
        ("单位（按类别）", "units, by kind"),
        "unit",
        choices.UNIT_KINDS,
        "SELECT u.unit, u.name, coalesce(u.phone, '') FROM ledger_units u WHERE "
        + _and(_STANDS.format("u"), _HERE.format("u.area"), _WHICH.format("u.kind")),
    ),
    "groups": Audience(
        ("重点人群", "people of a key group"),
        "person",
        choices.GROUPS,
        _PERSON
        + _and(
            _AT_HOME,
            "EXISTS (SELECT 1 FROM ledger_groups g WHERE g.person = p.person AND "
            + _and(
                *(_STANDS.format("g"), _WHICH.format('g."group"')),
                "(g.since IS NULL OR g.since <= %(now)s) AND (g.until IS NULL OR g.until > %(now)s))",
            ),
        ),
    ),
    "measures": Audience(
        ("管控中的人员", "people under a measure"),
        "person",
        choices.MEASURE_KINDS,
        _PERSON
        + _and(
            _STANDS.format("p"),
            "EXISTS (SELECT 1 FROM ledger_measures m WHERE m.person = p.person AND "
            + _and(
                *(_STANDS.format("m"), _WHICH.format("m.kind")),
                "m.since <= %(now)s AND (m.ended_at IS NULL OR m.ended_at > %(now)s)",
                f"(({_HERE.format('m.in_place')}) OR ({_HERE.format('m.in_home')})))",
            ),
        ),
    ),
    "people": Audience(("全部居民", "all residents"), "person", (), _PERSON + _AT_HOME),
}


@dataclass(frozen=True)
class One:
    """One of an audience; ``phone`` of units and people alone: an officer says himself how he is told."""

    key: str
    name: str
    phone: str


def found(audience: str, which: str, area: str, now: dt.datetime) -> list[One]:
    """Whom a notice to this audience reaches at a moment, as far as whoever asks sees them; by key."""
    values = {"low": area, "high": area + ":", "which": which, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(f"{AUDIENCES[audience].sql} ORDER BY 1", values)
        return [One(*row) for row in cursor.fetchall()]


def said(audience: str, which: str) -> Pair:
    """重点人群 · 孕产妇."""
    title = AUDIENCES[audience].title
    return (f"{title[0]} · {which}", f"{title[1]} · {which}") if which else title
