"""`/wire/hotline/<link>/events`: what a linked 12345 says of orders, signed; answered in JSON, also when it is refused."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.utils import timezone

from haochaping.doors.fault import reference_of
from haochaping.doors.gate import machine
from haochaping.doors.outage import OUTAGE, RETRY_AFTER
from haochaping.doors.wire.body import body_of
from haochaping.flows.hotline_in import Sealed, take
from haochaping.hotline.terms import (
    BAD_SIGNATURE,
    EVENT_FAILED,
    EVENT_TOO_LARGE,
    MESSAGE_REUSED,
    NO_SUCH_LINK,
    NONCE_USED,
    NOT_POSTED,
    OUTSIDE_WINDOW,
)
from haochaping.kernel.refused import Complaint, Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

log = logging.getLogger("haochaping.hotline")

# What an attachment of the largest size makes as base64, with the rest of its message.
_MOST_MEGABYTES = 8
_MOST_BYTES = _MOST_MEGABYTES * 1024 * 1024
_STATUS = {
    NO_SUCH_LINK.code: HTTPStatus.NOT_FOUND,
    BAD_SIGNATURE.code: HTTPStatus.UNAUTHORIZED,
    OUTSIDE_WINDOW.code: HTTPStatus.UNAUTHORIZED,
    NONCE_USED.code: HTTPStatus.CONFLICT,
    MESSAGE_REUSED.code: HTTPStatus.CONFLICT,
    NOT_POSTED.code: HTTPStatus.METHOD_NOT_ALLOWED,
    EVENT_TOO_LARGE.code: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    EVENT_FAILED.code: HTTPStatus.INTERNAL_SERVER_ERROR,
}


@machine
def events(request: HttpRequest, link_id: UUID) -> JsonResponse:
    """Take one message; whoever gets no answer, or a 5xx, sends the same message again."""
    if request.method != "POST":
        answer = _no(Complaint(NOT_POSTED))
        answer.headers["Allow"] = "POST"
        return answer
    try:
        taken = take(link_id, _sealed(request), now=timezone.now())
    except Refused as refused:
        return _no(refused.complaint)
    except OUTAGE:
        log.exception("a hotline's message cannot be stored: the database does not answer")
        answer = _no(Complaint(EVENT_FAILED), HTTPStatus.SERVICE_UNAVAILABLE)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    except Exception:
        reference = reference_of(request)
        log.exception("a hotline's message failed", extra={"request": request})
        answer = _no(Complaint(EVENT_FAILED))
        answer.headers["X-Reference"] = reference
        return answer
    why = _words(taken.complaint) if taken.complaint else {}
    return JsonResponse({"state": taken.state.value, "new": taken.is_new, **why})


def _sealed(request: HttpRequest) -> Sealed:
    body = body_of(request, _MOST_BYTES)
    if body is None:
        raise Refused(EVENT_TOO_LARGE, limit=_MOST_MEGABYTES)
    headers = request.headers
    return Sealed(
        headers.get("X-Hotline-Timestamp", ""),
        headers.get("X-Hotline-Nonce", ""),
        headers.get("X-Hotline-Signature", ""),
        body,
    )


def _no(complaint: Complaint, status: HTTPStatus | None = None) -> JsonResponse:
    found = status or _STATUS.get(complaint.code, HTTPStatus.BAD_REQUEST)
    return JsonResponse(_words(complaint), status=found)


def _words(complaint: Complaint) -> dict[str, str]:
    said = say(complaint)
    return {"code": said.code, "field": said.field, "reason": said.message, "remedy": said.remedy}
