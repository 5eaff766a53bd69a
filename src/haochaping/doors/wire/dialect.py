"""`/wire/<dialect>/<source>/<call>`: other systems' messages, as the file of their dialect says; answered in their own style."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_variables

from haochaping.doors.fault import reference_of
from haochaping.doors.gate import machine
from haochaping.doors.outage import OUTAGE, RETRY_AFTER
from haochaping.doors.wire.body import body_of, is_measured
from haochaping.doors.wire.spoken import spoken_here
from haochaping.exchange import queries as exchange
from haochaping.exchange.dialects import replies
from haochaping.exchange.dialects.documents import at, read_xml
from haochaping.exchange.dialects.envelope import Keys, Message
from haochaping.exchange.dialects.terms import (
    BAD_ENVELOPE,
    DIALECT_AWAY,
    MAX_BYTES,
    NO_SUCH_CALL,
    NO_SUCH_METHOD,
    NO_SUCH_SOURCE,
    WIRE_FAILED,
    WIRE_NO_LENGTH,
    WIRE_TOO_LARGE,
    WRONG_METHOD,
    Does,
)
from haochaping.exchange.fields import shown
from haochaping.flows.answer_wire import answer
from haochaping.flows.open_wire import Call, Came
from haochaping.kernel.refused import Complaint, Refused
from haochaping.ui.qr import svg
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from haochaping.exchange.dialects.replies import Written
    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.exchange.terms import SourceRow

log = logging.getLogger("haochaping.wire")

# They have read Chinese as long as they have existed.
_LANGUAGE = "zh-hans"


@machine(writes=True)
@sensitive_variables()
def call(request: HttpRequest, dialect: str, source: str, path: str) -> HttpResponse:
    """Whatever comes for a source that speaks a dialect."""
    query = str(request.META.get("QUERY_STRING", ""))
    # Some put names and numbers of people there: nothing that logs the request repeats them.
    request.META.update(dict.fromkeys({"QUERY_STRING", "REQUEST_URI", "RAW_URI"} & request.META.keys(), ""))
    with translation.override(_LANGUAGE):
        try:
            spoken, row = _sender(dialect, source)
        except Refused as refused:
            if refused.complaint.reason is DIALECT_AWAY:
                return _in_no_style(refused.complaint, HTTPStatus.SERVICE_UNAVAILABLE)
            return _of_nobody(dialect, path, refused.complaint)
        operation: Operation | None = None
        try:
            body = _body(request)
            operation = _operation(spoken, request, path, body)
            _check_measured(operation, request, body)
            one = Call(spoken, operation, row, Message(query, body, _headers(request, operation)))
            came = answer(one, now=timezone.now())
        except Refused as refused:
            came = Came("refused", {}, refused.complaint)
        except OUTAGE:
            log.exception("%s: the database does not answer", request.path)
            return _failed(spoken, operation or _like(spoken, path), row, HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception:
            log.exception("%s failed", request.path, extra={"reference": reference_of(request)})
            return _failed(spoken, operation or _like(spoken, path), row, HTTPStatus.INTERNAL_SERVER_ERROR)
        return _response(_written(spoken, operation or _like(spoken, path), row.keys, came))


def _sender(dialect: str, source: str) -> tuple[Description, SourceRow]:
    row = exchange.source(source) if "\0" not in source else None
    spoken = spoken_here(row.dialect) if row and row.dialect == dialect else None
    if row is None or spoken is None:
        raise Refused(NO_SUCH_SOURCE, value=shown(source, 40))
    return spoken, row


def _body(request: HttpRequest) -> bytes:
    body = body_of(request, MAX_BYTES)
    if body is None:
        raise Refused(WIRE_TOO_LARGE, field="body", limit=MAX_BYTES // 2**20)
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if announced.isdecimal() and len(body) < int(announced):
        # The way it came on did not say that it broke off.
        raise Refused(BAD_ENVELOPE, field="body", expected=f"{announced} B")
    return body


def _check_measured(operation: Operation, request: HttpRequest, body: bytes) -> None:
    """Whether a form says how long it is: one that was cut on the way looks whole, which JSON and XML do not."""
    shows_its_end = operation.steps[0].name != "form" or body.lstrip()[:1] in (b"", b"{")
    if not (shows_its_end or is_measured(request)):
        raise Refused(WIRE_NO_LENGTH, field="Content-Length")


def _headers(request: HttpRequest, operation: Operation) -> dict[str, str]:
    """The headers of a request, where its signature stands in them."""
    return dict(request.headers) if operation.signature and operation.signature.headers else {}


def _operation(spoken: Description, request: HttpRequest, path: str, body: bytes) -> Operation:
    """The call at an address; of several SOAP calls at one address, the one that the body names."""
    there = [one for one in spoken.operations if one.path == path and one.does != Does.VISIT]
    if not there:
        raise Refused(NO_SUCH_CALL, value=shown(path))
    methods = dict.fromkeys(method for one in there for method in one.methods)
    there = [one for one in there if request.method in one.methods]
    if not there:
        method = shown(request.method, 20)
        raise Refused(WRONG_METHOD, value=shown(path), methods=" / ".join(methods), method=method)
    if len(there) == 1:
        return there[0]
    named = [one for one in there if _is_named(one, body)]
    if not named:
        # The address is right: it is the body that cannot be read, or names a call that is not there.
        raise _no_such_method(read_xml(body), [one.steps[0].about for one in there])
    return named[0]


def _no_such_method(document: object, methods: Sequence[str]) -> Refused:
    inside = at(document, ("Envelope", "Body"))
    if isinstance(inside, dict) and inside:
        return Refused(NO_SUCH_METHOD, value=shown(next(iter(inside))), choices=", ".join(methods))
    expected = " / ".join(f"<{one}>" for one in methods)
    return Refused(BAD_ENVELOPE, field="Envelope.Body", expected=expected)


def _is_named(operation: Operation, body: bytes) -> bool:
    first = operation.steps[0]
    return (
        first.name != "soap"
        or re.search(rb"<(?:[\w.-]+:)?" + first.about.encode() + rb"[\s/>]", body) is not None
    )


def _written(spoken: Description, operation: Operation, keys: Mapping[str, str], came: Came) -> Written:
    kinds = operation.replies
    fallback = "done" if came.is_taken else "refused"
    reply = kinds.get(came.kind) or kinds.get(fallback) or replies.PLAIN
    values = {"success": came.is_taken, **came.values, **_said(spoken, came.complaint)}
    # SOAP answers are named after the call.
    values["call"] = operation.steps[0].about
    if came.complaint and came.complaint.reason is NO_SUCH_METHOD:
        values["call"] = came.complaint.params["value"]
    if "url" in values:
        values["qr"] = svg(str(values["url"]))
    return replies.write(reply, values, Keys(keys))


def _like(spoken: Description, path: str) -> Operation:
    """How the dialect refuses when it is not known which call was meant: as those at that address, or at any."""
    return next((one for one in spoken.operations if one.path == path), spoken.operations[0])


def _said(spoken: Description, complaint: Complaint | None) -> dict[str, object]:
    """Why not: the sentence its clients know or ours, and the field that is meant."""
    if complaint is None:
        return {"text": "", "code": "", "field": ""}
    params = {"field": complaint.field, **complaint.params}
    text = spoken.texts.get(complaint.code)
    text = say(complaint).message if text is None else str(replies.filled(text, params))
    if complaint.field and complaint.field not in text:
        text = f"{complaint.field}：{text}"
    code = spoken.codes.get(complaint.code, spoken.codes.get("else", complaint.code))
    return {"text": shown(text, 500), "code": code, "field": shown(complaint.field, 100)}


def _failed(spoken: Description, operation: Operation, row: SourceRow, status: HTTPStatus) -> HttpResponse:
    written = _written(spoken, operation, row.keys, Came("refused", {}, Complaint(WIRE_FAILED)))
    response = _response(written)
    response.status_code = status
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _response(written: Written) -> HttpResponse:
    headers = {"Cache-Control": "no-store", **written.headers}
    if written.location:
        headers["Location"] = written.location
    return HttpResponse(
        written.body, content_type=written.content_type, status=written.status, headers=headers
    )


def _of_nobody(dialect: str, path: str, complaint: Complaint) -> HttpResponse:
    """The answer to a source that is not known: in the style of the dialect at whose address it called, where there is one."""
    came = Came("refused", {}, complaint)
    try:
        spoken = spoken_here(dialect)
        written = _written(spoken, _like(spoken, path), {}, came) if spoken else None
    except Refused:
        # A file that cannot be read, or an answer that only a source's keys could pack.
        written = None
    if written is None:
        return _in_no_style(complaint, HTTPStatus.NOT_FOUND)
    response = _response(written)
    response.status_code = HTTPStatus.NOT_FOUND
    return response


def _in_no_style(complaint: Complaint, status: HTTPStatus) -> HttpResponse:
    values = {"success": False, "code": complaint.code, "text": say(complaint).message}
    response = _response(replies.write(replies.PLAIN, values, Keys({})))
    response.status_code = status
    return response
