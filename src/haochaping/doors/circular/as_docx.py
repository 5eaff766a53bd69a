"""A paper as DOCX, to be edited or filed by whoever gets it (python-docx)."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from haochaping.doors.circular.as_pdf import png_of

if TYPE_CHECKING:
    from datetime import datetime

    from docx.document import Document as Whole

    from haochaping.doors.circular.paper import Chart, Paper, Table

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What official papers are set in (GB/T 9704); a machine without it takes another one.
_FONT = "FangSong"
_RED = RGBColor(0xB3, 0x26, 0x1E)
_MANY = 5


def docx_of(paper: Paper, *, at: datetime) -> bytes:
    """Write a paper; `at` is what the file gives as its moment."""
    whole = Document()
    _set_up(whole, paper, at)
    whole.add_heading(_xml(paper.title), level=0)
    for line in paper.about:
        whole.add_paragraph(_xml(line), style="Subtitle")
    for section in paper.sections:
        whole.add_heading(_xml(section.heading), level=1)
        for text in section.texts:
            whole.add_paragraph(_xml(text))
        for chart in section.charts:
            _draw(whole, chart)
        for table in section.tables:
            _set(whole, table)
    for line in paper.closing:
        whole.add_paragraph(_xml(line))
    file = BytesIO()
    whole.save(file)
    return file.getvalue()


def _xml(text: str) -> str:
    """A text without what no XML may hold; control characters are refused before."""
    return "".join(c for c in text if (c >= " " or c in "\n\t") and c not in "\ufffe\uffff")


def _set_up(whole: Whole, paper: Paper, at: datetime) -> None:
    told = whole.core_properties
    told.title, told.author, told.comments, told.language = paper.title[:255], "", "", paper.language
    told.created = told.modified = at.replace(tzinfo=None)
    for style in whole.styles:
        font = style.element.find(qn("w:rPr"))
        if font is not None or style.name == "Normal":
            fonts: Any = style.element.get_or_add_rPr().get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), _FONT)
            for name in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[name]
    page = whole.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    if paper.mark:
        head = page.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = head.add_run(_xml(paper.mark))
        run.bold, run.font.size, run.font.color.rgb = True, Pt(20), _RED
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _number_pages(foot)


def _number_pages(foot: Any) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)  # noqa: SLF001 - the library has no word for a field


def _draw(whole: Whole, chart: Chart) -> None:
    whole.add_paragraph(_xml(chart.caption), style="Caption")
    if not chart.svg:
        whole.add_paragraph(gettext("Not enough data to draw."))
        return
    picture = whole.add_picture(BytesIO(png_of(chart.svg)), width=Mm(160))
    picture._inline.docPr.set("descr", _xml(chart.alt))  # noqa: SLF001 - nor for what a picture shows


def _set(whole: Whole, table: Table) -> None:
    whole.add_paragraph(_xml(table.caption), style="Caption")
    grid = whole.add_table(rows=0, cols=len(table.columns), style="Table Grid")
    small = Pt(7.5 if len(table.columns) > _MANY else 9)
    for number, row in enumerate((table.columns, *table.rows)):
        line = grid.add_row()
        if number == 0:
            head: Any = OxmlElement("w:tblHeader")
            line._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - nor for a row that stands on each page
        for at, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            words = cell.paragraphs[0]
            run = words.add_run(_xml(text))
            run.font.size, run.bold = small, number == 0
            if at and table.numeric:
                words.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    whole.add_paragraph()
