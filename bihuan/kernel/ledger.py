"""What a ledger (台账) is: its columns as values that every other part of the house reads.

The one declaration of every column stands in the Django models of ``bihuan.domains``; these values are what is left of
it once Django is put aside, so that a run that finds its compiled program need not import Django at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

ColumnType = Literal["text", "int", "real", "bool", "date", "time", "area", "ref", "one"]
Grade = Literal["公开", "内部", "个人", "敏感"]
"""Sensitivity: public, internal, personal (who), sensitive (health, movements, identity)."""


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    ``matched`` texts are those by which rows are joined (item, tube, room …): width and space are normalised (NFKC,
    trimmed) as in keys and references; other texts are only trimmed. ``planned`` moments may lie ahead of the as-of
    time; of all others a moment after it counts as empty (loops.md, *Moments after now*).
    """

    name: str
    heading: str
    type: ColumnType
    required: bool = False
    note: str = ""
    refers: str = ""  # the ledger whose key a ref column holds
    unchecked: bool = False  # a ref that may name nothing: lots.split_from
    choices: tuple[str, ...] = ()
    matched: bool = False
    planned: bool = False
    english: str = ""  # the heading in English
    purpose: tuple[str, str] = ("", "")  # why it is kept, Chinese and English
    grade: Grade = "内部"
    keep_days: int = 0  # retention after the row's last moment; 0 = as long as the ledger

    @property
    def is_moment(self) -> bool:
        return self.type in ("date", "time")


RECORD_COLUMNS = (
    Column(
        "recorded_at",
        "录入时间",
        "time",
        planned=True,
        english="recorded at",
        purpose=("按当时所知重现通报", "what was known then can be told again"),
    ),
    Column(
        "recorded_by",
        "录入人",
        "text",
        english="recorded by",
        purpose=("谁录入谁负责", "who records it answers for it"),
    ),
    Column(
        "retracted", "作废", "bool", english="retracted", purpose=("作废不删，历史可查", "withdrawn, never deleted")
    ),
)
"""What every ledger takes beside its own columns."""


@dataclass(frozen=True)
class Ledger:
    """One ledger: its names, the room it lives in, its columns in the order of the contract, and its key."""

    name: str
    title: str  # Chinese
    english: str
    room: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    timeless: bool = False  # known from the beginning where recorded_at is empty, whatever its moments: areas, shifts …
    event_where: tuple[str, str, str] | None = (
        None  # (moment, flag, column): the row's event where flag is 是 and column filled
    )
    about: str = ""  # what its rows are, in a line or two, both languages

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns + RECORD_COLUMNS

    @cached_property
    def event_columns(self) -> tuple[Column, ...]:
        """The row's own event: its required moments that are not planned ones."""
        return tuple(c for c in self.columns if c.required and c.is_moment and not c.planned)

    @cached_property
    def default_known(self) -> Column | None:
        """The moment at which a row without recorded_at became known; None = from the beginning."""
        if self.timeless:
            return None
        return next((c for c in self.columns if c.required and c.is_moment), None)

    def __getitem__(self, name: str) -> Column:
        for column in self.all_columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Ledger:
        """The ledger that :meth:`to_dict` wrote, also after a way through JSON."""

        def tuples(of: dict[str, Any]) -> dict[str, Any]:
            return {k: tuple(v) if isinstance(v, list) else v for k, v in of.items()}

        return Ledger(**tuples(data) | {"columns": tuple(Column(**tuples(c)) for c in data["columns"])})


def by_name(ledgers: Iterable[Ledger]) -> dict[str, Ledger]:
    return {ledger.name: ledger for ledger in ledgers}


def subjects(ledgers: Iterable[Ledger]) -> dict[str, Ledger]:
    """Kind of subject → the ledger whose key it is: person → people, unit → units, lot → lots …

    A key of several columns names no subject, nor does one that several ledgers use for their rows (row, move), nor one
    that is a reference: it is the subject of the ledger that it refers to.
    """
    single = [ledger for ledger in ledgers if len(ledger.key) == 1 and ledger[ledger.key[0]].type != "ref"]
    times = Counter(ledger.key[0] for ledger in single)
    return {ledger.key[0]: ledger for ledger in single if times[ledger.key[0]] == 1}
