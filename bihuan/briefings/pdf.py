"""The document as PDF (WeasyPrint), A4, Chinese set in Noto (Debian: fonts-noto-cjk); program, version and as-of in the
margins of every page."""

from __future__ import annotations

from html import escape

from bihuan.briefings.document import Cell, Document, Section, Table

STYLE = """
@page { size: A4; margin: 22mm 18mm 20mm; font: 8pt "Noto Sans CJK SC", "Noto Sans SC", sans-serif; color: #5c6b7a;
  @top-left { content: string(title); } @top-right { content: STATE; }
  @bottom-left { content: PROGRAM; } @bottom-right { content: AS_OF " · " counter(page) "/" counter(pages); } }
body { font: 9.5pt/1.6 "Noto Sans CJK SC", "Noto Sans SC", sans-serif; color: #1b2733; margin: 0; }
h1 { font: 700 17pt/1.4 "Noto Serif CJK SC", "Noto Serif SC", serif; text-align: center; margin: 4mm 0 5mm;
  string-set: title content(); }
h2 { font-size: 11.5pt; margin: 7mm 0 1.5mm; break-after: avoid; border-bottom: .6pt solid #1c5d84; }
p { margin: 1mm 0; } .note { border-left: 2pt solid #1c5d84; padding-left: 3mm; white-space: pre-wrap; }
.facts { text-align: center; color: #5c6b7a; } .facts span { margin: 0 2mm; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; } thead { display: table-header-group; } tr { break-inside: avoid; }
th { text-align: left; font-weight: 500; color: #5c6b7a; } th, td { padding: .9mm 1.5mm; vertical-align: top;
  border-bottom: .4pt solid #dfe5ea; } .n { text-align: right; } .n, .keep { white-space: nowrap; } a { color: #1c5d84;
  text-decoration: none; } .urgent, .urgent a { color: #c8352b; } .total { font-weight: 500; }
.after { color: #5c6b7a; }
"""


class NoPdf(RuntimeError):
    """PDF cannot be drawn here: what is missing, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def render(document: Document) -> bytes:
    """The PDF. Raises NoPdf where the machine lacks a library that WeasyPrint loads (Pango)."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise NoPdf(
            f"画不了 PDF（{error}）：请安装 Pango（apt install libpango-1.0-0 libpangoft2-1.0-0），或改用 Word",
            f"PDF cannot be drawn ({error}): install Pango (apt install libpango-1.0-0 "
            "libpangoft2-1.0-0), or take Word",
        ) from error
    return bytes(HTML(string=html(document)).write_pdf())


def html(document: Document) -> str:
    """The document as a page of its own."""
    style = (
        STYLE.replace("STATE", _css(document.state))
        .replace("PROGRAM", _css(document.running[0]))
        .replace("AS_OF", _css(document.running[1]))
    )
    facts = "".join(f"<span>{escape(a)}{_colon(document)}{escape(b)}</span> " for a, b in document.facts)
    note = f'<p class="note">{escape(document.note)}</p>' if document.note else ""
    lang = "zh-CN" if document.lang == "zh" else "en"
    sections = "".join(map(_section, document.sections))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(document.title)}</title>'
        f"<style>{style}</style></head><body><h1>{escape(document.title)}</h1>"
        f'<p class="facts">{facts}</p>{note}{sections}</body></html>'
    )


def _colon(document: Document) -> str:
    return "：" if document.lang == "zh" else ": "


def _css(text: str) -> str:
    """A text as a string of CSS, inside a style element: nothing of it is taken for CSS or HTML."""
    return '"' + "".join(c if c.isalnum() or c in " .,:·-" else f"\\{ord(c):06x}" for c in text) + '"'


def _section(section: Section) -> str:
    says = "".join(f"<p>{escape(text)}</p>" for text in section.says)
    table = _table(section.table) if section.table else ""
    after = "".join(f'<p class="after">{_linked(cell)}</p>' for cell in section.after)
    return f"<section><h2>{escape(section.title)}</h2>{says}{table}{after}</section>"


def _table(table: Table) -> str:
    head = "".join(f"<th{_class(c)}>{escape(c.text)}</th>" for c in table.head)
    rows = "".join("<tr>" + "".join(f"<td{_class(c)}>{_linked(c)}</td>" for c in row) + "</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _class(cell: Cell) -> str:
    names = " ".join(filter(None, (cell.css, "n" if cell.number else "")))
    return f' class="{names}"' if names else ""


def _linked(cell: Cell) -> str:
    return f'<a href="{escape(cell.link)}">{escape(cell.text)}</a>' if cell.link else escape(cell.text)
