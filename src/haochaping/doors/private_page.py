"""Pages that open with a secret address (invitation, receipt, visit): kept by nobody, refused in plain words."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from haochaping.exchange.dialects.terms import DIALECT_AWAY
from haochaping.exchange.terms import ALREADY_WAITING, BAD_ADDRESS, VISIT_OVER
from haochaping.files.terms import NO_SUCH_PHOTO
from haochaping.kernel.refused import N_, Refused
from haochaping.reviews.terms import (
    CONFLICT,
    RECEIPT_UNKNOWN,
    REVIEW_WINDOW_OVER,
    SERVICE_VOIDED,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
)
from haochaping.supervision.terms import (
    REPORT_ASKED_TOO_OFTEN,
    REPORT_RECEIPT_UNKNOWN,
    SAMPLE_LINK_INVALID,
    SAMPLE_OVER,
)
from haochaping.ui.sentences import say
from haochaping.voices.terms import VOICE_RECEIPT_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from haochaping.kernel.refused import Complaint

_STATUS = {
    TOKEN_INVALID.code: 404,
    RECEIPT_UNKNOWN.code: 404,
    VOICE_RECEIPT_UNKNOWN.code: 404,
    REPORT_RECEIPT_UNKNOWN.code: 404,
    REPORT_ASKED_TOO_OFTEN.code: 429,
    NO_SUCH_PHOTO.code: 404,
    SAMPLE_LINK_INVALID.code: 404,
    TOKEN_EXPIRED.code: 410,
    SAMPLE_OVER.code: 410,
    REVIEW_WINDOW_OVER.code: 410,
    SERVICE_VOIDED.code: 410,
    VISIT_OVER.code: 410,
    BAD_ADDRESS.code: 400,
    CONFLICT.code: 409,
    ALREADY_WAITING.code: 409,
    DIALECT_AWAY.code: 503,
}
_HEADINGS = {
    404: N_("We cannot find that"),
    410: N_("This link is no longer valid"),
    409: N_("This service has been reviewed already"),
}
_OTHER_HEADING = N_("That did not work")


def private_page[V: Callable[..., HttpResponse]](view: V) -> V:
    """Wrap a view whose address is the secret: never cached or indexed, a refusal becomes a page.

    Forms of such a page carry no CSRF token and need no cookie: whoever could forge one would have to know the
    secret, and whoever knows it needs no forgery. So the page works in every browser of every kiosk and messenger.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refused as refused:
            response = refusal(request, refused.complaint)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return cast("V", answer)


def refusal(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """The page that says what is wrong and what to do about it."""
    status = _STATUS.get(complaint.code, 422)
    heading = gettext(_HEADINGS.get(status, _OTHER_HEADING))
    context = {"heading": heading, "sentence": say(complaint), "retry": status == 422}  # noqa: PLR2004
    return render(request, "portal/refused.html", context, status=status)


def see_other(address: str) -> HttpResponse:
    """Answer a form by sending the browser to a page that may be reloaded (303)."""
    return HttpResponse(status=303, headers={"Location": address})
