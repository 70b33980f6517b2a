"""The sheet for who decides as a Word document, the same bytes for the same plan."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from trainplan.report.brief import COLUMNS, OPINION, SIZE, SMALL, TITLE, WIDTH, Brief
from trainplan.report.drawing import NOTE
from trainplan.report.html import number_columns

FONT = "Arial"
DAY = datetime(1980, 1, 1)  # of every document: the first that a zip file can tell
MARGINS = {"top_margin": 20, "right_margin": 15, "bottom_margin": 20, "left_margin": 30}  # mm


def word_file(brief: Brief) -> bytes:
    """The sheet as a .docx file: text, pictures with their messages in words, and a table."""
    document = _blank(brief)
    _write(document, f"{brief.title}   [{brief.head.badge}]", TITLE, bold=True)
    _write(document, brief.standing, SMALL, faint=True)
    for place, words in enumerate(brief.sentences):
        _write(document, words, bold=not place)
    for title, drawn in brief.pictures:
        _write(document, title, bold=True).paragraph_format.keep_with_next = True
        shape = document.add_picture(io.BytesIO(drawn.png()), width=Mm(WIDTH))
        shape._inline.docPr.set("descr", drawn.caption.alt)
        for side in ("distL", "distR"):  # without these LibreOffice keeps the text apart and moves the picture
            shape._inline.set(side, "0")
    _add_options(document, brief)
    _write(document, brief.closing)
    _write(document, brief.opinion).paragraph_format.space_after = Mm(OPINION - 6)
    _write(document, brief.head.made_from, SMALL, faint=True)
    return _same_each_time(document)


def _blank(brief: Brief) -> WordDocument:
    """An empty sheet of A4 in our font and the language, without the clock."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, room in MARGINS.items():
        setattr(section, side, Mm(room))
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(4), 1.0
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), brief.language)
    style.element.get_or_add_rPr().append(language)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = brief.title, "", ""
    properties.created = properties.modified = DAY
    return document


def _write(
    document: WordDocument, words: str, size: float = SIZE, *, bold: bool = False, faint: bool = False
) -> Paragraph:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(_plain_line(words))
    run.font.size, run.bold = Pt(size), bold
    if faint:
        run.font.color.rgb = RGBColor.from_string(NOTE[1:].upper())
    return paragraph


def _plain_line(words: str) -> str:
    """A text as Word takes it: one line, without signs that XML does not know."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split(" "))


def _add_options(document: WordDocument, brief: Brief) -> None:
    """The table of options, its first row a head, numbers to the right."""
    if not len(brief.options):
        return
    rows, numbers = [[*brief.options], *brief.options.to_numpy().tolist()], number_columns(brief.options)
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, COLUMNS, strict=False):
        column.width = Mm(width)
    for r, words in enumerate(rows):
        for c, text in enumerate(words):
            paragraph = table.cell(r, c).paragraphs[0]
            run = paragraph.add_run(_plain_line(text))
            run.font.size, run.bold = Pt(SMALL), not r
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if rows[0][c] in numbers else WD_ALIGN_PARAGRAPH.LEFT
    header = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    document.add_paragraph().paragraph_format.line_spacing = Pt(4)


def _same_each_time(document: WordDocument) -> bytes:
    """The document's parts in a zip file whose entries are all of one day."""
    saved, buffer = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, DAY.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(entry, parts.read(name))
    return buffer.getvalue()
