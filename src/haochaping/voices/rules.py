"""诉求 rules: when an answer is due, whether somebody may urge now, what their word leads to, whether words are quoted."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from haochaping.rectification.terms import Solved
from haochaping.rulebook.rules import due_after
from haochaping.voices.states import DONE, after
from haochaping.voices.terms import URGE_EVERY, VoiceKind, VoiceMove

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms
    from haochaping.voices.terms import VoiceRow


def answer_due(
    kind: VoiceKind, received_at: datetime, terms: Terms, calendar: WorkingCalendar
) -> datetime | None:
    """The promise of the rulebook, counted from the day the person spoke; None where the calendar does not reach."""
    limit, unit = {
        VoiceKind.COMPLAINT: (terms.complaint_days, terms.complaint_unit),
        VoiceKind.SUGGESTION: (terms.suggestion_days, terms.suggestion_unit),
        VoiceKind.AFTER_SALES: (terms.after_sales_days, terms.after_sales_unit),
        # The office that supervises has the time that it gives to those it supervises.
        VoiceKind.HANDLING: (terms.supervision_answer_days, terms.supervision_answer_unit),
    }[kind]
    return due_after(received_at, limit, unit, calendar)


def may_urge_from(voice: VoiceRow) -> datetime | None:
    """From when on the person may urge (again); None once there is nothing to urge."""
    if after(voice.state, VoiceMove.URGE) is None:
        return None
    return (voice.urged_at or voice.received_at) + URGE_EVERY


def after_word(solved: Solved, round_no: int, reopenings_at_most: int) -> VoiceMove:
    """What the person's word leads to: closed, opened again as often as the rulebook allows, then the office's."""
    if solved != Solved.NO:
        return VoiceMove.CLOSE
    return VoiceMove.REOPEN if round_no <= reopenings_at_most else VoiceMove.ESCALATE


def running_due(voice: VoiceRow) -> datetime | None:
    """The one clock that clerk and person both see; None once answered, and where it is not known."""
    return None if voice.state in DONE else voice.due_at


def is_quoted(quote: str, words: str) -> bool:
    """Whether a quotation stands in the words, whatever the line breaks."""
    return " ".join(quote.split()) in " ".join(words.split())


def receipt_hash(receipt: str) -> bytes:
    """How a receipt number is stored: its 128 random bits need no salt."""
    return sha256(b"haochaping voice receipt:" + receipt.encode()).digest()
