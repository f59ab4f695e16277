"""A county of two towns, small enough to be counted on one's fingers, and a connection of the desk's role to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings

from bihuan.access import ground
from bihuan.access.scope import Scope

SECRET = "a key of the tests"
DOCUMENT, PHONE = "61072319800101001X", "13800000000"
"""Of 赵大 of the east village, whom the roll alone names."""

LEDGERS: dict[str, str] = {
    "areas": """area,name
610723,洋县
610723001,洋州镇
610723001001,东村
610723001002,西村
610723002,华阳镇
610723002001,北村""",
    "units": """unit,name,kind,area
HOTEL,华阳酒店,隔离点,610723002001
CLINIC,东村诊所,诊所,610723001001
LAB,县检测中心,检测机构,610723001
SHOP,西村超市,超市,610723001002""",
    "officers": "officer,name\nO1,王五\nO2,赵六",
    "duties": """duty,officer,role,area,since
D1,O1,村干部,610723001001,2021-12-01T08:00
D2,O2,村干部,610723002001,2021-12-01T08:00""",
    "absences": "absence,officer,since,until\nB1,O1,2022-01-01,2022-01-02\nB2,O2,2022-01-01,2022-01-02",
    "posts": """post,name,kind,area,unit,mode,since
P1,东口,村口,610723001001,,值守,2021-12-01
P2,酒店门,隔离点,610723002001,HOTEL,值守,2021-12-01""",
    "shifts": """shift,post,officer,role,start,end
S1,P1,O1,值守人员,2022-01-01T08:00,2022-01-01T16:00
S2,P2,O2,值守人员,2022-01-01T08:00,2022-01-01T16:00""",
    "orders": "order,document,area,key,value,since\nR1,一号,610723,verify_h,12,2021-12-01",
    "people": """person,name,area
张三,张三,610723001001
李四,李四,610723001002
王二,王二,610723002001
外人,外人,610724""",
    "arrivals": """arrival,person,mode,left_at,to_area
A1,张三,公路,2022-01-01,610723001001
A2,李四,公路,2022-01-01,610723001002
A4,外人,公路,2022-01-01,610723002""",
    "sightings": "sighting,arrival,source,at\nG1,A1,敲门,2022-01-02\nG2,A2,敲门,2022-01-02",
    "verifications": """verification,arrival,at,outcome
V1,A1,2022-01-02,在
V2,A2,2022-01-02,在
V4,A4,2022-01-02,在""",
    "measures": """measure,person,ground,kind,unit,area,since
M1,张三,来返,居家隔离,,610723001001,2022-01-02
M2,李四,来返,集中隔离,HOTEL,610723002001,2022-01-02""",
    "monitoring": "row,person,at,temperature\nT1,张三,2022-01-03,36.5\nT2,李四,2022-01-03,36.5\nT9,生人,2022-01-03,36.5",
    "samples": """sample,of,person,sampled_at,lab
X1,人,张三,2022-01-03,LAB
X2,人,李四,2022-01-03,LAB
X3,人,王二,2022-01-03,LAB""",
    "clinic_visits": "visit,person,unit,at,fever\nC1,李四,CLINIC,2022-01-04,是\nC2,王二,CLINIC,2022-01-04,否",
    "transfers": "transfer,person,from_unit,to_unit,handed_at\nH1,李四,CLINIC,HOTEL,2022-01-02",
    "staff": "row,person,unit,post,since\nF1,王二,HOTEL,隔离点服务,2021-12-01",
    "inspections": "inspection,area,unit,at,announced\nI1,610723001,SHOP,2022-01-01,否",
    "findings": "finding,inspection,category,text\nN1,I1,扫码,不扫码",
    "cases": "case,person,kind,positive_at\nK1,王二,确诊,2022-01-04",
    "contacts": "contact,case,person,degree,last_exposed_at,identified_at\nL1,K1,张三,密接,2022-01-03,2022-01-04",
}

HOLES = [  # hole, subject_kind, subject, area, unit, person, owner
    ("arrival.silent", "person", "张三", "610723001001", None, "张三", "O1"),
    ("measure.gap", "person", "李四", "610723002001", "HOTEL", "李四", "O2"),
    ("site.failed", "unit", "HOTEL", "610723002001", "HOTEL", None, "O2"),
    ("venue.day", "unit", "SHOP", "610723001002", "SHOP", None, "O1"),
]

COUNTY = Scope("user", 1, area="610723")
TOWN = Scope("user", 2, area="610723001")
EAST = Scope("user", 3, area="610723001001")
NORTH = Scope("user", 4, area="610723002001")
HOTEL = Scope("user", 5, unit="HOTEL")
CLINIC = Scope("user", 6, unit="CLINIC")
ALL = Scope("user", 7, whole=True)


def write() -> None:
    """The county's ledgers and holes, by the owner."""
    import datetime as dt
    import tempfile
    from pathlib import Path

    from bihuan.live import actions, imports
    from bihuan.live.models import Hole, Span

    with tempfile.TemporaryDirectory() as folder:
        for name, text in LEDGERS.items():
            (Path(folder) / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
        done = imports.import_folder(actions.SYSTEM, Path(folder))
    assert not done.rejects, done.rejects
    at = dt.datetime(2022, 1, 5)
    for hole, kind, subject, area, unit, person, owner in HOLES:
        made = Hole.objects.create(
            hole=hole,
            subject=subject,
            subject_kind=kind,
            state="open",
            severity="重",
            area=area,
            unit=unit,
            person=person,
            owner=owner,
            since=at,
            opened_at=at,
        )
        Span.objects.create(of=made, opened_at=at)


class Desk:
    """A connection of the desk's role; a transaction for each scope."""

    def __init__(self, url: str) -> None:
        self.con = psycopg.connect(url, autocommit=True)

    @contextmanager
    def scope(self, scope: Scope, *, until: float = 0, backend: int = 0) -> Iterator[Desk]:
        """As somebody; what is written is rolled back."""
        key = bytes.fromhex(ground.scope_key(SECRET))
        said = scope.signed(key, backend or self.con.info.backend_pid, until or time.time() + 60)
        with self.con.transaction(force_rollback=True):
            self.con.execute("SELECT set_config('bihuan.scope', %s, true)", [said])
            yield self

    def keys(self, table: str, column: str) -> set[Any]:
        return {row[0] for row in self.con.execute(f"SELECT {column} FROM {table}").fetchall()}

    def sees(self, scope: Scope, table: str, column: str) -> set[Any]:
        with self.scope(scope):
            return self.keys(table, column)


def desk_url(owner: str) -> str:
    """The desk's address, its role let in."""
    settings.SECRET_KEY = SECRET
    return ground.open_desk(owner, SECRET)["DATABASE_URL"]
