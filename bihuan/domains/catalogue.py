"""The catalogue over all rooms: ledgers, parameters, views and loops; those of the house first, then a county's own.

Importing this module is cheap: Django is loaded, and given the least settings it needs, when the ledgers are first
asked for; the parameters need no Django at all. What is wrong in a county's own room is raised as ``own.Broken``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pkgutil import walk_packages
from typing import TYPE_CHECKING

from bihuan.domains import declared, own

if TYPE_CHECKING:
    from types import ModuleType

    from bihuan.domains.fields import LedgerRow
    from bihuan.kernel.ledger import Ledger
    from bihuan.kernel.loops import Family, Loop, View
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


def apps() -> tuple[str, ...]:
    """What Django must have installed for the ledgers: the rooms of the house, and own rooms that bring ledgers."""
    with own.blamed():
        theirs = [room.package for room in own.registered() if _has(room, "models")]
    return (*(f"bihuan.domains.{room}" for room in ROOMS), *theirs)


def _has(room: own.Own, part: str) -> bool:
    """Whether an own room has a module of this name."""
    return hasattr(import_module(room.package), "__path__") and find_spec(f"{room.package}.{part}") is not None


def _set_up_django() -> None:
    """Django with the rooms as its apps and no database, unless a face has configured it already."""
    import os

    import django
    from django.apps import apps as installed
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(
            INSTALLED_APPS=apps(),
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            LANGUAGE_CODE="zh-hans",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            USE_TZ=False,  # ledgers hold local time
        )
    if not installed.ready:
        with own.blamed():
            django.setup()


@cache
def models() -> tuple[type[LedgerRow], ...]:
    """The model of every ledger: in the order of the contract, behind them a county's own as they are written."""
    _set_up_django()
    from django.apps import apps as installed

    from bihuan.domains.fields import LedgerRow

    rows = [model for model in installed.get_models() if issubclass(model, LedgerRow)]
    house = {model.ledger.name: model for model in rows if model.__module__.startswith("bihuan.")}
    if set(house) != set(ORDER):
        raise LookupError(f"ledgers without a place in ORDER, or without a model: {sorted(set(house) ^ set(ORDER))}")
    return (*(house[name] for name in ORDER), *(m for m in rows if not m.__module__.startswith("bihuan.")))


@cache
def ledgers() -> tuple[Ledger, ...]:
    """Every ledger: in the order of the contract, then a county's own, of its packages and of its files."""
    rows = models()
    from bihuan.domains.fields import describe

    with own.blamed():
        described = tuple(describe(model) for model in rows)
    if len(described) > len(ORDER):
        from bihuan.domains import sound

        sound.ledgers(described[: len(ORDER)], described[len(ORDER) :])
    every = declared.extended(described)
    if every != described:
        declared.sound(described, every)
    return every


@cache
def parameters(room: str = "") -> tuple[Parameter, ...]:
    """Every parameter that an order may set, room by room; or those of one room (an own one: by its app's label)."""
    house = {name: f"bihuan.domains.{name}" for name in ROOMS}
    with own.blamed():
        theirs = {r.package.rpartition(".")[2]: r.package for r in own.registered() if _has(r, "orders")}
    if room:
        package = {**theirs, **house}.get(room)
        return tuple(import_module(f"{package}.orders").PARAMETERS) if package else ()
    every = tuple(p for name in house for p in parameters(name))
    with own.blamed():
        added = tuple(p for name in theirs for p in parameters(name))
    if added:
        from bihuan.domains import sound

        sound.parameters(every, added)
    return every + added


@cache
def rooms() -> dict[str, tuple[str, str]]:
    """Package of a room → its title in Chinese and English (``TITLE``); a county's own behind those of the house."""
    packages = [f"bihuan.domains.{room}" for room in ROOMS]
    with own.blamed():
        packages += [room.package for room in own.registered()]
        named = {name: getattr(import_module(name), "TITLE", (name, name)) for name in packages}
    return named | ({declared.ROOM: declared.TITLE} if declared.files() else {})


@cache
def _declared() -> tuple[Loop | View | Family, ...]:
    """Every loop, view and name of a family that a module of some room, or of a package of a county's own, declares."""
    from bihuan.kernel.loops import Family, Loop, View

    models()  # a walk through the rooms passes their models, which want Django set up
    modules = [module for room in ROOMS for module in _modules(f"bihuan.domains.{room}")]
    with own.blamed():
        modules += [module for room in own.registered() for module in _modules(room.package)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Loop | View | Family)]
    # A module that imports another's view holds it too.
    return tuple({id(value): value for value in found}.values())


def _modules(package: str) -> list[ModuleType]:
    """The package and all that lies in it but what declares no loop; a module that is no package is itself."""
    room = import_module(package)
    names = [name for _, name, _ in walk_packages(getattr(room, "__path__", ()), f"{package}.")]
    aside = {f"{package}.{name}" for name in ("models", "apps", "orders", "migrations", "tests")}
    inside = [import_module(name) for name in names if not any(name == a or name.startswith(f"{a}.") for a in aside)]
    return [room, *inside]


@cache
def views() -> tuple[View, ...]:
    """Every view of every room; of two of one name the house's stands first, and a county's own is refused."""
    from bihuan.kernel.loops import View

    found = tuple(value for value in _declared() if isinstance(value, View))
    house = tuple(v for v in found if v.build.__module__.startswith("bihuan."))
    added = tuple(v for v in found if v not in house)
    if added:
        from bihuan.domains import sound

        sound.views((*ledgers(), *house), added)
    return house + added


@cache
def families() -> dict[str, tuple[str, str]]:
    """Family of loops → its title in Chinese and English."""
    from bihuan.domains.families import FAMILIES
    from bihuan.kernel.loops import Family

    return FAMILIES | {f.name: f.title for f in _declared() if isinstance(f, Family) and f.name not in FAMILIES}


@cache
def loops() -> tuple[Loop, ...]:
    """Every loop of every room, by hole; two of one name are an error."""
    from bihuan.kernel.loops import Loop

    found = sorted((value for value in _declared() if isinstance(value, Loop)), key=lambda loop: loop.hole)
    house = tuple(loop for loop in found if loop.find.__module__.startswith("bihuan."))
    twice = {a.hole for a, b in pairwise(house) if a.hole == b.hole}
    if twice:
        raise LookupError(f"two loops of one name: {sorted(twice)}")
    added = tuple(loop for loop in found if loop not in house)
    if added:
        from bihuan.domains import sound

        sound.loops(house, added, parameters())
    return tuple(found)
