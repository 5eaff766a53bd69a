"""Answers in the caller's own style: a pattern of the dialect filled with what came of the message. Pure.

In a pattern “{name}” stands for a value as text, { value = "name" } for the value itself, { map = {…}, of = "name" }
for the caller's code of it, and { each = "name", as = {…} } for a list whose members fill the inner pattern. A place
without a value is empty.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from haochaping.exchange.dialects.documents import write_xml
from haochaping.exchange.dialects.envelope import pack
from haochaping.exchange.dialects.terms import Reply
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.exchange.dialects.envelope import Keys

_PLACE = re.compile(r"\{([a-z_.]+)\}")
_TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8", "soap": "text/xml; charset=utf-8"}
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PLAIN = Reply(body={"success": "{success}", "code": "{code}", "message": "{text}"})


class Written(NamedTuple):
    """An answer ready to be sent; `location` where it leads elsewhere."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]
    location: str = ""


def write(reply: Reply, values: Mapping[str, object], keys: Keys) -> Written:
    """Fill a reply's pattern and pack it."""
    known = dict(values)
    known |= {name: filled(pattern, values) for name, pattern in reply.shape.items()}
    for name, steps in reply.pack.items():
        if steps and name in known:
            known[name] = pack(steps, known[name], keys)
    if reply.style == "redirect":
        return Written(302, "text/plain", b"", {}, str(known.get("url", "")))
    body = filled(reply.body, known)
    headers = {name: _one_line(str(filled(value, known))) for name, value in reply.headers.items()}
    content_type = _TYPES.get(reply.style, "text/plain; charset=utf-8")
    root = str(filled(reply.root, known))
    return Written(reply.status, content_type, _packed(reply, root, body).encode(), headers)


def _one_line(text: str) -> str:
    """What a header can hold: words of ours may run over several lines."""
    return "".join(" " if has_forbidden_control(c) or c in "\n\t" else c for c in text)


def _packed(reply: Reply, root: str, body: object) -> str:
    if reply.style == "json":
        return json.dumps(body, ensure_ascii=False, default=str)
    if reply.style == "xml":
        return write_xml(root or "Case", body)
    if reply.style == "soap":
        inner: dict[str, object] = body if isinstance(body, dict) else {}
        packed = {name: _inner(value) for name, value in inner.items()}
        document = write_xml("soapenv:Envelope", {"soapenv:Body": {root: packed}})
        return document.replace("<soapenv:Envelope>", f'<soapenv:Envelope xmlns:soapenv="{_SOAP}">', 1)
    return str(body)


def _inner(value: object) -> object:
    """An XML document as text inside a SOAP answer: { xml = "Case", of = {…} }."""
    if isinstance(value, dict) and value.keys() == {"xml", "of"}:
        return write_xml(str(value["xml"]), value["of"], head=False)
    return value


def filled(pattern: object, values: Mapping[str, object]) -> object:
    """A pattern with its places filled."""
    if isinstance(pattern, str):
        return _PLACE.sub(lambda match: _text(values.get(match[1])), pattern)
    if isinstance(pattern, list):
        return [filled(part, values) for part in pattern]
    return _filled_table(pattern, values) if isinstance(pattern, dict) else pattern


def _filled_table(pattern: Mapping[str, Any], values: Mapping[str, object]) -> object:
    if pattern.keys() == {"value"}:
        return values.get(str(pattern["value"]))
    if pattern.keys() == {"map", "of"}:
        return pattern["map"].get(_text(values.get(str(pattern["of"]))), "")
    if pattern.keys() == {"each", "as"}:
        members = values.get(str(pattern["each"]))
        rows = members if isinstance(members, list) else []
        return [filled(pattern["as"], {**values, **row}) for row in rows]
    return {name: filled(part, values) for name, part in pattern.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
