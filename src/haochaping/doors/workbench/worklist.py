"""`/desk/list/…`: what is done with the list itself: several orders at once, filters kept, the list taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import desk_page, refusable, see_other
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest, xlsx_answer
from haochaping.doors.workbench.inbox_forms import FilterForm
from haochaping.doors.workbench.words import tag_labels
from haochaping.flows import handle_bad_review
from haochaping.flows.conceal import ConcealedAmong
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import actions
from haochaping.rectification.queries import worklist
from haochaping.rectification.rules import URGENT_CATEGORIES, list_asked, list_query, time_left
from haochaping.rectification.terms import (
    CATEGORY_LABELS,
    CLOCK_LABELS,
    NO_HANDLER_THERE,
    STATE_LABELS,
    TIME_LEFT_LABELS,
    URGENCY_LABELS,
    ClockKind,
    FaultCategory,
    ListAsked,
    TimeLeft,
    Urgency,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import CHANNEL_LABELS, ReviewChannel
from haochaping.ui.levels import BY_NUMBER
from haochaping.ui.moments import moment
from haochaping.ui.sentences import labelled, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import BulkOutcome, ListRow

_LONGEST_ID = 18
_ANSWERS = {"csv": csv_answer, "xlsx": xlsx_answer}
_HEADING = (
    N_("Order"),
    N_("State"),
    N_("Time left"),
    N_("Clock"),
    N_("Due"),
    N_("Item"),
    N_("Agency"),
    N_("Rating"),
    N_("Reasons"),
    N_("Category of fault"),
    N_("Urgency"),
    N_("Round"),
    N_("Review channel"),
    N_("Times sent on"),
    N_("Export number"),
)


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def sign(request: HttpRequest) -> HttpResponse:
    """Sign for the chosen orders, and show what became of each: sent again it changes nothing."""
    outcomes = handle_bad_review.sign_for_each(_chosen(request), by=actor_of(request), now=timezone.now())
    return _outcomes(request, gettext("Signing for several orders"), outcomes)


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def assign(request: HttpRequest) -> HttpResponse:
    """Name one person for the chosen orders, and show what became of each: sent again it changes nothing."""
    assignee = request.POST.get("assignee", "")
    if not (assignee.isascii() and assignee.isdecimal() and len(assignee) <= _LONGEST_ID):
        raise Refused(NO_HANDLER_THERE, field="assignee")
    outcomes = actions.assign_each(
        _chosen(request), assignee=int(assignee), by=actor_of(request), now=timezone.now()
    )
    return _outcomes(request, gettext("Assigning several orders"), outcomes)


def _chosen(request: HttpRequest) -> list[UUID]:
    return [found for text in request.POST.getlist("order") if (found := uuid_of(text))]


def _outcomes(request: HttpRequest, title: str, outcomes: Sequence[BulkOutcome]) -> HttpResponse:
    lines = [
        {"outcome": one, "sentence": say(one.complaint).text if one.complaint else ""} for one in outcomes
    ]
    refused = sum(1 for one in outcomes if one.complaint)
    context = {
        "title": title,
        "lines": lines,
        "done": len(outcomes) - refused,
        "refused": refused,
        "back": _list(list_asked(QueryDict(request.POST.get("back", "")).dict())),
    }
    return desk_page(request, "workbench/bulk.html", context, here="desk")


@requires(Power.ORDER_VIEW)
@require_POST
@refusable
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the list is asked for under a name."""
    asked = list_asked(request.POST.dict())
    actions.keep_filter(_me(request), request.POST.get("name", ""), asked)
    messages.success(request, gettext("The filter is kept: it stands above your list."))
    return see_other(_list(asked))


@requires(Power.ORDER_VIEW)
@require_POST
@refusable
def filter_step(request: HttpRequest, filter_id: int, step: str) -> HttpResponse:
    """Rename or remove one of one's filters."""
    if step == "rename":
        actions.rename_filter(_me(request), filter_id, request.POST.get("name", ""))
        return see_other(_list(list_asked(request.POST.dict())))
    if step != "remove":
        raise Http404
    if actions.remove_filter(_me(request), filter_id):
        messages.success(request, gettext("The filter is removed."))
    else:
        messages.info(request, gettext("There is no such filter any more."))
    return see_other(reverse("desk"))


