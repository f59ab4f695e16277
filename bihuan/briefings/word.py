"""The document as Word (python-docx): the same sections and links; program, version and as-of in the footer of every
page, the state in its header."""

from __future__ import annotations

import io
from typing import Any

from bihuan.briefings.document import Cell, Document, Section, Table

INK, SOFT, ACCENT, URGENT = "1B2733", "5C6B7A", "1C5D84", "C8352B"
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

    drawn = made.add_table(rows=0, cols=len(table.head), style="Light List")
    for number, row in enumerate((table.head, *table.rows)):
        cells = drawn.add_row().cells
        for place, cell in zip(cells, row, strict=True):
            paragraph = place.paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            if cell.number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, cell, bold=number == 0)
    _repeat(drawn.rows[0])


def _write(paragraph: Any, cell: Cell, bold: bool = False) -> None:
    colour = URGENT if cell.css == "urgent" else ACCENT if cell.link else None
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
    # The style of the table sets its first row and column bold: what is said here holds.
    run.bold = bold or cell.css == "total"


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


def _repeat(row: Any) -> None:
    """The head of a table stands on every page that it reaches."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
