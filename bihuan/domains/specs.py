"""Spec tests of the loops as texts: small tables in, holes out.

They are run by ``bihuan.testing``, printed by ``bihuan explain`` and gathered in the handbook. One Markdown file a
hole: ``<room>/specs/<hole>.md``, in the rooms of the house as in a county's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from bihuan.domains import own

EXPECTATIONS = ("holes", "pending", "late")
"""Tables of a case that are not ledgers: what must come out."""

Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One case of a spec: a title in both languages, the as-of time, ledgers in, what must come out.

    ``expected`` maps holes, pending and late to rows; only the columns that a table states are compared, but its rows
    are all there may be. A case without holes expects none; pending and late are compared only where stated.
    """

    hole: str
    title: tuple[str, str]
    now: dt.datetime
    ledgers: dict[str, list[Row]] = field(default_factory=dict)
    expected: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.hole}: {self.title[0]}"

    def __str__(self) -> str:
        return self.name


class SpecError(ValueError):
    """A spec file that cannot be read: says file, line and what is wrong."""


def parse(text: str, where: str = "spec") -> list[Case]:
    """The cases of one spec file; raises SpecError."""
    cases: list[Case] = []
    hole = ""
    rows: list[Row] | None = None
    head: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("### "):
            if not cases:
                raise SpecError(f"{where}:{number}: a table before any case")
            name, case = line[4:].strip(), cases[-1]
            rows, head = [], None
            (case.expected if name in EXPECTATIONS else case.ledgers)[name] = rows
        elif line.startswith("## "):
            zh, _, en = line[3:].partition("·")
            cases.append(Case(hole, (zh.strip(), en.strip()), dt.datetime.min))
            rows = None
        elif line.startswith("# "):
            hole = line[2:].split()[0]
        elif line.startswith("as of "):
            last = cases[-1]
            cases[-1] = Case(
                last.hole, last.title, dt.datetime.fromisoformat(line[6:].strip()), last.ledgers, last.expected
            )
        elif line.startswith("|") and rows is not None:
            cells = [c.strip() for c in line.strip("|").split("|")]
            if head is None:
                head = cells
            elif set(line) <= set("|-: "):
                continue
            elif len(cells) != len(head):
                raise SpecError(f"{where}:{number}: {len(cells)} cells under {len(head)} columns")
            else:
                rows.append(dict(zip(head, cells, strict=True)))
    for case in cases:
        if case.now == dt.datetime.min:
            raise SpecError(f"{where}: '{case.title[0]}' has no 'as of' line")
    return cases


HOUSE = "bihuan.domains"


def paths(package: str = "") -> Iterator[Path]:
    """The spec files of a package: of the house (``bihuan.domains``), one of its rooms, a county's own; or of all."""
    house = Path(str(files(HOUSE)))
    rooms = {f"{HOUSE}.{place.parent.name}": place for place in sorted(house.glob("*/specs"))}
    rooms |= {room.package: place for room in own.registered() if (place := own.specs(room)) is not None}
    for name, place in rooms.items():
        if not package or name == package or name.startswith(f"{package}."):
            yield from sorted(place.glob("*.md"))


def read(path: Path) -> list[Case]:
    """The cases of one file; raises SpecError."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def load(hole: str) -> list[Case]:
    """The cases of one hole; none where it has no spec."""
    return [case for path in paths() if path.stem == hole for case in read(path)]
