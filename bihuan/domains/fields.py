"""Columns of a ledger (台账的列) as Django fields, and the abstract row that every ledger's model builds upon.

A field carries what the field staff see (heading in both languages), what the importers check (type, choices,
reference, required) and what the law asks of every personal datum: why it is kept, how sensitive it is, for how long.
``describe`` turns a model into a ``Ledger``, the value that all others read.

References are kept as text and not as foreign keys of the database: a person or a unit that no roll has yet is kept
and reported (person.unknown, unit.unknown), and the versions of a row share one key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models.base import ModelBase

from bihuan.kernel.ledger import RECORD_COLUMNS, Column, ColumnType, Grade, Ledger

PUBLIC: Grade = "公开"
INTERNAL: Grade = "内部"
PERSONAL: Grade = "个人"
SENSITIVE: Grade = "敏感"

Purpose = tuple[str, str]
"""Why a column is kept: Chinese, English."""


@dataclass(frozen=True)
class Names:
    """What a ledger is called, and what holds for those of its columns that do not say otherwise.

    ``key`` empty = the first column. ``keep_days`` counts from the row's last moment; 0 = as long as the ledger.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...] = ()
    grade: Grade = INTERNAL
    keep_days: int = 0
    timeless: bool = False
    event_where: tuple[str, str, str] | None = None  # see Ledger


class LocalTime(models.DateTimeField):
    """A moment in local time, in the database without a zone too: nobody's zone turns what a ledger says."""

    def db_type(self, connection: Any) -> str | None:
        return "timestamp" if connection.vendor == "postgresql" else super().db_type(connection)


