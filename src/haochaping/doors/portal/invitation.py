"""`/r/<token>`: one question, five choices, stored at the first tap; afterwards one's own review."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from haochaping.cases import queries as cases
from haochaping.doors.gate import public
from haochaping.doors.portal import follow_up as follow_ups
from haochaping.doors.portal import own_review, takers
from haochaping.doors.portal.own_review import Opened, Wrong
from haochaping.doors.private_page import private_page, see_other
from haochaping.doors.way_in import VIA, channel_of
from haochaping.flows import set_asking
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.review_window import check_open
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.reviews import actions as review_actions
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import yields_to_invitation
from haochaping.reviews.terms import (
    CHANGE_WINDOW_OVER,
    LEVEL_OUT_OF_RANGE,
    NOT_REVIEWED,
    TOKEN_INVALID,
)
from haochaping.ui.qr import svg
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from haochaping.cases.terms import Binding
    from haochaping.kernel.refused import Complaint
    from haochaping.reviews.terms import InvitationRow

_RECEIPT = "receipt"
_SMS = "sms"
_RECEIPT_KEPT = timedelta(minutes=30)  # keep.html says so


@public
@private_page
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, or show what was answered; a POST is a tap on one of the five levels."""
    if request.method == "POST":
        return _tap(request, token)
    invitation, opened = _open(request, token)
    review_actions.check_usable(invitation, answered=opened is not None, now=timezone.now())
    return own_review.page(request, opened) if opened else _question(request, invitation, token)


@public
@private_page
def asking(request: HttpRequest, token: str) -> HttpResponse:
    """Take whether whoever came by a text message wants to be asked that way: stored at the tap, taken back at one."""
    if request.method == "POST":
        wanted = request.POST.get("asking") == "yes"
        set_asking.set_asking(token, wanted=wanted, by=REVIEWER, now=timezone.now())
    return see_other(f"{reverse('review', args=[token])}?via={_SMS}")


@public
@private_page
def form(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """Take one of the review's forms; opened without one, its address leads to the review."""
    take = takers.taker(form)
    if request.method != "POST":
        return see_other(reverse("review", args=[token]))
    return take(request, _opened(request, token))


@public
@private_page
def follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the follow-up review, or show it."""
    return follow_ups.page(request, _opened(request, token))


@public
@private_page
def follow_up_form(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """Take one of the follow-up review's forms."""
    take = takers.taker(form)
    if request.method != "POST":
        return see_other(reverse("review_follow_up", args=[token]))
    return take(request, follow_ups.opened(_opened(request, token)))


@public
@private_page
def follow_up_photo(request: HttpRequest, token: str, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the follow-up review, or remove it."""
    return own_review.photo(request, follow_ups.opened(_opened(request, token)), photo_id)


@public
@private_page
def photo(request: HttpRequest, token: str, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the review, or remove it."""
    return own_review.photo(request, _opened(request, token), photo_id)


@public
@require_safe
@private_page
def qr_code(_request: HttpRequest, token: str) -> HttpResponse:
    """The QR code of the invitation, as a picture."""
    reviews.invitation_by_token(token)
    return HttpResponse(svg(_scanned(token)), content_type="image/svg+xml")


@public
@require_safe
@private_page
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation to print and take home; whoever has reviewed is shown the review."""
    invitation, opened = _open(request, token)
    if opened is not None:
        return see_other(reverse("review", args=[token]))
    review_actions.check_usable(invitation, answered=False, now=timezone.now())
    context = {
        "case": own_review.shown_case(_binding(invitation)),
        "link": _scanned(token).partition("?")[0],
        # The SVG is made by us from an address of ours.
        "svg": mark_safe(svg(_scanned(token))),  # noqa: S308
        "until": invitation.expires_at,
        "back": reverse("review", args=[token]),
    }
    return render(request, "portal/slip.html", context)


def _open(request: HttpRequest, token: str) -> tuple[InvitationRow, Opened | None]:
    invitation = reviews.invitation_by_token(token)
    given = reviews.reviews_of_occurrence(invitation.occurrence_id)
    review = given.get(1)
    if review is None or yields_to_invitation(review.provenance):
        return invitation, None
    receipt = request.get_signed_cookie(_RECEIPT, default="", salt=_salt(token), max_age=_RECEIPT_KEPT)
    opened = Opened(review, reverse("review", args=[token]), receipt or "", given=given)
    return invitation, replace(opened, asked=_asked(request, invitation))


def _asked(request: HttpRequest, invitation: InvitationRow) -> bool | None:
    """Whoever did not come by a text message is not spoken to about them."""
    return set_asking.is_asked(invitation) if request.GET.get("via") == _SMS else None


def _opened(request: HttpRequest, token: str) -> Opened:
    _, opened = _open(request, token)
    if opened is None:
        raise Refused(NOT_REVIEWED)
    return opened


def _tap(request: HttpRequest, token: str) -> HttpResponse:
    level = request.POST.get("level", "")
    try:
        answered = answer_invitation(
            token, level, channel=channel_of(request), by=REVIEWER, now=timezone.now()
        )
    except Refused as refused:
        if refused.code not in {LEVEL_OUT_OF_RANGE.code, CHANGE_WINDOW_OVER.code}:
            raise
        return _again(request, token, refused.complaint)
    if answered.review_id is None:
        return see_other(reverse("status", args=[answered.receipt]))
    address = reverse("review", args=[token])
    response = see_other(address)
    if answered.receipt:
        response.set_signed_cookie(
            _RECEIPT,
            answered.receipt,
            salt=_salt(token),
            max_age=_RECEIPT_KEPT,
            path=address,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _again(request: HttpRequest, token: str, complaint: Complaint) -> HttpResponse:
    """The page one came from, with what was wrong."""
    invitation, opened = _open(request, token)
    if opened:
        return own_review.page(request, opened, Wrong((complaint,)))
    return _question(request, invitation, token, complaint)


def _question(
    request: HttpRequest, invitation: InvitationRow, token: str, complaint: Complaint | None = None
) -> HttpResponse:
    binding = _binding(invitation)
    terms = check_open(binding, timezone.now())
    via = (request.POST or request.GET).get("via", "")
    context = {
        "case": own_review.shown_case(binding),
        "via": via if via in VIA else "",
        "via_query": f"?via={via}&" if via in VIA else "",
        "sentences": [say(complaint)] if complaint else [],
        "asked": _asked(request, invitation),
        "base": reverse("review", args=[token]),
        **own_review.told_before(terms),
    }
    return render(request, "portal/question.html", context, status=422 if complaint else 200)


def _binding(invitation: InvitationRow) -> Binding:
    binding = cases.binding_of(invitation.occurrence_id)
    if binding is None:
        raise Refused(TOKEN_INVALID)
    return binding


def _scanned(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('review', args=[token])}?via=qr"


def _salt(token: str) -> str:
    return f"haochaping receipt of {token}"
