"""通知 rules: what a message may be, who may speak on which side, what a template says."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import TYPE_CHECKING

from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.notices.terms import (
    CONTROL_CHARACTERS,
    EMPTY_MESSAGE,
    LONG_MESSAGE,
    SENTENCES,
    TEXT_LIMIT,
    Side,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LINE = re.compile(r"\+?[0-9]{3,20}")
_SEPARATORS = re.compile(r"[\s\-()]")
_SPEAKERS = {
    Side.AGENCY: frozenset({ActorKind.STAFF}),
    Side.REVIEWER: frozenset({ActorKind.REVIEWER}),
    Side.SYSTEM: frozenset({ActorKind.SYSTEM, ActorKind.OPERATOR}),
}


def may_speak(side: Side, kind: ActorKind) -> bool:
    """Whether an actor of this kind may write on this side: nobody speaks for the reviewer."""
    return kind in _SPEAKERS[side]


def text_complaint(text: str) -> Complaint | None:
    """What is wrong with a cleaned message of 1 to `TEXT_LIMIT` characters, or None."""
    if not text:
        return Complaint(EMPTY_MESSAGE, "text")
    if len(text) > TEXT_LIMIT:
        return Complaint(LONG_MESSAGE, "text", {"length": len(text), "limit": TEXT_LIMIT})
    if has_forbidden_control(text):
        return Complaint(CONTROL_CHARACTERS, "text")
    return None


def normal_line(text: str) -> str | None:
    """The one spelling of a desk phone's number that the relay rings first; None when it is none."""
    line = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return line if _LINE.fullmatch(line) else None


def placeholders(template: Template) -> frozenset[str]:
    """The names of the values a template needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(SENTENCES[template]) if name)


def wording(template: Template, params: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """The text of a notice in the language of `translate`."""
    return translate(SENTENCES[template]).format_map(dict(params))
