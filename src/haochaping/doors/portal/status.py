"""`/status/<receipt>`: what became of a review, for whoever holds its receipt number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haochaping.cases.terms import UNKNOWN_SOURCE
from haochaping.doors.gate import public
from haochaping.doors.portal import follow_up as follow_ups
from haochaping.doors.portal import own_review, takers
from haochaping.doors.portal.own_review import Opened, Wrong
from haochaping.doors.private_page import private_page, see_other
from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import ORPHAN, QuarantineState
from haochaping.flows import change_review
from haochaping.flows.answer_invitation import chosen_level
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.refused import Complaint, Reason, Refused
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import CHANGE_WINDOW_OVER, LEVEL_OUT_OF_RANGE, RECEIPT_UNKNOWN
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.reviews.terms import ReviewRow


@public
@private_page
def page(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the review of a receipt; a POST is a tap on another level."""
    normal = _normal(receipt)
    if normal != receipt:
        return HttpResponseRedirect(reverse("status", args=[normal]))
    if request.method == "POST":
        return _tap(request, normal)
    try:
        opened = _open(normal)
    except Refused:
        waiting = exchange.by_receipt(normal)
        if waiting is None:
            raise
        return _waiting(request, waiting, normal)
    return own_review.page(request, opened)


@public
@private_page
def form(request: HttpRequest, receipt: str, form: str) -> HttpResponse:
    """Take one of the review's forms; opened without one, its address leads to the review."""
    take, normal = takers.taker(form), _normal(receipt)
    if request.method != "POST":
        return see_other(reverse("status", args=[normal]))
    return take(request, _open(normal))


@public
@private_page
def photo(request: HttpRequest, receipt: str, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the review, or remove it."""
    return own_review.photo(request, _open(_normal(receipt)), photo_id)


@public
@private_page
def follow_up(request: HttpRequest, receipt: str) -> HttpResponse:
    """Ask for the follow-up review, or show it."""
    return follow_ups.page(request, _open(_normal(receipt)))


@public
@private_page
def follow_up_form(request: HttpRequest, receipt: str, form: str) -> HttpResponse:
    """Take one of the follow-up review's forms."""
    take, normal = takers.taker(form), _normal(receipt)
    if request.method != "POST":
        return see_other(reverse("status_follow_up", args=[normal]))
    return take(request, follow_ups.opened(_open(normal)))


@public
@private_page
def follow_up_photo(request: HttpRequest, receipt: str, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the follow-up review, or remove it."""
    return own_review.photo(request, follow_ups.opened(_open(_normal(receipt))), photo_id)


def _normal(receipt: str) -> str:
    normal = normal_receipt_no(receipt)
    if normal is None:
        raise Refused(RECEIPT_UNKNOWN)
    return normal


def _open(receipt: str) -> Opened:
    review = _review(receipt)
    given = reviews.reviews_of_occurrence(review.occurrence_id)
    return Opened(review, reverse("status", args=[receipt]), receipt, by_receipt=True, given=given)


def _review(receipt: str) -> ReviewRow:
    """The review of a receipt, or the one that has replaced it because the sender put it right."""
    try:
        return reviews.review_by_receipt(receipt)
    except Refused:
        replaced = exchange.replaced_by(receipt)
        found = reviews.review(replaced) if replaced else None
        if found is None:
            raise
        return found


def _tap(request: HttpRequest, receipt: str) -> HttpResponse:
    opened = _open(receipt)
    try:
        level = chosen_level(request.POST.get("level", ""))
        change_review.change_level(opened.review.id, level, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        if refused.code not in {LEVEL_OUT_OF_RANGE.code, CHANGE_WINDOW_OVER.code}:
            raise
        return own_review.page(request, opened, Wrong((refused.complaint,)))
    return see_other(opened.base)


def _waiting(request: HttpRequest, record: QuarantineRow, receipt: str) -> HttpResponse:
    """A review that could not be taken yet: it is kept, and the page says what it waits for."""
    level = str(record.fields.get("rating_value", ""))
    context = {
        "level": int(level) if level in {"1", "2", "3", "4", "5"} else None,
        "received_at": record.received_at,
        "orphan": record.code in {ORPHAN.code, UNKNOWN_SOURCE.code},
        "corrected": record.state == QuarantineState.CORRECTED,
        "discarded_at": record.settled_at if record.state == QuarantineState.DISCARDED else None,
        "why": say(
            Complaint(Reason(record.code, record.message, record.remedy), record.field, record.params)
        ),
        "receipt": receipt,
    }
    return render(request, "portal/waiting.html", context)
