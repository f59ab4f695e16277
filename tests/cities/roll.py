"""Areas, people, units, officers, duties and orders of a random city."""

from __future__ import annotations

from datetime import date, timedelta

from tests.cities.draw import City, hours, identity
from tests.reference.orders import CLOSED, PARAMETERS
from tests.reference.rows import contract

COUNTIES = ("610102", "610103", "610113")
AWAY = ("310105", "310101", "440103", "4401", "44", "32", "320102001")
ITEMS = ("N95口罩", "防护服", "米")
ROLES = ("县级领导", "镇干部", "村干部", "网格员", "医务人员", "民警", "志愿者", "部门监管", "单位主体")


def make_areas(c: City) -> None:
    """A city of three counties down to grids; a few codes have no row."""
    codes = ["61", "6101", *COUNTIES]
    for county in COUNTIES:
        towns = [f"{county}{n:03d}" for n in (1, 2)]
        villages = [f"{t}{n:03d}" for t in towns for n in (1, 2)]
        codes += towns + villages + [f"{v}{n:03d}" for v in villages for n in (1, 2)]
    c.areas = codes
    for code in codes:
        if not c.chance(0.04):
            population = c.pick([None, 0, 4000, 9000, 10000, 20000, 50000])
            c.add(
                "areas",
                area=code,
                name=f"区域{code}",
                population=population if len(code) == 6 else None,
                managed=c.yes(0.5, 0.5) if len(code) > 9 else None,
            )


