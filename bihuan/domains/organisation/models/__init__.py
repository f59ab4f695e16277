"""The ledgers of command and responsibility (指挥与责任)."""

from bihuan.domains.organisation.models.chain import Absence, Area, Duty, Officer, Post, Shift, Unit
from bihuan.domains.organisation.models.command import Finding, Inquiry, Inspection, Instruction, Order, Task
from bihuan.domains.organisation.models.service import (
    Contract,
    Deployment,
    Feed,
    FeedDelivery,
    Notice,
    Ticket,
)

__all__ = [
    "Absence",
    "Area",
    "Contract",
    "Deployment",
    "Duty",
    "Feed",
    "FeedDelivery",
    "Finding",
    "Inquiry",
    "Inspection",
    "Instruction",
    "Notice",
    "Officer",
    "Order",
    "Post",
    "Shift",
    "Task",
    "Ticket",
    "Unit",
]
