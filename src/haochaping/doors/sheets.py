"""Lists to take away as CSV or XLSX: for spreadsheets, which must not take a text for a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import HttpResponse

from haochaping.kernel.text import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Without it, spreadsheets read Chinese in the code page of the machine.
_MARK = "\ufeff"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# The parts of a workbook with one sheet of texts (ECMA-376); a formula has no way into an inline string.
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def csv_answer(
    name: str, heading: Sequence[str], rows: Iterable[Sequence[str]], *, mark: str = ""
) -> HttpResponse:
    """An answer that a browser keeps as a file; `mark` stands above the heading."""
    text = StringIO()
    writer = csv.writer(text)
    if mark:
        writer.writerow([spreadsheet_cell(mark)])
    writer.writerow(heading)
    writer.writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
    return _kept((_MARK + text.getvalue()).encode(), name, "text/csv; charset=utf-8")


def xlsx_answer(
    name: str, heading: Sequence[str], rows: Iterable[Sequence[str]], *, mark: str
) -> HttpResponse:
    """The same as a workbook; `mark` stands above the heading, and at the head of every printed page."""
    lines = [[mark], heading, *rows]
    # In a page's head “&” begins a code.
    printed = escape("&L" + mark.replace("&", "&&"))
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(map(_row, lines))}</sheetData>'
        f"<headerFooter><oddHeader>{printed}</oddHeader></headerFooter></worksheet>"
    )
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for part, content in (_PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            book.writestr(part, _HEAD + content)
    return _kept(file.getvalue(), name, _XLSX)


def _row(cells: Sequence[str]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(text: str) -> str:
    # Saved again as CSV it must still be none; and some characters no XML may hold.
    words = "".join(c for c in spreadsheet_cell(text) if (c >= " " or c == "\n") and c not in "\ufffe\uffff")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'


def _kept(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
