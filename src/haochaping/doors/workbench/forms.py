"""Forms of an order's steps: they read what was typed; the rooms judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import lazystr

from haochaping.kernel.refused import Complaint
from haochaping.rectification.terms import (
    UNKNOWN_CHOICE,
)
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from haochaping.kernel.refused import Reason

_ANSWERS = {"yes": True, "no": False, "unknown": None}
_CHOOSE = UNKNOWN_CHOICE


def _said(reason: Reason) -> object:
    return lazystr(_Said(reason))


class _Said:
    """A reason as a sentence in the language of whoever reads it."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason

    def __str__(self) -> str:
        return say(Complaint(self.reason)).text
