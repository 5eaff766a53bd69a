"""`…/follow-up` below an invitation or a receipt: the one follow-up review, asked for like the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haochaping.cases import queries as cases
from haochaping.doors.portal import own_review
from haochaping.doors.portal.own_review import Opened, Wrong
from haochaping.doors.private_page import see_other
from haochaping.doors.way_in import channel_of
from haochaping.flows.follow_up_review import follow_up_period, follow_up_review
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews.terms import CHANGE_WINDOW_OVER, LEVEL_OUT_OF_RANGE, NOT_REVIEWED, TOKEN_INVALID
from haochaping.rulebook import queries as rulebook
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.refused import Complaint


def page(request: HttpRequest, first: Opened) -> HttpResponse:
    """Ask for the follow-up of a review, or show it; a POST is a tap on one of the five levels."""
    if request.method == "POST":
        return _tap(request, first)
    given = _given(first)
    return own_review.page(request, given) if given else _question(request, first)


def opened(first: Opened) -> Opened:
    """The follow-up of a review, for its forms; raises `Refused(NOT_REVIEWED)` while there is none."""
    given = _given(first)
    if given is None:
        raise Refused(NOT_REVIEWED)
    return given


def _given(first: Opened) -> Opened | None:
    found = own_review.follow_up_of(first.review, first.given)
    return (
        Opened(found, f"{first.base}/follow-up", by_receipt=first.by_receipt, given=first.given)
        if found
        else None
    )


def _tap(request: HttpRequest, first: Opened) -> HttpResponse:
    try:
        done = follow_up_review(
            first.review.id,
            request.POST.get("level", ""),
            by_token=not first.by_receipt,
            channel=channel_of(request),
            by=REVIEWER,
            now=timezone.now(),
        )
    except Refused as refused:
        if refused.code not in {LEVEL_OUT_OF_RANGE.code, CHANGE_WINDOW_OVER.code}:
            raise
        given = _given(first)
        if given:
            return own_review.page(request, given, Wrong((refused.complaint,)))
        return _question(request, first, refused.complaint)
    # With the receipt number in its address the page can be found again; it is the only time that it is known.
    return see_other(reverse("status", args=[done.receipt]) if done.receipt else f"{first.base}/follow-up")


def _question(request: HttpRequest, first: Opened, complaint: Complaint | None = None) -> HttpResponse:
    now, binding = timezone.now(), cases.binding_of(first.review.occurrence_id)
    if binding is None:
        raise Refused(TOKEN_INVALID)
    period = follow_up_period(first.review, now=now)
    if period is None or not period[0] <= now <= period[1]:
        return see_other(first.base)
    context = {
        "case": own_review.shown_case(binding),
        "sentences": [say(complaint)] if complaint else [],
        "first": first,
        **own_review.told_before(rulebook.terms_for(binding.division_path, local_day(now))),
    }
    return render(request, "portal/question.html", context, status=422 if complaint else 200)
