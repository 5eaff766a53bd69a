"""公开 rules: what of a text is hidden before anybody else reads it, and at which words a publisher looks twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.publicity.redaction.accounts import accounts_in
from haochaping.publicity.redaction.addresses import addresses_in
from haochaping.publicity.redaction.names import names_in
from haochaping.publicity.redaction.numbers import numbers_in
from haochaping.publicity.redaction.other_names import other_names_in
from haochaping.publicity.redaction.spans import HIDDEN, Hiding, Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HIDDEN", "for_handlers", "found_in", "hidden_in", "redacted"]

# What is hidden may bring together what stands to its sides. In none of the texts that we have does a second pass find more.
_PASSES = 3


def redacted(text: str) -> str:
    """The text with names, numbers, plates, addresses and accounts hidden. Redacting it again changes nothing."""
    return _hiding(text).text


def for_handlers(text: str) -> str:
    """The text as those read it who verify it and put it right: whom it names with their office stands in it.

    Nobody can look into what somebody at a desk did without knowing who it was; who wrote it stays hidden.
    """
    return _hiding(text, of_office=False).text


def found_in(text: str) -> list[Span]:
    """What `redacted` hides, by kind and place, in the order of the text."""
    return _hiding(text).spans


def hidden_in(text: str) -> list[str]:
    """What `redacted` hides, each as it is written."""
    return [text[span.start : span.end].strip() for span in found_in(text)]


def _hiding(text: str, *, of_office: bool = True) -> Hiding:
    """Hide until nothing more is found, with or without whom the text names with their office, there or somewhere else.

    A text in which every pass brings up something new was made to do so: all of it is hidden.
    """
    hiding = Hiding(text)
    for _ in range(_PASSES):
        found = list(_personal(hiding.text))
        if not of_office:
            left = {hiding.text[one.start : one.end] for one in found if one.kind is PersonalKind.OFFICIAL}
            found = [one for one in found if hiding.text[one.start : one.end] not in left]
        if not found:
            return hiding
        hiding.hide(found)
    whole = Hiding(text)
    whole.hide([Span(0, len(text), PersonalKind.NUMBER)])
    return whole


def _personal(text: str) -> Iterator[Span]:
    yield from numbers_in(text)
    yield from accounts_in(text)
    yield from addresses_in(text)
    yield from names_in(text)
    yield from other_names_in(text)
