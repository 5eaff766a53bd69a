"""`/oversight/reports/`: what reviewers say they suffered because they reviewed, for the supervisory office only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import called
from haochaping.doors.oversight.forms import NoteForm, ReportNumberForm, ReviewerAnswerForm
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as orders
from haochaping.supervision import actions, queries
from haochaping.supervision.states import report_moves_from
from haochaping.supervision.terms import REPORT_LABELS, REPORT_MOVE_LABELS, ReportMove
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_HERE = "oversight_reports"
_STEPS = {str(move).replace("_", "-"): move for move in ReportMove}
# What closes a report is read by the reviewer, what is noted by the office alone.
_FORMS: dict[ReportMove, type[NoteForm | ReviewerAnswerForm]] = {
    move: ReviewerAnswerForm if move == ReportMove.CLOSE else NoteForm for move in ReportMove
}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The reports of one's divisions: those that wait, oldest first."""
    return _list(request, ReportNumberForm())


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def find(request: HttpRequest) -> HttpResponse:
    """From the number that a reviewer tells to their report; it stands in no address, and so in no log."""
    form = ReportNumberForm(request.POST)
    if not form.is_valid():
        return _list(request, form, INVALID)
    try:
        found = actions.find_report(form.cleaned_data["number"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _list(request, form, told(form, refused))
    return see_other(reverse("oversight_report", args=[found]))


def _list(request: HttpRequest, form: ReportNumberForm, status: int = 200) -> HttpResponse:
    done, number = request.GET.get("list") == "done", page_number(request.GET.get("page", ""))
    found = queries.reports(actor_of(request), done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [(row, gettext(REPORT_LABELS[row.state])) for row in found[:ON_PAGE]],
        "done": done,
        "number_form": form,
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return oversight_page(request, "oversight/reports.html", context, here=_HERE, status=status)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One report with what was done about it."""
    return _one(request, report_id)


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, report_id: UUID, step: str) -> HttpResponse:
    """Look into a report, note something, close it."""
    if step not in _STEPS:
        raise Http404
    form = _FORMS[_STEPS[step]](request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _one(request, report_id, step, form, INVALID)
    note, by, now = form.cleaned_data["text"], actor_of(request), timezone.now()
    try:
        actions.deal_with_report(report_id, move=_STEPS[step], note=note, by=by, now=now)
    except Refused as refused:
        return _one(request, report_id, step, form, told(form, refused))
    messages.success(request, gettext("It is recorded."))
    return see_other(reverse("oversight_report", args=[report_id]))


def _one(
    request: HttpRequest,
    report_id: UUID,
    tried: str = "",
    form: NoteForm | ReviewerAnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = queries.report(report_id, by=by)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "reprisal_report", str(row.id))
    events = queries.report_events(row.id)
    names = called([event.by for event in events], {}, by)
    order = orders.order_of_review(row.review_id)
    context = {
        "row": row,
        "state": gettext(REPORT_LABELS[row.state]),
        "order_id": order.id if order else None,
        "events": [
            Event(gettext(REPORT_MOVE_LABELS[event.move]), event.at, names[event.by], event.note)
            for event in events
        ],
        "steps": [
            (
                name,
                gettext(REPORT_MOVE_LABELS[move]),
                form if form and name == tried else _FORMS[move](auto_id=f"{name}_%s"),
            )
            for name, move in _STEPS.items()
            if move in report_moves_from(row.state)
        ],
        "wrong": form,
    }
    return oversight_page(request, "oversight/report.html", context, here=_HERE, status=status)
