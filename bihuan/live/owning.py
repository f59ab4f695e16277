"""Who owns the stored holes, and what they are called: told anew where a duty, an absence or a name moved.

The obligations stand as they were stored; only the last stages of the program run on them, over the duties, absences,
officers, findings and names that they ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from bihuan.kernel.forms import GATHERED
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.moments import LEVELS
from bihuan.kernel.program import Program
from bihuan.live.bench import Bench
from bihuan.live.fetching import Fetcher
from bihuan.live.moved import Row
from bihuan.live.relations import Want
from bihuan.live.store import Scope, within

OWNERS = ("duties", "absences", "officers")

ASKED = "hole, ob_subject, ob_item, ob_person, ob_unit, ob_area, ob_seek, ob_taken, ob_subject_kind"


def fetch(bench: Bench, fetcher: Fetcher) -> None:
    """Load what the owners and names of the gathered obligations stand on, into ``fetcher`` and ``bench``."""
    asked = bench.asked(ASKED)
    holes, subjects, items, people, units, areas, seeks, taken, kinds = (
        [row[i] for row in asked] for i in range(ASKED.count(",") + 1)
    )
    ids = {"/".join((h, s or "", *([i] if i else []))) for h, s, i in zip(holes, subjects, items, strict=True)}
    _read(fetcher, "findings", "hole", ids)
    above = {seek[:n] for seek in seeks if seek for n in LEVELS if n <= len(seek)}
    duties = [_read(fetcher, "duties", c, v) for c, v in (("person", people), ("unit", units), ("area", above))]
    place = fetcher.places["duties"]["officer"]
    officers = {row[place] for rows in duties for row in rows}
    _read(fetcher, "absences", "officer", officers)
    _read(fetcher, "officers", "officer", [*officers, *taken])
    said = {loop.hole: loop for loop in bench.program.loops}
    for ledger in bench.named:
        kind = ledger.key[0]
        named = [s for s, k, h in zip(subjects, kinds, holes, strict=True) if (k or said[h].subject) == kind]
        named += [i for i, h in zip(items, holes, strict=True) if said[h].item == kind]
        named += {"unit": units, "area": areas}.get(kind, [])
        _read(fetcher, ledger.name, kind, named)
    read = ("findings", *OWNERS, *(ledger.name for ledger in bench.named))
    bench.load({name: fetcher.loaded[name] for name in read if name in fetcher.loaded})


def _read(fetcher: Fetcher, ledger: str, column: str, values: Iterable[str | None]) -> Sequence[Row]:
    want = Want(frozenset(value for value in values if value))
    return fetcher.read(ledger, column, want, surely=True).rows if want else []


def touched(con: psycopg.Connection[Any], bench: Bench, moved: Mapping[str, list[Row]], fetcher: Fetcher) -> list[int]:
    """Ids of the stored holes whose owner or names may change when these rows moved."""
    found: set[int] = set()
    places = fetcher.places

    def cells(ledger: str, column: str) -> list[str]:
        place = places[ledger][column]
        return sorted({row[place] for row in moved.get(ledger, ()) if row[place] is not None})

    def ask(condition: str, values: list[str]) -> None:
        if values:
            query = f"SELECT id FROM live_hole WHERE state IN ('open', 'pending') AND {condition}"
            found.update(row[0] for row in con.execute(query, [values]).fetchall())

    officers = cells("officers", "officer")
    ask("owner = ANY(%s)", officers)
    duties = list(moved.get("duties", ()))
    away = cells("absences", "officer")
    if away:
        duties += fetcher.read("duties", "officer", Want(frozenset(away))).rows
    for condition, column in (("person = ANY(%s)", "person"), ("unit = ANY(%s)", "unit"), (BELOW, "area")):
        place = places["duties"][column]
        ask(condition, sorted({row[place] for row in duties if row[place] is not None}))
    for ledger in bench.named:
        if moved.get(ledger.name):
            _named(ledger, cells(ledger.name, ledger.key[0]), bench.program, ask)
    return sorted(found)


BELOW = "EXISTS (SELECT 1 FROM unnest(%s::text[]) a WHERE starts_with(seek, a))"


def _named(ledger: Ledger, keys: list[str], program: Program, ask: Any) -> None:
    kind = ledger.key[0]
    ask(f"subject_kind = '{kind}' AND subject = ANY(%s)", keys)
    holes = [loop.hole for loop in program.loops if loop.item == kind]
    if holes:
        listed = ", ".join(f"'{hole}'" for hole in holes)
        ask(f"hole IN ({listed}) AND item = ANY(%s)", keys)
    if kind in ("unit", "area"):
        ask(f"{kind} = ANY(%s)", keys)


STORED = {
    "hole": "hole",
    "ob_state": "state",
    "ob_subject": "subject",
    "ob_item": "item",
    "ob_opens": "opens",
    "ob_due": "due",
    "ob_since": "since",
    "ob_person": "person",
    "ob_unit": "unit",
    "ob_area": "area",
    "ob_seek": "seek",
    "ob_role": "role",
    "ob_taken": "taken",
    "ob_severity": "severity",
    "ob_subject_kind": "subject_kind",
    "ob_order": '"order"',
    "ob_evidence": "evidence",
}
"""Column of the gathered obligations → column of a stored hole."""


def stored(con: psycopg.Connection[Any], ids: Sequence[int], but: Sequence[Scope]) -> list[tuple[Any, ...]]:
    """The stored holes that are not ``but`` of these scopes, as the obligations that they were found as."""
    if not ids:
        return []
    columns = ", ".join(STORED.get(name, "NULL") for name in GATHERED)
    rows = con.execute(f"SELECT {columns} FROM live_hole WHERE id = ANY(%s)", [list(ids)]).fetchall()
    named = [list(GATHERED).index(name) for name in ("hole", "ob_subject", "ob_item")]
    return [row for row in rows if not within([row[place] for place in named], but)]
