"""Envelopes: each step of opening a message, and the same step the other way. Pure: bytes and text in and out.

What does not open is `Refused` with the name of the place on the wire; nothing of the content is repeated.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import md5
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import unquote, urlencode

from haochaping.exchange.dialects import sm
from haochaping.exchange.dialects.documents import at, joined, merged, put, read_form, read_xml, write_xml
from haochaping.exchange.dialects.terms import (
    BAD_ENVELOPE,
    DOES_NOT_OPEN,
    MAX_RECORDS,
    NO_KEY_HERE,
    TOO_MANY_RECORDS,
    WIRE_FIELD_MISSING,
    Does,
    Opened,
    Step,
)
from haochaping.exchange.encodings import decoded
from haochaping.exchange.rules import read_json
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from haochaping.exchange.dialects.terms import Operation

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_SM4_KEY = 16
_FIRST = "0"


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it came: the text behind “?”, the body, and the headers where a signature stands there."""

    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keys:
    """What was handed over between us and one source, by name; never shown."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self.values))})"

    def get(self, name: str) -> str:
        """One of them; raises `Refused(NO_KEY_HERE)`."""
        if not self.values.get(name):
            raise Refused(NO_KEY_HERE, field=name, value=name)
        return self.values[name]

    def sm4(self) -> bytes:
        """Fujian's SM4 key: the first 16 characters of the MD5 of the word (its appCode)."""
        return md5(self.get("word").encode()).hexdigest()[:_SM4_KEY].encode()  # noqa: S324 - what the other side computes


# A part of the message on its way through the steps, after the place where it stands.
type _Part = tuple[str, object]


class _Several(NamedTuple):
    """What a step has found in one place, where that was a list."""

    parts: Sequence[_Part]


@dataclass(slots=True)
class _Way:
    """Where in the message we are, so that a complaint can say it."""

    keys: Keys
    place: str
    outer: object = None

    def refusal(self, expected: str) -> Refused:
        return Refused(BAD_ENVELOPE, field=self.place, expected=expected)

    def text(self, value: object, expected: str) -> str:
        """A value as text: bytes must be UTF-8 or GB18030."""
        if isinstance(value, str):
            return value
        if not isinstance(value, bytes):
            raise self.refusal(expected)
        try:
            return decoded(value)
        except ValueError:
            raise self.refusal(expected) from None


def open_message(
    operation: Operation, message: Message, keys: Keys, check: Callable[[object], object] = bool
) -> Opened:
    """Take the envelope off a message; raises `Refused` naming the place where it cannot.

    `check` is asked about the outermost document, which bears the signature, before anything is decrypted.
    """
    way = _Way(keys, "body")
    parts: list[_Part] = [(way.place, message)]
    for step, following in pairwise((*operation.steps, Step(""))):
        parts = [opened for part in parts for opened in _opened(step, part, way)]
        _, value = parts[0]
        if way.outer is None and isinstance(value, dict) and following.name != "unwrap":
            way.outer = value
            check(value)
    return Opened(way.outer, _records(parts, operation, way))


def _opened(step: Step, part: _Part, way: _Way) -> Sequence[_Part]:
    """What one step makes of a part of the message, and where that stands; of a list all that stand in it."""
    way.place, value = part
    found = _OPEN[step.name](value, step.about, way)
    return found.parts if isinstance(found, _Several) else [(way.place, found)]


def _records(parts: Sequence[_Part], operation: Operation, way: _Way) -> tuple[Mapping[str, object], ...]:
    told = [
        (place, record)
        for place, value in parts
        for record in (value if isinstance(value, list) else [value])
    ]
    # One question has one answer.
    limit = MAX_RECORDS if operation.does == Does.INTAKE else 1
    if not 1 <= len(told) <= limit:
        raise Refused(TOO_MANY_RECORDS, field=parts[0][0], count=len(told), limit=limit)
    found: list[Mapping[str, object]] = []
    for way.place, record in told:
        inner = at(record, operation.inside) if operation.inside else record
        if not isinstance(inner, dict):
            raise way.refusal("JSON object")
        found.append(inner)
    return tuple(found)


def _body(value: object) -> object:
    return value.body if isinstance(value, Message) else value


