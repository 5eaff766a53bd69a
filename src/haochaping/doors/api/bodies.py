"""Reading a request: its key, its Idempotency-Key, its items. Whatever cannot be read is a `Refused`."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, cast

from django.core.exceptions import RequestDataTooBig

from haochaping.accounts import queries as accounts
from haochaping.doors.api.problems import (
    BAD_IDEMPOTENCY_KEY,
    BAD_MONTH,
    ITEM_COUNT,
    MAX_BYTES,
    MAX_ITEMS,
    NO_KEY,
    NO_LENGTH,
    NO_PARAMETER,
    NOT_AN_ENVELOPE,
    NOT_UTF8,
    TOO_LARGE,
    TWICE,
    UNKNOWN_PARAMETER,
    WRONG_KEY,
    WRONG_MEDIA_TYPE,
    WRONG_ORDER,
)
from haochaping.exchange.fields import shown
from haochaping.exchange.manifests.rules import manifest_of
from haochaping.exchange.manifests.terms import Manifest
from haochaping.exchange.rules import read_json
from haochaping.exchange.terms import UNKNOWN_FIELD
from haochaping.insight.terms import BAD_DAY
from haochaping.kernel.periods import Period
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.accounts.terms import ClientRow

_KEY_LIMIT = 200
_IDEMPOTENCY_KEY = re.compile(rf"[!-~]{{1,{_KEY_LIMIT}}}")
_MEDIA_TYPE = re.compile(r'application/json(\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def client_of(request: HttpRequest) -> ClientRow:
    """The registered client whose key the request bears."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(NO_KEY, field="Authorization")
    client = accounts.client_by_key(key.strip())
    if client is None:
        raise Refused(WRONG_KEY, field="Authorization")
    return client


def idempotency_key_of(request: HttpRequest) -> str:
    """The Idempotency-Key, or "" when there is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Refused(BAD_IDEMPOTENCY_KEY, field="Idempotency-Key", limit=_KEY_LIMIT)
    return key


def body_of(request: HttpRequest) -> bytes:
    """The body, which must be declared as JSON and be no larger than `MAX_BYTES`."""
    media_type = request.headers.get("Content-Type", "")
    encoding = request.headers.get("Content-Encoding", "identity")
    if not _MEDIA_TYPE.fullmatch(media_type.strip()) or encoding.lower() != "identity":
        said = shown(media_type if encoding.lower() == "identity" else encoding)
        raise Refused(WRONG_MEDIA_TYPE, field="Content-Type", value=said)
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        raise Refused(NO_LENGTH, field="Content-Length")
    try:
        body = request.body
    except RequestDataTooBig:
        body = None
    if body is None or len(body) > MAX_BYTES:
        raise Refused(TOO_LARGE, limit=MAX_BYTES // 2**20)
    return body


def items_of(body: bytes) -> tuple[list[object], Manifest | None]:
    """The items of an envelope, whatever each of them is, and what its sender says of them as a batch.

    Of a quiet day a manifest may come alone: no items, and rows 0.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(NOT_UTF8, position=error.start) from None
    envelope = read_json(text)
    if not isinstance(envelope, dict) or not isinstance(envelope.get("items"), list):
        raise Refused(NOT_AN_ENVELOPE, field="items", example='{"items": […]}')
    if unknown := sorted(envelope.keys() - {"items", "manifest"}):
        raise Refused(UNKNOWN_FIELD, field=shown(unknown[0]))
    items = cast("list[object]", envelope["items"])
    manifest = manifest_of(envelope["manifest"], Manifest) if "manifest" in envelope else None
    if not (len(items) or manifest) or len(items) > MAX_ITEMS:
        raise Refused(ITEM_COUNT, field="items", count=len(items), limit=MAX_ITEMS)
    return items, manifest


def parameters_of(request: HttpRequest, known: frozenset[str]) -> dict[str, str]:
    """The parameters of the address, each known and there once; empty ones are absent."""
    for name, values in request.GET.lists():
        if name not in known:
            raise Refused(UNKNOWN_PARAMETER, field=shown(name), value=shown(name))
        if len(values) > 1:
            raise Refused(TWICE, field=name, value=name)
    return {name: value for name, value in request.GET.items() if isinstance(value, str) and value}


def required(parameters: dict[str, str], name: str) -> str:
    """One parameter that must be there."""
    if name not in parameters:
        raise Refused(NO_PARAMETER, field=name, value=name)
    return parameters[name]


def period_of(parameters: dict[str, str]) -> Period:
    """The days `from` … `to`, both included; either may be open."""
    start, end = _day(parameters, "from"), _day(parameters, "to")
    if start and end and start > end:
        raise Refused(WRONG_ORDER, field="from", start=start, end=end)
    return Period(start, end)


def _day(parameters: dict[str, str], name: str) -> date | None:
    text = parameters.get(name)
    return None if text is None else day_of(text, name)


def day_of(text: str, name: str) -> date:
    """A day as it stands in an address."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(BAD_DAY, field=name, value=shown(text))


def month_of(text: str) -> date:
    """The first day of a month as it stands in an address."""
    try:
        return day_of(f"{text}-01", "month")
    except Refused:
        raise Refused(BAD_MONTH, field="month", value=shown(text)) from None
