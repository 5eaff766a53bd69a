"""An expected no, said once and understood everywhere.

A room names each of its refusals as a `Reason` constant in `terms.py` and raises `Refused(REASON, …)`. Message and
remedy are English message ids with `{placeholders}`; only a door translates them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802 - the name message extractors look for
    """Mark an English message id for the catalogues without translating it."""
    return message


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not taken: a stable code, a sentence, and what to do about it."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reason applied to one field of one input; `params` fill the placeholders of its sentences."""

    reason: Reason
    field: str = ""
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def code(self) -> str:
        """The reason's stable code."""
        return self.reason.code


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Raised by actions and access checks for an expected no."""

    def __init__(self, reason: Reason, *, field: str = "", **params: object) -> None:
        super().__init__(reason.code)
        self.complaint = Complaint(reason, field, params)

    @property
    def code(self) -> str:
        """The reason's stable code."""
        return self.complaint.code