def _json(value: object, _about: str, way: _Way) -> object:
    text = way.text(_body(value), "JSON")
    return read_json(text)


def _form(value: object, _about: str, way: _Way) -> object:
    """A form, the same fields behind the “?”, or the same as one JSON object: clients do each of it."""
    if isinstance(value, Message):
        text = way.text(value.body, "form")
        fields = read_json(text) if text.lstrip().startswith("{") else read_form(text)
        return joined(read_form(value.query), cast("dict[str, object]", fields))
    return read_form(way.text(value, "form"))


def _query(value: object, _about: str, way: _Way) -> object:
    if isinstance(value, Message):
        way.place = "query"
        return read_form(value.query)
    raise way.refusal("query")


def _address(value: object, _about: str, way: _Way) -> object:
    """Everything behind “?” up to an “&”, with what browsers do to it undone."""
    if not isinstance(value, Message) or not value.query:
        raise way.refusal("address")
    way.place = "address"
    return unquote(value.query.partition("&")[0]).replace(" ", "+")


def _xml(value: object, about: str, way: _Way) -> object:
    body = _body(value)
    document = read_xml(body if isinstance(body, bytes | str) else b"")
    (root, inner), *_ = document.items()
    if about and root.lower() != about.lower():
        raise way.refusal(f"<{about}>")
    # An element without elements is an empty record.
    return inner if isinstance(inner, dict) else {}


def _soap(value: object, about: str, way: _Way) -> object:
    """The arguments of a SOAP 1.1 call, with the head of the envelope beside them as `Header`."""
    body = _body(value)
    document = read_xml(body if isinstance(body, bytes | str) else b"")
    called = at(document, ("Envelope", "Body", about))
    if not isinstance(called, dict):
        way.place = "Envelope.Body"
        raise way.refusal(f"<{about}>")
    header = at(document, ("Envelope", "Header"))
    return {**called, "Header": header} if isinstance(header, dict) else called


def _pick(value: object, about: str, way: _Way) -> object:
    """What stands at a place; all that stand beside it, where it is the first of a list."""
    *above, last = about.split(".")
    _check_single(value, above)
    beside = at(value, tuple(above)) if last == _FIRST else None
    if isinstance(beside, list) and len(beside) > 1:
        _check_number(beside, above, MAX_RECORDS)
        return _Several([(".".join((*above, str(n))), one) for n, one in enumerate(beside)])
    way.place = about
    found = at(value, (*above, last))
    if found is None or found == "":
        raise Refused(WIRE_FIELD_MISSING, field=about)
    return found


def _check_single(value: object, path: Sequence[str]) -> None:
    """Whether nothing stands beside the first of a list on the way; raises `Refused(TOO_MANY_RECORDS)` naming the list."""
    for n, name in enumerate(path):
        if name == _FIRST and isinstance(beside := at(value, tuple(path[:n])), list):
            _check_number(beside, path[:n], 1)


def _check_number(beside: Sequence[object], path: Sequence[str], limit: int) -> None:
    if len(beside) > limit:
        raise Refused(TOO_MANY_RECORDS, field=".".join(path), count=len(beside), limit=limit)


def _unwrap(value: object, about: str, _way: _Way) -> object:
    """What stands in a wrapper, or the whole where there is none: some clients of one call wrap, some do not."""
    _check_single(value, about.split("."))
    inner = at(value, tuple(about.split(".")))
    return inner if isinstance(inner, dict) else value


