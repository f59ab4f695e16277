"""Five rules written by hand in DuckDB SQL, as one would without the kernel: the peer that the loops are held against.

Each works on the same typed ledgers (``ledger_<name>``) and gives the same holes: subject, item, since. They know the
as-of time (``$now``), versions, retraction, orders by area and time, patients and due times, but neither owners nor
evidence.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

# Rows as known at the as-of time: the latest version known by then, unless it withdraws the key.
KNOWN = """
CREATE OR REPLACE TEMP VIEW {ledger}_now AS
SELECT * EXCLUDE (rn) FROM (
  SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY coalesce(recorded_at, {event}, {first}) DESC, _source DESC, _row DESC) rn
  FROM ledger_{ledger} WHERE NOT _only AND coalesce(recorded_at, {event}, {first}) <= {now}
) WHERE rn = 1 AND NOT coalesce(retracted, false) AND {happened}
UNION ALL
SELECT * FROM ledger_{ledger}
WHERE _only AND coalesce(recorded_at, {event}, {first}) <= {now} AND NOT coalesce(retracted, false) AND {happened}
"""

# ledger: key, event that makes a row known, whether a row's own event must have happened
LEDGERS = {
    "people": ("person", "NULL", "true"),
    "units": ("unit", "NULL", "true"),
    "orders": ('"order"', "since", "true"),
    "risk_areas": ("row", "since", "true"),
    "arrivals": ("arrival", "left_at", "left_at <= {now}"),
    "sightings": ("sighting", '"at"', '"at" <= {now}'),
    "verifications": ("verification", '"at"', '"at" <= {now}'),
    "measures": ("measure", "since", "true"),
    "samples": ("sample", "sampled_at", "sampled_at <= {now}"),
    "cases": ('"case"', "NULL", "true"),
    "groups": ("row", "NULL", "true"),
    "vaccinations": ("row", '"at"', '"at" <= {now}'),
    "refusals": ("row", '"at"', '"at" <= {now}'),
    "contacts": ("contact", "last_exposed_at", "last_exposed_at <= {now} AND identified_at <= {now}"),
}

# The order in force: the live row of the nearest area at or above, of those the latest; else the default.
ORDER = """coalesce((SELECT o.value FROM orders_now o
  WHERE o.key = {key} AND starts_with({area}, o.area) AND o.since <= {at} AND {at} < coalesce(o.until, TIMESTAMP '9999-12-31')
  ORDER BY length(o.area) DESC, o.since DESC, o."order" DESC LIMIT 1), {default})"""

MEASURES = "CASE grade WHEN '低' THEN '0+0+14' WHEN '境外' THEN '14+7+7' WHEN '次密接' THEN '7+7+0' WHEN '退岗' THEN '7+7+0' ELSE '14+7+0' END"

LOOKUPS = {
    "verify_h": ("'verify_h'", "to_area", "t", "'24'"),
    "result_h": ("'result_h'", "place", "sampled_at", "'24'"),
    "doses": ("'group.doses.' || kind", "area", "{now}", "'0'"),
    "stages": ("'measure.' || grade", "place", "since", MEASURES),
    "grace": ("'release_grace_h'", "place", "e", "'12'"),
    "test_days": (
        "'test_days.' || kind",
        "place",
        "since",
        "CASE kind WHEN '集中隔离' THEN '1,4,7,14' WHEN '居家隔离' THEN '2,7' ELSE '1,7' END",
    ),
}


def prepare(con: duckdb.DuckDBPyConnection, now: dt.datetime) -> None:
    """The rows as known, and what has not happened yet as empty (``past``)."""
    at = f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'"
    con.execute(f"CREATE OR REPLACE TEMP MACRO past(x) AS CASE WHEN x <= {at} THEN x END")
    for ledger, (key, event, happened) in LEDGERS.items():
        con.execute(
            KNOWN.format(
                ledger=ledger,
                key=key,
                event=event,
                happened=happened.format(now=at),
                now=at,
                first="TIMESTAMP '0001-01-01'",
            )
        )


def run(con: duckdb.DuckDBPyConnection, rule: str, now: dt.datetime) -> list[tuple[Any, ...]]:
    """The holes of one rule: subject, item, since."""
    at = f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'"
    orders = {
        name: ORDER.format(key=key, area=area, at=moment.format(now=at), default=default)
        for name, (key, area, moment, default) in LOOKUPS.items()
    }
    return con.execute(RULES[rule].format(now=at, **orders)).fetchall()


RULES = {
    "arrival.unverified": """
WITH risk AS (SELECT area, since, coalesce(until, TIMESTAMP '9999-12-31') AS till FROM risk_areas_now),
counting AS (
  SELECT DISTINCT a.arrival, a.person, a.to_area, a.left_at, a.declared_at, a.arrived_at
  FROM arrivals_now a
  JOIN risk r ON (r.area = a.from_area OR r.area = a.from_area[:12] OR r.area = a.from_area[:9]
    OR r.area = a.from_area[:6] OR r.area = a.from_area[:4] OR r.area = a.from_area[:2])
    AND r.since <= a.left_at AND a.left_at < r.till
  WHERE NOT coalesce(a.abroad, false)),