@requires(Power.ORDER_EXPORT, fresh=Fresh.ALWAYS)
@require_POST
@refusable
def export(request: HttpRequest) -> HttpResponse:
    """The list as asked, as a file: who, when, which and its number stand in it; no words of reviewers, no person."""
    by, now = actor_of(request), timezone.now()
    asked, file_format = list_asked(request.POST.dict()), request.POST.get("format", "")
    found = worklist.work_list(by, asked, now=now, limit=EXPORT_AT_MOST + 1)
    rows = found[:EXPORT_AT_MOST]
    number = actions.record_export(file_format=file_format, asked=asked, rows=len(rows), by=by, now=now)
    mark = _mark(request, asked, number, now, found=len(found), count=len(rows))
    heading = [gettext(title) for title in _HEADING]
    return _ANSWERS[file_format](
        f"orders-{number}.{file_format}", heading, _cells(rows, number, by, now, done=asked.done), mark=mark
    )


def _mark(
    request: HttpRequest, asked: ListAsked, number: int, now: datetime, *, found: int, count: int
) -> str:
    words = gettext(
        "Export {number} · {who} · {when} · {filter} · {count} orders · internal, not to be passed on"
    )
    said = words.format(
        number=number,
        who=request.user.get_username(),
        when=moment(now),
        filter=filter_words(asked),
        count=count,
    )
    return " · ".join(filter(None, [said, said_of_rest(found, count)]))


def filter_words(asked: ListAsked) -> str:
    """What a list is asked for, as people read it."""
    form = FilterForm(list_query(asked), done=asked.done)
    said = [gettext("Done") if asked.done else gettext("Open")]
    if asked.left:
        said.append(gettext(TIME_LEFT_LABELS[TimeLeft(asked.left)]))
    for name, field in form.fields.items():
        value = str(getattr(asked, name))
        if value:
            words = dict(getattr(field, "choices", ())).get(value, value)
            said.append(labelled(field.label, words))
    return ", ".join(said)


def _cells(rows: Sequence[ListRow], number: int, by: Actor, now: datetime, *, done: bool) -> list[list[str]]:
    concealed = ConcealedAmong((row.order for row in rows), by)
    given = reviews.reviews(row.order.review_id for row in rows)
    labels = {name: reviews.indicators(name) for name in {review.indicator_set for review in given.values()}}
    lines = []
    for row in rows:
        order, review = row.order, given[row.order.review_id]
        urgent = Urgency.URGENT if URGENT_CATEGORIES & set(row.categories) else Urgency.ORDINARY
        left = time_left(order.due_at, now, paused=order.paused_at is not None)
        lines.append(
            [
                str(order.id),
                gettext(STATE_LABELS[order.state]),
                "" if done else gettext(TIME_LEFT_LABELS[left]),
                gettext(CLOCK_LABELS[ClockKind(order.clock)]) if order.clock else "",
                moment(order.due_at) if order.due_at else "",
                order.item_name,
                order.agency_name,
                gettext(BY_NUMBER[review.level].label),
                " · ".join(tag_labels(review, labels[review.indicator_set])),
                " · ".join(gettext(CATEGORY_LABELS[FaultCategory(one)]) for one in row.categories),
                gettext(URGENCY_LABELS[urgent]),
                str(order.round),
                "" if order in concealed else gettext(CHANNEL_LABELS[ReviewChannel(review.channel)]),
                str(row.sent_on),
                str(number),
            ]
        )
    return lines


def _list(asked: ListAsked) -> str:
    query = urlencode(list_query(asked))
    return f"{reverse('desk')}?{query}" if query else reverse("desk")


def _me(request: HttpRequest) -> int:
    return int(actor_of(request).id)