def _base64(value: object, _about: str, way: _Way) -> object:
    """One layer in either alphabet, with or without padding and line breaks."""
    packed = "".join(way.text(value, "base64").split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        raise way.refusal("base64") from None


def _hex(value: object, _about: str, way: _Way) -> object:
    text = way.text(value, "hex").strip()
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise way.refusal("hex") from None


def _sm2(value: object, _about: str, way: _Way) -> object:
    key = way.keys.get("our_private_key")
    try:
        return sm.sm2_decrypt(key, cast("bytes", value))
    except ValueError:
        raise Refused(DOES_NOT_OPEN, field=way.place) from None


def _sm4(value: object, _about: str, way: _Way) -> object:
    try:
        plain = sm.sm4_decrypt(way.keys.sm4(), cast("bytes", value))
        plain.decode()
    except ValueError:
        raise Refused(DOES_NOT_OPEN, field=way.place) from None
    return plain


def _pairs(value: object, about: str, way: _Way) -> object:
    """“k=v&k=v” with values that are not encoded: only a known key begins a field; the first of two stands."""
    plain = way.text(value, "pairs")
    names = "|".join(map(re.escape, about.split(",")))
    starts = list(re.finditer(rf"(?:^|&)({names})=", plain))
    ends = [*(match.start() for match in starts[1:]), len(plain)]
    found: dict[str, object] = {}
    for match, end in zip(starts, ends, strict=False):
        found.setdefault(match[1], plain[match.end() : end])
    return found


_OPEN: Mapping[str, Callable[[object, str, _Way], object]] = {
    "json": _json,
    "form": _form,
    "query": _query,
    "address": _address,
    "xml": _xml,
    "soap": _soap,
    "pick": _pick,
    "unwrap": _unwrap,
    "base64": _base64,
    "hex": _hex,
    "sm2": _sm2,
    "sm4": _sm4,
    "pairs": _pairs,
}
STEPS = frozenset(_OPEN)
NEED_A_WORD = frozenset({"soap", "pick", "unwrap", "pairs"})
OUTERMOST = frozenset({"json", "form", "query", "address", "xml", "soap"})
"""Steps that open a request."""
FROM_BYTES = frozenset({"sm2", "sm4"})
GIVE_BYTES = frozenset({"base64", "hex", "sm2", "sm4"})


def pack(steps: Sequence[Step], value: object, keys: Keys, *, beside: object = None) -> object:
    """The steps backwards: what opening them gives the value.

    `beside` is what stands in the outermost document beside it (mark, time, signature). For a secret of the other
    side's the key `their_public_key` is used, where a message of theirs is made up it stands for ours.
    """
    for n, step in zip(range(len(steps) - 1, -1, -1), reversed(steps), strict=True):
        if beside is not None and n == _outermost(steps):
            value = merged(value, beside)
        value = _PACK[step.name](value, step.about, keys)
    return value


def _outermost(steps: Sequence[Step]) -> int:
    """The step that gives the outermost document."""
    return next(n for n, step in enumerate(steps) if step.name in _DOCUMENTS)


_DOCUMENTS = frozenset({"json", "form", "query", "xml", "soap"})


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _soap_of(value: object, about: str, _keys: Keys) -> object:
    call = dict(cast("dict[str, object]", value))
    header = call.pop("Header", None)
    inner: dict[str, object] = {} if header is None else {"soapenv:Header": header}
    inner["soapenv:Body"] = {about: call}
    document = write_xml("soapenv:Envelope", inner)
    return document.replace("<soapenv:Envelope>", f'<soapenv:Envelope xmlns:soapenv="{_SOAP}">', 1)


_PACK: Mapping[str, Callable[[object, str, Keys], object]] = {
    "json": lambda value, _about, _keys: json.dumps(value, ensure_ascii=False, default=str),
    "form": lambda value, _about, _keys: urlencode(cast("dict[str, str]", value)),
    "query": lambda value, _about, _keys: urlencode(cast("dict[str, str]", value)),
    "address": lambda value, _about, _keys: _raw(value).decode(),
    "xml": lambda value, about, _keys: write_xml(about or "Case", value),
    "soap": _soap_of,
    "pick": lambda value, about, _keys: put(
        tuple(about.split(".")), value.decode() if isinstance(value, bytes) else value
    ),
    "unwrap": lambda value, _about, _keys: value,
    "base64": lambda value, _about, _keys: b64encode(_raw(value)).decode(),
    "hex": lambda value, _about, _keys: _raw(value).hex(),
    "sm2": lambda value, _about, keys: sm.sm2_encrypt(keys.get("their_public_key"), _raw(value)),
    "sm4": lambda value, _about, keys: sm.sm4_encrypt(keys.sm4(), _raw(value)),
    "pairs": lambda value, _about, _keys: "&".join(
        f"{name}={part}" for name, part in cast("dict[str, object]", value).items()
    ),
}
