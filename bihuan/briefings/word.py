"""The document as Word (python-docx): the same sections and links; program, version and as-of in the footer of every
page, the state in its header."""

from __future__ import annotations

import io
from typing import Any

from bihuan.briefings.document import Cell, Document, Section, Table

INK, SOFT, ACCENT, URGENT, LINE = "1B2733", "5C6B7A", "1C5D84", "C8352B", "DFE5EA"
LATIN, BODY, TITLE = "Arial", "宋体", "黑体"
"""Fonts that Chinese offices have; where one is missing, Word takes the nearest."""


def render(document: Document) -> bytes:
    """The bytes of a .docx."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    made = docx.Document()
    made.core_properties.title = document.title
    made.core_properties.author = "Bihuan"
    made.core_properties.comments = " · ".join(document.running)
    for name, size in (("Normal", 10), ("Title", 17), ("Heading 1", 12)):
        _font(made.styles[name], size, BODY if name == "Normal" else TITLE)
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    _small(page.header.paragraphs[0], document.state)
    page.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = page.footer.paragraphs[0]
    _small(foot, " · ".join(document.running) + " · ")
    _field(foot, "PAGE")
    _small(foot, "/")
    _field(foot, "NUMPAGES")
    made.add_paragraph(document.title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    colon = "：" if document.lang == "zh" else ": "
    facts = made.add_paragraph()
    facts.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _small(facts, "    ".join(f"{a}{colon}{b}" for a, b in document.facts))
    if document.note:
        made.add_paragraph(document.note).paragraph_format.left_indent = Pt(12)
    for section in document.sections:
        _section(made, section)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _section(made: Any, section: Section) -> None:
    made.add_heading(section.title, level=1)
    for text in section.says:
        made.add_paragraph(text)
    if section.table is not None:
        _table(made, section.table)
    for cell in section.after:
        _write(made.add_paragraph(), cell)


def _table(made: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    drawn = made.add_table(rows=0, cols=len(table.head))
    drawn.autofit = False
    _lines(drawn)
    widths = [Mm(width) for width in _widths(table)]
    for place, width in zip(drawn.columns, widths, strict=True):
        place.width = width
    for number, row in enumerate((table.head, *table.rows)):
        cells = drawn.add_row().cells
        for place, cell, width in zip(cells, row, widths, strict=True):
            place.width = width
            paragraph = place.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            if cell.number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, cell, head=number == 0)
    for row in drawn.rows:
        _mark(row, "w:cantSplit")
    _mark(drawn.rows[0], "w:tblHeader")  # it stands on every page that the table reaches


def _widths(table: Table) -> list[float]:
    """Millimetres of each column: figures and short words take what they need, sentences the rest of 170."""
    rows = (table.head, *table.rows)
    longest = [max(_places(row[i].text) for row in rows) for i in range(len(table.head))]
    needed = [min(float(places) * 1.75 + 6, 44.0) if places <= 30 else 0.0 for places in longest]
    rest = max(170 - sum(needed), 30.0)
    long = needed.count(0.0)
    if not long:  # the first column takes what is left
        needed[0] += max(170 - sum(needed), 0)
    return [width or rest / long for width in needed]


def _places(text: str) -> int:
    """Halves of a Chinese character that a text is wide."""
    return sum(1 + (ord(c) > 0x2E7F) for c in text)


def _lines(drawn: Any) -> None:
    """Fine lines under the rows, no others: a style of the table would set colours of its own."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for name in ("top", "insideH", "bottom"):
        line = OxmlElement(f"w:{name}")
        for word, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{word}"), value)
        borders.append(line)
    drawn._tbl.tblPr.append(borders)


def _write(paragraph: Any, cell: Cell, head: bool = False) -> None:
    colour = SOFT if head else URGENT if cell.css == "urgent" else ACCENT if cell.link else None
    if cell.link:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(cell.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = paragraph.add_run(cell.text)
        link.append(run._r)
        paragraph._p.append(link)
    else:
        run = paragraph.add_run(cell.text)
    _look(run, 9, colour)
    run.bold = cell.css == "total"


def _font(style: Any, size: float, east: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = LATIN, Pt(size)
    style.font.color.rgb = RGBColor.from_string(INK)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:eastAsia"), east)


def _look(run: Any, size: float, colour: str | None) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _small(paragraph: Any, text: str) -> None:
    _look(paragraph.add_run(text), 8, SOFT)


def _field(paragraph: Any, name: str) -> None:
    """A field that Word fills: the page's number."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = paragraph.add_run("1")
    _look(run, 8, SOFT)
    field.append(run._r)
    paragraph._p.append(field)


def _mark(row: Any, name: str) -> None:
    """A property that a row has."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))
