"""The same five rules written by hand in pandas: what an analyst with a notebook would do.

Each works on frames of the ledgers as DuckDB hands them out (the transfer is not counted) and gives the same holes:
subject, item, since. They share the reading of versions and orders, as a careful notebook would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

FAR = pd.Timestamp("9999-12-31").as_unit("us")
FIRST = pd.Timestamp("0001-01-01").as_unit("us")
LEVELS = (15, 12, 9, 6, 4, 2)
MEASURES = {
    "高": "14+7+0",
    "中": "14+7+0",
    "低": "0+0+14",
    "境外": "14+7+7",
    "密接": "14+7+0",
    "次密接": "7+7+0",
    "退岗": "7+7+0",
}
TEST_DAYS = {"集中隔离": "1,4,7,14", "居家隔离": "2,7", "健康监测": "1,7"}
PLACE_OF_KIND = {"集中隔离": 0, "居家隔离": 1, "健康监测": 2}

Frames = dict[str, pd.DataFrame]
"""Ledgers as known, by name."""


def yes(column: pd.Series) -> pd.Series:
    """是; an empty cell is not."""
    return column.astype("boolean").fillna(False).astype(bool)


def known(
    frame: pd.DataFrame, key: str, event: str | None, happened: tuple[str, ...], now: pd.Timestamp
) -> pd.DataFrame:
    """The latest version of each key known by now, unless it withdraws it; later moments of done things are empty."""
    moment = frame["recorded_at"].fillna(frame[event]) if event else frame["recorded_at"]
    frame = frame.assign(moment=moment.fillna(FIRST))
    frame = frame[frame["moment"] <= now]
    if not frame["_only"].all():
        frame = frame.sort_values(["moment", "_source", "_row"]).drop_duplicates(key, keep="last")
    frame = frame[~yes(frame["retracted"])]
    for column in happened:
        frame = frame[frame[column] <= now]
    return frame


LEDGERS: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "people": ("person", None, ()),
    "units": ("unit", None, ()),
    "orders": ("order", "since", ()),
    "risk_areas": ("row", "since", ()),
    "arrivals": ("arrival", "left_at", ("left_at",)),
    "sightings": ("sighting", "at", ("at",)),
    "verifications": ("verification", "at", ("at",)),
    "measures": ("measure", "since", ()),
    "samples": ("sample", "sampled_at", ("sampled_at",)),
    "cases": ("case", None, ()),
    "groups": ("row", None, ()),
    "vaccinations": ("row", "at", ("at",)),
    "refusals": ("row", "at", ("at",)),
}


def past(column: pd.Series, now: pd.Timestamp) -> pd.Series:
    return column.where(column <= now)


def in_force(
    rows: pd.DataFrame, orders: pd.DataFrame, key: pd.Series, area: str, at: pd.Series, default: pd.Series
) -> pd.Series:
    """The order in force for each row: the nearest area at or above, of the live rows there the latest."""
    found = pd.Series(pd.NA, index=rows.index, dtype="object")
    asked = pd.DataFrame({"key": key, "at": at, "n": range(len(rows))}, index=rows.index)
    for level in LEVELS:
        prefix = rows[area].where(rows[area].str.len() >= level).str[:level]
        met = asked.assign(area=prefix)[found.isna().to_numpy()].merge(
            orders[["key", "area", "value", "since", "until", "order"]], on=["key", "area"]
        )
        met = met[(met["since"] <= met["at"]) & (met["at"] < met["until"])]
        if len(met):
            best = met.sort_values(["since", "order"]).drop_duplicates("n", keep="last").set_index("n")["value"]
            found.iloc[best.index] = best.to_numpy()
    return found.fillna(default)


def look(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key."""
    return pd.Series(values.reindex(keys).to_numpy(), index=keys.index)


def hours(values: pd.Series) -> pd.Series:
    return pd.to_timedelta((values.astype("float64") * 3600).round(), unit="s").dt.as_unit("us")


