"""Roles (角色): whom an account is made for, to what it is bound, which ledgers it may write.

The rows that it may see follow from its area or unit alone (``bihuan.access.rules``); a role says what it may do.
Source: the table of users in the mission; words as the ledgers have them.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERY = frozenset({"*"})

HOUSEHOLD = frozenset(
    {"people", "groups", "arrivals", "sightings", "verifications", "measures", "monitoring", "aid", "refusals"}
    | {"gatherings", "tickets", "posts", "shifts", "absences", "risk_areas"}
)
"""What cadres and grid workers record of their households and entrances."""

UNIT = frozenset(
    {"passages", "check_ins", "refused_permits", "shifts"}  # checkpoints
    | {"measures", "monitoring", "transfers", "staff", "samples", "site_checks", "aid", "people"}  # hotels, isolation
    | {"clinic_visits", "drug_sales", "vaccinations", "refusals"}  # clinics, pharmacies
    | {"venue_days", "lots", "lot_moves", "lot_works", "stocks", "contracts"}  # markets, cold stores
)
"""What the staff of checkpoints, hotels, clinics, pharmacies and markets record."""


@dataclass(frozen=True)
class Role:
    """``word`` stands in the database; ``bound``: to what an account of this role may be bound (all, area, unit)."""

    word: str
    english: str
    says: tuple[str, str]
    bound: frozenset[str]
    writes: frozenset[str]
    manages: bool = False  # makes and ends accounts


_AREA = frozenset({"all", "area"})
ROLES = {
    role.word: role
    for role in (
        Role("值班", "duty officer", ("指挥部值班", "duty officer of a headquarters"), _AREA, EVERY),
        Role("专班", "working group", ("工作专班", "a working group"), _AREA, EVERY),
        Role(
            *("干部", "cadre", ("县、镇、村干部", "county, town or village cadre"), frozenset({"area"})),
            HOUSEHOLD | {"duties", "officers", "areas", "units", "tasks", "instructions", "findings", "stocks"},
        ),
        Role("网格员", "grid worker", ("网格员", "grid worker"), frozenset({"area"}), HOUSEHOLD),
        Role(
            *(
                "单位",
                "unit staff",
                ("卡口、酒店、诊所、药店、市场人员", "staff of a checkpoint, hotel, clinic, market"),
            ),
            *(frozenset({"unit"}), UNIT),
        ),
        Role(
            *("督查", "inspector", ("督查组", "inspector"), _AREA),
            frozenset({"inspections", "findings", "inquiries"}),
        ),
        Role("管理员", "administrator", ("管理员", "administrator"), _AREA, EVERY, manages=True),
    )
}

GROUPS = {
    "流调": frozenset({"people", "cases", "contacts", "check_ins", "samples", "measures", "arrivals", "sightings"}),
    "隔离": frozenset(
        {"people", "measures", "transfers", "monitoring", "site_checks", "aid", "staff", "units", "stocks", "samples"}
    ),
    "检测": frozenset({"people", "samples", "teams", "emergency_plans", "plan_assignments", "drills", "contracts"}),
    "物资": frozenset({"stocks", "permits", "refused_permits", "livestock_moves", "contracts"}),
    "疫苗": frozenset({"people", "groups", "vaccinations", "refusals", "staff"}),
    "口岸": frozenset(
        {"people", "arrivals", "sightings", "verifications", "transfers", "measures", "staff", "samples", "passages"}
        | {"lots", "lot_works", "feeds", "feed_deliveries"}
    ),
    "冷链": frozenset({"lots", "lot_moves", "lot_works", "samples", "staff", "stocks", "units"}),
}
"""Working groups (专班) and the ledgers that are theirs; one without a group writes all."""

GROUP_ENGLISH = {
    "流调": "tracing",
    "隔离": "isolation",
    "检测": "testing",
    "物资": "supplies",
    "疫苗": "vaccination",
    "口岸": "ports",
    "冷链": "cold chain",
}


def writes(role: str, group: str, ledger: str) -> bool:
    """Whether a role records rows of a ledger. Whose rows, the database says."""
    about = ROLES.get(role)
    if about is None:
        return False
    if group and role == "专班":
        return ledger in GROUPS.get(group, frozenset())
    return about.writes == EVERY or ledger in about.writes
