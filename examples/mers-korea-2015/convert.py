"""The 2015 MERS outbreak in South Korea as ledgers: a real line list, to see what an audit makes of it.

    python examples/mers-korea-2015/convert.py DIR
    bihuan check DIR --as-of 2015-06-17T00:00 --history --only case.unreported --only case.untraced

The line list has dates and no hours, and not everything that a ledger asks for. What it does not say is left empty:
README.md tells which holes are therefore not judged.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).parent / "data"
AS_OF = "2015-06-17T00:00"
"""The day after the last report."""

KOREA = "99"
"""No division of China: a code of our own for the country, and below it one for each place with a hospital."""
PLACES = {"Seoul": "9901", "Pyeongtaek": "9902", "Hwaseong": "9903", "Daejeon": "9904", "Asan": "9905"}

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """A file of the data; NA is an empty cell."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [{k: "" if v == "NA" else v for k, v in row.items()} for row in csv.DictReader(file)]


def moment(date: str) -> str:
    """A date as a moment: its 00:00, the only reading under which two events of one day are in time."""
    return f"{date}T00:00" if date else ""


def place(hospital: str) -> str:
    """The code of the place that a hospital's name gives; where it gives none, the country."""
    return next((code for name, code in PLACES.items() if name in hospital), KOREA)


def convert() -> dict[str, list[Row]]:
    """Ledger → rows."""
    cases, edges = read("linelist.csv"), read("contacts.csv")
    by_id = {case["id"]: case for case in cases}
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        sources[edge["to"]].append(edge["from"])
    hospitals = sorted({case["loc_hosp"] for case in cases})
    return {
        "areas": [
            {"area": KOREA, "name": "韩国 Republic of Korea"},
            *({"area": code, "name": name, "parent": KOREA} for name, code in PLACES.items()),
        ],
        "units": [
            {
                "unit": f"H{i:02d}",
                "name": hospital,
                "kind": "诊所" if "Clinic" in hospital else "定点医院",
                "area": place(hospital),
            }
            for i, hospital in enumerate(hospitals, 1)
        ],
        "people": [
            {
                "person": case["id"],
                "name": f"病例 {case['id']}",
                "sex": {"M": "男", "F": "女"}[case["sex"]],
                "area": KOREA,
            }
            for case in cases
        ],
        "cases": [_case(case, sources[case["id"]]) for case in cases],
        "contacts": [_contact(i, edge, by_id[edge["to"]]) for i, edge in enumerate(edges, 1)],
    }


def _case(case: Row, sources: list[str]) -> Row:
    return {
        "case": case["id"],
        "person": case["id"],
        "kind": "确诊",
        "onset_at": moment(case["dt_onset"]),
        "positive_at": moment(case["dt_diag"]),
        "reported_at": moment(case["dt_report"]),
        "confirmed_at": moment(case["dt_diag"]),
        # A case with several sources has them in its contacts; the column holds one.
        "infected_by": sources[0] if len(sources) == 1 else "",
        # Known to the line list from the report on; a report a day before the diagnosis is of a suspected case.
        "recorded_at": moment(case["dt_report"]),
    }


def _contact(number: int, edge: Row, infected: Row) -> Row:
    # The end of the exposure; of SK_107 it is not given, and cannot have come after the first symptoms.
    exposed = infected["dt_end_exp"] or infected["dt_onset"] or infected["dt_diag"]
    return {
        "contact": f"E{number:02d}",
        "case": edge["from"],
        "person": edge["to"],
        "degree": "密接",
        "last_exposed_at": moment(exposed),
        "setting": edge["exposure"],
        # When the link was seen is not given. It cannot be later than the report of the one who fell ill by it.
        "identified_at": moment(infected["dt_report"]),
        "recorded_at": moment(infected["dt_report"]),
    }


def write(folder: Path) -> dict[str, int]:
    """Write the ledgers as CSV, and ``as_of.txt``; rows by ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    ledgers = convert()
    for name, rows in ledgers.items():
        heads = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, heads, restval="", lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
    (folder / "as_of.txt").write_text(AS_OF + "\n", encoding="utf-8")
    return {name: len(rows) for name, rows in ledgers.items()}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("用法 usage: python convert.py DIR", file=sys.stderr)
        return 2
    for name, count in write(Path(arguments[0])).items():
        print(f"{name}: {count}")
    print(f"bihuan check {arguments[0]} --as-of {AS_OF} --history")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
