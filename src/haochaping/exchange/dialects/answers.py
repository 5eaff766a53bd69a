"""What an answer in a dialect says: whether a message was taken, as its sender would see it. Pure."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from haochaping.exchange.dialects.documents import at, read_xml
from haochaping.exchange.dialects.replies import PLAIN
from haochaping.exchange.rules import read_json
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.exchange.dialects.terms import Operation, Reply

_TAKEN = ("done", "again", "orphan")
# What stands in such a table is filled with what there is.
_OPEN = ({"value"}, {"map", "of"}, {"each", "as"})


def says_taken(operation: Operation, status: int, answer: str) -> bool:
    """Whether an answer is one of those that a call gives to a message that it has taken."""
    if status >= HTTPStatus.BAD_REQUEST:
        return False
    given = [operation.replies[kind] for kind in _TAKEN if kind in operation.replies]
    return any(_fits(operation, reply, answer) for reply in given or [PLAIN])


def _fits(operation: Operation, reply: Reply, answer: str) -> bool:
    if reply.style in {"redirect", "text"}:
        return reply.style == "redirect" or _is_like(reply.body, answer)
    try:
        said = _document(operation, reply, answer)
        if reply is PLAIN:
            return isinstance(said, dict) and said.get("success") == "true"
        return _is_like(reply.body, said)
    except Refused:
        return False


def _document(operation: Operation, reply: Reply, answer: str) -> object:
    if reply.style == "json":
        return read_json(answer)
    document = read_xml(answer)
    if reply.style == "soap":
        root = reply.root.replace("{call}", operation.steps[0].about)
        return at(document, ("Envelope", "Body", root))
    return next(iter(document.values()))


def _is_like(pattern: object, said: object) -> bool:
    """Whether something could be a pattern that was filled: what is written out in the pattern stands there."""
    if isinstance(pattern, dict):
        if pattern.keys() == {"xml", "of"}:
            return isinstance(said, str) and _is_like(pattern["of"], next(iter(read_xml(said).values())))
        if set(pattern) in _OPEN:
            return True
        return isinstance(said, dict) and all(
            name in said and _is_like(part, said[name]) for name, part in pattern.items()
        )
    if isinstance(pattern, list) or (isinstance(pattern, str) and "{" in pattern):
        return True
    return _text(pattern) == _text(said)


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
