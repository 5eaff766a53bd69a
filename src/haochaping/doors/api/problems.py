"""What the API answers when it cannot answer: RFC 9457 problem details in the caller's language."""

from __future__ import annotations

import logging
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE
from haochaping.cases.terms import DATED_IN_FUTURE
from haochaping.doors.fault import reference_of
from haochaping.doors.outage import OUTAGE, RETRY_AFTER
from haochaping.exchange.fields import shown
from haochaping.exchange.manifests.terms import (
    MANIFEST_DIFFERS,
    NAMED_BY_OTHER,
    NOT_A_MANIFEST,
    SEQ_OF_OTHER,
    SEQ_TOO_FAR,
)
from haochaping.exchange.quality.terms import NO_DAILY_RULE, NO_SUCH_SOURCE
from haochaping.exchange.reconciliation.terms import (
    DAY_NOT_OVER,
    NOT_A_PREFIX,
    NOT_A_ROW,
    NOTHING_COMPARED,
    ROW_TWICE,
)
from haochaping.exchange.terms import (
    DUPLICATE_NAME,
    KEY_REUSED,
    NO_SUCH_PLATFORM,
    NOT_JSON,
    TOO_DEEP,
    UNKNOWN_FIELD,
)
from haochaping.hotline.terms import BAD_MESSAGE, MESSAGE_REUSED, NO_SUCH_LINK
from haochaping.insight.terms import BAD_DAY, UNKNOWN_AGENCY, UNKNOWN_DIVISION, UNKNOWN_HALL, UNKNOWN_ITEM
from haochaping.kernel.refused import N_, Complaint, Reason, Refused
from haochaping.rectification.terms import NO_SUCH_ORDER
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

log = logging.getLogger("haochaping.api")

MAX_BYTES = 16 * 1024 * 1024
MAX_ITEMS = 10_000
_PROBLEM_TYPE = "application/problem+json"

NO_KEY = Reason(
    "no_key",
    N_("This needs the key of a registered client."),
    N_("Send it in the header Authorization: Bearer …; an administrator makes keys."),
)
WRONG_KEY = Reason(
    "wrong_key",
    N_("This key is not valid, or it was revoked."),
    N_("Check that it was copied whole, or ask the administrator for a new one."),
)
NOTHING_HERE = Reason(
    "not_found", N_("There is nothing at this address."), N_("The addresses are listed in the API reference.")
)
NO_SUCH_REVIEW = Reason(
    "no_such_review",
    N_("There is no review with this id that this key may see."),
    N_("Use the id that was answered when the review was sent, with the key of that division."),
)
WRONG_METHOD = Reason(
    "wrong_method", N_("The method {method} is not possible here."), N_("Use one of: {allowed}.")
)
WRONG_MEDIA_TYPE = Reason(
    "wrong_media_type",
    N_("The body is declared as “{value}”."),
    N_("Send JSON in UTF-8, uncompressed, with Content-Type: application/json."),
)
NO_LENGTH = Reason(
    "no_length",
    N_("The request does not say how long its body is."),
    N_("Send the header Content-Length instead of a chunked body."),
)
TOO_LARGE = Reason(
    "too_large",
    N_("The body is larger than {limit} MiB."),
    N_("Send fewer items at a time."),
)
NOT_UTF8 = Reason(
    "not_utf8",
    N_("The body is not UTF-8: the byte at position {position} cannot be read."),
    N_("Convert it to UTF-8; GB18030 is taken in files only."),
)
NOT_AN_ENVELOPE = Reason(
    "not_an_envelope",
    N_("The body is not an object with the field “items” and a list in it."),
    N_("Send {example}."),
)
ITEM_COUNT = Reason(
    "item_count",
    N_("There are {count} items; a request takes 1 to {limit}, and fewer only with a manifest."),
    N_("Send at least one, and split larger batches."),
)
BAD_IDEMPOTENCY_KEY = Reason(
    "bad_idempotency_key",
    N_("The header Idempotency-Key must have 1 to {limit} visible ASCII characters."),
    N_("Use a new random UUID for each new body."),
)
NOT_AN_ITEM = Reason(
    "not_an_object",
    N_("This item is not a JSON object."),
    N_("Send each case and each review as an object."),
)
NO_PARAMETER = Reason(
    "missing_parameter",
    N_("The parameter “{value}” is missing."),
    N_("Add it to the address; the API reference shows an example."),
)
UNKNOWN_PARAMETER = Reason(
    "unknown_parameter",
    N_("There is no parameter “{value}” here."),
    N_("Remove it; the parameters are listed in the API reference."),
)
BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Write it as 2026-11."))
TWICE = Reason(
    "repeated_parameter", N_("The parameter “{value}” stands here more than once."), N_("Send it once.")
)
BAD_CURSOR = Reason(
    "bad_cursor",
    N_("“{value}” is no cursor of this address."),
    N_("Send the cursor of the last answer as it was, or none to begin anew."),
)
BAD_STATEMENT = Reason(
    "bad_statement",
    N_("This is not a message of a reconciliation: {value}."),
    N_("Send source, day, kind and the statement or the parts that were wanted, as in the API reference."),
)
ONE_PLACE = Reason(
    "one_place",
    N_("The address names several places: {value}."),
    N_("Name one of division, agency, item and hall."),
)
WRONG_ORDER = Reason(
    "wrong_order",
    N_("The first day {start} lies after the last day {end}."),
    N_("Exchange them."),
)
FAILED = Reason(
    "failed",
    N_("Something went wrong here; it is not certain whether anything was stored."),
    N_(
        "Send the same request again with the same Idempotency-Key; if it fails again, tell the operator the time."
    ),
)
BUSY = Reason(
    "busy",
    N_("The system cannot read or store anything right now; it is not certain whether this was stored."),
    N_("Send the same request again in a few seconds, with the same Idempotency-Key."),
)

