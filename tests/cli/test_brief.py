"""``bihuan brief``: the same content whatever the file and the language, PDF and Word that say on every page what they
are, and a sentence where none can be written."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

AS_OF = "2022-01-06T14:00"
IDENTITY = re.compile(r"(?<![0-9A-Za-z*])[1-9]\d{16}[\dX](?![0-9A-Za-z])")


def digest(out: str) -> str:
    found = re.search(r"[0-9a-f]{64}", out)
    assert found, out
    return found[0]


@pytest.mark.long
def test_the_digest_is_that_of_the_content_in_every_file_and_language(bihuan: Run, county: Path) -> None:
    from bihuan.briefings import content

    told = set()
    for name in ("通报.json", "通报.docx", "通报.pdf", "briefing.json"):
        lang = "en" if name.startswith("b") else "zh"
        said = bihuan("brief", county, "--as-of", AS_OF, "--out", county.parent / name, "--lang", lang)
        assert (said.code, (county.parent / name).exists()) == (0, True)
        told.add(digest(said.out))
    assert len(told) == 1
    kept = json.loads((county.parent / "通报.json").read_text(encoding="utf-8"))
    assert told == {content.digest(kept)}
    assert kept == json.loads((county.parent / "briefing.json").read_text(encoding="utf-8"))
    other = bihuan("brief", county, "--as-of", "2022-01-06T16:00", "--out", county.parent / "later.json")
    assert digest(other.out) not in told


def test_the_content_is_what_check_finds(bihuan: Run, county: Path) -> None:
    bihuan("brief", county, "--as-of", AS_OF, "--out", county.parent / "b.json")
    bihuan("check", county, "--as-of", AS_OF, "--out", county.parent / "holes.json")
    kept = json.loads((county.parent / "b.json").read_text(encoding="utf-8"))
    holes = json.loads((county.parent / "holes.json").read_text(encoding="utf-8"))
    holes = holes["holes"] if isinstance(holes, dict) else holes
    for row in kept["severities"]:
        assert row["open"] == sum(h["severity"] == row["severity"] for h in holes), row
    assert sum(row["open"] for row in kept["severities"]) > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_the_pdf_says_version_and_as_of_and_figures_lead_to_their_rows(
    bihuan: Run, county: Path, lang: str
) -> None:
    from pypdf import PdfReader

    out = county.parent / "b.pdf"
    said = bihuan("brief", county, "--as-of", AS_OF, "--out", out, "--lang", lang, "--desk", "http://desk.example/")
    pages = PdfReader(out).pages
    version = re.search(r'version = "(.*?)"', Path("pyproject.toml").read_text(encoding="utf-8"))
    assert version and len(pages) >= 1
    for page in pages:
        text = " ".join(page.extract_text().split())
        assert "2022-01-06 14:00" in text and version[1] in text and digest(said.out)[:16] in text
        assert ("草稿" if lang == "zh" else "draft") in text
    whole = "".join(page.extract_text() for page in pages)
    assert ("信息发布" if lang == "zh" else "Notices") in whole and "赵六" in whole
    assert not IDENTITY.findall(whole)
    links = [a.get_object()["/A"]["/URI"] for p in pages for a in p.get("/Annots", []) if "/A" in a.get_object()]
    assert links and all(link.startswith("http://desk.example/") and "at=2022-01-0" in link for link in links)


def test_word_has_a_head_that_can_be_read_and_a_foot_on_every_page(bihuan: Run, county: Path) -> None:
    import docx

    out = county.parent / "b.docx"
    bihuan("brief", county, "--as-of", AS_OF, "--out", out)
    made = docx.Document(io.BytesIO(out.read_bytes()))
    assert "截至 2022-01-06 14:00" in "".join(p.text for p in made.sections[0].footer.paragraphs)
    for table in made.tables:
        assert table.style is None or table.style.name in ("Normal Table", "Table Normal")  # no colours of its own
        for row in table.rows:
            widths = [cell.width for cell in row.cells]
            assert None not in widths and sum(widths) <= 171 * 36000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--out", "b.txt"), ".pdf"),
        (("--out", "none/b.pdf"), "none"),
        (("--out", "b.json", "--since", "2022-01-07"), "--since"),
        (("--out", "b.json", "--as-of", "soon"), "soon"),
        (("--out", "b.json", "--area", "洋县"), "洋县"),
        ((), "--out"),
    ],
)
def test_what_cannot_be_briefed_is_said_and_nothing_is_written(
    bihuan: Run, county: Path, given: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(county.parent)
    asked = given if "--as-of" in given else (*given, "--as-of", AS_OF)
    told = bihuan("brief", county, *asked)
    assert told.code == 2 and said in told.err
    assert sorted(p.name for p in county.parent.iterdir()) == [county.name]


def test_a_folder_that_is_not_there_is_said(bihuan: Run, county: Path) -> None:
    told = bihuan("brief", county / "none", "--out", county.parent / "b.json")
    assert told.code == 2 and "none" in told.err
