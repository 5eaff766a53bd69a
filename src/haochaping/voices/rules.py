"""诉求 rules: the limit of an answer, what is amber or red, whether somebody may urge, what their word leads to, quoting."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING
from unicodedata import normalize

from haochaping.rectification.rules import plain, says_nothing
from haochaping.rectification.terms import Alarm, Solved
from haochaping.rulebook.terms import Key
from haochaping.voices.states import DONE, after
from haochaping.voices.terms import (
    MOVE_LABELS,
    OFFICE_KINDS,
    OFFICE_MOVE_LABELS,
    OFFICE_STATE_LABELS,
    OUTCOMES_OF,
    STATE_LABELS,
    URGE_EVERY,
    Matter,
    VoiceKind,
    VoiceMove,
    VoiceOutcome,
    VoiceState,
)

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rulebook.terms import Terms, Unit
    from haochaping.voices.terms import VoiceRow

# What people write before and behind a number.
_AROUND_NUMBER = re.compile("^工号:?|号$")
# What says that something is refused, and no more.
_VERDICT = re.compile(
    "经|研究|讨论|决定|不|未|予|暂|无法|拒绝|采纳|采用|接受|同意|受理|办理|原因|理由|如下"
    r"|\b(?:not|no|be|adopted|accepted|declined|refused|rejected|suggestion|request|reason)\b",
    re.ASCII | re.IGNORECASE,
)


def answer_limit(kind: VoiceKind, terms: Terms) -> tuple[int, Unit, Key]:
    """How much time there is for an answer, counted from the day the person spoke, and by which rule."""
    return {
        VoiceKind.COMPLAINT: (terms.complaint_days, terms.complaint_unit, Key.COMPLAINT_LIMIT),
        VoiceKind.SUGGESTION: (terms.suggestion_days, terms.suggestion_unit, Key.SUGGESTION_LIMIT),
        VoiceKind.AFTER_SALES: (terms.after_sales_days, terms.after_sales_unit, Key.AFTER_SALES_LIMIT),
        # The office that supervises has the time that it gives to those it supervises.
        VoiceKind.HANDLING: (
            terms.supervision_answer_days,
            terms.supervision_answer_unit,
            Key.SUPERVISION_ANSWER_LIMIT,
        ),
        VoiceKind.OWN_DATA: (
            terms.personal_data_days,
            terms.personal_data_unit,
            Key.PERSONAL_DATA_REQUEST_LIMIT,
        ),
    }[kind]


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


def alarm_of(voice: VoiceRow, now: datetime) -> Alarm:
    """What the running clock says now: amber when most of its time is used, red when it is over."""
    due = running_due(voice)
    if due is not None and due < now:
        return Alarm.RED
    near = due is not None and voice.amber_at is not None and voice.amber_at < now
    return Alarm.AMBER if near else Alarm.NONE


def at_office(voice: VoiceRow) -> bool:
    """Whether it is the supervisory office's to answer or decide, and nothing for an agency."""
    return voice.kind in OFFICE_KINDS or voice.state == VoiceState.ESCALATED


def state_label(state: VoiceState, kind: VoiceKind) -> str:
    """A state as people read it, to be translated: of what no agency ever has, it says nothing of an agency."""
    at_office = OFFICE_STATE_LABELS if kind in OFFICE_KINDS else {}
    return at_office.get(state, STATE_LABELS[state])


def move_label(move: VoiceMove, kind: VoiceKind) -> str:
    """The same of a move."""
    at_office = OFFICE_MOVE_LABELS if kind in OFFICE_KINDS else {}
    return at_office.get(move, MOVE_LABELS[move])


def outcomes_of(kind: VoiceKind, matter: str) -> tuple[VoiceOutcome, ...]:
    """What an answer may come to; an erasure that was asked for is done or declined."""
    if matter == Matter.ERASE:
        return VoiceOutcome.ERASED, VoiceOutcome.DECLINED
    return OUTCOMES_OF[kind]


def gives_reason(text: str) -> bool:
    """Whether the answer to what is refused says more than that it is, besides set phrases."""
    left = _VERDICT.sub(" ", text)
    return bool(plain(left)) and not says_nothing(left)


def is_quoted(quote: str, words: str) -> bool:
    """Whether a quotation stands in the words, whatever the line breaks."""
    return " ".join(quote.split()) in " ".join(words.split())


def number_on_badge(typed: str) -> str:
    """A staff number as the directory writes it, of one that people write: “工号：s1号” is S1."""
    return _AROUND_NUMBER.sub("", "".join(normalize("NFKC", typed).split())).upper()


def receipt_hash(receipt: str) -> bytes:
    """How a receipt number is stored: its 128 random bits need no salt."""
    return sha256(b"haochaping voice receipt:" + receipt.encode()).digest()
