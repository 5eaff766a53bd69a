"""`/desk/quarantine/` and `/desk/jobs/`: what could not be taken or done, why, and trying it again.

Both belong to the whole installation: a system administrator of one division is told so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, status_of
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.forms import RECORD_KINDS, QuarantineForm
from haochaping.exchange import actions as exchange_actions
from haochaping.exchange import queries as exchange
from haochaping.exchange.rules import bare
from haochaping.exchange.terms import QuarantineState
from haochaping.flows.retry_records import retry_records
from haochaping.kernel.refused import N_, Complaint, Reason, Refused
from haochaping.outbox import actions as outbox
from haochaping.outbox import queries as jobs_queries
from haochaping.outbox.terms import STATE_LABELS, JobState
from haochaping.publicity.rules import redacted
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_ENTRANCES = {
    "token": N_("Invitation"),
    "client": N_("Interface"),
    "file": N_("File"),
    "unsigned": N_("Unsigned address"),
    "history": N_("Older system"),
}


_PERSONS = {"reviewer": N_("Reviewer"), "applicant": N_("Applicant"), "agent": N_("Agent of the applicant")}
_JOB_TITLES = {
    JobState.DEAD: N_("Jobs that were given up"),
    JobState.WAITING: N_("Jobs that wait"),
    JobState.RUNNING: N_("Jobs that run"),
}


def _check_whole_house(by: Actor) -> None:
    check_scope(by, division_path="")


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_safe
@refusable
def quarantine(request: HttpRequest) -> HttpResponse:
    """The records that wait and fit what was asked, oldest first; `?state=discarded` those given up, the latest first.

    What they say and whom they name is not shown.
    """
    _check_whole_house(actor_of(request))
    if request.GET.get("state") == QuarantineState.DISCARDED:
        return _discarded(request)
    form = QuarantineForm(request.GET, reasons=exchange.waiting_reasons())
    asked = form.asked(timezone.now())
    number = page_number(request.GET.get("page", ""))
    start = (number - 1) * _ON_PAGE
    rows = exchange.waiting(limit=_ON_PAGE + 1, offset=start, asked=asked) if asked else []
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "form": form,
        "kept": kept.items(),
        "rows": [_record(row) for row in rows[:_ON_PAGE]],
        "total": exchange.waiting_count(asked) if asked else 0,
        "page": number,
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(rows) > _ON_PAGE else "",
    }
    status = INVALID if form.errors else 200
    return desk_page(request, "workbench/quarantine.html", context, here="desk_quarantine", status=status)


def _discarded(request: HttpRequest) -> HttpResponse:
    number = page_number(request.GET.get("page", ""))
    start = (number - 1) * _ON_PAGE
    rows = exchange.settled(QuarantineState.DISCARDED, limit=_ON_PAGE + 1, offset=start)
    context = {
        "rows": [_record(row) for row in rows[:_ON_PAGE]],
        "page": number,
        "previous": f"?state=discarded&page={number - 1}" if number > 1 else "",
        "next": f"?state=discarded&page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/discarded.html", context, here="desk_quarantine")


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_safe
@refusable
def record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record that waits: its reason, where it came from, and its fields without words and persons."""
    _check_whole_house(actor_of(request))
    return _record_page(request, record_id)


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_POST
@refusable
def discard(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Give up one record, with a reason that stays with it."""
    by, reason = actor_of(request), request.POST.get("reason", "")
    _check_whole_house(by)
    try:
        exchange_actions.discard([record_id], reason, by=by, now=timezone.now())
    except Refused as refused:
        if refused.complaint.field != "reason":
            raise
        return _record_page(request, record_id, reason=reason, wrong=refused.complaint)
    messages.success(request, gettext("The record was discarded; it stays visible with the reason."))
    return see_other(reverse("desk_quarantine"))


def _record_page(
    request: HttpRequest, record_id: UUID, *, reason: str = "", wrong: Complaint | None = None
) -> HttpResponse:
    rows = exchange.waiting_by_id([record_id])
    if not rows:
        raise Http404
    fields = bare(rows[0].fields)
    context = {
        "row": _record(rows[0]),
        "sender": rows[0].sender,
        "fields": [(name, _shown(value)) for name, value in fields.items()],
        "persons": [gettext(_PERSONS.get(role, role)) for role in rows[0].sealed],
        "reason": reason,
        "wrong": say(wrong) if wrong else None,
    }
    status = status_of(wrong) if wrong else 200
    return desk_page(request, "workbench/record.html", context, here="desk_quarantine", status=status)


def _shown(value: str | None) -> str | None:
    """A field as staff may see it: a time is no number of anybody."""
    return value if not value or _TIME.fullmatch(value) else redacted(value)


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_POST
@refusable
def retry_one(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Try one record again."""
    return _retry(request, [str(record_id)])


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_POST
@refusable
def retry_all(request: HttpRequest) -> HttpResponse:
    """Try the ticked records again, or everything that fits what was asked."""
    _check_whole_house(actor_of(request))
    if request.POST.get("which") == "ticked":
        ticked = [str(one) for one in map(uuid_of, request.POST.getlist("record")) if one]
        if not ticked:
            messages.warning(request, gettext("Tick the records that are to be tried again."))
            return see_other(reverse("desk_quarantine"))
        return _retry(request, ticked)
    asked = QuarantineForm(request.POST, reasons=exchange.waiting_reasons()).asked(timezone.now())
    return _retry(request, [str(one) for one in exchange.waiting_ids(asked)] if asked else [])


def _retry(request: HttpRequest, ids: Sequence[str]) -> HttpResponse:
    by = actor_of(request)
    _check_whole_house(by)
    taken, left = retry_records(ids, by=by, now=timezone.now())
    if taken:
        said = ngettext("{n} record waits no longer.", "{n} records wait no longer.", taken).format(n=taken)
        messages.success(request, said)
    if left:
        said = ngettext("{n} record still waits.", "{n} records still wait.", left).format(n=left)
        messages.warning(request, said)
    if not taken and not left:
        messages.info(request, gettext("Nothing was waiting any more."))
    return see_other(reverse("desk_quarantine"))


def _record(row: QuarantineRow) -> dict[str, object]:
    reason = Reason(row.code, row.message, row.remedy)
    return {
        "id": row.id,
        "kind": gettext(RECORD_KINDS[row.kind]),
        "source": row.source,
        "number": row.case_no or row.entry_no,
        "entrance": gettext(_ENTRANCES[row.entrance]) if row.entrance in _ENTRANCES else row.entrance,
        "field": row.field,
        "sentence": say(Complaint(reason, row.field, row.params)),
        "attempts": row.attempts,
        "received_at": row.received_at,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by,
        "discard_reason": row.discard_reason,
    }


@requires(Power.JOBS_MANAGE, whole=True)
@require_safe
@refusable
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs of a state, oldest first, with their last error; those that were given up unless others are asked for."""
    _check_whole_house(actor_of(request))
    counts = jobs_queries.counts()
    word = request.GET.get("state", "")
    state = JobState(word) if word in set(JobState) else JobState.DEAD
    context = {
        "rows": jobs_queries.jobs(state, limit=_ON_PAGE),
        "state": state,
        "title": gettext(_JOB_TITLES[state]),
        "is_dead": state == JobState.DEAD,
        "counts": [(each, gettext(STATE_LABELS[each]), n) for each, n in counts.items()],
        "more": counts[state] > _ON_PAGE,
    }
    return desk_page(request, "workbench/jobs.html", context, here="desk_jobs")


@requires(Power.JOBS_MANAGE, whole=True)
@require_POST
@refusable
def retry_job(request: HttpRequest, job: int) -> HttpResponse:
    """Have a job that was given up run once more."""
    by = actor_of(request)
    _check_whole_house(by)
    outbox.retry(job, by=by, now=timezone.now())
    messages.success(request, gettext("The job runs again; a worker takes it within seconds."))
    return see_other(reverse("desk_jobs"))
