"""The same rows as people's files hold them: other spellings, widths and encodings, blank lines, workbooks, cells that nobody
can read."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.reference.rows import MATCHED, Column, contract

Rows = dict[str, list[dict[str, Any]]]

WIDE = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
UNREADABLE = {
    "time": (
        "2021-02-30",
        "上午8点",
        "2021-12-03 24:00",
        "2021-12-03 8",
        "20211203 08:05",
        "去年",
        "2021-12-03T08:05 Z",
    ),
    "date": ("2021-13-01", "明天", "21-12-03"),
    "int": ("1,000", "12.5", "十", "1e3", "nan"),
    "real": ("1,000.5", "inf", "-", "1.2.3"),
    "bool": ("有", "YES", "2"),
    "area": ("61010", "六一", "000000", "6101020010"),
    "person": ("610102198001010000", "11010519491231002Y1X"[:18], "61010219800101001x"),
    "one": ("不明", "－"),
}
SERIAL = datetime(1899, 12, 30)


def spelled(rng: random.Random, ledger: str, column: Column, value: Any) -> str:
    """A cell that reads as ``value``; seldom one that cannot be read."""
    if value is None:
        return rng.choice(["", "", "", " ", "　"])
    kind = _kind(ledger, column)
    if kind in UNREADABLE and rng.random() < 0.002:
        return rng.choice(UNREADABLE[kind])
    if rng.random() < 0.5:
        return _plain(value)
    forms = {"time": _time, "date": _day, "int": _int, "real": _real, "bool": _bool, "area": _area}
    if kind in forms:
        text = forms[kind](rng, value)
    elif kind == "person" and len(value) == 18 and rng.random() < 0.3:
        text = value.lower()
    else:
        text = str(value)
    matched = column.name in MATCHED or column.name in contract()[ledger].key
    if (kind != "text" or matched or (ledger == "orders" and column.name in ("key", "value"))) and rng.random() < 0.3:
        text = text.translate(WIDE)
    return rng.choice(["", "", " ", "　"]) + text + rng.choice(["", "", " ", "\t"])


def _kind(ledger: str, column: Column) -> str:
    if column.ref == "people" or (ledger, column.name) == ("people", "person"):
        return "person"
    return "one" if column.choices else column.type.partition(":")[0]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _days(rng: random.Random, day: date) -> str:
    y, m, d = day.year, day.month, day.day
    return rng.choice([f"{y}-{m:02}-{d:02}", f"{y}-{m}-{d}", f"{y}/{m}/{d}", f"{y}.{m:02}.{d}", f"{y}年{m}月{d}日"])


def _clock(rng: random.Random, at: datetime) -> str:
    forms = [
        f"{at:%H:%M:%S}",
        f"{at.hour}:{at:%M:%S}",
        f"{at:%H:%M:%S}.97",
        f"{at:%H:%M:%S}+0800",
        f"{at:%H:%M:%S}+08:00",
    ]
    if not at.second:
        forms += [f"{at:%H:%M}", f"{at.hour}:{at:%M}", f"{at.hour}时{at.minute}分", f"{at.hour}点{at.minute:02}分"]
        forms += [f"{at.hour}时", f"{at:%H}点"] if not at.minute else []
    return rng.choice(forms)


def _time(rng: random.Random, at: datetime) -> str:
    if rng.random() < 0.1:
        utc = at - timedelta(hours=8)
        return utc.isoformat(timespec="seconds") + "Z"
    if rng.random() < 0.1:
        return f"{(at - SERIAL) / timedelta(days=1):.7f}"
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    if midnight and rng.random() < 0.6:
        return rng.choice([_days(rng, at), f"{at:%Y%m%d}", str((at - SERIAL).days), f"{(at - SERIAL).days}.0"])
    day = _days(rng, at)
    apart = rng.choice([" ", "T", "  ", "　", *([""] if day.endswith("日") else [])])
    return day + apart + _clock(rng, at)


def _day(rng: random.Random, day: date) -> str:
    serial = (datetime(day.year, day.month, day.day) - SERIAL).days
    forms = [_days(rng, day), f"{day:%Y%m%d}", f"{day} 23:59", f"{day}T00:00:01"]
    return rng.choice(forms + ([str(serial), f"{serial}.4"] if serial > 9999 else []))


def _int(rng: random.Random, value: int) -> str:
    return rng.choice([str(value), f"{value}.0", f"+{value}", f"{value:03}", f"{value}."])


def _real(rng: random.Random, value: float) -> str:
    return rng.choice([repr(float(value)), f"{float(value)}0", f"+{float(value)}", f"{value:.6f}"])


def _bool(rng: random.Random, value: bool) -> str:
    return rng.choice(["是", "true", "TRUE", "1", "True"] if value else ["否", "false", "False", "0", "FALSE"])


def _area(rng: random.Random, code: str) -> str:
    """With the groups of zeros that statisticians write."""
    longer = [n for n in (4, 6, 9, 12, 15) if n > len(code)]
    return code.ljust(rng.choice([len(code), *longer]), "0")


# ── files ────────────────────────────────────────────────────────────────────────────────────────
def write_dirty(rows: Rows, folder: Path, rng: random.Random) -> None:
    """Each ledger as a CSV file of some encoding, or a workbook; some in two files; an empty one as nothing at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, said in contract().items():
        half = len(rows[name]) // 2 if rng.random() < 0.2 else 0
        for file, found in ((said.zh, rows[name][:half]), (name, rows[name][half:])):
            if found:
                columns = list(said.columns)
                rng.shuffle(columns)
                cells = [[spelled(rng, name, c, row[c.name]) for c in columns] for row in found]
                heads = [rng.choice([c.heading, c.name, f" {c.name}"]) for c in columns]
                _write(rng, folder / file, [heads, *cells])


def _write(rng: random.Random, path: Path, lines: list[list[str]]) -> None:
    for _ in range(rng.choice([0, 0, 1, 3])):
        lines.insert(rng.randrange(1, len(lines) + 1), rng.choice([[], [""] * len(lines[0]), ["  "]]))
    if rng.random() < 0.15:
        _workbook(path.with_name(path.name + ".xlsx"), lines)
        return
    text = io.StringIO(newline="")
    ends = rng.choice(["\n", "\r\n"])
    csv.writer(text, lineterminator=ends, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(lines)
    coded = text.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "gb18030"]))
    path.with_name(path.name + ".csv").write_bytes(coded)


def _workbook(path: Path, lines: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(path.stem)
        for r, line in enumerate(lines):
            for c, cell in enumerate(line):
                if cell:
                    sheet.write_string(r, c, cell)
