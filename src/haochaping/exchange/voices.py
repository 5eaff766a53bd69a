"""诉求 of older systems: the shape of an entry without a level (找茬窗口). What passes here is typed and clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.exchange.fields import Fields
from haochaping.exchange.rules import ENTRY_NO_LENGTH
from haochaping.exchange.terms import MISSING, NOT_A_CHOICE
from haochaping.voices.terms import OUTCOMES_OF, PAST_KINDS, TEXT_LIMIT, PastVoice, VoiceKind, VoiceOutcome

if TYPE_CHECKING:
    from haochaping.exchange.terms import Raw

ENTRY_FIELDS = frozenset(
    {"source", "entry_no", "kind", "agency", "item", "text", "given_at", "answer", "answered_at", "outcome"}
)


def judge_voice(raw: Raw) -> PastVoice:
    """Read one entry; raises `Refused` naming the field.

    An answer and its time come together: without them the entry is open, and nothing of an answer may be told of it.
    """
    fields = Fields(raw.fields, ENTRY_FIELDS)
    kind = fields.choice("kind", VoiceKind)
    if kind not in PAST_KINDS:
        raise fields.refusal(NOT_A_CHOICE, "kind", value=kind, choices=", ".join(PAST_KINDS))
    answer = fields.text("answer", TEXT_LIMIT)
    answered_at = fields.moment("answered_at")
    if bool(answer) != bool(answered_at):
        raise fields.refusal(MISSING, "answered_at" if answer else "answer")
    return PastVoice(
        source=fields.text("source", 40, required=True),
        entry_no=fields.text("entry_no", ENTRY_NO_LENGTH, required=True),
        kind=kind,
        agency=fields.text("agency", 40, required=not fields.has("item")),
        item=fields.text("item", 40),
        text=fields.text("text", TEXT_LIMIT, required=True),
        given_at=fields.required_moment("given_at"),
        answer=answer,
        answered_at=answered_at,
        outcome=_outcome(fields, kind, answer),
    )


def _outcome(fields: Fields, kind: VoiceKind, answer: str) -> VoiceOutcome | None:
    if not fields.has("outcome"):
        return None
    if not answer:
        raise fields.refusal(MISSING, "answer")
    outcome = fields.choice("outcome", VoiceOutcome)
    if outcome not in OUTCOMES_OF[kind]:
        raise fields.refusal(NOT_A_CHOICE, "outcome", value=outcome, choices=", ".join(OUTCOMES_OF[kind]))
    return outcome
