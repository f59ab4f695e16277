"""The parts of pages that need no database."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import bihuan.desk
from bihuan.desk import closing, drawing, drawn, knowledge, listing, masking, stages, vendoring

HERE = Path(bihuan.desk.__file__).parent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("高梅波（610723199210250030）自 2021-12-15 08:00 起", "高梅波（610723********0030）自 2021-12-15 08:00 起"),
        ("61072319950916003X、610723199509160031", "610723********003X、610723********0031"),
        ("电话 13891660001", "电话 138****0001"),
        ("区划 610723001901001，编号 A000342", "区划 610723001901001，编号 A000342"),
        ("批次 2021121500010002999", "批次 2021121500010002999"),
    ],
)
def test_identity_and_phone_numbers_are_hidden_and_nothing_else_is(text: str, shown: str) -> None:
    assert masking.masked(text) == shown


def test_a_passport_keeps_its_ends() -> None:
    assert masking.masked_document("E12345678") == "E1*****78"


def test_every_hole_has_a_way_to_be_closed_and_every_way_a_form() -> None:
    loops = set(knowledge.loops())
    assert loops <= set(closing.WAYS), sorted(loops - set(closing.WAYS))
    for hole, ways in closing.WAYS.items():
        for way in ways:
            ledger = knowledge.ledgers()[way.ledger]
            for column, value in way.given.items():
                choices = ledger[column].choices or (("是", "否") if ledger[column].type == "bool" else ())
                assert not choices or value in choices, f"{hole}: {way.ledger}.{column}={value}"


def test_the_form_begins_with_what_the_hole_names() -> None:
    hole = SimpleNamespace(
        hole="arrival.unverified",
        subject_kind="person",
        subject="610723199210250030",
        item="A7",
        area="610723001",
        unit=None,
        evidence="arrivals:A7",
        text_zh="",
    )
    now = dt.datetime(2022, 1, 6, 14)
    begun = closing.begin(knowledge.ledgers()["verifications"], hole, closing.ways(hole.hole)[0], now)
    assert begun == {"arrival": "A7", "at": "2022-01-06 14:00", "area": "610723001"}


def test_a_finding_names_the_hole_that_it_sets_right() -> None:
    hole = SimpleNamespace(
        hole="passage.waved",
        subject_kind="post",
        subject="P1",
        item="PA9",
        area="610723",
        unit=None,
        evidence="passages:PA9",
        text_zh="放行了黄码",
    )
    begun = closing.begin(knowledge.ledgers()["findings"], hole, closing.FINDING, dt.datetime(2022, 1, 6))
    assert begun["hole"] == "passage.waved/P1/PA9"
    assert begun["text"] == "放行了黄码"


def test_stages_of_a_loop_name_holes_that_there_are() -> None:
    families = {hole.split(".")[0] for hole in closing.WAYS}
    for laid in stages.STAGES.values():
        for stage in laid:
            for name in stage.holes:
                assert name in (closing.WAYS if "." in name else families), name
            assert all(ledger in knowledge.ledgers() for ledger in stage.ledgers)


def test_the_ring_shows_what_is_broken_due_and_done() -> None:
    holes = [
        SimpleNamespace(hole="measure.gap", state="open"),
        SimpleNamespace(hole="measure.untested", state="pending"),
        SimpleNamespace(hole="arrival.unverified", state="closed"),
    ]
    made = stages.of("person", ["people", "arrivals", "measures", "samples", "verifications"], holes)
    assert {s.title[0]: s.state for s in made} == {
        "在册": "done",
        "来返": "done",
        "核查": "done",
        "检测": "due",
        "管控": "broken",
    }


def test_the_map_shades_by_holes_a_head_and_leaves_out_who_has_no_population() -> None:
    areas = [("1", "甲镇", 10, 1000), ("2", "乙镇", 1, 1000), ("3", "丙河街道", 0, 1000), ("4", "丁村", 5, None)]
    drawn = drawing.hexagons(areas, drawing.shades(areas))
    assert [t.label for t in drawn.tiles] == ["甲镇", "乙镇", "丙河", "丁村"]
    by_area = {t.area: t for t in drawn.tiles}
    assert by_area["1"].rate == pytest.approx(100)
    assert by_area["1"].shade > by_area["2"].shade > by_area["3"].shade == 0
    assert by_area["4"].rate is None


def test_a_stacked_bar_shows_even_one_among_many() -> None:
    parts = drawing.stacked([("a", 1), ("b", 0), ("c", 9999)], 10_000)
    assert [(p.css, p.width >= 1) for p in parts] == [("a", True), ("c", True)]


def test_a_place_in_a_list_survives_its_address_and_a_forged_one_begins_anew() -> None:
    at = dt.datetime(2022, 1, 6, 14, 30)
    kinds = (int, dt.datetime, int)
    assert listing.unmark(listing.mark([0, at, 7]), kinds) == [0, at, 7]
    for forged in ("", "x", "!!!", listing.mark(["a", at, 7]), listing.mark([1])):
        assert listing.unmark(forged, kinds) is None


# ── static files and templates ────────────────────────────────────────────────


def test_vendored_files_are_what_was_vendored() -> None:
    listed = json.loads((vendoring.VENDOR / "vendored.json").read_text())
    assert listed["packages"] == vendoring.PACKAGES
    there = {p.name for p in vendoring.VENDOR.iterdir()} - {"vendored.json"}
    assert there == set(listed["sha256"])
    for name, digest in listed["sha256"].items():
        content = (vendoring.VENDOR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name
        if name.endswith(".gz"):
            assert gzip.decompress(content) == (vendoring.VENDOR / name.removesuffix(".gz")).read_bytes()


TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_says_everything_in_both_languages(path: Path) -> None:
    """Chinese stands in a template only as one half of {% two %} (or as a value that is compared)."""
    text = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"))
    assert not re.findall(r"[一-鿿：，、。；？！（）“”]+", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_has_no_script_and_no_style_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


def test_icons_that_templates_name_are_in_the_sprite() -> None:
    sprite = (vendoring.VENDOR / "icons.svg").read_text()
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    from bihuan.desk.pages import MENU

    named |= {icon for _, icon, _ in MENU}
    assert {n for n in named if f'id="{n}"' not in sprite} == set()


# ── the draw of inspections ──────────────────────────────────────────────────


def test_a_draw_is_the_same_for_everybody_who_knows_the_seed() -> None:
    candidates = [drawn.Candidate(f"U{n}", n % 40) for n in range(200)]
    first = drawn.draw(candidates, "2022-01-06", 10)
    assert first == drawn.draw(reversed(candidates), "2022-01-06", 10)
    assert [d.candidate for d in first] != [d.candidate for d in drawn.draw(candidates, "2022-01-07", 10)]
    assert len({d.candidate.unit for d in first}) == 10


def test_a_draw_is_as_fair_as_its_weights() -> None:
    """One of weight 4 and three of weight 1: it is drawn first in 4 of 7 draws."""
    candidates = [drawn.Candidate("A", 0, serious=1, routine=1), *(drawn.Candidate(x, 0) for x in "BCD")]
    assert [c.weight for c in candidates] == [4, 1, 1, 1]
    draws = 4000
    first = [drawn.draw(candidates, str(seed), 1)[0].candidate.unit for seed in range(draws)]
    share = first.count("A") / draws
    deviation = (4 / 7 * 3 / 7 / draws) ** 0.5
    assert abs(share - 4 / 7) < 4 * deviation


def test_who_was_never_inspected_weighs_as_after_ninety_days() -> None:
    assert drawn.Candidate("A", None).weight == drawn.Candidate("B", 90).weight == drawn.Candidate("C", 900).weight
    assert drawn.Candidate("D", 7).weight == 2


def test_a_new_row_never_takes_the_key_of_one_that_is_there() -> None:
    for hole, ways in closing.WAYS.items():
        said = knowledge.loops().get(hole)
        for way in ways:
            ledger = knowledge.ledgers()[way.ledger]
            if said is None or way.edit or len(ledger.key) != 1:
                continue
            own = SimpleNamespace(
                hole=hole,
                subject_kind=said.subject,
                subject="S",
                item="I",
                area="610723",
                unit=None,
                evidence=f"{ledger.name}:I",
                text_zh="",
            )
            begun = closing.begin(ledger, own, way, dt.datetime(2022, 1, 6))
            unknown = hole in ("person.unknown", "unit.unknown")
            assert begun.get(ledger.key[0], "") == ("S" if unknown else ""), (hole, ledger.name)
