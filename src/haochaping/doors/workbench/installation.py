"""`/desk/quarantine/` and `/desk/jobs/`: what could not be taken or done, why, and trying it again.

Both belong to the whole installation: a system administrator of one division is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.desk import desk_page, refusable, see_other
from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import RecordKind
from haochaping.flows.retry_records import retry_records
from haochaping.kernel.refused import N_, Complaint, Reason
from haochaping.outbox import actions as outbox
from haochaping.outbox import queries as jobs_queries
from haochaping.outbox.terms import STATE_LABELS, JobState
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_KINDS = {RecordKind.CASE: N_("Case"), RecordKind.REVIEW: N_("Review")}
_ENTRANCES = {
    "token": N_("Invitation"),
    "client": N_("Interface"),
    "file": N_("File"),
    "unsigned": N_("Unsigned address"),
}


def _check_whole_house(by: Actor) -> None:
    check_scope(by, division_path="")


@requires(Power.QUARANTINE_MANAGE, whole=True)
@require_safe
@refusable
def quarantine(request: HttpRequest) -> HttpResponse:
    """The records that wait, oldest first. What they say and whom they name is not shown."""
    _check_whole_house(actor_of(request))
    number = page_number(request.GET.get("page", ""))
    rows = exchange.waiting(limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    context = {
        "rows": [_record(row) for row in rows[:_ON_PAGE]],
        "total": exchange.waiting_count(),
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/quarantine.html", context, here="desk_quarantine")


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
    """Try everything again that waits."""
    return _retry(request, None)


def _retry(request: HttpRequest, ids: Sequence[str] | None) -> HttpResponse:
    by = actor_of(request)
    _check_whole_house(by)
    taken, left = retry_records(ids, by=by, now=timezone.now())
    if taken:
        said = ngettext("{n} record was taken.", "{n} records were taken.", taken).format(n=taken)
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
        "kind": gettext(_KINDS[row.kind]),
        "source": row.source,
        "case_no": row.case_no,
        "entrance": gettext(_ENTRANCES[row.entrance]) if row.entrance in _ENTRANCES else row.entrance,
        "field": row.field,
        "sentence": say(Complaint(reason, row.field, row.params)),
        "attempts": row.attempts,
        "received_at": row.received_at,
    }


@requires(Power.JOBS_MANAGE, whole=True)
@require_safe
@refusable
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that were given up, oldest first, with their last error."""
    _check_whole_house(actor_of(request))
    counts = jobs_queries.counts()
    context = {
        "rows": jobs_queries.jobs(JobState.DEAD, limit=_ON_PAGE),
        "counts": [(gettext(STATE_LABELS[state]), n) for state, n in counts.items()],
        "more": counts[JobState.DEAD] > _ON_PAGE,
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
