"""What a run of telling takes with very many open holes. ``python -m bench.telling [HOLES] [OWNERS]``.

Holes are inserted by SQL: every fifth has gone up, one in fifty was handed on, one owner in fifty is away. First run: nobody was told
of anything yet (after a first import). Then: nothing new, as nearly every quarter of a minute; and some hundred new
holes.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

from django.db import connection

from tests.own_postgres import own_database

NOW = dt.datetime(2022, 1, 6, 14)


def main(holes: int = 200_000, owners: int = 5_000) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.desk.settings")
    import django

    django.setup()
    from bihuan.pressure import telling

    with own_database(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(INSERT, {"from": 1, "to": holes, "owners": owners})
            cursor.execute(
                "INSERT INTO pressure_reassignment (of_id, at, by, officer, reason) "
                "SELECT id, opened_at, 'bench', 'X' || id %% %s, 'bench' FROM live_hole WHERE id %% 50 = 0",
                [owners],
            )
            cursor.execute(
                "INSERT INTO pressure_delegation (officer, delegate, since, until, reason, at, by, ended) "
                "SELECT 'X' || n, 'X' || n + 1, %(now)s - interval '1 d', %(now)s + interval '1 d', 'bench', %(now)s, "
                "'bench', false FROM generate_series(1, %(owners)s, 50) n",
                {"now": NOW, "owners": owners},
            )
            cursor.execute("ANALYZE")
        print(f"{holes:,} open holes of {owners:,} owners")
        for what, fresh, minutes in (
            ("first run, all due", 0, 0),
            ("nothing new", 0, 1),
            ("500 new holes", 500, 15),
            ("nothing new, tables analysed", 0, 30),
        ):
            with connection.cursor() as cursor:
                if fresh:
                    cursor.execute(INSERT, {"from": holes + 1, "to": holes + fresh, "owners": owners})
                if "analysed" in what:
                    cursor.execute("ANALYZE")
            now = NOW + dt.timedelta(minutes=minutes)
            began = time.perf_counter()
            due = len(telling._due(now))
            asked = time.perf_counter()
            written = telling.write(now)
            wrote = time.perf_counter()
            sent = telling.post(lambda *_: "")
            print(
                f"{what}: {due:,} due, asked in {asked - began:.2f} s; {written:,} messages written in "
                f"{wrote - asked:.2f} s, {sent:,} sent in {time.perf_counter() - wrote:.2f} s"
            )
        away = telling.aways(NOW)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + telling.DUE, telling.asked(away))
            print(*(row[0] for row in cursor.fetchall()), sep="\n")


INSERT = """
INSERT INTO live_hole (hole, subject, item, state, severity, subject_kind, area, since, due, owner, escalated_to,
  first_seen, opened_at, text_zh, text_en, remedy_zh, remedy_en, reopened, moved)
SELECT 'measure.gap', 'S' || n, '', 'open', (ARRAY['急', '重', '重', '常'])[1 + n %% 4], 'person', '610723001001',
  '2022-01-05', '2022-01-05', 'X' || n %% %(owners)s, CASE WHEN n %% 5 = 0 THEN 'Y' || n %% 200 END,
  '2022-01-05', '2022-01-05', '', '', '', '', 0, 0
FROM generate_series(%(from)s, %(to)s) n
"""

if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
