"""Lists to take away as CSV or XLSX: for spreadsheets, which must not take a text for a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext
from xlsxwriter import Workbook

from haochaping.kernel.text import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What one file may hold without anybody's approval (trust.md, 50). There is no approval to be had, so none holds more.
EXPORT_AT_MOST = 1000
# Without it, spreadsheets read Chinese in the code page of the machine.
_MARK = "\ufeff"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Every cell is a text: nothing that somebody wrote becomes a formula or a link.
_TEXTS_ONLY = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def said_of_rest(found: int, taken: int) -> str:
    """What the mark of a file says where fewer rows were taken than found; else ""."""
    if found <= taken:
        return ""
    words = gettext(
        "there are more: only the first {limit} are taken away; ask for less, such as a shorter period, to take the others"
    )
    return words.format(limit=taken)


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
    file = BytesIO()
    with Workbook(file, _TEXTS_ONLY) as book:
        sheet = book.add_worksheet()
        # In a page's head “&” begins a code, and it holds 255 characters.
        sheet.set_header("&L" + mark.replace("&", "&&")[:250])
        for number, line in enumerate([[mark], heading, *rows]):
            sheet.write_row(number, 0, [_cell(text) for text in line])
    return _kept(file.getvalue(), name, _XLSX)


def _cell(text: str) -> str:
    # Saved again as CSV it must still be none; and some characters no XML may hold.
    return "".join(c for c in spreadsheet_cell(text) if (c >= " " or c == "\n") and c not in "\ufffe\uffff")


def _kept(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
