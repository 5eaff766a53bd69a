"""`/oversight/reconciliation/`: which days of which sources are equal on both sides, and the records that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.forms import ExplanationForm
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.exchange.reconciliation import actions, queries
from haochaping.exchange.reconciliation.terms import (
    KIND_LABELS,
    MOST_DIFFERING,
    STATE_LABELS,
    VALUE_LABELS,
    ReconciliationState,
)
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.exchange.reconciliation.terms import ReconciliationRow

_HERE = "oversight_reconciliations"
_TONES = {
    ReconciliationState.EQUAL: "good",
    ReconciliationState.DIFFERING: "bad",
    ReconciliationState.SETTLED: "info",
    ReconciliationState.COMPARING: "warn",
}
_ROWS = ["source", "day", "kind", "case_no", "occurrence_no", "assess_no", "here", "told"]


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The days of one's sources, those that differ first asked for."""
    by, asked = actor_of(request), request.GET.get("state", ReconciliationState.DIFFERING)
    state = asked if asked in set(ReconciliationState) else ""
    number = page_number(request.GET.get("page", ""))
    found = queries.reconciliations(by, state=state, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    counts = queries.counts(by)
    context = {
        "rows": [_shown(row) for row in found[:ON_PAGE]],
        "states": [
            (Link(gettext(STATE_LABELS[one]), "" if one == state else f"?state={one}"), counts[one])
            for one in STATE_LABELS
        ],
        **pager(number, len(found), urlencode({"state": state}) + "&"),
    }
    return oversight_page(request, "oversight/reconciliations.html", context, here=_HERE)


def _shown(row: ReconciliationRow) -> dict[str, object]:
    return {
        "row": row,
        "kind": gettext(KIND_LABELS[row.kind]),
        "state": gettext(STATE_LABELS[row.state]),
        "tone": _TONES[row.state],
    }


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, one: UUID) -> HttpResponse:
    """One day of a source: both sides' sums, and the records that differ."""
    return _one(request, one, ExplanationForm())


def _one(request: HttpRequest, one: UUID, form: ExplanationForm, status: int = 200) -> HttpResponse:
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    row = queries.reconciliation(one, by=by)
    found = queries.differing(one, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        **_shown(row),
        "records": [(record, _value(record.here), _value(record.told)) for record in found[:ON_PAGE]],
        "settled_by": names_of([row.settled_by], by).get(row.settled_by, ""),
        "may_explain": row.state == ReconciliationState.DIFFERING,
        "is_cut": row.differing > MOST_DIFFERING,
        "form": form,
        **pager(number, len(found), ""),
    }
    return oversight_page(request, "oversight/reconciliation.html", context, here=_HERE, status=status)


def _value(value: str) -> str:
    """A level as it is, a status in words."""
    return gettext(VALUE_LABELS[value]) if value in VALUE_LABELS else value


@requires(Power.ORDER_SUPERVISE, fresh=Fresh.ALWAYS)
@require_safe
@refusable
def rows_csv(request: HttpRequest, one: UUID) -> HttpResponse:
    """The records that differ as a file, the first 1,000: the page lists all; that they were taken away is recorded."""
    row = queries.reconciliation(one, by=actor_of(request))
    found = queries.differing(one, limit=EXPORT_AT_MOST + 1)
    taken = found[:EXPORT_AT_MOST]
    leave_note(request, EntryKind.EXPORTED, "reconciliation", str(one), rows=str(len(taken)))
    lines = [
        [
            row.source,
            row.day.isoformat(),
            row.kind,
            record.case_no,
            str(record.occurrence_no or ""),
            str(record.assess_no or ""),
            record.here,
            record.told,
        ]
        for record in taken
    ]
    mark = said_of_rest(len(found), len(taken))
    return csv_answer(f"{row.source}-{row.day}-{row.kind}.csv", _ROWS, lines, mark=mark)


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def explain(request: HttpRequest, one: UUID) -> HttpResponse:
    """Settle a difference by saying why it may be there."""
    form = ExplanationForm(request.POST)
    if not form.is_valid():
        return _one(request, one, form, INVALID)
    try:
        actions.explain(one, form.cleaned_data["explanation"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _one(request, one, form, told(form, refused))
    messages.success(request, gettext("The difference is settled."))
    return see_other(reverse("oversight_reconciliation", args=[one]))