known AS (
  SELECT c.arrival, c.person, c.to_area,
    coalesce(least(any_value(past(c.declared_at)), any_value(past(c.arrived_at)), min(s."at")), any_value(c.left_at)) AS t
  FROM counting c LEFT JOIN sightings_now s USING (arrival) GROUP BY ALL),
hours AS (SELECT to_area, t, CAST({verify_h} AS DOUBLE) AS h FROM (SELECT DISTINCT to_area, t FROM known)),
due AS (SELECT k.*, k.t + to_seconds(CAST(round(h.h * 3600) AS BIGINT)) AS due FROM known k JOIN hours h USING (to_area, t))
SELECT d.person AS subject, arrival AS item, due AS since FROM due d LEFT JOIN (
  SELECT person, max(coalesce(past(recovered_at), TIMESTAMP '9999-12-31')) AS till FROM cases_now
  WHERE coalesce(past(positive_at), past(reported_at), past(confirmed_at), past(isolated_at)) IS NOT NULL GROUP BY person) i
  ON i.person = d.person
WHERE due < {now} AND (i.till IS NULL OR d.t >= i.till) AND NOT EXISTS (SELECT 1 FROM verifications_now v WHERE v.arrival = d.arrival)
""",
    "sample.overdue": """
WITH open AS (
  SELECT s.*, coalesce(l.area, u.area) AS place FROM samples_now s
  LEFT JOIN units_now l ON l.unit = s.lab LEFT JOIN units_now u ON u.unit = s.unit AND s.lab IS NULL
  WHERE past(resulted_at) IS NULL),
placed AS (SELECT o.* REPLACE (CASE WHEN o.lab IS NULL THEN coalesce(p.area, o.place) ELSE o.place END AS place)
  FROM open o LEFT JOIN people_now p ON p.person = o.person),
hours AS (SELECT place, sampled_at, CAST({result_h} AS DOUBLE) AS h FROM (SELECT DISTINCT place, sampled_at FROM placed)),
due AS (SELECT p.*, p.sampled_at + to_seconds(CAST(round(h.h * 3600) AS BIGINT)) AS due
  FROM placed p JOIN hours h ON h.place IS NOT DISTINCT FROM p.place AND h.sampled_at = p.sampled_at)
SELECT coalesce(CASE "of" WHEN '人' THEN person WHEN '物' THEN lot ELSE unit END, sample) AS subject, sample AS item, due AS since
FROM due WHERE due < {now}
""",
    "group.unvaccinated": """
WITH live AS (
  SELECT g.row, g.person, coalesce(g.since, g.recorded_at, {now}) AS since, "group" AS kind, p.area
  FROM groups_now g LEFT JOIN people_now p USING (person)
  WHERE coalesce(g.since, TIMESTAMP '0001-01-01') <= {now} AND {now} < coalesce(g.until, TIMESTAMP '9999-12-31')),
wanted AS (SELECT area, kind, CAST({doses} AS DOUBLE) AS doses FROM (SELECT DISTINCT area, kind FROM live)),
got AS (SELECT person, count(DISTINCT dose) AS doses FROM vaccinations_now GROUP BY person)
SELECT l.person AS subject, l.row AS item, l.since FROM live l
JOIN wanted w ON w.area IS NOT DISTINCT FROM l.area AND w.kind = l.kind
LEFT JOIN got USING (person) LEFT JOIN (SELECT DISTINCT person FROM refusals_now) r ON r.person = l.person
WHERE coalesce(got.doses, 0) < w.doses AND r.person IS NULL AND l.since <= {now}
""",
    "measure.overstay": """
WITH arrived AS (
  SELECT a.arrival, CASE WHEN coalesce(any_value(a.abroad), false) THEN '境外'
    ELSE CASE max(CASE r.level WHEN '高' THEN 3 WHEN '中' THEN 2 WHEN '低' THEN 1 END)
      WHEN 3 THEN '高' WHEN 2 THEN '中' WHEN 1 THEN '低' END END AS grade
  FROM arrivals_now a LEFT JOIN risk_areas_now r ON (r.area = a.from_area OR r.area = a.from_area[:12]
    OR r.area = a.from_area[:9] OR r.area = a.from_area[:6] OR r.area = a.from_area[:4] OR r.area = a.from_area[:2])
    AND r.since <= a.left_at AND a.left_at < coalesce(r.until, TIMESTAMP '9999-12-31')
  GROUP BY a.arrival),
graded AS (
  SELECT m.measure, m.person, m.kind, m.since, m.planned_until, past(m.ended_at) AS ended_at,
    CASE m.ground WHEN '来返' THEN a.grade WHEN '密接' THEN '密接' WHEN '次密接' THEN '次密接' WHEN '重点岗位' THEN '退岗' END AS grade,
    coalesce(m.area, u.area, p.area) AS place
  FROM measures_now m LEFT JOIN arrived a USING (arrival) LEFT JOIN units_now u ON u.unit = m.unit
  LEFT JOIN people_now p ON p.person = m.person),
