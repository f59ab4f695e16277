"""Parameters against the table of loops.md, *Orders: parameters and their defaults*."""

from __future__ import annotations

import re

import pytest

from bihuan.domains import catalogue
from bihuan.domains.places.orders import NO_LIMIT
from bihuan.kernel.ledger import by_name
from bihuan.kernel.parameters import find

DEFAULTS = """
measure.高 14+7+0
measure.中 14+7+0
measure.低 0+0+14
measure.境外 14+7+7
measure.密接 14+7+0
measure.次密接 7+7+0
measure.退岗 7+7+0
test_days.集中隔离 1,4,7,14
test_days.居家隔离 2,7
test_days.健康监测 1,7
temperatures.集中隔离 2
temperatures.居家隔离 2
temperatures.健康监测 1
verify_h 24
control_h 12
handover_h 4
release_grace_h 12
result_h 24
repool_h 12
case.report_h 2
case.isolate_h 2
case.identify_h 24
contact.control_h 12
exposure.minutes 10
exposure.stay_minutes 60
exposure.days_before 2
fever.refer_h 2
drug.test_h 48
passage.verify_h 24
aid_d 3
aid.left_h 24
fever.degrees 37.3
fever.act_h 6
fever.test_h 24
refer.arrive_h 4
case.confirm_h 24
post.test_d.* 7 隔离点服务=2 口岸一线=2 发热门诊=2 转运司机=2 闭环保洁=2
post.doses.* 2
post.lodged.* 否 隔离点服务=是 口岸一线=是 转运司机=是 闭环保洁=是
group.doses.* 0
group.monitor_d.* 0
lot.receive_h 72
lot.sample_h 24
lot.seal_h 24
lot.handler_h 24
lot.tolerance 0.005
stock.days.* 0
stock.count_d 7
permit.pass_h 1
livestock.disinfect_h 24
venue.day.* 无 农贸市场=扫码,测温,口罩,消毒 超市=扫码,测温,口罩,消毒 养老院=扫码,测温,口罩,消毒 \
宗教场所=扫码,测温,口罩,消毒 餐馆=扫码,测温,口罩,消毒 影剧院=扫码,测温,口罩,消毒
venue.sample_d.* 0 农贸市场=7 冷库=7 隔离点=7
venue.closed 养老院,福利院,监所,精神病院,学校,幼儿园
venue.shut 歌厅,棋牌室
gathering.banned 婚事,宴会,庙会
gathering.heads.* no-limit 丧事=50
gathering.approval_heads 50
beds_per_10k 20
site.check_d 7
tracers 100
team.train_d 180
plan.drill_d 180
plan.hours 72
third_party_share 0.3
inspect_d.* 0 隔离点=7 农贸市场=14 养老院=30
ticket.h.求助 2
ticket.h.举报 24
ticket.h.投诉 24
ticket.h.异议 24
ticket.h.咨询 48
instruction.h 24
finding.recheck_d 7
finding.recur_d 30
duty.persons 60
ticket.solve_h 168
inquiry.close_d 30
plan.mend_d 14
"""
STANDS_FOR = {
    "post.test_d.*": ("staff", "post"),
    "post.doses.*": ("staff", "post"),
    "post.lodged.*": ("staff", "post"),
    "group.doses.*": ("groups", "group"),
    "group.monitor_d.*": ("groups", "group"),
    "venue.day.*": ("units", "kind"),
    "venue.sample_d.*": ("units", "kind"),
    "inspect_d.*": ("units", "kind"),
    "gathering.heads.*": ("gatherings", "kind"),
}

PARAMETERS = catalogue.parameters()


def table() -> dict[str, tuple[str, dict[str, str]]]:
    """Key → default, exceptions."""
    rows = [line.split() for line in DEFAULTS.strip().splitlines()]
    exceptions = {row[0]: {a: b for a, _, b in (cell.partition("=") for cell in row[2:])} for row in rows}
    return {row[0]: (NO_LIMIT if row[1] == "no-limit" else row[1], exceptions[row[0]]) for row in rows}


def test_every_key_and_default_of_the_contract() -> None:
    assert {p.key: (p.default, dict(p.exceptions)) for p in PARAMETERS} == table()
    assert len({p.key for p in PARAMETERS}) == len(PARAMETERS)


def test_what_stands_for_the_star_is_a_choice_of_its_column() -> None:
    """loops.md: what stands for * must be one of the choices of its column; only stock.days takes any item."""
    ledgers = by_name(catalogue.ledgers())
    for parameter in PARAMETERS:
        if parameter.key in STANDS_FOR:
            ledger, column = STANDS_FOR[parameter.key]
            assert parameter.stands_for == ledgers[ledger][column].choices, parameter.key
            assert set(dict(parameter.exceptions)) <= set(parameter.stands_for)
        else:
            assert parameter.stands_for == ()
            assert not parameter.starred or parameter.key == "stock.days.*"


def test_enumerated_keys_are_the_choices_of_their_columns() -> None:
    ledgers = by_name(catalogue.ledgers())
    keys = {p.key for p in PARAMETERS}
    for stem, ledger, column in (
        ("test_days.", "measures", "kind"),
        ("temperatures.", "measures", "kind"),
        ("ticket.h.", "tickets", "kind"),
    ):
        assert {k for k in keys if k.startswith(stem)} == {stem + c for c in ledgers[ledger][column].choices}


def test_a_parameter_reads_its_own_defaults() -> None:
    for parameter in PARAMETERS:
        for value in (parameter.default, *dict(parameter.exceptions).values()):
            assert parameter.reads(value), (parameter.key, value)


def test_parameters_say_what_they_mean_in_both_languages() -> None:
    for parameter in PARAMETERS:
        assert re.search("[一-鿿]{2}", parameter.zh), parameter.key
        assert re.search("[a-z]{3}", parameter.en), parameter.key
        unit = {"h": "h", "d": "d"}.get(parameter.key.removesuffix(".*").rpartition("_")[2])
        assert unit is None or parameter.unit == unit, parameter.key


@pytest.mark.parametrize(
    ("key", "value", "ok"),
    [
        ("venue.day.歌厅", "扫码、测温", True),
        ("venue.day.歌厅", "无", True),
        ("venue.day.歌厅", "扫码,登记", False),
        ("venue.closed", "学校，幼儿园", True),
        ("venue.closed", "学堂", False),
        ("gathering.banned", "丧事", True),
        ("gathering.heads.婚事", "-1", False),
        ("post.lodged.核酸采样", "是", True),
        ("post.lodged.核酸采样", "true", False),
        ("measure.高", "10+0+7", True),
        ("measure.高", "10+7", False),
        ("test_days.居家隔离", "无", True),
        ("stock.days.任何物资", "3", True),
        ("ticket.h.求助", "inf", False),
    ],
)
def test_values_an_order_may_give(key: str, value: str, ok: bool) -> None:
    parameter = find(PARAMETERS, key)
    assert parameter is not None
    assert parameter.reads(value) is ok


@pytest.mark.parametrize(
    "key", ["post.doses.厨师", "ticket.h.表扬", "measure.次次密接", "stock.days.", "verify", "post.doses.*"]
)
def test_keys_no_rule_asks_for(key: str) -> None:
    assert find(PARAMETERS, key) is None
