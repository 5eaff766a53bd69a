"""Words at which a publisher looks twice: secrets, minors, cases at law, abuse. They are marked and not hidden."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import NamedTuple

from haochaping.publicity.terms import Sensitive


class Mark(NamedTuple):
    """Characters `start` to `end` of a text, the last not counted, and why they are marked."""

    start: int
    end: int
    reason: Sensitive


_LISTS: dict[str, list[str]] = tomllib.loads(
    resources.files(__package__).joinpath("marks.toml").read_text(encoding="utf-8")
)
_REASONS = {word.lower(): Sensitive(reason) for reason, words in _LISTS.items() for word in words}
# The longest first: 不得好死 is one mark.
_WORDS = re.compile("|".join(map(re.escape, sorted(_REASONS, key=lambda word: (-len(word), word)))))


def marks_in(text: str) -> list[Mark]:
    """The marked words of a text, in order."""
    # Only ASCII letters may change their case: others may change their length with it.
    lowered = re.sub("[A-Z]", lambda letter: letter[0].lower(), text)
    return [Mark(*found.span(), _REASONS[found[0]]) for found in _WORDS.finditer(lowered)]
