"""`/oversight/circulars/…/circular.pdf` and `.docx`: a circular as a file, in whatever state; taking it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.circular import as_docx, as_pdf
from haochaping.doors.circular.paper import paper_of
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.circulars import queries as circulars

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

FORMS = {"pdf": (as_pdf.pdf_of, as_pdf.TYPE), "docx": (as_docx.docx_of, as_docx.TYPE)}


@requires(Power.CIRCULAR_WRITE, fresh=Fresh.ALWAYS)
@require_safe
@refusable
def taken(request: HttpRequest, circular_id: UUID, form: str) -> HttpResponse:
    """The circular in the reader's language; what is not signed says so on each page."""
    if form not in FORMS:
        raise Http404
    sheet = circulars.sheet(circular_id, by=actor_of(request))
    make, kind = FORMS[form]
    row = sheet.row
    leave_note(request, EntryKind.EXPORTED, "circular", str(row.id), format=form, state=row.state.value)
    at = row.signed_at or sheet.figures.as_of
    answer = HttpResponse(make(paper_of(sheet), at=at), content_type=kind)
    name = f"circular-{row.first}-{row.last}-{row.number}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
