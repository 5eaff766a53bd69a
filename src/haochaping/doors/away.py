"""Why another system did not answer, in the reader's language; the lines keep it as they found it."""

from __future__ import annotations

from django.utils.translation import gettext

from haochaping.kernel.refused import N_
from haochaping.levels.terms import BATCH_FAILED

_SAID = {
    "cannot be reached: ": N_("it cannot be reached ({what})"),
    "answered ": N_("it answered with status {what}"),
    "asks for parts without end": N_("it asks for parts without end"),
    "the operator does not allow this origin any more": N_(
        "the operator does not allow its address any more"
    ),
    BATCH_FAILED.code: BATCH_FAILED.message,
}


def said_of_line(error: str) -> str:
    """What was the matter with a line; what the other side itself has said stays as it is."""
    for beginning, sentence in _SAID.items():
        if error.startswith(beginning):
            return gettext(sentence).format(what=error.removeprefix(beginning))
    return error
