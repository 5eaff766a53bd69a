"""Lists to take away as CSV: for spreadsheets, which must not take a text for a formula."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What spreadsheets begin to compute with, and the two controls that hide one of them (OWASP, CSV injection).
_COMPUTING = ("=", "+", "-", "@", "\t", "\r")
# Without it, spreadsheets read Chinese in the code page of the machine.
_MARK = "\ufeff"


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet computes it: an apostrophe before what looks like a formula."""
    return f"'{cell}" if cell.startswith(_COMPUTING) else cell


def csv_answer(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """An answer that a browser keeps as a file."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    answer = HttpResponse(_MARK + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