stages AS (SELECT place, grade, since, {stages} AS stages FROM (SELECT DISTINCT place, grade, since FROM graded WHERE grade IS NOT NULL)),
ends AS (
  SELECT g.*, coalesce(g.planned_until, g.since + to_days(CAST(split_part(s.stages, '+',
    CASE g.kind WHEN '集中隔离' THEN 1 WHEN '居家隔离' THEN 2 ELSE 3 END) AS INTEGER))) AS e
  FROM graded g LEFT JOIN stages s ON s.place IS NOT DISTINCT FROM g.place AND s.grade = g.grade AND s.since = g.since),
grace AS (SELECT place, e, CAST({grace} AS DOUBLE) AS h FROM (SELECT DISTINCT place, e FROM ends WHERE e IS NOT NULL)),
ill AS (SELECT person, max(coalesce(past(positive_at), past(reported_at), past(confirmed_at), past(isolated_at))) AS began
  FROM cases_now GROUP BY person)
SELECT m.person AS subject, m.measure AS item, m.e + to_seconds(CAST(round(h.h * 3600) AS BIGINT)) AS since
FROM ends m JOIN grace h ON h.place IS NOT DISTINCT FROM m.place AND h.e = m.e LEFT JOIN ill i ON i.person = m.person
WHERE m.ended_at IS NULL AND m.e + to_seconds(CAST(round(h.h * 3600) AS BIGINT)) < {now}
  AND (i.began IS NULL OR i.began < m.since)
""",
    "measure.untested": """
WITH graded AS (
  SELECT m.measure, m.person, m.kind, m.since, past(m.ended_at) AS ended_at, m.planned_until, m.ground, m.arrival,
    coalesce(m.area, u.area, p.area) AS place
  FROM measures_now m LEFT JOIN units_now u ON u.unit = m.unit LEFT JOIN people_now p ON p.person = m.person),
arrived AS (
  SELECT a.arrival, CASE WHEN coalesce(any_value(a.abroad), false) THEN '境外'
    ELSE CASE max(CASE r.level WHEN '高' THEN 3 WHEN '中' THEN 2 WHEN '低' THEN 1 END)
      WHEN 3 THEN '高' WHEN 2 THEN '中' WHEN 1 THEN '低' END END AS grade
  FROM arrivals_now a LEFT JOIN risk_areas_now r ON (r.area = a.from_area OR r.area = a.from_area[:12]
    OR r.area = a.from_area[:9] OR r.area = a.from_area[:6] OR r.area = a.from_area[:4] OR r.area = a.from_area[:2])
    AND r.since <= a.left_at AND a.left_at < coalesce(r.until, TIMESTAMP '9999-12-31')
  GROUP BY a.arrival),
kinds AS (SELECT g.* EXCLUDE (ground, arrival), CASE g.ground WHEN '来返' THEN a.grade WHEN '密接' THEN '密接' WHEN '次密接' THEN '次密接'
    WHEN '重点岗位' THEN '退岗' END AS grade FROM graded g LEFT JOIN arrived a USING (arrival)),
ordered AS (SELECT place, kind, grade, since, {test_days} AS days, {stages} AS stages
  FROM (SELECT DISTINCT place, kind, grade, since FROM kinds)),
each AS (
  SELECT k.measure, k.person, k.ended_at, CAST(unnest(string_split(replace(CASE WHEN o.days IN ('无', '0') THEN '' ELSE o.days END, '、', ','), ','))
      AS VARCHAR) AS n, k.since,
    coalesce(k.planned_until, k.since + to_days(CAST(split_part(o.stages, '+',
      CASE k.kind WHEN '集中隔离' THEN 1 WHEN '居家隔离' THEN 2 ELSE 3 END) AS INTEGER))) AS e
  FROM kinds k JOIN ordered o ON o.place IS NOT DISTINCT FROM k.place AND o.kind = k.kind
    AND o.grade IS NOT DISTINCT FROM k.grade AND o.since = k.since),
days AS (SELECT *, date_trunc('day', since) + to_days(CAST(trim(n) AS INTEGER)) AS t FROM each WHERE n <> ''),
owed AS (
  SELECT d.* FROM days d LEFT JOIN (
    SELECT person, max(coalesce(past(recovered_at), TIMESTAMP '9999-12-31')) AS till FROM cases_now
    WHERE coalesce(past(positive_at), past(reported_at), past(confirmed_at), past(isolated_at)) IS NOT NULL GROUP BY person) i
    ON i.person = d.person
  WHERE (d.ended_at IS NULL OR t < d.ended_at) AND (d.e IS NULL OR t <= d.e) AND t + INTERVAL 48 HOUR < {now}
    AND (i.till IS NULL OR d.since >= i.till))
SELECT o.person AS subject, o.measure || '/' || trim(o.n) AS item, o.t + INTERVAL 48 HOUR AS since FROM owed o
WHERE NOT EXISTS (SELECT 1 FROM samples_now s WHERE s.person = o.person AND s.sampled_at >= o.t)
""",
}