class LedgerField(models.Field):
    """What the fields of a ledger have in common; mixed in before a field of Django."""

    ledger_type: ClassVar[ColumnType]

    def __init__(
        self,
        heading: str = "",
        english: str = "",
        purpose: Purpose = ("", ""),
        *,
        required: bool = False,
        grade: Grade | None = None,
        keep_days: int | None = None,
        matched: bool = False,
        planned: bool = False,
        note: str = "",
        **options: Any,
    ) -> None:
        self.english = english
        self.purpose = purpose
        self.required = required
        self.grade = grade
        self.keep_days = keep_days
        self.matched = matched
        self.planned = planned
        self.note = note
        # Null even where required: a row that withdraws another needs only its key.
        options.setdefault("null", True)
        options.setdefault("blank", not required)
        super().__init__(verbose_name=heading or None, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """As the plain field of Django: words, grades and choices are no matter of the database, so that changing
        them asks for no migration."""
        name, _, args, kwargs = super().deconstruct()
        plain = next(base for base in type(self).__mro__ if base in PLAIN)
        for word in ("verbose_name", "choices"):
            kwargs.pop(word, None)
        # What is Django's own default is not said: a migration's plain field would not say it either.
        return name, PLAIN[plain], args, kwargs

    def clone(self) -> LedgerField:
        """A copy by what :meth:`deconstruct` says: our own default is null, Django's is not."""
        _, _, args, kwargs = self.deconstruct()
        return type(self)(*args, **{"null": False, "blank": False, **kwargs})

    def as_column(self, names: Names) -> Column:
        """This field as a value; ``names`` gives the grade and the retention that it leaves open."""
        return Column(
            name=self.name,
            heading=str(self.verbose_name),
            type=self.ledger_type,
            required=self.required,
            note=self.note,
            matched=self.matched,
            planned=self.planned,
            english=self.english,
            purpose=self.purpose,
            grade=self.grade or names.grade,
            keep_days=names.keep_days if self.keep_days is None else self.keep_days,
            **self.further(),
        )

    def further(self) -> dict[str, Any]:
        """What only this kind of field says of its column."""
        return {}


PLAIN: dict[type, str] = {
    LocalTime: "bihuan.domains.fields.LocalTime",
    **{
        kind: f"django.db.models.{kind.__name__}"
        for kind in (models.TextField, models.BigIntegerField, models.FloatField, models.BooleanField, models.DateField)
    },
}
"""What migrations see of a ledger's column."""


class Text(LedgerField, models.TextField):
    """文字。"""

    ledger_type = "text"


class Whole(LedgerField, models.BigIntegerField):
    """整数。"""

    ledger_type = "int"


class Real(LedgerField, models.FloatField):
    """数。"""

    ledger_type = "real"


class YesNo(LedgerField, models.BooleanField):
    """是否；空着既不是“是”，也不是“否”。"""

    ledger_type = "bool"


class Day(LedgerField, models.DateField):
    """日期。"""

    ledger_type = "date"


class Moment(LedgerField, LocalTime):
    """时刻，当地时间 (local time, no zone)."""

    ledger_type = "time"


class AreaCode(LedgerField, models.TextField):
    """区划代码: 2, 4, 6, 9, 12 digits for province, city, county, town, village; 15 for a grid."""

    ledger_type = "area"


class Reference(LedgerField, models.TextField):
    """The key of a row of another ledger. ``unchecked``: it may name a row that is not there."""

    ledger_type = "ref"

    def __init__(self, refers: str = "", *words: Any, unchecked: bool = False, **options: Any) -> None:
        self.refers = refers
        self.unchecked = unchecked
        super().__init__(*words, **options)

    def further(self) -> dict[str, Any]:
        return {"refers": self.refers, "unchecked": self.unchecked}


class Choice(LedgerField, models.TextField):
    """One of the field's own words."""

    ledger_type = "one"

    def __init__(self, among: tuple[str, ...] = (), *words: Any, **options: Any) -> None:
        self.among = among
        if among:
            options["choices"] = [(word, word) for word in among]
        super().__init__(*words, **options)

    def further(self) -> dict[str, Any]:
        return {"choices": self.among}


class LedgerBase(ModelBase):
    """Gives a model that says what its ledger is called the table and the title that follow from it."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> type:
        names = attrs.get("ledger")
        if isinstance(names, Names):
            # In the database as in the engine; a ledger's bare name may be another's (groups, orders).
            table = f"ledger_{names.name}"
            title = {"verbose_name": names.zh, "verbose_name_plural": names.zh, "db_table": table}
            attrs.setdefault("Meta", type("Meta", (), title))
            first = next(word for word, value in attrs.items() if isinstance(value, LedgerField))
            for word in names.key or (first,):
                attrs[word].null = False
        made: type = super().__new__(mcs, name, bases, attrs, **kwargs)
        return made


def _recorded(field: type[LedgerField], column: Column) -> LedgerField:
    return field(column.heading, column.english, column.purpose, grade=column.grade, planned=column.planned)


class LedgerRow(models.Model, metaclass=LedgerBase):
    """One row of a ledger, one version of it: when it became known, who recorded it, whether it withdraws the row.

    In the database rows are only ever added. ``from_batch`` (which act of writing), ``from_source`` and ``from_line``
    (which of its files, and where in it) say where a row came from; ``replaced_by`` is the id of the row that was given
    later under the same key and recorded_at, and stands in its place; ``latest`` says that no version of its key comes
    after it. None of the five is a column of the ledger.
    """

    ledger: ClassVar[Names]

    recorded_at = _recorded(Moment, RECORD_COLUMNS[0])
    recorded_by = _recorded(Text, RECORD_COLUMNS[1])
    retracted = _recorded(YesNo, RECORD_COLUMNS[2])

    from_batch = models.BigIntegerField(null=True, editable=False)
    from_source = models.IntegerField(null=True, editable=False)
    from_line = models.BigIntegerField(null=True, editable=False)
    replaced_by = models.BigIntegerField(null=True, editable=False)
    latest = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        abstract = True


def describe(model: type[LedgerRow]) -> Ledger:
    """The ledger that a model declares, its columns in the order in which they are written."""
    names = model.ledger
    beside = {column.name for column in RECORD_COLUMNS}
    fields = [f for f in model._meta.get_fields() if isinstance(f, LedgerField) and f.name not in beside]
    columns = tuple(field.as_column(names) for field in sorted(fields, key=lambda f: f.creation_counter))
    return Ledger(
        name=names.name,
        title=names.zh,
        english=names.en,
        room=model._meta.app_label,
        columns=columns,
        key=names.key or (columns[0].name,),
        timeless=names.timeless,
        event_where=names.event_where,
        about=(model.__doc__ or "").split("\n\n")[0].strip(),
    )
