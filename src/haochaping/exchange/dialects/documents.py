"""Documents on the wire: XML and forms as plain values, read so that nothing in them can reach further or grow.

XML is read by expat with every DOCTYPE refused: without one there are no entities, inside or outside (XXE, bombs).
"""

from __future__ import annotations

import re
from functools import partial, reduce
from html import escape
from typing import TYPE_CHECKING, NoReturn, cast
from urllib.parse import parse_qsl
from xml.parsers import expat

from haochaping.exchange.dialects.terms import BAD_ENVELOPE, FIELD_TWICE, NOT_SEEN_IN_XML, WITH_DOCTYPE
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import MAX_DEPTH, read_json
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_ELEMENTS = 100_000
_MAX_FORM_FIELDS = 500
# JSON as the text of a field is a small thing: it is read for each path that leads into it.
_MAX_INNER = 10_000
_ESCAPED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class Repeated(list[object]):
    """The values of an element that stands several times."""


class _Builder:
    """Elements as they come: an element with elements is a dict, a repeated one `Repeated`, any other a text."""

    def __init__(self) -> None:
        self.root: dict[str, object] = {}
        self._open: list[tuple[dict[str, object], str, list[str]]] = [(self.root, "", [])]
        self._count = 0

    def start(self, _name: str, _attributes: Mapping[str, str]) -> None:
        self._count += 1
        if len(self._open) > MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise ValueError("too deep or too many")
        self._open.append(({}, _name.rpartition(":")[2], []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        inner, name, texts = self._open.pop()
        value: object = inner or "".join(texts)
        above = self._open[-1][0]
        if name not in above:
            above[name] = value
        elif isinstance(stood := above[name], Repeated):
            stood.append(value)
        else:
            above[name] = Repeated([stood, value])


def read_xml(data: bytes | str) -> dict[str, object]:
    """One document as {root: value}; names lose their prefixes, attributes are not read.

    A text is read as what it is, whatever encoding its head names; bytes by their head (UTF-8, GB2312, …).

    Raises:
        Refused: NOT_SEEN_IN_XML, WITH_DOCTYPE.
    """
    builder = _Builder()
    parser = expat.ParserCreate(encoding="utf-8" if isinstance(data, str) else None)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(_bytes(data), True)  # noqa: FBT003 - expat's own
    except (expat.ExpatError, ValueError, LookupError):
        raise Refused(NOT_SEEN_IN_XML, line=parser.ErrorLineNumber) from None
    return builder.root


def _bytes(data: bytes | str) -> bytes:
    if isinstance(data, str):
        return data.encode()
    # expat knows no Chinese encodings; the head of a document names the one it is in.
    head = data[:100].lower()
    if b"gb2312" in head or b"gbk" in head or b"gb18030" in head:
        text = data.decode("gb18030")
        return text.partition("?>")[2].encode()
    return data


def _no_doctype(*_: object) -> NoReturn:
    raise Refused(WITH_DOCTYPE)


def write_xml(root: str, value: object, *, head: bool = True) -> str:
    """A value as an XML document."""
    return (_HEAD if head else "") + _element(root, value)


def _element(name: str, value: object) -> str:
    if isinstance(value, dict):
        inner = "".join(_element(key, part) for key, part in value.items())
    elif isinstance(value, list):
        return "".join(_element(name, part) for part in value)
    else:
        inner = escape("" if value is None else visible(str(value)), quote=False)
    return f"<{name}>{inner}</{name}>"


def read_form(data: bytes | str) -> dict[str, object]:
    """Fields of a form or a query string; a name that stands twice is refused.

    Raises:
        Refused: BAD_ENVELOPE, FIELD_TWICE.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        # What is no ASCII at once: the standard library takes it byte by byte, a third of all that reading a form costs.
        text = _ESCAPED.sub(_unescaped, text)
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FORM_FIELDS)
    except ValueError:
        raise Refused(BAD_ENVELOPE, field="form", expected="form") from None
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(FIELD_TWICE, field=shown(name))
        found[name] = value
    return found


def _unescaped(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode()


def joined(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """The fields of two documents; raises `Refused(FIELD_TWICE)` where they contradict each other."""
    twice = {name: _same(name, one[name], other[name]) for name in one if name in other}
    return {**one, **other, **twice}


def folded(document: object) -> object:
    """A document with its names in small letters.

    Raises:
        Refused: FIELD_TWICE where two names that differ in capitals only contradict each other.
    """
    if isinstance(document, list):
        return type(document)(map(folded, document))
    if not isinstance(document, dict):
        return document
    found: dict[str, object] = {}
    for name, value in document.items():
        key = name.lower()
        inner = folded(value) if isinstance(value, dict | list) else value
        found[key] = _same(name, found[key], inner) if key in found else inner
    return found


def _same(name: str, one: object, other: object) -> object:
    """What two fields of one name say together; raises `Refused(FIELD_TWICE)` where they say different things."""
    if other in (None, "") or one == other:
        return one
    if one in (None, ""):
        return other
    raise Refused(FIELD_TWICE, field=shown(name))


def find(document: object, path: tuple[str, ...]) -> object:
    """What stands at a path of a folded document, also inside a text that is JSON; None where nothing does."""
    value = document
    for name in path:
        if isinstance(value, str):
            value = inside_text(value)
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def inside_text(text: str, *, fold: bool = True) -> object:
    """The document that a text is, as JSON; None where it is none, or too long to be read for each path."""
    if len(text) > _MAX_INNER:
        return None
    try:
        return folded(read_json(text)) if fold else read_json(text)
    except Refused:
        return None


def at(document: object, path: tuple[str, ...]) -> object:
    """What stands at a path, names compared without regard to capitals; None where nothing does.

    Raises:
        Refused: FIELD_TWICE where two such names contradict each other.
    """
    value = document
    for name in path:
        if isinstance(value, dict):
            small = name.lower()
            parts = [part for key, part in value.items() if key.lower() == small]
            value = reduce(partial(_same, name), parts, None)
        else:
            value = find(value, (name,))
    return value


def as_sent(document: object, name: str) -> str:
    """The name of a field, its steps with points between, in the capitals of a document; as it is where it has none."""
    steps: list[str] = []
    for step in name.split("."):
        if isinstance(document, str):
            document = inside_text(document, fold=False)
        if isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            told, document = step, document[int(step)]
        elif isinstance(document, dict):
            small = step.lower()
            same = [key for key in document if key.lower() == small]
            # Of two the one that says something was read.
            told = next((key for key in same if document[key] not in (None, "")), next(iter(same), ""))
            document = document.get(told)
        else:
            told = ""
        if not told:
            return name
        steps.append(told)
    return shown(".".join(steps), 100)


def put(path: tuple[str, ...], value: object) -> dict[str, object]:
    """A document in which this alone stands at a path."""
    for name in reversed(path):
        value = [value] if name == "0" else {name: value}
    return cast("dict[str, object]", value)


def merged(one: object, other: object) -> object:
    """Two documents in one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            name: merged(one.get(name), other.get(name)) if name in one and name in other else value
            for name, value in {**one, **other}.items()
        }
    return one if other is None else other
