"""What is asked of a county's own declarations, and that the house fulfils it too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bihuan.domains import catalogue, sound
from bihuan.domains.own import Broken
from bihuan.kernel.ledger import Column, Ledger, by_name, subjects
from bihuan.kernel.loops import Loop, view
from bihuan.kernel.parameters import Parameter

HOUSE = catalogue.ledgers()
NUMBER = Column("project", "编号", "text", required=True, english="number", purpose=("认行", "tells rows apart"))
PERSON = replace(NUMBER, name="person", heading="人", type="ref", refers="people", grade="敏感", keep_days=90)
WORKS = Ledger("works", "环境整治工程", "sanitation works", "own", (NUMBER, PERSON), ("project",))
HOURS = Parameter("works.accept_d", "number", "7", "多久要验收", "days to the acceptance", "d")
LOOP = next(loop for loop in catalogue.loops() if loop.hole == "task.overdue")


def test_the_house_is_sound() -> None:
    sound.ledgers((), HOUSE)
    sound.parameters((), catalogue.parameters())
    sound.views(HOUSE, catalogue.views())
    sound.loops((), catalogue.loops(), catalogue.parameters())


def test_what_is_in_order_passes() -> None:
    sound.ledgers(HOUSE, [WORKS])
    sound.parameters(catalogue.parameters(), [HOURS])
    own = replace(LOOP, hole="works.unaccepted", orders=("works.accept_d",))
    sound.loops(catalogue.loops(), [own], (*catalogue.parameters(), HOURS))


def column(**other: object) -> Ledger:
    return replace(WORKS, columns=(NUMBER, replace(PERSON, **other)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ledger", "fault"),
    [
        (replace(WORKS, name="people"), "there is a ledger of this name"),
        (replace(WORKS, title="人员"), "there is a ledger of this name"),
        (replace(WORKS, name="Works; DROP"), "lower-case letters"),
        (replace(WORKS, english=""), "Chinese and in English"),
        (replace(WORKS, title="工程/环境"), "name of a sheet"),
        (replace(WORKS, columns=(replace(NUMBER, name="unit"), PERSON), key=("unit",)), "is that of units"),
        (column(name="recorded_at"), "column recorded_at: its name cannot be used"),
        (column(name='a"b'), "its name cannot be used"),
        (column(heading="Person"), "heading in Chinese"),
        (column(purpose=("", "why")), "why it is kept"),
        (column(refers="peopel"), "refers to peopel, which is no ledger"),
        (column(refers="check_ins"), "key of check_ins has several columns"),
        (column(grade="个人"), "of grade 敏感"),
        (column(keep_days=0), "for how many days"),
        (column(type="one", refers=""), "no choices"),
    ],
)
def test_what_is_wrong_with_a_ledger_is_said(ledger: Ledger, fault: str) -> None:
    with pytest.raises(Broken) as broken:
        sound.ledgers(HOUSE, [ledger])
    assert fault in broken.value.en and ledger.name in broken.value.zh


@pytest.mark.parametrize(
    ("parameter", "fault"),
    [
        (replace(HOURS, key="verify_h"), "there is such a parameter"),
        (replace(HOURS, key="stock.days.口罩"), "there is such a parameter"),
        (replace(HOURS, default="a week"), "default cannot be read"),
        (replace(HOURS, zh=""), "what it means"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_said(parameter: Parameter, fault: str) -> None:
    with pytest.raises(Broken) as broken:
        sound.parameters(catalogue.parameters(), [parameter])
    assert fault in broken.value.en


@pytest.mark.parametrize(
    ("loop", "fault"),
    [
        (replace(LOOP, hole="works"), "its name is written loop.hole"),
        (LOOP, "there is a hole of this name"),
        (replace(LOOP, hole="works.late", severity="大"), "its severity is one of"),  # type: ignore[arg-type]
        (replace(LOOP, hole="works.late", role="村长"), "its role is one of"),  # type: ignore[arg-type]
        (replace(LOOP, hole="works.late", orders=("works.days",)), "there is no parameter works.days"),
        (replace(LOOP, hole="works.late", rule=("", "x")), "rule is to be said in Chinese and in English"),
        (replace(LOOP, hole="works.late", reason=("{who} 未办", "not done")), "nothing fills {who} of its reason"),
    ],
)
def test_what_is_wrong_with_a_loop_is_said(loop: Loop, fault: str) -> None:
    with pytest.raises(Broken) as broken:
        sound.loops(catalogue.loops(), [loop], catalogue.parameters())
    assert fault in broken.value.en


def test_a_view_needs_a_name_of_its_own() -> None:
    @view
    def people(t: object) -> object:
        return t

    @view
    def aged(t: object) -> object:
        return t

    with pytest.raises(Broken) as broken:
        sound.views((*HOUSE, *catalogue.views()), [people, aged])  # type: ignore[list-item]
    assert "view people" in broken.value.en and "view aged" in broken.value.en


def test_subjects_are_the_keys_that_name_one_ledger() -> None:
    kinds = {kind: ledger.name for kind, ledger in subjects(HOUSE).items()}
    assert (kinds["person"], kinds["unit"], kinds["lot"]) == ("people", "units", "lots")
    assert not {"row", "move"} & set(kinds)
    by_person = Ledger("poor", "帮扶户", "poor households", "own", (PERSON,), ("person",))
    assert subjects((*HOUSE, by_person))["person"] == by_name(HOUSE)["people"]
