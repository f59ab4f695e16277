"""How a cell is read: from its text to a value, or to the reason why it cannot be read.

Contract: loops.md, *Cells* and *Identity*. The functions here are the meaning. What has the plain form of its type is
read by SQL alone (:func:`plain`, :func:`cast`), so that a million rows take seconds; every other cell goes through the
functions here, each distinct text once.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from bihuan.kernel.ledger import Column

BAD_IDENTITY = "bad identity number"
BAD_DATE = "unreadable date"
BAD_NUMBER = "unreadable number"
BAD_AREA = "unreadable area"
BAD_VALUE = "unreadable value"
WRONG_CHOICE = "wrong choice"
UNKNOWN = "unknown reference"
MISSING = "missing"
DUPLICATE = "duplicate"

MASKED = "masked number"
"""Of a ledger that keeps what it takes (bihuan.live), never of ``check``: there it is another document."""

REASONS = (BAD_IDENTITY, UNKNOWN, BAD_DATE, BAD_NUMBER, BAD_AREA, BAD_VALUE, WRONG_CHOICE, MISSING, DUPLICATE)


class Unreadable(ValueError):
    """A cell that cannot be read; its text is the reason."""


def normal(text: str) -> str:
    """Width and space normalised: NFKC, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(text: str) -> str:
    """A person's document: 17 digits and a digit or X must pass the checksum (GB 11643); others are as they are."""
    value = normal(text)
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", value):
        return value
    from stdnum.cn.ric import calc_check_digit

    value = value.upper()
    if calc_check_digit(value) != value[-1]:
        raise Unreadable(BAD_IDENTITY)
    return value


def boolean(text: str) -> bool:
    value = normal(text)
    if value in ("是", "1") or value.lower() == "true":
        return True
    if value in ("否", "0") or value.lower() == "false":
        return False
    raise Unreadable(WRONG_CHOICE)


_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


def real(text: str) -> float:
    value = normal(text)
    if not _NUMBER.fullmatch(value):
        raise Unreadable(BAD_NUMBER)
    number = float(value)
    if number in (float("inf"), float("-inf")):
        raise Unreadable(BAD_NUMBER)
    return number


def whole(text: str) -> int:
    value = normal(text)
    if not _NUMBER.fullmatch(value):
        raise Unreadable(BAD_NUMBER)
    before, _, after = value.partition(".")
    if after.strip("0") or len(before) > 19:
        raise Unreadable(BAD_NUMBER)
    number = int(before if before.strip("+-") else before + "0")
    if not -(2**63) <= number < 2**63:
        raise Unreadable(BAD_NUMBER)
    return number


_DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII),
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d*)?", re.ASCII)
_CLOCK = re.compile(
    r"(?P<h>\d{1,2})(:(?P<m>\d{2})(:(?P<s>\d{2})(\.\d+)?)?|[时点]((?P<cm>\d{1,2})分)?)(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_EXCEL_ORIGIN = dt.datetime(1899, 12, 30)
_LOCAL = dt.timedelta(hours=8)


def moment(text: str) -> dt.datetime:
    """A moment in local time (UTC+8). A date is its 00:00; a zone right behind the clock is turned."""
    value = normal(text)
    try:
        if _SERIAL.fullmatch(value):
            return _EXCEL_ORIGIN + dt.timedelta(seconds=round(float(value) * 86400))
        if found := _COMPACT.fullmatch(value):
            return dt.datetime(*map(int, found.groups()))  # type: ignore[arg-type]
        for form in _DAYS:
            if found := form.match(value):
                day = dt.datetime(*map(int, found.groups()))  # type: ignore[arg-type]
                return day + _clock(value[found.end() :], right_behind=value[found.end() - 1] == "日")
    except (ValueError, OverflowError) as error:
        raise Unreadable(BAD_DATE) from error
    raise Unreadable(BAD_DATE)


def _clock(rest: str, right_behind: bool) -> dt.timedelta:
    """What stands behind a date: nothing, or a clock after spaces or T (right behind 日)."""
    if rest == "":
        return dt.timedelta(0)
    apart = re.match(r"\s+|T", rest)
    if apart is None and not right_behind:
        raise ValueError(rest)
    found = _CLOCK.fullmatch(rest[apart.end() :] if apart else rest)
    if found is None:
        raise ValueError(rest)
    hour, minute, second = int(found["h"]), int(found["m"] or found["cm"] or 0), int(found["s"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(rest)
    span = dt.timedelta(hours=hour, minutes=minute, seconds=second)
    return span if found["zone"] is None else span - _offset(found["zone"]) + _LOCAL


def _offset(zone: str) -> dt.timedelta:
    if zone == "Z":
        return dt.timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    span = dt.timedelta(hours=hours, minutes=minutes)
    return -span if zone[0] == "-" else span


def day(text: str) -> dt.date:
    """A date; a time counts as its day."""
    return moment(text).date()


LENGTHS = (2, 4, 6, 9, 12, 15)
_GROUPS = ((15, 12), (12, 9), (9, 6), (6, 4), (4, 2), (2, 0))


def area(text: str) -> str:
    """An area code; trailing groups of zeros are dropped (610100 is the city 6101); zeros alone are none."""
    value = normal(text)
    if not re.fullmatch(r"[0-9]+", value) or len(value) not in LENGTHS:
        raise Unreadable(BAD_AREA)
    for length, upper in _GROUPS:
        if len(value) == length and set(value[upper:]) == {"0"}:
            value = value[:upper]
    if not value:
        raise Unreadable(BAD_AREA)
    return value


def choice(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        value = normal(text)
        if value not in choices:
            raise Unreadable(WRONG_CHOICE)
        return value

    return read


def reader(column: Column, ledger_key: bool, person: bool) -> Callable[[str], object]:
    """How a column's cells are read. Raises Unreadable; an empty text is no cell and never comes here."""
    if person:
        return identity
    plain_readers: dict[str, Callable[[str], object]] = {
        "bool": boolean,
        "int": whole,
        "real": real,
        "date": day,
        "time": moment,
        "area": area,
    }
    if column.type in plain_readers:
        return plain_readers[column.type]
    if column.type == "one":
        return choice(column.choices)
    if column.type == "ref" or ledger_key or column.matched:
        return normal
    return str.strip


# ── the same for cells of the plain form, in SQL ────────────────────────────────────────────────

_SPACE = r"[\s\pZ\x{85}\x{1c}-\x{1f}]"


def _ascii_tidy(cell: str) -> str:
    """SQL: ASCII alone, without space at its ends: NFKC and trimming leave it as it is. Cheaper than an expression."""
    return f"(strlen({cell}) = length({cell}) AND {cell} >= '!' AND right({cell}, 1) >= '!')"


def _iso(cell: str) -> str:
    """SQL: a date, or one with a clock in whole minutes or seconds and without zone, as the engine itself reads it."""
    clock = f"{cell}[14] = ':' AND {cell}[12:13] <> '24' AND {cell}[17] IN ('', ':')"
    shape = f"(strlen({cell}) = 10 OR (strlen({cell}) IN (16, 19) AND {clock}))"
    # The engine knows a year 0, the calendar does not.
    return f"({shape} AND {cell} < ':' AND {cell} >= '0001' AND TRY_CAST({cell} AS TIMESTAMP) IS NOT NULL)"


def _quoted(texts: tuple[str, ...]) -> str:
    return ", ".join("'" + t.replace("'", "''") + "'" for t in texts)


def plain(column: Column, ledger_key: bool, person: bool, cell: str) -> str:
    """SQL: whether the cell ``cell`` (an SQL expression, not null) has the plain form of its type."""
    tidy = _ascii_tidy(cell)
    if person:
        number = f"strlen({cell}) = 18 AND regexp_full_match({cell}, '\\d{{17}}[\\dXx]')"
        return f"CASE WHEN {number} THEN {_checks(cell)} ELSE {tidy} END"
    kind = column.type
    if kind == "bool":
        return f"{cell} IN ('是', '否', '1', '0')"
    if kind == "one":
        return f"{cell} IN ({_quoted(column.choices)})"
    if kind == "int":
        return f"regexp_full_match({cell}, '-?\\d{{1,18}}')"
    if kind == "real":
        return f"regexp_full_match({cell}, '-?\\d{{1,15}}(\\.\\d{{1,15}})?')"
    if kind in ("date", "time"):
        return _iso(cell)
    if kind == "area":
        return (
            f"(regexp_full_match({cell}, '\\d{{2}}|\\d{{4}}|\\d{{6}}|\\d{{9}}|\\d{{12}}|\\d{{15}}') "
            f"AND right({cell}, 2) <> '00')"
        )
    if kind == "ref" or ledger_key or column.matched:
        return tidy
    # Only space at the ends is of matter, of any kind that Unicode knows.
    wide = f"NOT regexp_matches({cell}, '^{_SPACE}|{_SPACE}$')"
    return f"CASE WHEN strlen({cell}) = length({cell}) THEN {tidy} ELSE {wide} END"


def _checks(cell: str) -> str:
    """SQL: the checksum of an identity number, digit by digit: in a condition every part is computed as often as it is
    written, and taking a digit costs less than reading the number."""
    total = " + ".join(f"{w} * (ord({cell}[{i}]) - 48)" for i, w in enumerate(_WEIGHTS, 1))
    return f"({cell}[18] = ('10X98765432')[1 + ({total}) % 11])"


TYPES = {"int": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "time": "TIMESTAMP"}


def sql_type(column: Column) -> str:
    return TYPES.get(column.type, "VARCHAR")


def cast(column: Column, cell: str) -> str:
    """SQL: the value of a cell of the plain form."""
    if column.type == "bool":
        return f"{cell} IN ('是', '1')"
    if column.type == "date":
        return f"CAST(CAST({cell} AS TIMESTAMP) AS DATE)"
    kind = sql_type(column)
    return cell if kind == "VARCHAR" else f"CAST({cell} AS {kind})"


def written(value: object) -> str:
    """A value that Python read, as text that casts back to it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)
