"""`/exchange/batches`: a signed batch of an installation below; answered with a signed file, also when it is refused."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from haochaping.doors.fault import reference_of
from haochaping.doors.gate import machine
from haochaping.doors.outage import OUTAGE, RETRY_AFTER
from haochaping.flows.take_batch import take
from haochaping.kernel.refused import Complaint, Refused
from haochaping.levels.line import TYPE
from haochaping.levels.terms import (
    BATCH_FAILED,
    BATCH_NOT_POSTED,
    MOST_PACKED,
    NO_SUCH_PEER,
    PEER_DOES_NOT_SEND,
    TOO_LARGE_BATCH,
    WRONG_SIGNATURE,
)
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger("haochaping.exchange")

# Only what nobody has signed is answered without a signature: nobody acts on such an answer, the batch comes again.
_STATUS = {
    NO_SUCH_PEER.code: HTTPStatus.UNAUTHORIZED,
    WRONG_SIGNATURE.code: HTTPStatus.UNAUTHORIZED,
    PEER_DOES_NOT_SEND.code: HTTPStatus.FORBIDDEN,
    TOO_LARGE_BATCH.code: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BATCH_NOT_POSTED.code: HTTPStatus.METHOD_NOT_ALLOWED,
}


@machine
def batches(request: HttpRequest) -> HttpResponse:
    """Take one batch; whoever gets no answer, or a 5xx, sends the same batch again."""
    if request.method != "POST":
        answer = _no(Complaint(BATCH_NOT_POSTED))
        answer.headers["Allow"] = "POST"
        return answer
    try:
        given = take(_body(request), now=timezone.now())
    except Refused as refused:
        return _no(refused.complaint)
    except OUTAGE:
        log.exception("a batch cannot be stored: the database does not answer")
        answer = _no(Complaint(BATCH_FAILED), HTTPStatus.SERVICE_UNAVAILABLE)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    except Exception:
        reference = reference_of(request)
        log.exception("a batch failed", extra={"request": request})
        answer = _no(Complaint(BATCH_FAILED), HTTPStatus.INTERNAL_SERVER_ERROR)
        answer.headers["X-Reference"] = reference
        return answer
    return HttpResponse(given[0].content, content_type=TYPE, headers={"Cache-Control": "no-store"})


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Refused(TOO_LARGE_BATCH, limit=MOST_PACKED // 2**20) from None


def _no(complaint: Complaint, status: HTTPStatus | None = None) -> JsonResponse:
    said = say(complaint)
    words = {"code": said.code, "field": said.field, "reason": said.message, "remedy": said.remedy}
    found = status or _STATUS.get(complaint.code, HTTPStatus.BAD_REQUEST)
    return JsonResponse(words, status=found, headers={"Cache-Control": "no-store"})