STATUS: Mapping[Reason, HTTPStatus] = {
    NO_KEY: HTTPStatus.UNAUTHORIZED,
    WRONG_KEY: HTTPStatus.UNAUTHORIZED,
    NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    NOTHING_HERE: HTTPStatus.NOT_FOUND,
    NO_SUCH_REVIEW: HTTPStatus.NOT_FOUND,
    UNKNOWN_DIVISION: HTTPStatus.NOT_FOUND,
    UNKNOWN_AGENCY: HTTPStatus.NOT_FOUND,
    UNKNOWN_ITEM: HTTPStatus.NOT_FOUND,
    UNKNOWN_HALL: HTTPStatus.NOT_FOUND,
    WRONG_METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    KEY_REUSED: HTTPStatus.CONFLICT,
    NO_LENGTH: HTTPStatus.LENGTH_REQUIRED,
    TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WRONG_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NOT_UTF8: HTTPStatus.BAD_REQUEST,
    NOT_JSON: HTTPStatus.BAD_REQUEST,
    TOO_DEEP: HTTPStatus.BAD_REQUEST,
    DUPLICATE_NAME: HTTPStatus.BAD_REQUEST,
    NOT_AN_ENVELOPE: HTTPStatus.BAD_REQUEST,
    UNKNOWN_FIELD: HTTPStatus.BAD_REQUEST,
    ITEM_COUNT: HTTPStatus.BAD_REQUEST,
    NOT_A_MANIFEST: HTTPStatus.BAD_REQUEST,
    DATED_IN_FUTURE: HTTPStatus.BAD_REQUEST,
    MANIFEST_DIFFERS: HTTPStatus.BAD_REQUEST,
    SEQ_OF_OTHER: HTTPStatus.CONFLICT,
    SEQ_TOO_FAR: HTTPStatus.CONFLICT,
    NAMED_BY_OTHER: HTTPStatus.FORBIDDEN,
    BAD_IDEMPOTENCY_KEY: HTTPStatus.BAD_REQUEST,
    NO_PARAMETER: HTTPStatus.BAD_REQUEST,
    ONE_PLACE: HTTPStatus.BAD_REQUEST,
    UNKNOWN_PARAMETER: HTTPStatus.BAD_REQUEST,
    TWICE: HTTPStatus.BAD_REQUEST,
    BAD_DAY: HTTPStatus.BAD_REQUEST,
    BAD_MONTH: HTTPStatus.BAD_REQUEST,
    WRONG_ORDER: HTTPStatus.BAD_REQUEST,
    BAD_CURSOR: HTTPStatus.BAD_REQUEST,
    BAD_STATEMENT: HTTPStatus.BAD_REQUEST,
    NOT_A_PREFIX: HTTPStatus.BAD_REQUEST,
    NOT_A_ROW: HTTPStatus.BAD_REQUEST,
    ROW_TWICE: HTTPStatus.BAD_REQUEST,
    DAY_NOT_OVER: HTTPStatus.BAD_REQUEST,
    NOTHING_COMPARED: HTTPStatus.CONFLICT,
    NO_SUCH_PLATFORM: HTTPStatus.NOT_FOUND,
    NO_SUCH_SOURCE: HTTPStatus.NOT_FOUND,
    NO_DAILY_RULE: HTTPStatus.NOT_FOUND,
    OUT_OF_SCOPE: HTTPStatus.FORBIDDEN,
    BAD_MESSAGE: HTTPStatus.BAD_REQUEST,
    MESSAGE_REUSED: HTTPStatus.CONFLICT,
    NO_SUCH_LINK: HTTPStatus.NOT_FOUND,
    NO_SUCH_ORDER: HTTPStatus.NOT_FOUND,
    FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every problem the API can answer, with its status; the reference lists them from here."""

TITLES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: N_("The request cannot be read"),
    HTTPStatus.UNAUTHORIZED: N_("No valid key"),
    HTTPStatus.FORBIDDEN: N_("Not allowed"),
    HTTPStatus.NOT_FOUND: N_("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Wrong method"),
    HTTPStatus.CONFLICT: N_("The key or number was used before"),
    HTTPStatus.LENGTH_REQUIRED: N_("No length"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: N_("Wrong content type"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Internal error"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("Not available right now"),
}


class Problem(msgspec.Struct):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    field: str
    remedy: str


_HEADERS = {
    NO_KEY: {"WWW-Authenticate": 'Bearer realm="haochaping"'},
    WRONG_KEY: {"WWW-Authenticate": 'Bearer realm="haochaping", error="invalid_token"'},
    BUSY: {"Retry-After": RETRY_AFTER},
}


def title_of(status: int) -> str:
    """The short name of a kind of problem, in the active language."""
    return gettext(TITLES[HTTPStatus(status)])


def problem(complaint: Complaint) -> HttpResponse:
    """A complaint about the whole request as a response."""
    status = STATUS.get(complaint.reason, HTTPStatus.BAD_REQUEST)
    said = say(complaint)
    told = Problem(
        type=f"{reverse('api:docs')}#{said.code}",
        title=title_of(status),
        status=status,
        detail=said.message,
        field=said.field,
        remedy=said.remedy,
    )
    return HttpResponse(
        msgspec.json.encode(told),
        content_type=_PROBLEM_TYPE,
        status=status,
        headers=_HEADERS.get(complaint.reason, {}),
    )


def answering(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view answer these methods, OPTIONS by itself, and everything that goes wrong as a problem."""
    allowed = ", ".join([*methods, "OPTIONS"])

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answered(request: HttpRequest, **kwargs: object) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
            if request.method not in methods:
                found = {"method": shown(request.method, 20), "allowed": allowed}
                response = problem(Complaint(WRONG_METHOD, params=found))
                response.headers["Allow"] = allowed
                return response
            try:
                response = view(request, **kwargs)
            except Refused as refused:
                response = problem(refused.complaint)
            except OUTAGE:
                log.exception("%s %s: the database does not answer", request.method, request.path)
                response = problem(Complaint(BUSY))
            except Exception:
                reference = reference_of(request)
                log.exception("%s %s failed", request.method, request.path, extra={"request": request})
                response = problem(Complaint(FAILED))
                response.headers["X-Reference"] = reference
            return response

        return answered

    return decorate
