"""The catalogue over all rooms: ledgers, parameters, views and loops.

Importing this module is cheap: Django is loaded, and given the least settings it needs, when the ledgers are first
asked for; the parameters need no Django at all.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import pairwise
from pkgutil import walk_packages
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from bihuan.domains.fields import LedgerRow
    from bihuan.kernel.ledger import Ledger
    from bihuan.kernel.loops import Loop, View
    from bihuan.kernel.parameters import Parameter

ROOMS = ("organisation", "people", "cases", "goods", "places", "strength")

# The order of the contract. It is not only one of print: where a stranger is at home, and which reject of a row is
# told, go by it. People's ledgers and those of cases stand among each other, so the rooms alone do not give it.
# fmt: off
ORDER = (
    "areas", "units", "officers", "duties", "absences", "posts", "shifts", "orders", "instructions", "tasks",
    "inspections", "findings", "inquiries", "contracts", "tickets", "notices", "feeds",
    "feed_deliveries", "deployments",
    "people", "groups", "risk_areas", "arrivals", "sightings", "verifications", "transfers", "measures",
    "samples", "monitoring", "vaccinations", "refusals", "staff", "cases", "contacts", "check_ins",
    "clinic_visits", "drug_sales", "passages", "aid",
    "lots", "lot_moves", "lot_works", "stocks", "permits", "refused_permits", "livestock_moves",
    "venue_days", "gatherings", "site_checks",
    "teams", "emergency_plans", "plan_assignments", "drills",
)
# fmt: on


def _set_up_django() -> None:
    """Django with the rooms as its apps and no database, unless a face has configured it already."""
    import os

    import django
    from django.apps import apps
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(
            INSTALLED_APPS=[f"bihuan.domains.{room}" for room in ROOMS],
            LANGUAGE_CODE="zh-hans",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            USE_TZ=False,  # ledgers hold local time
        )
    if not apps.ready:
        django.setup()


@cache
def models() -> tuple[type[LedgerRow], ...]:
    """The model of every ledger, in the order of the contract."""
    _set_up_django()
    from django.apps import apps

    from bihuan.domains.fields import LedgerRow

    found = {model.ledger.name: model for model in apps.get_models() if issubclass(model, LedgerRow)}
    if set(found) != set(ORDER):
        raise LookupError(f"ledgers without a place in ORDER, or without a model: {sorted(set(found) ^ set(ORDER))}")
    return tuple(found[name] for name in ORDER)


@cache
def ledgers() -> tuple[Ledger, ...]:
    """Every ledger, in the order of the contract."""
    declared = models()
    from bihuan.domains.fields import describe

    return tuple(describe(model) for model in declared)


@cache
def parameters(room: str = "") -> tuple[Parameter, ...]:
    """Every parameter that an order may set, room by room; or those of one room."""
    rooms = (room,) if room else ROOMS
    return tuple(p for name in rooms for p in import_module(f"bihuan.domains.{name}.orders").PARAMETERS)


def room_titles() -> dict[str, str]:
    """Room → its title in Chinese."""
    _set_up_django()
    from django.apps import apps

    return {room: str(apps.get_app_config(room).verbose_name) for room in ROOMS}


PLUGINS = "bihuan.loops"
"""Entry point group by which a package of a county's own adds its loops: each names a module."""


@cache
def _declared() -> tuple[Loop | View, ...]:
    """Every loop and view that a module of some room, or of a package of a county's own, declares."""
    from importlib.metadata import entry_points

    from bihuan.kernel.loops import Loop, View

    models()  # a walk through the rooms passes their models, which want Django set up
    modules = [module for room in ROOMS for module in _modules(f"bihuan.domains.{room}")]
    modules += [entry.load() for entry in sorted(entry_points(group=PLUGINS), key=lambda e: e.name)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Loop | View)]
    # A module that imports another's view holds it too.
    return tuple({id(value): value for value in found}.values())


def _modules(package: str) -> list[ModuleType]:
    """views*, loops* and what lies in a package ``loops`` of a room; models, apps and orders declare none."""
    room = import_module(package)
    names = [name for _, name, _ in walk_packages(room.__path__, f"{package}.")]
    aside = {f"{package}.{name}" for name in ("models", "apps", "orders", "migrations")}
    return [import_module(name) for name in names if not any(name == a or name.startswith(f"{a}.") for a in aside)]


@cache
def views() -> tuple[View, ...]:
    """Every view of every room."""
    from bihuan.kernel.loops import View

    return tuple(value for value in _declared() if isinstance(value, View))


@cache
def loops() -> tuple[Loop, ...]:
    """Every loop of every room, by hole; two of one name are an error."""
    from bihuan.kernel.loops import Loop

    found = sorted((value for value in _declared() if isinstance(value, Loop)), key=lambda loop: loop.hole)
    twice = {a.hole for a, b in pairwise(found) if a.hole == b.hole}
    if twice:
        raise LookupError(f"two loops of one name: {sorted(twice)}")
    return tuple(found)
