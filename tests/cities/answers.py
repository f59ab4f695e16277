"""An answer to each kind of obligation that can be answered: what somebody would do now, and enter in the ledgers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.cities.audit import Id
from tests.cities.changes import Rows
from tests.reference import World
from tests.reference.rows import Row, contract


class Desk:
    """Takes answers: ``add`` a row, or ``fill`` cells of the row in effect, recorded now."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.rows = {name: list(found) for name, found in rows.items()}
        self.now = now
        lines = {
            name: [Row(name, row, (0, n)) for n, row in enumerate(found) if all(row[k] for k in contract()[name].key)]
            for name, found in rows.items()
        }
        self.world = World(lines, now)
        self.count = 0
        self.filled: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, ledger: str, **cells: Any) -> str:
        row = dict.fromkeys((c.name for c in contract()[ledger].columns), None) | cells
        key = contract()[ledger].key[0]
        if row[key] is None:
            self.count += 1
            row[key] = f"答{self.count:05d}"
        self.rows[ledger].append(row)
        return str(row[key])

    def fill(self, ledger: str, key: str, **cells: Any) -> None:
        row = self.world.get(ledger, key)
        assert row is not None, f"{ledger} {key} is not in effect"
        if (ledger, key) not in self.filled:
            self.filled[ledger, key] = {**row, "recorded_at": self.now}
            self.rows[ledger].append(self.filled[ledger, key])
        self.filled[ledger, key] |= cells

    def sample(self, **of: Any) -> None:
        self.add("samples", **({"of": "人", "sampled_at": self.now, "resulted_at": self.now, "result": "阴"} | of))

    def measure(self, person: str) -> None:
        given = {"ground": "其他", "kind": "集中隔离", "order": "答指", "planned_until": self.now + timedelta(days=14)}
        self.add("measures", person=person, since=self.now, **given)

    def contact(self, case: str, person: str) -> None:
        """Identified now, and under control at once."""
        at = {"last_exposed_at": self.now, "identified_at": self.now}
        self.add("contacts", case=case, person=person, degree="密接", **at)
        self.measure(person)


Answer = Callable[[Desk, str, str], object]


def filling(ledger: str, key: str, *columns: str, **cells: Any) -> Answer:
    """The row in effect with some columns filled: its key is the hole's ``subject`` or ``item``."""

    def answer(d: Desk, subject: str, item: str) -> None:
        d.fill(ledger, subject if key == "subject" else item, **dict.fromkeys(columns, d.now), **cells)

    return answer


def _sampled(d: Desk, subject: str, item: str) -> None:
    d.sample(person=subject)


def _held(d: Desk, subject: str, item: str) -> None:
    d.measure(subject)


def _arrived(d: Desk, subject: str, item: str) -> None:
    """And under control at once."""
    d.fill("arrivals", item, arrived_at=d.now)
    d.measure(subject)


def _visited(d: Desk, subject: str, item: str) -> None:
    referred = d.world.get("clinic_visits", item)
    assert referred is not None
    d.add("clinic_visits", person=subject, unit=referred["referred_to"], at=d.now, fever=False)


def _aided(d: Desk, subject: str, item: str) -> None:
    d.add("aid", person=subject, at=d.now, kind="探访")


def _drilled(d: Desk, subject: str, item: str) -> None:
    d.add("drills", plan=subject, at=d.now, kind="实战", met=True)


def _looked_for(d: Desk, subject: str, item: str) -> None:
    d.add("verifications", arrival=item, at=d.now, outcome="已离开")


ANSWERS: dict[str, Answer] = {
    "arrival.unverified": _looked_for,
    "arrival.absent": _looked_for,
    "arrival.silent": _arrived,
    "arrival.uncontrolled": _held,
    "arrival.under": _held,
    "measure.gap": _held,
    "measure.early": _held,
    "measure.untested": _sampled,
    "measure.overstay": filling("measures", "item", "ended_at"),
    "monitoring.fever": _sampled,
    "transfer.open": filling("transfers", "item", "received_at"),
    "passage.lost": _held,
    "sample.overdue": filling("samples", "item", "resulted_at"),
    "sample.pool": _sampled,
    "case.unreported": filling("cases", "item", "reported_at"),
    "case.loose": filling("cases", "item", "isolated_at"),
    "case.undecided": filling("cases", "item", "confirmed_at"),
    "case.untraced": lambda d, subject, item: d.contact(item, "答人"),
    "contact.uncontrolled": _held,
    "contact.missed": lambda d, subject, item: d.contact(item, subject),
    "post.untested": _sampled,
    "post.exit_untested": _sampled,
    "post.exit_loose": _held,
    "group.unmonitored": lambda d, subject, item: d.add("monitoring", person=subject, at=d.now),
    "aid.missed": _aided,
    "aid.left": _aided,
    "clinic.kept": filling("clinic_visits", "item", "referred_at"),
    "clinic.untested": _sampled,
    "clinic.lost": _visited,
    "drug.untested": _sampled,
    "lot.unreceived": filling("lot_moves", "item", "received_at"),
    "lot.unseen": lambda d, subject, item: d.sample(of="物", lot=subject),
    "lot.loose": lambda d, subject, item: d.add("lot_works", lot=subject, kind="封存", at=d.now),
    "lot.handler": _sampled,
    "stock.stale": lambda d, subject, item: d.add("stocks", area=subject, item=item, quantity=0.0, at=d.now),
    "permit.refused": filling("refused_permits", "item", "passed_at"),
    "livestock.undisinfected": filling("livestock_moves", "subject", "disinfected_at"),
    "venue.unsampled": lambda d, subject, item: d.sample(of="环境", unit=subject),
    "site.unchecked": lambda d, subject, item: d.add("site_checks", unit=subject, at=d.now),
    "guard.unsigned": filling("shifts", "item", "signed_in"),
    "instruction.idle": lambda d, subject, item: d.add(
        "tasks", instruction=subject, title="答", area="6101", recorded_at=d.now
    ),
    "task.overdue": filling("tasks", "subject", "evidence_at", evidence="附件"),
    "inspect.never": lambda d, subject, item: d.add(
        "inspections", area="6101", unit=subject, at=d.now, announced=False
    ),
    "finding.overdue": filling("findings", "subject", "remedied_at", "rechecked_at", recheck_passed=True),
    "finding.unproven": filling("findings", "subject", "rechecked_at", recheck_passed=True),
    "inquiry.slow": filling("inquiries", "subject", "closed_at"),
    "ticket.late": filling("tickets", "subject", "answered_at"),
    "ticket.unresolved": filling("tickets", "subject", "resolved_at"),
    "feed.late": lambda d, subject, item: d.add("feed_deliveries", feed=subject, at=d.now),
    "team.untrained": filling("teams", "subject", "trained_at"),
    "plan.undrilled": _drilled,
    "plan.unmended": _drilled,
}


OPENED = ("aid.left", "clinic.lost", "lot.loose", "group.unmonitored", "sample.pool")
"""What may open anew where something else is answered: who cared is away, a patient is referred, a lot is received, who was
away is at home again, a result is known to be positive."""


def given(rows: Rows, now: datetime, due: list[Id]) -> Rows:
    """The rows with an answer to each of these obligations (state, hole, subject, item)."""
    desk = Desk(rows, now)
    for _, hole, subject, item in due:
        ANSWERS[hole](desk, subject, item)
    return desk.rows