def make_people(c: City) -> None:
    homes = [a for a in c.areas if len(a) == 15]
    for n in range(c.size):
        area = c.pick(homes) if c.chance(0.9) else c.pick([*c.areas, *AWAY])
        birth = c.pick(
            [
                date(1950 + n % 55, 1 + n % 12, 1 + n % 28),
                c.now.date().replace(year=c.now.year - 14),
                (c.now + timedelta(days=1)).date().replace(year=c.now.year - 14),
                date(2012, 2, 29),
            ]
        )
        person = identity(c, area, birth) if c.chance(0.95) else f"E{n:07d}"
        c.persons.append(person)
        if not c.chance(0.03):
            c.add(
                "people",
                person=person,
                name=f"居民{n}",
                birth=c.maybe(0.9, birth),
                area=area,
                household=c.maybe(0.8, f"H{n // 3}"),
                lives_alone=c.yes(0.2),
                needs_care=c.yes(0.15),
            )
    c.busy = c.rng.sample(c.persons, max(10, c.size // 5))


def make_units(c: City) -> None:
    kinds = contract()["units"].column("kind").choices
    often = ("隔离点", "诊所", "药店", "检测机构", "农贸市场", "超市", "冷库", "餐馆", "港口")
    for n in range(max(len(kinds), c.some(20))):
        kind = kinds[n] if n < len(kinds) else c.pick(often)
        unit = f"U{n:04d}"
        c.units.setdefault(kind, []).append(unit)
        if c.chance(0.02):
            continue
        status = c.pick([None, "正常", "正常", "封闭管理" if kind in CLOSED else "关停"])
        c.add(
            "units",
            unit=unit,
            name=f"场所{n}",
            kind=kind,
            area=c.area(),
            public=c.yes(),
            capacity=c.maybe(0.8, c.pick([0, 1, 2, 3, 10, 20])),
            status=status,
            status_since=c.maybe(0.7, c.ago(336)),
        )


def make_officers(c: City) -> None:
    for n in range(c.some(15)):
        c.officers.append(c.add("officers", officer=f"O{n:04d}", name=f"干部{n}"))
    for officer in c.officers:
        if c.chance(0.15):
            since = c.ago(96)
            c.add(
                "absences",
                officer=officer,
                since=since,
                until=c.pick([since + hours(48), c.now, c.now + timedelta(seconds=1), c.now + hours(24)]),
                reason="外出",
            )


def make_duties(c: City) -> None:
    """Chains with holes, duties on units and persons, equal since and several at one place."""
    for code in c.areas:
        for role in ROLES:
            fitting = {2: 0.3, 4: 0.3, 6: 0.6, 9: 0.6, 12: 0.6, 15: 0.5}[len(code)]
            if role in ("县级领导", "镇干部", "村干部", "网格员", "部门监管") and c.chance(fitting * 0.7):
                duty(c, role, area=code)
    for _ in range(c.some(25)):
        duty(c, c.pick(["单位主体", "部门监管", "县级领导", "医务人员", "镇干部"]), unit=c.unit())
    for _ in range(c.some(50)):
        duty(c, c.pick(ROLES), person=c.person())
    boss = c.officer()
    for _ in range(c.pick([3, 60, 61, 70])):
        c.add("duties", officer=boss, role="网格员", person=c.pick(c.persons), since=c.ago())
    for _ in range(3):
        duty(c, c.pick(ROLES), person=c.person(), unit=c.unit(), area=c.area())


def duty(c: City, role: str, **on: str) -> None:
    since = c.pick([c.ago(), c.now - timedelta(days=60)])
    until = c.pick([None, None, None, c.now, c.ago(96), c.now + hours(1)])
    c.add("duties", officer=c.officer(), role=role, since=since, until=until, **on)


# ── orders ───────────────────────────────────────────────────────────────────────────────────────
def order_value(c: City, key: str) -> str:
    """A value that the key reads; seldom one that it cannot."""
    if c.chance(0.01):
        return "十四"
    default = PARAMETERS[key][1] if key in PARAMETERS else 0.0
    if isinstance(default, tuple):
        return "+".join(str(c.pick([0, 0, 7, 14, 10])) for _ in range(3))
    if isinstance(default, bool):
        return c.pick(["是", "否"])
    if isinstance(default, list):
        if key.startswith("test_days"):
            items = [str(n) for n in sorted(c.rng.sample(range(1, 15), c.rng.randrange(4)))]
        elif key.startswith("venue.day"):
            items = c.rng.sample(["扫码", "测温", "口罩", "消毒"], c.rng.randrange(5))
        else:
            ledger = "gatherings" if key.startswith("gathering") else "units"
            items = c.rng.sample(contract()[ledger].column("kind").choices, c.rng.randrange(6))
        return c.pick([",", "，", "、"]).join(items) or c.pick(["无", "0"])
    if key == "fever.degrees":
        return c.pick(["37", "37.3", "38.0"])
    if key in ("lot.tolerance", "third_party_share"):
        return c.pick(["0", "0.005", "0.02", "0.5"])
    if key.startswith(("post.doses", "group.doses")):
        return c.pick(["0", "1", "2", "3"])
    if key.startswith("exposure"):
        return c.pick(["1", "2", "10", "30", "60"])
    if key.startswith(("temperatures", "group.monitor")):
        return c.pick(["0", "1", "2", "3"])
    hourly = ["0", "1", "2", "4", "6", "12", "24", "48", "0.5"]
    daily = ["0", "1", "2", "3", "7", "14", "30"]
    return c.pick(hourly if "_h" in key or ".h." in key or key.endswith(".h") else daily)


def make_orders(c: City) -> None:
    """Orders that differ by level, by county and over time, with ties."""
    keys = (
        [k for k in PARAMETERS if k != "plan.hours"]
        + [f"stock.days.{i}" for i in ITEMS]
        + ["stock.days.饲料", "plan.hours"]
    )
    for key in c.rng.sample(keys, min(len(keys), 90)) + [f"stock.days.{i}" for i in ITEMS]:
        for _ in range(c.pick([1, 1, 2, 3])):
            area = c.pick(["61", "6101", *COUNTIES, *COUNTIES, c.area(9), c.area(12)])
            since = c.pick([c.now - timedelta(days=300), c.now - timedelta(days=300), c.ago(336)])
            until = c.pick([None, None, None, c.ago(240), c.now])
            c.add(
                "orders",
                document=f"令〔2021〕{c.rng.randrange(99)}号",
                area=area,
                key=key,
                value=order_value(c, key),
                ground=c.maybe(0.3, "省指函"),
                since=since,
                until=until,
            )
    c.add("orders", document="无效", area="6101", key="verify_hours", value="3", since=c.ago())
