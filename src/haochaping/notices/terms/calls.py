"""语音问询: what an automatic call says, and what keys answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_
from haochaping.notices.terms.templates import Template

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an automatic call: what it is called, what is said, and which keys answer it."""

    name: str
    text: str
    keys: str


NO_CALLS_KEY = "0"
"""On any question: the person does not want to be asked."""
ASKED_AT_MOST = 3
"""How often one question is asked in one call; a wrong key, or none, is asked again. No regulation."""
GREETINGS: dict[Template, str] = {
    Template.SAMPLE_CALL: N_(
        "This is an automatic call of the government service supervision: a spot check of ratings. Answering is up to you;"
        " your voice is not recorded. If you do not want to be asked, press 0."
    ),
}
QUESTIONS: dict[Template, tuple[Question, ...]] = {
    Template.SAMPLE_CALL: (
        Question(
            "did_rate",
            N_("Did you rate your last visit to a service yourself? If yes, press 1. If not, press 2."),
            "12",
        ),
        Question(
            "level",
            N_(
                "How satisfied are you today with that service? Very satisfied: press 5. Satisfied: press 4. Basically"
                " satisfied: press 3. Dissatisfied: press 2. Very dissatisfied: press 1."
            ),
            "12345",
        ),
    ),
}
FAREWELL = N_("Thank you. Goodbye.")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the keys of an automatic call come to so far.

    `asks` is the question that is asked next, None when the call is over; `again` says that it was asked before.
    `answers` holds a key for each question that was answered: silence is not in it.
    """

    answers: Mapping[str, str]
    asks: Question | None = None
    again: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What an automatic call says, in words: greeting, questions, farewell."""

    greeting: str
    questions: tuple[Question, ...]
    farewell: str