def patients_until(f: Frames, now: pd.Timestamp) -> pd.Series:
    cases = f["cases"]
    began = (
        cases[["positive_at", "reported_at", "confirmed_at", "isolated_at"]].apply(past, now=now).notna().any(axis=1)
    )
    return past(cases["recovered_at"], now)[began].fillna(FAR).groupby(cases["person"][began]).max()


def graded(f: Frames) -> pd.DataFrame:
    """Arrivals with their grade."""
    a, risks = f["arrivals"], f["risk_areas"].assign(rank=lambda r: r["level"].map({"高": 3, "中": 2, "低": 1}))
    ranks = []
    for level in LEVELS:
        met = a.assign(area=a["from_area"].where(a["from_area"].str.len() >= level).str[:level]).merge(
            risks[["area", "rank", "since", "until"]], on="area"
        )
        met = met[(met["since"] <= met["left_at"]) & (met["left_at"] < met["until"].fillna(FAR))]
        ranks.append(met.groupby("arrival")["rank"].max())
    best = look(a["arrival"], pd.concat(ranks).groupby(level=0).max())
    return a.assign(grade=best.map({3: "高", 2: "中", 1: "低"}).mask(yes(a["abroad"]), "境外"))


def arrival_unverified(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    a = graded(f)
    a = a[~yes(a["abroad"]) & a["grade"].notna()]
    a = a[~a["arrival"].isin(f["verifications"]["arrival"])]
    seen = look(a["arrival"], f["sightings"].groupby("arrival")["at"].min())
    t = (
        pd.concat([past(a["declared_at"], now), past(a["arrived_at"], now), seen], axis=1)
        .min(axis=1)
        .fillna(a["left_at"])
    )
    value = in_force(a, f["orders"], pd.Series("verify_h", index=a.index), "to_area", t, pd.Series("24", index=a.index))
    till = look(a["person"], patients_until(f, now))
    found = pd.DataFrame({"subject": a["person"], "item": a["arrival"], "since": t + hours(value)})
    return found[(found["since"] < now) & (till.isna() | (t >= till))]


def sample_overdue(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    s = f["samples"]
    s = s[past(s["resulted_at"], now).isna()]
    units, homes = f["units"].set_index("unit")["area"], f["people"].set_index("person")["area"]
    place = look(s["lab"], units).where(s["lab"].notna(), look(s["person"], homes).fillna(look(s["unit"], units)))
    s = s.assign(place=place)
    value = in_force(
        s, f["orders"], pd.Series("result_h", index=s.index), "place", s["sampled_at"], pd.Series("24", index=s.index)
    )
    own = s["person"].where(s["of"] == "人", s["lot"].where(s["of"] == "物", s["unit"]))
    found = pd.DataFrame(
        {"subject": own.fillna(s["sample"]), "item": s["sample"], "since": s["sampled_at"] + hours(value)}
    )
    return found[found["since"] < now]


def group_unvaccinated(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    g = f["groups"]
    g = g[(g["since"].fillna(FIRST) <= now) & (now < g["until"].fillna(FAR))]
    g = g.assign(area=look(g["person"], f["people"].set_index("person")["area"]))
    at = pd.Series(now, index=g.index)
    value = in_force(g, f["orders"], "group.doses." + g["group"], "area", at, pd.Series("0", index=g.index))
    doses = look(g["person"], f["vaccinations"].groupby("person")["dose"].nunique()).fillna(0)
    owed = (doses < value.astype("float64")) & ~g["person"].isin(f["refusals"]["person"])
    since = g["since"].fillna(g["recorded_at"]).fillna(now)
    return pd.DataFrame({"subject": g["person"], "item": g["row"], "since": since})[owed]


def staged(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    """Measures with place, grade and end."""
    m = f["measures"]
    grades = graded(f).set_index("arrival")["grade"]
    grade = (
        m["ground"]
        .map({"密接": "密接", "次密接": "次密接", "重点岗位": "退岗"})
        .where(m["ground"] != "来返", look(m["arrival"], grades))
    )
    units, homes = f["units"].set_index("unit")["area"], f["people"].set_index("person")["area"]
    place = m["area"].fillna(look(m["unit"], units)).fillna(look(m["person"], homes))
    m = m.assign(grade=grade, place=place, ended_at=past(m["ended_at"], now))
    stages = in_force(m, f["orders"], "measure." + m["grade"], "place", m["since"], m["grade"].map(MEASURES))
    parts = stages.dropna().str.split("+", expand=True).reindex(m.index)
    days = pd.Series(pd.NA, index=m.index, dtype="object")
    for kind, place_ in PLACE_OF_KIND.items():
        days = days.mask(m["kind"] == kind, parts[place_])
    end = m["since"] + hours(days.astype("float64") * 24)
    return m.assign(end=m["planned_until"].fillna(end))


def measure_overstay(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    m = staged(f, now)
    m = m[m["ended_at"].isna() & m["end"].notna()]
    cases = f["cases"]
    moments = [past(cases[c], now) for c in ("positive_at", "reported_at", "confirmed_at", "isolated_at")]
    began = moments[0].fillna(moments[1]).fillna(moments[2]).fillna(moments[3])
    last = look(m["person"], began.groupby(cases["person"]).max())
    value = in_force(
        m, f["orders"], pd.Series("release_grace_h", index=m.index), "place", m["end"], pd.Series("12", index=m.index)
    )
    found = pd.DataFrame({"subject": m["person"], "item": m["measure"], "since": m["end"] + hours(value)})
    return found[(found["since"] < now) & (last.isna() | (last < m["since"]))]


def measure_untested(f: Frames, now: pd.Timestamp) -> pd.DataFrame:
    m = staged(f, now)
    value = in_force(m, f["orders"], "test_days." + m["kind"], "place", m["since"], m["kind"].map(TEST_DAYS))
    m = m.assign(n=value.replace({"无": "", "0": ""}).str.replace("、", ",").str.split(",")).explode("n")
    m = m[m["n"].ne("")]
    t = m["since"].dt.floor("D") + hours(m["n"].astype("float64") * 24)
    till = look(m["person"], patients_until(f, now))
    due = (m["ended_at"].isna() | (t < m["ended_at"])) & (m["end"].isna() | (t <= m["end"]))
    due &= (t + pd.Timedelta(hours=48) < now) & (till.isna() | (m["since"] >= till))
    m = m.assign(t=t)[due]
    last = f["samples"].groupby("person")["sampled_at"].max()
    m = m[~(look(m["person"], last) >= m["t"])]
    return pd.DataFrame(
        {
            "subject": m["person"],
            "item": m["measure"] + "/" + m["n"].str.strip(),
            "since": m["t"] + pd.Timedelta(hours=48),
        }
    )


RULES: dict[str, Callable[[Frames, pd.Timestamp], pd.DataFrame]] = {
    "arrival.unverified": arrival_unverified,
    "sample.overdue": sample_overdue,
    "group.unvaccinated": group_unvaccinated,
    "measure.overstay": measure_overstay,
    "measure.untested": measure_untested,
}


def prepare(frames: Frames, now: dt.datetime) -> Frames:
    """Every ledger as known."""
    at = pd.Timestamp(now).as_unit("us")
    found = {name: known(frames[name], key, event, happened, at) for name, (key, event, happened) in LEDGERS.items()}
    found["orders"] = found["orders"].assign(until=found["orders"]["until"].fillna(FAR))
    return found


def run(frames: Frames, rule: str, now: dt.datetime) -> pd.DataFrame:
    """The holes of one rule: subject, item, since."""
    return RULES[rule](frames, pd.Timestamp(now).as_unit("us"))
