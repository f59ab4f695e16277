"""The small county of access' tests, with a roster, groups and phones; what a test writes is gone after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection

from bihuan.live import clock
from tests.pressure.conftest import holes, served  # noqa: F401

NOW = dt.datetime(2022, 1, 6, 14)

ROWS = """
INSERT INTO ledger_shifts (shift, post, officer, role, start, "end", latest) VALUES
  ('S8', 'P1', 'O1', '值守人员', '2022-01-06 16:00', '2022-01-07 00:00', true),
  ('S9', 'P2', 'O2', '值守人员', '2022-01-08 16:00', '2022-01-09 00:00', true);
INSERT INTO ledger_people (person, name, phone, area, latest) VALUES
  ('老一', '老一', '13800000001', '610723001001', true), ('老二', '老二', NULL, '610723001002', true);
INSERT INTO ledger_groups (row, person, "group", until, latest) VALUES
  ('GR1', '老一', '六十岁以上', NULL, true), ('GR2', '老二', '六十岁以上', NULL, true),
  ('GR3', '张三', '六十岁以上', '2022-01-01', true), ('GR4', '王二', '学生', NULL, true);
UPDATE ledger_units SET phone = '13900000000' WHERE unit = 'CLINIC';
"""


@pytest.fixture
def now(holes: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dt.datetime]:  # noqa: F811
    monkeypatch.setattr(clock, "machine", lambda: dt.datetime(2026, 1, 1))  # it stands still
    clock.set_to(NOW)
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
    yield NOW
    clock._read = None
