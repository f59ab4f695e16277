"""The ledgers of people (人)."""

from bihuan.domains.people.models.inbound import Arrival, Passage, Sighting, Transfer, Verification
from bihuan.domains.people.models.measures import Measure, Reading
from bihuan.domains.people.models.roll import AidVisit, GroupMember, Person, RiskArea
from bihuan.domains.people.models.staff import Refusal, StaffMember, Vaccination

__all__ = [
    "AidVisit",
    "Arrival",
    "GroupMember",
    "Measure",
    "Passage",
    "Person",
    "Reading",
    "Refusal",
    "RiskArea",
    "Sighting",
    "StaffMember",
    "Transfer",
    "Vaccination",
    "Verification",
]
